//! Sources, read in order: into an engine at the pace at which it takes them, or for whoever wants the addresses. It
//! blocks and belongs on a thread of its own.

use std::cell::RefCell;
use std::io;
use std::path::Path;
use std::sync::Arc;

use url::Url;

use crate::engine::event::ADD_LIMIT;
use crate::engine::options::Checksum;
use crate::engine::request::DownloadRequest;
use crate::engine::{Engine, Hold};

use super::address::Refusal;
use super::list::Lines;
use super::words::Source;

/// Something on the way that a person should hear of.
#[derive(Debug)]
pub enum Trouble<'a> {
    /// A line of this list is no address.
    Refused(&'a str, Refusal),
    /// This list ended early, for this reason.
    Broken(&'a str, io::Error),
}

/// What the user said of the file, where there is but one.
#[derive(Debug, Clone, Default)]
pub struct Single {
    /// Its name.
    pub name: Option<String>,
    /// The digest that it must have.
    pub checksum: Option<Checksum>,
}

/// Adds everything that `sources` name, also where the engine is told to stop meanwhile: all words, and the lines of
/// lists that have been read by then, become jobs. `held` was taken before anything could stop the engine. `single`
/// is what the user said of a single file. `hold_back` waits where the engine has enough to do, so that a long list
/// costs little memory; otherwise it takes all, as fast as it can make jobs of them. True where every source was read to its end.
pub fn feed(
    engine: &Engine,
    held: Hold,
    sources: Vec<Source>,
    dir: &Arc<Path>,
    single: &Single,
    hold_back: bool,
    trouble: impl FnMut(Trouble<'_>),
) -> bool {
    let batch = RefCell::new(Vec::new());
    let held = RefCell::new(Some(held));
    let hand_over = || {
        let requests = batch.take();
        let open = requests.is_empty() || if hold_back { engine.wait_for_room() } else { engine.wait_for_turn() };
        engine.add(requests);
        open
    };
    let take = |url| {
        held.borrow_mut().get_or_insert_with(|| engine.hold());
        let full = {
            let mut batch = batch.borrow_mut();
            let Single { name, checksum } = single.clone();
            batch.push(DownloadRequest { url, dir: Arc::clone(dir), name, checksum });
            batch.len() >= ADD_LIMIT
        };
        !full || hand_over()
    };
    let waiting = || {
        hand_over();
        // The text may never come, and an engine that is told to stop must not wait for it.
        held.take();
    };
    let whole = read(sources, take, waiting, trouble);
    hand_over();
    whole
}

/// Gives every address to `take`, which says whether to go on; if not, lists are read no further. `waiting` runs before
/// more of a list is waited for. True where every source was read to its end.
pub fn read(
    sources: Vec<Source>,
    mut take: impl FnMut(Url) -> bool,
    mut waiting: impl FnMut(),
    mut trouble: impl FnMut(Trouble<'_>),
) -> bool {
    let (mut going, mut whole) = (true, true);
    for source in sources {
        let (list, text) = match source.into_text() {
            Ok(text) => text,
            Err(url) => {
                going &= take(url);
                continue;
            }
        };
        let mut lines = Lines::new(text);
        while going {
            match lines.next_address(&mut waiting) {
                Ok(Some((_, Ok(url)))) => going = take(url),
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
