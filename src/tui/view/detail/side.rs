//! The detail beside the list.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::page;
use crate::tui::app::{App, Focus};
use crate::tui::view::pen::Pen;
use crate::tui::view::title;

/// Draws it under its title.
pub(in crate::tui::view) fn render(frame: &mut Frame<'_>, area: Rect, app: &App) {
    if area.is_empty() {
        return;
    }
    let page = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let below = if app.selected().is_some() {
        page::render(frame, page, app.scroll(), false, app)
    } else {
        if let Some(mut pen) = Pen::at(frame, page, 0) {
            pen.skip(1).text("All about the row under the cursor", app.theme().quiet());
        }
        0
    };
    title::render(frame, area, "Detail", &title::more(app.scroll(), below), app.focus() == Focus::Detail, app);
}
