//! The help: the table of keys, drawn. It scrolls where it does not fit.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::Clear;

use super::pen::Pen;
use crate::tui::app::App;
use crate::tui::keys::{self, Line};

/// Draws the help over everything but the totals.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, scroll: usize, app: &App) {
    let theme = app.theme();
    let footer = u16::from(area.height >= 6);
    let area = Rect { y: area.y + 1, height: area.height.saturating_sub(1 + footer), ..area }.intersection(area);
    frame.render_widget(Clear, area);
    let title = u16::from(area.height > 4);
    if title > 0
        && let Some(mut pen) = Pen::at(frame, area, 0)
    {
        let width = usize::from(pen.room());
        let left = keys::help().len().saturating_sub(scroll + usize::from(area.height - title));
        let more = if left > 0 { format!(" {left} more below ──") } else { String::new() };
        let head = "── Keys ";
        let rule = width.saturating_sub(crate::display::width(head) + crate::display::width(&more));
        pen.text(head, theme.quiet()).text(&"─".repeat(rule), theme.quiet()).text(&more, theme.quiet());
    }
    for (line, content) in (title..area.height).zip(keys::help().into_iter().skip(scroll)) {
        let Some(mut pen) = Pen::at(frame, area, line) else { continue };
        match content {
            Line::Blank => {}
            Line::Group(name) => {
                pen.skip(1).text(name, theme.strong());
            }
            Line::Keys(binding) => {
                let names = binding.names();
                // Spelled one by one they would be other keys.
                let names = if app.ascii() { names.replace('↑', "Up").replace('↓', "Down") } else { names };
                pen.skip(3).left(&names, 17, theme.lively()).skip(1);
                pen.text(binding.help, ratatui::style::Style::new());
            }
        }
    }
}
