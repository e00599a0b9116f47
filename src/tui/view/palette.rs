//! The palette, over the list: a line to write in, and what matches it, each with its keys.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::widgets::{Block, Clear};

use super::pen::Pen;
use crate::display;
use crate::tui::app::App;
use crate::tui::layout;
use crate::tui::palette::{Found, Palette};

/// Room for the longest name.
const NAME: u16 = 16;

/// Draws it: 80 % of the width where that is enough, else all of it.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, palette: &Palette, app: &App) {
    let theme = app.theme();
    let spared = u16::from(area.height > 1);
    let area = Rect { y: area.y + spared, height: area.height - spared, ..area };
    let boxed = area.width >= 20 && area.height >= 6;
    let outer = if boxed { place(area) } else { area };
    frame.render_widget(Clear, outer);
    let inner = if boxed {
        frame.render_widget(Block::bordered().title(" Commands "), outer);
        outer.inner(Margin::new(2, 1))
    } else {
        outer
    };
    let Some(mut pen) = Pen::at(frame, inner, 0) else { return };
    pen.text(":", theme.strong());
    let line = Rect { x: pen.x(), width: pen.room(), height: 1, ..inner };
    palette.line().render(frame, line);
    let list = Rect { y: inner.y + 1, height: inner.height - 1, ..inner };
    if let Some(complaint) = palette.complaint() {
        if let Some(mut pen) = Pen::at(frame, list, 0) {
            pen.text(complaint, theme.error());
        }
        return;
    }
    let height = usize::from(list.height);
    let top = layout::window(0, Some(palette.chosen()), height, palette.found().len());
    for (line, (at, found)) in (0..list.height).zip(palette.found().iter().enumerate().skip(top)) {
        render_found(frame, list, line, *found, at == palette.chosen(), app);
    }
}

fn render_found(frame: &mut Frame<'_>, area: Rect, line: u16, found: Found, chosen: bool, app: &App) {
    let theme = app.theme();
    let (name, help, keys) = match found {
        Found::Action(binding) => {
            let bound = app.keymap().all().find(|bound| std::ptr::eq(bound.binding, binding));
            (binding.name.to_owned(), binding.help, bound.map(|bound| app.keymap().way(bound)).unwrap_or_default())
        }
        Found::Command(command) => (format!("{} {}", command.name, command.word), command.help, String::new()),
    };
    let Some(mut pen) = Pen::at(frame, area, line) else { return };
    let start = pen.x();
    let keys_width = u16::try_from(display::width(&keys)).unwrap_or(u16::MAX);
    let plain = Style::new();
    pen.left(&name, NAME, if chosen { theme.strong() } else { plain }).skip(1);
    let help_width = pen.room().saturating_sub(keys_width + 1);
    pen.left(help, help_width, theme.quiet()).skip(1).left(&keys, keys_width, theme.lively());
    if chosen {
        let rest = pen.room();
        pen.skip(rest).over(start, Style::new().add_modifier(Modifier::REVERSED).remove_modifier(Modifier::DIM));
    }
}

fn place(area: Rect) -> Rect {
    let width = (area.width / 5 * 4).clamp(40, 100).min(area.width);
    let height = (area.height / 3 * 2).clamp(6, 20).min(area.height);
    let x = area.x + (area.width - width) / 2;
    let y = area.y + (area.height - height) / 3;
    Rect::new(x, y, width, height).intersection(area)
}
