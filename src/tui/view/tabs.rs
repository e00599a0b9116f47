//! The tabs, each with its count.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::tui::app::App;

/// Draws it.
pub(super) fn render(_frame: &mut Frame<'_>, _area: Rect, _app: &App) {}
