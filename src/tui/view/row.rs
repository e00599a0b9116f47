//! One row: glyph and word, name, bar, percent, size, and a last column with what matters in its state: the rate,
//! the reason, the countdown, the time it took.

use ratatui::style::Style;

use super::bar;
use super::pen::Pen;
use crate::display;
use crate::engine::error::{ErrorClass, TransferError};
use crate::jobs::{Job, JobState};
use crate::tui::app::App;
use crate::tui::layout::{Columns, SizeColumn};
use crate::tui::theme;
use crate::units;

/// What sets a row apart from others.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Signs {
    /// The cursor is on it.
    pub(super) selected: bool,
    /// It is marked.
    pub(super) marked: bool,
}

/// Draws one row. The mark stands behind the glyph, where a blank is otherwise: it takes no room from the others.
pub(super) fn render(pen: &mut Pen<'_>, job: &Job, signs: Signs, columns: Columns, app: &App) {
    let theme = app.theme();
    let style = theme.state(&job.state);
    let start = pen.x();
    pen.text(if signs.selected { "▌" } else { " " }, Style::new());
    pen.text(theme::glyph(&job.state), style);
    pen.left(if signs.marked { "*" } else { " " }, 1, theme.warning().patch(theme.strong()));
    if columns.word > 0 {
        pen.left(job.state.word(), columns.word, style).skip(1);
    }
    let name = display::fit_name(&display::safe(&job.name()), usize::from(columns.name));
    let quiet = matches!(job.state, JobState::Queued | JobState::Cancelled);
    pen.left(&name, columns.name, if quiet { theme.quiet() } else { Style::new() });
    if signs.selected {
        pen.over(start + 1, theme.selection(&job.state));
    }
    if columns.bar > 0 {
        pen.skip(1);
        draw_bar(pen, job, columns.bar, app);
    }
    if columns.percent > 0 {
        pen.skip(1).right(&percent(job), columns.percent, Style::new());
    }
    if columns.size != SizeColumn::None {
        pen.skip(1).right(&size(job, columns.size), columns.size_width(), Style::new());
    }
    let last = if columns.percent > 0 { last(job, columns, app) } else { shortest(job) };
    let plain = matches!(job.state, JobState::Downloading | JobState::Finished(_));
    pen.skip(1).right(&last, columns.last, if plain { Style::new() } else { style });
    if columns.host > 0 {
        let host = job.origin().split_once("://").map_or("", |(_, host)| host);
        pen.skip(1).left(&display::fit_name(&display::safe(host), columns.host.into()), columns.host, theme.quiet());
    }
    if columns.kind > 0 {
        pen.skip(1).left(&kind(job), columns.kind, theme.quiet());
    }
}

fn draw_bar(pen: &mut Pen<'_>, job: &Job, width: u16, app: &App) {
    let theme = app.theme();
    let style = theme.state(&job.state);
    let idle = matches!(job.state, JobState::Queued | JobState::Connecting | JobState::Failed(_) | JobState::Cancelled);
    match job.total {
        _ if idle && job.bytes == 0 => {
            pen.skip(width);
        }
        None => {
            pen.left(&bar::dotted(job.bytes, width), width, style);
        }
        Some(total) if app.ascii() && width > 2 => {
            pen.text("[", style).left(&bar::plain(job.bytes, total, width - 2), width - 2, style).text("]", style);
        }
        Some(total) => {
            // What is done stands back behind what moves.
            let done = matches!(job.state, JobState::Finished(_));
            let style = if done { theme.faded(style) } else { style };
            let filled = bar::filled(job.bytes, total, width);
            let length = u16::try_from(display::width(&filled)).unwrap_or(width);
            pen.left(&filled, length, style);
            pen.left(&"░".repeat(usize::from(width - length)), width - length, theme.quiet());
        }
    }
}

fn percent(job: &Job) -> String {
    match job.total {
        Some(total) if job.bytes > 0 || total == 0 => format!("{}%", bar::percent(job.bytes, total)),
        None if job.bytes > 0 => "--".to_owned(),
        Some(_) if job.state == JobState::Downloading => "0%".to_owned(),
        _ => String::new(),
    }
}

fn size(job: &Job, column: SizeColumn) -> String {
    let whole = matches!(job.state, JobState::Finished(_)) || column == SizeColumn::Short;
    match job.total {
        // The size of what is not there is no news.
        _ if job.bytes == 0 && matches!(job.state, JobState::Failed(_) | JobState::Cancelled) => String::new(),
        Some(total) if whole || job.bytes == 0 => units::bytes(total),
        Some(total) => format!("{} of {}", units::bytes(job.bytes), units::bytes(total)),
        None if job.bytes == 0 => String::new(),
        None => format!("{} of ?", units::bytes(job.bytes)),
    }
}

/// The last column. Where the state's word has no column, it stands here.
fn last(job: &Job, columns: Columns, app: &App) -> String {
    let word_shown = columns.word > 0;
    if let Some(left) = app.jobs().host_pause(job, app.now()) {
        return format!("host {}", units::clock(left));
    }
    match &job.state {
        JobState::Downloading if job.bytes_per_second > 0 => units::rate(job.bytes_per_second),
        JobState::Finished(file) if file.skipped => "was there".to_owned(),
        JobState::Finished(file) if word_shown => units::elapsed(file.elapsed),
        JobState::Finished(file) => units::bytes(file.bytes),
        JobState::Failed(error) => reason(error),
        JobState::Waiting { until, .. } => {
            let left = until.saturating_duration_since(app.now());
            let words = format!("try {} {}", job.attempt + 1, units::clock(left));
            if words.len() > usize::from(columns.last) { units::clock(left) } else { words }
        }
        state if word_shown => match state {
            JobState::Connecting if job.attempt > 1 => format!("try {}", job.attempt),
            JobState::Queued if job.elsewhere => "another haul".to_owned(),
            _ => String::new(),
        },
        JobState::Downloading => String::new(),
        state => state.word().to_owned(),
    }
}

/// The last column where it is the only one.
fn shortest(job: &Job) -> String {
    match &job.state {
        JobState::Failed(error) => reason(error),
        _ => percent(job),
    }
}

/// What its bytes are, else what its name says.
fn kind(job: &Job) -> String {
    if let JobState::Finished(file) = &job.state
        && let Some(format) = &file.format
    {
        return display::safe(format);
    }
    let name = job.name();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    if ending.len() <= 5 { display::safe(ending) } else { String::new() }
}

/// Why it failed, in a word or two.
fn reason(error: &TransferError) -> String {
    let word = match (error.status, error.class) {
        (Some(status), ErrorClass::Status | ErrorClass::RateLimited) => return status.to_string(),
        (_, ErrorClass::Connect) if error.detail.contains("refused") => "refused",
        (_, ErrorClass::Refused) => "not allowed",
        (_, ErrorClass::RateLimited) => "too many",
        (_, ErrorClass::TooLarge) => "too large",
        (_, ErrorClass::DiskFull) => "disk full",
        (_, class) => class.word(),
    };
    word.to_owned()
}
