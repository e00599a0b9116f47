//! Events as JSON lines, for programs. Values are exact, unknown ones are null, bytes are integers, times are in
//! milliseconds.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::event::{Event, FinishedFile};
use crate::engine::request::JobId;
use crate::jobs::Jobs;

use super::plain::per_second;

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Line<'a> {
    Started {
        id: String,
        url: &'a str,
        attempt: u32,
        total: Option<u64>,
        path: String,
    },
    Progress {
        id: String,
        bytes: u64,
        total: Option<u64>,
        bytes_per_second: u64,
    },
    Retrying {
        id: String,
        url: &'a str,
        attempt: u32,
        delay_ms: u64,
        error_class: &'static str,
        error: &'a str,
    },
    Paused {
        id: String,
        url: &'a str,
        reason: &'a str,
    },
    Finished {
        id: String,
        url: &'a str,
        path: String,
        bytes: u64,
        sha256: Option<&'a str>,
        format: Option<&'a str>,
        width: Option<u32>,
        height: Option<u32>,
        elapsed_ms: u64,
        attempts: u32,
        resumed_from: u64,
        skipped: bool,
    },
    Failed {
        id: String,
        url: &'a str,
        error_class: &'static str,
        error: &'a str,
        http_status: Option<u16>,
        attempts: u32,
    },
    Cancelled {
        id: String,
        url: &'a str,
        error_class: &'static str,
        error: Option<&'a str>,
        http_status: Option<u16>,
        attempts: u32,
    },
    Summary {
        total: usize,
        finished: usize,
        skipped: usize,
        failed: usize,
        cancelled: usize,
        unfinished: usize,
        duplicates: usize,
        bytes: u64,
        elapsed_ms: u64,
        bytes_per_second: u64,
    },
}

/// The line for an event, if programs hear of it.
pub(super) fn line(event: &Event, jobs: &Jobs) -> Option<String> {
    let url = |id: JobId| jobs.get(id).map_or("", |job| &*job.url);
    Some(text(&match event {
        Event::Started { id, attempt, total, path, .. } => {
            Line::Started { id: id.to_string(), url: url(*id), attempt: *attempt, total: *total, path: text_of(path) }
        }
        Event::Progress { id, bytes, total, bytes_per_second, .. } => {
            Line::Progress { id: id.to_string(), bytes: *bytes, total: *total, bytes_per_second: *bytes_per_second }
        }
        Event::Retrying { id, attempt, delay, error } => Line::Retrying {
            id: id.to_string(),
            url: url(*id),
            attempt: *attempt,
            delay_ms: millis(*delay),
            error_class: error.class.word(),
            error: &error.detail,
        },
        Event::Paused { id, reason } => Line::Paused { id: id.to_string(), url: url(*id), reason },
        Event::Finished { id, file, .. } => finished(*id, url(*id), file),
        Event::Failed { id, error, attempts, .. } => failed(*id, url(*id), error, *attempts),
        Event::Cancelled { id, attempts, .. } => Line::Cancelled {
            id: id.to_string(),
            url: url(*id),
            error_class: ErrorClass::Cancelled.word(),
            error: None,
            http_status: None,
            attempts: *attempts,
        },
        _ => return None,
    }))
}

fn finished<'a>(id: JobId, url: &'a str, file: &'a FinishedFile) -> Line<'a> {
    Line::Finished {
        id: id.to_string(),
        url,
        path: text_of(&file.path),
        bytes: file.bytes,
        sha256: file.sha256.as_deref(),
        format: file.format.as_deref(),
        width: file.pixels.map(|(width, _)| width),
        height: file.pixels.map(|(_, height)| height),
        elapsed_ms: millis(file.elapsed),
        attempts: file.attempts,
        resumed_from: file.resumed_from,
        skipped: file.skipped,
    }
}

fn failed<'a>(id: JobId, url: &'a str, error: &'a TransferError, attempts: u32) -> Line<'a> {
    Line::Failed {
        id: id.to_string(),
        url,
        error_class: error.class.word(),
        error: &error.detail,
        http_status: error.status,
        attempts,
    }
}

/// The last line, which is also what hooks read at the end.
pub(crate) fn summary(jobs: &Jobs, elapsed: Duration) -> String {
    let totals = jobs.totals();
    let bytes = jobs.bytes_received();
    text(&Line::Summary {
        total: totals.jobs,
        finished: totals.finished,
        skipped: totals.skipped,
        failed: totals.failed,
        cancelled: totals.cancelled,
        unfinished: totals.unfinished(),
        duplicates: jobs.duplicates(),
        bytes,
        elapsed_ms: millis(elapsed),
        bytes_per_second: per_second(bytes, elapsed),
    })
}

fn text(line: &Line<'_>) -> String {
    // Fails only for maps with keys that are no texts, and there are none.
    serde_json::to_string(line).unwrap_or_default()
}

fn text_of(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
