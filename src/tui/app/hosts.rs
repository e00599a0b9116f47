//! What is known of hosts: how many transfers, how many they take at once, rates, errors, pauses. A leaf: each event
//! changes one host, and nothing is counted anew.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::{Duration, Instant};

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
pub(super) struct Share {
    active: usize,
    requests: usize,
    rate: u64,
    failed: bool,
}

impl Share {
    /// What this row adds.
    pub(super) fn of(job: Option<&Job>) -> Self {
        let Some(job) = job else { return Self::default() };
        let requests = match job.state {
            JobState::Connecting => 1,
            JobState::Downloading => usize::from(job.connections).max(1),
            _ => 0,
        };
        Self {
            active: usize::from(job.state.is_active()),
            requests,
            rate: job.bytes_per_second,
            failed: matches!(job.state, JobState::Failed(_) | JobState::Waiting { .. }),
        }
    }
}

/// See the head of this file.
#[derive(Debug, Default)]
pub(in crate::tui) struct Hosts {
    known: HashMap<Box<str>, Host>,
}

impl Hosts {
    /// A row of this host has changed.
    pub(super) fn changed(&mut self, origin: &str, before: Share, after: Share, now: Instant) {
        if before == after {
            return;
        }
        let Some(host) = self.entry(origin, now) else { return };
        // A host that came when there was no room for it is counted from then on.
        host.active = (host.active + after.active).saturating_sub(before.active);
        host.requests = (host.requests + after.requests).saturating_sub(before.requests);
        host.rate = host.rate.saturating_add(after.rate).saturating_sub(before.rate);
        host.errors += usize::from(after.failed && !before.failed);
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
    use super::*;

    fn share(active: usize, rate: u64, failed: bool) -> Share {
        Share { active, requests: active, rate, failed }
    }

    #[test]
    fn rows_add_up_and_leave_again() {
        let now = Instant::now();
        let mut hosts = Hosts::default();
        let none = Share::default();
        hosts.changed("https://a", none, share(1, 0, false), now);
        hosts.changed("https://a", share(1, 0, false), share(1, 500, false), now);
        hosts.changed("https://a", none, share(1, 7, false), now);
        hosts.changed("https://b", none, share(1, 0, false), now);
        hosts.told("https://a", 8, Some(Duration::from_secs(9)), now);
        let a = hosts.get("https://a").expect("it is known");
        assert_eq!((a.active, a.rate, a.window, a.errors), (2, 507, Some(8), 0));
        assert_eq!(a.rests(now + Duration::from_secs(4)), Some(Duration::from_secs(5)));
        assert_eq!(a.rests(now + Duration::from_secs(9)), None);
        hosts.changed("https://a", share(1, 500, false), share(0, 0, true), now);
        hosts.changed("https://a", share(0, 0, true), share(1, 0, false), now);
        let a = hosts.get("https://a").expect("it is known");
        assert_eq!((a.active, a.rate, a.errors), (2, 7, 1));
        assert_eq!(hosts.busiest().iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["https://a", "https://b"]);
    }

    #[test]
    fn idle_hosts_make_room_and_there_is_a_limit() {
        let now = Instant::now();
        let mut hosts = Hosts::default();
        for n in 0..3 * MOST {
            let name = format!("https://{n}");
            hosts.changed(&name, Share::default(), share(1, 1, false), now);
            if n < MOST {
                hosts.changed(&name, share(1, 1, false), Share::default(), now);
            }
        }
        assert_eq!(hosts.known.len(), MOST);
        assert!(hosts.get("https://0").is_none() && hosts.get(&format!("https://{MOST}")).is_some());
    }
}
