//! A line of a known rate that many answers share, and a count of the bytes that went over it. It is there so that a
//! test can break in while bodies flow, and to tell how much was fetched twice; nothing may assert a time.

use std::net::TcpStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::support::{HUNG, fail};

/// What goes out at once.
pub(super) const PIECE: usize = 4096;

/// How often it is looked whether there is still something to wait for.
const LOOK: Duration = Duration::from_millis(5);

struct State {
    /// When the line has taken all that was given to it.
    free_at: Instant,
    sent: u64,
}

/// Clones are the same line.
#[derive(Clone)]
pub(crate) struct Pace {
    bytes_per_second: u64,
    shared: Arc<(Mutex<State>, Condvar)>,
}

impl Pace {
    pub(crate) fn new(bytes_per_second: u64) -> Self {
        let state = State { free_at: Instant::now(), sent: 0 };
        Self { bytes_per_second, shared: Arc::new((Mutex::new(state), Condvar::new())) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a turn of so many bytes.
    pub(super) fn take_turn(&self, bytes: usize) {
        let turn = Duration::from_micros(bytes as u64 * 1_000_000 / self.bytes_per_second);
        let until = {
            let mut state = self.lock();
            // A line that was idle gains nothing by it.
            state.free_at = state.free_at.max(Instant::now()) + turn;
            state.free_at
        };
        std::thread::sleep(until.saturating_duration_since(Instant::now()));
    }

    /// So many bytes of a body are on their way to a client that lives.
    pub(super) fn note(&self, bytes: usize) {
        self.lock().sent += bytes as u64;
        self.shared.1.notify_all();
    }

    /// The bytes of bodies so far.
    pub(crate) fn sent(&self) -> u64 {
        self.lock().sent
    }

    /// Holds the test until so many bytes have gone out, or there is nothing more to wait for.
    #[track_caller]
    pub(crate) fn wait_sent(&self, bytes: u64, over: impl Fn() -> bool) {
        let since = Instant::now();
        let mut state = self.lock();
        while state.sent < bytes && !over() {
            if since.elapsed() > HUNG {
                fail(&format!("{} of {bytes} bytes were sent within {HUNG:?}", state.sent));
            }
            state = self.shared.1.wait_timeout(state, LOOK).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// True where the client has closed the connection: what is sent then reaches nobody.
pub(super) fn is_gone(stream: &TcpStream) -> bool {
    let looked = stream.set_nonblocking(true).and_then(|()| stream.peek(&mut [0]));
    let restored = stream.set_nonblocking(false);
    restored.is_err() || looked.map_or_else(|error| error.kind() != std::io::ErrorKind::WouldBlock, |n| n == 0)
}
