//! Sessions: one for each engine that has the database open, a row and a file that is locked while it lives. A lock
//! that can be had means that the session has ended, however it did; no process number is ever trusted. Locks are taken
//! and files removed only within a transaction that writes, so that two processes never clean up at once.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rusqlite::{Connection, OptionalExtension as _};

use crate::engine::durable;

use super::schema::{beside, private};

/// This engine's session.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) id: i64,
    /// Which run of the system this is. Where nobody knows, every session is taken for one of its own.
    pub(super) boot: String,
    /// The database; none where it is kept in memory and nobody shares it.
    database: Option<PathBuf>,
    /// What told its file from every other when the session began.
    file: Option<(u64, u64)>,
    /// Held until the session ends.
    lock: Option<File>,
}

/// Other sessions that were looked at lately, and whether they live.
pub(super) type Lives = HashMap<i64, bool>;

impl Session {
    /// A session that nobody else can see.
    pub(super) fn alone() -> Self {
        let id = random();
        Self { id, boot: boot(id), database: None, file: None, lock: None }
    }

    /// Somebody who looks at a database and works on no job of it.
    pub(super) fn onlooker(database: &Path) -> Self {
        Self { database: Some(database.to_path_buf()), ..Self::alone() }
    }

    /// Begins a session, within a transaction that writes, and forgets those that have ended.
    pub(super) fn begin(connection: &Connection, database: &Path) -> io::Result<Self> {
        let id = random();
        let (path, file) = (Some(database.to_path_buf()), identity(database));
        let mut session = Self { id, boot: boot(id), database: path, file, lock: None };
        let path = session.lock_path(session.id).unwrap_or_default();
        durable::step()?;
        let file = private().create_new(true).open(path)?;
        file.try_lock()?;
        session.lock = Some(file);
        let started = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let row = (session.id, &session.boot, started.cast_signed());
        connection
            .execute("INSERT INTO sessions (id, boot, started) VALUES (?1, ?2, ?3)", row)
            .map_err(io::Error::other)?;
        session.forget_ended(connection).map_err(io::Error::other)?;
        Ok(session)
    }

    /// True while the file at `path` is the database in which this session began.
    pub(super) fn is_at(&self, path: &Path) -> bool {
        path.exists() && identity(path) == self.file
    }

    /// True while this other session lives.
    pub(super) fn lives(&self, other: i64, lives: &mut Lives) -> bool {
        *lives.entry(other).or_insert_with(|| other != self.id && self.is_locked(other))
    }

    fn is_locked(&self, other: i64) -> bool {
        let Some(path) = self.lock_path(other) else { return false };
        match File::options().read(true).write(true).open(path) {
            Ok(file) => file.try_lock().is_err(),
            Err(error) => error.kind() != io::ErrorKind::NotFound,
        }
    }

    /// Takes the rows and files of ended sessions away. Their jobs are anybody's from then on.
    fn forget_ended(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut statement = connection.prepare("SELECT id FROM sessions WHERE id <> ?1")?;
        let others = statement.query_map([self.id], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
        for other in others {
            if !self.is_locked(other) {
                connection.execute("DELETE FROM sessions WHERE id = ?1", [other])?;
                self.remove_lock(other);
            }
        }
        self.remove_strays(connection)
    }

    /// A process that died between making its file and its row has left a file that no row tells of.
    fn remove_strays(&self, connection: &Connection) -> rusqlite::Result<()> {
        let Some(database) = &self.database else { return Ok(()) };
        let name = database.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let dir = database.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            let file = entry.file_name();
            let hex =
                file.to_str().and_then(|file| file.strip_prefix(&*name)?.strip_prefix('.')?.strip_suffix(".lock"));
            let Some(id) = hex.and_then(|hex| u64::from_str_radix(hex, 16).ok()).map(u64::cast_signed) else {
                continue;
            };
            let known = connection.query_row("SELECT 1 FROM sessions WHERE id = ?1", [id], |_| Ok(())).optional()?;
            if known.is_none() && !self.is_locked(id) {
                self.remove_lock(id);
            }
        }
        Ok(())
    }

    /// Ends it, within a transaction that writes, and forgets those that have ended meanwhile, and what was cancelled:
    /// nobody brings that back, and its address may carry a token. The lock goes with `self`.
    pub(super) fn end(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection.execute(
            "DELETE FROM jobs WHERE session = ?1 AND state <> 'finished' AND state = 'cancelled'",
            [self.id],
        )?;
        self.forget_ended(connection)?;
        connection.execute("DELETE FROM sessions WHERE id = ?1", [self.id])?;
        self.remove_lock(self.id);
        Ok(())
    }

    fn lock_path(&self, id: i64) -> Option<PathBuf> {
        Some(beside(self.database.as_ref()?, &format!(".{id:016x}.lock")))
    }

    fn remove_lock(&self, id: i64) {
        if let Some(path) = self.lock_path(id)
            && durable::step().is_ok()
        {
            // What cannot be removed now is a stray for the next session.
            let _ = fs::remove_file(path);
        }
    }
}

/// What tells a file from every other; nothing where the system does not say.
fn identity(path: &Path) -> Option<(u64, u64)> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

fn random() -> i64 {
    fastrand::i64(..)
}

/// What the kernel calls this run of the system: bytes that were written in it are there until it ends. A debug build
/// believes `HAUL_BOOT_ID`, which is how the loss of power is tested.
fn boot(session: i64) -> String {
    #[cfg(debug_assertions)]
    if let Ok(id) = std::env::var("HAUL_BOOT_ID") {
        return id;
    }
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    Some(id.trim().to_owned()).filter(|id| !id.is_empty()).unwrap_or_else(|| format!("session {session:016x}"))
}
