//! What can go wrong with the database. A leaf within the room.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::display::safe;
use crate::engine::error::{ErrorClass, TransferError};

/// The database can be neither used nor made. `Display` is one safe line.
#[derive(Debug)]
pub struct OpenError {
    path: PathBuf,
    why: String,
}

impl OpenError {
    pub(super) fn new(path: &Path, error: &io::Error) -> Self {
        Self { path: path.to_path_buf(), why: safe(&error.to_string()) }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot use the state database `{}`: {}", safe(&self.path.to_string_lossy()), self.why)
    }
}

impl std::error::Error for OpenError {}

/// Something could not be kept.
#[derive(Debug, Clone)]
pub(in crate::engine) struct SaveError {
    /// There is no room; another moment there may be.
    pub(super) full: bool,
    /// Another process has it for longer than usual; another moment it may not.
    pub(super) busy: bool,
    /// The database is damaged.
    pub(super) damaged: bool,
    pub(super) why: String,
}

impl SaveError {
    pub(super) fn ended() -> Self {
        Self { full: false, busy: false, damaged: false, why: "the state database is closed".to_owned() }
    }
}

impl From<io::Error> for SaveError {
    fn from(error: io::Error) -> Self {
        let full = matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
        Self { full, busy: false, damaged: false, why: error.to_string() }
    }
}

impl From<rusqlite::Error> for SaveError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let code = error.sqlite_error_code();
        let full = code == Some(ErrorCode::DiskFull);
        let busy = matches!(code, Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked));
        let damaged = code == Some(ErrorCode::DatabaseCorrupt);
        Self { full, busy, damaged, why: error.to_string() }
    }
}

/// The job's error where its state cannot be kept.
impl From<SaveError> for TransferError {
    fn from(error: SaveError) -> Self {
        let class = if error.full { ErrorClass::DiskFull } else { ErrorClass::Disk };
        Self::new(class, format!("cannot save the state: {}", error.why))
    }
}
