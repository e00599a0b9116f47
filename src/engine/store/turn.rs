//! Turns at opening a database: one process at a time, since what another one has half made or half put aside looks like
//! damage. It must not know what is opened.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// Opening takes milliseconds; whoever holds the lock for longer mends a large one, or has it for another reason.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often it is looked.
const PAUSE: Duration = Duration::from_millis(5);

/// Whose turn it is, as long as this lives.
#[derive(Debug)]
pub(super) enum Turn {
    Mine {
        _lock: File,
    },
    /// Somebody else's, for longer than anybody waits.
    Late,
    /// Nobody can tell here.
    Unknown,
}

/// Waits for the turn. The lock is the folder's, so that it leaves no file.
pub(super) fn take_turn(database: &Path) -> Turn {
    let dir = database.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(dir) = File::open(dir) else { return Turn::Unknown };
    let until = Instant::now() + PATIENCE;
    loop {
        match dir.try_lock() {
            Ok(()) => return Turn::Mine { _lock: dir },
            Err(TryLockError::WouldBlock) if Instant::now() < until => thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => return Turn::Late,
            Err(TryLockError::Error(_)) => return Turn::Unknown,
        }
    }
}
