//! The first line: how many are done of how many, and what else has room. And the line under it that fills up.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::answers;
use super::pen::Pen;
use crate::display;
use crate::tui::app::App;
use crate::units;

/// One part of the line, and how early it goes when there is no room: 0 stays longest.
struct Part(u8, String, Style);

/// Draws the totals: `9/15 done` first and whole at every size. `alone` says that there is no line but this one, so
/// that a question must stand here; `tabs`, that the tabs have one, so that they need not be told here.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, alone: bool, tabs: bool, app: &App) {
    let theme = app.theme();
    let totals = app.jobs().totals();
    let count = format!("{}/{}", totals.finished, totals.jobs);
    let done = totals.finished == totals.jobs && totals.jobs > 0;
    let style = if done { theme.good().patch(theme.strong()) } else { theme.strong() };
    let Some(mut pen) = Pen::at(frame, area, 0) else { return };
    if let Some([question, ..]) = app.question().filter(|_| alone) {
        pen.text(&count, style).skip(1).text(&question, theme.warning());
        answers::render(&mut pen, false, app);
        return;
    }
    // The blank at the left is the first to go.
    let long = format!(" {count} done");
    if !pen.whole(&long, style) {
        pen.text(&count, style);
    }
    let mut parts = parts(app);
    if !tabs {
        // What decides which rows are shown stays longest: who does not see it takes rows for lost.
        parts.splice(..0, app.chosen().into_iter().map(|(text, style)| Part(0, text, style)));
    }
    let room = usize::from(pen.room());
    while parts.iter().map(|p| display::width(&p.1) + 2).sum::<usize>() > room {
        let Some(last) = (0..parts.len()).max_by_key(|at| parts[*at].0) else { break };
        parts.remove(last);
    }
    for Part(_, text, style) in parts {
        pen.skip(2).text(&text, style);
    }
    let dir = format!("to {} ", display::safe(&app.dir().display().to_string()));
    let width = u16::try_from(display::width(&dir)).unwrap_or(u16::MAX);
    if area.width >= 80 && pen.room() >= width.saturating_add(4) {
        let room = pen.room();
        pen.right(&dir, room, theme.quiet());
    }
}

fn parts(app: &App) -> Vec<Part> {
    let theme = app.theme();
    let totals = app.jobs().totals();
    let pace = app.pace();
    let plain = Style::new();
    let mut parts = Vec::new();
    let counts = [
        (1, totals.failed, "failed", theme.error()),
        (5, totals.waiting, "waiting", theme.warning()),
        (6, totals.paused, "paused", plain),
        (7, totals.cancelled, "cancelled", plain),
        (8, totals.skipped, "skipped", plain),
    ];
    for (rank, n, word, style) in counts {
        if n > 0 {
            parts.push(Part(rank, format!("{n} {word}"), style));
        }
    }
    if app.jobs().bytes_received() > 0 {
        parts.push(Part(4, units::bytes(app.jobs().bytes_received()), plain));
    }
    if pace.rate > 0 {
        parts.push(Part(2, units::rate(pace.rate), theme.lively()));
    }
    if let Some(eta) = pace.eta {
        parts.push(Part(3, format!("ETA {}", units::clock(eta)), plain));
    }
    parts
}

/// Draws the line that fills as jobs end.
pub(super) fn render_gauge(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let theme = app.theme();
    let totals = app.jobs().totals();
    let ended = totals.jobs - totals.unfinished();
    let Some(mut pen) = Pen::at(frame, area, 0) else { return };
    let width = usize::from(pen.room());
    let share = |n: usize| (width * n).checked_div(totals.jobs).unwrap_or(0);
    let good = share(totals.finished);
    let rest = share(ended) - good;
    pen.text(&"━".repeat(good), theme.good());
    pen.text(&"━".repeat(rest), theme.error());
    pen.text(&"─".repeat(width - good - rest), theme.quiet());
}
