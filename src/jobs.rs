//! The read model that every face folds the engine's events into: one row a job, and totals that are kept as rows
//! change, never counted anew. Pure: time comes in as an argument. It must not know how anything is shown.

mod job;
mod totals;

pub use job::{Job, JobState};
pub use totals::Totals;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::engine::event::{Event, Notice};
use crate::engine::request::JobId;

use job::seconds;

/// All jobs of one engine, in the order they came.
#[derive(Debug, Default)]
pub struct Jobs {
    rows: Vec<Job>,
    index: HashMap<JobId, usize>,
    totals: Totals,
    duplicates: usize,
    /// Hosts that asked for a pause, and until when.
    paused_hosts: HashMap<String, Instant>,
    /// How many jobs were ever queued.
    numbered: usize,
    /// Bytes that came over the wire.
    received: u64,
    /// See [`Self::is_restored`].
    not_restored: bool,
}

impl Jobs {
    /// No jobs.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// All rows, in the order they came.
    #[must_use]
    pub fn rows(&self) -> &[Job] {
        &self.rows
    }

    /// One row.
    #[must_use]
    pub fn get(&self, id: JobId) -> Option<&Job> {
        self.index.get(&id).map(|at| &self.rows[*at])
    }

    /// Where a row stands in [`Self::rows`].
    #[must_use]
    pub fn position(&self, id: JobId) -> Option<usize> {
        self.index.get(&id).copied()
    }

    /// The numbers over all rows.
    #[must_use]
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// How many requests were jobs already.
    #[must_use]
    pub fn duplicates(&self) -> usize {
        self.duplicates
    }

    /// False where what earlier runs have left could not be read.
    #[must_use]
    pub fn is_restored(&self) -> bool {
        !self.not_restored
    }

    /// How long the host of a waiting row still wants to be left alone.
    #[must_use]
    pub fn host_pause(&self, job: &Job, now: Instant) -> Option<Duration> {
        if self.paused_hosts.is_empty() || job.state != JobState::Queued {
            return None;
        }
        let until = self.paused_hosts.get(&job.url.origin().ascii_serialization())?;
        Some(until.saturating_duration_since(now)).filter(|left| !left.is_zero())
    }

    /// Bytes received in this run, those of removed rows included; what was here before has not come now.
    #[must_use]
    pub fn bytes_received(&self) -> u64 {
        self.received
    }

    /// How long until all is done at the present rate: what is left of known sizes, and the mean size for the others.
    #[must_use]
    pub fn eta(&self) -> Option<Duration> {
        let t = &self.totals;
        if t.bytes_per_second == 0 || t.sized == 0 || t.pending() == 0 {
            return None;
        }
        let wanted = t.jobs - t.failed - t.cancelled;
        let mean = t.known / t.sized as u128;
        let expected = t.known + (mean * (wanted - t.sized) as u128).max(t.unsized_bytes.into());
        let left = expected.saturating_sub(t.bytes.into());
        Some(seconds(u64::try_from(left).unwrap_or(u64::MAX), t.bytes_per_second))
    }

