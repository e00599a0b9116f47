//! The finished pictures, to walk through.

use super::{App, Mode};
use crate::tui::action::Action;
use crate::tui::effects::Effect;

/// See the head of this file.
#[derive(Debug, Default)]
pub(in crate::tui) struct Sheet {}

impl App {
    pub(super) fn update_sheet(&mut self, _action: &Action) -> Vec<Effect> {
        self.open(Mode::List)
    }
}
