//! The finished pictures, side by side, or one in full size.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::tui::app::{App, Sheet};

/// Draws it.
pub(super) fn render(_frame: &mut Frame<'_>, _area: Rect, _sheet: &Sheet, _app: &App) {}
