//! The database file: made, opened, brought up to date, and put aside where it is damaged or somebody else's. It knows
//! tables, no jobs.

mod tables;

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::display::safe;
use crate::engine::durable;

use super::error::OpenError;
use super::turn::{Turn, take_turn};
use tables::{MIGRATIONS, TABLES};

/// "haul" in ASCII: tells our databases from those of other programs.
const APPLICATION: i32 = 0x6861_756c;

/// Another process holds the database for a transaction at a time.
const PATIENCE: Duration = Duration::from_secs(5);

/// Smaller databases are read through at every start; for larger ones that would take too long, and a damaged page
/// shows itself when it is used.
const CHECKED: u64 = 8 * 1024 * 1024;

/// An open database, and what a person should hear of how that went: safe lines.
pub(super) struct Opened {
    pub(super) connection: Connection,
    pub(super) news: Vec<String>,
}

/// Copies what can be read of a damaged database to a new one; a safe line tells how much that was.
pub(super) type Salvage = fn(&Path, &mut Connection) -> String;

/// Opens the database, and makes it if need be. One that is damaged or not ours is put aside, never wiped, and what can
/// be read of it is in the new one before that has the name.
///
/// # Errors
/// When it can be neither used nor made, or a newer haul has made it.
pub(super) fn open(path: &Path, sync: bool, salvage: Salvage) -> Result<Opened, OpenError> {
    let failed = |error: io::Error| OpenError::new(path, &error);
    make_folder(path).map_err(failed)?;
    let turn = take_turn(path);
    finish_rescue(path).map_err(failed)?;
    prepare(path).map_err(failed)?;
    match usable(path, sync) {
        Ok(connection) => Ok(Opened { connection, news: Vec::new() }),
        // Whoever has the turn for so long is mending it.
        Err(Unusable::Damaged(_)) if matches!(turn, Turn::Late) => {
            Err(failed(io::Error::other("another haul is mending it; try again in a moment")))
        }
        Err(Unusable::Damaged(why)) => {
            let (aside, saved) = rescue(path, salvage).map_err(|unusable| unusable.into_error(path))?;
            let connection = usable(path, sync).map_err(|unusable| unusable.into_error(path))?;
            let (old, new) = (safe(&path.to_string_lossy()), safe(&aside.to_string_lossy()));
            let line = format!("the state database `{old}` {why}; it is kept as `{new}`, and a new one is begun");
            Ok(Opened { connection, news: vec![line, saved] })
        }
        Err(unusable) => Err(unusable.into_error(path)),
    }
}

/// Puts a new database in the place of a damaged one, with what can be read of that; gives where the old one is now, and
/// a line on what was read.
fn rescue(path: &Path, salvage: Salvage) -> Result<(PathBuf, String), Unusable> {
    let failed = |error: io::Error| Unusable::Failed(foreign(error));
    let rescued = beside(path, RESCUED);
    for side in ["", "-wal", "-shm"] {
        // What a rescue that was cut off has left.
        let _ = fs::remove_file(beside(&rescued, side));
    }
    prepare(&rescued).map_err(failed)?;
    let mut connection = usable(&rescued, false)?;
    let saved = salvage(path, &mut connection);
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    drop(connection);
    let aside = put_aside(path).map_err(failed)?;
    finish_rescue(path).map_err(failed)?;
    Ok((aside, saved))
}

/// The name of a new database until the damaged one is out of the way.
const RESCUED: &str = ".rescued";

/// Gives a rescued database the name, if the damaged one has it no more; also after a crash between the two.
fn finish_rescue(path: &Path) -> io::Result<()> {
    let rescued = beside(path, RESCUED);
    if fs::symlink_metadata(path).is_ok() || fs::symlink_metadata(&rescued).is_err() {
        return Ok(());
    }
    durable::step()?;
    fs::rename(rescued, path)
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
    let failed = |error: io::Error| OpenError::new(path, &error);
    let _turn = take_turn(path);
    finish_rescue(path).map_err(failed)?;
    if !path.try_exists().map_err(failed)? {
        return Ok(None);
    }
    prepare(path).map_err(failed)?;
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
    make_folder(path)?;
    if fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink()) {
        return Err(io::Error::other("it is a symbolic link"));
    }
    let mut options = private();
    #[cfg(unix)]
    {
        // A link here is somebody's trick, and a pipe would hold us for ever.
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.bits().cast_signed());
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

/// The folder of the database, for nobody else to look into.
fn make_folder(path: &Path) -> io::Result<()> {
    let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) else { return Ok(()) };
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// For files that nobody else may read.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn check_owner(file: &File) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is no plain file"));
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it belongs to another user"));
    }
    Ok(())
}

