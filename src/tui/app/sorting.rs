//! What rows are sorted by, and the places that rows were moved to in the queue. Pure.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::jobs::Job;
use crate::tui::action::By;

/// What rows are sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::tui) struct Sort {
    pub(in crate::tui) by: By,
    pub(in crate::tui) reversed: bool,
}

/// What of a row decides where it stands.
#[derive(Debug)]
pub(super) struct Key {
    /// Nothing is known of it: such rows come last either way.
    unknown: bool,
    /// A number, or the beginning of the text.
    number: u64,
    text: String,
    rank: i64,
}

impl Sort {
    /// True where rows change places while they are downloaded.
    pub(in crate::tui) fn moves(self) -> bool {
        !matches!(self.by, By::Added | By::Host)
    }

    /// What decides where the row stands.
    pub(super) fn key(self, job: &Job, ranks: &Ranks) -> Key {
        let rank = ranks.of(job.n);
        let number = |number: Option<u64>| Key {
            unknown: number.is_none(),
            number: number.unwrap_or(0),
            text: String::new(),
            rank,
        };
        let text = |text: String| {
            let first = std::array::from_fn(|at| text.as_bytes().get(at).copied().unwrap_or(0));
            Key { unknown: false, number: u64::from_be_bytes(first), text, rank }
        };
        match self.by {
            By::Added => number(Some(0)),
            By::Name => text(job.name().to_lowercase()),
            By::Host => text(job.origin().to_owned()),
            By::Size => number(job.total),
            By::Progress => number(job.total.map(|total| {
                let share = u128::from(job.bytes.min(total)) * u128::from(u32::MAX);
                u64::try_from(share.checked_div(total.into()).unwrap_or(u32::MAX.into())).unwrap_or(0)
            })),
            By::Eta => number(job.eta().map(|eta| u64::try_from(eta.as_millis()).unwrap_or(u64::MAX))),
        }
    }

    /// Which of two rows comes first; no two rows are equal.
    pub(super) fn compare(self, a: &Key, b: &Key) -> Ordering {
        let order = || {
            let values = a.number.cmp(&b.number).then_with(|| a.text.cmp(&b.text)).then(a.rank.cmp(&b.rank));
            if self.reversed { values.reverse() } else { values }
        };
        a.unknown.cmp(&b.unknown).then_with(order)
    }
}

/// Room for rows that were moved behind all others before the next one is added.
const ROOM: i64 = 1 << 20;

/// Where rows stand in the queue: in the order in which they came, but for those that were moved.
#[derive(Debug, Default)]
pub(super) struct Ranks {
    moved: HashMap<usize, i64>,
    first: i64,
    last: i64,
}

impl Ranks {
    /// The rank of a row.
    pub(super) fn of(&self, n: usize) -> i64 {
        let own = || i64::try_from(n).unwrap_or(i64::MAX / ROOM).saturating_mul(ROOM);
        if self.moved.is_empty() { own() } else { self.moved.get(&n).copied().unwrap_or_else(own) }
    }

    /// True where no row was moved.
    pub(super) fn is_empty(&self) -> bool {
        self.moved.is_empty()
    }

    /// How many rows were moved.
    pub(super) fn len(&self) -> usize {
        self.moved.len()
    }

    /// Rows that were moved.
    pub(super) fn moved(&self) -> impl Iterator<Item = usize> {
        self.moved.keys().copied()
    }

    /// Two rows change places.
    pub(super) fn swap(&mut self, a: usize, b: usize) {
        let (of_a, of_b) = (self.of(a), self.of(b));
        self.moved.insert(a, of_b);
        self.moved.insert(b, of_a);
    }

    /// A row goes before all others.
    pub(super) fn put_first(&mut self, n: usize) {
        self.first -= 1;
        self.moved.insert(n, self.first);
    }

    /// A row goes behind all others; `newest` is the number of the last one that came.
    pub(super) fn put_last(&mut self, n: usize, newest: usize) {
        let newest = i64::try_from(newest).unwrap_or(i64::MAX / ROOM).saturating_mul(ROOM);
        self.last = self.last.max(newest) + 1;
        self.moved.insert(n, self.last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_follow_moves_and_later_rows_come_behind() {
        let mut ranks = Ranks::default();
        let order = |ranks: &Ranks, newest: usize| {
            let mut rows: Vec<_> = (1..=newest).collect();
            rows.sort_by_key(|n| ranks.of(*n));
            rows
        };
        ranks.swap(1, 3);
        assert_eq!(order(&ranks, 4), [3, 2, 1, 4]);
        ranks.put_last(2, 4);
        ranks.put_last(3, 4);
        assert_eq!(order(&ranks, 6), [1, 4, 2, 3, 5, 6]);
        ranks.put_first(6);
        ranks.put_first(2);
        assert_eq!(order(&ranks, 6), [2, 6, 1, 4, 3, 5]);
        ranks.swap(2, 5);
        assert_eq!(order(&ranks, 6), [5, 6, 1, 4, 3, 2]);
    }
}
