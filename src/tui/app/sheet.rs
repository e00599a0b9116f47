//! Keys on the sheet of finished pictures. The cursor is that of the list, so every verb works on the picture it stands
//! on.

use ratatui::layout::Rect;

use super::{App, Mode};
use crate::jobs::{Job, JobState};
use crate::tui::action::{Action, Step};
use crate::tui::effects::Effect;
use crate::tui::grid::Grid;
use crate::tui::sheet::Sheet;

impl App {
    /// The sheet, where it is shown, even if something lies over it.
    pub(super) fn sheet(&self) -> Option<&Sheet> {
        self.under
            .iter()
            .chain([&self.mode])
            .find_map(|mode| if let Mode::Sheet(sheet) = mode { Some(&**sheet) } else { None })
    }

    fn sheet_mut(&mut self) -> Option<&mut Sheet> {
        let mut modes = self.under.iter_mut().chain([&mut self.mode]);
        modes.find_map(|mode| if let Mode::Sheet(sheet) = mode { Some(&mut **sheet) } else { None })
    }

    /// Opens the sheet; the cursor goes to the next picture.
    pub(super) fn open_sheet(&mut self) -> Vec<Effect> {
        self.end_range();
        self.mode = Mode::Sheet(Box::default());
        self.follow_sheet();
        Vec::new()
    }

    /// The sheet follows the rows, and the cursor stands on one of its pictures.
    pub(super) fn follow_sheet(&mut self) {
        let made_of = (self.shown_len(), self.jobs.totals().finished);
        let Some(known) = self.sheet().map(|sheet| sheet.made_of) else { return };
        if known != Some(made_of) {
            let rows = (0..self.shown_len()).filter_map(|at| self.shown_at(at));
            let ids = rows.filter(|job| is_picture(job)).map(|job| job.id).collect();
            // From no picture the cursor goes to the next one below.
            let cursor = self.cursor().unwrap_or(0);
            let before = (0..cursor).filter_map(|at| self.shown_at(at)).filter(|job| is_picture(job)).count();
            if let Some(sheet) = self.sheet_mut() {
                (sheet.ids, sheet.at, sheet.made_of) = (ids, before, Some(made_of));
            }
        }
        let (grid, selected) = (self.grid(), self.selected);
        let Some(sheet) = self.sheet_mut() else { return };
        let found = sheet.ids.iter().position(|id| Some(*id) == selected);
        sheet.at = found.unwrap_or(sheet.at.min(sheet.ids.len().saturating_sub(1)));
        sheet.full &= !sheet.ids.is_empty();
        sheet.keep_visible(grid);
        if let Some(id) = sheet.ids.get(sheet.at).copied().filter(|id| Some(*id) != selected) {
            self.select(id);
        }
    }

    fn grid(&self) -> Grid {
        Grid::of(Rect::new(0, 0, self.size.width, self.size.height))
    }

    pub(super) fn update_sheet(&mut self, action: &Action) -> Vec<Effect> {
        self.follow_sheet();
        let grid = self.grid();
        let Mode::Sheet(sheet) = &mut self.mode else { return Vec::new() };
        match action {
            Action::Step(step) => self.walk(*step),
            Action::Detail => sheet.full = !sheet.full && !sheet.ids.is_empty(),
            Action::Back if sheet.full => sheet.full = false,
            Action::Back | Action::Sheet => self.mode = Mode::List,
            Action::Mark if !sheet.ids.is_empty() => {
                self.toggle_mark();
                self.walk(Step::Right);
            }
            Action::MarkAll | Action::Invert => self.mark_pictures(*action == Action::Invert),
            Action::Mark | Action::NextFailed | Action::PreviousFailed => {}
            // Without a picture a verb would work on a row that nobody sees.
            _ if sheet.ids.is_empty() && is_verb(action) => self.news("there is no picture here"),
            _ => {
                // It may change what is shown, or in which order.
                sheet.made_of = None;
                return self.update_list(action);
            }
        }
        if let Mode::Sheet(sheet) = &mut self.mode {
            sheet.keep_visible(grid);
        }
        Vec::new()
    }

    fn walk(&mut self, step: Step) {
        let grid = self.grid();
        let Some(sheet) = self.sheet_mut() else { return };
        sheet.at = sheet.step(step, grid);
        if let Some(id) = sheet.ids.get(sheet.at).copied() {
            self.select(id);
        }
    }

    /// Marks all pictures, or the others.
    fn mark_pictures(&mut self, invert: bool) {
        let ids = self.sheet().map(|sheet| sheet.ids.clone()).unwrap_or_default();
        let numbers: Vec<_> = ids.iter().filter_map(|id| self.jobs.get(*id)).map(|job| job.n).collect();
        for n in numbers {
            if !(invert && self.marks.marked.remove(n)) {
                self.marks.marked.insert(n);
            }
        }
    }
}

pub(super) fn is_picture(job: &Job) -> bool {
    matches!(&job.state, JobState::Finished(file) if file.format.is_some())
}

fn is_verb(action: &Action) -> bool {
    matches!(
        action,
        Action::Pause
            | Action::Retry
            | Action::Cancel
            | Action::Remove
            | Action::RemoveFile
            | Action::OpenFile
            | Action::OpenFolder
            | Action::Copy(_)
    )
}

#[cfg(test)]
mod tests;
