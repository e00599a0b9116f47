//! The images of a page, over everything but the totals and the keys: a mark, a name, a host, and how large the page says
//! that each is.

use percent_encoding::percent_decode_str;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Clear;

use super::pen::Pen;
use crate::display;
use crate::input::page::Picture;
use crate::tui::app::App;
use crate::tui::layout;
use crate::tui::picker::Picker;

/// Below this, names have all of the width.
const WITH_HOST: u16 = 60;
const HOST: u16 = 26;
const SIZE: u16 = 7;

/// Draws it.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, picker: &Picker, app: &App) {
    let theme = app.theme();
    let footer = u16::from(area.height >= 6);
    let area = Rect { y: area.y + 1, height: area.height.saturating_sub(1 + footer), ..area }.intersection(area);
    frame.render_widget(Clear, area);
    let title = u16::from(area.height > 3);
    if title > 0 {
        render_title(frame, area, picker, app);
    }
    let searched = u16::from(picker.search().is_some() && area.height > 1);
    let list = Rect { y: area.y + title, height: area.height - title - searched, ..area };
    if let (Some(search), Some(mut pen)) = (picker.search(), Pen::at(frame, area, area.height - searched)) {
        pen.skip(1).text("/", theme.strong());
        if picker.is_typing() {
            let rest = Rect { x: pen.x(), y: area.bottom() - 1, width: pen.room(), height: 1 };
            search.render(frame, rest);
        } else {
            pen.text(search.text(), Style::new());
        }
    }
    if picker.rows().len() == 0 {
        let (words, style) = match picker.complaint() {
            Some(why) => (why, theme.error()),
            None if picker.is_loading() => ("reading the page", theme.quiet()),
            None => ("no image here has that in its address", theme.quiet()),
        };
        if let Some(mut pen) = Pen::at(frame, list, 0) {
            pen.skip(1).text(words, style);
        }
    }
    let top = layout::window(0, Some(picker.at()), usize::from(list.height), picker.rows().len());
    for (line, (at, (picture, marked))) in (0..list.height).zip(picker.rows().enumerate().skip(top)) {
        render_row(frame, list, line, picture, (marked, at == picker.at()), app);
    }
}

fn render_title(frame: &mut Frame<'_>, area: Rect, picker: &Picker, app: &App) {
    let style = app.theme().quiet();
    let all = picker.rows().len();
    let count = if all > 0 { format!(" {} of {all} marked ──", picker.count()) } else { String::new() };
    let Some(mut pen) = Pen::at(frame, area, 0) else { return };
    let width = usize::from(pen.room());
    let head = if width >= usize::from(WITH_HOST) { "── Images of " } else { "── " };
    let room = width.saturating_sub(display::width(head) + display::width(&count) + 1);
    let head = format!("{head}{} ", display::fit(&display::address(picker.page()), room));
    let rule = width.saturating_sub(display::width(&head) + display::width(&count));
    pen.text(&head, style).text(&"─".repeat(rule), style).text(&count, style);
}

fn render_row(
    frame: &mut Frame<'_>,
    area: Rect,
    line: u16,
    picture: &Picture,
    (marked, chosen): (bool, bool),
    app: &App,
) {
    let theme = app.theme();
    let Some(mut pen) = Pen::at(frame, area, line) else { return };
    let start = pen.x();
    pen.skip(1).text(if marked { "[x]" } else { "[ ]" }, if marked { theme.lively() } else { theme.quiet() }).skip(1);
    let sized = u16::from(area.width >= 30) * (SIZE + 1);
    let hosted = u16::from(area.width >= WITH_HOST) * (HOST + 1);
    let room = pen.room().saturating_sub(sized + hosted + 1);
    let name = display::fit_name(&name(picture), usize::from(room));
    pen.left(&name, room, if chosen { theme.strong() } else { Style::new() });
    if hosted > 0 {
        let host = display::fit(&display::safe(picture.url.host_str().unwrap_or_default()), usize::from(HOST));
        pen.skip(1).left(&host, HOST, theme.quiet());
    }
    if sized > 0 {
        pen.skip(1).right(picture.size.as_deref().unwrap_or_default(), SIZE, theme.quiet());
    }
    if chosen {
        let rest = pen.room();
        pen.skip(rest).over(start, Style::new().add_modifier(Modifier::REVERSED).remove_modifier(Modifier::DIM));
    }
}

/// The last segment of the path, as people write it; more of it where that is empty.
fn name(picture: &Picture) -> String {
    let path = picture.url.path();
    let last = path.rsplit('/').next().filter(|last| !last.is_empty()).unwrap_or(path);
    display::safe(&percent_decode_str(last).decode_utf8_lossy())
}
