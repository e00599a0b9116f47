//! The head of an answer, as plain data, so that the rules that judge it need no HTTP library. A leaf.

use std::time::Duration;

use super::event::Protocol;

/// The fields of an answer's head that haul acts on. Texts are as the server sent them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) protocol: Protocol,
    /// How long the body of this answer is.
    pub(super) content_length: Option<u64>,
    pub(super) content_range: Option<String>,
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
    pub(super) date: Option<String>,
    pub(super) server: Option<String>,
    /// The server says that it gives ranges.
    pub(super) accepts_ranges: bool,
    /// Not always text: servers send raw UTF-8 and Latin-1.
    pub(super) content_disposition: Option<Vec<u8>>,
    pub(super) content_type: Option<String>,
    /// Every coding of the content that is named, in one list.
    pub(super) content_encoding: Option<String>,
    /// Every coding of the transfer that is named, in one list.
    pub(super) transfer_encoding: Option<String>,
    /// Every digest of the whole file that is named, in one list (RFC 9530).
    pub(super) repr_digest: Option<String>,
    /// The body ends where the connection ends, as in HTTP/1.0.
    pub(super) unframed: bool,
    pub(super) retry_after: Option<Duration>,
    /// Every `X-Robots-Tag` field, one by one: each may name the robot that it is for.
    pub(super) robots: Vec<String>,
}
