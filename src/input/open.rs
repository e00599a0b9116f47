//! The bytes of a list or a table, from a file or a pipe: what comes as gzip is unpacked on the way, and what is no text
//! at all is refused at its first bytes. It must not know what the text says.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Chain, Cursor, Read};

use flate2::bufread::GzDecoder;

/// Text as it is read. An error of it says what is wrong with the text.
pub struct Text {
    state: State,
    /// Nothing of the text was handed out yet.
    is_new: bool,
}

enum State {
    /// Nothing was read yet: a pipe may be silent for long, and nobody has asked.
    Unread(File),
    Plain(Raw),
    /// The part of it that is being read; none behind the last one.
    Gzip(Box<Option<Packed>>),
    /// It was refused, or something broke.
    Over,
}

/// One part of an archive, which may have several.
type Packed = GzDecoder<BufReader<Raw>>;

/// The first bytes are looked at, and are read again then.
type Raw = Chain<Cursor<Vec<u8>>, File>;

/// So many are looked at.
const BEGINNING: usize = 8 * 1024;
const BUFFER: usize = 64 * 1024;
const GZIP: &[u8] = b"\x1f\x8b";

impl Text {
    /// The text of a file or a pipe, which is not read before it is asked for.
    #[must_use]
    pub fn new(file: File) -> Self {
        Self { state: State::Unread(file), is_new: true }
    }

    /// True where nothing more has come for a moment, so that to read on may take for ever.
    #[must_use]
    pub fn would_wait(&self) -> bool {
        let raw = match &self.state {
            State::Unread(file) => return is_silent(file),
            State::Plain(raw) => raw,
            State::Gzip(gzip) => match &**gzip {
                Some(part) if part.get_ref().buffer().is_empty() => part.get_ref().get_ref(),
                _ => return false,
            },
            State::Over => return false,
        };
        let (beginning, file) = raw.get_ref();
        beginning.position() == beginning.get_ref().len() as u64 && is_silent(file)
    }

    /// Reads the first bytes, which say how to read the rest.
    fn begin(mut file: File) -> io::Result<State> {
        let mut beginning = vec![0; BEGINNING];
        let mut length = 0;
        // One byte alone is no answer yet.
        while length < GZIP.len() {
            match file.read(&mut beginning[length..]) {
                Ok(0) => break,
                Ok(count) => length += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        beginning.truncate(length);
        let packed = beginning.starts_with(GZIP);
        let raw = Cursor::new(beginning).chain(file);
        Ok(if packed {
            State::Gzip(Box::new(Some(GzDecoder::new(BufReader::with_capacity(BUFFER, raw)))))
        } else {
            State::Plain(raw)
        })
    }
}

impl Read for Text {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        // What fails stays over: whoever asks again is at its end.
        let mut state = match std::mem::replace(&mut self.state, State::Over) {
            State::Unread(file) => Self::begin(file)?,
            state => state,
        };
        let count = match &mut state {
            State::Plain(raw) => match raw.read(into) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(None),
                result => result.map(Some),
            },
            State::Gzip(gzip) => unpacked(gzip, into).map(Some).map_err(|error| match error.kind() {
                io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
                    wrong(&format!("the gzip data is damaged, or cut off ({error}): pack it again"))
                }
                _ => error,
            }),
            State::Unread(_) | State::Over => Ok(Some(0)),
        }?;
        let Some(count) = count else {
            self.state = state;
            return Err(io::ErrorKind::Interrupted.into());
        };
        if std::mem::take(&mut self.is_new) {
            check(&into[..count])?;
        }
        self.state = state;
        Ok(count)
    }
}

/// Reads on in an archive of any number of parts.
fn unpacked(archive: &mut Option<Packed>, into: &mut [u8]) -> io::Result<usize> {
    while let Some(part) = archive {
        let count = part.read(into)?;
        if count > 0 || into.is_empty() {
            return Ok(count);
        }
        *archive = archive.take().map(Packed::into_inner).map_or(Ok(None), next_part)?;
    }
    Ok(0)
}

/// What follows a part; zeros only fill it up, as tapes have it.
fn next_part(mut raw: BufReader<Raw>) -> io::Result<Option<Packed>> {
    loop {
        let bytes = raw.fill_buf()?;
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        let (is_end, goes_on) = (bytes.is_empty(), zeros < bytes.len());
        raw.consume(zeros);
        if is_end || goes_on {
            return Ok(goes_on.then(|| GzDecoder::new(raw)));
        }
    }
}

/// Refuses what is no text in an encoding that we read.
fn check(beginning: &[u8]) -> io::Result<()> {
    let zeros = |odd: usize| beginning.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let marked = [b"\xff\xfe", b"\xfe\xff"].iter().any(|mark| beginning.starts_with(*mark));
    // Western text in UTF-16 is zeros in every other place.
    if marked || (even == 0) != (odd == 0) && 8 * (even + odd) > 3 * beginning.len() {
        return Err(wrong("this is UTF-16: save it as UTF-8"));
    }
    if even + odd > 0 {
        return Err(wrong("this is no text, but something binary, such as a picture or an archive"));
    }
    Ok(())
}

