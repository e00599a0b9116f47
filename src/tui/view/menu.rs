//! The keys that may follow a key, over the list.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::tui::action::Menu;
use crate::tui::app::App;

/// Draws it.
pub(super) fn render(_frame: &mut Frame<'_>, _area: Rect, _menu: Menu, _app: &App) {}
