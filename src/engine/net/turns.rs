//! Who may be waiting for whom, and over which connection. An HTTP/2 server limits the streams at once, and a request
//! beyond the limit waits in the HTTP library for an earlier one to end; nobody tells when it leaves. So, at a host that
//! speaks HTTP/2, the stall clock of a request without an answer begins anew with every sign of life of one that was
//! asked before it on the same connection. At a distance many streams are spread over a few connections, since each has
//! a limit and a congestion window of its own; nearby one carries all, and a second would only cost.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use url::{Origin, Url};

use super::connects::Clock;

/// The most connections to one HTTP/2 host.
pub(super) const LANES: usize = 4;

/// So many streams share a connection before there is another one.
pub(super) const STREAMS: usize = 16;

/// Bytes come far more often than clocks need to hear of them.
const OFTEN: Duration = Duration::from_millis(20);

/// A host whose quickest answer took longer than this is far away.
const FAR: Duration = Duration::from_millis(10);

/// Where more hosts are known than this, those without a request are forgotten.
const MOST_KNOWN: usize = 4096;

/// The requests of one connection.
#[derive(Debug, Default)]
struct Lane {
    /// Those that have not ended.
    open: usize,
    next: u64,
    /// Those without an answer, in the order in which they were asked.
    waiting: BTreeMap<u64, Clock>,
    /// Whose sign of life was passed on last, and when.
    passed_on: Option<(u64, Instant)>,
}

/// The connections to one host.
#[derive(Debug)]
struct Host {
    lanes: [Arc<Mutex<Lane>>; LANES],
    /// It takes no more than one.
    narrow: bool,
    quickest: Duration,
}

impl Default for Host {
    fn default() -> Self {
        Self { lanes: Default::default(), narrow: false, quickest: Duration::MAX }
    }
}

/// The hosts that are known to speak HTTP/2.
#[derive(Debug, Default)]
pub(super) struct Hosts(Mutex<HashMap<Origin, Host>>);

impl Hosts {
    /// The turn of a request that is asked now; none at a host that has not spoken HTTP/2 yet. It goes over the first
    /// connection that has room, else over the one with the fewest.
    pub(super) fn turn(&self, url: &Url) -> Option<Turn> {
        let hosts = lock(&self.0);
        let host = hosts.get(&url.origin())?;
        let most = if host.narrow || host.quickest < FAR { 1 } else { LANES };
        let open = |at: &usize| lock(&host.lanes[*at]).open;
        let lane = (0..most).find(|at| open(at) < STREAMS).or_else(|| (0..most).min_by_key(open))?;
        Some(Turn::new(&host.lanes[lane], lane))
    }

    /// A request was answered, so long after it was asked.
    pub(super) fn answered(&self, url: &Url, ttfb: Duration) {
        if let Some(host) = lock(&self.0).get_mut(&url.origin()) {
            host.quickest = host.quickest.min(ttfb);
        }
    }

    /// The turn of a request whose answer shows that the host speaks HTTP/2.
    pub(super) fn found(&self, url: &Url) -> Turn {
        Turn::new(&known(&mut lock(&self.0), url).lanes[0], 0)
    }

    /// The host takes no more than one connection.
    pub(super) fn narrow(&self, url: &Url) {
        known(&mut lock(&self.0), url).narrow = true;
    }
}

/// The host, from now on a known one.
fn known<'a>(hosts: &'a mut HashMap<Origin, Host>, url: &Url) -> &'a mut Host {
    let origin = url.origin();
    if hosts.len() >= MOST_KNOWN && !hosts.contains_key(&origin) {
        hosts.retain(|_, host| host.lanes.iter().any(|lane| lock(lane).open > 0));
    }
    hosts.entry(origin).or_default()
}

/// The place of one request among those to its host, until it is over.
#[derive(Debug)]
pub(super) struct Turn {
    lane: Arc<Mutex<Lane>>,
    /// The number of the connection.
    at: usize,
    number: u64,
}

impl Turn {
    fn new(lane: &Arc<Mutex<Lane>>, at: usize) -> Self {
        let mut locked = lock(lane);
        let number = locked.next;
        locked.next += 1;
        locked.open += 1;
        Self { lane: Arc::clone(lane), at, number }
    }

    /// Which connection it goes over, from 0.
    pub(super) fn lane(&self) -> usize {
        self.at
    }

