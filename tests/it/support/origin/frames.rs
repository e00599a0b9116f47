//! HTTP/2 frames by hand (RFC 9113 section 4), for what no honest library sends. It understands no request: whoever
//! plays knows what was asked for.

use std::io::{self, Read, Write};
use std::sync::Arc;

use super::Shared;
use super::request::Request;
use super::wire::Wire;

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const CONTINUATION: u8 = 9;

const ACK: u8 = 1;
pub(crate) const END_STREAM: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;

const PREFACE: usize = 24;

/// The most that goes into a frame that the client has not allowed to be larger.
const PIECE: usize = 16 * 1024;

/// The server's end of one HTTP/2 connection.
pub(crate) struct Frames {
    wire: Wire,
    shared: Arc<Shared>,
    connection: usize,
}

impl Frames {
    /// Reads the client's preface.
    pub(super) fn open(wire: Wire, shared: Arc<Shared>, connection: usize) -> io::Result<Self> {
        (&wire).read_exact(&mut [0; PREFACE])?;
        Ok(Self { wire, shared, connection })
    }

    /// What an honest server begins with: its settings, and that it has read the client's, windows above all.
    pub(crate) fn settings(&mut self) -> io::Result<()> {
        self.send(SETTINGS, 0, 0, b"")?;
        self.send(SETTINGS, ACK, 0, b"")
    }

    /// Waits for the next request, notes it as one to `/frames`, and gives its stream.
    pub(crate) fn request(&mut self) -> io::Result<u32> {
        loop {
            let (kind, stream) = self.read()?;
            if kind == HEADERS {
                self.shared.log(Request::to("/frames", self.connection));
                return Ok(stream);
            }
        }
    }

    /// Reads until the client closes, or the origin ends.
    pub(crate) fn drain(&mut self) {
        while self.read().is_ok() {}
    }

    /// The next frame: its type and stream.
    fn read(&mut self) -> io::Result<(u8, u32)> {
        let mut head = [0; 9];
        (&self.wire).read_exact(&mut head)?;
        let [a, b, c, kind, _, stream @ ..] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        (&self.wire).read_exact(&mut payload)?;
        Ok((kind, u32::from_be_bytes(stream)))
    }

    /// Sends one frame.
    pub(crate) fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> io::Result<()> {
        let length = u32::try_from(payload.len()).expect("a frame is short").to_be_bytes();
        let frame = [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat();
        (&self.wire).write_all(&frame)
    }

    /// Bytes that may be no frame at all.
    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        (&self.wire).write_all(bytes)
    }

    /// The head of a 200 with these fields.
    pub(crate) fn head(&mut self, stream: u32, fields: &[(&str, &str)]) -> io::Result<()> {
        // `:status: 200` is the eighth entry of HPACK's static table.
        let block = fields.iter().fold(vec![0x88], |block, (name, value)| [block, field(name, value)].concat());
        self.send(HEADERS, END_HEADERS, stream, &block)
    }

    /// Some of a body.
    pub(crate) fn data(&mut self, stream: u32, bytes: &[u8]) -> io::Result<()> {
        bytes.chunks(PIECE).try_for_each(|piece| self.send(DATA, 0, stream, piece))
    }

    /// The end of a body.
    pub(crate) fn end(&mut self, stream: u32) -> io::Result<()> {
        self.send(DATA, END_STREAM, stream, b"")
    }

    /// Says that streams above `last` were not and will not be looked at.
    pub(crate) fn go_away(&mut self, last: u32, code: u32) -> io::Result<()> {
        self.send(GOAWAY, 0, 0, &[last.to_be_bytes(), code.to_be_bytes()].concat())
    }
}

/// A field as HPACK writes it without compressing anything (RFC 7541 section 6.2.2); both parts are below 127 bytes.
pub(crate) fn field(name: &str, value: &str) -> Vec<u8> {
    let length = |text: &str| [u8::try_from(text.len()).ok().filter(|len| *len < 127).expect("a short text")];
    [&[0], &length(name)[..], name.as_bytes(), &length(value)[..], value.as_bytes()].concat()
}
