//! How one run ended for each of its addresses, read from `--json`.

use serde_json::Value;

use crate::headless::events;
use crate::support::command::Finished;

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

    /// `finished`, or the class of the error.
    pub(super) fn word(&self) -> &str {
        self.0["error_class"].as_str().unwrap_or("finished")
    }

    /// The words that a person reads; empty for a finished file.
    pub(super) fn error(&self) -> &str {
        self.0["error"].as_str().unwrap_or_default()
    }

    pub(super) fn attempts(&self) -> u64 {
        self.0["attempts"].as_u64().unwrap_or_default()
    }

    pub(super) fn resumed_from(&self) -> u64 {
        self.0["resumed_from"].as_u64().unwrap_or_default()
    }

    /// The kind of a finished file.
    pub(super) fn format(&self) -> &str {
        self.0["format"].as_str().unwrap_or_default()
    }
}
