//! Limits that the user changes while it runs: transfers at once, bytes a second.

use super::{App, Effect};
use crate::tui::action::Action;

/// See the head of this file.
#[derive(Debug, Default)]
pub(super) struct Limits {}

impl Limits {
    /// The limit on the rate, where there is one.
    #[expect(clippy::unused_self, reason = "nothing sets it yet")]
    pub(super) fn rate(&self) -> Option<u64> {
        None
    }

    /// Transfers at once, where that is known.
    #[expect(clippy::unused_self, reason = "nothing sets it yet")]
    pub(super) fn jobs(&self) -> Option<usize> {
        None
    }
}

impl App {
    /// One transfer more or fewer, a higher or lower rate.
    pub(super) fn limit(&mut self, _action: &Action) -> Vec<Effect> {
        Vec::new()
    }
}
