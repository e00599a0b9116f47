//! Whose turn it is. A host stands in the row only while a request to it may go out; all others are out of the way until
//! something happens to them or their time comes, so that it costs nothing how many there are. It knows neither jobs nor
//! windows.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

/// Stands for a host for as long as that is known; none is used twice.
pub(super) type HostNo = u64;

/// Where a host stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Stand {
    /// Nowhere: nobody waits, or an answer or an end is waited for.
    #[default]
    Away,
    /// In the row, by the number of its turn.
    Answering(u64),
    /// The same, and it has answered nothing yet.
    Silent(u64),
    /// It is to be looked at again then.
    Later(Instant),
}

/// See the head of this file.
#[derive(Debug, Default)]
pub(super) struct Turns {
    answering: BTreeMap<u64, HostNo>,
    silent: BTreeMap<u64, HostNo>,
    later: BTreeSet<(Instant, HostNo)>,
    last: u64,
    /// How often a host was looked at.
    #[cfg(test)]
    pub(super) changes: usize,
}

impl Turns {
    /// The end of the row.
    pub(super) fn draw(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// The host stands elsewhere from now on.
    pub(super) fn change(&mut self, host: HostNo, from: Stand, to: Stand) {
        #[cfg(test)]
        {
            self.changes += 1;
        }
        if from == to {
            return;
        }
        match from {
            Stand::Away => {}
            Stand::Answering(turn) => drop(self.answering.remove(&turn)),
            Stand::Silent(turn) => drop(self.silent.remove(&turn)),
            Stand::Later(at) => drop(self.later.remove(&(at, host))),
        }
        match to {
            Stand::Away => {}
            Stand::Answering(turn) => drop(self.answering.insert(turn, host)),
            Stand::Silent(turn) => drop(self.silent.insert(turn, host)),
            Stand::Later(at) => drop(self.later.insert((at, host))),
        }
    }

    /// The host whose turn it is, among all or among those that have answered.
    pub(super) fn first(&self, answering_only: bool) -> Option<HostNo> {
        let silent = self.silent.first_key_value().filter(|_| !answering_only);
        self.answering.first_key_value().into_iter().chain(silent).min().map(|(_, host)| *host)
    }

    /// A host whose time has come.
    pub(super) fn due(&self, now: Instant) -> Option<HostNo> {
        self.later.first().filter(|(at, _)| *at <= now).map(|(_, host)| *host)
    }

    /// When the time of the next one comes.
    pub(super) fn next(&self, now: Instant) -> Option<Instant> {
        self.later.range((now, HostNo::MAX)..).next().map(|(at, _)| *at)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.answering.len() + self.silent.len() + self.later.len()
    }
}
