//! What the user wants, done to jobs in whatever phase they are.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::engine::descriptors;
use crate::engine::disk::remove_part;
use crate::engine::event::{Command, Event, Move, Notice, PAUSED_BY_USER};
use crate::engine::partial::part_path;
use crate::engine::request::JobId;
use crate::engine::store::{Change, identity};

use super::job::{Phase, Then};
use super::{MOST_COMMITS, Supervisor};

/// So many transfers may run beyond their limit because the user wants it so.
const MOST_FORCED: usize = 64;

/// Why a job is paused that is locked.
const LOCKED: &str = "it needs the password, the cookies or the headers that it was added with";

/// An engine that ends waits so long for requests that somebody holds in hand.
const HANDING_OVER: Duration = Duration::from_millis(300);

/// How long work that is under way may take when the engine is told to stop. What looks at a large file then may take
/// longer, and is given up.
const STOPPING: Duration = Duration::from_secs(1);

impl Supervisor {
    pub(super) fn obey(&mut self, command: Command) {
        match command {
            Command::Add(requests) => {
                self.asked += 1;
                self.adding.push_back(requests.clone());
                self.shared.store.add(requests);
            }
            Command::Restore(revive) => {
                self.asked += 1;
                self.revive = revive;
                self.shared.store.restore();
            }
            Command::CountLeft => {
                self.asked += 1;
                self.shared.store.count_left();
            }
            Command::Watch(job) => self.shared.watch(job),
            Command::Jobs(jobs) => self.hosts.set_slots(jobs.min(descriptors::transfers())),
            Command::Move(how) => {
                if self.hosts.reorder(how) {
                    self.tell(Event::Moved(how));
                }
            }
            Command::Force(id) => self.force(id),
            Command::LimitRate(rate) => self.shared.net.limit_rate(rate),
            Command::Cancel(id) => self.cancel(id),
            Command::Pause(id) => self.pause(id),
            Command::Resume(id) => self.resume(id),
            Command::Retry(id) => self.retry(id),
            Command::Remove(id) => self.remove(id),
            Command::Close => self.closed = true,
            Command::Stop => self.stop(),
        }
    }

    pub(super) fn stop(&mut self) {
        self.stop_by = Some(Instant::now() + STOPPING);
        self.shared.outbox.refuse();
        self.shared.store.hurry();
        for job in self.jobs.values() {
            if let Phase::Running { cancel, .. } = &job.phase {
                cancel.cancel();
            }
        }
    }

    /// Requests that were on their way when the engine was told to stop become jobs all the same, unfinished ones: no
    /// input may be missing from the sums of a run. What was taken off the list is gone.
    pub(super) async fn take_in_the_rest(&mut self) {
        let held = self.shared.outbox.none_held();
        // Whoever holds some hands them over as soon as it sees the end; a thread that died holds them for ever.
        let _ = tokio::time::timeout(HANDING_OVER, held).await;
        self.commands.close();
        while let Some(command) = self.commands.recv().await {
            if matches!(command, Command::Add(_) | Command::Remove(_)) {
                self.obey(command);
            }
        }
        let answered = async {
            while self.asked > 0
                && let Some(answer) = self.kept.recv().await
            {
                self.stored(answer);
            }
        };
        let _ = tokio::time::timeout(HANDING_OVER, answered).await;
        // Whoever is still busy with them may keep them or not; here they are rows all the same.
        let adding = std::mem::take(&mut self.adding);
        if adding.is_empty() {
            return;
        }
        let mut known: HashMap<_, _> = self.jobs.iter().map(|(id, job)| (identity(&job.request), *id)).collect();
        for request in adding.into_iter().flatten() {
            match known.entry(identity(&request)) {
                Entry::Occupied(job) => self.tell(Event::Notice(Notice::Duplicate(*job.get()))),
                Entry::Vacant(place) => drop(place.insert(self.unanswered(request))),
            }
        }
    }

