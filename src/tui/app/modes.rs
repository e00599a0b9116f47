//! What lies over the list, and what comes to light when it goes.

use super::{App, Mode};
use crate::tui::effects::Effect;

impl App {
    /// What lies over the list.
    pub(in crate::tui) fn mode(&self) -> &Mode {
        &self.mode
    }

    /// What lies between that and the list, the lowest first.
    pub(in crate::tui) fn under(&self) -> &[Mode] {
        &self.under
    }

    /// Lays this over the list.
    pub(super) fn open(&mut self, mode: Mode) -> Vec<Effect> {
        self.mode = mode;
        Vec::new()
    }

    /// Lays this over whatever is shown, to come back to that.
    pub(super) fn over(&mut self, mode: Mode) -> Vec<Effect> {
        let below = std::mem::replace(&mut self.mode, mode);
        if !matches!(below, Mode::List) {
            self.under.push(below);
        }
        Vec::new()
    }

    /// Goes back to what lies below.
    pub(super) fn close(&mut self) {
        self.mode = self.under.pop().unwrap_or(Mode::List);
    }
}

#[cfg(test)]
mod tests;
