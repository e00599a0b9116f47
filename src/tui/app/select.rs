//! The cursor: it sits on a job, not on a line, stays in sight, and goes to the neighbour when its row is removed or
//! leaves the tab.

use super::App;
use crate::engine::request::JobId;
use crate::jobs::{Job, JobState};
use crate::tui::action::{Action, Step};
use crate::tui::layout;

impl App {
    /// How many rows are shown.
    pub(in crate::tui) fn shown_len(&self) -> usize {
        self.order.len(&self.jobs)
    }

    /// The row shown at this place; none also where it has gone since the last frame.
    pub(in crate::tui) fn shown_at(&self, at: usize) -> Option<&Job> {
        self.order.at(at, &self.jobs)
    }

    /// The line of the selected job among the rows shown.
    pub(in crate::tui) fn cursor(&self) -> Option<usize> {
        self.place_of(self.selected?)
    }

    pub(super) fn place_of(&self, id: JobId) -> Option<usize> {
        self.order.place_of(self.jobs.get(id)?, &self.jobs)
    }

    /// Brings the rows shown up to date with what has happened, before somebody looks at them or acts on them.
    pub(in crate::tui) fn refresh(&mut self) {
        let still = self.marks.is_ranging();
        let before = self.selected.or(self.left_at);
        let cursor = before.and_then(|id| self.jobs.get(id)).map(|job| job.n);
        let now_at = self.order.refresh(&self.jobs, cursor, self.now, still);
        self.selected = now_at.and_then(|n| self.jobs.numbered(n)).map(|job| job.id);
        self.select_something();
        // A tab without rows has no cursor; the others keep theirs.
        self.left_at = if self.selected.is_none() { before } else { None };
        if self.marks.range.is_some_and(|id| self.place_of(id).is_none()) {
            // A verb would work on one row where several were meant.
            self.marks.range = None;
            self.news("the range has ended: the row where it began is gone");
        }
        self.keep_visible();
    }

    pub(super) fn step(&mut self, action: &Action) {
        match action {
            Action::Step(step) => self.step_to(*step),
            Action::NextFailed => self.step_to_failed(true),
            Action::PreviousFailed => self.step_to_failed(false),
            _ => {}
        }
    }

    fn step_to(&mut self, step: Step) {
        let Some(last) = self.shown_len().checked_sub(1) else { return };
        let height = usize::from(self.plan().list.height);
        let page = height.max(1);
        let at = self.cursor().unwrap_or(0);
        let top = self.top(height);
        let to = match step {
            Step::Up => at.saturating_sub(1),
            Step::Down => at + 1,
            Step::PageUp => at.saturating_sub(page),
            Step::PageDown => at + page,
            Step::HalfUp => at.saturating_sub(page.div_ceil(2)),
            Step::HalfDown => at + page.div_ceil(2),
            Step::First => 0,
            Step::Last => last,
            Step::Top => top,
            Step::Middle => top + (page - 1).min(last - top) / 2,
            Step::Bottom => top + page - 1,
            Step::Left | Step::Right => at,
        };
        self.select_line(to.min(last));
    }

    /// Round the end, too: who looks for what has failed wants to see it, wherever it stands.
    fn step_to_failed(&mut self, onward: bool) {
        let (len, at) = (self.shown_len(), self.cursor().unwrap_or(0));
        let failed = |at: &usize| self.shown_at(*at).is_some_and(|job| matches!(job.state, JobState::Failed(_)));
        let found = if onward {
            (at + 1..len).chain(0..at).find(failed)
        } else {
            (0..at).rev().chain((at + 1..len).rev()).find(failed)
        };
        match found {
            Some(to) => self.select_line(to),
            None => self.news("no other row has failed here"),
        }
    }

    fn select_line(&mut self, at: usize) {
        if let Some(id) = self.shown_at(at).map(|job| job.id) {
            self.selected = Some(id);
            self.order.remember(at);
            self.keep_visible();
        }
    }

    pub(in crate::tui) fn select(&mut self, id: JobId) {
        if let Some(at) = self.place_of(id) {
            self.select_line(at);
        }
    }

    /// The first row that comes is selected; others leave the cursor where it is.
    pub(super) fn select_something(&mut self) {
        if self.selected.is_none() {
            self.selected = self.shown_at(0).map(|job| job.id);
        }
    }

    /// The cursor leaves these rows: for the next one below that stays, else the one above.
    pub(super) fn leave(&mut self, going: impl Fn(&Job) -> bool) {
        if self.selected().is_none_or(|job| !going(job)) {
            return;
        }
        let (len, at) = (self.shown_len(), self.cursor().unwrap_or(0));
        let rows = (at..len).chain((0..at.min(len)).rev()).filter_map(|at| self.shown_at(at));
        self.selected = rows.into_iter().find(|job| !going(job)).map(|job| job.id);
    }

    pub(super) fn keep_visible(&mut self) {
        let height = usize::from(self.plan().list.height);
        let cursor = self.cursor();
        self.order.remember(cursor.unwrap_or(0));
        self.top = layout::window(self.top, cursor, height, self.shown_len());
    }
}