    /// Takes a job that does not run out of wherever it waits.
    pub(super) fn withdraw(&mut self, id: JobId) {
        let Some(job) = self.jobs.get(&id) else { return };
        match job.phase {
            Phase::Queued => self.hosts.remove(job.address(), id),
            Phase::Waiting { until } => {
                self.timers.remove(&(until, id));
            }
            Phase::Held { until } => {
                self.held -= 1;
                self.timers.remove(&(until, id));
            }
            Phase::Full { until, shuts, .. } => {
                self.timers.remove(&(until, id));
                let dir = Arc::clone(&job.request.dir);
                self.reopen(&dir, shuts);
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
            Phase::Claiming => {
                self.tell_queued(id, false);
                self.cancelled(id);
            }
            Phase::Held { .. } | Phase::Queued | Phase::Waiting { .. } | Phase::Full { .. } | Phase::Paused { .. } => {
                self.withdraw(id);
                self.cancelled(id);
            }
            // Its last byte is here: there is nothing left to stop.
            Phase::Looking { .. } | Phase::Committing { .. } | Phase::Failed | Phase::Cancelled => {}
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
            Phase::Claiming => {
                self.tell_queued(id, false);
                self.paused(id, false);
            }
            Phase::Held { .. } | Phase::Queued | Phase::Waiting { .. } | Phase::Full { .. } => {
                self.withdraw(id);
                self.paused(id, false);
            }
            _ => {}
        }
    }

    pub(super) fn resume(&mut self, id: JobId) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        match &mut job.phase {
            Phase::Running { then: then @ Some(Then::Pause), .. } => *then = Some(Then::Resume),
            Phase::Paused { since, .. } => {
                // Before its first attempt no clock runs.
                if let Some(begun) = &mut job.begun {
                    begun.paused += since.elapsed();
                }
                self.claim(id, false);
            }
            Phase::Full { .. } => {
                self.withdraw(id);
                self.enqueue(id, true);
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
                self.claim(id, false);
            }
            Phase::Full { .. } => {
                self.withdraw(id);
                self.enqueue(id, true);
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

    /// Starts a job that waits in whatever way. The others of its host go on waiting. Where too much runs beyond the
    /// limits already it is the next of its host.
    fn force(&mut self, id: JobId) {
        if self.jobs.get(&id).is_some_and(|job| matches!(job.phase, Phase::Waiting { .. })) {
            self.withdraw(id);
            self.enqueue(id, true);
        }
        if self.commits >= MOST_COMMITS || !self.hosts.has_room_beyond(MOST_FORCED) {
            self.obey(Command::Move(Move::First(id)));
        } else if self.hosts.force(id, Instant::now()) {
            self.start(id);
        }
    }

    /// The user wants the job now, whatever its host has asked for.
    fn lift(&mut self, id: JobId) {
        let Some(job) = self.jobs.get(&id) else { return };
        let url = job.address().clone();
        if self.hosts.lift(&url) {
            self.host_changed(&url, Instant::now());
        }
    }

    fn remove(&mut self, id: JobId) {
        let Some(job) = self.jobs.get_mut(&id) else { return self.removed(id) };
        // At once: the same request again is new work, also while the attempt is still ending.
        self.shared.store.remove(id);
        match &mut job.phase {
            Phase::Running { cancel, then } => {
                *then = Some(Then::Remove);
                cancel.cancel();
            }
            Phase::Committing { remove } | Phase::Looking { remove } => *remove = true,
            _ => {
                self.withdraw(id);
                self.removed(id);
            }
        }
    }

    /// By the user, or `locked`, see [`Phase::Paused`].
    pub(super) fn paused(&mut self, id: JobId, locked: bool) {
        if let Some(job) = self.jobs.get_mut(&id) {
            job.phase = Phase::Paused { since: Instant::now(), locked };
            self.shared.store.note(id, Change::Paused);
            let reason = if locked { LOCKED } else { PAUSED_BY_USER };
            self.tell(Event::Paused { id, reason: reason.to_owned() });
        }
    }

    pub(super) fn cancelled(&mut self, id: JobId) {
        if let Some(job) = self.jobs.get_mut(&id) {
            job.phase = Phase::Cancelled;
            let (attempts, record) = (job.attempts, job.record());
            self.shared.store.note(id, Change::Cancelled);
            self.tell(Event::Cancelled { id, attempts, record });
        }
    }

    pub(super) fn removed(&mut self, id: JobId) {
        let part = match (self.jobs.remove(&id), self.finished.remove(&id)) {
            (None, None) => return,
            (_, Some(file)) => {
                self.finals.forget(file);
                None
            }
            (Some(job), None) => job.partial.map(|_| part_path(&job.request.dir, id, job.generation)),
        };
        self.shared.store.remove(id);
        self.remove_parts(part.into_iter().collect(), remove_part);
        self.tell(Event::Removed { id });
    }
}
