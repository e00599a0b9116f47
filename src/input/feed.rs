//! Sources, read in order: into an engine at the pace at which it takes them, or for whoever wants the addresses. It
//! blocks and belongs on a thread of its own.

use std::cell::RefCell;
use std::fmt;
use std::io;

use url::Url;

use crate::display;
use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::event::ADD_LIMIT;
use crate::engine::{Engine, Hold, Page};

use super::address::{Refusal, address};
use super::choice::Choice;
use super::entry::Entry;
use super::lines::Lines;
use super::list::{List, Said};
use super::open::Text;
use super::page::{self, Picture};
use super::places::Places;
use super::reading::Reading;
use super::table::Table;
use super::words::Source;

/// Something on the way that a person should hear of; `Display` is a safe line.
#[derive(Debug)]
pub enum Trouble<'a> {
    /// A line of this list is no address.
    Refused(&'a str, Refusal),
    /// A line of this list can be used, but something in it has no effect.
    Noted(&'a str, Refusal),
    /// This list ended early, for this reason.
    Broken(&'a str, io::Error),
    /// This page, whose name is safe, was not to be had, or not meant for us.
    NoPage(String, TransferError),
    /// No image of this page is taken: of so many, and so many more that have no address to fetch.
    Bare(String, usize, usize),
    /// An entry has no folder to go to, for this reason.
    NoFolder(String),
}

impl fmt::Display for Trouble<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(list, refusal) | Self::Noted(list, refusal) => write!(f, "{list}: {refusal}"),
            Self::Broken(list, error) => write!(f, "{list}: cannot read on: {error}"),
            Self::NoPage(page, error) => write!(f, "{page}: {} ({})", display::safe(&error.detail), error.class.word()),
            Self::Bare(page, 0, 0) => write!(f, "{page}: there is no image on this page"),
            Self::Bare(page, 0, skipped) => {
                write!(f, "{page}: there is no image to fetch on this page, but {skipped} within it or of no address")
            }
            Self::Bare(page, all, _) => write!(f, "{page}: none of its {all} images is wanted (--accept, --reject)"),
            Self::NoFolder(why) => f.write_str(why),
        }
    }
}

