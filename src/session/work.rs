//! What a run with an engine is made of, whichever face it has.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use crate::config::ConfigFile;
use crate::engine::{Engine, Events, Received};
use crate::input::Reading;
use crate::input::words::Source;
use crate::jobs::Jobs;
use crate::report::{Recorder, Wanted};
use crate::signals;

/// An engine that is started, and what it is for.
pub(super) struct Work {
    pub(super) engine: Engine,
    pub(super) events: Events,
    /// None for what earlier runs have left.
    pub(super) sources: Option<Vec<Source>>,
    pub(super) dir: Arc<Path>,
    /// How they are read.
    pub(super) reading: Reading,
    pub(super) records: Wanted,
    /// What is wrong with the state, if anything is.
    pub(super) doubt: Option<String>,
    /// What the config file says.
    pub(super) file: ConfigFile,
    /// Transfers at once, bytes a second.
    pub(super) limits: (usize, Option<u64>),
}

/// Waits for a stopped engine to end, but not for ever.
pub(super) fn drain(events: &Events, jobs: &mut Jobs, recorder: &mut Recorder) {
    let until = Instant::now() + signals::PATIENCE;
    while let Received::Event(event) = events.recv_timeout(until.saturating_duration_since(Instant::now())) {
        recorder.note(&event, jobs);
        jobs.apply(&event, Instant::now());
    }
}

/// Every file is there.
pub(super) fn is_complete(jobs: &Jobs) -> bool {
    jobs.totals().finished == jobs.totals().jobs
}
