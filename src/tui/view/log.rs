//! The log: the latest facts, newest first, each with its time.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::pen::Pen;
use super::title;
use crate::tui::app::log::{Kind, Line};
use crate::tui::app::{App, Focus};

/// Draws it under its title.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let height = area.height.saturating_sub(1);
    let (above, below) = app.log().out_of_sight(height.into());
    let focused = app.focus() == Focus::Log;
    let more = if focused { title::more(above, below) } else { String::new() };
    title::render(frame, area, "Log", &more, focused, app);
    if app.log().is_empty()
        && let Some(mut pen) = Pen::at(frame, area, 1)
    {
        pen.skip(1).text("What happens stands here, with its time", app.theme().quiet());
    }
    for (y, line) in (1..).zip(app.log().in_sight(height.into())) {
        if let Some(mut pen) = Pen::at(frame, area, y) {
            draw(&mut pen, line, app);
        }
    }
}

fn draw(pen: &mut Pen<'_>, line: &Line, app: &App) {
    let theme = app.theme();
    let plain = ratatui::style::Style::new();
    let (glyph, ascii, style) = match line.kind {
        Kind::Added(_) => ("+", "+", theme.lively()),
        Kind::Finished => ("✓", "+", theme.good()),
        Kind::Failed => ("✗", "x", theme.error()),
        Kind::Retrying => ("↻", "r", theme.warning()),
        Kind::Stopped => ("‖", "=", theme.quiet()),
        Kind::Host => ("•", "*", theme.warning()),
        Kind::News => ("·", ".", theme.quiet()),
        Kind::Trouble => ("!", "!", theme.error()),
    };
    pen.skip(1).text(&app.clock().time(line.at), theme.quiet()).skip(1);
    pen.text(if app.ascii() { ascii } else { glyph }, style).skip(1);
    match line.kind {
        Kind::Added(n) => pen.text(&format!("{n} added"), plain),
        Kind::Failed | Kind::Trouble => pen.text(&line.text, style),
        _ => pen.text(&line.text, plain),
    };
}
