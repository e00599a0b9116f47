//! One row of a report: which columns there are, and what is known of a job for each. Pure. Whatever is unknown is
//! null; addresses come without user and password.

use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::display::without_userinfo;
use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::event::{Answered, FinishedFile, Record};
use crate::jobs::{Job, JobState};
use crate::units;

/// The names of the columns, in their order: a promise to scripts.
pub(super) const COLUMNS: [&str; 26] = [
    "n",
    "id",
    "url",
    "status",
    "path",
    "bytes",
    "sha256",
    "format",
    "width",
    "height",
    "elapsed_ms",
    "attempts",
    "resumed_from",
    "skipped",
    "error_class",
    "error",
    "http_status",
    "dir",
    "name",
    "final_url",
    "content_type",
    "etag",
    "last_modified",
    "ttfb_ms",
    "started_at",
    "finished_at",
];

/// What stands in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// Unknown.
    Null,
    Bool(bool),
    Number(u64),
    Text(String),
}

/// A value for each of [`COLUMNS`].
pub(super) type Row = [Value; COLUMNS.len()];

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Duration> for Value {
    fn from(time: Duration) -> Self {
        Self::Number(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    }
}

impl From<SystemTime> for Value {
    fn from(time: SystemTime) -> Self {
        Self::Text(units::timestamp(time))
    }
}

/// How a job ended.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ended<'a> {
    Finished(&'a FinishedFile),
    Failed(&'a TransferError, u32),
    Cancelled(u32),
    Unfinished,
}

/// The row of a job that has ended so. `record` is what its last event told.
pub(super) fn row(job: &Job, ended: Ended<'_>, record: Option<&Record>) -> Row {
    let file = if let Ended::Finished(file) = ended { Some(file) } else { None };
    let answered: Option<&Answered> = record.and_then(|record| record.answered.as_deref());
    let (status, attempts) = match ended {
        Ended::Finished(file) => ("finished", file.attempts),
        Ended::Failed(_, attempts) => ("failed", attempts),
        Ended::Cancelled(attempts) => ("cancelled", attempts),
        Ended::Unfinished => ("unfinished", job.attempt),
    };
    let error = match (ended, &job.state) {
        (Ended::Failed(error, _), _) => Some(error),
        (Ended::Unfinished, JobState::Waiting { error, .. }) => Some(&**error),
        _ => None,
    };
    let class = match ended {
        Ended::Cancelled(_) => Some(ErrorClass::Cancelled),
        _ => error.map(|error| error.class),
    };
    // The engine's own clock where there is one: the calendar's may have been set meanwhile.
    let elapsed = file.map(|file| file.elapsed).or_else(|| {
        let record = record?;
        record.finished_at.duration_since(record.started_at?).ok()
    });
    let path = file.map(|file| file.path.as_path());
    [
        (job.n as u64).into(),
        job.id.to_string().into(),
        (&*job.url).into(),
        status.into(),
        path.map(text_of).into(),
        file.map_or(job.bytes, |file| file.bytes).into(),
        file.and_then(|file| file.sha256.as_deref()).into(),
        file.and_then(|file| file.format.as_deref()).into(),
        file.and_then(|file| file.pixels).map(|(width, _)| u64::from(width)).into(),
        file.and_then(|file| file.pixels).map(|(_, height)| u64::from(height)).into(),
        elapsed.into(),
        u64::from(attempts).into(),
        file.map(|file| file.resumed_from).into(),
        Value::Bool(file.is_some_and(|file| file.skipped)),
        class.map(ErrorClass::word).into(),
        error.map(|error| error.detail.as_str()).into(),
        error.and_then(|error| error.status).map(u64::from).into(),
        text_of(&job.dir).into(),
        path.or(job.path()).and_then(Path::file_name).map(|name| text_of(Path::new(name))).into(),
        answered.map(|answered| String::from(without_userinfo(&answered.final_url))).into(),
        answered.and_then(|answered| answered.content_type.as_deref()).into(),
        answered.and_then(|answered| answered.etag.as_deref()).into(),
        answered.and_then(|answered| answered.last_modified.as_deref()).into(),
        answered.map(|answered| answered.ttfb).into(),
        record.and_then(|record| record.started_at).into(),
        record.map(|record| record.finished_at).into(),
    ]
}

/// The row of a job whose end nobody has told: what its state says, or `unfinished`.
pub(super) fn standing(job: &Job) -> Row {
    match &job.state {
        JobState::Finished(file) => row(job, Ended::Finished(file), None),
        JobState::Failed(error) => row(job, Ended::Failed(error, job.attempt), None),
        JobState::Cancelled => row(job, Ended::Cancelled(job.attempt), None),
        _ => row(job, Ended::Unfinished, None),
    }
}

/// What stands in the column of this name.
pub(super) fn value<'a>(row: &'a Row, name: &str) -> &'a Value {
    COLUMNS.iter().zip(row).find(|(column, _)| **column == name).map_or(&Value::Null, |(_, value)| value)
}

fn text_of(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
