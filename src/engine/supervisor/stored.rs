//! What the store answers: which requests have become jobs, and what earlier runs have left of them. A job is in the
//! store before anybody hears of it.

use std::time::{Duration, Instant};

use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::event::{Event, Notice};
use crate::engine::file_name::check_own;
use crate::engine::request::{DownloadRequest, JobId};
use crate::engine::store::{Answer, Change, Found, Left, LeftState, Standing};

use super::Supervisor;
use super::job::{Job, Phase};

/// How often it is looked whether another haul still works on a job.
const HELD: Duration = Duration::from_millis(300);

/// For each job that waits so, another look takes this much longer to come.
const EACH: Duration = Duration::from_millis(3);

impl Supervisor {
    pub(super) fn stored(&mut self, answer: Answer) {
        match answer {
            Answer::Added(standings, requests) => {
                for standing in standings {
                    self.added(standing);
                }
                if let Some(requests) = requests {
                    self.asked -= 1;
                    self.adding.pop_front();
                    self.shared.outbox.took_in(requests, self.waiting());
                }
            }
            Answer::Refused(requests, error) => {
                self.asked -= 1;
                self.adding.pop_front();
                let count = requests.len();
                for request in requests {
                    self.refused(request, &error);
                }
                self.shared.outbox.took_in(count, self.waiting());
            }
            Answer::Claimed(standing) => {
                self.asked -= 1;
                self.claimed(*standing);
            }
            Answer::Unclaimed(id, error) => {
                self.asked -= 1;
                if self.is_claiming(id) {
                    self.tell_queued(id, false);
                    self.fail(id, error);
                }
            }
            Answer::Finished(id, finished) => self.committed(id, *finished),
            // Bit by bit: the first of it goes on meanwhile.
            Answer::Restored { more: true } => self.shared.store.restore(),
            Answer::Restored { more: false } => self.asked -= 1,
            Answer::Left(left) => {
                self.asked -= 1;
                if left > 0 {
                    self.tell(Event::Notice(Notice::Left(left)));
                }
            }
        }
    }

    fn added(&mut self, standing: Standing) {
        let Standing { id, request, found } = standing;
        if self.jobs.contains_key(&id) {
            return self.added_again(id, request, found);
        }
        if matches!(found, Found::Mine) {
            return self.tell(Event::Notice(Notice::Duplicate(id)));
        }
        let absolute = request.dir.is_absolute();
        let name = request.name.as_deref().map_or(Ok(()), check_own);
        self.jobs.insert(id, Box::new(Job::new(request)));
        match name {
            Ok(()) if !absolute => {
                self.tell_queued(id, false);
                self.fail(id, TransferError::new(ErrorClass::Refused, "the folder must be given by its real path"));
            }
            Ok(()) => self.found(id, found),
            // Faces check names themselves; nothing leaves the folder where one did not.
            Err(reason) => {
                self.tell_queued(id, false);
                self.fail(id, TransferError::new(ErrorClass::Refused, reason));
            }
        }
    }

    /// The same request once more.
    fn added_again(&mut self, id: JobId, request: DownloadRequest, found: Found) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        // Another haul had it and has left it: what there is of it now is this one's.
        if let Found::Open(left) = found
            && !matches!(job.phase, Phase::Queued | Phase::Running { .. } | Phase::Committing { .. })
        {
            job.take_over(*left);
        }
        // What it waits for may have come.
        let unlocked = matches!(job.phase, Phase::Paused { locked: true, .. }) && request.has_secrets();
        job.adopt(request);
        self.tell(Event::Notice(Notice::Duplicate(id)));
        if unlocked {
            self.resume(id);
        }
    }

    /// A request that cannot be kept is a row all the same, a failed one.
    fn refused(&mut self, request: DownloadRequest, error: &TransferError) {
        let id = JobId(fastrand::u64(..));
        self.jobs.insert(id, Box::new(Job::new(request)));
        self.tell_queued(id, false);
        self.fail(id, error.clone());
    }

    /// A request that nobody has said anything of when the engine ends.
    pub(super) fn unanswered(&mut self, request: DownloadRequest) -> JobId {
        let id = JobId(fastrand::u64(..));
        self.jobs.insert(id, Box::new(Job::new(request)));
        self.tell_queued(id, false);
        id
    }

    fn found(&mut self, id: JobId, found: Found) {
        match found {
            Found::Mine => self.enqueue(id, false),
            Found::Open(left) => self.left(id, *left),
            Found::Held => self.hold(id),
            Found::Done(file, content_type, trust) => {
                self.tell_queued(id, false);
                self.known(id, *file, content_type, trust);
            }
        }
    }

    /// Takes up a job where an earlier run has left it.
    fn left(&mut self, id: JobId, left: Left) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        let state = job.take_over(left);
        match state {
            LeftState::Queued => self.enqueue(id, false),
            LeftState::Paused | LeftState::Failed(..) if self.revive => {
                self.shared.store.note(id, Change::Queued);
                self.enqueue(id, false);
            }
            LeftState::Paused => {
                self.tell_queued(id, false);
                self.paused(id, false);
            }
            LeftState::Locked => {
                self.tell_queued(id, false);
                self.paused(id, true);
            }
            LeftState::Failed(error, attempts) => {
                job.attempts = attempts;
                self.tell_queued(id, false);
                self.fail(id, error);
            }
        }
    }

    /// Asks the store for a job that rested, or whose file is not there after all.
    pub(super) fn claim(&mut self, id: JobId, anew: bool) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        self.held -= usize::from(matches!(job.phase, Phase::Held { .. }));
        job.phase = Phase::Claiming;
        self.asked += 1;
        self.shared.store.claim(id, job.request.clone(), anew);
    }

    fn is_claiming(&self, id: JobId) -> bool {
        self.jobs.get(&id).is_some_and(|job| matches!(job.phase, Phase::Claiming))
    }

    fn claimed(&mut self, standing: Standing) {
        let Standing { id, found, .. } = standing;
        if self.is_claiming(id) {
            return self.found(id, found);
        }
        // Meanwhile the user wants something else of it; but what is left of it is known now.
        if let (Some(job), Found::Open(left)) = (self.jobs.get_mut(&id), found) {
            job.take_over(*left);
        }
    }

    /// Has a job wait for what becomes of it in another haul.
    fn hold(&mut self, id: JobId) {
        // The more there are, the more seldom each is looked at.
        let pause = HELD.max(EACH.saturating_mul(u32::try_from(self.held).unwrap_or(u32::MAX)));
        let until = Instant::now() + pause;
        let Some(job) = self.jobs.get_mut(&id) else { return };
        job.phase = Phase::Held { until };
        // What was here of it is the other one's now.
        job.partial = None;
        self.held += 1;
        self.timers.insert((until, id));
        if !std::mem::replace(&mut job.elsewhere, true) {
            self.tell_queued(id, true);
        }
    }
}
