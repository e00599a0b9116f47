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
    start: Start,
    /// All of the text, where it is one.
    text: String,
}

/// What decides in most cases: a number or the beginning of the text, and what else the order is known by. Nothing is
/// known of rows with [`UNKNOWN`]; they come last either way.
#[derive(Debug, Clone, Copy)]
struct Start {
    number: u128,
    rank: i64,
}

const UNKNOWN: u128 = u128::MAX;

impl Sort {
    /// True where rows change places while they are downloaded.
    pub(in crate::tui) fn moves(self) -> bool {
        !matches!(self.by, By::Added | By::Host)
    }

    /// What decides where the row stands.
    pub(super) fn key(self, job: &Job, ranks: &Ranks) -> Key {
        let mut text = String::new();
        self.write(job, &mut text);
        Key { start: self.start(job, &text, ranks), text }
    }

    /// Which of two rows comes first; no two rows are equal.
    pub(super) fn compare(self, a: &Key, b: &Key) -> Ordering {
        self.order(a.start, b.start, || a.text.cmp(&b.text))
    }

    /// The numbers of these rows in their order. All texts stand in one, for there may be a million.
    pub(super) fn sorted<'a>(self, rows: impl Iterator<Item = &'a Job>, ranks: &Ranks) -> Vec<usize> {
        let mut texts = String::new();
        let mut keyed: Vec<_> = rows
            .map(|job| {
                let from = texts.len();
                self.write(job, &mut texts);
                (self.start(job, &texts[from..], ranks), from, texts.len(), job.n)
            })
            .collect();
        keyed.sort_unstable_by(|a, b| self.order(a.0, b.0, || texts[a.1..a.2].cmp(&texts[b.1..b.2])));
        keyed.into_iter().map(|(.., n)| n).collect()
    }

    fn order(self, a: Start, b: Start, texts: impl FnOnce() -> Ordering) -> Ordering {
        let known = (a.number == UNKNOWN).cmp(&(b.number == UNKNOWN));
        // Two empty texts are not simply equal: some libraries take ten times as long to find that out.
        let texts = || if matches!(self.by, By::Name | By::Host) { texts() } else { Ordering::Equal };
        let order = || {
            let order = a.number.cmp(&b.number).then_with(texts).then_with(|| a.rank.cmp(&b.rank));
            if self.reversed { order.reverse() } else { order }
        };
        known.then_with(order)
    }

    /// The text that the order goes by, in lower case.
    fn write(self, job: &Job, text: &mut String) {
        let name = match self.by {
            By::Name => job.name_text(),
            By::Host => job.origin().into(),
            _ => return,
        };
        if name.is_ascii() {
            let from = text.len();
            text.push_str(&name);
            text[from..].make_ascii_lowercase();
        } else {
            text.extend(name.chars().flat_map(char::to_lowercase));
        }
    }

    fn start(self, job: &Job, text: &str, ranks: &Ranks) -> Start {
        let number = match self.by {
            By::Added => Some(0),
            By::Name | By::Host => {
                let bytes = text.as_bytes();
                let mut first = [0; 16];
                let length = bytes.len().min(first.len());
                first[..length].copy_from_slice(&bytes[..length]);
                Some(u128::from_be_bytes(first))
            }
            By::Size => job.total.map(u128::from),
            By::Progress => job.total.map(|total| {
                let share = u128::from(job.bytes.min(total)) * u128::from(u32::MAX);
                share.checked_div(total.into()).unwrap_or(u32::MAX.into())
            }),
            By::Eta => job.eta().map(|eta| eta.as_millis()),
        };
        Start { number: number.unwrap_or(UNKNOWN), rank: ranks.of(job.n) }
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
