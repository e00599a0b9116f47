//! Going on with a body that was cut: what may be asked for, and what the answer means. Pure rules:
//! (what is saved, head) -> action. Only a strong validator ties two answers to one version of a file.

use url::Url;

use super::error::{ErrorClass, TransferError};
use super::head::Head;

/// What names one version of a file, strongly enough for `If-Range` (RFC 9110 section 13.1.5), as the server wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Validator {
    ETag(String),
    LastModified(String),
}

impl Validator {
    /// The strong validator of an answer: a strong entity tag; else, only where there is no entity tag at all, a
    /// modification date at least a second older than the answer (RFC 9110 section 8.8.2.2).
    pub(super) fn of(head: &Head) -> Option<Self> {
        if let Some(etag) = &head.etag {
            let strong = etag.len() >= 2 && etag.starts_with('"') && etag.ends_with('"');
            return strong.then(|| Self::ETag(etag.clone()));
        }
        let text = head.last_modified.as_ref()?;
        let modified = httpdate::parse_http_date(text).ok()?;
        let date = httpdate::parse_http_date(head.date.as_ref()?).ok()?;
        let age = date.duration_since(modified).ok()?;
        (age.as_secs() >= 1).then(|| Self::LastModified(text.clone()))
    }

    /// The value for `If-Range`.
    pub(super) fn value(&self) -> &str {
        match self {
            Self::ETag(value) | Self::LastModified(value) => value,
        }
    }

    /// See [`Saved::holds_at`].
    fn holds_at(&self, source: &Url, url: &Url) -> bool {
        matches!(self, Self::ETag(_)) || source == url
    }

    /// False where an answer names another version. A 206 may leave the field out.
    fn agrees(&self, head: &Head) -> bool {
        let (mine, theirs) = match self {
            Self::ETag(mine) => (mine, &head.etag),
            Self::LastModified(mine) => (mine, &head.last_modified),
        };
        theirs.as_ref().is_none_or(|theirs| theirs == mine)
    }
}

/// What is known of the bytes on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Saved {
    /// How many there are; they are the first of the file.
    pub(super) len: u64,
    /// The size of the whole file, where known.
    pub(super) total: Option<u64>,
    /// The version they belong to.
    pub(super) validator: Validator,
    /// The address that they came from, after redirects.
    pub(super) source: Url,
}

/// So many bytes before the end of what is here are asked for once more and compared: a part that somebody changed, or
/// a server that has another file under the same validator, shows itself there. Chromium does the same.
pub(super) const OVERLAP: u64 = 1024;

impl Saved {
    /// The first byte to ask for.
    pub(super) fn from(&self) -> u64 {
        self.len - self.len.min(OVERLAP)
    }

    /// False where an answer from `url` says nothing about these bytes: a date is shared by many files, so it names a
    /// version only where the file is still at the same address.
    pub(super) fn holds_at(&self, url: &Url) -> bool {
        self.validator.holds_at(&self.source, url)
    }
}

/// What an answer means for a download.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    /// The whole body follows, from its first byte. What is saved is of no use.
    FromStart { total: Option<u64> },
    /// The bytes from `first` up to `end` (exclusive) follow. Those that are here already must be the same.
    Continue { first: u64, end: u64, total: Option<u64> },
    /// Everything is here already.
    Complete,
    /// Ask once more without a range, for this reason.
    AskAgain(String),
    /// A success without a byte, of this status.
    Empty(u16),
    /// No body of use.
    Fail(TransferError),
}

/// Judges the answer to a request; `saved` is what its range and condition were made from.
pub(super) fn judge(head: &Head, saved: Option<&Saved>) -> Action {
    if matches!(head.status, 200 | 206)
        && let Some(coding) = coding(head)
    {
        let detail = format!("the server sent `{coding}` coded bytes that were not asked for");
        return Action::Fail(TransferError {
            status: Some(head.status),
            ..TransferError::new(ErrorClass::Protocol, detail)
        });
    }
    match (head.status, saved) {
        (200, None) => match head.content_length {
            Some(0) => Action::Empty(200),
            total => Action::FromStart { total },
        },
        (200, Some(_)) if head.content_range.is_some() => misused("the server misuses ranges"),
        (200, Some(_)) => Action::FromStart { total: head.content_length },
        (206, Some(saved)) => partial(head, saved),
        (206, None) => {
            let detail = "the server sent a part of the file when asked for all of it";
            Action::Fail(TransferError { status: Some(206), ..TransferError::new(ErrorClass::Protocol, detail) })
        }
        (416, Some(saved)) => {
            let whole = head.content_range.as_deref().and_then(unsatisfied);
            if whole == Some(saved.len) && saved.total.is_none_or(|total| total == saved.len) {
                Action::Complete
            } else {
                misused("the server cannot continue the file")
            }
        }
        (304 | 412, Some(_)) => misused("the server refused the condition"),
        (204 | 205, _) => Action::Empty(head.status),
        (status, _) => Action::Fail(TransferError::status(status, head.retry_after)),
    }
}

