//! One row of the read model: what is known of a job. A leaf within the room.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

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
        error: Box<TransferError>,
    },
    /// Rests, for this reason.
    Paused(Box<str>),
    /// The file is there.
    Finished(Box<FinishedFile>),
    /// No file.
    Failed(Box<TransferError>),
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

/// One job. There may be a hundred thousand, so what few need is boxed, and nothing is kept twice.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its name in the engine.
    pub id: JobId,
    /// Its number among all jobs that were ever queued, from 1, in the order of the input.
    pub n: usize,
    /// Its address, without user, password and fragment.
    pub url: Box<str>,
    /// The folder for its file.
    pub dir: Arc<Path>,
    /// Where its file will stand; once it stands there, the state tells.
    pub(super) planned: Option<Box<Path>>,
    /// What it is doing.
    pub state: JobState,
    /// Bytes received.
    pub bytes: u64,
    /// Bytes of the whole file, where known.
    pub total: Option<u64>,
    /// The smoothed rate; 0 unless downloading.
    pub bytes_per_second: u64,
    /// How many connections brought its body when that was last told.
    pub connections: u16,
    /// The attempt that runs or ran last; 0 before the first.
    pub attempt: u32,
    /// Another haul works on it, and it waits.
    pub elsewhere: bool,
}

impl Job {
    /// Where its file stands or will stand; none before the server has answered or the user has named it.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.state {
            JobState::Finished(file) => Some(&file.path),
            _ => self.planned.as_deref(),
        }
    }

    /// The name to show: that of the file, else the end of the address, else the host. Text from outside.
    #[must_use]
    pub fn name(&self) -> String {
        self.name_text().into_owned()
    }

    /// The same, without a copy where none is needed.
    #[must_use]
    pub fn name_text(&self) -> Cow<'_, str> {
        if let Some(name) = self.path().and_then(Path::file_name) {
            return name.to_string_lossy();
        }
        let address = self.url.split('?').next().unwrap_or_default();
        let path = address.strip_prefix(self.origin()).unwrap_or_default();
        let Some(segment) = path.rsplit('/').find(|segment| !segment.is_empty()) else {
            return host(self.origin()).into();
        };
        percent_encoding::percent_decode_str(segment).decode_utf8_lossy()
    }

    /// Scheme, name and port of its host, as in `https://example.com`.
    #[must_use]
    pub fn origin(&self) -> &str {
        let host = self.url.find(':').map_or(0, |scheme| self.url.len().min(scheme + 3));
        let length = self.url[host..].find('/').unwrap_or(self.url.len() - host);
        &self.url[..host + length]
    }

    /// How long the rest takes at the present rate, where size and rate are known.
    #[must_use]
    pub fn eta(&self) -> Option<Duration> {
        let left = self.total?.saturating_sub(self.bytes);
        (self.bytes_per_second > 0).then(|| seconds(left, self.bytes_per_second))
    }
}

/// The name of a host alone.
fn host(origin: &str) -> &str {
    let authority = origin.split_once("://").map_or(origin, |(_, authority)| authority);
    let port = authority.rfind(':').filter(|at| authority[at + 1..].bytes().all(|byte| byte.is_ascii_digit()));
    &authority[..port.unwrap_or(authority.len())]
}

pub(super) fn seconds(bytes: u64, bytes_per_second: u64) -> Duration {
    Duration::from_millis(bytes.saturating_mul(1000) / bytes_per_second.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use url::Url;

    /// The row holds its address as text; what is read out of it is what the address itself would say.
    #[test]
    fn an_address_as_text_says_the_same_as_the_address() {
        for (text, name) in [
            ("https://h.example/a/b%20c.jpg?w=1/2", "b c.jpg"),
            ("http://h.example:8080/dir/?x", "dir"),
            ("http://h.example:80", "h.example"),
            ("https://[::1]:8443/", "[::1]"),
            ("https://[2001:db8::5]/?a//b", "[2001:db8::5]"),
            ("http://北.example/%E5%8C%97//", "北"),
            ("https://h.example", "h.example"),
        ] {
            let url = Url::parse(text).expect("a valid address");
            let job = Job {
                id: JobId(1),
                n: 1,
                url: url.as_str().into(),
                dir: Arc::from(Path::new("out")),
                planned: None,
                state: JobState::Queued,
                bytes: 0,
                total: None,
                bytes_per_second: 0,
                connections: 0,
                attempt: 0,
                elsewhere: false,
            };
            assert_eq!(
                (job.origin(), job.name().as_str()),
                (url.origin().ascii_serialization().as_str(), name),
                "{text}"
            );
        }
    }

    #[test]
    fn a_row_is_small() {
        assert!(size_of::<Job>() <= 128, "{}", size_of::<Job>());
    }
}
