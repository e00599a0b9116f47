//! Text, line by line: LF, CRLF, CR and a byte order mark are fine. Reading streams: the first line is out before the
//! second one is in, and a line of a gigabyte costs 64 KiB. It must not know what lines mean.

use std::io::{self, BufRead as _, BufReader, Read};

use super::address::MAX_ADDRESS;

/// The lines of a text, each with its number from 1.
#[derive(Debug)]
pub struct Lines<R> {
    reader: BufReader<R>,
    number: u64,
    line: Vec<u8>,
    /// The last line ended with CR: an LF that follows belongs to it. It is looked for only when the next line is
    /// asked for, since on a pipe it may not have arrived.
    after_cr: bool,
}

/// Lines are kept up to this length; what follows in the line is read and dropped.
const MAX_LINE: usize = MAX_ADDRESS + 1;

impl<R: Read> Lines<R> {
    /// Reads lines from `reader`.
    pub fn new(reader: R) -> Self {
        Self::with_buffer(64 * 1024, reader)
    }

    fn with_buffer(bytes: usize, reader: R) -> Self {
        Self { reader: BufReader::with_capacity(bytes, reader), number: 0, line: Vec::new(), after_cr: false }
    }

    /// The next line: its number and its bytes. `waiting` runs whenever more has to be read, which on a
    /// pipe may take long.
    ///
    /// # Errors
    /// Any error of the reader.
    pub fn next(&mut self, mut waiting: impl FnMut(&R)) -> io::Result<Option<(u64, &[u8])>> {
        if !self.read_line(&mut waiting)? {
            return Ok(None);
        }
        self.number += 1;
        let mark: &[u8] = if self.number == 1 { b"\xef\xbb\xbf" } else { b"" };
        Ok(Some((self.number, self.line.strip_prefix(mark).unwrap_or(&self.line))))
    }

    /// Reads up to LF, CR or CRLF; false at the end.
    fn read_line(&mut self, waiting: &mut impl FnMut(&R)) -> io::Result<bool> {
        let line = &mut self.line;
        line.clear();
        let mut any = false;
        loop {
            if self.reader.buffer().is_empty() {
                waiting(self.reader.get_ref());
            }
            let available = match self.reader.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if std::mem::take(&mut self.after_cr) && available.first() == Some(&b'\n') {
                self.reader.consume(1);
                continue;
            }
            if available.is_empty() {
                return Ok(any);
            }
            any = true;
            let end = available.iter().position(|b| matches!(b, b'\n' | b'\r'));
            let part = &available[..end.unwrap_or(available.len())];
            let room = MAX_LINE - line.len();
            line.extend_from_slice(&part[..part.len().min(room)]);
            let used = end.map_or(available.len(), |end| end + 1);
            self.after_cr = end.is_some_and(|end| available[end] == b'\r');
            self.reader.consume(used);
            if end.is_some() {
                return Ok(true);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], buffer: usize) -> Vec<(u64, Vec<u8>)> {
        let mut lines = Lines::with_buffer(buffer, bytes);
        let mut seen = Vec::new();
        while let Some((number, line)) = lines.next(|_| {}).expect("memory does not fail") {
            seen.push((number, line.to_owned()));
        }
        seen
    }

    #[test]
    fn all_line_endings_and_marks() {
        for buffer in [1, 2, 7, 4096] {
            for (bytes, lines) in [
                (&b""[..], &[][..]),
                (b"a", &["a"]),
                (b"a\n", &["a"]),
                (b"\n", &[""]),
                (b"\xef\xbb\xbfa\r\nb\n\n# x\r\r\nc", &["a", "b", "", "# x", "", "c"]),
                (b"a\rb\r", &["a", "b"]),
                (b"a\n\xef\xbb\xbfb", &["a", "\u{feff}b"]),
            ] {
                let expected: Vec<_> = (1..).zip(lines.iter().map(|line| line.as_bytes().to_owned())).collect();
                assert_eq!(read(bytes, buffer), expected);
            }
        }
    }

    /// Text that comes in pieces, as on a pipe.
    struct Pieces(Vec<&'static [u8]>);

    impl Read for Pieces {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Ok(0);
            }
            let mut piece = self.0.remove(0);
            piece.read(into)
        }
    }

    #[test]
    fn whoever_reads_is_told_before_every_wait() {
        let mut lines = Lines::new(Pieces(vec![b"1\r\n2\n3\n", b"4\n5", b"5\n"]));
        let mut seen = String::new();
        let waits = std::cell::RefCell::new(String::new());
        while let Some((_, line)) = lines.next(|_| waits.borrow_mut().push('w')).expect("memory does not fail") {
            seen.push_str(&waits.take());
            seen.push_str(str::from_utf8(line).expect("text"));
        }
        assert_eq!(seen, "w123w4w55");
    }

    #[test]
    fn a_line_is_kept_up_to_its_limit_and_its_number_is_its_own() {
        // Whatever the reader hands over, one line of memory is all that is held.
        let mut lines = Lines::new(io::repeat(b'x').take(30_000_000).chain(&b"\r\n# y\nz\n"[..]));
        let first = lines.next(|_| {}).expect("memory does not fail");
        assert!(matches!(first, Some((1, line)) if line.len() == MAX_LINE));
        assert!(lines.line.capacity() <= 2 * MAX_LINE, "{}", lines.line.capacity());
        lines.next(|_| {}).expect("memory does not fail");
        assert_eq!(lines.next(|_| {}).expect("memory does not fail"), Some((3, &b"z"[..])));
    }

    /// What the lines of a text are, worked out the slow way: LF, CR and CRLF end one.
    fn slowly(bytes: &[u8]) -> Vec<(u64, Vec<u8>)> {
        let mut lines = vec![Vec::new()];
        let mut before = 0;
        for byte in bytes {
            match (before, byte) {
                (b'\r', b'\n') => {}
                (_, b'\r' | b'\n') => lines.push(Vec::new()),
                (_, byte) => lines.last_mut().expect("never empty").push(*byte),
            }
            before = *byte;
        }
        if lines.last().is_some_and(Vec::is_empty) {
            lines.pop();
        }
        if let Some(rest) = lines.first().and_then(|first| first.strip_prefix(b"\xef\xbb\xbf")) {
            lines[0] = rest.to_owned();
        }
        (1..).zip(lines).collect()
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_have_the_right_lines(
            pieces in proptest::collection::vec(proptest::sample::select(vec![
                &b"\n"[..], b"\r", b"\r\n", b"\n\n", b"http://h/1", b" ", b"\xff", b"\xef\xbb\xbf", b"\0",
            ]), 0..30),
            junk in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..60),
            buffer in 1..40_usize,
        ) {
            let text = [pieces.concat(), junk].concat();
            proptest::prop_assert_eq!(read(&text, buffer), slowly(&text));
        }
    }
}
