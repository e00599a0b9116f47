//! A request as it came in, byte for byte: what the program said to servers is evidence.

use std::io::{self, BufRead, Read};

/// No head of ours is near this long.
const MAX_HEAD: u64 = 256 * 1024;

/// One request in an origin's log.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// The whole head, verbatim, with its empty line.
    pub(crate) text: String,
    /// `GET /a.jpg HTTP/1.1`; empty for bytes that are no HTTP, such as a TLS handshake.
    pub(crate) line: String,
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    /// The place in the order of all requests of this origin, from 0.
    pub(crate) at: usize,
    /// The connection it came by, from 0.
    pub(crate) connection: usize,
}

impl Request {
    /// The first header of this name, in any case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The path without its query.
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// True where this is a request at all.
    pub(crate) fn is_http(&self) -> bool {
        !self.line.is_empty()
    }

    /// Reads one; nothing where the client has closed.
    pub(super) fn read(reader: &mut impl BufRead, connection: usize) -> io::Result<Option<Self>> {
        let Some(first) = reader.fill_buf()?.first().copied() else { return Ok(None) };
        let mut head = Vec::new();
        if !first.is_ascii_uppercase() {
            // Waiting for the end of a head that never comes would hold both ends.
            let seen = reader.fill_buf()?.len();
            reader.take(seen as u64).read_to_end(&mut head)?;
            return Ok(Some(Self::parse(&head, String::new(), connection)));
        }
        let mut limited = reader.take(MAX_HEAD);
        while !head.ends_with(b"\r\n\r\n") {
            if limited.read_until(b'\n', &mut head)? == 0 {
                return Ok(None);
            }
        }
        let line = head.split(|b| *b == b'\r').next().unwrap_or_default();
        let line = String::from_utf8_lossy(line).into_owned();
        Ok(Some(Self::parse(&head, line, connection)))
    }

    /// One that came as HTTP/2 or that nobody has decoded.
    pub(super) fn to(target: &str, connection: usize) -> Self {
        Self::parse(b"", format!("GET {target} HTTP/2"), connection)
    }

    fn parse(head: &[u8], line: String, connection: usize) -> Self {
        let text = String::from_utf8_lossy(head).into_owned();
        let mut words = line.split(' ');
        let method = words.next().unwrap_or_default().to_owned();
        let target = words.next().unwrap_or_default().to_owned();
        let headers = text
            .lines()
            .skip(1)
            .filter_map(|field| field.split_once(':'))
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        Self { text, line, method, target, headers, at: 0, connection }
    }
}
