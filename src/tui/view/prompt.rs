//! The box of one line, over the last lines.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::tui::app::{App, Prompt};

/// Draws it.
pub(super) fn render(_frame: &mut Frame<'_>, _area: Rect, _prompt: &Prompt, _app: &App) {}
