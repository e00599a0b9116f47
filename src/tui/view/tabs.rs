//! The tabs, each with its count, and at the right what else decides which rows are shown: marks, filter, sorting.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::pen::Pen;
use crate::display;
use crate::tui::action::Tab;
use crate::tui::app::App;

/// Draws the line.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let Some(mut pen) = Pen::at(frame, area, 0) else { return };
    let theme = app.theme();
    for (tab, text) in app.tab_texts(usize::from(pen.room())) {
        // The brackets tell also where bold does not show.
        let style = match tab {
            tab if tab == app.tab() => theme.strong(),
            Tab::Failed if app.count(tab) > 0 => theme.error(),
            _ if app.count(tab) == 0 => theme.quiet(),
            _ => Style::new(),
        };
        pen.whole(&text, style);
    }
    for (text, style) in right(app.choice(), pen.room()) {
        let room = pen.room();
        let width = u16::try_from(display::width(&text)).unwrap_or(room);
        pen.skip(2.min(room)).text(&display::fit(&text, usize::from(width)), style);
    }
}

/// Those that have room, the first one at least in part where there is some.
fn right(parts: Vec<(String, Style)>, room: u16) -> Vec<(String, Style)> {
    let mut room = usize::from(room);
    let mut taken = Vec::new();
    for (text, style) in parts {
        let width = display::width(&text) + 2;
        if width <= room {
            room -= width;
            taken.push((text, style));
        } else if taken.is_empty() && room >= 8 {
            return vec![(display::fit(&text, room - 2), style)];
        }
    }
    taken
}

#[cfg(test)]
mod tests;