/// Adds everything that `sources` name, also where the engine is told to stop meanwhile: all words, and the lines of
/// lists that have been read by then, become jobs, in their `places`. `held` was taken before anything could stop the
/// engine. `hold_back` waits where the engine has enough to do, so that a long list
/// costs little memory; otherwise it takes all, as fast as it can make jobs of them. True where every source was read to its end.
pub fn feed(
    engine: &Engine,
    held: Hold,
    sources: Vec<Source>,
    reading: &Reading,
    places: Places,
    hold_back: bool,
    trouble: impl FnMut(Trouble<'_>),
) -> bool {
    let (places, trouble) = (RefCell::new(places), RefCell::new(trouble));
    let batch = RefCell::new(Vec::new());
    let held = RefCell::new(Some(held));
    let hand_over = || {
        let requests = batch.take();
        let open = requests.is_empty() || if hold_back { engine.wait_for_room() } else { engine.wait_for_turn() };
        engine.add(requests);
        open
    };
    let take = |mut entry: Entry| {
        held.borrow_mut().get_or_insert_with(|| engine.hold());
        reading.single.complete(&mut entry);
        let full = match places.borrow_mut().request(entry) {
            Ok(request) => {
                let mut batch = batch.borrow_mut();
                batch.push(request);
                batch.len() >= ADD_LIMIT
            }
            Err(why) => {
                trouble.borrow_mut()(Trouble::NoFolder(why));
                false
            }
        };
        !full || hand_over()
    };
    let waiting = || {
        hand_over();
        // The text may never come, and an engine that is told to stop must not wait for it.
        held.take();
    };
    let fetch = |url| engine.page(url);
    let whole = read(sources, reading, fetch, take, waiting, |what| trouble.borrow_mut()(what));
    hand_over();
    whole
}

/// For whoever has nobody to bring pages.
///
/// # Errors
/// Always.
pub fn no_page(_: Url) -> Result<Page, TransferError> {
    Err(TransferError::new(ErrorClass::Refused, "no page is asked for here"))
}

/// Gives every entry to `take`, which says whether to go on; if not, lists are read no further. `fetch` brings pages.
/// `waiting` runs before more of a list, or a page, is waited for. True where every source was read to its end.
pub fn read(
    sources: Vec<Source>,
    reading: &Reading,
    mut fetch: impl FnMut(Url) -> Result<Page, TransferError>,
    take: impl FnMut(Entry) -> bool,
    waiting: impl FnMut(),
    trouble: impl FnMut(Trouble<'_>),
) -> bool {
    let mut reader = Reader { reading, row: 0, take, waiting, trouble };
    let (mut going, mut whole) = (true, true);
    for source in sources {
        match source.into_text() {
            Ok((list, text)) if going => match text.and_then(|text| reader.list(&list, text)) {
                Ok(goes_on) => going = goes_on,
                Err(error) => {
                    (reader.trouble)(Trouble::Broken(&list, error));
                    whole = false;
                }
            },
            // Words are all taken, whatever else happens.
            Err(Source::Entry(entry)) => going &= reader.entry(*entry),
            Err(Source::Address(url)) => going &= reader.entry(url.into()),
            Err(Source::Pattern(pattern)) => {
                for url in pattern.texts().filter_map(|text| address(&text).ok()) {
                    going &= reader.entry(url.into());
                }
            }
            Err(Source::Table(mut table)) if going => match reader.table(&mut table) {
                Ok(goes_on) => going = goes_on,
                Err(error) => {
                    (reader.trouble)(Trouble::Broken(table.name(), error));
                    whole = false;
                }
            },
            Err(Source::Page(url)) if going => {
                (reader.waiting)();
                match wanted(&url, fetch(url.clone()), &reading.choice) {
                    Ok(pictures) => going = pictures.into_iter().all(|picture| reader.entry(picture.into())),
                    Err(Trouble::NoPage(_, error)) if error.class == ErrorClass::Cancelled => whole = false,
                    Err(what) => {
                        whole &= matches!(what, Trouble::Bare(..));
                        (reader.trouble)(what);
                    }
                }
            }
            Ok(_) | Err(Source::Table(_) | Source::Page(_) | Source::List { .. } | Source::Stdin) => {}
        }
    }
    going && whole
}

struct Reader<'a, T, W, R> {
    reading: &'a Reading,
    /// Each entry has its number, whatever becomes of the others.
    row: u64,
    take: T,
    waiting: W,
    trouble: R,
}

impl<T: FnMut(Entry) -> bool, W: FnMut(), R: FnMut(Trouble<'_>)> Reader<'_, T, W, R> {
    fn entry(&mut self, mut entry: Entry) -> bool {
        self.row += 1;
        self.reading.name.iter().for_each(|naming| naming.name(self.row, &mut entry, |_| None));
        (self.take)(entry)
    }

    /// True where it was read to its end.
    fn table(&mut self, table: &mut Table) -> io::Result<bool> {
        let before = self.row;
        while let Some((line, read)) = table.next(&mut self.waiting)? {
            self.row = before + table.count();
            match read {
                Err(reason) => (self.trouble)(Trouble::Refused(table.name(), Refusal { line, reason })),
                Ok(mut entry) => {
                    let names = self.reading.name.iter();
                    names.for_each(|naming| naming.name(self.row, &mut entry, |column| table.value(column)));
                    if !(self.take)(entry) {
                        return Ok(false);
                    }
                }
            }
        }
        self.row = before + table.count();
        Ok(true)
    }

    fn refused(&mut self, list: &str, refusal: Refusal) {
        self.row += 1;
        (self.trouble)(Trouble::Refused(list, refusal));
    }

    fn said(&mut self, list: &str, said: Said) -> bool {
        match said {
            Said::Entry(entry) => return self.entry(*entry),
            Said::Refused(refusal) => self.refused(list, refusal),
            Said::Noted(refusal) => (self.trouble)(Trouble::Noted(list, refusal)),
        }
        true
    }

    /// True where it was read to its end. Where it breaks off, so may have what belongs to its last entry: that is left.
    fn list(&mut self, list: &str, text: Text) -> io::Result<bool> {
        let (mut lines, mut entries) = (Lines::new(text), List::new(self.reading));
        loop {
            let line = lines.next(|text| {
                if text.would_wait() {
                    entries.end(&mut |said| self.said(list, said));
                }
                (self.waiting)();
            });
            match line? {
                Some((number, line)) if !entries.line(number, line, &mut |said| self.said(list, said)) => {
                    return Ok(false);
                }
                Some(_) => {}
                None => return Ok(entries.end(&mut |said| self.said(list, said))),
            }
        }
    }
}

/// The images of a page, asked for by this address, that are wanted; there is one at least.
///
/// # Errors
/// Why there is none.
pub fn wanted(
    asked: &Url,
    page: Result<Page, TransferError>,
    choice: &Choice,
) -> Result<Vec<Picture>, Trouble<'static>> {
    let name = display::address(asked);
    let found = match page.and_then(|page| page::pictures(&page)) {
        Ok(found) => found.at_home(asked),
        Err(error) => return Err(Trouble::NoPage(name, error)),
    };
    let (all, mut pictures) = (found.pictures.len(), found.pictures);
    pictures.retain(|picture| choice.takes(&picture.url));
    if pictures.is_empty() { Err(Trouble::Bare(name, all, found.skipped)) } else { Ok(pictures) }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::{BufWriter, Write as _};
    use std::os::fd::OwnedFd;
    use std::{fs, thread};

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    /// What this process has held at most so far, in bytes.
    fn peak() -> u64 {
        let status = fs::read_to_string("/proc/self/status").expect("Linux has it");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("it says so");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
    }

    /// A million entries of three lines come through a pipe, packed and not, in the memory that one takes.
    #[test]
    #[ignore = "takes a minute; run it alone, since memory is that of the whole process"]
    fn long_lists_are_read_in_flat_memory() {
        const ENTRIES: usize = 1_000_000;
        for packed in [false, true] {
            let (reader, writer) = io::pipe().expect("two descriptors");
            let writing = thread::spawn(move || {
                let mut pipe: Box<dyn io::Write> = if packed {
                    Box::new(GzEncoder::new(writer, Compression::fast()))
                } else {
                    Box::new(BufWriter::with_capacity(64 * 1024, writer))
                };
                for n in 0..ENTRIES {
                    let entry =
                        format!("http://h/{n}.jpg\thttp://m/{n}.jpg\n  out=a/{n}.jpg\n  header=X-A: {n:0900}\n");
                    pipe.write_all(entry.as_bytes()).expect("somebody reads");
                }
            });
            let before = peak();
            let (mut count, mut waits) = (0, 0);
            let source = Source::List { name: "list".to_owned(), kind: None, file: OwnedFd::from(reader).into() };
            let take = |entry: Entry| {
                assert!(entry.name == Some(format!("{count}.jpg")) && entry.more.headers.len() == 1);
                count += 1;
                true
            };
            let whole = read(
                vec![source],
                &Reading::default(),
                no_page,
                take,
                || waits += 1,
                |trouble| unreachable!("{trouble:?}"),
            );
            writing.join().expect("it ends");
            let grown = peak() - before;
            assert!(whole && count == ENTRIES && waits > 10, "{count} {waits}");
            assert!(grown < 16 * 1024 * 1024, "{grown}");
        }
    }
}
