//! The selected row in words: what it does or why it failed, where it comes from, where it goes. One line, or three
//! where there is room.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::display;
use crate::engine::event::PAUSED_BY_USER;
use crate::jobs::{Job, JobState};
use crate::tui::app::App;
use crate::tui::theme;
use crate::tui::view::pen::Pen;
use crate::units;

/// Less of an address says nothing.
const LEAST_ADDRESS: usize = 16;

/// Draws what is known of the selected row.
pub(in crate::tui::view) fn render(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let theme = app.theme();
    let rule = area.height >= 4;
    if rule && let Some(mut pen) = Pen::at(frame, area, 0) {
        let width = usize::from(pen.room());
        pen.text(&"─".repeat(width), theme.quiet());
    }
    let Some(job) = app.selected() else { return };
    let style = theme.state(&job.state);
    let failed = matches!(job.state, JobState::Failed(_) | JobState::Waiting { .. });
    let (words, from, to) = (sentence(job, app), display::address_text(&job.url), target(job));
    if !rule {
        let Some(mut pen) = Pen::at(frame, area, 0) else { return };
        pen.skip(1);
        pen.text(&words, if failed { style } else { Style::new() }).skip(2);
        // The end of an address tells more than its middle; what is left is for the place of the file.
        let room = usize::from(pen.room().saturating_sub(1));
        if room >= LEAST_ADDRESS {
            pen.text(&display::fit_name(&from, room), theme.quiet());
            pen.whole(&format!("  to {to}"), theme.quiet());
        }
        return;
    }
    if let Some(mut pen) = Pen::at(frame, area, 1) {
        pen.skip(1)
            .text(theme::glyph(&job.state), style)
            .skip(1)
            .text(&words, if failed { style } else { Style::new() });
    }
    for (line, (label, text)) in (2..).zip([("from ", from), ("to   ", to)]) {
        if let Some(mut pen) = Pen::at(frame, area, line) {
            pen.skip(3).text(label, theme.quiet()).text(&text, Style::new());
        }
    }
}

fn target(job: &Job) -> String {
    let path = job.path().unwrap_or(&job.dir);
    display::safe(&path.display().to_string())
}

fn sentence(job: &Job, app: &App) -> String {
    let got = match job.total {
        Some(total) => format!("{} of {}", units::bytes(job.bytes), units::bytes(total)),
        None => format!("{} of ?", units::bytes(job.bytes)),
    };
    match &job.state {
        JobState::Queued if job.elsewhere => {
            "another haul works on it; this one waits for what comes of that".to_owned()
        }
        JobState::Queued => "waits for its turn".to_owned(),
        JobState::Connecting => format!("asks the server, attempt {}", job.attempt),
        JobState::Downloading => {
            let rate = units::rate(job.bytes_per_second);
            let eta = job.eta().map(|eta| format!(", ETA {}", units::clock(eta))).unwrap_or_default();
            format!("{got}, {rate}{eta}{}", attempt(job))
        }
        JobState::Verifying => "all bytes are here, the file gets its name".to_owned(),
        JobState::Waiting { until, error } => {
            let left = units::clock(until.saturating_duration_since(app.now()));
            format!("{}; attempt {} in {left}", display::safe(&error.detail), job.attempt + 1)
        }
        JobState::Paused(reason) => {
            let at = if job.bytes > 0 { format!(" at {got}") } else { String::new() };
            let why = if **reason == *PAUSED_BY_USER { String::new() } else { format!(": {}", display::safe(reason)) };
            format!("paused{at}{why}")
        }
        JobState::Finished(file) if file.skipped => format!("{}, was there already", units::bytes(file.bytes)),
        JobState::Finished(file) => {
            let pixels = file.pixels.map(|(width, height)| format!(", {width} x {height}")).unwrap_or_default();
            let format = file.format.as_ref().map(|format| format!(", {format}")).unwrap_or_default();
            let (size, time) = (units::bytes(file.bytes), units::elapsed(file.elapsed));
            let doubt = if file.verified == Some(false) { ", unverified" } else { "" };
            format!("{size} in {time}{format}{pixels}{doubt}{}", attempt(job))
        }
        JobState::Failed(error) if job.attempt > 1 => {
            format!("{}, after {} attempts", display::safe(&error.detail), job.attempt)
        }
        JobState::Failed(error) => display::safe(&error.detail),
        JobState::Cancelled => "cancelled".to_owned(),
    }
}

fn attempt(job: &Job) -> String {
    if job.attempt > 1 { format!(", attempt {}", job.attempt) } else { String::new() }
}
