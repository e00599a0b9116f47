//! The keys that may follow a key: a small box over the bottom right.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::widgets::{Block, Clear};

use super::pen::Pen;
use crate::display;
use crate::tui::action::Menu;
use crate::tui::app::App;
use crate::tui::keys::Context;

/// Draws it; where the box has no room, its lines alone.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, menu: Menu, app: &App) {
    let theme = app.theme();
    let hints: Vec<_> = app.keymap().hints(Context::Menu(menu)).filter(|(_, word)| *word != "back").collect();
    let keys = hints.iter().map(|(key, _)| display::width(key)).max().unwrap_or(0);
    let words = hints.iter().map(|(_, word)| display::width(word)).max().unwrap_or(0);
    let title = format!(" {} ", title(menu));
    let inner_width = (keys + 1 + words).max(display::width(&title));
    // The totals and the bottom line stay.
    let (spared, below) = (u16::from(area.height > 1), u16::from(area.height > 5));
    let free = Rect { y: area.y + spared, height: area.height - spared - below, ..area };
    let lines = u16::try_from(hints.len()).unwrap_or(u16::MAX);
    let frames = u16::from(free.height > lines + 1);
    let width = u16::try_from(inner_width).unwrap_or(u16::MAX).saturating_add(4).min(free.width);
    let height = (lines + 2 * frames).min(free.height);
    let outer = Rect { x: free.right() - width, y: free.bottom() - height, width, height };
    frame.render_widget(Clear, outer);
    if frames > 0 {
        frame.render_widget(Block::bordered().border_style(theme.quiet()).title(title), outer);
    }
    let inner = outer.inner(Margin::new(2, frames));
    for (line, (key, word)) in (0..inner.height).zip(&hints) {
        let Some(mut pen) = Pen::at(frame, inner, line) else { continue };
        pen.left(key, u16::try_from(keys).unwrap_or(u16::MAX), theme.lively()).skip(1).text(word, Style::new());
    }
}

fn title(menu: Menu) -> &'static str {
    match menu {
        Menu::Sort => "Sort by",
        Menu::Show => "Show",
        Menu::Copy => "Copy",
        Menu::Place => "Move to",
    }
}
