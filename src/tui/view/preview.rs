//! The picture of a row, or a card that says what the file is and why there is none.

use ratatui::Frame;
use ratatui::layout::{Rect, Size};
use ratatui::style::Style;
use ratatui_image::Image;

use super::pen::Pen;
use crate::display;
use crate::jobs::{Job, JobState};
use crate::tui::app::{App, Shown};
use crate::tui::preview::Drawn;
use crate::units;

/// Draws the picture of the row under the cursor.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, app: &App) {
    if let Some(job) = app.selected() {
        render_job(frame, area, job, false, app);
    }
}

/// Draws the picture of a row.
pub(super) fn render_job(frame: &mut Frame<'_>, area: Rect, job: &Job, small: bool, app: &App) {
    let area = area.intersection(frame.area());
    if area.is_empty() {
        return;
    }
    match app.picture(job, area.as_size(), small) {
        Shown::Drawn(Drawn::Blocks(blocks)) => blocks.draw(middle(area, blocks.size()), frame.buffer_mut()),
        Shown::Drawn(Drawn::Graphic { protocol, over_text }) => {
            if !over_text || app.is_bare() {
                frame.render_widget(Image::new(protocol), middle(area, protocol.size()));
            }
        }
        Shown::Drawn(Drawn::Card(why)) => render_card(frame, area, why, job, app),
        Shown::Card(why) => render_card(frame, area, why, job, app),
        // One of many says that it is there; the large one comes at once.
        Shown::Coming if small => render_card(frame, area, "", job, app),
        Shown::Coming => {}
    }
}

/// A part of `area` this large, in its middle.
fn middle(area: Rect, size: Size) -> Rect {
    let (width, height) = (size.width.min(area.width), size.height.min(area.height));
    Rect::new(area.x + (area.width - width) / 2, area.y + (area.height - height) / 2, width, height)
}

fn render_card(frame: &mut Frame<'_>, area: Rect, why: &str, job: &Job, app: &App) {
    let mut lines = Vec::new();
    if let JobState::Finished(file) = &job.state {
        let kind = file.format.as_deref().map(|format| display::safe(format).to_uppercase()).unwrap_or_default();
        let pixels = file.pixels.map(|(width, height)| format!("  {width} x {height}")).unwrap_or_default();
        let kind = format!("{kind}{pixels}");
        if !kind.is_empty() {
            lines.push((kind, Style::new()));
        }
        lines.push((units::bytes(file.bytes), Style::new()));
    }
    if !why.is_empty() {
        lines.push((why.to_owned(), app.theme().quiet()));
    }
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let area = middle(area, Size::new(area.width, height));
    for (line, (text, style)) in (0..area.height).zip(lines) {
        let text = display::fit(&text, usize::from(area.width));
        let width = u16::try_from(display::width(&text)).unwrap_or(area.width).min(area.width);
        if let Some(mut pen) = Pen::at(frame, area, line) {
            pen.skip((area.width - width) / 2).text(&text, style);
        }
    }
}
