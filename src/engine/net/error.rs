//! What the errors of the HTTP library mean for a download. Its own texts may hold addresses and are never shown.

use std::error::Error;
use std::io::{self, ErrorKind};

use crate::engine::descriptors;
use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::options::Http;

/// No answer.
#[derive(Debug)]
pub(in crate::engine) struct Failure {
    pub(in crate::engine) error: TransferError,
    /// The connection ended before an answer began. On one that had been used before, that is the ordinary race with a
    /// server that closes idle connections.
    pub(in crate::engine) unanswered: bool,
    /// There is no connection at all.
    pub(super) unconnected: bool,
    /// The same, because too much is open already.
    pub(super) exhausted: bool,
}

impl From<TransferError> for Failure {
    fn from(error: TransferError) -> Self {
        Self { error, unanswered: false, unconnected: false, exhausted: false }
    }
}

/// An error before the head of an answer had come, where the user wanted this HTTP.
pub(super) fn before_head(error: &reqwest::Error, http: Http) -> Failure {
    let hyper = find::<hyper::Error>(error);
    // The last is a TLS connection that ends without saying so.
    let reset =
        matches!(io_kind(error), Some(ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof));
    let closed = hyper.is_some_and(|hyper| hyper.is_incomplete_message() || hyper.is_closed() || hyper.is_canceled());
    let unanswered = !error.is_connect() && !error.is_timeout() && (closed || reset);
    let exhausted = find::<io::Error>(error).is_some_and(descriptors::exhausted);
    let unconnected = error.is_connect();
    let error = disagrees(error, http).unwrap_or_else(|| classify(error, hyper, unanswered));
    Failure { error, unanswered, unconnected, exhausted }
}

/// The server and `--http` have no protocol in common: it says so in the handshake, or answers HTTP/2 in another one.
fn disagrees(error: &reqwest::Error, http: Http) -> Option<TransferError> {
    let alert = rustls::Error::AlertReceived(rustls::AlertDescription::NoApplicationProtocol);
    let refused = find::<rustls::Error>(error).is_some_and(|error| *error == alert);
    let garbled = || find::<h2::Error>(error).is_some_and(|error| !error.is_io() && !error.is_remote());
    let detail = match http {
        Http::Two if refused || garbled() => "the server speaks no proper HTTP/2, and --http 2 allows nothing else",
        Http::One if refused => "the server speaks no HTTP/1.1, and --http 1.1 allows nothing else",
        _ => return None,
    };
    Some(TransferError::new(ErrorClass::Protocol, detail))
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
            new(ErrorClass::Connect, connect(error))
        };
    }
    if error.is_timeout() {
        return new(ErrorClass::Timeout, "the connection was lost: no answer in time");
    }
    if let Some(error) = find::<h2::Error>(error).filter(|error| !error.is_io()) {
        return http2(error, ErrorClass::Connect);
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
    if let Some(error) = find::<h2::Error>(error).filter(|error| !error.is_io()) {
        return http2(error, ErrorClass::Truncated);
    }
    // hyper reports broken chunk framing as bad input from the stream.
    if matches!(io_kind(error), Some(ErrorKind::InvalidInput | ErrorKind::InvalidData)) {
        return new(ErrorClass::Protocol, "the framing of the body is broken");
    }
    new(ErrorClass::Truncated, "the connection closed before the end of the body")
}

/// An error of one stream or of its whole connection: the server has broken it off, which is of the class `given_up`,
/// or what it sent is not proper HTTP/2.
fn http2(error: &h2::Error, given_up: ErrorClass) -> TransferError {
    // The field's own name of the code, such as `REFUSED_STREAM`.
    let code = error.reason().map_or_else(String::new, |reason| format!(" ({reason:?})"));
    if error.is_remote() {
        let what = if error.is_go_away() { "connection" } else { "stream" };
        TransferError::new(given_up, format!("the server gave the {what} up{code}"))
    } else {
        TransferError::new(ErrorClass::Protocol, format!("the answer is not proper HTTP/2{code}"))
    }
}

fn tls(error: &rustls::Error) -> String {
    use rustls::{AlertDescription, CertificateError, Error, PeerIncompatible};
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
        Error::AlertReceived(AlertDescription::ProtocolVersion)
        | Error::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13) => {
            "the server speaks no version of TLS that is safe".to_owned()
        }
        Error::AlertReceived(alert) => format!("the server refused the handshake ({alert:?})"),
        other => format!("TLS failed: {other}"),
    }
}

fn connect(error: &reqwest::Error) -> &'static str {
    if find::<io::Error>(error).is_some_and(descriptors::exhausted) {
        return "too many connections and files are open";
    }
    match io_kind(error) {
        Some(ErrorKind::ConnectionRefused) => "connection refused",
        Some(ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable) => "host unreachable",
        Some(ErrorKind::ConnectionReset) => "connection reset",
        Some(ErrorKind::UnexpectedEof) => "the server closed the connection during the handshake",
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

/// What the system said. Each layer wraps it anew, so the innermost one counts.
fn io_kind(error: &reqwest::Error) -> Option<ErrorKind> {
    let mut found = find::<io::Error>(error)?;
    while let Some(inner) = found.get_ref().and_then(|inner| find::<io::Error>(inner)) {
        found = inner;
    }
    Some(found.kind())
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
