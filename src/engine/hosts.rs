//! Who may start next: slots over all hosts, a window for each host, and turns among hosts; and what a host's trouble
//! means for its window. Pure: time comes in as an argument, and jobs are known by their ids alone.

mod host;
mod queues;
mod turns;
mod window;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use url::{Origin, Url};

use super::error::{ErrorClass, TransferError};
use super::event::Move;
use super::rate::Flow;
use super::request::JobId;

use host::Host;
use queues::Queues;
use turns::{HostNo, Stand, Turns};

/// How many strikes an error is: a server that says so itself is believed at once, other troubles at the second.
fn strikes(error: &TransferError) -> u32 {
    match (error.class, error.status) {
        (ErrorClass::RateLimited, _) => 2,
        (ErrorClass::Status, Some(503))
        | (ErrorClass::Connect | ErrorClass::Timeout | ErrorClass::Stalled | ErrorClass::Truncated, _) => 1,
        _ => 0,
    }
}

/// So many requests are lent at once over all hosts: each is a connection with buffers of its own for the disk, two of
/// 64 KiB, and all buffers together take no more than 16 MiB.
const MOST_LENT: usize = 64;

/// Where more hosts are known than this, idle ones are forgotten.
const MOST_KNOWN: usize = 4096;

/// Slots, windows and turns.
#[derive(Debug)]
pub(super) struct Hosts {
    slots: usize,
    per_host: Option<usize>,
    in_flight: usize,
    lent: usize,
    numbers: HashMap<Origin, HostNo>,
    known: HashMap<HostNo, Host>,
    last: HostNo,
    queues: Queues,
    turns: Turns,
    /// Hosts to which something has happened since the last look.
    stirred: BTreeSet<HostNo>,
    /// Hosts whose window has found another size, until somebody is told.
    changed: Vec<HostNo>,
}

impl Hosts {
    /// `slots` jobs at once in all. `per_host` requests at once to one host, or as many as are found to bring something.
    pub(super) fn new(slots: usize, per_host: Option<usize>) -> Self {
        Self {
            slots: slots.max(1),
            per_host,
            in_flight: 0,
            lent: 0,
            numbers: HashMap::new(),
            known: HashMap::new(),
            last: 0,
            queues: Queues::default(),
            turns: Turns::default(),
            stirred: BTreeSet::new(),
            changed: Vec::new(),
        }
    }

    /// How many jobs wait for a slot.
    pub(super) fn waiting(&self) -> usize {
        self.queues.len()
    }

    /// True once the host has answered anything.
    pub(super) fn has_answered(&self, url: &Url) -> bool {
        self.of(url).is_some_and(|host| host.answered)
    }

    fn of(&self, url: &Url) -> Option<&Host> {
        self.known.get(self.numbers.get(&url.origin())?)
    }

    /// The host, to which something happens.
    fn stir(&mut self, url: &Url) -> Option<(HostNo, &mut Host)> {
        let number = *self.numbers.get(&url.origin())?;
        let host = self.known.get_mut(&number)?;
        self.stirred.insert(number);
        Some((number, host))
    }

    /// Puts a job at the end of its host's queue, or before all others of it.
    pub(super) fn enqueue(&mut self, url: &Url, id: JobId, first: bool) {
        let origin = url.origin();
        if !self.numbers.contains_key(&origin) {
            self.last += 1;
            self.numbers.insert(origin.clone(), self.last);
            self.known.insert(self.last, Host::new(origin, self.per_host));
        }
        let turn = self.turns.draw();
        let Some((number, host)) = self.stir(url) else { return };
        host.negotiates = url.scheme() == "https";
        if !self.queues.has(number)
            && let Some(host) = self.known.get_mut(&number)
        {
            host.turn = turn;
        }
        self.queues.push(number, id, first);
    }

    /// Takes a waiting job out.
    pub(super) fn remove(&mut self, url: &Url, id: JobId) {
        if self.queues.remove(id).is_some() {
            self.stir(url);
        }
    }

    /// Has waiting jobs change places; false where not all of them wait.
    pub(super) fn reorder(&mut self, how: Move) -> bool {
        self.queues.reorder(how)
    }

