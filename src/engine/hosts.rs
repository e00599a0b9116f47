//! Who may start next: slots over all hosts, a window for each host, and turns among hosts; and what a host's trouble
//! means for its window. Pure: time comes in as an argument, and jobs are known by their ids alone.

mod window;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use url::{Origin, Url};

use super::error::{ErrorClass, TransferError};
use super::rate::Flow;
use super::request::JobId;

use window::{Count, Window};

#[derive(Debug)]
struct Host {
    window: Window,
    /// It has asked for a pause until then.
    paused: Option<Instant>,
    waiting: VecDeque<JobId>,
    /// Requests of jobs, and those that were lent.
    in_flight: usize,
    /// Jobs that have ended.
    files: u64,
    /// What it sends.
    flow: Arc<Flow>,
    /// It has answered a request before.
    answered: bool,
    /// Its first connection decides between HTTP/1.1 and HTTP/2; nobody else connects before that is known.
    negotiates: bool,
    /// That first connection has ended, well or badly; nobody waits for it any more.
    tried: bool,
}

impl Host {
    fn new(per_host: Option<usize>) -> Self {
        Self {
            window: Window::new(per_host.unwrap_or(window::START), per_host.unwrap_or(window::MOST)),
            paused: None,
            waiting: VecDeque::new(),
            in_flight: 0,
            files: 0,
            flow: Arc::default(),
            answered: false,
            negotiates: false,
            tried: false,
        }
    }

    /// How many requests may go out now.
    fn room(&self, now: Instant) -> usize {
        if self.paused.is_some_and(|until| until > now) {
            return 0;
        }
        let window = if self.is_unknown() { 1 } else { self.window.size() };
        window.saturating_sub(self.in_flight)
    }

    /// Somebody wants so many requests more. True where that makes the window another one.
    fn wants(&mut self, wish: usize, now: Instant) -> bool {
        let full = self.in_flight + wish > self.window.size();
        full && self.is_free(now) && self.window.pressed(self.count(), now)
    }

    /// Nothing but its window holds requests back.
    fn is_free(&self, now: Instant) -> bool {
        !self.is_unknown() && self.paused.is_none_or(|until| until <= now)
    }

    fn is_unknown(&self) -> bool {
        self.negotiates && !self.answered && !self.tried
    }

    fn count(&self) -> Count {
        Count { bytes: self.flow.bytes(), files: self.files }
    }
}

/// How many strikes an error is: a server that says so itself is believed at once, other troubles at the second.
fn strikes(error: &TransferError) -> u32 {
    match (error.class, error.status) {
        (ErrorClass::RateLimited, _) => 2,
        (ErrorClass::Status, Some(503))
        | (ErrorClass::Connect | ErrorClass::Timeout | ErrorClass::Stalled | ErrorClass::Truncated, _) => 1,
        _ => 0,
    }
}

/// Slots, windows and turns.
#[derive(Debug)]
pub(super) struct Hosts {
    slots: usize,
    per_host: Option<usize>,
    in_flight: usize,
    waiting: usize,
    known: HashMap<Origin, Host>,
    /// Hosts with waiting jobs, the one whose turn it is first.
    turns: VecDeque<Origin>,
    /// Hosts whose window has found another size, until somebody is told.
    changed: Vec<Origin>,
    /// When a window that was full at the last look has to be looked at again.
    look: Option<Instant>,
}

impl Hosts {
    /// `slots` jobs at once in all. `per_host` requests at once to one host, or as many as are found to bring something.
    pub(super) fn new(slots: usize, per_host: Option<usize>) -> Self {
        Self {
            slots: slots.max(1),
            per_host,
            in_flight: 0,
            waiting: 0,
            known: HashMap::new(),
            turns: VecDeque::new(),
            changed: Vec::new(),
            look: None,
        }
    }

    /// How many jobs wait for a slot.
    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    /// True once the host has answered anything.
    pub(super) fn has_answered(&self, url: &Url) -> bool {
        self.known.get(&url.origin()).is_some_and(|host| host.answered)
    }

    /// Puts a job at the end of its host's queue, or before all others of it.
    pub(super) fn enqueue(&mut self, url: &Url, id: JobId, first: bool) {
        let origin = url.origin();
        let host = self.known.entry(origin.clone()).or_insert_with(|| Host::new(self.per_host));
        host.negotiates = url.scheme() == "https";
        if host.waiting.is_empty() {
            self.turns.push_back(origin);
        }
        if first {
            host.waiting.push_front(id);
        } else {
            host.waiting.push_back(id);
        }
        self.waiting += 1;
    }

