//! How many connections may wait to be used again, over all hosts: each holds a descriptor and its buffers, and a list
//! may name more hosts than there are descriptors. Where there is no room for one more, a request goes over a connection
//! that closes behind it. The HTTP library bounds them for each host alone and tells nobody how many there are, so they
//! are counted here by the requests that need them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use url::{Origin, Url};

/// How often at most it is looked for hosts whose connections have closed.
const PAUSE: Duration = Duration::from_millis(100);

/// What is known of a host with a request under way, or with connections that may be open still.
#[derive(Debug)]
struct Host {
    /// Its connections that wait or will.
    kept: usize,
    /// Requests over those.
    busy: usize,
    /// Requests over connections that will not.
    passing: usize,
    /// When the last request ended.
    since: Instant,
}

#[derive(Debug)]
struct State {
    hosts: HashMap<Origin, Host>,
    kept: usize,
    swept: Instant,
}

/// See the head of this file.
#[derive(Debug)]
pub(super) struct Spares {
    state: Arc<Mutex<State>>,
    most: usize,
    /// How long the connections of a host may be open that nobody asks anything.
    idle: Duration,
}

impl Spares {
    pub(super) fn new(most: usize, idle: Duration) -> Self {
        let state = State { hosts: HashMap::new(), kept: 0, swept: Instant::now() };
        Self { state: Arc::new(Mutex::new(state)), most, idle }
    }

    /// The place of a request that begins now: over the HTTP/2 connection of this number, or over one of its own.
    /// Half of the room is for hosts that are asked more than one thing: others have no use for what they leave.
    pub(super) fn place(&self, url: &Url, lane: Option<usize>) -> Place {
        let (origin, now) = (url.origin(), Instant::now());
        let mut guard = lock(&self.state);
        let state = &mut *guard;
        if state.kept >= self.most / 2 && now.duration_since(state.swept) >= PAUSE {
            state.sweep(self.idle, now);
        }
        let is_known = state.hosts.contains_key(&origin);
        let new = Host { kept: 0, busy: 0, passing: 0, since: now };
        let host = state.hosts.entry(origin.clone()).or_insert(new);
        let more = lane.unwrap_or(host.busy).saturating_add(1).saturating_sub(host.kept);
        let kept = more == 0 || state.kept + more <= if is_known { self.most } else { self.most / 2 };
        if kept {
            (host.kept, host.busy, state.kept) = (host.kept + more, host.busy + 1, state.kept + more);
        } else {
            host.passing += 1;
        }
        Place { state: Arc::clone(&self.state), origin, kept }
    }
}

impl State {
    fn sweep(&mut self, idle: Duration, now: Instant) {
        self.swept = now;
        self.hosts.retain(|_, host| {
            let stays = host.busy + host.passing > 0 || now.duration_since(host.since) < idle;
            self.kept -= if stays { 0 } else { host.kept };
            stays
        });
    }
}

/// One request's, until its answer has been read.
#[derive(Debug)]
pub(super) struct Place {
    state: Arc<Mutex<State>>,
    origin: Origin,
    kept: bool,
}

impl Place {
    /// Its connection may be used again.
    pub(super) fn is_kept(&self) -> bool {
        self.kept
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = lock(&self.state);
        let Some(host) = state.hosts.get_mut(&self.origin) else { return };
        if self.kept {
            (host.busy, host.since) = (host.busy - 1, Instant::now());
        } else {
            host.passing -= 1;
        }
        if host.kept == 0 && host.passing == 0 {
            state.hosts.remove(&self.origin);
        }
    }
}

fn lock(mutex: &Mutex<State>) -> MutexGuard<'_, State> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: Duration = Duration::from_secs(40);

    fn url(host: usize) -> Url {
        Url::parse(&format!("http://h{host}/")).expect("a valid address")
    }

    /// Runs the test under a clock that it moves.
    fn timed<F: Future<Output = ()>>(test: F) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime").block_on(test);
    }

    fn known(spares: &Spares) -> (usize, usize) {
        let state = lock(&spares.state);
        (state.hosts.len(), state.kept)
    }

    #[test]
    fn hosts_without_number_leave_few_connections() {
        timed(async {
            let spares = Spares::new(8, IDLE);
            let kept = (0..1000).filter(|n| spares.place(&url(*n), None).is_kept()).count();
            assert_eq!((kept, known(&spares)), (4, (4, 4)));
            // A host that is asked for more while it is busy has half of the room left.
            let places: Vec<_> = (0..9).map(|_| spares.place(&url(7000), None)).collect();
            let kept: Vec<_> = places.iter().map(Place::is_kept).collect();
            assert_eq!(kept, [false, true, true, true, true, false, false, false, false]);
            drop(places);
            assert_eq!(known(&spares), (5, 8));
            // What it has left is used again, and the rest is forgotten when it has closed.
            tokio::time::advance(IDLE / 2).await;
            assert!(spares.place(&url(7000), None).is_kept());
            tokio::time::advance(IDLE / 2).await;
            assert!(!spares.place(&url(1), None).is_kept() && known(&spares) == (1, 4));
            tokio::time::advance(IDLE).await;
            assert!(spares.place(&url(1), None).is_kept() && known(&spares) == (1, 1));
        });
    }

    #[test]
    fn streams_share_a_connection() {
        timed(async {
            let spares = Spares::new(8, IDLE);
            let lanes = |lane: usize, count| (0..count).map(|_| spares.place(&url(1), Some(lane))).collect::<Vec<_>>();
            let mut places = lanes(0, 100);
            places.extend(lanes(3, 100));
            assert!(places.iter().all(Place::is_kept));
            assert_eq!(known(&spares), (1, 4));
            drop(places);
            assert_eq!(known(&spares), (1, 4));
        });
    }
}
