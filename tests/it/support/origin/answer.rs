//! One answer: a status, headers, and steps that send, wait and break off at a chosen byte.

use super::gate::Gate;
use super::pace::Pace;

/// What happens on the connection, in order.
pub(super) enum Step {
    Send(Vec<u8>),
    Wait(Gate),
    /// Sent again and again until the client goes away.
    Repeat(Vec<u8>),
    GoAway,
}

/// What becomes of the connection after the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Kept open where the framing was true, closed else: the client would wait for bytes that never come.
    Natural,
    Keep,
    Close,
    /// As `Close`, but TLS does not say that it ends (`close_notify`).
    CloseSilently,
    /// Over HTTP/2, the stream alone, with this error code.
    Reset(u32),
    Stall,
}

/// Built up by its methods; see [`Answer::status`].
pub(crate) struct Answer {
    status: Option<String>,
    headers: Vec<(String, Vec<u8>)>,
    pub(super) before_head: Vec<Gate>,
    pub(super) body: Vec<Step>,
    pub(super) end: End,
    pub(super) pace: Option<Pace>,
    framing: Framing,
}

#[derive(PartialEq, Eq)]
enum Framing {
    Length,
    Chunked,
    /// No length at all: the end of the connection is the end of the body.
    None,
}

impl Answer {
    /// A head with this status; `Content-Length` is that of the body unless something else is said.
    pub(crate) fn status(status: u16) -> Self {
        Self::status_line(&format!("HTTP/1.1 {status} {}", reason(status)))
    }

    /// A head that begins with exactly this line.
    pub(crate) fn status_line(line: &str) -> Self {
        Self {
            status: Some(line.to_owned()),
            headers: Vec::new(),
            before_head: Vec::new(),
            body: Vec::new(),
            end: End::Natural,
            pace: None,
            framing: Framing::Length,
        }
    }

