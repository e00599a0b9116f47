//! Changes of the list that can be taken back, as they are remembered. A leaf.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::effects::Effect;
use crate::engine::event::{Command, Move};
use crate::engine::request::JobId;
use crate::jobs::{Job, JobState};

/// So long can a removal be taken back.
pub(super) const GRACE: Duration = Duration::from_secs(30);
/// So many changes can be taken back.
pub(super) const MOST: usize = 100;

/// See the head of this file.
#[derive(Debug, Default)]
pub(super) struct Undo {
    pub(super) done: VecDeque<Change>,
    pub(super) undone: Vec<Change>,
}

/// What was done to rows.
#[derive(Debug)]
pub(super) enum Change {
    /// They were stopped.
    Cancelled(Vec<Was>),
    /// They were taken off the list; the engine hears of it then.
    Removed(Vec<Was>, Instant),
    /// They were moved in the queue: there, and back.
    Moved(Vec<Move>, Vec<Move>),
}

/// A row and what it did before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Was {
    pub(super) id: JobId,
    pub(super) before: Before,
}

/// What it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    Going,
    Paused,
    Ended,
}

impl Was {
    /// The row.
    pub(super) fn id(&self) -> JobId {
        self.id
    }

    /// A row as it is now.
    pub(super) fn of(job: &Job) -> Self {
        let before = match &job.state {
            JobState::Paused(_) => Before::Paused,
            state if state.is_pending() => Before::Going,
            _ => Before::Ended,
        };
        Self { id: job.id, before }
    }
}

impl Undo {
    /// When the engine must hear of a removal.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.done.iter().filter_map(Change::due).min()
    }
}

impl Change {
    pub(super) fn due(&self) -> Option<Instant> {
        if let Self::Removed(_, due) = self { Some(*due) } else { None }
    }

    /// What the engine has not heard yet.
    pub(super) fn unsaid(self) -> impl Iterator<Item = Effect> {
        let rows = if let Self::Removed(rows, _) = self { rows } else { Vec::new() };
        rows.into_iter().map(|row| Effect::Engine(Command::Remove(row.id)))
    }
}
