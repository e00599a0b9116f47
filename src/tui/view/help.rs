//! The help: the table of keys, drawn. It scrolls where it does not fit, and shows the lines that are looked for.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Clear;

use super::pen::Pen;
use crate::display;
use crate::tui::app::App;
use crate::tui::help::Help;
use crate::tui::keys::Line;

/// Draws the help over everything but the totals.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, help: &Help, app: &App) {
    let theme = app.theme();
    let footer = u16::from(area.height >= 6);
    let area = Rect { y: area.y + 1, height: area.height.saturating_sub(1 + footer), ..area }.intersection(area);
    frame.render_widget(Clear, area);
    let lines = help.lines(app.keymap());
    let searched = u16::from(help.search().is_some() && area.height > 1);
    let title = u16::from(area.height > 4);
    let room = area.height - title - searched;
    if title > 0
        && let Some(mut pen) = Pen::at(frame, area, 0)
    {
        let width = usize::from(pen.room());
        let left = lines.len().saturating_sub(help.scroll() + usize::from(room));
        let more = if left > 0 { format!(" {left} more below ──") } else { String::new() };
        let head = "── Keys ";
        let rule = width.saturating_sub(display::width(head) + display::width(&more));
        pen.text(head, theme.quiet()).text(&"─".repeat(rule), theme.quiet()).text(&more, theme.quiet());
    }
    if lines.is_empty()
        && let Some(mut pen) = Pen::at(frame, area, title)
    {
        pen.skip(3).text("nothing here says that", theme.quiet());
    }
    for (line, content) in (title..title + room).zip(lines.into_iter().skip(help.scroll())) {
        let Some(mut pen) = Pen::at(frame, area, line) else { continue };
        match content {
            Line::Blank => {}
            Line::Group(name) => {
                pen.skip(1).text(&name, theme.strong());
            }
            Line::Keys(bound) => {
                let names = bound.names();
                // Spelled one by one they would be other keys.
                let names = if app.ascii() { names.replace('↑', "Up").replace('↓', "Down") } else { names };
                pen.skip(3).left(&names, 17, theme.lively()).skip(1);
                pen.text(bound.binding.help, Style::new());
            }
        }
    }
    if searched > 0 {
        render_search(frame, Rect { y: area.bottom() - 1, height: 1, ..area }, help, app);
    }
}

fn render_search(frame: &mut Frame<'_>, area: Rect, help: &Help, app: &App) {
    let (Some(search), Some(mut pen)) = (help.search(), Pen::at(frame, area, 0)) else { return };
    pen.skip(1).text("/", app.theme().strong());
    if help.is_typing() {
        let rest = Rect { x: pen.x(), width: pen.room(), ..area };
        search.render(frame, rest);
    } else {
        pen.text(search.text(), Style::new());
    }
}
