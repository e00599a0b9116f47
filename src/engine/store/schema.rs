//! The database file: made, opened, brought up to date, and put aside where it is damaged or somebody else's. It knows
//! tables, no jobs.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::display::safe;
use crate::engine::durable;

use super::error::OpenError;
use super::turn::take_turn;

/// "haul" in ASCII: tells our databases from those of other programs.
const APPLICATION: i32 = 0x6861_756c;

/// Each brings the database from one version to the next; a new one is added at the end and none is ever changed.
const MIGRATIONS: &[&str] = &["
    CREATE TABLE sessions (
        id INTEGER PRIMARY KEY,
        boot TEXT NOT NULL,
        started INTEGER NOT NULL
    );
    -- state and record are the truth, in words; sum tells whether a disk has changed them.
    CREATE TABLE jobs (
        id INTEGER PRIMARY KEY,
        identity BLOB NOT NULL UNIQUE,
        address BLOB NOT NULL,
        added INTEGER NOT NULL,
        session INTEGER NOT NULL,
        state TEXT NOT NULL,
        path BLOB,
        boot TEXT NOT NULL,
        durable INTEGER NOT NULL DEFAULT 0,
        record TEXT NOT NULL,
        sum INTEGER NOT NULL
    );
    CREATE INDEX unfinished ON jobs (added) WHERE state <> 'finished';
    CREATE INDEX paths ON jobs (path) WHERE path IS NOT NULL;
    CREATE INDEX unsynced ON jobs (session) WHERE state = 'finished' AND durable = 0;
"];

/// Another process holds the database for a transaction at a time.
const PATIENCE: Duration = Duration::from_secs(5);

/// Smaller databases are read through at every start; for larger ones that would take too long, and a damaged page
/// shows itself when it is used.
const CHECKED: u64 = 16 * 1024 * 1024;

/// An open database, and what a person should hear of how that went: safe lines.
pub(super) struct Opened {
    pub(super) connection: Connection,
    pub(super) news: Vec<String>,
    /// The database that was found damaged, where it stands now.
    pub(super) damaged: Option<PathBuf>,
}

/// Opens the database, and makes it if need be. One that is damaged or not ours is put aside, never wiped.
///
/// # Errors
/// When it can be neither used nor made, or a newer haul has made it.
pub(super) fn open(path: &Path, sync: bool) -> Result<Opened, OpenError> {
    prepare(path).map_err(|error| OpenError::new(path, &error))?;
    let _turn = take_turn(path);
    match usable(path, sync) {
        Ok(connection) => Ok(Opened { connection, news: Vec::new(), damaged: None }),
        Err(Unusable::Damaged(why)) => {
            let aside = put_aside(path).map_err(|error| OpenError::new(path, &error))?;
            prepare(path).map_err(|error| OpenError::new(path, &error))?;
            let connection = usable(path, sync).map_err(|unusable| unusable.into_error(path))?;
            let (old, new) = (safe(&path.to_string_lossy()), safe(&aside.to_string_lossy()));
            let news = vec![format!("the state database `{old}` {why}; it is kept as `{new}`, and a new one is begun")];
            Ok(Opened { connection, news, damaged: Some(aside) })
        }
        Err(unusable) => Err(unusable.into_error(path)),
    }
}

/// A database that ends with the process, of the same shape.
pub(super) fn in_memory() -> Result<Connection, OpenError> {
    let place = Path::new(":memory:");
    let opened = Connection::open_in_memory().and_then(|mut connection| {
        migrate(&mut connection, place, 0, MIGRATIONS)?;
        Ok(connection)
    });
    opened.map_err(|error| OpenError::new(place, &io::Error::other(error)))
}

/// Opens a database for looking at or forgetting; it must be there and sound.
pub(super) fn existing(path: &Path) -> Result<Option<Connection>, OpenError> {
    if !path.try_exists().map_err(|error| OpenError::new(path, &error))? {
        return Ok(None);
    }
    prepare(path).map_err(|error| OpenError::new(path, &error))?;
    let _turn = take_turn(path);
    usable(path, false).map(Some).map_err(|unusable| unusable.into_error(path))
}

enum Unusable {
    /// Says what is wrong with it.
    Damaged(String),
    /// Made by a later version.
    Newer(i64),
    Failed(rusqlite::Error),
}

impl Unusable {
    fn into_error(self, path: &Path) -> OpenError {
        match self {
            Self::Damaged(why) => OpenError::new(path, &io::Error::other(format!("it {why}"))),
            Self::Newer(version) => {
                let why = format!("a newer haul has made it (version {version} of the database); use that one");
                OpenError::new(path, &io::Error::other(why))
            }
            Self::Failed(error) => OpenError::new(path, &io::Error::other(error)),
        }
    }
}

impl From<rusqlite::Error> for Unusable {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::Damaged("is no SQLite database".to_owned()),
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged("is damaged".to_owned()),
            _ => Self::Failed(error),
        }
    }
}

