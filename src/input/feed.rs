//! Sources, read in order: into an engine at the pace at which it takes them, or for whoever wants the addresses. It
//! blocks and belongs on a thread of its own.

use std::io;
use std::path::Path;
use std::sync::Arc;

use url::Url;

use crate::engine::Engine;
use crate::engine::event::ADD_LIMIT;
use crate::engine::request::DownloadRequest;

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

/// Adds everything that `sources` name. `name` is the user's own name for a single address.
pub fn feed(
    engine: &Engine,
    sources: Vec<Source>,
    dir: &Arc<Path>,
    name: Option<&str>,
    trouble: impl FnMut(Trouble<'_>),
) {
    let mut batch = Vec::new();
    let take = |url, more: bool| {
        batch.push(DownloadRequest { url, dir: Arc::clone(dir), name: name.map(str::to_owned) });
        // What is there goes out before the next line of a slow pipe is waited for.
        (more && batch.len() < ADD_LIMIT) || hand_over(engine, &mut batch)
    };
    read(sources, take, trouble);
    hand_over(engine, &mut batch);
}

/// False when the engine has ended.
fn hand_over(engine: &Engine, batch: &mut Vec<DownloadRequest>) -> bool {
    let open = engine.wait_for_room();
    engine.add(std::mem::take(batch));
    open
}

/// Gives every address to `take`, which also hears whether the next one is at hand, and says whether to go on.
pub fn read(sources: Vec<Source>, mut take: impl FnMut(Url, bool) -> bool, mut trouble: impl FnMut(Trouble<'_>)) {
    for source in sources {
        let (list, text) = match source.into_text() {
            Ok(text) => text,
            Err(url) => {
                if !take(url, true) {
                    return;
                }
                continue;
            }
        };
        let mut lines = Lines::new(text);
        loop {
            match lines.next_address() {
                Ok(Some((_, Ok(url)))) => {
                    if !take(url, lines.has_line_at_hand()) {
                        return;
                    }
                }
                Ok(Some((line, Err(reason)))) => trouble(Trouble::Refused(&list, Refusal { line, reason })),
                Ok(None) => break,
                Err(error) => {
                    trouble(Trouble::Broken(&list, error));
                    break;
                }
            }
        }
    }
}