    /// So many jobs at once from now on; those that have a slot keep it.
    pub(super) fn set_slots(&mut self, slots: usize) {
        self.slots = slots.max(1);
    }

    /// Grants a slot to a waiting job beyond all limits; false where it does not wait.
    pub(super) fn force(&mut self, id: JobId, now: Instant) -> bool {
        let Some(number) = self.queues.remove(id) else { return false };
        self.begins(number, now);
        self.place(number, now);
        true
    }

    /// Grants a slot to the next job that `may` start, if any may now; the others keep their places until
    /// [`Self::reopen`]. Hosts take turns: the one that was granted something longest ago comes first. A host that has answered nothing yet never gets the last slot, so that dead
    /// hosts cannot keep the others from their work.
    pub(super) fn next(&mut self, now: Instant, may: impl Fn(JobId) -> bool) -> Option<JobId> {
        if self.in_flight >= self.slots {
            return None;
        }
        while let Some(number) = self.stirred.pop_first().or_else(|| self.turns.due(now)) {
            self.place(number, now);
        }
        let last_slot = self.slots > 1 && self.in_flight + 1 == self.slots;
        while let Some(number) = self.turns.first(last_slot) {
            let granted = self.queues.take(number, &may);
            if granted.is_some() {
                self.begins(number, now);
            }
            self.place(number, now);
            if granted.is_some() {
                return granted;
            }
        }
        None
    }

    /// A request of a job goes out to the host.
    fn begins(&mut self, number: HostNo, now: Instant) {
        let Some(host) = self.known.get_mut(&number) else { return };
        if host.in_flight == 0 {
            host.window.begins(host.count(), now);
        }
        (host.in_flight, host.turn) = (host.in_flight + 1, self.turns.draw());
        self.in_flight += 1;
    }

    /// Jobs that could not start may be able to by now; until then nobody asks for them again.
    pub(super) fn reopen(&mut self) {
        self.stirred.extend(self.queues.reopen());
    }

    /// Finds out where a host stands now.
    fn place(&mut self, number: HostNo, now: Instant) {
        let many = self.known.len() > MOST_KNOWN;
        let Some(host) = self.known.get_mut(&number) else { return };
        let waits = self.queues.has(number);
        if waits && host.wants(1, now) {
            self.changed.push(number);
        }
        host.want_back(waits, now);
        let stand = match host.pause(now) {
            // It can be forgotten then.
            Some(until) if many => Stand::Later(until),
            _ if waits => host.stand(now),
            _ => Stand::Away,
        };
        self.turns.change(number, std::mem::replace(&mut host.stand, stand), stand);
        if many && host.is_idle(self.per_host, now) && !self.queues.knows(number) {
            self.forget(number);
        }
    }

    /// The host has answered a request, so long after it was sent.
    pub(super) fn answered(&mut self, url: &Url, ttfb: Duration) {
        if let Some((_, host)) = self.stir(url) {
            host.answered = true;
            host.window.answered(ttfb);
        }
    }

    /// A request to the host has failed. 429, or two other troubles in one epoch, halve its window, once an epoch;
    /// a `Retry-After` pauses the whole host. True where the host has to do with less from now on.
    pub(super) fn failed(&mut self, url: &Url, error: &TransferError, now: Instant) -> bool {
        let Some((number, host)) = self.stir(url) else { return false };
        let mut less = host.window.failed(strikes(error), now);
        let until = error.retry_after.filter(|_| error.is_transient()).and_then(|wait| now.checked_add(wait));
        if until > host.paused && until > Some(now) {
            host.paused = until;
            less = true;
        }
        self.place(number, now);
        less
    }

    /// Ends the host's pause before its time: the user wants it so. True where it had one.
    pub(super) fn lift(&mut self, url: &Url) -> bool {
        self.stir(url).is_some_and(|(_, host)| host.paused.take().is_some())
    }

    /// The window of the host, and until when it is paused.
    pub(super) fn state(&self, url: &Url, now: Instant) -> (usize, Option<Instant>) {
        let stranger = (self.per_host.unwrap_or(window::START), None);
        self.of(url).map_or(stranger, |host| (host.window.size(), host.pause(now)))
    }

