//! What is known of a body that is not whole yet: enough for another attempt, or for another run after a crash, to go
//! on with its part file. Plain data and where the part stands; it must not know how either is kept.

use std::path::{Path, PathBuf};

use url::Url;

use super::checksum;
use super::file_name;
use super::head::Head;
use super::options::Checksum;
use super::request::{DownloadRequest, JobId};
use super::resume::Validator;

/// Where the part of a job stands. Every restart is a new generation with a file of its own, so that two versions of
/// a body can never share one.
pub(super) fn part_path(dir: &Path, id: JobId, generation: u32) -> PathBuf {
    dir.join(format!(".haul-{id}-{generation}.part"))
}

/// What the first answer has said of a body; a later one need not repeat it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct About {
    /// One safe path component.
    pub(super) name: String,
    /// The address that answered, after redirects, without userinfo.
    pub(super) last: Url,
    pub(super) content_type: Option<String>,
    /// What the server says the whole file has.
    pub(super) digests: Vec<Checksum>,
    /// The end of the connection was the end of the body.
    pub(super) unframed: bool,
}

impl About {
    pub(super) fn new(head: &Head, request: &DownloadRequest, last: &Url) -> Self {
        let offered = head.content_disposition.as_deref();
        let name = request.name.clone().unwrap_or_else(|| file_name::choose(offered, &request.url, last));
        let digests = head.repr_digest.as_deref().map(checksum::of_header).unwrap_or_default();
        let content_type = head.content_type.clone();
        Self { name, last: last.clone(), content_type, digests, unframed: head.unframed }
    }
}

/// A part file that can be gone on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Partial {
    pub(super) generation: u32,
    /// The size of the whole file, where known.
    pub(super) total: Option<u64>,
    /// The version that the bytes belong to.
    pub(super) validator: Validator,
    pub(super) about: About,
    pub(super) length: Length,
}

/// How many bytes of a part file are the body's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    /// So many; any other length is somebody else's work.
    Exactly(u64),
    /// All of them, and at least so many: the process ended, but the system went on, and parts are written in order.
    AtLeast(u64),
    /// So many, or fewer: the system went down, and what lies beyond may be anything.
    AtMost(u64),
}