    /// Folds one event in. `now` is when it arrived.
    pub fn apply(&mut self, event: &Event, now: Instant) {
        self.received += self.gain(event);
        match event {
            Event::Queued { .. } => self.queued(event),
            Event::Connecting { id, attempt } => self.change(*id, |job| {
                job.state = JobState::Connecting;
                job.attempt = *attempt;
            }),
            Event::Started { id, total, path, resumed_from, .. } => self.change(*id, |job| {
                job.state = JobState::Downloading;
                job.total = *total;
                job.bytes = *resumed_from;
                job.path = Some(path.clone());
            }),
            Event::Progress { id, bytes, total, bytes_per_second, connections } => self.change(*id, |job| {
                let whole = *total == Some(*bytes);
                job.state = if whole { JobState::Verifying } else { JobState::Downloading };
                job.bytes = *bytes;
                job.total = *total;
                job.bytes_per_second = if whole { 0 } else { *bytes_per_second };
                job.connections = *connections;
            }),
            Event::Restarted { id, .. } => self.change(*id, |job| {
                job.bytes = 0;
                job.total = None;
            }),
            Event::Retrying { id, delay, error, .. } => {
                self.rest(*id, JobState::Waiting { until: now + *delay, error: error.clone() });
            }
            Event::Paused { id, reason } => self.rest(*id, JobState::Paused(reason.clone())),
            Event::Failed { id, error, attempts, .. } => {
                self.rest(*id, JobState::Failed(error.clone()));
                self.change(*id, |job| job.attempt = *attempts);
            }
            Event::Cancelled { id, .. } => self.rest(*id, JobState::Cancelled),
            Event::Finished { id, file, .. } => {
                self.rest(*id, JobState::Finished(file.clone()));
                self.change(*id, |job| {
                    job.bytes = file.bytes;
                    job.total = Some(file.bytes);
                    job.path = Some(file.path.clone());
                });
            }
            Event::Removed { id } => self.removed(*id),
            Event::HostChanged { host, pause, .. } => {
                match pause {
                    Some(pause) => self.paused_hosts.insert(host.clone(), now + *pause),
                    None => self.paused_hosts.remove(host),
                };
            }
            Event::Notice(Notice::Duplicate(_)) => self.duplicates += 1,
            Event::Notice(notice) => self.not_restored |= matches!(notice, Notice::NotRestored),
        }
    }

    fn queued(&mut self, event: &Event) {
        let Event::Queued { id, url, dir, name, elsewhere, bytes, total } = event else { return };
        if self.index.contains_key(id) {
            self.rest(*id, JobState::Queued);
            return self.change(*id, |job| job.elsewhere = *elsewhere);
        }
        self.numbered += 1;
        let job = Job {
            id: *id,
            n: self.numbered,
            url: url.clone(),
            dir: Arc::clone(dir),
            path: name.as_ref().map(|name| dir.join(name)),
            state: JobState::Queued,
            bytes: *bytes,
            total: *total,
            bytes_per_second: 0,
            connections: 0,
            attempt: 0,
            elsewhere: *elsewhere,
        };
        self.totals.count(&job, true);
        self.index.insert(*id, self.rows.len());
        self.rows.push(job);
    }

    /// Bytes that this event says have come.
    fn gain(&self, event: &Event) -> u64 {
        let (id, bytes) = match event {
            Event::Progress { id, bytes, .. } => (*id, *bytes),
            Event::Finished { id, file, .. } if !file.skipped => (*id, file.bytes),
            _ => return 0,
        };
        self.get(id).map_or(0, |job| bytes.saturating_sub(job.bytes))
    }

    fn rest(&mut self, id: JobId, state: JobState) {
        self.change(id, |job| (job.state, job.bytes_per_second) = (state, 0));
    }

    fn change(&mut self, id: JobId, change: impl FnOnce(&mut Job)) {
        if let Some(at) = self.position(id) {
            let job = &mut self.rows[at];
            self.totals.count(job, false);
            change(job);
            self.totals.count(job, true);
        }
    }

