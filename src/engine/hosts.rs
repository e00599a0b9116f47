//! Who may start next: slots over all hosts, a window for each host, and turns among hosts. Pure; it knows jobs by
//! their ids alone.

use std::collections::{HashMap, VecDeque};

use url::{Origin, Url};

use super::request::JobId;

#[derive(Debug, Default)]
struct Host {
    waiting: VecDeque<JobId>,
    in_flight: usize,
    /// It has answered a request before.
    answered: bool,
    /// Its first connection decides between HTTP/1.1 and HTTP/2; nobody else connects before that is known.
    negotiates: bool,
}

/// Slots, windows and turns.
#[derive(Debug)]
pub(super) struct Hosts {
    slots: usize,
    window: usize,
    in_flight: usize,
    waiting: usize,
    known: HashMap<Origin, Host>,
    /// Hosts with waiting jobs, the one whose turn it is first.
    turns: VecDeque<Origin>,
}

impl Hosts {
    /// `slots` requests at once in all, `window` to one host.
    pub(super) fn new(slots: usize, window: usize) -> Self {
        Self {
            slots: slots.max(1),
            window: window.max(1),
            in_flight: 0,
            waiting: 0,
            known: HashMap::new(),
            turns: VecDeque::new(),
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
        let host = self.known.entry(origin.clone()).or_default();
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

    /// Grants a slot to the next job, if any may start now. Hosts take turns. A host that has answered nothing yet
    /// never gets the last slot, so that dead hosts cannot keep the others from their work.
    pub(super) fn next(&mut self) -> Option<JobId> {
        if self.in_flight >= self.slots {
            return None;
        }
        let last_slot = self.slots > 1 && self.in_flight + 1 == self.slots;
        for _ in 0..self.turns.len() {
            let origin = self.turns.pop_front()?;
            let Some(host) = self.known.get_mut(&origin) else { continue };
            let window = if host.negotiates && !host.answered { 1 } else { self.window };
            if host.in_flight >= window || (last_slot && !host.answered) {
                self.turns.push_back(origin);
                continue;
            }
            let Some(id) = host.waiting.pop_front() else { continue };
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

    /// The host has answered a request.
    pub(super) fn answered(&mut self, url: &Url) {
        if let Some(host) = self.known.get_mut(&url.origin()) {
            host.answered = true;
        }
    }

    /// Gives a slot back.
    pub(super) fn release(&mut self, url: &Url) {
        let origin = url.origin();
        let Some(host) = self.known.get_mut(&origin) else { return };
        host.in_flight -= 1;
        self.in_flight -= 1;
        if host.in_flight == 0 && host.waiting.is_empty() && !host.answered {
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
        std::iter::from_fn(|| hosts.next()).map(|id| id.0).collect()
    }

    #[test]
    fn windows_and_turns() {
        let (a, b) = (url("http://a/x"), url("http://b/x"));
        let mut hosts = Hosts::new(64, 2);
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
    fn the_first_connection_to_an_https_host_goes_alone() {
        let a = url("https://a/x");
        let mut hosts = Hosts::new(64, 16);
        for id in 1..=4 {
            hosts.enqueue(&a, JobId(id), false);
        }
        assert_eq!(granted(&mut hosts), [1]);
        hosts.answered(&a);
        assert_eq!(granted(&mut hosts), [2, 3, 4]);
    }

    #[test]
    fn silent_hosts_leave_the_last_slot() {
        let mut hosts = Hosts::new(2, 16);
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
        hosts.answered(&good);
        hosts.enqueue(&good, JobId(8), false);
        hosts.enqueue(&dead, JobId(4), false);
        assert_eq!(granted(&mut hosts), [8]);
        let mut single = Hosts::new(1, 16);
        single.enqueue(&dead, JobId(1), false);
        assert_eq!(granted(&mut single), [1]);
    }
}
