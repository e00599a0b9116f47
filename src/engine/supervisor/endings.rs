//! What follows when an attempt or a commit has ended.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::{self, JoinError};
use url::Url;

use crate::engine::disk::{self, Body};
use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::event::{Event, FinishedFile, Record};
use crate::engine::options::Check;
use crate::engine::partial::part_path;
use crate::engine::request::JobId;
use crate::engine::retry::PROGRESS;
use crate::engine::store::Change;
use crate::engine::transfer::{Ending, Left};

use super::commit::{Finishing, Unsettled, Whole, settle};
use super::job::{Phase, Then};
use super::{Done, Supervisor};

impl Supervisor {
    pub(super) fn joined(&mut self, joined: Result<(task::Id, Done), JoinError>) {
        // What the attempt has said comes before its end: a host without an answer is forgotten with its last job.
        while let Ok(wish) = self.wishes.try_recv() {
            self.wished(wish);
        }
        while let Ok((id, ttfb)) = self.answers.try_recv() {
            self.answered(id, ttfb);
        }
        let task = joined.as_ref().map_or_else(JoinError::id, |(task, _)| *task);
        if let Ok((_, Done::Room(id, room))) = joined {
            return self.looked_for_room(id, room);
        }
        // Cleaning has no owner.
        let Some(id) = self.owners.remove(&task) else { return };
        match joined {
            Ok((_, Done::Attempt(left))) => self.attempt_ended(id, *left),
            Ok((_, Done::Looked(file))) => self.looked(id, file),
            Ok((_, Done::Room(..) | Done::Cleaned)) => {}
            Err(_) => self.died(id),
        }
    }

    /// A panic in a task is a defect of ours; it costs one job.
    fn died(&mut self, id: JobId) {
        let Some(job) = self.jobs.get(&id) else { return };
        if !matches!(job.phase, Phase::Looking { .. }) {
            self.hosts.release(job.address());
        }
        self.fail(id, TransferError::defect());
    }

