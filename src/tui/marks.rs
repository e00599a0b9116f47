//! Which rows are marked, by their numbers, and where a range begins. A leaf.

use super::numbers::Numbers;
use crate::engine::request::JobId;

/// See the head of this file.
#[derive(Debug, Default)]
pub(super) struct Marks {
    pub(super) marked: Numbers,
    /// Where a range begins that goes as far as the cursor.
    pub(super) range: Option<JobId>,
}

impl Marks {
    /// True while a range is being marked.
    pub(super) fn is_ranging(&self) -> bool {
        self.range.is_some()
    }

    /// True where nothing is marked.
    pub(super) fn is_empty(&self) -> bool {
        self.marked.is_empty()
    }

    /// A row has gone.
    pub(super) fn forget(&mut self, n: usize) {
        self.marked.remove(n);
    }

    /// Takes all marks away.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}