    /// The request waits by this clock for as long as the guard lives.
    pub(super) fn wait(&self, clock: &Clock) -> Waiting<'_> {
        lock(&self.lane).waiting.insert(self.number, clock.clone());
        Waiting(self)
    }

    /// Something came for this request: those behind it have not waited in vain.
    pub(super) fn moved(&self) {
        let (mut lane, now) = (lock(&self.lane), Instant::now());
        if lane.passed_on.is_some_and(|(number, at)| number <= self.number && now.duration_since(at) < OFTEN) {
            // All of them were told already.
            return;
        }
        lane.passed_on = Some((self.number, now));
        for clock in lane.waiting.range(self.number + 1..).map(|(_, clock)| clock) {
            clock.restart();
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        lock(&self.lane).open -= 1;
    }
}

/// Ends the wait, however it ends.
pub(super) struct Waiting<'a>(&'a Turn);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        lock(&self.0.lane).waiting.remove(&self.0.number);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::connects::with_stall_clock;
    use super::*;

    /// Two requests wait so many seconds for their answers; one of them moves every 9 s until then. The clock stands at
    /// 10 s.
    async fn answered(moving: usize, seconds: u64) -> bool {
        let (hosts, url) = (Hosts::default(), Url::parse("https://h/").expect("a valid address"));
        assert!(hosts.turn(&url).is_none());
        drop(hosts.found(&url));
        let turns = [hosts.turn(&url).expect("known"), hosts.turn(&url).expect("known")];
        let (second, limit) = (Duration::from_secs(1), Duration::from_secs(10));
        let answer = tokio::time::sleep(second * u32::try_from(seconds).expect("a short time"));
        let wait = with_stall_clock(limit, |clock| turns[1 - moving].wait(clock), answer);
        let steps = async {
            loop {
                tokio::time::sleep(second * 9).await;
                turns[moving].moved();
            }
        };
        tokio::select! {
            answered = wait => answered.is_some(),
            () = steps => false,
        }
    }

    #[test]
    fn only_those_who_were_there_before_excuse_a_wait() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime").block_on(async {
            assert!(answered(0, 100).await);
            assert!(!answered(1, 100).await);
            assert!(answered(1, 9).await);
        });
    }

    #[test]
    fn many_streams_are_spread_over_a_few_connections() {
        let (hosts, url) = (Hosts::default(), Url::parse("https://h/").expect("a valid address"));
        let turn = || hosts.turn(&url).expect("known");
        let lanes = |turns: &[Turn]| {
            let mut lanes = [0; LANES];
            for turn in turns {
                lanes[turn.lane()] += 1;
            }
            lanes
        };
        let mut turns = vec![hosts.found(&url)];
        hosts.answered(&url, FAR);
        for (count, expected) in [(16, [16, 0, 0, 0]), (17, [16, 1, 0, 0]), (64, [16; 4]), (72, [18; 4])] {
            turns.extend((turns.len()..count).map(|_| turn()));
            assert_eq!(lanes(&turns), expected);
        }
        // The first that have room again are the first to be filled.
        turns.truncate(10);
        turns.extend((0..10).map(|_| turn()));
        assert_eq!(lanes(&turns), [16, 4, 0, 0]);
        // One answer that is quick shows that it is near.
        hosts.answered(&url, FAR / 2);
        hosts.answered(&url, FAR * 9);
        turns.extend((0..100).map(|_| turn()));
        assert_eq!(lanes(&turns), [116, 4, 0, 0]);
    }

    #[test]
    fn where_many_hosts_are_known_idle_ones_are_forgotten() {
        let hosts = Hosts::default();
        let url = |n: usize| Url::parse(&format!("https://h{n}/")).expect("a valid address");
        let busy = hosts.found(&url(0));
        (1..MOST_KNOWN).for_each(|n| drop(hosts.found(&url(n))));
        assert_eq!(lock(&hosts.0).len(), MOST_KNOWN);
        drop(hosts.found(&url(1)));
        assert_eq!(lock(&hosts.0).len(), MOST_KNOWN, "it is no new one");
        drop(hosts.found(&url(MOST_KNOWN)));
        assert_eq!(lock(&hosts.0).len(), 2);
        drop(busy);
        assert!(hosts.turn(&url(0)).is_some());
    }

    #[test]
    fn a_host_that_takes_one_connection_is_left_at_that() {
        let (hosts, url) = (Hosts::default(), Url::parse("https://h/").expect("a valid address"));
        drop(hosts.found(&url));
        hosts.answered(&url, FAR);
        hosts.narrow(&url);
        let turns: Vec<_> = (0..40).map(|_| hosts.turn(&url).expect("known")).collect();
        assert!(turns.iter().all(|turn| turn.lane() == 0));
    }
}
