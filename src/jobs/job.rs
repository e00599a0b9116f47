//! One row of the read model: what is known of a job. A leaf within the room.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use url::Url;

use crate::engine::error::TransferError;
use crate::engine::event::FinishedFile;
use crate::engine::request::JobId;

/// What a job is doing, as people see it.
#[derive(Debug, Clone, PartialEq)]
pub enum JobState {
    /// Waits for a slot.
    Queued,
    /// Has a slot; no answer yet.
    Connecting,
    /// The body is coming.
    Downloading,
    /// Every byte is here; the file is on its way to its final name.
    Verifying,
    /// Waits to try again.
    Waiting {
        /// When.
        until: Instant,
        /// Why the last attempt failed.
        error: TransferError,
    },
    /// Rests, for this reason.
    Paused(String),
    /// The file is there.
    Finished(FinishedFile),
    /// No file.
    Failed(TransferError),
    /// Stopped by the user.
    Cancelled,
}

impl JobState {
    /// The word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Connecting => "connecting",
            Self::Downloading => "downloading",
            Self::Verifying => "verifying",
            Self::Waiting { .. } => "waiting",
            Self::Paused(_) => "paused",
            Self::Finished(_) => "finished",
            Self::Failed(_) => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// True while the job holds a slot or its file is being given its name.
    #[must_use]
    pub fn is_active(&self) -> bool {
        matches!(self, Self::Connecting | Self::Downloading | Self::Verifying)
    }

    /// True while the engine has something to do for the job without being asked.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.is_active() || matches!(self, Self::Queued | Self::Waiting { .. })
    }
}

/// One job.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its name in the engine.
    pub id: JobId,
    /// Its number among all jobs that were ever queued, from 1, in the order of the input.
    pub n: usize,
    /// Its address, without userinfo.
    pub url: Url,
    /// The folder for its file.
    pub dir: Arc<Path>,
    /// Where its file stands or will stand; none before the server has answered or the user has named it.
    pub path: Option<PathBuf>,
    /// What it is doing.
    pub state: JobState,
    /// Bytes received.
    pub bytes: u64,
    /// Bytes of the whole file, where known.
    pub total: Option<u64>,
    /// The smoothed rate; 0 unless downloading.
    pub bytes_per_second: u64,
    /// How many connections brought its body when that was last told.
    pub connections: u32,
    /// The attempt that runs or ran last; 0 before the first.
    pub attempt: u32,
    /// Another haul works on it, and it waits.
    pub elsewhere: bool,
}

impl Job {
    /// The name to show: that of the file, else the end of the address, else the host. Text from outside.
    #[must_use]
    pub fn name(&self) -> String {
        if let Some(name) = self.path.as_deref().and_then(Path::file_name) {
            return name.to_string_lossy().into_owned();
        }
        let segment = self.url.path_segments().and_then(|mut s| s.rfind(|s| !s.is_empty()));
        let Some(segment) = segment else {
            return self.url.host_str().unwrap_or("download").to_owned();
        };
        percent_encoding::percent_decode_str(segment).decode_utf8_lossy().into_owned()
    }

    /// How long the rest takes at the present rate, where size and rate are known.
    #[must_use]
    pub fn eta(&self) -> Option<Duration> {
        let left = self.total?.saturating_sub(self.bytes);
        (self.bytes_per_second > 0).then(|| seconds(left, self.bytes_per_second))
    }
}

pub(super) fn seconds(bytes: u64, bytes_per_second: u64) -> Duration {
    Duration::from_millis(bytes.saturating_mul(1000) / bytes_per_second.max(1))
}