    /// Takes a waiting job out.
    pub(super) fn remove(&mut self, url: &Url, id: JobId) {
        let origin = url.origin();
        let Some(host) = self.known.get_mut(&origin) else { return };
        let before = host.waiting.len();
        host.waiting.retain(|waiting| *waiting != id);
        self.waiting -= before - host.waiting.len();
        if before > 0 && host.waiting.is_empty() {
            self.turns.retain(|turn| *turn != origin);
        }
    }

    /// Grants a slot to the next job that `may` start, if any may now. Hosts take turns. A host that has answered nothing
    /// yet never gets the last slot, so that dead hosts cannot keep the others from their work.
    pub(super) fn next(&mut self, now: Instant, may: impl Fn(JobId) -> bool) -> Option<JobId> {
        if self.in_flight >= self.slots {
            return None;
        }
        self.look = None;
        let last_slot = self.slots > 1 && self.in_flight + 1 == self.slots;
        for _ in 0..self.turns.len() {
            let origin = self.turns.pop_front()?;
            let Some(host) = self.known.get_mut(&origin) else { continue };
            if host.wants(1, now) {
                self.changed.push(origin.clone());
            }
            let room = host.room(now);
            if room == 0 && host.is_free(now) {
                self.look = self.look.into_iter().chain(host.window.next_look(now)).min();
            }
            if room == 0 || (last_slot && !host.answered) {
                self.turns.push_back(origin);
                continue;
            }
            let next = host.waiting.iter().position(|id| may(*id));
            let Some(id) = next.and_then(|at| host.waiting.remove(at)) else {
                self.turns.push_back(origin);
                continue;
            };
            if host.in_flight == 0 {
                host.window.begins(host.count(), now);
            }
            host.in_flight += 1;
            self.in_flight += 1;
            self.waiting -= 1;
            if !host.waiting.is_empty() {
                self.turns.push_back(origin);
            }
            return Some(id);
        }
        None
    }

    /// The host has answered a request, so long after it was sent.
    pub(super) fn answered(&mut self, url: &Url, ttfb: Duration) {
        if let Some(host) = self.known.get_mut(&url.origin()) {
            host.answered = true;
            host.window.answered(ttfb);
        }
    }

    /// A request to the host has failed. 429, or two other troubles in one epoch, halve its window, once an epoch;
    /// a `Retry-After` pauses the whole host. True where the host has to do with less from now on.
    pub(super) fn failed(&mut self, url: &Url, error: &TransferError, now: Instant) -> bool {
        let Some(host) = self.known.get_mut(&url.origin()) else { return false };
        let mut less = host.window.failed(strikes(error), now);
        let until = error.retry_after.filter(|_| error.is_transient()).and_then(|wait| now.checked_add(wait));
        if until > host.paused && until > Some(now) {
            host.paused = until;
            less = true;
        }
        less
    }

    /// Ends the host's pause before its time: the user wants it so. True where it had one.
    pub(super) fn lift(&mut self, url: &Url) -> bool {
        self.known.get_mut(&url.origin()).is_some_and(|host| host.paused.take().is_some())
    }

    /// The window of the host, and until when it is paused.
    pub(super) fn state(&self, url: &Url, now: Instant) -> (usize, Option<Instant>) {
        let host = self.known.get(&url.origin());
        host.map_or((self.per_host.unwrap_or(window::START), None), |host| {
            (host.window.size(), host.paused.filter(|until| *until > now))
        })
    }

    /// When time alone changes something next: a pause of a host with waiting jobs ends, or a full window has been
    /// watched for long enough.
    pub(super) fn next_opening(&self, now: Instant) -> Option<Instant> {
        let paused = self.turns.iter().filter_map(|origin| self.known.get(origin)?.paused);
        paused.chain(self.look).filter(|until| *until > now).min()
    }

    /// The hosts whose windows have found other sizes since the last call, with those sizes.
    pub(super) fn take_changed(&mut self) -> Vec<(Origin, usize)> {
        let changed = std::mem::take(&mut self.changed).into_iter();
        changed
            .filter_map(|origin| self.known.get(&origin).map(|host| host.window.size()).map(|n| (origin, n)))
            .collect()
    }

    /// Where the bytes of the host are counted.
    pub(super) fn flow(&self, url: &Url) -> Arc<Flow> {
        self.known.get(&url.origin()).map(|host| Arc::clone(&host.flow)).unwrap_or_default()
    }

    /// Gives out up to `wish` requests for parts of a file that a job of the host fetches already. They count in the
    /// host's window and take no slot. Jobs that wait come first; what is refused is demand all the same.
    pub(super) fn lend(&mut self, url: &Url, wish: usize, now: Instant) -> usize {
        let origin = url.origin();
        let Some(host) = self.known.get_mut(&origin).filter(|host| host.waiting.is_empty()) else { return 0 };
        if wish > host.room(now) && host.wants(wish, now) {
            self.changed.push(origin);
        }
        let lent = wish.min(host.room(now));
        host.in_flight += lent;
        lent
    }

