//! Limits that the user changes while it runs: transfers at once, bytes a second.

use super::{App, Effect};
use crate::tui::action::Action;

/// The limits as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) struct Limits {
    /// Transfers at once.
    pub(in crate::tui) jobs: usize,
    /// Bytes a second; none is no limit.
    pub(in crate::tui) rate: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { jobs: 64, rate: None }
    }
}

impl App {
    /// One transfer more or fewer, a higher or lower rate.
    pub(super) fn limit(&mut self, _action: &Action) -> Vec<Effect> {
        Vec::new()
    }
}
