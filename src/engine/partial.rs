//! What is known of a body that is not whole yet: enough for another attempt, or for another run after a crash, to go
//! on with its part file. Plain data and where the part stands; it must not know how either is kept.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

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
    /// One safe path component: the user's name, or else the server's, of which a pattern makes that of the file.
    pub(super) name: String,
    /// The address that answered, after redirects, without userinfo.
    pub(super) last: Url,
    pub(super) content_type: Option<String>,
    /// When the server says that the file was changed last.
    pub(super) modified: Option<SystemTime>,
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
        let modified = head.last_modified.as_deref().and_then(|date| httpdate::parse_http_date(date).ok());
        Self { name, last: last.clone(), content_type, modified, digests, unframed: head.unframed }
    }

    /// The name for the file of a request, with the `ending` that its bytes call for, if any is known and needed. A name
    /// of the user's own is kept as it is.
    pub(super) fn file_name(&self, request: &DownloadRequest, ending: Option<&str>) -> String {
        if request.name.is_some() {
            return self.name.clone();
        }
        let name = ending.map_or_else(|| self.name.clone(), |ending| file_name::with_ending(&self.name, ending));
        request.pattern().map_or_else(|| name.clone(), |pattern| file_name::by_pattern(pattern, &name))
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
    /// Which bytes of the file are the body's where it was written in several places, see [`sound`]; none at all where
    /// they are its first, and `length` says how many.
    pub(super) ranges: Vec<Range<u64>>,
}

impl Partial {
    /// How many bytes are here, as far as that is known without a look at the file.
    pub(super) fn bytes(&self) -> u64 {
        let (Length::Exactly(bytes) | Length::AtLeast(bytes) | Length::AtMost(bytes)) = self.length;
        if self.ranges.is_empty() { bytes } else { sum(&self.ranges) }
    }
}

/// True for the ranges of a part: the first byte of the file is among them, they are in order, and none is empty or
/// touches the next one.
pub(super) fn sound(ranges: &[Range<u64>], total: u64) -> bool {
    let mut reached = None;
    ranges.iter().all(|range| {
        let follows = reached.map_or(range.start == 0, |reached| range.start > reached);
        reached = Some(range.end);
        follows && range.start < range.end && range.end <= total
    })
}

/// How many bytes ranges have together.
pub(super) fn sum(ranges: &[Range<u64>]) -> u64 {
    ranges.iter().map(|range| range.end - range.start).sum()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_were_read_are_held_to_their_form() {
        for (ranges, expected) in [
            (&[(0, 5)][..], true),
            (&[(0, 5), (6, 10)], true),
            (&[(1, 5)], false),
            (&[(0, 5), (5, 10)], false),
            (&[(0, 5), (4, 10)], false),
            (&[(0, 5), (7, 11)], false),
            (&[(0, 0)], false),
            (&[(0, 5), (9, 8)], false),
        ] {
            let ranges: Vec<_> = ranges.iter().map(|(start, end)| *start..*end).collect();
            assert_eq!(sound(&ranges, 10), expected, "{ranges:?}");
        }
    }
}
