//! Numbers over all rows, kept as rows change.

use super::job::{Job, JobState};

/// Numbers over all rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// All rows.
    pub jobs: usize,
    /// Files that are there, the skipped among them.
    pub finished: usize,
    /// Files that were there before.
    pub skipped: usize,
    /// Rows that failed.
    pub failed: usize,
    /// Rows that the user cancelled.
    pub cancelled: usize,
    /// Rows that hold a slot or are being given their name.
    pub active: usize,
    /// Rows that wait for a slot.
    pub queued: usize,
    /// Rows that wait to try again.
    pub waiting: usize,
    /// Rows that are paused.
    pub paused: usize,
    /// Bytes received of the files now on the list.
    pub bytes: u64,
    /// Bytes per second over all rows.
    pub bytes_per_second: u64,
    /// The sum of the known sizes. Servers may name any size, so a sum of them needs more room.
    pub(super) known: u128,
    /// How many rows have a known size.
    pub(super) sized: usize,
    /// Bytes received by rows without a known size.
    pub(super) unsized_bytes: u64,
}

impl Totals {
    /// Rows that have not ended.
    #[must_use]
    pub fn unfinished(&self) -> usize {
        self.jobs - self.finished - self.failed - self.cancelled
    }

    /// Rows for which the engine has something to do without being asked.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.active + self.queued + self.waiting
    }

    pub(super) fn count(&mut self, job: &Job, add: bool) {
        let step = |n: &mut usize| {
            if add {
                *n += 1;
            } else {
                *n -= 1;
            }
        };
        step(&mut self.jobs);
        match &job.state {
            JobState::Queued => step(&mut self.queued),
            JobState::Connecting | JobState::Downloading | JobState::Verifying => step(&mut self.active),
            JobState::Waiting { .. } => step(&mut self.waiting),
            JobState::Paused(_) => step(&mut self.paused),
            JobState::Failed(_) => step(&mut self.failed),
            JobState::Cancelled => step(&mut self.cancelled),
            JobState::Finished(file) => {
                step(&mut self.finished);
                if file.skipped {
                    step(&mut self.skipped);
                }
            }
        }
        let step_by = |n: &mut u64, by: u64| {
            if add {
                *n += by;
            } else {
                *n -= by;
            }
        };
        step_by(&mut self.bytes, job.bytes);
        step_by(&mut self.bytes_per_second, job.bytes_per_second);
        // Failed and cancelled rows want nothing more, so the ETA must not wait for them.
        if matches!(job.state, JobState::Failed(_) | JobState::Cancelled) {
            return;
        }
        if let Some(total) = job.total {
            let size = u128::from(total.max(job.bytes));
            self.known = if add { self.known + size } else { self.known - size };
            step(&mut self.sized);
        } else {
            step_by(&mut self.unsized_bytes, job.bytes);
        }
    }
}