    /// When time alone changes something next: a pause of a host with waiting jobs ends, or a full window has been
    /// watched for long enough.
    pub(super) fn next_opening(&self, now: Instant) -> Option<Instant> {
        self.turns.next(now)
    }

    /// The hosts whose windows have found other sizes since the last call, with those sizes.
    pub(super) fn take_changed(&mut self) -> Vec<(Origin, usize)> {
        let changed = std::mem::take(&mut self.changed).into_iter();
        changed
            .filter_map(|number| self.known.get(&number).map(|host| (host.origin.clone(), host.window.size())))
            .collect()
    }

    /// Where the bytes of the host are counted.
    pub(super) fn flow(&self, url: &Url) -> Arc<Flow> {
        self.of(url).map(|host| Arc::clone(&host.flow)).unwrap_or_default()
    }

    /// Gives out up to `wish` requests for parts of a file that a job of the host fetches already. They count in the
    /// host's window and take no slot. Jobs that wait come first, and [`Flow::is_wanted_back`] says so where some begin
    /// to wait later; what is refused is demand all the same.
    pub(super) fn lend(&mut self, url: &Url, wish: usize, now: Instant) -> usize {
        let number = self.numbers.get(&url.origin()).copied();
        if number.is_none_or(|number| self.queues.has(number)) {
            return 0;
        }
        let most = MOST_LENT - self.lent;
        let Some((number, host)) = self.stir(url) else { return 0 };
        let wish = wish.min(most);
        let changed = wish > host.room(now) && host.wants(wish, now);
        let lent = wish.min(host.room(now));
        host.in_flight += lent;
        host.lent += lent;
        self.lent += lent;
        if changed {
            self.changed.push(number);
        }
        lent
    }

    /// Takes back what was lent.
    pub(super) fn give_back(&mut self, url: &Url, lent: usize) {
        if let Some((_, host)) = self.stir(url) {
            host.in_flight -= lent;
            host.lent -= lent;
            self.lent -= lent;
        }
    }

    /// Gives a slot back.
    pub(super) fn release(&mut self, url: &Url) {
        let Some((number, host)) = self.stir(url) else { return };
        host.in_flight -= 1;
        host.files += 1;
        host.tried = true;
        let stays = host.in_flight > 0 || host.answered || host.paused.is_some();
        self.in_flight -= 1;
        if !stays && !self.queues.knows(number) {
            self.forget(number);
        } else if !self.queues.has(number)
            && let Some(host) = self.known.get_mut(&number)
        {
            host.window.lapses();
        }
    }

