//! What a caller asks for, before it is a job, and the name a job goes by. A leaf: every layer may name these.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
use std::path::Path;
use std::sync::Arc;

use url::Url;

use super::options::Checksum;

/// One address to fetch. It becomes a job when the engine has accepted it.
#[derive(Clone, PartialEq, Eq)]
pub struct DownloadRequest {
    /// Where the bytes are: http or https, user and password allowed.
    pub url: Url,
    /// The folder that the file goes to: its real path, through no link, as `engine::prepare_folder` gives it. It must
    /// exist when the job starts.
    pub dir: Arc<Path>,
    /// The user's own name for the file, one path component; otherwise the server's.
    pub name: Option<String>,
    /// The digest that the file must have.
    pub checksum: Option<Checksum>,
}

impl fmt::Debug for DownloadRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address may carry a password; the host is enough to debug with.
        f.debug_struct("DownloadRequest")
            .field("host", &self.url.host_str())
            .field("dir", &self.dir)
            .field("name", &self.name)
            .field("checksum", &self.checksum)
            .finish()
    }
}

/// The name of a job: 64 random bits, 16 hex digits wherever it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub u64);

/// A map by the names of jobs.
pub type JobMap<T> = HashMap<JobId, T, BuildHasherDefault<Random>>;

/// Hashes what is random already by taking it as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Random(u64);

impl Hasher for Random {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |bits, byte| bits.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, bits: u64) {
        self.0 = bits;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}
