//! A file on a good server: 200, 206 and 416 as RFC 9110 has them, `If-Range` against a strong `ETag`.

use std::ops::Range;
use std::sync::Arc;

use super::Script;
use super::answer::Answer;
use super::request::Request;

/// Clones serve the same bytes.
#[derive(Clone)]
pub(crate) struct Resource {
    bytes: Arc<[u8]>,
    etag: Option<String>,
    ranges: bool,
    headers: Vec<(String, String)>,
}

impl Resource {
    /// With an `ETag` that other bytes would not have, and no `Content-Type`.
    pub(crate) fn new(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        // FNV-1a: enough to tell versions apart.
        let mark = bytes
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
        Self { bytes: bytes.into(), etag: Some(format!("\"{mark:016x}\"")), ranges: true, headers: Vec::new() }
    }

    /// Another `ETag`, with its quotes; `W/"x"` is a weak one, which no `If-Range` matches.
    pub(crate) fn etag(mut self, etag: &str) -> Self {
        self.etag = Some(etag.to_owned());
        self
    }

    pub(crate) fn without_etag(mut self) -> Self {
        self.etag = None;
        self
    }

    /// Answers every range with 200 and the whole, as many servers do.
    pub(crate) fn without_ranges(mut self) -> Self {
        self.ranges = false;
        self
    }

    /// One more header for every answer.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A script that answers so every time.
    pub(crate) fn script(self) -> Script {
        Script::new().answer(move |request| self.answer(request))
    }

    /// The right answer to this request, to be sent as it is or to be broken.
    pub(crate) fn answer(&self, request: &Request) -> Answer {
        let length = self.bytes.len();
        let answer = match self.asked(request) {
            Asked::Whole => Answer::ok(&*self.bytes),
            Asked::Nothing => Answer::status(416).header("Content-Range", format!("bytes */{length}")),
            Asked::Part(part) => Answer::status(206)
                .header("Content-Range", format!("bytes {}-{}/{length}", part.start, part.end - 1))
                .body(&self.bytes[part]),
        };
        let answer = if self.ranges { answer.header("Accept-Ranges", "bytes") } else { answer };
        let answer = self.etag.iter().fold(answer, |answer, etag| answer.header("ETag", etag));
        self.headers.iter().fold(answer, |answer, (name, value)| answer.header(name, value))
    }

    fn asked(&self, request: &Request) -> Asked {
        let length = self.bytes.len();
        let Some(spec) = request.header("Range").filter(|_| self.ranges) else { return Asked::Whole };
        if request.header("If-Range").is_some_and(|validator| !self.matches(validator)) {
            return Asked::Whole;
        }
        let Some((first, last)) = spec.strip_prefix("bytes=").and_then(|spec| spec.split_once('-')) else {
            return Asked::Whole;
        };
        let part = match (first.parse::<usize>(), last.parse::<usize>()) {
            (Ok(first), Ok(last)) if first <= last => first..length.min(last.saturating_add(1)),
            (Ok(first), Err(_)) if last.is_empty() => first..length,
            (Err(_), Ok(suffix)) if first.is_empty() => length.saturating_sub(suffix)..length,
            _ => return Asked::Whole,
        };
        if part.start < part.end { Asked::Part(part) } else { Asked::Nothing }
    }

    /// Strong comparison; a date matches the `Last-Modified` it was made from, byte for byte.
    fn matches(&self, validator: &str) -> bool {
        let strong = self.etag.as_deref().filter(|etag| !etag.starts_with("W/"));
        let date = self.headers.iter().find(|(name, _)| name == "Last-Modified").map(|(_, value)| value.as_str());
        strong == Some(validator) || date == Some(validator)
    }
}

enum Asked {
    Whole,
    Part(Range<usize>),
    Nothing,
}
