//! Turns at opening a database: one process at a time, since what another one has half made or half put aside looks like
//! damage. It must not know what is opened.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// Opening takes milliseconds; whoever holds the lock for longer has it for another reason.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often it is looked.
const PAUSE: Duration = Duration::from_millis(5);

/// Waits for the turn, which lasts as long as what this gives. The lock is the folder's, so that it leaves no file.
/// Where it cannot be had, it is done without.
pub(super) fn take_turn(database: &Path) -> Option<File> {
    let dir = database.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let dir = File::open(dir).ok()?;
    let until = Instant::now() + PATIENCE;
    loop {
        match dir.try_lock() {
            Ok(()) => return Some(dir),
            Err(TryLockError::WouldBlock) if Instant::now() < until => thread::sleep(PAUSE),
            Err(_) => return None,
        }
    }
}
