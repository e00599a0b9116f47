//! From a request and a picture to the head and the bytes of an answer. Pure: time comes in as an argument, and it
//! must not know how answers travel.

use std::fmt::Write as _;

use super::gallery::Photo;
use super::http::{self, Method, Request, Selection};

/// What goes out: a head with its empty line, then the body.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    pub(super) head: String,
    pub(super) body: &'a [u8],
}

/// The answers that carry no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    BadRequest,
    NotFound,
    BadMethod,
    HeadTooLarge,
    Internal,
    Busy,
}

impl Refusal {
    fn status(self) -> &'static str {
        match self {
            Self::BadRequest => "400 Bad Request",
            Self::NotFound => "404 Not Found",
            Self::BadMethod => "405 Method Not Allowed",
            Self::HeadTooLarge => "431 Request Header Fields Too Large",
            Self::Internal => "500 Internal Server Error",
            Self::Busy => "503 Service Unavailable",
        }
    }

    fn header(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::BadMethod => Some(("Allow", "GET, HEAD")),
            Self::Busy => Some(("Retry-After", "0")),
            _ => None,
        }
    }
}

impl Answer<'_> {
    /// An answer without a picture. `close` says that the connection ends after it.
    pub(super) fn refusal(refusal: Refusal, method: Method, close: bool, now: u64) -> Answer<'static> {
        let status = refusal.status();
        let mut head = start(status, close, now);
        if let Some((name, value)) = refusal.header() {
            line(&mut head, name, value);
        }
        line(&mut head, "Content-Type", "text/plain");
        finish(head, status.as_bytes(), method)
    }

    /// The picture, or the part of it that the request selects.
    pub(super) fn photo<'a>(request: &Request, photo: &Photo<'a>, now: u64) -> Answer<'a> {
        let len = photo.bytes.len();
        let modified = http::date(photo.modified);
        // A changed body must come whole: parts of two versions would not fit together.
        let current = request.if_range.as_ref().is_none_or(|v| v == photo.etag || *v == modified);
        let selection = match &request.range {
            Some(range) if current && request.method == Method::Get => http::select(range, len),
            _ => Selection::Whole,
        };
        let (status, body) = match &selection {
            Selection::Whole => ("200 OK", photo.bytes),
            Selection::Part(range) => ("206 Partial Content", photo.bytes.get(range.clone()).unwrap_or_default()),
            Selection::Unsatisfiable => ("416 Range Not Satisfiable", &[][..]),
        };
        let mut head = start(status, request.close, now);
        line(&mut head, "Accept-Ranges", "bytes");
        line(&mut head, "ETag", photo.etag);
        line(&mut head, "Last-Modified", &modified);
        match selection {
            Selection::Whole => {}
            Selection::Part(r) => line(&mut head, "Content-Range", &format!("bytes {}-{}/{len}", r.start, r.end - 1)),
            Selection::Unsatisfiable => line(&mut head, "Content-Range", &format!("bytes */{len}")),
        }
        if let Some(disposition) = photo.disposition {
            line(&mut head, "Content-Disposition", disposition);
        }
        line(&mut head, "Content-Type", photo.content_type);
        finish(head, body, request.method)
    }
}

fn start(status: &str, close: bool, now: u64) -> String {
    let mut head = format!("HTTP/1.1 {status}\r\n");
    line(&mut head, "Date", &http::date(now));
    line(&mut head, "Connection", if close { "close" } else { "keep-alive" });
    head
}

fn line(head: &mut String, name: &str, value: &str) {
    // Writing to a string cannot fail.
    let _ = write!(head, "{name}: {value}\r\n");
}

fn finish(mut head: String, body: &[u8], method: Method) -> Answer<'_> {
    line(&mut head, "Content-Length", &body.len().to_string());
    head.push_str("\r\n");
    Answer { head, body: if method == Method::Head { &[] } else { body } }
}
