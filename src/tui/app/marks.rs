//! Marked rows: every verb works on them where there are any.

use std::collections::HashSet;

use super::{App, Effect};
use crate::engine::request::JobId;
use crate::tui::action::Action;

/// See the head of this file.
#[derive(Debug, Default)]
pub(super) struct Marks {
    marked: HashSet<JobId>,
}

impl App {
    /// Marks rows, or takes marks away.
    pub(super) fn mark(&mut self, _action: &Action) -> Vec<Effect> {
        Vec::new()
    }
}
