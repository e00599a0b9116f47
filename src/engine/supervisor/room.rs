//! A disk without room: its jobs rest until there is some, and nothing new begins meanwhile, since it would not fit
//! either.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::engine::disk;
use crate::engine::error::TransferError;
use crate::engine::event::Event;
use crate::engine::request::JobId;

use super::job::{Job, Phase};
use super::{Done, Supervisor};

/// What a job needs whose size nobody knows.
const SOME: u64 = 1024 * 1024;

/// The first look; each one without success doubles the wait, since a quota may be full where the disk is not.
const FIRST: Duration = Duration::from_millis(500);
const LAST: Duration = Duration::from_secs(8);

impl Supervisor {
    /// Has a job wait for room.
    pub(super) fn wait_for_room(&mut self, id: JobId, error: TransferError) {
        let now = Instant::now();
        let since = *self.full_since.get_or_insert(now);
        if self.shared.options.room.is_some_and(|limit| now.duration_since(since) >= limit) {
            return self.fail(id, error);
        }
        let Some(job) = self.jobs.get_mut(&id) else { return };
        let reason = "the disk is full; it goes on when there is room".to_owned();
        let until = now + FIRST.saturating_mul(1 << job.fulls.min(8)).min(LAST);
        job.fulls += 1;
        job.phase = Phase::Full { until, error };
        self.full += 1;
        self.timers.insert((until, id));
        self.tell(Event::Paused { id, reason });
    }

    pub(super) fn look_for_room(&mut self, id: JobId) {
        let Some(job) = self.jobs.get(&id) else { return };
        let total = job.partial.as_ref().and_then(|partial| partial.total);
        let needed = total.map_or(SOME, |total| total.saturating_sub(job.reached).max(1));
        let dir = Arc::clone(&job.request.dir);
        let _ = self.tasks.spawn_blocking(move || Done::Room(id, has_room(&dir, needed)));
    }

    pub(super) fn looked_for_room(&mut self, id: JobId, there_is: bool) {
        let limit = self.shared.options.room;
        let late = self.full_since.zip(limit).is_some_and(|(since, limit)| since.elapsed() >= limit);
        let Some(Job { phase: Phase::Full { error, until }, .. }) = self.jobs.get_mut(&id) else { return };
        if there_is {
            self.has_room();
            self.enqueue(id, true);
        } else if late {
            let error = error.clone();
            self.has_room();
            self.fail(id, error);
        } else {
            *until = Instant::now() + FIRST;
            self.timers.insert((*until, id));
        }
    }

    /// One job fewer waits for room.
    pub(super) fn has_room(&mut self) {
        self.full -= 1;
    }
}

/// Where the system does not tell, a try does.
fn has_room(dir: &Path, needed: u64) -> bool {
    disk::room(dir).is_none_or(|room| room >= needed)
}