    /// Takes back what was lent.
    pub(super) fn give_back(&mut self, url: &Url, lent: usize) {
        if let Some(host) = self.known.get_mut(&url.origin()) {
            host.in_flight -= lent;
        }
    }

    /// Gives a slot back.
    pub(super) fn release(&mut self, url: &Url) {
        let origin = url.origin();
        let Some(host) = self.known.get_mut(&origin) else { return };
        host.in_flight -= 1;
        host.files += 1;
        host.tried = true;
        if host.waiting.is_empty() {
            host.window.lapses();
        }
        self.in_flight -= 1;
        if host.in_flight == 0 && host.waiting.is_empty() && !host.answered && host.paused.is_none() {
            self.known.remove(&origin);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a valid address")
    }

    fn granted(hosts: &mut Hosts) -> Vec<u64> {
        let now = Instant::now();
        std::iter::from_fn(|| hosts.next(now, |_| true)).map(|id| id.0).collect()
    }

    #[test]
    fn windows_and_turns() {
        let (a, b) = (url("http://a/x"), url("http://b/x"));
        let mut hosts = Hosts::new(64, Some(2));
        for id in 1..=4 {
            hosts.enqueue(&a, JobId(id), false);
        }
        for id in 5..=6 {
            hosts.enqueue(&b, JobId(id), false);
        }
        assert_eq!(granted(&mut hosts), [1, 5, 2, 6]);
        assert_eq!(hosts.waiting(), 2);
        hosts.release(&a);
        hosts.enqueue(&a, JobId(9), true);
        assert_eq!(granted(&mut hosts), [9]);
        hosts.remove(&a, JobId(3));
        hosts.release(&a);
        hosts.release(&a);
        assert_eq!(granted(&mut hosts), [4]);
        assert_eq!((hosts.waiting(), hosts.turns.len()), (0, 0));
    }

    #[test]
    fn a_job_that_may_not_start_keeps_its_place_and_holds_nobody_up() {
        let (a, b) = (url("http://a/x"), url("http://b/x"));
        let mut hosts = Hosts::new(64, Some(16));
        for (id, host) in [(1, &a), (2, &a), (3, &b), (4, &a)] {
            hosts.enqueue(host, JobId(id), false);
        }
        let now = Instant::now();
        let even = std::iter::from_fn(|| hosts.next(now, |id| id.0 % 2 == 0)).map(|id| id.0).collect::<Vec<_>>();
        assert_eq!((even, hosts.waiting()), (vec![2, 4], 2));
        assert_eq!(granted(&mut hosts), [3, 1]);
        assert_eq!((hosts.waiting(), hosts.turns.len()), (0, 0));
    }

    #[test]
    fn the_first_connection_to_an_https_host_goes_alone() {
        let a = url("https://a/x");
        let mut hosts = Hosts::new(64, Some(16));
        for id in 1..=4 {
            hosts.enqueue(&a, JobId(id), false);
        }
        assert_eq!(granted(&mut hosts), [1]);
        hosts.answered(&a, Duration::ZERO);
        assert_eq!(granted(&mut hosts), [2, 3, 4]);
    }

    #[test]
    fn silent_hosts_leave_the_last_slot() {
        let mut hosts = Hosts::new(2, Some(16));
        let (dead, good) = (url("http://dead/"), url("http://good/"));
        for id in 1..=3 {
            hosts.enqueue(&dead, JobId(id), false);
        }
        assert_eq!(granted(&mut hosts), [1]);
        hosts.release(&dead);
        hosts.enqueue(&good, JobId(7), false);
        hosts.remove(&dead, JobId(2));
        hosts.remove(&dead, JobId(3));
        assert_eq!(granted(&mut hosts), [7]);
        hosts.answered(&good, Duration::ZERO);
        hosts.enqueue(&good, JobId(8), false);
        hosts.enqueue(&dead, JobId(4), false);
        assert_eq!(granted(&mut hosts), [8]);
        let mut single = Hosts::new(1, Some(16));
        single.enqueue(&dead, JobId(1), false);
        assert_eq!(granted(&mut single), [1]);
    }

    #[test]
    fn trouble_halves_the_window_once_an_epoch() {
        let a = url("http://a/");
        let (limited, busy) = (TransferError::status(429, None), TransferError::status(503, None));
        let reset = TransferError::new(ErrorClass::Connect, "reset");
        let gone = TransferError::status(404, None);
        let start = Instant::now();
        let mut hosts = Hosts::new(64, Some(16));
        hosts.enqueue(&a, JobId(1), false);
        for (millis, error, window) in [
            (0, &gone, 16),
            (0, &busy, 16),
            (10, &reset, 8),
            (20, &limited, 8),
            (300, &busy, 8),
            (600, &reset, 8),
            (900, &limited, 4),
            (1200, &limited, 2),
            (1500, &limited, 1),
            (1800, &limited, 1),
        ] {
            let now = start + Duration::from_millis(millis);
            hosts.failed(&a, error, now);
            assert_eq!(hosts.state(&a, now), (window, None), "{millis}");
        }
    }

    #[test]
    fn a_retry_after_pauses_the_whole_host_and_no_other() {
        let (a, b) = (url("http://a/"), url("http://b/"));
        let start = Instant::now();
        let mut hosts = Hosts::new(64, Some(16));
        for (id, host) in [(1, &a), (2, &a), (3, &b)] {
            hosts.enqueue(host, JobId(id), false);
        }
        let wait = |seconds| TransferError::status(503, Some(Duration::from_secs(seconds)));
        assert!(hosts.failed(&a, &wait(30), start));
        assert!(!hosts.failed(&b, &wait(0), start));
        let gone = TransferError { retry_after: Some(Duration::from_secs(99)), ..TransferError::status(404, None) };
        assert!(!hosts.failed(&b, &gone, start));
        let until = start + Duration::from_secs(30);
        assert_eq!((hosts.state(&a, start).1, hosts.next_opening(start)), (Some(until), Some(until)));
        let all = |_| true;
        assert_eq!(hosts.next(start, all), Some(JobId(3)));
        assert_eq!((hosts.next(start, all), hosts.next(until, all)), (None, Some(JobId(1))));
        assert_eq!(hosts.next_opening(until), None);
        assert!(hosts.lift(&a) && !hosts.lift(&a));
        assert_eq!(hosts.next(start, all), Some(JobId(2)));
    }

    #[test]
    fn what_is_lent_counts_in_the_window_and_takes_no_slot() {
        let (a, other) = (url("http://a/"), url("http://b/"));
        let (mut hosts, now) = (Hosts::new(2, Some(4)), Instant::now());
        assert_eq!(hosts.lend(&a, 1, now), 0, "a host without a job");
        for id in 1..=3 {
            hosts.enqueue(&a, JobId(id), false);
        }
        hosts.answered(&a, Duration::ZERO);
        assert_eq!(granted(&mut hosts), [1, 2]);
        assert_eq!(hosts.lend(&a, 1, now), 0, "a job of the host waits");
        hosts.remove(&a, JobId(3));
        assert_eq!((hosts.lend(&a, 1, now), hosts.lend(&a, 9, now), hosts.lend(&a, 1, now)), (1, 1, 0));
        hosts.release(&a);
        hosts.enqueue(&a, JobId(4), false);
        hosts.enqueue(&a, JobId(5), false);
        hosts.enqueue(&other, JobId(6), false);
        hosts.answered(&other, Duration::ZERO);
        assert_eq!(granted(&mut hosts), [4], "the window is full, and so are the slots");
        hosts.release(&a);
        assert_eq!(granted(&mut hosts), [6]);
        hosts.give_back(&a, 2);
        hosts.remove(&a, JobId(5));
        hosts.failed(&a, &TransferError::status(503, Some(Duration::from_secs(1))), now);
        assert_eq!(hosts.lend(&a, 1, now), 0, "the host is paused");
        assert_eq!(hosts.lend(&a, 9, now + Duration::from_secs(1)), 3);
    }

    #[test]
    fn a_full_window_grows_for_jobs_and_for_loans() {
        let (a, start) = (url("http://a/"), Instant::now());
        let later = start + Duration::from_millis(100);
        for (jobs, loans) in [(40, 0), (15, 20)] {
            let mut hosts = Hosts::new(64, None);
            (0..jobs).for_each(|id| hosts.enqueue(&a, JobId(id), false));
            let grant = |hosts: &mut Hosts, now| std::iter::from_fn(|| hosts.next(now, |_| true)).count();
            let first = grant(&mut hosts, start);
            assert_eq!(first as u64, jobs.min(16));
            (0..8).for_each(|_| hosts.answered(&a, Duration::ZERO));
            hosts.flow(&a).add(1000);
            assert_eq!(hosts.next_opening(start), (loans == 0).then_some(later), "nobody wakes up for nothing");
            assert_eq!(hosts.take_changed(), []);
            assert_eq!(grant(&mut hosts, later) + hosts.lend(&a, loans, later), if loans == 0 { 16 } else { 17 });
            assert_eq!(hosts.take_changed(), [(a.origin(), 32)]);
        }
    }
}
