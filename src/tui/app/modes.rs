//! What lies over the list, and what comes to light when it goes.

use super::{App, Mode};
use crate::tui::effects::Effect;

impl App {
    /// What lies over the list.
    pub(in crate::tui) fn mode(&self) -> &Mode {
        &self.mode
    }

    /// What lies between that and the list.
    pub(in crate::tui) fn under(&self) -> Option<&Mode> {
        self.under.as_ref()
    }

    /// Lays this over the list.
    pub(super) fn open(&mut self, mode: Mode) -> Vec<Effect> {
        self.mode = mode;
        Vec::new()
    }

    /// Lays this over whatever is shown, to come back to that.
    pub(super) fn over(&mut self, mode: Mode) -> Vec<Effect> {
        let below = std::mem::replace(&mut self.mode, mode);
        self.under = Some(below).filter(|below| matches!(below, Mode::Detail(_) | Mode::Sheet(_) | Mode::Picker(_)));
        Vec::new()
    }

    /// Goes back to what lies below.
    pub(super) fn close(&mut self) {
        self.mode = self.under.take().unwrap_or(Mode::List);
    }
}
