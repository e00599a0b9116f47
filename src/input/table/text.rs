//! The bytes of a table as they come, with the number of the line that they stand in. It must not know what they say.

use std::io::{self, Read};

/// Longer rows are passed over.
pub(super) const MAX_ROW: usize = 1 << 20;

/// More columns are not taken.
pub(super) const MOST_COLUMNS: usize = 4096;

/// So many are read at once.
const PIECE: usize = 64 * 1024;

/// What stands in a line, or why that is nothing, with the number of the line; none at the end.
pub(super) type Numbered<T, E = String> = Option<(u64, Result<T, E>)>;

/// See the head of this file.
pub(super) struct Text {
    from: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    /// What stands before it in the buffer is used.
    at: usize,
    /// The number of the line that the next byte belongs to.
    line: u64,
    after_cr: bool,
}

impl Text {
    pub(super) fn new(from: Box<dyn Read + Send>) -> Self {
        Self { from, buffer: Vec::new(), at: 0, line: 1, after_cr: false }
    }

    /// The beginning: its first line, and what has come with it; a line that is longer than a piece is cut.
    pub(super) fn beginning(&mut self) -> io::Result<&[u8]> {
        let is_line = |text: &[u8]| {
            let start = text.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(text.len());
            text[start..].iter().any(|byte| matches!(byte, b'\n' | b'\r'))
        };
        while self.buffer.len() < PIECE && !is_line(&self.buffer) && self.fill()? {}
        if self.buffer.starts_with(b"\xef\xbb\xbf") {
            self.at = 3;
        }
        Ok(&self.buffer[self.at..])
    }

    /// What is there; nothing at the end. `waiting` runs before more is waited for.
    pub(super) fn available(&mut self, waiting: &mut dyn FnMut()) -> io::Result<&[u8]> {
        if self.at == self.buffer.len() {
            waiting();
            self.buffer.clear();
            self.at = 0;
            self.fill()?;
        }
        Ok(&self.buffer[self.at..])
    }

    /// Goes on behind the next `count` bytes. LF, CR and CRLF end a line.
    pub(super) fn consume(&mut self, count: usize) {
        let used = &self.buffer[self.at..self.at + count];
        for byte in used {
            self.line += u64::from(*byte == b'\r' || *byte == b'\n' && !self.after_cr);
            self.after_cr = *byte == b'\r';
        }
        self.at += count;
    }

    /// Goes on at the next line with something in it, and gives its number; none at the end.
    pub(super) fn skip_blank_lines(&mut self, waiting: &mut dyn FnMut()) -> io::Result<Option<u64>> {
        loop {
            let available = self.available(waiting)?;
            if available.is_empty() {
                return Ok(None);
            }
            let blank = available.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
            let found = blank < available.len();
            self.consume(blank);
            if found {
                return Ok(Some(self.line));
            }
        }
    }

    fn fill(&mut self) -> io::Result<bool> {
        let length = self.buffer.len();
        self.buffer.resize(length + PIECE, 0);
        let read = loop {
            match self.from.read(&mut self.buffer[length..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.buffer.truncate(length + read.as_ref().copied().unwrap_or(0));
        read.map(|count| count > 0)
    }
}
