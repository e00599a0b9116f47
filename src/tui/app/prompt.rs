//! A box of one line: a filter, a limit, a list file.

use super::{App, Effect};
use crate::tui::action::Action;

/// See the head of this file.
#[derive(Debug)]
pub(in crate::tui) struct Prompt {}

impl App {
    pub(super) fn open_prompt(&mut self, _action: &Action) -> Vec<Effect> {
        Vec::new()
    }

    pub(super) fn update_prompt(&mut self, _action: &Action) -> Vec<Effect> {
        Vec::new()
    }
}