/// Sees to it that the file is there and nobody else's to read. `SQLite` gives its side files the same permissions.
fn prepare(path: &Path) -> io::Result<()> {
    if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(dir)?;
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // A link here is somebody's trick, and a pipe would hold us for ever.
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.mode(0o600).custom_flags(flags.bits().cast_signed());
    }
    let file = match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            durable::step()?;
            match options.create_new(true).open(path) {
                // Another process was faster.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => options.create_new(false).open(path)?,
                opened => opened?,
            }
        }
        opened => opened?,
    };
    check_owner(&file)
}

#[cfg(unix)]
fn check_owner(file: &File) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is no plain file"));
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it belongs to another user"));
    }
    // Addresses may carry tokens.
    if metadata.mode() & 0o077 != 0 {
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_owner(_: &File) -> io::Result<()> {
    Ok(())
}

/// A connection to a database that is sound and of our version.
fn usable(path: &Path, sync: bool) -> Result<Connection, Unusable> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    // Before anything is changed: it may be somebody else's.
    check(&connection, path)?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    let mode: String = connection.query_row("PRAGMA journal_mode = wal", [], |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(Unusable::Failed(rusqlite::Error::InvalidParameterName(format!("journal mode {mode}"))));
    }
    connection.pragma_update(None, "synchronous", if sync { "full" } else { "normal" })?;
    // A checkpoint waits for the disk; it has a time of its own.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if version > known {
        return Err(Unusable::Newer(version));
    }
    migrate(&mut connection, path, version, MIGRATIONS)?;
    Ok(connection)
}

/// Whether this is a sound database of ours, or an empty one.
fn check(connection: &Connection, path: &Path) -> Result<(), Unusable> {
    // Of one moment: another process may be about to make it.
    let _moment = connection.unchecked_transaction()?;
    let application: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != APPLICATION && tables > 0 {
        return Err(Unusable::Damaged("belongs to another program".to_owned()));
    }
    if fs::metadata(path).is_ok_and(|metadata| metadata.len() <= CHECKED) {
        let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Err(Unusable::Damaged("is damaged".to_owned()));
        }
    }
    Ok(())
}

