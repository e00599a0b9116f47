//! The list: only the rows that are in sight are looked at, however many there are.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::pen::Pen;
use super::row;
use crate::tui::app::App;
use crate::tui::layout::{Columns, SizeColumn};

/// Draws the rows in sight, or what to do when there are none.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let rows = app.jobs().rows();
    if rows.is_empty() {
        return render_empty(frame, area, app);
    }
    let height = usize::from(area.height);
    let selected = app.selected().map(|job| job.id);
    for (line, job) in (0..area.height).zip(rows.iter().skip(app.top(height))) {
        if let Some(mut pen) = Pen::at(frame, area, line) {
            row::render(&mut pen, job, selected == Some(job.id), Columns::of(area.width), app);
        }
    }
}

fn render_empty(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let theme = app.theme();
    let lines = [
        ("Paste addresses, or press a to add", theme.strong()),
        ("haul URL…   or   haul -i list.txt", Style::new()),
        ("? shows all keys", Style::new()),
    ];
    let shown = lines.len().min(usize::from(area.height));
    let first = (area.height - u16::try_from(shown).unwrap_or(0)) / 3;
    for (line, (text, style)) in (first..).zip(lines.into_iter().take(shown)) {
        if let Some(mut pen) = Pen::at(frame, area, line) {
            pen.skip(2).text(text, style);
        }
    }
}

/// Draws the headings of the columns, with the lines in sight where not all are.
pub(super) fn render_heads(frame: &mut Frame<'_>, area: Rect, height: u16, app: &App) {
    let rows = app.jobs().rows().len();
    let height = usize::from(height);
    let columns = Columns::of(area.width);
    let style = app.theme().quiet();
    let Some(mut pen) = Pen::at(frame, area, 0) else { return };
    if rows == 0 {
        return;
    }
    pen.skip(3);
    if columns.word > 0 {
        pen.left("State", columns.word, style).skip(1);
    }
    let first = app.top(height);
    let name =
        if rows > height { format!("Name  {}-{} of {rows}", first + 1, first + height) } else { "Name".to_owned() };
    pen.left(&name, columns.name, style);
    if columns.bar > 0 {
        pen.skip(1).left("Progress", columns.bar, style);
    }
    pen.skip(1 + columns.percent);
    if columns.size != SizeColumn::None {
        pen.skip(1).right("Size", columns.size_width(), style);
    }
    pen.skip(1).right("Rate", columns.last, style);
    if columns.host > 0 {
        pen.skip(1).left("Host", columns.host, style);
    }
    if columns.kind > 0 {
        pen.skip(1).left("Type", columns.kind, style);
    }
}