/// What a range of a file that is fetched in several at once was asked with.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) first: u64,
    /// The last byte of it.
    pub(super) last: u64,
    /// The size of the whole file.
    pub(super) total: u64,
    pub(super) validator: Validator,
    /// Where the file came from before, after redirects.
    pub(super) source: Url,
}

/// Why an answer to such a range is of no use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The server does not give ranges of this file, for this reason.
    Ranges(&'static str),
    /// It gives nothing now.
    Failed(TransferError),
}

/// Judges the answer to a range, before anybody relies on it. Whatever is not exactly what was asked for is refused:
/// there is another way to get the bytes.
pub(super) fn judge_range(head: &Head, url: &Url, wanted: &Wanted) -> Result<(), Refusal> {
    let range = head.content_range.as_deref().and_then(ContentRange::parse);
    let asked = ContentRange { first: wanted.first, last: wanted.last, total: Some(wanted.total) };
    Err(Refusal::Ranges(match head.status {
        206 if coding(head).is_some() => "the server sent coded bytes",
        206 if !wanted.validator.holds_at(&wanted.source, url) => "the file comes from another address now",
        206 if !wanted.validator.agrees(head) => "the file changed on the server",
        206 if range != Some(asked) => "the server sent another range",
        206 if head.content_length.is_some_and(|length| length != wanted.last - wanted.first + 1) => {
            "range and length of the answer differ"
        }
        206 => return Ok(()),
        200 => "the server sent the whole file",
        304 | 412 => "the server refused the condition",
        416 => "the server has no such range",
        status => return Err(Refusal::Failed(TransferError::status(status, head.retry_after))),
    }))
}

/// A coding that hides the bytes of the file. Chunks alone are undone by the HTTP library; a compressed transfer is not
/// (RFC 9112 section 6.1), though its length is.
fn coding(head: &Head) -> Option<&str> {
    let strange = |list: &Option<String>, known: &'static str| {
        let list = list.as_deref()?;
        list.split(',').map(str::trim).any(|c| !c.is_empty() && !c.eq_ignore_ascii_case(known)).then_some(list.len())
    };
    let (content, transfer) = (&head.content_encoding, &head.transfer_encoding);
    let found = strange(content, "identity").map(|_| content).or(strange(transfer, "chunked").map(|_| transfer));
    found.and_then(|list| list.as_deref())
}

fn misused(reason: &str) -> Action {
    Action::AskAgain(reason.to_owned())
}

fn partial(head: &Head, saved: &Saved) -> Action {
    let Some(range) = head.content_range.as_deref().and_then(ContentRange::parse) else {
        return misused("the server's range cannot be read");
    };
    if !saved.validator.agrees(head) || (range.total.is_some() && saved.total.is_some() && range.total != saved.total) {
        return misused("the file changed on the server");
    }
    let total = range.total.or(saved.total);
    let gains = range.last >= saved.len || total == Some(saved.len);
    if range.first < saved.from() || range.first > saved.len || !gains {
        return misused("the server sent another range");
    }
    if head.content_length.is_some_and(|length| length != range.last - range.first + 1) {
        return misused("range and length of the answer differ");
    }
    if total.is_some_and(|total| range.last >= total) {
        return misused("the range ends beyond the file");
    }
    Action::Continue { first: range.first, end: range.last + 1, total }
}

/// `bytes 400-999/1000`, `bytes 400-999/*` (RFC 9110 section 14.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ContentRange {
    first: u64,
    last: u64,
    total: Option<u64>,
}

impl ContentRange {
    fn parse(value: &str) -> Option<Self> {
        let (unit, rest) = value.trim().split_once(' ')?;
        let (range, total) = rest.trim().split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let (first, last) = (number(first)?, number(last)?);
        let total = if total == "*" { None } else { Some(number(total)?) };
        let sound = first <= last && last < u64::MAX && total.is_none_or(|total| last < total);
        (unit.eq_ignore_ascii_case("bytes") && sound).then_some(Self { first, last, total })
    }
}

/// The size in `bytes */1000`.
fn unsatisfied(value: &str) -> Option<u64> {
    number(value.trim().strip_prefix("bytes */")?)
}

/// Digits alone, without sign or blanks, that fit.
fn number(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests;
