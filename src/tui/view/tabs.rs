//! The tabs, each with its count, and at the right what else decides which rows are shown: marks, filter, sorting.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::pen::Pen;
use crate::display;
use crate::tui::action::{By, Tab};
use crate::tui::app::{App, Sort};

/// How much a tab says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    /// `2 Active 6`.
    Key,
    /// `Active 6`, and nothing of tabs without rows.
    Word,
    /// `Act 6`.
    Short,
}

/// Draws the line.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let Some(mut pen) = Pen::at(frame, area, 0) else { return };
    let theme = app.theme();
    let parts = choice(app);
    let room = usize::from(pen.room());
    let widths = parts.iter().map(|(text, _)| display::width(text) + 2);
    // As much as possible of what stands behind them, then as long words as possible.
    let behind = (0..=parts.len()).rev().map(|count| widths.clone().take(count).sum::<usize>());
    let length = behind
        .flat_map(|behind| [Length::Key, Length::Word, Length::Short].map(|length| (length, behind)))
        .find(|(length, behind)| width(app, *length) + behind <= room)
        .map_or(Length::Short, |(length, _)| length);
    for tab in shown(app, length) {
        let text = text(app, tab, length);
        // The brackets tell also where bold does not show.
        let style = match tab {
            tab if tab == app.tab() => theme.strong(),
            Tab::Failed if app.count(tab) > 0 => theme.error(),
            _ if app.count(tab) == 0 => theme.quiet(),
            _ => Style::new(),
        };
        pen.whole(&text, style);
    }
    for (text, style) in right(parts, pen.room()) {
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

fn shown(app: &App, length: Length) -> impl Iterator<Item = Tab> {
    let needed = move |tab: &Tab| length == Length::Key || *tab == Tab::All || *tab == app.tab() || app.count(*tab) > 0;
    Tab::ALL.into_iter().filter(needed)
}

fn width(app: &App, length: Length) -> usize {
    shown(app, length).map(|tab| display::width(&text(app, tab, length))).sum()
}

fn text(app: &App, tab: Tab, length: Length) -> String {
    let count = app.count(tab);
    let key = Tab::ALL.iter().position(|other| *other == tab).unwrap_or(0) + 1;
    let words = match length {
        Length::Key => format!("{key} {} {count}", word(tab)),
        Length::Word => format!("{} {count}", word(tab)),
        Length::Short => format!("{} {count}", short(tab)),
    };
    if tab == app.tab() { format!("[{words}]") } else { format!(" {words} ") }
}

fn word(tab: Tab) -> &'static str {
    match tab {
        Tab::All => "All",
        Tab::Active => "Active",
        Tab::Queued => "Queued",
        Tab::Paused => "Paused",
        Tab::Failed => "Failed",
        Tab::Done => "Done",
    }
}

fn short(tab: Tab) -> &'static str {
    match tab {
        Tab::All => "All",
        Tab::Active => "Act",
        Tab::Queued => "Que",
        Tab::Paused => "Pau",
        Tab::Failed => "Fail",
        Tab::Done => "Done",
    }
}

/// What was chosen beside the tab, what matters most first.
fn choice(app: &App) -> Vec<(String, Style)> {
    let theme = app.theme();
    let mut parts = Vec::new();
    let marked = app.marked();
    if marked > 0 {
        parts.push((format!("{marked} marked"), theme.warning().patch(theme.strong())));
    }
    let filter = app.filter();
    if let Some(complaint) = app.filter_complaint() {
        parts.push((format!("/{}: {}", display::safe(filter), display::safe(complaint)), theme.error()));
    } else if !filter.is_empty() {
        let text = format!("/{}  {}", display::safe(filter), app.shown_len());
        parts.push((text, theme.lively().patch(theme.strong())));
    }
    let sort = app.sort();
    if sort != Sort::default() {
        let by = match sort.by {
            By::Added => "added",
            By::Name => "name",
            By::Size => "size",
            By::Progress => "progress",
            By::Eta => "ETA",
            By::Host => "host",
        };
        parts.push((format!("by {by} {}", if sort.reversed { "▼" } else { "▲" }), theme.quiet()));
    }
    parts
}

/// The same for a screen where the tabs have no line: the tab too, where it is not the first.
pub(super) fn words(app: &App) -> Vec<(String, Style)> {
    let tab = app.tab();
    let current = (tab != Tab::All).then(|| (format!("[{} {}]", word(tab), app.count(tab)), app.theme().strong()));
    current.into_iter().chain(choice(app)).collect()
}

#[cfg(test)]
mod tests;