    fn attempt_ended(&mut self, id: JobId, left: Left) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        self.hosts.release(job.address());
        job.partial = left.partial.map(Box::new);
        (job.generation, job.strays, job.unsplit) = (left.generation, left.strays, left.unsplit);
        job.resumed_from = left.resumed_from;
        job.answered = left.answered.or(job.answered.take());
        let reached = left.resumed_from + left.gained;
        if reached >= job.reached + PROGRESS
            && let Some(full) = self.full.get_mut(&job.request.dir)
        {
            full.has_fitted();
        }
        let gains = job.gains(left.resumed_from, reached);
        let then = match &job.phase {
            Phase::Running { then, .. } => *then,
            _ => None,
        };
        match left.ending {
            // The last byte was faster than the user's wish to stop; all but removing comes too late.
            Ending::Whole { body, path, about } => {
                let request = job.request.clone();
                let spare = part_path(&request.dir, id, left.generation + 1);
                self.commit(id, Whole { body, part: path, spare, about: *about, request }, then == Some(Then::Remove));
            }
            Ending::Failed(error) if then.is_none() => {
                // The job's own clock says nothing of its host.
                if !job.is_late(self.shared.options.deadline) {
                    let (asked, answered) = (job.address().clone(), job.answered.as_ref());
                    let answered = answered.map(|answered| answered.final_url.clone());
                    self.host_failed(&asked, answered.as_ref(), &error);
                }
                self.attempt_failed(id, error, gains);
            }
            Ending::Failed(_) | Ending::Stopped => match then {
                Some(then) => self.stopped(id, then),
                // The engine stops: the job stays as it is, unfinished.
                None => job.phase = Phase::Queued,
            },
        }
    }

    fn stopped(&mut self, id: JobId, then: Then) {
        match then {
            Then::Pause => self.paused(id, false),
            Then::Cancel => self.cancelled(id),
            Then::Remove => self.removed(id),
            Then::Resume => self.enqueue(id, false),
            Then::Retry => {
                // Only now: the attempt that was cancelled is not one of the fresh ones.
                if let Some(job) = self.jobs.get_mut(&id) {
                    job.refresh();
                }
                self.enqueue(id, false);
            }
        }
    }

    /// Lets the job's host feel its error, and says so where that changes something.
    pub(super) fn host_failed(&mut self, asked: &Url, answered: Option<&Url>, error: &TransferError) {
        // After redirects another host has spoken, and the one that was asked has done nothing wrong.
        let (url, now) = (answered.filter(|_| error.status.is_some()).unwrap_or(asked), Instant::now());
        // Longer than anybody waits: the job fails, and the others find out for themselves.
        let patience = self.shared.options.patience;
        let bearable = error.retry_after.filter(|asked| patience.is_none_or(|patience| *asked <= patience));
        if self.hosts.failed(url, &TransferError { retry_after: bearable, ..error.clone() }, now) {
            self.host_changed(url, now);
        }
    }

    /// Says how the host of this address stands now.
    pub(super) fn host_changed(&self, url: &Url, now: Instant) {
        let (window, paused) = self.hosts.state(url, now);
        let host = url.origin().ascii_serialization();
        self.tell(Event::HostChanged { host, window, pause: paused.map(|until| until - now), by_trial: false });
    }

    fn attempt_failed(&mut self, id: JobId, mut error: TransferError, gains: bool) {
        let options = &self.shared.options;
        let Some(job) = self.jobs.get_mut(&id) else { return };
        if error.class == ErrorClass::DiskFull {
            if self.stop_by.is_some() {
                job.phase = Phase::Queued;
                return;
            }
            // The state was waited for already, where it is kept.
            return if self.shared.store.is_full() { self.fail(id, error) } else { self.wait_for_room(id, error) };
        }
        let now = Instant::now();
        let deadline = job.deadline(options.deadline);
        // No other address helps against these.
        let ours = matches!(error.class, ErrorClass::Disk | ErrorClass::Internal);
        if ours || deadline.is_some_and(|deadline| deadline <= now) {
            return self.fail(id, error);
        }
        let Some(wait) = job.next_attempt(&mut error, gains, options) else { return self.fail(id, error) };
        if self.stop_by.is_some() {
            job.phase = Phase::Queued;
            return;
        }
        // The deadline may come before the next attempt; the job then ends on time.
        let until = deadline.map_or(now + wait, |deadline| deadline.min(now + wait));
        job.phase = Phase::Waiting { until };
        let attempt = job.attempts + 1;
        self.timers.insert((until, id));
        self.tell(Event::Retrying { id, attempt, delay: until - now, error });
    }

    pub(super) fn fail(&mut self, id: JobId, error: TransferError) {
        if let Some(job) = self.jobs.get_mut(&id) {
            job.phase = Phase::Failed;
            let (attempts, record) = (job.attempts, job.record());
            self.shared.store.note(id, Change::Failed(error.clone(), attempts));
            self.tell(Event::Failed { id, error, attempts, record });
        }
    }

    fn commit(&mut self, id: JobId, whole: Whole, remove: bool) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        job.phase = Phase::Committing { remove };
        self.commits += 1;
        // Without a validator nobody can go on with the part.
        let keep = job.partial.is_some();
        let file = Finishing {
            attempts: job.attempts,
            started: job.begun.as_ref().map(|begun| begun.at),
            started_at: job.begun.as_ref().map(|begun| begun.on),
            resumed_from: job.resumed_from,
            answered: job.answered.clone(),
        };
        let (shared, unsettling) = (Arc::clone(&self.shared), self.unsettling.clone());
        let (finals, twins) = (Arc::clone(&self.finals), Arc::clone(&self.twins));
        let in_memory = matches!(whole.body, Body::Memory(_));
        let store = self.shared.store.clone();
        let name = move || {
            let result = caught(|| settle(&whole, id, &shared, &finals, &twins));
            let Whole { body, part, .. } = whole;
            if result.as_ref().is_err_and(|unsettled| !unsettled.refused) && !keep {
                drop(body);
                disk::remove_part(&part);
            }
            result.map(|settled| file.finished(settled))
        };
        // The supervisor hears of a file when that is kept. It may have ended, and then nobody needs to know.
        let work = move || match caught(name) {
            Ok(finished) => store.finish(id, finished),
            Err(unsettled) => drop(unsettling.send((id, unsettled))),
        };
        // What is large may take long to be looked at, and holds nobody up; decoding is work for few at once.
        if in_memory || self.shared.options.check == Check::Decode {
            self.crew.run(work);
        } else {
            drop(task::spawn_blocking(work));
        }
    }

    pub(super) fn commit_failed(&mut self, id: JobId, Unsettled { error, refused }: Unsettled) {
        let Some(remove) = self.commit_ended(id) else { return };
        if let Some(job) = self.jobs.get_mut(&id).filter(|_| refused) {
            job.partial = None;
        }
        // What was cut without anybody noticing on the way may come whole the next time.
        if remove {
            self.fail(id, error);
        } else {
            // Whatever its address has brought is no file.
            self.attempt_failed(id, error, false);
        }
        if remove {
            self.removed(id);
        }
    }

    pub(super) fn committed(&mut self, id: JobId, (file, record): (FinishedFile, Record)) {
        let Some(remove) = self.commit_ended(id) else { return };
        if let Some(job) = self.jobs.remove(&id)
            && let Some(full) = self.full.get_mut(&job.request.dir)
        {
            full.has_fitted();
        }
        self.finished.insert(id, self.finals.named(&file.path));
        self.sync_later();
        self.tell(Event::Finished { id, file, record });
        if remove {
            self.removed(id);
        }
    }

    /// A commit is over; tells whether the user wants the job gone.
    fn commit_ended(&mut self, id: JobId) -> Option<bool> {
        self.commits -= 1;
        self.jobs.get(&id).map(|job| matches!(job.phase, Phase::Committing { remove: true }))
    }

    pub(super) fn answered(&mut self, id: JobId, ttfb: Duration) {
        if let Some(job) = self.jobs.get(&id) {
            self.hosts.answered(job.address(), ttfb);
        }
    }
}

/// A panic is a defect of ours, and costs one job.
fn caught<T>(work: impl FnOnce() -> Result<T, Unsettled>) -> Result<T, Unsettled> {
    let defect = |_| Err(Unsettled { error: TransferError::defect(), refused: false });
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(defect)
}