/// Brings the database to the last of `migrations`, all or nothing; one that holds something is copied first.
fn migrate(connection: &mut Connection, path: &Path, from: i64, migrations: &[&str]) -> rusqlite::Result<()> {
    let to = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    if from == to {
        return Ok(());
    }
    if from > 0 {
        let copy = beside(path, &format!(".v{from}"));
        if !copy.exists() {
            connection.execute("VACUUM INTO ?1", [copy.to_string_lossy()])?;
        }
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    let version: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for migration in migrations.iter().skip(usize::try_from(version).unwrap_or_default()) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", to)?;
    durable::step().map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    transaction.commit()
}

/// Gives the database another name, with its side files, which belong to it.
fn put_aside(path: &Path) -> io::Result<PathBuf> {
    let names = std::iter::once(".bad".to_owned()).chain((2..1000).map(|n| format!(".bad-{n}")));
    let free = names.map(|ending| beside(path, &ending)).find(|aside| fs::symlink_metadata(aside).is_err());
    let aside = free.ok_or_else(|| io::Error::other("there are too many damaged ones beside it"))?;
    for side in ["-wal", "-shm"] {
        durable::step()?;
        match fs::rename(beside(path, side), beside(&aside, side)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    durable::step()?;
    fs::rename(path, &aside)?;
    Ok(aside)
}

/// The path with something after its name.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    fn fresh() -> PathBuf {
        let dir = std::env::temp_dir().join(format!("haul-schema-{:016x}", fastrand::u64(..)));
        fs::create_dir(&dir).expect("created");
        dir.join("haul.db")
    }

    fn remove(path: &Path) {
        fs::remove_dir_all(path.parent().expect("a folder")).expect("removed");
    }

    #[test]
    fn an_older_database_is_copied_and_brought_up_to_date() {
        let path = fresh();
        drop(open(&path, false).expect("made"));
        let mut connection = usable(&path, false).unwrap_or_else(|_| unreachable!("it was just made"));
        connection.execute("INSERT INTO sessions VALUES (7, '', 0)", []).expect("written");
        let next = [MIGRATIONS, &["ALTER TABLE sessions ADD COLUMN host TEXT"]].concat();
        migrate(&mut connection, &path, 1, &next).expect("migrated");
        let row = |connection: &Connection, sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        assert_eq!(row(&connection, "SELECT count(*) FROM sessions WHERE id = 7 AND host IS NULL"), Ok(1));
        drop(connection);
        let copy = Connection::open(beside(&path, ".v1")).expect("there");
        assert_eq!(row(&copy, "PRAGMA user_version"), Ok(1));
        assert_eq!(row(&copy, "SELECT id FROM sessions"), Ok(7));
        // This version must not touch what a later one has made.
        let refused = open(&path, false).err().expect("refused").to_string();
        assert!(refused.contains("a newer haul"), "{refused}");
        assert_eq!(row(&Connection::open(&path).expect("there"), "SELECT id FROM sessions"), Ok(7));
        remove(&path);
    }

    #[test]
    fn a_migration_that_fails_changes_nothing() {
        let path = fresh();
        drop(open(&path, false).expect("made"));
        let mut connection = Connection::open(&path).expect("there");
        let next = [MIGRATIONS, &["CREATE TABLE more (x)", "nonsense"]].concat();
        assert!(migrate(&mut connection, &path, 1, &next).is_err());
        drop(connection);
        assert!(open(&path, false).is_ok_and(|opened| opened.damaged.is_none()));
        remove(&path);
    }

    #[test]
    fn many_may_open_it_at_once_when_there_is_none_or_a_damaged_one() {
        for junk in ["", "junk"] {
            for _ in 0..10 {
                let path = fresh();
                fs::write(&path, junk.repeat(900)).expect("written");
                let aside = thread::scope(|scope| {
                    let openers: Vec<_> = (0..4).map(|_| scope.spawn(|| open(&path, false))).collect();
                    let opened = openers.into_iter().map(|opener| opener.join().expect("no panic").expect("opened"));
                    opened.filter(|opened| opened.damaged.is_some()).count()
                });
                assert_eq!(aside, usize::from(!junk.is_empty()));
                remove(&path);
            }
        }
    }

    #[test]
    fn junk_is_put_aside_and_keeps_its_bytes() {
        let path = fresh();
        let foreign = {
            let other = Connection::open(&path).expect("made");
            other.execute_batch("CREATE TABLE recipes (x); INSERT INTO recipes VALUES ('soup')").expect("made");
            drop(other);
            let bytes = fs::read(&path).expect("there");
            fs::remove_file(&path).expect("removed");
            bytes
        };
        let cases = [vec![0; 5000], b"junk".repeat(900), b"SQLite format 3\0".to_vec(), foreign];
        for (n, junk) in cases.into_iter().enumerate() {
            fs::write(&path, &junk).expect("written");
            let opened = open(&path, false).expect("begun anew");
            let aside = opened.damaged.expect("put aside");
            assert_eq!(fs::read(&aside).expect("there"), junk, "{n}");
            assert_eq!(opened.news.len(), 1, "{n}");
            drop(opened.connection);
            for ending in ["", "-wal", "-shm"] {
                let _ = fs::remove_file(beside(&path, ending));
            }
        }
        remove(&path);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it_and_no_link_is_followed() {
        use std::os::unix::fs::PermissionsExt as _;
        let path = fresh();
        fs::write(&path, "").expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("ours");
        let opened = open(&path, false).expect("opened");
        for ending in ["", "-wal", "-shm"] {
            let mode = fs::metadata(beside(&path, ending)).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{ending}");
        }
        drop(opened);
        let link = path.with_file_name("link.db");
        std::os::unix::fs::symlink(&path, &link).expect("linked");
        assert!(open(&link, false).is_err());
        assert!(open(path.parent().expect("a folder"), false).is_err());
        remove(&path);
    }
}
