//! A disk without room: its jobs rest until there is some, and nothing new begins in their folder meanwhile, since it
//! would not fit either. Jobs of other folders go on.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::engine::disk;
use crate::engine::error::TransferError;
use crate::engine::event::Event;
use crate::engine::request::JobId;

use super::job::{Job, Phase};
use super::{Done, Supervisor};

/// Where there is so much, something fits.
const SOME: u64 = 256 * 1024;

/// The first look; each attempt without success doubles the wait, since a quota may be full where the disk is not.
const FIRST: Duration = Duration::from_millis(500);
const LAST: Duration = Duration::from_secs(8);

impl Supervisor {
    /// Has a job wait for room.
    pub(super) fn wait_for_room(&mut self, id: JobId, error: TransferError) {
        let (now, options) = (Instant::now(), &self.shared.options);
        let Some(job) = self.jobs.get_mut(&id) else { return };
        let full = self.full.entry(Arc::clone(&job.request.dir)).or_default();
        let since = *full.since.get_or_insert(now);
        if options.room.is_some_and(|limit| now.duration_since(since) >= limit) {
            return self.fail(id, error);
        }
        let wait = FIRST.saturating_mul(1 << job.fulls.min(8)).min(LAST);
        let until = job.deadline(options.deadline).map_or(now + wait, |deadline| deadline.min(now + wait));
        job.fulls += 1;
        job.phase = Phase::Full { until, error, shuts: true };
        full.shut_by += 1;
        self.timers.insert((until, id));
        self.tell(Event::Paused { id, reason: "the disk is full; it goes on when there is room".to_owned() });
    }

    pub(super) fn look_for_room(&mut self, id: JobId) {
        let Some(job) = self.jobs.get(&id) else { return };
        let dir = Arc::clone(&job.request.dir);
        // It owns nothing: what becomes of the job meanwhile is none of its business.
        let _ = self.tasks.spawn_blocking(move || Done::Room(id, disk::room(&dir)));
    }

    /// There is so much room; nobody knows how much where the system does not tell, and then a try does.
    pub(super) fn looked_for_room(&mut self, id: JobId, room: Option<u64>) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        let needed = needed(job);
        let (dir, limit) = (Arc::clone(&job.request.dir), self.shared.options.deadline);
        let deadline = job.deadline(limit);
        let Phase::Full { error, until, shuts } = &mut job.phase else { return };
        let full = self.full.entry(dir).or_default();
        let since = *full.since.get_or_insert_with(Instant::now);
        if room.is_none_or(|room| room >= needed) {
            self.withdraw(id);
            self.enqueue(id, true);
        } else if self.shared.options.room.is_some_and(|limit| since.elapsed() >= limit) {
            let error = error.clone();
            self.withdraw(id);
            self.fail(id, error);
        } else {
            // Too little for this one may be enough for others.
            let shut = room.is_some_and(|room| room < SOME);
            full.shut_by = full.shut_by - usize::from(*shuts) + usize::from(shut);
            *shuts = shut;
            if !full.is_shut() {
                self.hosts.reopen();
            }
            // One that was asked for twice has a timer already.
            self.timers.remove(&(*until, id));
            let next = Instant::now() + FIRST;
            *until = deadline.map_or(next, |deadline| deadline.min(next));
            self.timers.insert((*until, id));
        }
    }

    /// A job that waited for room does so no more.
    pub(super) fn reopen(&mut self, dir: &Path, shuts: bool) {
        let Some(full) = self.full.get_mut(dir) else { return };
        full.shut_by -= usize::from(shuts);
        if !full.is_shut() {
            self.hosts.reopen();
        }
    }
}

/// How much room the rest of a job takes, as far as anybody knows.
fn needed(job: &Job) -> u64 {
    match &job.partial {
        // In memory, or of no use any more: it was at least so long.
        None => job.reached.max(1),
        Some(partial) => partial.total.map_or(SOME, |total| total.saturating_sub(partial.bytes()).max(1)),
    }
}
