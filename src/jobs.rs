//! The read model that every face folds the engine's events into: one row a job, and totals that are kept as rows
//! change, never counted anew. Pure: time comes in as an argument. It must not know how anything is shown.

mod job;
mod totals;

pub use job::{Job, JobState};
pub use totals::Totals;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::display::without_userinfo;
use crate::engine::event::{Event, Notice};
use crate::engine::request::{JobId, JobMap};

use job::seconds;

/// Fewer finished rows are not worth a walk over the list.
const SHED_AT: usize = 1024;

/// All jobs of one engine, in the order they came.
#[derive(Debug, Default)]
pub struct Jobs {
    /// By their number, ascending.
    rows: Vec<Job>,
    /// The number of each row; its place among the rows follows from that.
    index: JobMap<usize>,
    /// How many finished rows were let go.
    shed: usize,
    /// Rows that are out of sight; see [`Self::hide`].
    hidden: HashMap<JobId, Job>,
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
        self.position(id).map(|at| &self.rows[at])
    }

    /// What is known of a job, also while its row is out of sight.
    #[must_use]
    pub fn known(&self, id: JobId) -> Option<&Job> {
        self.get(id).or_else(|| self.hidden.get(&id))
    }

    /// Where a row stands in [`Self::rows`].
    #[must_use]
    pub fn position(&self, id: JobId) -> Option<usize> {
        self.place(*self.index.get(&id)?)
    }

    /// The row with this [`Job::n`].
    #[must_use]
    pub fn numbered(&self, n: usize) -> Option<&Job> {
        self.place(n).map(|at| &self.rows[at])
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
        let until = self.paused_hosts.get(job.origin())?;
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
        let left = self.expected().saturating_sub(t.bytes.into());
        Some(seconds(u64::try_from(left).unwrap_or(u64::MAX), t.bytes_per_second))
    }

    /// The bytes of all that is wanted; where sizes are not known the mean of the others stands for them.
    fn expected(&self) -> u128 {
        let t = &self.totals;
        let wanted = t.jobs - t.failed - t.cancelled;
        let mean = t.known / (t.sized as u128).max(1);
        t.known + (mean * (wanted - t.sized) as u128).max(t.unsized_bytes.into())
    }

    /// Percents of everything; 100 only when nothing is left to do. None while there is nothing.
    #[must_use]
    pub fn percent(&self) -> Option<u8> {
        let t = &self.totals;
        if t.jobs == 0 || t.unfinished() == 0 {
            return (t.jobs > 0).then_some(100);
        }
        let (part, whole) = if t.sized == 0 {
            ((t.jobs - t.unfinished()) as u128, t.jobs as u128)
        } else {
            (t.bytes.into(), self.expected())
        };
        Some(u8::try_from((part * 100).checked_div(whole).unwrap_or(0).min(99)).unwrap_or(99))
    }

    /// Takes rows out of rows and totals. What happens to the jobs is folded in all the same, until [`Self::show`] or
    /// the end of the job on the list: so a removal can be undone of which the engine does not know yet. One walk over
    /// the list, however many they are.
    pub fn hide(&mut self, which: impl Fn(&Job) -> bool) {
        for job in self.rows.extract_if(.., |job| which(job)) {
            self.index.remove(&job.id);
            self.totals.count(&job, false);
            self.hidden.insert(job.id, job);
        }
    }

    /// Puts hidden rows back in their places, and says how many of these were hidden.
    pub fn show(&mut self, ids: impl IntoIterator<Item = JobId>) -> usize {
        let before = self.rows.len();
        for job in ids.into_iter().filter_map(|id| self.hidden.remove(&id)) {
            self.totals.count(&job, true);
            self.index.insert(job.id, job.n);
            self.rows.push(job);
        }
        // Two runs in order, which this sort merges.
        self.rows.sort_by_key(|job| job.n);
        self.rows.len() - before
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
                job.planned = Some(path.as_path().into());
            }),
            Event::Progress { id, bytes, total, bytes_per_second, connections } => self.change(*id, |job| {
                let whole = *total == Some(*bytes);
                job.state = if whole { JobState::Verifying } else { JobState::Downloading };
                job.bytes = *bytes;
                job.total = *total;
                job.bytes_per_second = if whole { 0 } else { *bytes_per_second };
                job.connections = u16::try_from(*connections).unwrap_or(u16::MAX);
            }),
            Event::Restarted { id, .. } => self.change(*id, |job| {
                job.bytes = 0;
                job.total = None;
            }),
            Event::Retrying { id, delay, error, .. } => {
                self.rest(*id, JobState::Waiting { until: now + *delay, error: Box::new(error.clone()) });
            }
            Event::Paused { id, reason } => self.rest(*id, JobState::Paused(reason.as_str().into())),
            Event::Failed { id, error, attempts, .. } => {
                self.rest(*id, JobState::Failed(Box::new(error.clone())));
                self.change(*id, |job| job.attempt = *attempts);
            }
            Event::Cancelled { id, .. } => self.rest(*id, JobState::Cancelled),
            Event::Finished { id, file, .. } => {
                self.rest(*id, JobState::Finished(Box::new(file.clone())));
                self.change(*id, |job| {
                    job.bytes = file.bytes;
                    job.total = Some(file.bytes);
                    job.planned = None;
                });
            }
            Event::Removed { id } => self.removed(*id),
            Event::HostChanged { host, pause, .. } => {
                match pause {
                    Some(pause) => self.paused_hosts.insert(host.clone(), now + *pause),
                    None => self.paused_hosts.remove(host),
                };
            }
            // The rows stay in the order of the input, and pieces are for whoever watches them.
            Event::Moved(_) | Event::Pieces { .. } => {}
            Event::Notice(Notice::Duplicate(_)) => self.duplicates += 1,
            Event::Notice(notice) => self.not_restored |= matches!(notice, Notice::NotRestored),
        }
    }

    /// Lets go of the rows of finished jobs, which the totals go on counting, as soon as they are most of the list. For
    /// faces that show no rows: of a list without end they keep what is still to be done, and what has failed.
    pub fn shed_finished(&mut self) {
        let finished = self.totals.finished - self.shed;
        if finished < SHED_AT || finished * 2 < self.rows.len() {
            return;
        }
        self.rows.retain(|job| !matches!(job.state, JobState::Finished(_)));
        let kept = &self.rows;
        self.index.retain(|_, n| kept.binary_search_by_key(n, |job| job.n).is_ok());
        self.shed += finished;
    }

    /// Where the row with this number stands: as far behind as its number says, or further in front where rows have
    /// gone.
    fn place(&self, n: usize) -> Option<usize> {
        let furthest = n.checked_sub(1)?;
        if self.rows.get(furthest).is_some_and(|job| job.n == n) {
            return Some(furthest);
        }
        let end = n.min(self.rows.len());
        self.rows[..end].binary_search_by_key(&n, |job| job.n).ok()
    }

    fn queued(&mut self, event: &Event) {
        let Event::Queued { id, url, dir, name, elsewhere, bytes, total, .. } = event else { return };
        if self.index.contains_key(id) || self.hidden.contains_key(id) {
            self.rest(*id, JobState::Queued);
            return self.change(*id, |job| job.elsewhere = *elsewhere);
        }
        self.numbered += 1;
        let job = Job {
            id: *id,
            n: self.numbered,
            url: String::from(without_userinfo(url)).into(),
            dir: Arc::clone(dir),
            planned: name.as_ref().map(|name| dir.join(name).into()),
            state: JobState::Queued,
            bytes: *bytes,
            total: *total,
            bytes_per_second: 0,
            connections: 0,
            attempt: 0,
            elsewhere: *elsewhere,
        };
        self.totals.count(&job, true);
        self.index.insert(*id, self.numbered);
        self.rows.push(job);
    }

    /// Bytes that this event says have come.
    fn gain(&self, event: &Event) -> u64 {
        let (id, bytes) = match event {
            Event::Progress { id, bytes, .. } => (*id, *bytes),
            Event::Finished { id, file, .. } if !file.skipped => (*id, file.bytes),
            _ => return 0,
        };
        self.known(id).map_or(0, |job| bytes.saturating_sub(job.bytes))
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
        } else if let Some(job) = self.hidden.get_mut(&id) {
            change(job);
        }
    }

    fn removed(&mut self, id: JobId) {
        if self.hidden.remove(&id).is_none() {
            self.take(id);
        }
    }

    /// Takes a row out of the list.
    fn take(&mut self, id: JobId) -> Option<Job> {
        let at = self.position(id)?;
        self.index.remove(&id);
        let job = self.rows.remove(at);
        self.totals.count(&job, false);
        Some(job)
    }
}

#[cfg(test)]
mod tests;
