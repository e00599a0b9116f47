//! The way through a file: forward only, with little memory, and never further than the file is. A leaf within the
//! room.

use std::io::{self, BufRead, Seek};

/// Why a walk stopped before it saw the end of the picture.
#[derive(Debug)]
pub(super) enum Stop {
    /// The file ends first.
    Cut,
    /// What stands here cannot stand here.
    Broken(&'static str),
    Io(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        // A file that has become shorter than it was is cut, too.
        if error.kind() == io::ErrorKind::UnexpectedEof { Self::Cut } else { Self::Io(error) }
    }
}

/// A reader that knows how much is left of its file.
pub(super) struct Walk<R> {
    inner: R,
    left: u64,
    at: u64,
}

impl<R: BufRead + Seek> Walk<R> {
    /// `len` is the length of what `inner` reads from its present place on.
    pub(super) fn new(inner: R, len: u64) -> Self {
        Self { inner, left: len, at: 0 }
    }

    /// How far it has come.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// How much is left.
    pub(super) fn left(&self) -> u64 {
        self.left
    }

    /// Steps over bytes; a length that the file does not have means that it is cut.
    pub(super) fn skip(&mut self, count: u64) -> Result<(), Stop> {
        if count > self.left {
            return Err(Stop::Cut);
        }
        let by = i64::try_from(count).map_err(|_| Stop::Broken("a length beyond all sense"))?;
        self.inner.seek_relative(by)?;
        self.passed(count);
        Ok(())
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        if self.left < N as u64 {
            return Err(Stop::Cut);
        }
        let mut bytes = [0; N];
        self.inner.read_exact(&mut bytes)?;
        self.passed(N as u64);
        Ok(bytes)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Stop> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u16_be(&mut self) -> Result<u16, Stop> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32_be(&mut self) -> Result<u32, Stop> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn u32_le(&mut self) -> Result<u32, Stop> {
        self.array().map(u32::from_le_bytes)
    }

    /// Steps behind the next byte that satisfies `wanted`, and gives it.
    pub(super) fn find(&mut self, wanted: impl Fn(u8) -> bool) -> Result<u8, Stop> {
        loop {
            let buffer = self.inner.fill_buf()?;
            let most = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
            let buffer = &buffer[..most];
            if buffer.is_empty() {
                return Err(Stop::Cut);
            }
            let found = buffer.iter().position(|byte| wanted(*byte)).map(|at| (at + 1, buffer[at]));
            let (count, byte) = found.map_or((most, None), |(count, byte)| (count, Some(byte)));
            self.inner.consume(count);
            self.passed(count as u64);
            if let Some(byte) = byte {
                return Ok(byte);
            }
        }
    }

    fn passed(&mut self, count: u64) {
        self.left -= count;
        self.at += count;
    }
}