    fn forget(&mut self, number: HostNo) {
        if let Some(host) = self.known.remove(&number) {
            self.turns.change(number, host.stand, Stand::Away);
            self.numbers.remove(&host.origin);
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
        let nobody = hosts.next(now, |id| unreachable!("{id:?} is asked for again though nothing has changed"));
        assert_eq!(nobody, None);
        hosts.enqueue(&a, JobId(5), false);
        hosts.remove(&a, JobId(5));
        hosts.reopen();
        hosts.enqueue(&a, JobId(6), false);
        assert_eq!(granted(&mut hosts), [3, 1, 6]);
        assert_eq!((hosts.waiting(), hosts.turns.len()), (0, 0));
    }

    #[test]
    fn an_event_costs_the_same_however_many_hosts_wait() {
        let urls: Vec<Url> = (0..1000).map(|n| url(&format!("http://h{n}/"))).collect();
        let mut hosts = Hosts::new(4, Some(1));
        for (url, id) in urls.iter().zip(0..) {
            hosts.enqueue(url, JobId(2 * id), false);
            hosts.enqueue(url, JobId(2 * id + 1), false);
        }
        let now = Instant::now();
        let wait = TransferError::status(503, Some(Duration::from_secs(30)));
        hosts.next(now, |_| true);
        urls[1..500].iter().for_each(|url| assert!(hosts.failed(url, &wait, now)));
        // The paused and the full are out of the way, and silent ones leave the last slot.
        assert_eq!(granted(&mut hosts), [1000, 1002]);
        let before = hosts.turns.changes;
        for (url, next) in urls[500..502].iter().zip([&[1004, 1001][..], &[1003]]) {
            hosts.answered(url, Duration::ZERO);
            assert_eq!(granted(&mut hosts), Vec::<u64>::new());
            hosts.release(url);
            assert_eq!(granted(&mut hosts), next);
        }
        assert!(hosts.turns.changes - before < 20, "{}", hosts.turns.changes - before);
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
    fn no_more_is_lent_than_there_are_buffers_for() {
        let urls = ["http://a/", "http://b/", "http://c/"].map(url);
        let (mut hosts, now) = (Hosts::new(8, Some(40)), Instant::now());
        for (url, id) in urls.iter().zip(1..) {
            hosts.enqueue(url, JobId(id), false);
            hosts.answered(url, Duration::ZERO);
        }
        assert_eq!(granted(&mut hosts), [1, 2, 3]);
        assert_eq!(urls.each_ref().map(|url| hosts.lend(url, 50, now)), [39, 25, 0]);
        hosts.give_back(&urls[0], 3);
        assert_eq!(hosts.lend(&urls[2], 50, now), 3);
    }

    #[test]
    fn what_is_lent_is_wanted_back_while_it_keeps_a_job_from_starting() {
        let a = url("http://a/");
        let (mut hosts, now) = (Hosts::new(8, Some(4)), Instant::now());
        hosts.enqueue(&a, JobId(1), false);
        hosts.answered(&a, Duration::ZERO);
        assert_eq!(granted(&mut hosts), [1]);
        let flow = hosts.flow(&a);
        assert_eq!(hosts.lend(&a, 2, now), 2);
        let step = |hosts: &mut Hosts, id, starts: &[u64]| {
            hosts.enqueue(&a, JobId(id), false);
            assert_eq!(granted(hosts), starts);
            flow.is_wanted_back()
        };
        assert!(!step(&mut hosts, 2, &[2]), "there is room for one");
        assert!(step(&mut hosts, 3, &[]));
        hosts.give_back(&a, 1);
        assert!(step(&mut hosts, 4, &[3]), "and one waits");
        hosts.give_back(&a, 1);
        assert!(!step(&mut hosts, 5, &[4]), "nothing is lent any more");
    }

    #[test]
    fn where_many_hosts_are_known_idle_ones_are_forgotten() {
        let (mut hosts, start) = (Hosts::new(8, None), Instant::now());
        let wait = TransferError::status(503, Some(Duration::from_secs(1)));
        let visit = |hosts: &mut Hosts, n: u64| {
            let url = url(&format!("http://h{n}/"));
            hosts.enqueue(&url, JobId(n), false);
            assert_eq!(hosts.next(start, |_| true), Some(JobId(n)));
            hosts.answered(&url, Duration::ZERO);
            url
        };
        for n in 0..2 * MOST_KNOWN as u64 {
            let url = visit(&mut hosts, n);
            hosts.release(&url);
        }
        let (paused, narrowed, busy) =
            (visit(&mut hosts, 1 << 20), visit(&mut hosts, 1 << 21), visit(&mut hosts, 1 << 22));
        hosts.failed(&paused, &wait, start);
        hosts.failed(&narrowed, &TransferError::status(429, None), start);
        for url in [&paused, &narrowed] {
            hosts.release(url);
        }
        let later = start + Duration::from_secs(1);
        for (now, remembered) in [(start, [true, true, true]), (later, [false, true, true])] {
            assert_eq!(hosts.next(now, |_| true), None);
            assert_eq!([&paused, &narrowed, &busy].map(|url| hosts.has_answered(url)), remembered);
            assert_eq!(hosts.known.len(), hosts.numbers.len());
            assert!(hosts.known.len() <= MOST_KNOWN + 3, "{}", hosts.known.len());
        }
        assert_eq!(hosts.next_opening(later), None);
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
            hosts.flow(&a).add(1_000_000);
            assert_eq!(hosts.next_opening(start), (loans == 0).then_some(later), "nobody wakes up for nothing");
            assert_eq!(hosts.take_changed(), []);
            assert_eq!(grant(&mut hosts, later) + hosts.lend(&a, loans, later), if loans == 0 { 16 } else { 17 });
            assert_eq!(hosts.take_changed(), [(a.origin(), 32)]);
        }
    }
}
