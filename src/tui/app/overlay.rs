//! The detail that lies over the list.

use super::{App, Effect, Mode};
use crate::tui::action::Action;

impl App {
    pub(super) fn open_detail(&mut self, _action: &Action) -> Vec<Effect> {
        Vec::new()
    }

    pub(super) fn update_detail(&mut self, _action: &Action) -> Vec<Effect> {
        self.open(Mode::List)
    }
}
