//! What goes into the engine and what comes out of it. A leaf: every layer may name these.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use url::Url;

use super::error::TransferError;
use super::request::{Columns, DownloadRequest, JobId};

/// The most requests that one [`Command::Add`] may carry; more would keep the supervisor from its other work.
pub const ADD_LIMIT: usize = 1000;

/// The reason of [`Event::Paused`] where the user wanted it so.
pub const PAUSED_BY_USER: &str = "by the user";

/// What a face may ask of the engine. A command about a job that is not there, or that makes no sense in the job's
/// state, does nothing.
#[derive(Debug, Clone)]
pub enum Command {
    /// New work, at most [`ADD_LIMIT`] requests.
    Add(Vec<DownloadRequest>),
    /// Stop the job for good, but keep its part file for a retry.
    Cancel(JobId),
    /// Stop the job until [`Command::Resume`].
    Pause(JobId),
    /// Put a paused job back in the queue.
    Resume(JobId),
    /// Start a failed, cancelled or waiting job again at once, with fresh attempts.
    Retry(JobId),
    /// Take the job off the list, with its part file; a finished file stays.
    Remove(JobId),
    /// Take over what ended sessions have left unfinished, as it stood; with `true` all of it goes on.
    Restore(bool),
    /// Take no more than so many bytes a second over all transfers from now on; none is no limit.
    LimitRate(Option<u64>),
    /// Run no more than so many transfers at once over all hosts from now on: at least 1, at most what the system has
    /// room for. Those that run are not stopped.
    Jobs(usize),
    /// Tell by [`Event::Pieces`] how this job gets on where several connections bring it, and of no other job.
    Watch(Option<JobId>),
    /// Have queued jobs change places.
    Move(Move),
    /// Start a queued or waiting job now, beyond all limits and also while its host wants to be left alone. It counts
    /// as running afterwards.
    Force(JobId),
    /// Say with [`Notice::Left`] how much ended sessions have left.
    CountLeft,
    /// No more [`Command::Add`] will come: end when no job has anything left to do. A paused job waits for nobody then.
    Close,
    /// Stop everything and end.
    Stop,
}

/// Another order of the queue. It is done where all the jobs that it names are queued, and nothing is done otherwise.
/// Each host has its own order; which host comes next is none of it. The order is that of this run: another run begins
/// with that of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Each gets the place of the other; of two hosts, each gets as far to the front as the other was.
    Swap(JobId, JobId),
    /// Before all others.
    First(JobId),
    /// Behind all others.
    Last(JobId),
}

/// What the engine tells a face. All but [`Event::Progress`] and [`Event::Pieces`] are facts: they always arrive, in
/// order. Those two are samples: a newer one replaces an unread one.
#[derive(Debug, Clone)]
pub enum Event {
    /// The job waits for a slot: it is new, or it was paused, failed or cancelled and goes again.
    Queued {
        /// The job.
        id: JobId,
        /// Its address, without userinfo.
        url: Url,
        /// The folder for the file.
        dir: Arc<Path>,
        /// The name that the user gave.
        name: Option<String>,
        /// Another haul works on it; this one waits for what becomes of that.
        elsewhere: bool,
        /// Bytes of its file that an earlier run has left.
        bytes: u64,
        /// The size of the whole file, where an earlier run has learned it.
        total: Option<u64>,
        /// What the request brought along to be found again; given once, with the first of these events.
        columns: Option<Columns>,
    },
    /// An attempt has a slot and asks the server.
    Connecting {
        /// The job.
        id: JobId,
        /// The number of the attempt, from 1.
        attempt: u32,
    },
    /// The server has answered: bytes follow.
    Started {
        /// The job.
        id: JobId,
        /// The number of the attempt, from 1.
        attempt: u32,
        /// The size of the whole file in bytes, where the server says so.
        total: Option<u64>,
        /// Where the file will stand if nothing else has that name. [`Event::Finished`] has the last word.
        path: PathBuf,
        /// The bytes that are on the disk already.
        resumed_from: u64,
        /// What the server said.
        answer: Arc<Answered>,
    },
    /// How far the body is.
    Progress {
        /// The job.
        id: JobId,
        /// Bytes received of the file, those of earlier attempts included.
        bytes: u64,
        /// The size of the whole file in bytes, where known.
        total: Option<u64>,
        /// The smoothed rate of this transfer.
        bytes_per_second: u64,
        /// How many connections bring the body.
        connections: u32,
    },
    /// Which bytes of the watched job's file are here, while several connections bring it: about four times a second.
    Pieces {
        /// The job.
        id: JobId,
        /// All of the file, in order, in at most [`MOST_PIECES`] pieces that leave nothing out.
        pieces: Vec<Piece>,
    },
    /// What was received could not be continued; the file is fetched from its first byte.
    Restarted {
        /// The job.
        id: JobId,
        /// Why, in words.
        reason: String,
    },
    /// An attempt failed; another follows after the delay, at once where it asks another address.
    Retrying {
        /// The job.
        id: JobId,
        /// The number of the attempt that comes next.
        attempt: u32,
        /// How long until then.
        delay: Duration,
        /// Why the last attempt failed.
        error: TransferError,
    },
    /// The job rests: the user paused it, or it waits for room on the disk, or for a password.
    Paused {
        /// The job.
        id: JobId,
        /// Why, in words.
        reason: String,
    },
    /// The file is whole and has its final name.
    Finished {
        /// The job.
        id: JobId,
        /// The file.
        file: FinishedFile,
        /// For reports.
        record: Record,
    },
    /// No file, and no further attempt.
    Failed {
        /// The job.
        id: JobId,
        /// The last error.
        error: TransferError,
        /// How many attempts were made.
        attempts: u32,
        /// For reports.
        record: Record,
    },
    /// The user cancelled the job.
    Cancelled {
        /// The job.
        id: JobId,
        /// How many attempts were made.
        attempts: u32,
        /// For reports.
        record: Record,
    },
    /// The job is off the list.
    Removed {
        /// The job.
        id: JobId,
    },
    /// Queued jobs have changed places, as they were told to.
    Moved(Move),
    /// A host takes another number of requests than before, or its pause has begun or was ended by the user.
    HostChanged {
        /// Scheme, name and port, as in `https://example.com`.
        host: String,
        /// Requests at once from now on.
        window: usize,
        /// Nothing is asked of it for so long.
        pause: Option<Duration>,
        /// The number was found by trial, as in any good run; else something was wrong with the host, or is over.
        by_trial: bool,
    },
    /// Something worth knowing that changes no job.
    Notice(Notice),
}

