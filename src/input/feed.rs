//! Sources, read in order: into an engine at the pace at which it takes them, or for whoever wants the addresses. It
//! blocks and belongs on a thread of its own.

use std::cell::RefCell;
use std::io;

use crate::engine::event::ADD_LIMIT;
use crate::engine::{Engine, Hold};

use super::address::Refusal;
use super::entry::Entry;
use super::list::Lines;
use super::places::Places;
use super::reading::Reading;
use super::words::Source;

/// Something on the way that a person should hear of.
#[derive(Debug)]
pub enum Trouble<'a> {
    /// A line of this list is no address.
    Refused(&'a str, Refusal),
    /// This list ended early, for this reason.
    Broken(&'a str, io::Error),
    /// An entry has no folder to go to, for this reason.
    NoFolder(String),
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
    let whole = read(sources, reading, take, waiting, |what| trouble.borrow_mut()(what));
    hand_over();
    whole
}

/// Gives every entry to `take`, which says whether to go on; if not, lists are read no further. `waiting` runs before
/// more of a list is waited for. True where every source was read to its end.
pub fn read(
    sources: Vec<Source>,
    _reading: &Reading,
    mut take: impl FnMut(Entry) -> bool,
    mut waiting: impl FnMut(),
    mut trouble: impl FnMut(Trouble<'_>),
) -> bool {
    let (mut going, mut whole) = (true, true);
    for source in sources {
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
