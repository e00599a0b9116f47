//! Tabs, sorting and filter as actions.

use super::{App, Effect};
use crate::tui::action::Action;

impl App {
    /// Another tab, another order.
    pub(super) fn show_rows(&mut self, _action: &Action) -> Vec<Effect> {
        Vec::new()
    }

    /// Esc on the list: ends the range, then takes the marks away, then the filter.
    pub(super) fn step_back(&mut self) -> Vec<Effect> {
        Vec::new()
    }
}
