//! Tabs, sorting and filter as actions.

use super::{App, Effect};
use crate::tui::action::Action;

impl App {
    /// Another tab, another order.
    pub(super) fn show_rows(&mut self, _action: &Action) -> Vec<Effect> {
        Vec::new()
    }

    /// Shows the rows that match this alone; all of them if it is empty.
    pub(super) fn set_filter(&mut self, text: &str) {
        text.clone_into(&mut self.order.filter);
    }

    /// What rows have to match, as it was typed.
    pub(in crate::tui) fn filter(&self) -> &str {
        &self.order.filter
    }

    /// Esc on the list: ends the range, then takes the marks away, then the filter.
    pub(super) fn step_back(&mut self) -> Vec<Effect> {
        Vec::new()
    }
}
