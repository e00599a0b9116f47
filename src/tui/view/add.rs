//! The add box, over the list: the editor, a live count, the folder, and the keys that matter in it.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::widgets::{Block, Clear};

use super::pen::Pen;
use crate::tui::add::AddBox;
use crate::tui::app::App;
use crate::tui::keys::Context;

/// Draws the box: 80 % of the width where that is enough, else the whole screen, at the smallest the editor alone.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, add: &AddBox, app: &App) {
    let theme = app.theme();
    // The totals keep the first line as long as there is a second.
    let spared = u16::from(area.height > 1);
    let area = Rect { y: area.y + spared, height: area.height - spared, ..area };
    if area.width < 20 || area.height < 4 {
        frame.render_widget(Clear, area);
        if add.is_at_folder() {
            render_folder(frame, area, 0, add, app);
        } else {
            add.render(frame, area);
        }
        return;
    }
    let outer = place(area);
    frame.render_widget(Clear, outer);
    frame.render_widget(Block::bordered().title(" Add addresses, one a line "), outer);
    let inner = outer.inner(Margin::new(2, 1)).intersection(frame.area());
    // The folder has a line where one is left.
    let below = if inner.height > 4 || add.is_at_folder() { 2 } else { 1 };
    add.render(frame, Rect { height: inner.height.saturating_sub(below), ..inner });
    if below > 1 {
        render_folder(frame, inner, inner.height.saturating_sub(2), add, app);
    }
    render_counts(frame, inner, add, app);
    let foot = Rect { y: outer.bottom() - 1, height: 1, ..outer }.inner(Margin::new(2, 0));
    if let Some(mut pen) = Pen::at(frame, foot, 0) {
        for (key, word) in app.keymap().hints(Context::Add) {
            let hint = format!(" {key} {word} ");
            pen.whole(&hint, theme.quiet());
        }
    }
}

fn render_folder(frame: &mut Frame<'_>, area: Rect, line: u16, add: &AddBox, app: &App) {
    let theme = app.theme();
    let Some(mut pen) = Pen::at(frame, area, line) else { return };
    pen.text("to ", if add.is_at_folder() { theme.strong() } else { theme.quiet() });
    if add.is_at_folder() {
        let rest = Rect { x: pen.x(), y: area.y + line, width: pen.room(), height: 1 };
        add.folder().render(frame, rest);
    } else {
        pen.text(add.folder().text(), theme.quiet());
    }
}

fn render_counts(frame: &mut Frame<'_>, area: Rect, add: &AddBox, app: &App) {
    let theme = app.theme();
    let Some(mut pen) = Pen::at(frame, area, area.height.saturating_sub(1)) else { return };
    if let Some(complaint) = add.complaint() {
        pen.text(complaint, theme.error());
        return;
    }
    let counts = add.counts();
    let valid = if counts.addresses == counts.lines {
        format!("{} valid", counts.lines)
    } else {
        let lines = if counts.lines == 1 { "line" } else { "lines" };
        format!("{} {lines}, {} addresses", counts.lines, counts.addresses)
    };
    pen.text(&valid, if counts.addresses > 0 { theme.good() } else { theme.quiet() });
    let twice = if counts.duplicates == 1 { "duplicate" } else { "duplicates" };
    for (count, word, style) in
        [(counts.duplicates, twice, theme.warning()), (counts.refused, "refused", theme.error())]
    {
        if count > 0 {
            pen.text(&format!(", {count} {word}"), style);
        }
    }
    if add.is_waiting() {
        pen.text("  the folder is being made", Style::new());
    }
}

fn place(area: Rect) -> Rect {
    let width = (area.width / 5 * 4).max(40).min(area.width);
    let height = (area.height / 2).clamp(7, 14).min(area.height);
    let x = area.x + (area.width - width) / 2;
    let y = area.y + (area.height - height) / 3;
    Rect::new(x, y, width, height).intersection(area)
}
