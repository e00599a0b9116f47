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
    /// What decides in most cases: a number or the beginning of the text. Nothing is known of rows with [`UNKNOWN`];
    /// they come last either way.
    number: u128,
    /// All of the text, where it is one.
    text: String,
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
        Key { number: self.number(job, &text), rank: ranks.of(job.n), text }
    }

    /// Which of two rows comes first; no two rows are equal.
    pub(super) fn compare(self, a: &Key, b: &Key) -> Ordering {
        let known = (a.number == UNKNOWN).cmp(&(b.number == UNKNOWN));
        let order = || {
            let order = a.number.cmp(&b.number).then_with(|| a.text.cmp(&b.text)).then_with(|| a.rank.cmp(&b.rank));
            if self.reversed { order.reverse() } else { order }
        };
        known.then_with(order)
    }

    /// The numbers of these rows in their order. There may be a million: what decides in most cases is sorted as plain
    /// numbers, and texts are made only of those that are alike there.
    pub(super) fn sorted<'a>(self, rows: impl Iterator<Item = &'a Job>, ranks: &Ranks) -> Vec<usize> {
        let mut text = String::new();
        let rows: Vec<&Job> = rows.collect();
        let mut order: Vec<(u128, usize)> = Vec::with_capacity(rows.len());
        for (at, job) in rows.iter().enumerate() {
            text.clear();
            self.write(job, &mut text);
            let number = self.number(job, &text);
            order.push((if self.reversed && number != UNKNOWN { UNKNOWN - 1 - number } else { number }, at));
        }
        order.sort_unstable();
        for alike in order.chunk_by_mut(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
            self.sort_alike(alike, &rows, ranks);
        }
        order.into_iter().map(|(_, at)| rows[at].n).collect()
    }

    /// Sorts rows whose numbers are the same.
    fn sort_alike(self, alike: &mut [(u128, usize)], rows: &[&Job], ranks: &Ranks) {
        let mut texts = String::new();
        let mut keyed: Vec<_> = alike
            .iter()
            .map(|(_, at)| {
                let from = texts.len();
                self.write(rows[*at], &mut texts);
                (from..texts.len(), ranks.of(rows[*at].n), *at)
            })
            .collect();
        let texts_empty = texts.is_empty();
        keyed.sort_unstable_by(|a, b| {
            // Two empty texts are not simply equal: some libraries take ten times as long to find that out.
            let texts = || texts[a.0.clone()].cmp(&texts[b.0.clone()]);
            let order = if texts_empty { Ordering::Equal } else { texts() }.then_with(|| a.1.cmp(&b.1));
            if self.reversed { order.reverse() } else { order }
        });
        alike.iter_mut().zip(keyed).for_each(|(slot, (.., at))| slot.1 = at);
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

    fn number(self, job: &Job, text: &str) -> u128 {
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
        number.unwrap_or(UNKNOWN)
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
