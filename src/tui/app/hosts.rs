//! What is known of hosts: how many transfers, how many they take at once, rates, errors, pauses. A leaf: each event
//! changes one host, and nothing is counted anew.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::engine::request::JobId;
use crate::jobs::{Job, JobState};

/// Hosts that are kept. Idle ones go when more come.
const MOST: usize = 1024;

/// One host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::tui) struct Host {
    /// Its rows that have a slot.
    pub(in crate::tui) active: usize,
    /// Requests it has in flight, as far as rows tell.
    pub(in crate::tui) requests: usize,
    /// Requests it takes at once; none before that was ever told.
    pub(in crate::tui) window: Option<usize>,
    /// Bytes per second.
    pub(in crate::tui) rate: u64,
    /// Attempts that have failed.
    pub(in crate::tui) errors: usize,
    /// Nothing is asked of it until then.
    pub(in crate::tui) rests_until: Option<Instant>,
}

impl Host {
    /// How long it still wants to be left alone.
    pub(in crate::tui) fn rests(&self, now: Instant) -> Option<Duration> {
        let left = self.rests_until?.saturating_duration_since(now);
        (!left.is_zero()).then_some(left)
    }
}

/// What one row adds to its host.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Share {
    active: usize,
    requests: usize,
    rate: u64,
}

impl Share {
    fn of(job: Option<&Job>) -> Self {
        let Some(job) = job.filter(|job| job.state.is_active()) else { return Self::default() };
        let requests = match job.state {
            JobState::Connecting => 1,
            JobState::Downloading => usize::from(job.connections).max(1),
            _ => 0,
        };
        Self { active: 1, requests, rate: job.bytes_per_second }
    }
}

/// See the head of this file.
#[derive(Debug, Default)]
pub(in crate::tui) struct Hosts {
    known: HashMap<Box<str>, Host>,
    /// What active rows add to which host: a row may be taken off the list before it has stopped.
    shares: HashMap<JobId, (Share, Box<str>)>,
}

impl Hosts {
    /// Something has happened to a row, which may be off the list now; `failed` says that an attempt of it has.
    pub(super) fn changed(&mut self, id: JobId, job: Option<&Job>, failed: bool, now: Instant) {
        let after = Share::of(job);
        let before = match self.shares.get(&id) {
            Some((share, _)) if *share == after && !failed => return,
            Some((share, _)) => *share,
            None if after == Share::default() && !failed => return,
            None => Share::default(),
        };
        let origin = self.shares.remove(&id).map(|(_, origin)| origin).or(job.map(|job| job.origin().into()));
        let Some(origin) = origin else { return };
        if let Some(host) = self.entry(&origin, now) {
            // A host that came when there was no room for it is counted from then on.
            host.active = (host.active + after.active).saturating_sub(before.active);
            host.requests = (host.requests + after.requests).saturating_sub(before.requests);
            host.rate = host.rate.saturating_add(after.rate).saturating_sub(before.rate);
            host.errors += usize::from(failed);
        }
        if after != Share::default() {
            self.shares.insert(id, (after, origin));
        }
    }

    /// It takes so many requests at once, and rests for so long.
    pub(super) fn told(&mut self, origin: &str, window: usize, pause: Option<Duration>, now: Instant) {
        if let Some(host) = self.entry(origin, now) {
            host.window = Some(window);
            host.rests_until = pause.and_then(|pause| now.checked_add(pause));
        }
    }

    fn entry(&mut self, origin: &str, now: Instant) -> Option<&mut Host> {
        if !self.known.contains_key(origin) {
            if self.known.len() >= MOST {
                self.known.retain(|_, host| host.active > 0 || host.rests(now).is_some());
            }
            if self.known.len() >= MOST {
                return None;
            }
            self.known.insert(origin.into(), Host::default());
        }
        self.known.get_mut(origin)
    }

    /// What is known of one.
    pub(in crate::tui) fn get(&self, origin: &str) -> Option<&Host> {
        self.known.get(origin)
    }

    /// All, the busiest first, then those with errors.
    pub(in crate::tui) fn busiest(&self) -> Vec<(&str, &Host)> {
        let mut hosts: Vec<_> = self.known.iter().map(|(name, host)| (&**name, host)).collect();
        hosts.sort_by_key(|(name, host)| (Reverse(host.active), Reverse(host.errors), *name));
        hosts
    }
}

#[cfg(test)]
mod tests {
    use super::super::App;
    use super::super::scenes::{connecting, empty, failed, finished, progress, queued, retrying, started};
    use super::*;
    use crate::engine::error::TransferError;
    use crate::engine::event::Event;

    #[test]
    fn rows_add_up_and_leave_again() {
        let now = Instant::now();
        let mut app = empty(now);
        let host = "https://images.example";
        let seen = |app: &App| app.hosts().get(host).map(|host| (host.active, host.requests, host.rate, host.errors));
        for id in 1..=3 {
            app.event(&queued(id, "a.jpg"), now);
        }
        assert_eq!(seen(&app), None, "nobody has asked it yet");
        app.event(&connecting(1, 1), now);
        for id in [2, 3] {
            app.event(&started(id, "a.jpg", Some(100)), now);
            app.event(&progress(id, 10, Some(100), 500), now);
        }
        assert_eq!(seen(&app), Some((3, 3, 1000, 0)));
        app.event(&retrying(1, 2, 9, TransferError::status(503, None)), now);
        app.event(&progress(2, 100, Some(100), 500), now);
        assert_eq!(seen(&app), Some((2, 1, 500, 1)), "a file that gets its name makes no request");
        app.event(&finished(2, "a.jpg", 100, 5), now);
        app.event(&Event::Removed { id: JobId(3) }, now);
        app.event(&failed(1, TransferError::status(404, None)), now);
        assert_eq!(seen(&app), Some((0, 0, 0, 2)));
        assert!(app.hosts().shares.is_empty());
    }

    #[test]
    fn a_host_rests_until_its_time_has_come() {
        let now = Instant::now();
        let mut hosts = Hosts::default();
        hosts.told("https://a", 8, Some(Duration::from_secs(9)), now);
        let a = hosts.get("https://a").expect("it is known");
        assert_eq!((a.window, a.rests(now + Duration::from_secs(4))), (Some(8), Some(Duration::from_secs(5))));
        assert_eq!(a.rests(now + Duration::from_secs(9)), None);
    }

    #[test]
    fn idle_hosts_make_room_and_there_is_a_limit() {
        let now = Instant::now();
        let mut hosts = Hosts::default();
        for n in 0..3 * MOST {
            let pause = (n >= MOST).then_some(Duration::from_secs(9));
            hosts.told(&format!("https://{n}"), 1, pause, now);
        }
        assert_eq!(hosts.known.len(), MOST);
        assert!(hosts.get("https://0").is_none() && hosts.get(&format!("https://{MOST}")).is_some());
    }
}
