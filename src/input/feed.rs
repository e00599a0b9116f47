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

use super::address::Refusal;
use super::choice::Choice;
use super::entry::Entry;
use super::list::Lines;
use super::page::{self, Picture};
use super::places::Places;
use super::reading::{Reading, Single};
use super::words::Source;

/// Something on the way that a person should hear of; `Display` is a safe line.
#[derive(Debug)]
pub enum Trouble<'a> {
    /// A line of this list is no address.
    Refused(&'a str, Refusal),
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
            Self::Refused(list, refusal) => write!(f, "{list}: {refusal}"),
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
        let Single { name, checksum } = reading.single.clone();
        (entry.name, entry.checksum) = (name.or(entry.name), checksum.or(entry.checksum));
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

/// Gives every entry to `take`, which says whether to go on; if not, lists are read no further. `fetch` brings pages.
/// `waiting` runs before more of a list, or a page, is waited for. True where every source was read to its end.
pub fn read(
    sources: Vec<Source>,
    reading: &Reading,
    mut fetch: impl FnMut(Url) -> Result<Page, TransferError>,
    mut take: impl FnMut(Entry) -> bool,
    mut waiting: impl FnMut(),
    mut trouble: impl FnMut(Trouble<'_>),
) -> bool {
    let (mut going, mut whole) = (true, true);
    for source in sources {
        if let Source::Page(url) = source {
            if going {
                waiting();
                match wanted(&url, fetch(url.clone()), &reading.choice) {
                    Ok(pictures) => going = pictures.into_iter().all(|picture| take(picture.into())),
                    Err(Trouble::NoPage(_, error)) if error.class == ErrorClass::Cancelled => whole = false,
                    Err(what) => {
                        whole &= matches!(what, Trouble::Bare(..));
                        trouble(what);
                    }
                }
            }
            continue;
        }
        let (list, text) = match source.into_text() {
            Ok(text) => text,
            Err(url) => {
                going &= take(url.into());
                continue;
            }
        };
        let mut lines = Lines::new(text);
        while going {
            match lines.next_address(&mut waiting) {
                Ok(Some((_, Ok(url)))) => going = take(url.into()),
                Ok(Some((line, Err(reason)))) => trouble(Trouble::Refused(&list, Refusal { line, reason })),
                Ok(None) => break,
                Err(error) => {
                    trouble(Trouble::Broken(&list, error));
                    whole = false;
                    break;
                }
            }
        }
    }
    going && whole
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
