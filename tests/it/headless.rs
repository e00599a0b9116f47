//! The program without a screen, held to its contract: lists and words in, lines and exit statuses out. Every test
//! has an origin of its own; where a retry would only cost seconds there is none.

mod config;
mod content;
mod dry;
mod exits;
mod faults;
#[cfg(unix)]
mod hooks;
mod input;
mod json;
mod lists;
mod names;
mod pages;
mod plain;
#[cfg(unix)]
mod recipes;
#[cfg(unix)]
mod report;
#[cfg(unix)]
mod report_back;
#[cfg(unix)]
mod tables;
mod times;
#[cfg(unix)]
mod twins;

use serde_json::Value;

use crate::support::command::{Finished, Run, haul};
use crate::support::temp::TempDir;

/// A plain run without retries and without a state that another test could see.
pub(crate) fn plain(dir: &TempDir) -> Run {
    haul(dir).args(["--plain", "-r", "0"])
}

/// As [`plain`], with one JSON object a line.
pub(crate) fn json(dir: &TempDir) -> Run {
    haul(dir).args(["--json", "-r", "0"])
}

/// The objects of a `--json` run. Each line must be one.
#[track_caller]
pub(crate) fn objects(done: &Finished) -> Vec<Value> {
    let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| done.fail(&format!("{line}: {error}")));
    done.stdout().lines().map(read).collect()
}

/// The objects with this `event`.
#[track_caller]
pub(crate) fn events(done: &Finished, event: &str) -> Vec<Value> {
    objects(done).into_iter().filter(|object| object["event"] == event).collect()
}

/// The one object with this `event`.
#[track_caller]
pub(crate) fn event(done: &Finished, event: &str) -> Value {
    let mut found = events(done, event);
    match found.pop() {
        Some(one) if found.is_empty() => one,
        other => done.fail(&format!("not one `{event}` but {}", found.len() + usize::from(other.is_some()))),
    }
}

/// The `error_class` of the one job of a run that must fail with status 1.
#[track_caller]
pub(crate) fn failure_class(run: Run) -> String {
    let done = run.run().expect(1);
    let failed = event(&done, "failed");
    failed["error_class"].as_str().unwrap_or_default().to_owned()
}
