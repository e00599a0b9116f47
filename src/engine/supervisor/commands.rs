//! What the user wants, done to jobs in whatever phase they are.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::event::{Command, Event, Notice};
use crate::engine::file_name::check_own;
use crate::engine::request::{DownloadRequest, JobId};

use super::job::{Job, Phase, Then};
use super::{Done, Supervisor};

/// An engine that ends waits so long for requests that somebody holds in hand.
const HANDING_OVER: Duration = Duration::from_millis(300);

/// How long work that is under way may take when the engine is told to stop. What looks at a large file then may take
/// longer, and is given up.
const STOPPING: Duration = Duration::from_secs(1);

impl Supervisor {
    pub(super) fn obey(&mut self, command: Command) {
        match command {
            Command::Add(requests) => {
                let count = requests.len();
                for request in requests {
                    self.add(request);
                }
                self.shared.outbox.took_in(count, self.hosts.waiting());
            }
            Command::Cancel(id) => self.cancel(id),
            Command::Pause(id) => self.pause(id),
            Command::Resume(id) => self.resume(id),
            Command::Retry(id) => self.retry(id),
            Command::Remove(id) => self.remove(id),
            Command::Close => self.closed = true,
            Command::Stop => self.stop(),
        }
    }

    fn add(&mut self, request: DownloadRequest) {
        let identity = request.identity();
        if let Some(id) = self.identities.get(&identity) {
            return self.tell(Event::Notice(Notice::Duplicate(*id)));
        }
        let mut id = JobId(fastrand::u64(..));
        while self.jobs.contains_key(&id) {
            id = JobId(fastrand::u64(..));
        }
        self.identities.insert(identity, id);
        let name = request.name.as_deref().map_or(Ok(()), check_own);
        self.jobs.insert(id, Job::new(request));
        self.enqueue(id, false);
        if let Err(reason) = name {
            // Faces check names themselves; nothing leaves the folder where one did not.
            self.withdraw(id);
            self.fail(id, TransferError::new(ErrorClass::Refused, reason));
        }
    }

    pub(super) fn stop(&mut self) {
        self.stop_by = Some(Instant::now() + STOPPING);
        self.shared.outbox.refuse();
        for job in self.jobs.values() {
            if let Phase::Running { cancel, .. } = &job.phase {
                cancel.cancel();
            }
        }
    }

    /// Requests that were on their way when the engine was told to stop become jobs all the same, unfinished ones: no
    /// input may be missing from the sums of a run.
    pub(super) async fn take_in_the_rest(&mut self) {
        let held = self.shared.outbox.none_held();
        // Whoever holds some hands them over as soon as it sees the end; a thread that died holds them for ever.
        let _ = tokio::time::timeout(HANDING_OVER, held).await;
        self.commands.close();
        while let Some(command) = self.commands.recv().await {
            if let Command::Add(requests) = command {
                self.obey(Command::Add(requests));
            }
        }
    }

    /// Takes a job that does not run out of wherever it waits.
    pub(super) fn withdraw(&mut self, id: JobId) {
        let Some(job) = self.jobs.get(&id) else { return };
        match job.phase {
            Phase::Queued => self.hosts.remove(&job.request.url, id),
            Phase::Waiting { until } => {
                self.timers.remove(&(until, id));
            }
            _ => {}
        }
    }

    fn cancel(&mut self, id: JobId) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        match &mut job.phase {
            Phase::Running { cancel, then } => {
                if *then != Some(Then::Remove) {
                    *then = Some(Then::Cancel);
                    cancel.cancel();
                }
            }
            Phase::Queued | Phase::Waiting { .. } | Phase::Paused { .. } => {
                self.withdraw(id);
                self.cancelled(id);
            }
            // Its last byte is here: there is nothing left to stop.
            Phase::Committing { .. } | Phase::Finished { .. } | Phase::Failed | Phase::Cancelled => {}
        }
    }

    fn pause(&mut self, id: JobId) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        match &mut job.phase {
            // A job that is being cancelled or removed is as good as ended.
            Phase::Running { cancel, then } if !matches!(then, Some(Then::Cancel | Then::Remove)) => {
                *then = Some(Then::Pause);
                cancel.cancel();
            }
            Phase::Queued | Phase::Waiting { .. } => {
                self.withdraw(id);
                self.paused(id);
            }
            _ => {}
        }
    }

    fn resume(&mut self, id: JobId) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        match &mut job.phase {
            Phase::Running { then: then @ Some(Then::Pause), .. } => *then = Some(Then::Resume),
            Phase::Paused { since } => {
                // Before its first attempt no clock runs.
                if job.started.is_some() {
                    job.paused += since.elapsed();
                }
                self.enqueue(id, false);
            }
            _ => {}
        }
    }

    fn retry(&mut self, id: JobId) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        match &mut job.phase {
            Phase::Running { then: then @ Some(Then::Cancel), .. } => {
                *then = Some(Then::Retry);
            }
            Phase::Failed | Phase::Cancelled => {
                job.refresh();
                self.lift(id);
                self.enqueue(id, false);
            }
            Phase::Waiting { .. } => {
                job.refresh();
                self.lift(id);
                self.withdraw(id);
                self.enqueue(id, true);
            }
            Phase::Queued => self.lift(id),
            _ => {}
        }
    }

    /// The user wants the job now, whatever its host has asked for.
    fn lift(&mut self, id: JobId) {
        let Some(job) = self.jobs.get(&id) else { return };
        let url = job.request.url.clone();
        if self.hosts.lift(&url) {
            self.host_changed(&url, Instant::now());
        }
    }

    fn remove(&mut self, id: JobId) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        // At once: the same request again is new work, also while the attempt is still ending.
        let identity = job.request.identity();
        if self.identities.get(&identity) == Some(&id) {
            self.identities.remove(&identity);
        }
        match &mut job.phase {
            Phase::Running { cancel, then } => {
                *then = Some(Then::Remove);
                cancel.cancel();
            }
            Phase::Committing { remove } => *remove = true,
            _ => {
                self.withdraw(id);
                self.removed(id);
            }
        }
    }

    pub(super) fn paused(&mut self, id: JobId) {
        if let Some(job) = self.jobs.get_mut(&id) {
            job.phase = Phase::Paused { since: Instant::now() };
            self.tell(Event::Paused { id, reason: "by the user".to_owned() });
        }
    }

    pub(super) fn cancelled(&mut self, id: JobId) {
        if let Some(job) = self.jobs.get_mut(&id) {
            job.phase = Phase::Cancelled;
            let (attempts, record) = (job.attempts, job.record());
            self.tell(Event::Cancelled { id, attempts, record });
        }
    }

    pub(super) fn removed(&mut self, id: JobId) {
        let Some(job) = self.jobs.remove(&id) else { return };
        self.identities.remove(&job.request.identity());
        if let Phase::Finished { path } = job.phase {
            let finals = Arc::clone(&self.finals);
            // A slow folder may hold the lock for long.
            self.tasks.spawn_blocking(move || {
                finals.forget(&path);
                Done::Cleaned
            });
        }
        self.remove_parts(job.partial.into_iter().map(|partial| partial.path).collect());
        self.tell(Event::Removed { id });
    }
}
