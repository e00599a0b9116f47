//! Changes of the list that can be taken back: cancel, remove, clear, move.

use super::{App, Effect};
use crate::tui::action::Action;

/// See the head of this file.
#[derive(Debug, Default)]
pub(super) struct Undo {}

impl App {
    /// Takes the last change back, or makes it again.
    pub(super) fn change_back(&mut self, _action: &Action) -> Vec<Effect> {
        Vec::new()
    }

    /// Other places in the queue.
    pub(super) fn reorder(&mut self, _action: &Action) -> Vec<Effect> {
        Vec::new()
    }
}
