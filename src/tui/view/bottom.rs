//! The bottom line: a question if one waits, else what just happened, else the keys that people need first.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Clear;

use super::answers;
use super::pen::Pen;
use crate::display;
use crate::tui::app::App;
use crate::tui::limits::Limits;
use crate::units;

/// Draws the line.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, app: &App) {
    if !render_words(frame, area, app) {
        render_hints(frame, area, app);
    }
}

/// Where the screen has no bottom line, lays words over its last line; the totals' line is spared.
pub(super) fn render_over(frame: &mut Frame<'_>, area: Rect, app: &App) {
    if area.height < 2 || (app.question().is_none() && app.notice().is_none()) {
        return;
    }
    let line = Rect { y: area.bottom() - 1, height: 1, ..area };
    frame.render_widget(Clear, line);
    render_words(frame, line, app);
}

/// True where the line says something else than the keys, at this height of the screen.
pub(super) fn says_something(height: u16, app: &App) -> bool {
    app.question().is_some() || (height < super::toasts::LOWEST && app.notice().is_some())
}

fn render_words(frame: &mut Frame<'_>, area: Rect, app: &App) -> bool {
    let theme = app.theme();
    let frame_height = frame.area().height;
    let Some(mut pen) = Pen::at(frame, area, 0) else { return true };
    if let Some(words) = app.question() {
        pen.skip(1);
        let room = usize::from(pen.room().saturating_sub(answers::KEYS));
        let fitting = words.iter().rev().find(|words| display::width(words) <= room).unwrap_or(&words[0]);
        pen.text(fitting, theme.warning().patch(theme.strong()));
        let whole = pen.room() >= answers::WORDS;
        answers::render(&mut pen, whole, app);
        return true;
    }
    // Where there is room, toasts stand above this line.
    if frame_height < super::toasts::LOWEST
        && let Some(notice) = app.notice()
    {
        let style = if notice.is_trouble() { theme.error() } else { theme.good() };
        let more = match app.notices().more(1) {
            0 => String::new(),
            n => format!("  (and {n} more before)"),
        };
        pen.skip(1).text(&notice.line(), style).text(&more, style);
        return true;
    }
    false
}

fn render_hints(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let theme = app.theme();
    let hints: Vec<_> = app.keymap().hints(app.context()).collect();
    let Some(mut pen) = Pen::at(frame, area, 0) else { return };
    let width = |(key, word): &(String, &str)| display::width(key) + 1 + word.len() + 2;
    // The last ones, help and quit, are what a lost person needs; the middle goes first.
    let always = 2.min(hints.len());
    let (middle, end) = hints.split_at(hints.len() - always);
    let limits = limits(app.limits(), area.width);
    let mut room =
        usize::from(pen.room()).saturating_sub(display::width(&limits) + 1 + end.iter().map(width).sum::<usize>());
    let middle = middle.iter().take_while(|hint| {
        let fits = width(hint) <= room;
        room = room.saturating_sub(width(hint));
        fits
    });
    pen.skip(1);
    for (key, word) in middle.chain(end) {
        pen.text(key, theme.strong()).skip(1).text(word, Style::new().patch(theme.quiet())).skip(2);
    }
    let room = pen.room();
    pen.right(&limits, room, theme.quiet());
}

/// How many transfers and bytes there may be, where the line is long enough.
fn limits(limits: Limits, width: u16) -> String {
    const LONG: u16 = 100;
    if width < LONG {
        return String::new();
    }
    let rate = limits.rate.map(|rate| format!(", at most {}", units::rate(rate))).unwrap_or_default();
    format!("{} jobs{rate} ", limits.jobs)
}
