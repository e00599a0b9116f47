//! How many files and connections the system lets this process hold at once, and what it says when there are none left.
//! A leaf: `net` and `disk` meet the limit, the engine plans for it.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

/// What is held besides transfers: standard streams, the polling of the runtime, lists, reports, files that are just
/// being given their names.
const RESERVED: u64 = 24;

/// Of each transfer: a connection, a part file, and a connection that waits to be used again.
const PER_TRANSFER: u64 = 3;

/// Each holds some 30 KB too.
const MOST_SPARES: usize = 512;

/// Nobody needs more, and macOS takes no larger number.
const ENOUGH: u64 = if cfg!(target_vendor = "apple") { 10_240 } else { 65_536 };

/// Others give theirs back soon: idle connections close after 20 s, and files of a moment sooner.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// How often it is tried again within [`PATIENCE`].
pub(super) const PAUSE: Duration = Duration::from_millis(50);

/// True where the process, or the whole system, can open nothing more for now.
pub(super) fn exhausted(error: &io::Error) -> bool {
    #[cfg(unix)]
    {
        use rustix::io::Errno;
        let errno = Errno::from_io_error(error);
        errno.is_some_and(|errno| errno == Errno::MFILE || errno == Errno::NFILE)
    }
    #[cfg(not(unix))]
    {
        const WSAEMFILE: i32 = 10_024;
        error.raw_os_error() == Some(WSAEMFILE)
    }
}

/// Opens a file; where too much is open for one more, it blocks until others have closed.
pub(super) fn patiently<T>(mut open: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let until = Instant::now() + PATIENCE;
    loop {
        match open() {
            Err(error) if exhausted(&error) && Instant::now() < until => thread::sleep(PAUSE),
            result => return result,
        }
    }
}

/// Raises the limit of this process as far as it may and is of use, and gives how many transfers it has room for.
pub(super) fn transfers() -> usize {
    let room = limit().saturating_sub(RESERVED) / PER_TRANSFER;
    usize::try_from(room).unwrap_or(usize::MAX).max(1)
}

/// How many connections, in use or not, may be there to be used again, beside so many transfers with a part file and
/// a connection that will not be.
pub(super) fn spares(transfers: usize) -> usize {
    let room = usize::try_from(limit().saturating_sub(RESERVED)).unwrap_or(usize::MAX);
    room.saturating_sub(2 * transfers).clamp(transfers, MOST_SPARES.max(2 * transfers))
}

/// True where connections that wait to be used again are missed elsewhere.
pub(super) fn scarce() -> bool {
    limit() < 1024
}

#[cfg(unix)]
fn limit() -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let Some(current) = current else { return u64::MAX };
    let wanted = maximum.unwrap_or(u64::MAX).min(ENOUGH);
    let raised = wanted > current && setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum }).is_ok();
    if raised { wanted } else { current }
}

#[cfg(not(unix))]
fn limit() -> u64 {
    u64::MAX
}
