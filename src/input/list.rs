//! Plain lists: an address a line. Blank lines, `#` lines, CRLF, CR and a byte order mark are fine. Reading streams:
//! the first address is out before the second line is in, and a line of a gigabyte costs 64 KiB.

use std::io::{self, BufRead as _, BufReader, Read};

use url::Url;

use super::address::{MAX_ADDRESS, address};

/// What one line of a list holds.
///
/// # Errors
/// Says in words, safe to show, why the line is refused.
pub fn line(text: &str) -> Result<Option<Url>, String> {
    let text = text.trim();
    if text.is_empty() || text.starts_with('#') {
        return Ok(None);
    }
    address(text).map(Some)
}

/// The lines of a list, each with its number from 1.
#[derive(Debug)]
pub struct Lines<R> {
    reader: BufReader<R>,
    number: u64,
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
        Self { reader: BufReader::with_capacity(bytes, reader), number: 0, after_cr: false }
    }

    /// The next line that holds something: its number, and an address or the reason why it is refused. `waiting` runs
    /// whenever more text has to be read, which on a pipe may take long.
    ///
    /// # Errors
    /// Any error of the reader.
    pub fn next_address(&mut self, mut waiting: impl FnMut()) -> io::Result<Option<(u64, Result<Url, String>)>> {
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            if !self.read_line(&mut bytes, &mut waiting)? {
                return Ok(None);
            }
            self.number += 1;
            let found = match self.text(&bytes) {
                Ok(text) => line(text),
                Err(reason) => Err(reason),
            };
            match found {
                Ok(None) => {}
                Ok(Some(url)) => return Ok(Some((self.number, Ok(url)))),
                Err(reason) => return Ok(Some((self.number, Err(reason)))),
            }
        }
    }

    fn text<'a>(&self, bytes: &'a [u8]) -> Result<&'a str, String> {
        if self.number == 1 && (bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff")) {
            return Err("this list is UTF-16; save it as UTF-8".to_owned());
        }
        let bytes = if self.number == 1 { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) } else { bytes };
        str::from_utf8(bytes).map_err(|_| "not an address: the line is not UTF-8 text".to_owned())
    }

    /// Reads up to LF, CR or CRLF; false at the end.
    fn read_line(&mut self, line: &mut Vec<u8>, waiting: &mut impl FnMut()) -> io::Result<bool> {
        let mut any = false;
        loop {
            if self.reader.buffer().is_empty() {
                waiting();
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

    fn read(bytes: &[u8], buffer: usize) -> Vec<(u64, bool)> {
        let mut lines = Lines::with_buffer(buffer, bytes);
        let mut seen = Vec::new();
        while let Some((number, found)) = lines.next_address(|| {}).expect("memory does not fail") {
            seen.push((number, found.is_ok()));
        }
        seen
    }

    #[test]
    fn all_line_endings_and_marks() {
        for buffer in [1, 2, 7, 4096] {
            assert_eq!(
                read(b"\xef\xbb\xbfhttp://h/1\r\nhttp://h/2\n\n# x\nhttp://h/3", buffer),
                [(1, true), (2, true), (5, true)]
            );
            assert_eq!(read(b"http://h/1\rhttp://h/2\r", buffer), [(1, true), (2, true)]);
            assert_eq!(read(b"http://h/\xff\nhttp://h/2\nnope\n", buffer), [(1, false), (2, true), (3, false)]);
            assert_eq!(read(b"", buffer), []);
        }
        assert_eq!(read(b"\xff\xfeh\0t\0", 64), [(1, false)]);
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
        let mut lines = Lines::new(Pieces(vec![b"http://h/1\r\n# x\nnope\n", b"http://h/2\nhttp://h", b"/3\n"]));
        let mut seen = String::new();
        let waits = std::cell::RefCell::new(String::new());
        while let Some((number, _)) = lines.next_address(|| waits.borrow_mut().push('w')).expect("memory does not fail")
        {
            seen.push_str(&waits.take());
            seen.push_str(&number.to_string());
        }
        assert_eq!(seen, "w13w4w5");
    }

    #[test]
    fn an_endless_line_costs_no_memory() {
        let mut junk = vec![b'x'; 1_000_000];
        junk.extend_from_slice(b"\nhttp://h/2\n");
        assert_eq!(read(&junk, 4096), [(1, false), (2, true)]);
    }

    /// What the lines of a text are, worked out the slow way: LF, CR and CRLF end one.
    fn slowly(bytes: &[u8]) -> Vec<(u64, bool)> {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
        let mut lines = vec![Vec::new()];
        let mut before = 0;
        for byte in text {
            match (before, byte) {
                (b'\r', b'\n') => {}
                (_, b'\r' | b'\n') => lines.push(Vec::new()),
                (_, byte) => lines.last_mut().expect("never empty").push(*byte),
            }
            before = *byte;
        }
        let found = lines.iter().zip(1..).map(|(bytes, number)| match str::from_utf8(bytes) {
            _ if number == 1 && utf16 => (number, Some(false)),
            Ok(text) => (number, line(text).map_or(Some(false), |url| url.map(|_| true))),
            Err(_) => (number, Some(false)),
        });
        found.filter_map(|(number, held)| held.map(|held| (number, held))).collect()
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_have_the_right_lines(
            pieces in proptest::collection::vec(proptest::sample::select(vec![
                &b"\n"[..], b"\r", b"\r\n", b"\n\n", b"http://h/1", b"# x", b" ", b"nope", b"\xff", b"\xef\xbb\xbf", b"\0", b"\xff\xfe",
            ]), 0..30),
            junk in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..60),
            buffer in 1..40_usize,
        ) {
            let text = [pieces.concat(), junk].concat();
            proptest::prop_assert_eq!(read(&text, buffer), slowly(&text));
        }
    }

    #[test]
    fn a_line_is_kept_up_to_its_limit_and_its_number_is_its_own() {
        // Whatever the reader hands over, one line of memory is all that is held.
        let mut lines = Lines::new(io::repeat(b'x').take(30_000_000).chain(&b"\r\n# y\nhttp://h/3\n"[..]));
        let mut bytes = Vec::new();
        assert!(lines.read_line(&mut bytes, &mut || {}).expect("memory does not fail"));
        assert!(bytes.len() == MAX_LINE && bytes.capacity() <= 2 * MAX_LINE, "{}", bytes.capacity());
        lines.number = 1;
        let next = lines.next_address(|| {}).expect("memory does not fail");
        assert!(matches!(next, Some((3, Ok(_)))), "{next:?}");
    }
}