/// Addresses may carry tokens, which are for nobody else to read.
#[cfg(unix)]
fn tighten(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    for side in ["", "-wal", "-shm"] {
        let file = beside(path, side);
        if fs::metadata(&file).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0) {
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_owner(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn tighten(_: &Path) -> io::Result<()> {
    Ok(())
}

/// A connection to a database that is sound and of our version.
fn usable(path: &Path, sync: bool) -> Result<Connection, Unusable> {
    let size = |path: &Path| fs::metadata(path).map_or(0, |metadata| metadata.len());
    if size(path) == 0 && size(&beside(path, "-wal")) > 0 {
        // SQLite would take it for a new one and throw away its log.
        return Err(Unusable::Damaged("was emptied".to_owned()));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    // Before anything is changed: it may be somebody else's.
    let version = check(&connection, path)?;
    tighten(path).map_err(|error| Unusable::Failed(foreign(error)))?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    let mode: String = connection.query_row("PRAGMA journal_mode = wal", [], |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(Unusable::Failed(rusqlite::Error::InvalidParameterName(format!("journal mode {mode}"))));
    }
    connection.pragma_update(None, "synchronous", if sync { "full" } else { "normal" })?;
    // A checkpoint waits for the disk; it has a time of its own.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    migrate(&mut connection, path, version, MIGRATIONS)?;
    Ok(connection)
}

/// The version of a sound database of ours, or of an empty one.
fn check(connection: &Connection, path: &Path) -> Result<i64, Unusable> {
    // Of one moment: another process may be about to make it.
    let _moment = connection.unchecked_transaction()?;
    let application: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != APPLICATION && tables > 0 {
        return Err(Unusable::Damaged("belongs to another program".to_owned()));
    }
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version > newest(MIGRATIONS) {
        return Err(Unusable::Newer(version));
    }
    if fs::metadata(path).is_ok_and(|metadata| metadata.len() <= CHECKED) {
        let verdict: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Err(Unusable::Damaged("is damaged".to_owned()));
        }
    }
    // The version comes with the tables.
    if version < i64::from(tables > 0) {
        return Err(Unusable::Damaged("is damaged".to_owned()));
    }
    Ok(version)
}

/// The version that the last of them leads to; they begin at the first.
fn newest(migrations: &[&str]) -> i64 {
    i64::try_from(migrations.len() + 1).unwrap_or(i64::MAX)
}

/// Brings the database to the last of `migrations`, all or nothing; one that holds something is copied first.
fn migrate(connection: &mut Connection, path: &Path, from: i64, migrations: &[&str]) -> rusqlite::Result<()> {
    let to = newest(migrations);
    if from == to {
        return Ok(());
    }
    if from > 0 {
        let copy = beside(path, &format!(".v{from}"));
        if !copy.exists() {
            copy_to(connection, &copy)?;
        }
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    let version: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match usize::try_from(version).unwrap_or_default().checked_sub(1) {
        None => transaction.execute_batch(TABLES)?,
        Some(done) => {
            migrations.iter().skip(done).try_for_each(|migration| transaction.execute_batch(migration))?;
        }
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", to)?;
    durable::step().map_err(foreign)?;
    transaction.commit()
}

/// Writes all that the database holds to `path` if nothing stands there; false where something does.
pub(super) fn restore(connection: &Connection, path: &Path) -> rusqlite::Result<bool> {
    make_folder(path).map_err(foreign)?;
    let _turn = take_turn(path);
    if path.exists() {
        return Ok(false);
    }
    copy_to(connection, path)?;
    Ok(true)
}

/// Writes all that the database holds to `path`, for nobody else to read. It is there as a whole or not at all.
fn copy_to(connection: &Connection, path: &Path) -> rusqlite::Result<()> {
    let unfinished = beside(path, ".new");
    make_folder(path).map_err(foreign)?;
    // What another attempt has left; the error that matters is that of the next call.
    let _ = fs::remove_file(&unfinished);
    durable::step().map_err(foreign)?;
    // SQLite would make it for everybody to read, and takes an empty one as it is.
    private().create_new(true).open(&unfinished).map_err(foreign)?;
    let name = ToSqlOutput::Borrowed(ValueRef::Text(unfinished.as_os_str().as_encoded_bytes()));
    connection.execute("VACUUM INTO ?1", [name])?;
    // A log beside it is another database's, and would be taken for its own.
    for side in ["-wal", "-shm"] {
        let _ = fs::remove_file(beside(path, side));
    }
    durable::step().map_err(foreign)?;
    fs::rename(&unfinished, path).map_err(foreign)
}

fn foreign(error: io::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(error.into())
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
mod tests;
