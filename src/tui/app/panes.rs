//! Which panels are shown, and which of them has the focus.

use super::{App, Effect};
use crate::tui::action::{Action, Mouse, Toggle};

/// Panels that the user wants where there is room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) struct Panes {
    pub(in crate::tui) graph: bool,
    pub(in crate::tui) log: bool,
    pub(in crate::tui) detail: bool,
    pub(in crate::tui) preview: bool,
    pub(in crate::tui) hosts: bool,
}

impl Default for Panes {
    fn default() -> Self {
        Self { graph: true, log: true, detail: true, preview: true, hosts: false }
    }
}

impl App {
    pub(super) fn toggle(&mut self, _toggle: Toggle) -> Vec<Effect> {
        Vec::new()
    }

    pub(super) fn change_focus(&mut self, _action: &Action) -> Vec<Effect> {
        Vec::new()
    }

    pub(super) fn mouse(&mut self, _mouse: Mouse, _x: u16, _y: u16) -> Vec<Effect> {
        Vec::new()
    }
}
