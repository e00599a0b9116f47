//! HTTP/1.1 as text: request heads in, ranges and dates worked out. Pure; it must not know of sockets or pictures.

use std::ops::Range;
use std::time::{Duration, SystemTime};

/// What a client asked for, as far as this origin cares.
#[derive(Debug, PartialEq, Eq, Default)]
pub(super) struct Request {
    pub(super) method: Method,
    /// The path, without its query.
    pub(super) path: String,
    pub(super) range: Option<String>,
    pub(super) if_range: Option<String>,
    /// The connection ends after the answer: the client says so, or a body follows that nobody reads.
    pub(super) close: bool,
}

/// The methods told apart here.
#[derive(Debug, PartialEq, Eq, Clone, Copy, Default)]
pub(super) enum Method {
    #[default]
    Get,
    Head,
    Other,
}

/// The end of the head in `bytes`, just after its empty line.
pub(super) fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|w| w == b"\r\n\r\n").map(|at| at + 4)
}

/// Reads a head, up to and with its empty line; none if it is not one.
pub(super) fn parse(head: &[u8]) -> Option<Request> {
    let text = std::str::from_utf8(head).ok()?.strip_suffix("\r\n\r\n")?;
    // Clients may send an empty line before a request.
    let mut lines = text.trim_start_matches("\r\n").split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let old = match version {
        "HTTP/1.1" => false,
        "HTTP/1.0" => true,
        _ => return None,
    };
    if words.next().is_some() || method.is_empty() || !method.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    let method = match method {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        _ => Method::Other,
    };
    let mut request =
        Request { method, path: path(target)?, close: old || method == Method::Other, ..Request::default() };
    let mut hosts = 0;
    for line in lines {
        let (name, value) = line.split_once(':')?;
        let value = value.trim_matches([' ', '\t']);
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_graphic()) {
            return None;
        }
        match name.to_ascii_lowercase().as_str() {
            "host" => hosts += 1,
            "range" => request.range = Some(value.to_owned()),
            "if-range" => request.if_range = Some(value.to_owned()),
            "connection" if value.split(',').any(|t| t.trim().eq_ignore_ascii_case("close")) => request.close = true,
            "transfer-encoding" => request.close = true,
            "content-length" if value != "0" => request.close = true,
            _ => {}
        }
    }
    (hosts == 1 || old).then_some(request)
}

/// The path of a target in origin form (`/a?b`) or absolute form (`http://host/a`, as proxies send it).
fn path(target: &str) -> Option<String> {
    let rest = match target.strip_prefix("http://") {
        Some(rest) => &rest[rest.find('/')?..],
        None => target,
    };
    let path = rest.split(['?', '#']).next()?;
    path.starts_with('/').then(|| path.to_owned())
}

/// What of a body a `Range` header selects.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Selection {
    Whole,
    Part(Range<usize>),
    Unsatisfiable,
}

/// Works out a `Range` header for a body of `len` bytes. What is not one byte range in good form is ignored, as the
/// standard allows; several ranges count among those.
pub(super) fn select(header: &str, len: usize) -> Selection {
    let spec = match header.split_once('=') {
        Some((unit, spec)) if unit.trim().eq_ignore_ascii_case("bytes") => spec.trim(),
        _ => return Selection::Whole,
    };
    let Some((first, last)) = spec.split_once('-') else { return Selection::Whole };
    let range = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(len),
        (Some(first), None) if last.is_empty() => first..len,
        (None, Some(suffix)) if first.is_empty() => len.saturating_sub(suffix)..len,
        _ => return Selection::Whole,
    };
    if range.is_empty() { Selection::Unsatisfiable } else { Selection::Part(range) }
}

/// Digits and nothing else; what is too large for the machine is larger than any body all the same.
fn number(digits: &str) -> Option<usize> {
    let good = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    good.then(|| digits.parse().unwrap_or(usize::MAX))
}

/// Prints a time, in seconds since 1970, as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(super) fn date(unix: u64) -> String {
    httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(unix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_what_the_standard_says() {
        use Selection::{Part, Unsatisfiable, Whole};
        for (header, selection) in [
            ("bytes=0-0", Part(0..1)),
            ("bytes=0-99", Part(0..100)),
            ("bytes=10-19", Part(10..20)),
            ("Bytes = 10-19", Part(10..20)),
            ("bytes=90-1000", Part(90..100)),
            ("bytes=0-99999999999999999999999", Part(0..100)),
            ("bytes=99-", Part(99..100)),
            ("bytes=0-", Part(0..100)),
            ("bytes=-1", Part(99..100)),
            ("bytes=-100", Part(0..100)),
            ("bytes=-1000", Part(0..100)),
            ("bytes=-0", Unsatisfiable),
            ("bytes=100-", Unsatisfiable),
            ("bytes=100-200", Unsatisfiable),
            ("bytes=99999999999999999999999-", Unsatisfiable),
            ("bytes=20-10", Whole),
            ("bytes=-", Whole),
            ("bytes=", Whole),
            ("bytes", Whole),
            ("bytes=a-b", Whole),
            ("bytes=+1-2", Whole),
            ("bytes=1-2,5-6", Whole),
            ("lines=1-2", Whole),
        ] {
            assert_eq!(select(header, 100), selection, "{header}");
        }
        assert_eq!(select("bytes=0-", 0), Unsatisfiable);
        assert_eq!(select("bytes=-5", 0), Unsatisfiable);
    }

    #[test]
    fn heads_are_read() {
        let head = b"GET /photos/a.jpg?w=1 HTTP/1.1\r\nhost: x\r\nRANGE:bytes=1-\t\r\nIf-Range: \"e\"\r\n\r\n";
        assert_eq!(head_end(head), Some(head.len()));
        let request = parse(head).expect("a good head");
        assert_eq!((request.method, request.path.as_str(), request.close), (Method::Get, "/photos/a.jpg", false));
        assert_eq!((request.range.as_deref(), request.if_range.as_deref()), (Some("bytes=1-"), Some("\"e\"")));
        for (head, method, path, close) in [
            ("HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: foo, Close\r\n\r\n", Method::Head, "/a", true),
            ("GET http://h:1/a HTTP/1.1\r\nHost: h\r\n\r\n", Method::Get, "/a", false),
            ("GET / HTTP/1.0\r\n\r\n", Method::Get, "/", true),
            ("\r\nPOST / HTTP/1.1\r\nHost: x\r\n\r\n", Method::Other, "/", true),
            ("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n", Method::Get, "/", true),
        ] {
            let request = parse(head.as_bytes()).expect("a good head");
            assert_eq!((request.method, request.path.as_str(), request.close), (method, path, close), "{head}");
        }
    }

    #[test]
    fn junk_is_no_head() {
        for junk in [
            "\r\n\r\n",
            "GET /\r\n\r\n",
            "GET / HTTP/2.0\r\nHost: x\r\n\r\n",
            "GET / HTTP/1.1 x\r\nHost: x\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
            "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
            "GET a HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET http://h HTTP/1.1\r\nHost: x\r\n\r\n",
            "\u{1} / HTTP/1.1\r\nHost: x\r\n\r\n",
        ] {
            assert_eq!(parse(junk.as_bytes()), None, "{junk}");
        }
        assert_eq!(parse(b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n"), None);
        assert_eq!(head_end(b"GET / HTTP/1.1\r\n"), None);
    }
}
