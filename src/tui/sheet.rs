//! The sheet of finished pictures: which there are, which are in sight, and where a step leads. It must not know what
//! they are pictures of.

use super::action::Step;
use super::grid::Grid;
use crate::engine::request::JobId;

/// See the head of this file.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    /// The finished pictures among the rows shown, in their order.
    pub(super) ids: Vec<JobId>,
    /// Where the cursor stands among them.
    pub(super) at: usize,
    /// The first in sight.
    pub(super) top: usize,
    /// One picture has the whole screen.
    pub(super) full: bool,
    /// How many rows were shown and how many were finished when this was made; none where it has to be made anew.
    pub(super) made_of: Option<(usize, usize)>,
}

impl Sheet {
    /// One picture has the whole screen.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Where the cursor stands.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Those in sight where there is room for so many.
    pub(super) fn in_sight(&self, room: usize) -> &[JobId] {
        let top = self.top.min(self.ids.len());
        &self.ids[top..(top + room).min(self.ids.len())]
    }

    /// Scrolls by whole rows, no further than it must.
    pub(super) fn keep_visible(&mut self, grid: Grid) {
        let row = self.at / grid.columns;
        let first = (self.top / grid.columns).min(row).max((row + 1).saturating_sub(grid.rows));
        let rows = self.ids.len().div_ceil(grid.columns);
        self.top = first.min(rows.saturating_sub(grid.rows)) * grid.columns;
    }

    /// Where a step leads.
    pub(super) fn step(&self, step: Step, grid: Grid) -> usize {
        let (at, sight) = (self.at, grid.len());
        let last = self.ids.len().saturating_sub(1);
        // One after the other where each has the whole screen.
        let (row, page) = if self.full { (1, 1) } else { (grid.columns, sight) };
        let half = (grid.rows / 2).max(1) * row;
        let to = match step {
            Step::Left => at.saturating_sub(1),
            Step::Right => at + 1,
            Step::Up if at < row => at,
            Step::Up => at - row,
            Step::Down if at + row > last && at / row == last / row => at,
            Step::Down => at + row,
            Step::HalfUp => at.saturating_sub(half),
            Step::HalfDown => at + half,
            Step::PageUp => at.saturating_sub(page),
            Step::PageDown => at + page,
            Step::First => 0,
            Step::Last => last,
            Step::Top => self.top,
            Step::Middle => self.top + self.in_sight(sight).len().saturating_sub(1) / 2,
            Step::Bottom => self.top + self.in_sight(sight).len().saturating_sub(1),
        };
        to.min(last)
    }
}
