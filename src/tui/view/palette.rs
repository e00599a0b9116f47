//! The palette, over the list.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::tui::app::{App, Palette};

/// Draws it.
pub(super) fn render(_frame: &mut Frame<'_>, _area: Rect, _palette: &Palette, _app: &App) {}
