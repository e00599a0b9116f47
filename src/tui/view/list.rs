//! The list: only the rows that are in sight are looked at, however many there are.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::pen::Pen;
use super::row;
use crate::display;
use crate::tui::action::{By, Tab};
use crate::tui::app::App;
use crate::tui::layout::{Columns, SizeColumn};

/// Draws the rows in sight, or what to do when there are none.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, app: &App) {
    if app.shown_len() == 0 {
        return if app.jobs().rows().is_empty() {
            render_empty(frame, area, app);
        } else {
            render_none(frame, area, app);
        };
    }
    let selected = app.selected().map(|job| job.id);
    let range = app.range();
    let columns = Columns::of(area.width);
    for (line, at) in (0..area.height).zip(app.top(usize::from(area.height))..) {
        let (Some(mut pen), Some(job)) = (Pen::at(frame, area, line), app.shown_at(at)) else { continue };
        let marked = app.is_marked(job) || range.as_ref().is_some_and(|range| range.contains(&at));
        row::render(&mut pen, job, row::Signs { selected: selected == Some(job.id), marked }, columns, app);
    }
}

/// Says why no row is shown though there are some.
fn render_none(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let filter = app.filter();
    let all = format!("{} shows all", app.key("all"));
    let (why, key) = match app.tab() {
        _ if !filter.is_empty() => {
            let text = display::fit(&display::safe(filter), usize::from(area.width / 2).max(8));
            (format!("no match for \"{text}\""), "Esc clears".to_owned())
        }
        Tab::Active => ("nothing is active".to_owned(), all.clone()),
        Tab::Queued => ("nothing is queued".to_owned(), all.clone()),
        Tab::Paused => ("nothing is paused".to_owned(), all.clone()),
        Tab::Failed => ("nothing has failed".to_owned(), all.clone()),
        Tab::All | Tab::Done => ("nothing is done yet".to_owned(), all.clone()),
    };
    let line = if area.height >= 9 { area.height / 3 } else { 0 };
    if let Some(mut pen) = Pen::at(frame, area, line) {
        pen.skip(2).text(&why, app.theme().strong()).text(" - ", app.theme().quiet()).text(&key, Style::new());
    }
    if let Some(complaint) = app.filter_complaint()
        && let Some(mut pen) = Pen::at(frame, area, line + 1)
    {
        pen.skip(2).text(&display::safe(complaint), app.theme().error());
    }
}

fn render_empty(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let theme = app.theme();
    let lines = [
        (format!("Paste addresses, or press {} to add", app.key("add")), theme.strong()),
        ("haul URL…   or   haul -i list.txt".to_owned(), Style::new()),
        (format!("{} shows all keys", app.key("help")), Style::new()),
    ];
    let shown = lines.len().min(usize::from(area.height));
    let first = (area.height - u16::try_from(shown).unwrap_or(0)) / 3;
    for (line, (text, style)) in (first..).zip(lines.into_iter().take(shown)) {
        if let Some(mut pen) = Pen::at(frame, area, line) {
            pen.skip(2).text(&text, style);
        }
    }
}

/// Draws the headings of the columns: with the lines in sight where not all are, with an arrow at what the rows are
/// sorted by, and with tab, filter and marks where the tabs have no line of their own.
pub(super) fn render_heads(frame: &mut Frame<'_>, area: Rect, height: u16, app: &App) {
    let rows = app.shown_len();
    let height = usize::from(height);
    let columns = Columns::of(area.width);
    let style = app.theme().quiet();
    let Some(mut pen) = Pen::at(frame, area, 0) else { return };
    if app.jobs().rows().is_empty() {
        return;
    }
    let head = |word: &str, by: By| match app.sort() {
        sort if sort.by != by => word.to_owned(),
        sort if by == By::Added && !sort.reversed => word.to_owned(),
        sort => format!("{word} {}", if sort.reversed { "▼" } else { "▲" }),
    };
    pen.skip(3);
    if columns.word > 0 {
        pen.left("State", columns.word, style).skip(1);
    }
    let first = app.top(height);
    let mut name = match app.sort().by {
        By::Host => format!("Name  by {}", head("host", By::Host)),
        By::Added if app.sort().reversed => "Name  last first ▼".to_owned(),
        _ => head("Name", By::Name),
    };
    if rows > height {
        name = format!("{name}  {}-{} of {rows}", first + 1, first + height);
    }
    pen.left(&name, columns.name, style);
    if columns.bar > 0 {
        pen.skip(1).left(&head("Progress", By::Progress), columns.bar, style);
    }
    pen.skip(1 + columns.percent);
    if columns.size != SizeColumn::None {
        pen.skip(1).right(&head("Size", By::Size), columns.size_width(), style);
    }
    let last = if app.sort().by == By::Eta { head("ETA", By::Eta) } else { "Rate".to_owned() };
    pen.skip(1).right(&last, columns.last, style);
    if columns.host > 0 {
        pen.skip(1).left("Host", columns.host, style);
    }
    if columns.kind > 0 {
        pen.skip(1).left("Type", columns.kind, style);
    }
}
