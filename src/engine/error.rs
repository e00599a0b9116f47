//! What can go wrong with one attempt, and whether another attempt may help. A leaf: every layer may name these.

use std::fmt;
use std::time::Duration;

/// The kind of an error, as scripts see it in `error_class`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// The host's name did not resolve.
    Dns,
    /// No connection: refused, unreachable, reset before anything came.
    Connect,
    /// The certificate or the handshake was bad.
    Tls,
    /// The connect clock or the deadline ran out.
    Timeout,
    /// Nothing came for the length of the stall clock.
    Stalled,
    /// A status that is not success.
    Status,
    /// The server asked for fewer requests.
    RateLimited,
    /// A redirect that cannot be followed.
    Redirect,
    /// The answer was not proper HTTP, or carried a coding that was not asked for.
    Protocol,
    /// The body ended before its end.
    Truncated,
    /// The body is larger than `--max-size`.
    TooLarge,
    /// The file is no image, where one was asked for, or a page, where none was.
    NotAnImage,
    /// The file is an image that is cut or cannot be decoded.
    DamagedImage,
    /// The file has another digest than it must have.
    Checksum,
    /// The file changed on the server, or its part file under our hands.
    Changed,
    /// No room on the disk.
    DiskFull,
    /// Any other trouble with the disk.
    Disk,
    /// Our own policy forbids it.
    Refused,
    /// Not an error: the user cancelled the job.
    Cancelled,
    /// A defect of haul.
    Internal,
}

impl ErrorClass {
    /// Every kind.
    pub const ALL: [Self; 20] = [
        Self::Dns,
        Self::Connect,
        Self::Tls,
        Self::Timeout,
        Self::Stalled,
        Self::Status,
        Self::RateLimited,
        Self::Redirect,
        Self::Protocol,
        Self::Truncated,
        Self::TooLarge,
        Self::NotAnImage,
        Self::DamagedImage,
        Self::Checksum,
        Self::Changed,
        Self::DiskFull,
        Self::Disk,
        Self::Refused,
        Self::Cancelled,
        Self::Internal,
    ];

    /// The word that JSON and reports use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Stalled => "stalled",
            Self::Status => "status",
            Self::RateLimited => "rate_limited",
            Self::Redirect => "redirect",
            Self::Protocol => "protocol",
            Self::Truncated => "truncated",
            Self::TooLarge => "too_large",
            Self::NotAnImage => "not_an_image",
            Self::DamagedImage => "damaged_image",
            Self::Checksum => "checksum",
            Self::Changed => "changed",
            Self::DiskFull => "disk_full",
            Self::Disk => "disk",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
            Self::Internal => "internal",
        }
    }
}

/// Why an attempt ended without a file.
///
/// `Display` is one line for people. It may hold text from the server: pass it through `display::safe`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferError {
    /// The kind.
    pub class: ErrorClass,
    /// The HTTP status, where the server gave one.
    pub status: Option<u16>,
    /// How long the server asked us to wait (RFC 9110 section 10.2.3).
    pub retry_after: Option<Duration>,
    /// What happened, in words, without address and secrets.
    pub detail: String,
}

impl TransferError {
    /// An error without a status.
    #[must_use]
    pub fn new<T: Into<String>>(class: ErrorClass, detail: T) -> Self {
        Self { class, status: None, retry_after: None, detail: detail.into() }
    }

    /// A panic in a thread of ours.
    pub(super) fn defect() -> Self {
        Self::new(ErrorClass::Internal, "a defect of haul stopped this download; please report it")
    }

    /// The error of an answer that is not success.
    #[must_use]
    pub fn status(status: u16, retry_after: Option<Duration>) -> Self {
        let class = if status == 429 { ErrorClass::RateLimited } else { ErrorClass::Status };
        Self { class, status: Some(status), retry_after, detail: format!("status {status}") }
    }

    /// True where the same request may well succeed later: connection and framing trouble, stalls, 408, 425, 429 and
    /// 5xx except those that say "never" (501, 505, 511); 403 only where the server names a time.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self.class {
            ErrorClass::Dns
            | ErrorClass::Connect
            | ErrorClass::Timeout
            | ErrorClass::Stalled
            | ErrorClass::RateLimited
            | ErrorClass::Truncated
            | ErrorClass::Changed => true,
            // With a status the head was sound, and the server would say the same again.
            ErrorClass::Protocol => self.status.is_none(),
            ErrorClass::Status => match self.status {
                Some(501 | 505 | 511) => false,
                Some(408 | 425 | 500..=599) => true,
                Some(403) => self.retry_after.is_some(),
                _ => false,
            },
            ErrorClass::Tls
            | ErrorClass::Redirect
            | ErrorClass::TooLarge
            | ErrorClass::NotAnImage
            | ErrorClass::DamagedImage
            | ErrorClass::Checksum
            | ErrorClass::DiskFull
            | ErrorClass::Disk
            | ErrorClass::Refused
            | ErrorClass::Cancelled
            | ErrorClass::Internal => false,
        }
    }
}

impl fmt::Display for TransferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for TransferError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_these_statuses_are_worth_another_attempt() {
        let transient: Vec<u16> = (100..=599).filter(|s| TransferError::status(*s, None).is_transient()).collect();
        let expected: Vec<u16> =
            [408, 425, 429].into_iter().chain((500..=599).filter(|s| !matches!(s, 501 | 505 | 511))).collect();
        assert_eq!(transient, expected);
        let asked = Some(Duration::from_secs(1));
        assert!(TransferError::status(403, asked).is_transient());
        assert!(!TransferError::status(404, asked).is_transient());
    }
}