    /// 200 with this body.
    pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::status(200).body(body)
    }

    /// These bytes in place of HTTP (an SSH banner, a broken head), then the end of the connection.
    pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { status: None, end: End::Close, ..Self::status(200) }.body(bytes)
    }

    /// No byte at all, until the client goes away.
    pub(crate) fn hang() -> Self {
        Self::raw(Vec::new()).stall()
    }

    /// A redirect with an empty body.
    pub(crate) fn redirect(status: u16, location: &str) -> Self {
        Self::status(status).header("Location", location)
    }

    /// A page, as login walls and error pages send it.
    pub(crate) fn html(status: u16, title: &str) -> Self {
        let page = format!("<!DOCTYPE html>\n<html><head><title>{title}</title></head><body>{title}</body></html>\n");
        Self::status(status).header("Content-Type", "text/html; charset=utf-8").body(page)
    }

    /// Adds a header; the same name may come again. `Content-Length` and `Content-Range` may lie.
    pub(crate) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// No length at all: the body ends where the connection ends.
    pub(crate) fn unframed(mut self) -> Self {
        self.framing = Framing::None;
        self
    }

    /// Waits before the head.
    pub(crate) fn wait_first(mut self, gate: &Gate) -> Self {
        self.before_head.push(gate.clone());
        self
    }

    /// More of the body.
    pub(crate) fn body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.body.push(Step::Send(bytes.into()));
        self
    }

    /// Waits in the middle of the body.
    pub(crate) fn wait(mut self, gate: &Gate) -> Self {
        self.body.push(Step::Wait(gate.clone()));
        self
    }

    /// More of the body, `size` bytes at a time, each behind the gate: let them go one by one with [`Gate::pass`].
    pub(crate) fn drip(mut self, bytes: &[u8], size: usize, gate: &Gate) -> Self {
        for piece in bytes.chunks(size) {
            self = self.wait(gate).body(piece);
        }
        self
    }

    /// The body goes over this line (HTTP/1.1 alone).
    pub(crate) fn paced(mut self, pace: &Pace) -> Self {
        self.pace = Some(pace.clone());
        self
    }

    /// A chunked body in chunks of `size`, with its end.
    pub(crate) fn chunked(mut self, bytes: &[u8], size: usize) -> Self {
        self.framing = Framing::Chunked;
        for piece in bytes.chunks(size) {
            let framed = [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat();
            self = self.body(framed);
        }
        self.body("0\r\n\r\n").header("Transfer-Encoding", "chunked")
    }

    /// Sends the first `count` bytes of the body (of its wire form, if chunked), then closes in good order.
    pub(crate) fn cut(self, count: usize) -> Self {
        self.end_after(count, End::Close)
    }

    /// Sends the first `count` bytes of the body, then resets the connection. As on a real network, what the client
    /// has not taken by then is lost.
    pub(crate) fn reset(self, count: usize) -> Self {
        self.reset_stream(count, 2)
    }

    /// As [`Self::reset`], with this error code where the answer goes over HTTP/2 (RFC 9113 section 7).
    pub(crate) fn reset_stream(self, count: usize, code: u32) -> Self {
        self.end_after(count, End::Reset(code))
    }

    /// Sends the first `count` bytes of the body, then nothing more until the client goes away.
    pub(crate) fn stall_after(self, count: usize) -> Self {
        self.end_after(count, End::Stall)
    }

    /// Nothing more after the body until the client goes away.
    pub(crate) fn stall(mut self) -> Self {
        self.end = End::Stall;
        self
    }

    /// These bytes after the body, again and again until the client goes away.
    pub(crate) fn endless(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.body.push(Step::Repeat(bytes.into()));
        self.stall()
    }

    /// Closes after the body, whatever the framing says.
    pub(crate) fn close(mut self) -> Self {
        self.end = End::Close;
        self
    }

    /// Closes after the body without a word from TLS (`close_notify`).
    pub(crate) fn close_silently(mut self) -> Self {
        self.end = End::CloseSilently;
        self
    }

    /// Announces the end of the connection in the middle of the body: it takes no more requests, and those that it has
    /// go on (RFC 9113 section 6.8).
    pub(crate) fn go_away(mut self) -> Self {
        self.body.push(Step::GoAway);
        self
    }

    /// Keeps the connection open after the body, however wrong its length is.
    pub(crate) fn keep_alive(mut self) -> Self {
        self.end = End::Keep;
        self
    }

    fn end_after(mut self, count: usize, end: End) -> Self {
        // The head goes on telling of the whole body: that is what makes it a cut one.
        if self.framing == Framing::Length && !self.has("Content-Length") {
            let length = self.body_length();
            self = self.header("Content-Length", length.to_string());
        }
        let mut left = count;
        self.body.retain_mut(|step| match step {
            Step::Send(bytes) => {
                bytes.truncate(left);
                left -= bytes.len();
                !bytes.is_empty()
            }
            Step::Wait(_) | Step::Repeat(_) | Step::GoAway => left > 0,
        });
        self.end = end;
        self
    }

    /// Status and fields, for HTTP/2. Without a status there is no head at all.
    pub(super) fn fields(&self) -> (Option<u16>, Vec<(String, Vec<u8>)>) {
        let code = self.status.as_ref().and_then(|line| line.split(' ').nth(1)?.parse().ok());
        let mut fields = self.headers.clone();
        if self.framing == Framing::Length && !self.has("Content-Length") {
            fields.push(("Content-Length".to_owned(), self.body_length().to_string().into_bytes()));
        }
        (code, fields)
    }

    /// The steps before the body.
    pub(super) fn opening(&self) -> Vec<Step> {
        let mut steps: Vec<_> = self.before_head.iter().cloned().map(Step::Wait).collect();
        if let Some(status) = &self.status {
            steps.push(Step::Send(self.head(status)));
        }
        steps
    }

    fn head(&self, status: &str) -> Vec<u8> {
        let mut head = format!("{status}\r\n").into_bytes();
        for (name, value) in &self.headers {
            head.extend_from_slice(&[name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        let bodyless = [" 204 ", " 304 "].iter().any(|code| status.contains(code));
        if self.framing == Framing::Length && !self.has("Content-Length") && !bodyless {
            head.extend_from_slice(format!("Content-Length: {}\r\n", self.body_length()).as_bytes());
        }
        head.extend_from_slice(b"\r\n");
        head
    }

    /// True where a client can tell the end of the body without the end of the connection.
    pub(super) fn is_framed(&self) -> bool {
        let declared = self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("Content-Length"));
        match (&self.framing, declared) {
            (Framing::Chunked, _) => true,
            (Framing::None, _) => false,
            (Framing::Length, None) => self.status.is_some(),
            (Framing::Length, Some((_, value))) => *value == self.body_length().to_string().into_bytes(),
        }
    }

    fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(n, _)| n.eq_ignore_ascii_case(name))
    }

    fn body_length(&self) -> usize {
        let length = |step: &Step| if let Step::Send(bytes) = step { bytes.len() } else { 0 };
        self.body.iter().map(length).sum()
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        206 => "Partial Content",
        301 => "Moved Permanently",
        302 => "Found",
        404 => "Not Found",
        416 => "Range Not Satisfiable",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Status",
    }
}
