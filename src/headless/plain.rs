//! Lines for people: one for each job that has ended, the status line, and the last line.

use std::fmt::Write as _;
use std::time::Duration;

use crate::display::safe;
use crate::engine::event::Event;
use crate::engine::request::JobId;
use crate::jobs::{Job, Jobs};
use crate::units;

/// The line for an event, if it ends a job.
pub(super) fn line(event: &Event, jobs: &Jobs) -> Option<String> {
    let name = |id| safe(&jobs.get(id).map_or_else(String::new, Job::name));
    Some(match event {
        Event::Finished { id, file, .. } => {
            let word = if file.skipped { "skipped" } else { "finished" };
            format!("{word}  {}  {}  {}", name(*id), units::bytes(file.bytes), units::elapsed(file.elapsed))
        }
        Event::Failed { id, error, .. } => format!("failed  {}  {}", name(*id), safe(&error.detail)),
        Event::Cancelled { id, .. } => format!("cancelled  {}", name(*id)),
        _ => return None,
    })
}

/// Why a job rests.
pub(super) fn paused(id: JobId, reason: &str, jobs: &Jobs) -> String {
    let name = jobs.get(id).map_or_else(String::new, Job::name);
    format!("paused  {}  {}", safe(&name), safe(reason))
}

/// What a host has asked for, in words.
pub(super) fn host_changed(host: &str, window: usize, pause: Option<Duration>) -> String {
    match pause {
        Some(pause) => format!("{} asks for a pause of {}", safe(host), units::clock(pause)),
        None => format!("{} gets at most {window} requests at once now", safe(host)),
    }
}

/// What goes on now, in one line.
pub(super) fn status(jobs: &Jobs) -> String {
    let totals = jobs.totals();
    let mut line = format!("{}/{}", totals.finished, totals.jobs);
    if totals.failed > 0 {
        let _ = write!(line, "  {} failed", totals.failed);
    }
    let _ = write!(line, "  {}  {}", units::bytes(totals.bytes), units::rate(totals.bytes_per_second));
    if let Some(eta) = jobs.eta() {
        let _ = write!(line, "  ETA {}", units::clock(eta));
    }
    line
}

/// What the run has come to: `15 of 15 finished, 44.9 MB in 1.31 s (34.3 MB/s)`, and what else there is to say.
pub(crate) fn summary(jobs: &Jobs, elapsed: Duration) -> String {
    let totals = jobs.totals();
    let bytes = jobs.bytes_received();
    let mut line = format!(
        "{} of {} finished, {} in {} ({})",
        totals.finished,
        totals.jobs,
        units::bytes(bytes),
        units::elapsed(elapsed),
        units::rate(per_second(bytes, elapsed)),
    );
    for (count, word) in [
        (totals.failed, "failed"),
        (totals.cancelled, "cancelled"),
        (totals.unfinished(), "unfinished"),
        (totals.skipped, "skipped"),
        (jobs.duplicates(), "duplicates"),
    ] {
        if count > 0 {
            let _ = write!(line, ", {count} {word}");
        }
    }
    line
}

/// The mean rate.
pub(super) fn per_second(bytes: u64, elapsed: Duration) -> u64 {
    let per_second = u128::from(bytes) * 1000 / elapsed.as_millis().max(1);
    u64::try_from(per_second).unwrap_or(u64::MAX)
}
