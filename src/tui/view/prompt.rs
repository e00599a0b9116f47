//! The box of one line: it takes the bottom line, and the one above for what is wrong with it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::Clear;

use super::pen::Pen;
use crate::display;
use crate::tui::app::App;
use crate::tui::prompt::{Ask, Prompt};

/// Draws it.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, prompt: &Prompt, app: &App) {
    /// At least so much is for what is written.
    const ROOM: usize = 14;
    if area.is_empty() {
        return;
    }
    let theme = app.theme();
    let line = Rect { y: area.bottom() - 1, height: 1, ..area };
    frame.render_widget(Clear, line);
    let (label, hint) = match prompt.ask() {
        Ask::Filter => ("Filter ", "words, state:failed, host:, size:>5M   Enter keeps, Esc clears"),
        Ask::Limit => ("Limit ", "5M, 500k; 0 is none"),
        Ask::Page => ("Page ", "the address of a page with images"),
        Ask::List => ("List file ", "addresses, one a line"),
    };
    let Some(mut pen) = Pen::at(frame, line, 0) else { return };
    pen.skip(1).text(label, theme.strong());
    let (x, room) = (pen.x(), pen.room());
    let hint_width = display::width(hint) + 1;
    let hinted = usize::from(room) >= display::width(prompt.line().text()) + hint_width + ROOM;
    if hinted {
        pen.right(&format!("{hint} "), room, theme.quiet());
    }
    let taken = if hinted { u16::try_from(hint_width + 1).unwrap_or(0) } else { 0 };
    prompt.line().render(frame, Rect { x, width: room.saturating_sub(taken), ..line });
    if let Some(complaint) = prompt.complaint()
        && area.height > 2
    {
        let above = Rect { y: line.y - 1, ..line };
        frame.render_widget(Clear, above);
        if let Some(mut pen) = Pen::at(frame, above, 0) {
            pen.skip(1).text(complaint, theme.error());
        }
    }
}
