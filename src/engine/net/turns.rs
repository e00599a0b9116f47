//! Who may be waiting for whom. An HTTP/2 server limits the streams at once, and a request beyond the limit waits in
//! the HTTP library for an earlier one to end; nobody tells when it leaves. So, at a host that speaks HTTP/2, the stall
//! clock of a request without an answer begins anew with every sign of life of one that was asked before it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use url::{Origin, Url};

use super::connects::Clock;

/// The requests without an answer at one host, in the order in which they were asked.
#[derive(Debug, Default)]
struct Queue {
    next: u64,
    waiting: BTreeMap<u64, Clock>,
}

/// The hosts that are known to speak HTTP/2.
#[derive(Debug, Default)]
pub(super) struct Hosts(Mutex<HashMap<Origin, Arc<Mutex<Queue>>>>);

impl Hosts {
    /// The turn of a request that is asked now; none at a host that has not spoken HTTP/2 yet.
    pub(super) fn turn(&self, url: &Url) -> Option<Turn> {
        lock(&self.0).get(&url.origin()).map(Turn::new)
    }

    /// The turn of a request whose answer shows that the host speaks HTTP/2.
    pub(super) fn found(&self, url: &Url) -> Turn {
        Turn::new(lock(&self.0).entry(url.origin()).or_default())
    }
}

/// The place of one request among those to its host.
#[derive(Debug)]
pub(super) struct Turn {
    queue: Arc<Mutex<Queue>>,
    number: u64,
}

impl Turn {
    fn new(queue: &Arc<Mutex<Queue>>) -> Self {
        let mut locked = lock(queue);
        let number = locked.next;
        locked.next += 1;
        Self { queue: Arc::clone(queue), number }
    }

    /// The request waits by this clock for as long as the guard lives.
    pub(super) fn wait(&self, clock: &Clock) -> Waiting<'_> {
        lock(&self.queue).waiting.insert(self.number, clock.clone());
        Waiting(self)
    }

    /// Something came for this request: those behind it have not waited in vain.
    pub(super) fn moved(&self) {
        for clock in lock(&self.queue).waiting.range(self.number + 1..).map(|(_, clock)| clock) {
            clock.restart();
        }
    }
}

/// Ends the wait, however it ends.
pub(super) struct Waiting<'a>(&'a Turn);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        lock(&self.0.queue).waiting.remove(&self.0.number);
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
}
