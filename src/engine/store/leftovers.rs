//! How far the taking over of what ended sessions have left has come. A leaf within the room.

use std::collections::VecDeque;

/// The rows that are still to be taken over.
#[derive(Default)]
pub(super) struct Leftovers {
    rows: Option<VecDeque<i64>>,
    /// The first so many were read in a transaction that is not kept yet.
    read: usize,
    /// Damaged ones among all, and among those.
    damaged: (usize, usize),
}

impl Leftovers {
    /// Some are still to be taken over.
    pub(super) fn is_pending(&self) -> bool {
        self.rows.is_some()
    }

    /// These rows are to be taken over.
    pub(super) fn begin(&mut self, rows: VecDeque<i64>) {
        self.rows = Some(rows);
    }

    /// The next of them.
    pub(super) fn next(&mut self, most: usize) -> Vec<i64> {
        let next: Vec<_> = self.rows.iter().flatten().skip(self.read).take(most).copied().collect();
        self.read += next.len();
        next
    }

    /// One of those that were read cannot be.
    pub(super) fn count_damaged(&mut self) {
        self.damaged.1 += 1;
    }

    /// What was read counts as read from now on. Where that was the last of it, tells how many were damaged.
    pub(super) fn keep(&mut self) -> Option<usize> {
        let rows = self.rows.as_mut()?;
        rows.drain(..self.read);
        self.damaged.0 += self.damaged.1;
        let ended = rows.is_empty();
        self.forget_read();
        ended.then(|| std::mem::take(self).damaged.0)
    }

    /// What was read has to be read again.
    pub(super) fn forget_read(&mut self) {
        (self.read, self.damaged.1) = (0, 0);
    }
}
