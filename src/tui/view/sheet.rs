//! The finished pictures, side by side, or one in full size.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Clear;

use super::pen::Pen;
use super::{bottom, preview};
use crate::display;
use crate::jobs::Job;
use crate::tui::app::{App, Sheet};
use crate::tui::grid::{self, Grid};

/// Draws it over everything but the totals and the last line.
pub(super) fn render(frame: &mut Frame<'_>, screen: Rect, sheet: &Sheet, app: &App) {
    let area = grid::sheet(screen);
    frame.render_widget(Clear, area);
    if sheet.len() == 0 {
        if let Some(mut pen) = Pen::at(frame, area, area.height / 3) {
            pen.skip(2).text("No finished pictures here yet; Esc goes back", Style::new());
        }
        return;
    }
    if sheet.is_full() {
        let Some(job) = app.selected() else { return };
        preview::render_job(frame, area, job, false, app);
        // The keys make room for the name: they are the same as before.
        let line = Rect { y: area.bottom(), height: 1, ..area }.intersection(screen);
        if !bottom::says_something(frame.area().height, app) {
            frame.render_widget(Clear, line);
            if let Some(mut pen) = Pen::at(frame, line, 0) {
                let place = format!("{}/{}  ", sheet.at() + 1, sheet.len());
                pen.skip(1).text(&place, app.theme().quiet());
                render_name(&mut pen, job, false, app);
            }
        }
        return;
    }
    let grid = Grid::of(screen);
    let selected = app.selected().map(|job| job.id);
    for (at, id) in sheet.in_sight(grid.len()).iter().enumerate() {
        let Some(job) = app.jobs().get(*id) else { continue };
        let (picture, name) = grid.place(at);
        preview::render_job(frame, picture, job, true, app);
        if let Some(mut pen) = Pen::at(frame, name, 0) {
            render_name(&mut pen, job, selected == Some(*id), app);
        }
    }
}

fn render_name(pen: &mut Pen<'_>, job: &Job, selected: bool, app: &App) {
    let begin = pen.x();
    let mark = match (selected, app.is_marked(job)) {
        (_, true) => "* ",
        (true, false) if app.ascii() => "> ",
        (true, false) => "▌ ",
        (false, false) => "  ",
    };
    let width = usize::from(pen.room());
    let name = display::fit_name(&display::safe(&job.name()), width.saturating_sub(mark.len().min(2)));
    pen.text(mark, app.theme().lively()).text(&name, Style::new());
    if selected {
        let left = pen.room();
        pen.skip(left).over(begin, app.theme().selection(&job.state));
    }
}