    fn removed(&mut self, id: JobId) {
        let Some(at) = self.index.remove(&id) else { return };
        let job = self.rows.remove(at);
        self.totals.count(&job, false);
        for (at, job) in self.rows.iter().enumerate().skip(at) {
            self.index.insert(job.id, at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::error::{ErrorClass, TransferError};
    use crate::engine::event::{FinishedFile, Record};
    use std::path::{Path, PathBuf};
    use url::Url;

    fn queued(id: u64) -> Event {
        Event::Queued {
            id: JobId(id),
            url: Url::parse(&format!("https://h.example/%E5%8C%97/img%20{id}?w=1")).expect("a valid address"),
            dir: Arc::from(Path::new("out")),
            name: None,
            elsewhere: false,
            bytes: 0,
            total: None,
        }
    }

    fn started(id: u64, total: Option<u64>) -> Event {
        let path = PathBuf::from(format!("out/{id}.jpg"));
        Event::Started { id: JobId(id), attempt: 1, total, path, resumed_from: 0 }
    }

    fn progress(id: u64, bytes: u64, total: Option<u64>, rate: u64) -> Event {
        Event::Progress { id: JobId(id), bytes, total, bytes_per_second: rate, connections: 1 }
    }

    fn finished(id: u64, bytes: u64, skipped: bool) -> Event {
        let file = FinishedFile {
            path: PathBuf::from("out/a.jpg"),
            bytes,
            format: None,
            verified: None,
            sha256: None,
            pixels: None,
            elapsed: Duration::ZERO,
            attempts: 1,
            resumed_from: 0,
            skipped,
        };
        Event::Finished { id: JobId(id), file, record: record() }
    }

    fn record() -> Box<Record> {
        Box::new(Record { started_at: None, finished_at: std::time::UNIX_EPOCH, answered: None })
    }

    fn fold(events: &[Event]) -> Jobs {
        let mut jobs = Jobs::new();
        for event in events {
            jobs.apply(event, Instant::now());
        }
        jobs
    }

    #[test]
    fn a_job_goes_from_queued_to_finished() {
        let mut jobs = fold(&[queued(1), Event::Connecting { id: JobId(1), attempt: 1 }]);
        assert_eq!(jobs.rows()[0].name(), "img 1");
        assert_eq!((jobs.totals().active, jobs.totals().queued), (1, 0));
        jobs.apply(&started(1, Some(100)), Instant::now());
        jobs.apply(&progress(1, 50, Some(100), 10), Instant::now());
        assert_eq!(jobs.rows()[0].name(), "1.jpg");
        assert_eq!(jobs.eta(), Some(Duration::from_secs(5)));
        jobs.apply(&progress(1, 100, Some(100), 10), Instant::now());
        assert_eq!(jobs.rows()[0].state.word(), "verifying");
        jobs.apply(&finished(1, 100, false), Instant::now());
        let totals = *jobs.totals();
        assert_eq!((totals.finished, totals.active, totals.bytes, totals.unfinished()), (1, 0, 100, 0));
        assert_eq!(jobs.eta(), None);
    }

    #[test]
    fn totals_survive_every_order_of_states() {
        let error = TransferError::new(ErrorClass::Connect, "refused");
        let retrying =
            Event::Retrying { id: JobId(2), attempt: 2, delay: Duration::from_secs(1), error: error.clone() };
        let mut jobs = fold(&[
            queued(1),
            queued(2),
            queued(3),
            started(1, None),
            progress(1, 70, None, 7),
            retrying,
            Event::Failed { id: JobId(2), error, attempts: 3, record: record() },
            Event::Paused { id: JobId(3), reason: String::new() },
            Event::Notice(Notice::Duplicate(JobId(1))),
        ]);
        let t = *jobs.totals();
        assert_eq!((t.jobs, t.active, t.failed, t.paused, t.unfinished()), (3, 1, 1, 1, 2));
        assert_eq!((jobs.duplicates(), t.bytes_per_second), (1, 7));
        for event in [queued(2), finished(2, 5, true), Event::Removed { id: JobId(1) }, Event::Removed { id: JobId(1) }]
        {
            jobs.apply(&event, Instant::now());
        }
        let t = *jobs.totals();
        assert_eq!((t.jobs, t.finished, t.skipped, t.failed, t.bytes), (2, 1, 1, 0, 5));
        assert_eq!((jobs.bytes_received(), jobs.position(JobId(3)), jobs.position(JobId(1))), (70, Some(1), None));
        jobs.apply(&queued(1), Instant::now());
        assert_eq!(jobs.rows().iter().map(|job| job.n).collect::<Vec<_>>(), [2, 3, 4]);
        for id in [1, 2, 3] {
            jobs.apply(&Event::Removed { id: JobId(id) }, Instant::now());
        }
        assert_eq!(*jobs.totals(), Totals::default());
    }

    #[test]
    fn lying_sizes_do_no_harm() {
        let huge = Some(u64::MAX - 2);
        let jobs = fold(&[queued(1), queued(2), started(1, huge), started(2, huge), progress(1, 5, huge, 1)]);
        assert!(jobs.eta().is_some());
    }

    #[test]
    fn the_eta_counts_unknown_sizes_by_the_mean() {
        let jobs = fold(&[queued(1), queued(2), queued(3), started(1, Some(1000)), progress(1, 500, Some(1000), 100)]);
        assert_eq!(jobs.eta(), Some(Duration::from_secs(25)));
    }
}
