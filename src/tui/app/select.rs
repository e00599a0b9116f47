//! The cursor: it sits on a job, not on a line, stays in sight, and goes to the neighbour when its row is removed.

use super::App;
use crate::engine::request::JobId;
use crate::tui::action::{Action, Step};
use crate::tui::layout;

impl App {
    /// The line of the selected job.
    pub(super) fn cursor(&self) -> Option<usize> {
        self.jobs.position(self.selected?)
    }

    pub(super) fn step(&mut self, action: &Action) {
        let Some(last) = self.jobs.rows().len().checked_sub(1) else { return };
        let page = usize::from(self.plan().list.height).max(1);
        let at = self.cursor().unwrap_or(0);
        let to = match action {
            Action::Step(Step::Up) => at.saturating_sub(1),
            Action::Step(Step::Down) => at + 1,
            Action::Step(Step::PageUp) => at.saturating_sub(page),
            Action::Step(Step::PageDown) => at + page,
            Action::Step(Step::First) => 0,
            Action::Step(Step::Last) => last,
            _ => at,
        };
        self.select(self.jobs.rows()[to.min(last)].id);
    }

    pub(in crate::tui) fn select(&mut self, id: JobId) {
        self.selected = Some(id);
        self.keep_visible();
    }

    /// The first row that comes is selected; others leave the cursor where it is.
    pub(super) fn select_something(&mut self) {
        if self.selected.is_none() {
            self.selected = self.jobs.rows().first().map(|job| job.id);
        }
    }

    /// The job that takes the cursor when `id` goes: the one below, else the one above.
    pub(super) fn neighbour(&self, id: JobId) -> Option<JobId> {
        let at = self.jobs.position(id)?;
        let rows = self.jobs.rows();
        rows.get(at + 1).or_else(|| rows.get(at.checked_sub(1)?)).map(|job| job.id)
    }

    pub(super) fn keep_visible(&mut self) {
        let height = usize::from(self.plan().list.height);
        self.top = layout::window(self.top, self.cursor(), height, self.jobs.rows().len());
    }
}
