//! A run for people who read `--json`, and how it ended for each of its addresses.

use serde_json::Value;

use crate::headless::events;
use crate::support::command::{Finished, Run, haul};
use crate::support::temp::TempDir;
use crate::support::tls::trusted;

/// A run that trusts the authority of the tests.
pub(super) fn secure(dir: &TempDir, retries: u32) -> Run {
    haul(dir).arg("--ca-cert").arg(trusted(dir)).args(["--json", "-r", &retries.to_string()])
}

/// What the program said of one address at its end.
pub(super) struct Verdict(Value);

impl Verdict {
    #[track_caller]
    pub(super) fn of(done: &Finished, url: &str) -> Self {
        let ends = ["finished", "failed"].into_iter().flat_map(|word| events(done, word));
        let mut ends: Vec<_> = ends.filter(|end| end["url"] == url).collect();
        match (ends.pop(), ends.is_empty()) {
            (Some(end), true) => Self(end),
            _ => done.fail(&format!("not one end of {url}")),
        }
    }

    /// One line of `failed` or `finished`.
    pub(super) fn parse(line: &str) -> Self {
        Self(serde_json::from_str(line).expect("a line of JSON"))
    }

    /// `finished`, or the class of the error.
    pub(super) fn word(&self) -> &str {
        self.0["error_class"].as_str().unwrap_or("finished")
    }

    /// The words that a person reads; empty for a finished file.
    pub(super) fn error(&self) -> &str {
        self.0["error"].as_str().unwrap_or_default()
    }

    pub(super) fn attempts(&self) -> usize {
        self.count("attempts")
    }

    /// The byte from which the last attempt went on.
    pub(super) fn resumed_from(&self) -> usize {
        self.count("resumed_from")
    }

    fn count(&self, field: &str) -> usize {
        self.0[field].as_u64().and_then(|count| count.try_into().ok()).unwrap_or_default()
    }

    /// The kind of a finished file.
    pub(super) fn format(&self) -> &str {
        self.0["format"].as_str().unwrap_or_default()
    }
}
