//! The detail over the list, where it has no room beside it, or where the whole error was asked for.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::Clear;

use super::page;
use crate::tui::app::{App, Sight};
use crate::tui::view::title;

/// Draws it over everything but the totals and the bottom line.
pub(in crate::tui::view) fn render(frame: &mut Frame<'_>, area: Rect, sight: Sight, app: &App) {
    let footer = u16::from(area.height >= 6);
    let area = Rect { y: area.y + 1, height: area.height.saturating_sub(1 + footer), ..area }.intersection(area);
    if area.is_empty() {
        return;
    }
    frame.render_widget(Clear, area);
    let page = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let below = page::render(frame, page, sight.scroll, sight.whole, app);
    let head = if sight.whole { "Error and answer" } else { "Detail" };
    title::render(frame, area, head, &title::more(sight.scroll, below), true, app);
}