fn wrong(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Whoever writes a line and then what belongs to it, one after the other, is given this time.
#[cfg(unix)]
const MOMENT: rustix::event::Timespec = rustix::event::Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

#[cfg(unix)]
fn is_silent(file: &File) -> bool {
    use rustix::event::{PollFd, PollFlags, poll};
    // Files are always ready, and so is a pipe at its end.
    loop {
        match poll(&mut [PollFd::new(file, PollFlags::IN)], Some(&MOMENT)) {
            Err(rustix::io::Errno::INTR) => {}
            ready => return ready == Ok(0),
        }
    }
}

#[cfg(not(unix))]
fn is_silent(file: &File) -> bool {
    // Pipes cannot be asked here.
    !file.metadata().is_ok_and(|metadata| metadata.is_file())
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::{Seek as _, Write as _};

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    /// A file that holds these bytes and has no name.
    pub(in crate::input) fn file(bytes: &[u8]) -> File {
        let path = std::env::temp_dir().join(format!("haul-text-{}-{:x}", std::process::id(), fastrand::u64(..)));
        let mut file = File::options().read(true).write(true).create_new(true).open(&path).expect("a fresh name");
        let _ = std::fs::remove_file(&path);
        file.write_all(bytes).and_then(|()| file.rewind()).expect("written");
        file
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(bytes).expect("memory does not fail");
        packer.finish().expect("memory does not fail")
    }

    fn read(bytes: &[u8]) -> Result<Vec<u8>, String> {
        let mut all = Vec::new();
        Text::new(file(bytes)).read_to_end(&mut all).map(|_| all).map_err(|error| error.to_string())
    }

    #[test]
    fn text_comes_as_it_is_and_packed_text_unpacked() {
        let long = b"http://h/1\n".repeat(50_000);
        for text in [&b""[..], b"x", b"http://h/1\n", &long, b"\xef\xbb\xbfx"] {
            assert_eq!(read(text), Ok(text.to_vec()));
            assert_eq!(read(&packed(text)), Ok(text.to_vec()));
        }
        // As `cat a.gz b.gz` has them.
        assert_eq!(read(&[packed(b"a\n"), packed(b"b\n")].concat()), Ok(b"a\nb\n".to_vec()));
        // As tapes have them.
        assert_eq!(read(&[packed(b"a\n"), vec![0; 100_000]].concat()), Ok(b"a\n".to_vec()));
        assert_eq!(read(&[packed(b"a\n"), vec![0; 9], packed(b"b\n")].concat()), Ok(b"a\nb\n".to_vec()));
        let why = read(&[&packed(b"a\n")[..], b"\0\0x"].concat()).expect_err("junk");
        assert!(why.contains("gzip data is damaged"), "{why}");
    }

    #[test]
    fn what_is_no_text_is_refused_once() {
        let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<_>>();
        for (bytes, said) in [
            (utf16("\u{feff}http://h/1\n", u16::to_le_bytes), "UTF-16"),
            (utf16("\u{feff}http://h/1\n", u16::to_be_bytes), "UTF-16"),
            (utf16("\u{feff}北極光", u16::to_be_bytes), "UTF-16"),
            (utf16("http://h/1\n", u16::to_le_bytes), "UTF-16"),
            (utf16("http://h/1\n", u16::to_be_bytes), "UTF-16"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec(), "something binary"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01".to_vec(), "something binary"),
            (vec![0; 20_000], "something binary"),
            (b"\x1f\x8b".to_vec(), "gzip data is damaged"),
            (b"\x1f\x8bnonsense".to_vec(), "gzip data is damaged"),
        ] {
            for bytes in [packed(&bytes), bytes] {
                let why = read(&bytes).err();
                // Packed twice is binary too.
                let fits = why.as_ref().is_some_and(|why| why.contains(said) || why.contains("binary"));
                assert!(fits || bytes.starts_with(GZIP), "{said}: {why:?}");
            }
        }
    }

    #[test]
    fn a_cut_archive_gives_what_it_holds_and_then_says_so() {
        let lines = (0..20_000).map(|n| format!("http://h/{n}\n")).collect::<Vec<_>>().concat();
        let whole = packed(lines.as_bytes());
        let mut text = Text::new(file(&whole[..whole.len() / 2]));
        let (mut all, mut piece) = (Vec::new(), vec![0; 1000]);
        let why = loop {
            match text.read(&mut piece) {
                Ok(count) => all.extend_from_slice(&piece[..count]),
                Err(error) => break error.to_string(),
            }
            assert!(!piece.is_empty() && all.len() < lines.len(), "no error");
        };
        assert!(why.contains("gzip data is damaged, or cut off"), "{why}");
        assert!(all.len() > 1000 && lines.as_bytes().starts_with(&all));
        assert_eq!(text.read(&mut piece).ok(), Some(0), "and then it is over");
    }

    #[cfg(unix)]
    #[test]
    fn a_silent_pipe_is_told_from_one_that_has_more() {
        let (reader, mut writer) = io::pipe().expect("two descriptors");
        let mut text = Text::new(File::from(std::os::fd::OwnedFd::from(reader)));
        assert!(text.would_wait());
        writer.write_all(b"http://h/1\n").expect("it is open");
        assert!(!text.would_wait());
        let mut piece = [0; 100];
        assert_eq!(text.read(&mut piece).ok(), Some(11));
        assert!(text.would_wait());
        drop(writer);
        assert!(!text.would_wait());
        assert_eq!(text.read(&mut piece).ok(), Some(0));
        assert!(!Text::new(file(b"")).would_wait());
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(gzip: bool, bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
            let all = if gzip { [GZIP, &bytes].concat() } else { bytes };
            if let Ok(read) = read(&all) {
                proptest::prop_assert!(gzip || read == all);
            }
        }
    }
}
