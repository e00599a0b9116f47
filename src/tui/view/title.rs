//! The title line of a panel: a rule with the name in it, bold where keys go to the panel.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::pen::Pen;
use crate::display;
use crate::tui::app::App;

/// Draws it into the first line of `area`; `note` stands at its right end where there is room.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, text: &str, note: &str, focused: bool, app: &App) {
    let theme = app.theme();
    let Some(mut pen) = Pen::at(frame, area, 0) else { return };
    let rule = if app.ascii() { "-" } else { "─" };
    let note = if note.is_empty() { String::new() } else { format!(" {note} {rule}") };
    pen.text(&format!("{rule} "), theme.quiet());
    pen.text(text, if focused { theme.strong() } else { theme.quiet() }).text(" ", theme.quiet());
    let room = usize::from(pen.room());
    let note = if display::width(&note) < room { note } else { String::new() };
    pen.text(&rule.repeat(room - display::width(&note)), theme.quiet()).text(&note, theme.quiet());
}

/// What is out of sight of a panel, in words.
pub(super) fn more(above: usize, below: usize) -> String {
    match (above, below) {
        (0, 0) => String::new(),
        (0, below) => format!("{below} more below"),
        (above, 0) => format!("{above} above"),
        (above, below) => format!("{above} above, {below} below"),
    }
}
