//! What the store is asked, and what it answers. A leaf within the room.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::oneshot;

use crate::engine::error::TransferError;
use crate::engine::event::{FinishedFile, Record};
use crate::engine::partial::Partial;
use crate::engine::request::{DownloadRequest, JobId};

use super::error::SaveError;
use super::record::Change;

/// Who waits for a change to be kept.
#[derive(Debug)]
pub(super) enum Waiting {
    Nobody,
    One(oneshot::Sender<Result<(), SaveError>>),
    /// The supervisor, for a file that is there.
    Supervisor,
}

/// What the thread does.
#[derive(Debug)]
pub(super) enum Order {
    /// Make these requests jobs of this session, or say whose they are.
    Add(Vec<DownloadRequest>),
    /// Make this job, which rested, work of this session again; `true` says that its file is not there after all.
    Claim(JobId, DownloadRequest, bool),
    /// Take over the next of what ended sessions have left.
    Restore,
    /// How many unfinished jobs do ended sessions have?
    CountLeft,
    Change(JobId, Change, Waiting),
    /// Is the file at this path that of a job other than this one?
    IsOwned(JobId, PathBuf, oneshot::Sender<bool>),
    /// Forget the job, unless it is finished: then it is history.
    Remove(JobId),
    /// What would not survive the loss of power yet?
    Unsynced(oneshot::Sender<Vec<Unsynced>>),
    /// These would now.
    Synced(Vec<Synced>),
    /// See to it that the database has its name still.
    Tidy,
    /// Keep everything, end the session and the thread.
    End,
}

impl Order {
    /// True where a moment more or less is nothing to anybody.
    pub(super) fn can_wait(&self) -> bool {
        matches!(self, Self::Change(.., Waiting::Nobody | Waiting::Supervisor))
    }

    /// How many requests it carries.
    pub(super) fn requests(&self) -> usize {
        if let Self::Add(requests) = self { requests.len() } else { 0 }
    }
}

/// What the store tells the supervisor, in the order in which it was asked.
#[derive(Debug)]
pub(in crate::engine) enum Answer {
    /// Requests, and what is known of them; how many requests that answers, if it answers any.
    Added(Vec<Standing>, Option<usize>),
    /// A job was claimed.
    Claimed(Box<Standing>),
    /// A job cannot be claimed, and why.
    Unclaimed(JobId, TransferError),
    /// Requests that cannot be kept, and why.
    Refused(Vec<DownloadRequest>, TransferError),
    /// A file is there, and that is kept, unless the store has said that it cannot be.
    Finished(JobId, Box<(FinishedFile, Record)>),
    /// Some of what ended sessions have left is out, or all of it.
    Restored { more: bool },
    /// So many jobs are left by ended sessions.
    Left(usize),
}

/// A request, and what is known of it.
#[derive(Debug)]
pub(in crate::engine) struct Standing {
    pub(in crate::engine) id: JobId,
    pub(in crate::engine) request: DownloadRequest,
    pub(in crate::engine) found: Found,
}

/// See [`Standing`].
#[derive(Debug)]
pub(in crate::engine) enum Found {
    /// A job of this engine already.
    Mine,
    /// Work for this engine, and what earlier sessions have left of it.
    Open(Box<Left>),
    /// Work of a session that lives.
    Held,
    /// The file is there, with the size that it must have; and what the server called it.
    Done(Box<FinishedFile>, Option<String>, Trust),
}

/// Whether the bytes of a file that is there can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Trust {
    Sure,
    /// The power may have gone before they were on the disk, or nobody has seen the end of the commit.
    Doubtful,
}

/// What an earlier session has left of a job.
#[derive(Debug, Default)]
pub(in crate::engine) struct Left {
    /// Anything at all: there may be part files.
    pub(in crate::engine) known: bool,
    pub(in crate::engine) generation: u32,
    pub(in crate::engine) partial: Option<Partial>,
    /// How long its part file is.
    pub(in crate::engine) bytes: u64,
    pub(in crate::engine) state: LeftState,
}

/// How it stood.
#[derive(Debug, Default)]
pub(in crate::engine) enum LeftState {
    #[default]
    Queued,
    Paused,
    /// It needs a password, cookies or headers that nobody has given to this engine.
    Locked,
    Failed(TransferError, u32),
}

/// Something that is not on the disk for certain.
#[derive(Debug)]
pub(in crate::engine) enum Unsynced {
    /// The part file of a job that is under way.
    Part { id: JobId, generation: u32, dir: Arc<Path>, ranges: Vec<(u64, u64)> },
    /// A finished file.
    File { id: JobId, path: PathBuf },
}

/// Something that is.
#[derive(Debug)]
pub(in crate::engine) enum Synced {
    /// So many bytes of this part file, or these ranges of it.
    Part {
        id: JobId,
        generation: u32,
        bytes: u64,
        ranges: Vec<(u64, u64)>,
    },
    File {
        id: JobId,
    },
}
