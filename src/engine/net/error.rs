//! What the errors of the HTTP library mean for a download. Its own texts may hold addresses and are never shown.

use std::error::Error;
use std::io;

use crate::engine::descriptors;
use crate::engine::error::{ErrorClass, TransferError};

/// No answer.
#[derive(Debug)]
pub(in crate::engine) struct Failure {
    pub(in crate::engine) error: TransferError,
    /// The connection ended before an answer began. On one that had been used before, that is the ordinary race with a
    /// server that closes idle connections.
    pub(in crate::engine) unanswered: bool,
    /// No connection could be opened because too much is open already.
    pub(super) exhausted: bool,
}

impl From<TransferError> for Failure {
    fn from(error: TransferError) -> Self {
        Self { error, unanswered: false, exhausted: false }
    }
}

/// An error before the head of an answer had come.
pub(super) fn before_head(error: &reqwest::Error) -> Failure {
    let hyper = find::<hyper::Error>(error);
    let reset = find::<io::Error>(error)
        .is_some_and(|io| matches!(io.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe));
    let closed = hyper.is_some_and(|hyper| hyper.is_incomplete_message() || hyper.is_closed() || hyper.is_canceled());
    let unanswered = !error.is_connect() && !error.is_timeout() && (closed || reset);
    let exhausted = find::<io::Error>(error).is_some_and(descriptors::exhausted);
    Failure { error: classify(error, hyper, unanswered), unanswered, exhausted }
}

fn classify(error: &reqwest::Error, hyper: Option<&hyper::Error>, unanswered: bool) -> TransferError {
    let new = TransferError::new::<&str>;
    if let Some(error) = find::<rustls::Error>(error) {
        return TransferError::new(ErrorClass::Tls, tls(error));
    }
    if error.is_dns() {
        return new(ErrorClass::Dns, "the host's name does not resolve");
    }
    if error.is_connect() {
        return if error.is_timeout() {
            new(ErrorClass::Timeout, "no connection in time")
        } else {
            new(ErrorClass::Connect, connect(error, find::<io::Error>(error)))
        };
    }
    if error.is_timeout() {
        return new(ErrorClass::Timeout, "the connection was lost: no answer in time");
    }
    match hyper {
        _ if unanswered => new(ErrorClass::Connect, "the server closed the connection without an answer"),
        // A client has no method that tells this one apart.
        Some(hyper) if hyper.is_parse() && hyper.to_string().contains("too large") => {
            new(ErrorClass::Protocol, "the answer's headers are too large")
        }
        Some(hyper) if hyper.is_parse() || hyper.is_parse_status() => {
            new(ErrorClass::Protocol, "the answer is not proper HTTP")
        }
        _ if error.is_builder() => new(ErrorClass::Refused, "the address cannot be asked for"),
        _ => TransferError::new(ErrorClass::Connect, format!("no answer: {}", chain(error))),
    }
}

/// An error in the middle of a body.
pub(super) fn in_body(error: &reqwest::Error) -> TransferError {
    let new = TransferError::new::<&str>;
    if error.is_timeout() {
        return new(ErrorClass::Stalled, "the connection was lost in the middle of the body");
    }
    // hyper reports broken chunk framing as bad input from the stream.
    if find::<io::Error>(error)
        .is_some_and(|io| matches!(io.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData))
    {
        return new(ErrorClass::Protocol, "the framing of the body is broken");
    }
    new(ErrorClass::Truncated, "the connection closed before the end of the body")
}

fn tls(error: &rustls::Error) -> String {
    use rustls::{CertificateError, Error};
    match error {
        Error::InvalidCertificate(why) => match why {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "the certificate has expired".to_owned()
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "the certificate is not valid yet".to_owned()
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "the certificate is for another host".to_owned()
            }
            CertificateError::UnknownIssuer => "the certificate's issuer is not trusted".to_owned(),
            other => format!("the certificate is bad: {other}"),
        },
        Error::InvalidMessage(_) => "the server does not speak TLS on this port".to_owned(),
        other => format!("TLS failed: {other}"),
    }
}

fn connect(error: &reqwest::Error, io: Option<&io::Error>) -> &'static str {
    if io.is_some_and(descriptors::exhausted) {
        return "too many connections and files are open";
    }
    match io.map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => "connection refused",
        Some(io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable) => "host unreachable",
        Some(io::ErrorKind::ConnectionReset) => "connection reset",
        Some(io::ErrorKind::UnexpectedEof) => "the server closed the connection during the handshake",
        _ if chain(error).contains("tunnel") => "the proxy refused the connection",
        _ => "no connection",
    }
}

/// The causes of an error in one line, without the library's own first words, which may hold an address.
pub(super) fn chain(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut source = error.source();
    while let Some(cause) = source {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// The first cause of this type. An `io::Error` hides the error it was made from, so those are opened too.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut source = Some(error);
    while let Some(cause) = source {
        if let Some(found) = cause.downcast_ref::<E>() {
            return Some(found);
        }
        if let Some(inner) = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            let inner: &(dyn Error + 'static) = inner;
            if let Some(found) = find(inner) {
                return Some(found);
            }
        }
        source = cause.source();
    }
    None
}
