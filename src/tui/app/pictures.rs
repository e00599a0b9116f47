//! Pictures of finished files: which are wanted for what is shown, and what there is of them. The state holds them as
//! they came; how they were drawn is not its business.

use ratatui::layout::{Rect, Size};

use super::{App, Mode};
use crate::jobs::{Job, JobState};
use crate::tui::effects::Effect;
use crate::tui::grid::{self, Grid};
use crate::tui::preview::{Drawn, Ready, Shelf, Shown, Wanted};
use crate::tui::theme::Theme;

/// Formats that are decoded; for the others there is a card.
const DECODED: [&str; 5] = ["jpeg", "png", "gif", "webp", "bmp"];

impl App {
    /// With pictures, where the terminal shows them.
    pub(in crate::tui) fn with_pictures(mut self, able: bool, panel: bool) -> Self {
        self.pictures.able = able;
        self.panes.preview = panel;
        self
    }

    /// A picture is ready.
    pub(in crate::tui) fn pictured(&mut self, ready: Ready) {
        self.pictures.shelf.put(ready);
    }

    /// What is wanted for the next frame, where that has changed.
    pub(in crate::tui) fn want(&mut self) -> Option<Effect> {
        self.follow_sheet();
        let wanted = self.wanted();
        let missing: Vec<_> = wanted.iter().filter(|wanted| !self.pictures.shelf.look(wanted)).cloned().collect();
        if wanted == self.pictures.wanted {
            return None;
        }
        self.pictures.wanted = wanted;
        Some(Effect::Preview(missing))
    }

    /// What the terminal keeps of pictures is not sure any more.
    pub(super) fn forget_pictures(&mut self) {
        (self.pictures.shelf, self.pictures.wanted) = (Shelf::default(), Vec::new());
    }

    fn wanted(&self) -> Vec<Wanted> {
        let screen = Rect::new(0, 0, self.size.width, self.size.height);
        let selected = |cells| self.selected().and_then(|job| self.picture_of(job, cells, false));
        match self.sheet() {
            Some(sheet) if sheet.is_full() => selected(grid::sheet(screen).as_size()).into_iter().collect(),
            Some(sheet) => {
                let grid = Grid::of(screen);
                let jobs = sheet.in_sight(grid.len()).iter().filter_map(|id| self.jobs.get(*id));
                jobs.filter_map(|job| self.picture_of(job, grid.cells, true)).collect()
            }
            None => selected(self.plan().preview.as_size()).into_iter().collect(),
        }
    }

    /// The picture of a row in so many cells, where there can be one.
    fn picture_of(&self, job: &Job, cells: Size, small: bool) -> Option<Wanted> {
        let JobState::Finished(file) = &job.state else { return None };
        let decoded = file.format.as_deref().is_some_and(|format| DECODED.contains(&format));
        let wanted = decoded && cells.width > 0 && cells.height > 0 && self.shows_pictures();
        wanted.then(|| Wanted { path: file.path.clone(), len: file.bytes, cells, small })
    }

    fn shows_pictures(&self) -> bool {
        self.pictures.able && !self.look.ascii && self.look.theme != Theme::Mono
    }

    /// What to draw for a row in so many cells.
    pub(in crate::tui) fn picture(&self, job: &Job, cells: Size, small: bool) -> Shown<'_> {
        let file = match &job.state {
            JobState::Finished(file) => file,
            JobState::Failed(_) | JobState::Cancelled => return Shown::Card("no file, so no picture"),
            _ => return Shown::Card("its picture comes when it is finished"),
        };
        let Some(wanted) = self.picture_of(job, cells, small) else {
            return Shown::Card(match &file.format {
                None => "not a picture that haul knows",
                Some(format) if !DECODED.contains(&&**format) => "there is no preview of this format",
                _ => "",
            });
        };
        self.pictures.shelf.get(&wanted).map_or(Shown::Coming, Shown::Drawn)
    }

    /// Nothing lies over the place of the large picture.
    pub(in crate::tui) fn is_bare(&self) -> bool {
        match &self.mode {
            Mode::List => true,
            Mode::Ask(..) => self.under.is_empty(),
            Mode::Sheet(sheet) => sheet.is_full(),
            _ => false,
        }
    }

    /// The picture that the terminal paints over its text, where it does so, and how many toasts lie over that: when one
    /// of them changes, the text has to be drawn anew.
    pub(in crate::tui) fn over_text(&self) -> Option<(&Wanted, usize)> {
        let wanted = self.pictures.wanted.first().filter(|_| self.is_bare())?;
        let drawn = self.pictures.shelf.get(wanted)?;
        matches!(drawn, Drawn::Graphic { over_text: true, .. }).then_some((wanted, self.notices.all().len()))
    }
}
