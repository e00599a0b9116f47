//! Which rows are shown and in which order: tab, filter, sort. While nothing is chosen these are the rows themselves, and
//! cost nothing.

use crate::tui::action::{By, Tab};

/// See the head of this file.
#[derive(Debug, Default)]
pub(super) struct Order {
    tab: Tab,
    by: By,
    pub(super) filter: String,
}