impl Event {
    /// The job that it is about.
    #[must_use]
    pub fn job(&self) -> Option<JobId> {
        match self {
            Self::Queued { id, .. }
            | Self::Connecting { id, .. }
            | Self::Started { id, .. }
            | Self::Progress { id, .. }
            | Self::Pieces { id, .. }
            | Self::Restarted { id, .. }
            | Self::Retrying { id, .. }
            | Self::Paused { id, .. }
            | Self::Finished { id, .. }
            | Self::Failed { id, .. }
            | Self::Cancelled { id, .. }
            | Self::Removed { id } => Some(*id),
            Self::Moved(_) | Self::HostChanged { .. } | Self::Notice(_) => None,
        }
    }
}

/// The most pieces that one [`Event::Pieces`] has; where there are more, neighbours are told as one.
pub const MOST_PIECES: usize = 256;

/// A piece of a file: the bytes from `from` up to `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Its first byte.
    pub from: u64,
    /// The byte behind its last one.
    pub to: u64,
    /// So many of its bytes are here: the first ones, but in neighbours that are told as one.
    pub done: u64,
    /// A connection brings it now.
    pub active: bool,
}

/// A finished file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedFile {
    /// Where it stands.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// The image format that its first bytes show: `jpeg`, `png` and so on.
    pub format: Option<String>,
    /// Whether the image was seen to be whole: false for a kind that nothing here can check, none where nobody asked.
    pub verified: Option<bool>,
    /// Its SHA-256 in hex, where a checksum or `Options::digest` asked for it.
    pub sha256: Option<String>,
    /// Width and height in pixels, where its head says so.
    pub pixels: Option<(u32, u32)>,
    /// From the start of the first attempt to the final name.
    pub elapsed: Duration,
    /// How many attempts it took.
    pub attempts: u32,
    /// The offset in bytes at which the last attempt went on; 0 where it began anew.
    pub resumed_from: u64,
    /// True where the same file stood there already and nothing was written.
    pub skipped: bool,
}

/// What else is known of a job that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// When the first attempt began; none if there was none.
    pub started_at: Option<SystemTime>,
    /// When the job ended.
    pub finished_at: SystemTime,
    /// The last answer that an attempt got.
    pub answered: Option<Arc<Answered>>,
}

/// What a server said of a file. Texts are as they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The address that answered after redirects, without userinfo.
    pub final_url: Url,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `ETag`, with its quotes.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<String>,
    /// From the request to the head of the answer, with connection and redirects.
    pub ttfb: Duration,
    /// The status of the answer; 0 where nobody was asked, since every byte was here already.
    pub status: u16,
    /// What it was spoken in.
    pub protocol: Protocol,
    /// `Server`.
    pub server: Option<String>,
    /// The server gives ranges of the file: it says so, or has given one.
    pub ranges: bool,
    /// How long the host's last connection took to make; none where that is not known (any more).
    pub connect: Option<ConnectTimes>,
}

/// The version of HTTP that a server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Protocol {
    /// HTTP/1.0, or what came before it.
    Http10,
    /// HTTP/1.1.
    #[default]
    Http1,
    /// HTTP/2.
    Http2,
}

impl Protocol {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Http10 => "HTTP/1.0",
            Self::Http1 => "HTTP/1.1",
            Self::Http2 => "HTTP/2",
        }
    }
}

/// How long one connection took to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectTimes {
    /// Asking for the addresses of the name; none where they were known, or the host has no name.
    pub dns: Option<Duration>,
    /// TCP, and TLS where there is any.
    pub connect: Duration,
}

/// Something worth knowing that changes no job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A request was a job already.
    Duplicate(JobId),
    /// What happens on the network, a line each, safe to show. Only with `Options::verbose`.
    Wire(String),
    /// Something about the state database, a line, safe to show.
    State(String),
    /// What ended sessions have left could not be read.
    NotRestored,
    /// So many unfinished jobs of ended sessions wait for somebody to take them up.
    Left(usize),
}
