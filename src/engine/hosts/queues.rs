//! The jobs that wait, each host's in their order. Every step costs the logarithm of their number, however many wait and
//! wherever the job stands. It knows hosts by their numbers alone.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use crate::engine::event::Move;
use crate::engine::request::{JobId, JobMap};

use super::turns::HostNo;

/// Where a job stands: in which host's queue, and how far in front.
type Place = (HostNo, i64);

/// See the head of this file.
#[derive(Debug, Default)]
pub(super) struct Queues {
    waiting: BTreeMap<Place, JobId>,
    /// Those that could not start when it was their turn; they are not asked for again before something has changed.
    aside: BTreeMap<Place, JobId>,
    places: JobMap<Place>,
    /// The places that were given out at the front and at the end, counted from the middle.
    front: i64,
    end: i64,
}

impl Queues {
    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Puts a job at the end of the host's queue, or before all others.
    pub(super) fn push(&mut self, host: HostNo, id: JobId, first: bool) {
        let place = if first {
            self.front -= 1;
            self.front
        } else {
            self.end += 1;
            self.end
        };
        self.remove(id);
        self.places.insert(id, (host, place));
        self.waiting.insert((host, place), id);
    }

    /// Has jobs change places; false where not all of them wait.
    pub(super) fn reorder(&mut self, how: Move) -> bool {
        let number = |id| self.places.get(&id).map(|(_, number)| *number);
        match how {
            Move::Swap(a, b) => {
                let (Some(of_a), Some(of_b)) = (number(a), number(b)) else { return false };
                // Two of one host never stand in one place.
                self.renumber(a, i64::MIN);
                self.renumber(b, of_a);
                self.renumber(a, of_b);
            }
            Move::First(id) | Move::Last(id) if number(id).is_none() => return false,
            Move::First(id) => {
                self.front -= 1;
                self.renumber(id, self.front);
            }
            Move::Last(id) => {
                self.end += 1;
                self.renumber(id, self.end);
            }
        }
        true
    }

    fn renumber(&mut self, id: JobId, number: i64) {
        let Some(place) = self.places.get_mut(&id) else { return };
        let before = std::mem::replace(place, (place.0, number));
        let queue = if self.waiting.contains_key(&before) { &mut self.waiting } else { &mut self.aside };
        queue.remove(&before);
        queue.insert((before.0, number), id);
    }

    /// Takes a job out, and tells whose it was.
    pub(super) fn remove(&mut self, id: JobId) -> Option<HostNo> {
        let place = self.places.remove(&id)?;
        if self.waiting.remove(&place).is_none() {
            self.aside.remove(&place);
        }
        Some(place.0)
    }

    /// Some job of the host waits that may be able to start.
    pub(super) fn has(&self, host: HostNo) -> bool {
        self.waiting.range(all_of(host)).next().is_some()
    }

    /// Some job of the host waits.
    pub(super) fn knows(&self, host: HostNo) -> bool {
        self.has(host) || self.aside.range(all_of(host)).next().is_some()
    }

    /// Takes out the first job of the host that `may` start, and sets those before it aside.
    pub(super) fn take(&mut self, host: HostNo, may: impl Fn(JobId) -> bool) -> Option<JobId> {
        while let Some((place, id)) = self.waiting.range(all_of(host)).next().map(|(place, id)| (*place, *id)) {
            self.waiting.remove(&place);
            if may(id) {
                self.places.remove(&id);
                return Some(id);
            }
            self.aside.insert(place, id);
        }
        None
    }

    /// Puts all back that were set aside, each to its place, and tells whose they are.
    pub(super) fn reopen(&mut self) -> BTreeSet<HostNo> {
        let hosts = self.aside.keys().map(|(host, _)| *host).collect();
        self.waiting.append(&mut self.aside);
        hosts
    }
}

fn all_of(host: HostNo) -> RangeInclusive<Place> {
    (host, i64::MIN)..=(host, i64::MAX)
}
