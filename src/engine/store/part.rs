//! The part of a job as its record has it. A leaf within the room; what it says is checked before it is used.

use std::ops::Range;
use std::time::{Duration, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use url::Url;

use crate::display::without_userinfo;
use crate::engine::checksum;
use crate::engine::file_name::check_own;
use crate::engine::partial::{About, Length, Partial, sound};
use crate::engine::resume::Validator;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PartRecord {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    modified: Option<String>,
    name: String,
    last: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) content_type: Option<String>,
    /// When the server says that the file was changed last, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    changed: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    digests: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    unframed: bool,
    /// What is here of a body that comes in ranges: where each begins and ends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) ranges: Vec<(u64, u64)>,
    /// What of that would survive the loss of power.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) durable: Vec<(u64, u64)>,
}

impl PartRecord {
    pub(super) fn new(partial: &Partial) -> Self {
        let (etag, modified) = match &partial.validator {
            Validator::ETag(etag) => (Some(etag.clone()), None),
            Validator::LastModified(modified) => (None, Some(modified.clone())),
        };
        Self {
            total: partial.total,
            etag,
            modified,
            name: partial.about.name.clone(),
            last: without_userinfo(&partial.about.last).into(),
            content_type: partial.about.content_type.clone(),
            changed: partial.about.modified.and_then(|time| Some(time.duration_since(UNIX_EPOCH).ok()?.as_secs())),
            digests: partial.about.digests.iter().map(checksum::text).collect(),
            unframed: partial.about.unframed,
            ranges: pairs(&partial.ranges),
            durable: Vec::new(),
        }
    }

    /// The part file, if it can be gone on with and the record can be trusted.
    pub(super) fn partial(&self, generation: u32, length: Length) -> Option<Partial> {
        let validator = match (&self.etag, &self.modified) {
            (Some(etag), None) => Validator::ETag(etag.clone()),
            (None, Some(modified)) => Validator::LastModified(modified.clone()),
            _ => return None,
        };
        check_own(&self.name).ok()?;
        let digests = self.digests.iter().map(|digest| checksum::parse(digest)).collect::<Result<_, _>>().ok()?;
        let about = About {
            name: self.name.clone(),
            last: address(&self.last)?,
            content_type: self.content_type.clone(),
            modified: self.changed.and_then(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds))),
            digests,
            unframed: self.unframed,
        };
        let ranges = self.ranges(length)?;
        Some(Partial { generation, total: self.total, validator, about, length, ranges })
    }

    /// The ranges that can be relied on where the part file is known to be so long; none where it was never written in
    /// several places, nothing where the record cannot be trusted.
    fn ranges(&self, length: Length) -> Option<Vec<Range<u64>>> {
        if self.ranges.is_empty() {
            return Some(Vec::new());
        }
        let ranges: Vec<_> = match length {
            Length::AtMost(0) if self.durable.is_empty() => return None,
            // What was synced before it was written in several places.
            Length::AtMost(first) if self.durable.is_empty() => std::iter::once(0..first).collect(),
            Length::AtMost(_) => self.durable.iter().map(|(start, end)| *start..*end).collect(),
            Length::Exactly(_) | Length::AtLeast(_) => self.ranges.iter().map(|(start, end)| *start..*end).collect(),
        };
        sound(&ranges, self.total?).then_some(ranges)
    }
}

pub(super) fn pairs(ranges: &[Range<u64>]) -> Vec<(u64, u64)> {
    ranges.iter().map(|range| (range.start, range.end)).collect()
}

pub(super) fn address(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}
