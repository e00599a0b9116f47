//! What a caller asks for, before it is a job, and the name a job goes by. A leaf: every layer may name these.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
use std::path::Path;
use std::sync::Arc;

use url::Url;

use super::options::{Checksum, Secret};

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
    /// What only few requests have; boxed, since there may be a million without.
    pub more: Option<Box<More>>,
}

impl DownloadRequest {
    /// A request with nothing but where from and where to.
    #[must_use]
    pub fn new(url: Url, dir: Arc<Path>) -> Self {
        Self { url, dir, name: None, checksum: None, more: None }
    }

    /// The pattern for its name, which means nothing beside a name of the user's own.
    #[must_use]
    pub fn pattern(&self) -> Option<&str> {
        self.more.as_ref().filter(|_| self.name.is_none())?.pattern.as_deref()
    }

    /// True where it brings along something that is never kept: headers, a login, a user in an address.
    pub(super) fn has_secrets(&self) -> bool {
        let named = |url: &Url| !url.username().is_empty() || url.password().is_some();
        self.addresses().any(named) || self.more.as_ref().is_some_and(|more| more.has_secrets())
    }

    /// Every address of the file, the first one first.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &Url> {
        std::iter::once(&self.url).chain(self.more.iter().flat_map(|more| &more.mirrors))
    }

    /// See [`More::stranger`].
    pub(super) fn is_strange(&self) -> bool {
        self.more.as_ref().is_some_and(|more| more.stranger)
    }
}

/// What only few requests have.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct More {
    /// Other addresses of the same file. Where one fails the next one is asked at once, and after the last the first
    /// again, with a pause in between; one that breaks off after it has brought much is asked again itself, one that has
    /// failed for good is left out, and the job fails with the last. It is known and reported by its first address,
    /// whichever answers. Headers and logins go to all of them. A strong `ETag` counts across them, where the length and
    /// the last 1 KiB that are here agree too.
    pub mirrors: Vec<Url>,
    /// Headers of this request alone, before those of [`Options::headers`](super::options::Options::headers) of the
    /// same name. They stay with the origins that the request names, and are never kept: a run that finds the job
    /// without them pauses it, and the same request again brings them anew.
    pub headers: Vec<(String, Secret)>,
    /// User and password of this request alone (Basic, RFC 7617), before all others but those in its address.
    pub user: Option<(String, Secret)>,
    /// A pattern for the name, with `{stem}` and `{ext}` of the server's name in it; in place of a name of the user's
    /// own. `{{` and `}}` stand for braces.
    pub pattern: Option<String>,
    /// Where the answer says that machines shall not learn from it (`X-Robots-Tag: noai`, `noimageai`), leave it.
    pub obeys_robots: bool,
    /// Somebody else has named the address, such as a page on another server: headers, user and logins that the user gave
    /// for the run are none of its business. Cookies go to their own hosts, as ever.
    pub stranger: bool,
    /// What the caller wants to find again in [`Event::Queued`](super::event::Event::Queued); nothing is done with it.
    pub columns: Option<Columns>,
}

/// Values that belong to a request, such as those of a table's other columns: a JSON array of strings, with null for an
/// empty one. There may be a million of these, so they are kept as text.
pub type Columns = Arc<str>;

impl More {
    /// True where there is something that is never kept.
    #[must_use]
    pub fn has_secrets(&self) -> bool {
        !self.headers.is_empty() || self.user.is_some()
    }
}

impl fmt::Debug for DownloadRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address may carry a password; the host is enough to debug with.
        f.debug_struct("DownloadRequest")
            .field("host", &self.url.host_str())
            .field("dir", &self.dir)
            .field("name", &self.name)
            .field("checksum", &self.checksum)
            .finish_non_exhaustive()
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
