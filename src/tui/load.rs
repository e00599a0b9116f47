//! Addresses on their way to the engine: a list file, a paste, the lines of the add box. Files, folders and a million
//! addresses take time, so each is read on a thread of its own, and what became of it is posted to the inbox. It must
//! not know what is shown.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use url::Url;

use super::inbox::{Inbox, Wake};
use super::pasted::{Added, Loaded, Pasted};
use crate::display;
use crate::engine::event::ADD_LIMIT;
use crate::engine::request::DownloadRequest;
use crate::engine::{Engine, prepare_folder};
use crate::input::expand::Pattern;
use crate::input::feed::{self, Trouble};
use crate::input::page::Picture;
use crate::input::table::Asked;
use crate::input::{Choice, Entry, Places, Reading, Refusal, curl, list, tables, words};

/// Where addresses go.
#[derive(Clone)]
pub(super) struct Loader<'a> {
    /// The engine that they go to.
    pub(super) engine: &'a Engine,
    /// Where is said what became of them.
    pub(super) inbox: &'a Inbox,
    /// The usual folder.
    pub(super) dir: Arc<Path>,
}

impl Loader<'_> {
    /// Reads text.
    pub(super) fn text(self, pasted: Pasted) {
        self.spawn(move |mut batch, inbox| {
            if let Some(folder) = &pasted.folder {
                match make(folder) {
                    Ok(dir) => batch.places = Places::new(Arc::from(dir)),
                    Err(why) => return Loaded::NoFolder(why),
                }
                inbox.post(Wake::Loaded(Loaded::Begun));
            }
            // Whoever has pasted and leaves at once finds all of it next time.
            let held = batch.engine.hold();
            for (line, text) in curl::lines(pasted.text.replace("\r\n", "\n").split(['\n', '\r'])) {
                if let Err(reason) = batch.line(&text, pasted.expand) {
                    batch.refused(Refusal { line, reason }.to_string());
                }
            }
            batch.hand_over();
            drop(held);
            Loaded::Added(batch.told)
        });
    }

    /// Reads a list file.
    pub(super) fn list(self, path: PathBuf) {
        self.spawn(move |batch, _| {
            // Here `-` is a file: the standard input is the keyboard.
            let path = if path.as_os_str() == "-" { PathBuf::from("./-") } else { at_home(&path) };
            let source = words::list(OsStr::new(&path)).and_then(|source| tables::open(source, &Asked::default()));
            let source = match source {
                Ok(source) => source,
                Err(why) => return Loaded::Unread(why),
            };
            let batch = std::cell::RefCell::new(batch);
            let take = |entry| batch.borrow_mut().take(entry);
            let waiting = || {
                batch.borrow_mut().hand_over();
            };
            let engine = batch.borrow().engine.clone();
            let fetch = |url| engine.page(url);
            feed::read(vec![source], &Reading::default(), fetch, take, waiting, |trouble| {
                if !matches!(trouble, Trouble::Noted(..)) {
                    batch.borrow_mut().refused(trouble.to_string());
                }
            });
            let mut batch = batch.into_inner();
            batch.hand_over();
            Loaded::Added(batch.told)
        });
    }

    /// Reads a page for the images on it that are wanted.
    pub(super) fn page(self, url: Url, choice: Choice) {
        self.spawn(move |batch, _| {
            let page = batch.engine.page(url.clone());
            let pictures = feed::wanted(&url, page, &choice).map_err(|trouble| trouble.to_string());
            Loaded::Page(url, pictures)
        });
    }

    /// Adds images of a page.
    pub(super) fn pictures(self, pictures: Vec<Picture>) {
        self.spawn(move |mut batch, _| {
            let held = batch.engine.hold();
            let _ = pictures.into_iter().all(|picture| batch.take(picture.into()));
            batch.hand_over();
            drop(held);
            Loaded::Added(batch.told)
        });
    }

    /// Makes another folder the usual one.
    pub(super) fn folder(self, path: PathBuf) {
        self.spawn(move |_, _| match make(&path) {
            Ok(dir) => Loaded::Folder(dir),
            Err(why) => Loaded::Unread(why),
        });
    }

    fn spawn(self, work: impl FnOnce(Batch, &Inbox) -> Loaded + Send + 'static) {
        let (failed, inbox) = (self.inbox.clone(), self.inbox.clone());
        let batch = Batch {
            engine: self.engine.clone(),
            places: Places::new(self.dir),
            requests: Vec::new(),
            told: Added::default(),
        };
        let thread = thread::Builder::new().name("load".to_owned());
        let started = thread.spawn(move || inbox.post(Wake::Loaded(work(batch, &inbox))));
        if let Err(error) = started {
            failed.post(Wake::Loaded(Loaded::Unread(format!("cannot start a thread: {error}"))));
        }
    }
}

/// Addresses that wait until they are worth a command.
struct Batch {
    engine: Engine,
    places: Places,
    requests: Vec<DownloadRequest>,
    told: Added,
}

impl Batch {
    /// Takes what a line stands for.
    fn line(&mut self, text: &str, expand: bool) -> Result<(), String> {
        if curl::is_curl(text) {
            curl::entries(text)?.into_iter().all(|entry| self.take(entry));
            return Ok(());
        }
        if !expand || text.trim_start().starts_with('#') {
            if let Some(url) = list::line(text)? {
                self.take(url.into());
            }
            return Ok(());
        }
        for text in Pattern::parse(text)?.texts() {
            if !list::line(&text)?.is_none_or(|url| self.take(url.into())) {
                break;
            }
        }
        Ok(())
    }

    /// Takes an address; false when the engine takes no more.
    fn take(&mut self, entry: Entry) -> bool {
        match self.places.request(entry) {
            Ok(request) => {
                self.requests.push(request);
                self.told.addresses += 1;
            }
            Err(why) => self.refused(why),
        }
        self.requests.len() < ADD_LIMIT || self.hand_over()
    }

    fn hand_over(&mut self) -> bool {
        let open = self.requests.is_empty() || self.engine.wait_for_turn();
        self.engine.add(std::mem::take(&mut self.requests));
        open
    }

    fn refused(&mut self, why: String) {
        self.told.refused += 1;
        self.told.why.get_or_insert(why);
    }
}

fn make(folder: &Path) -> Result<PathBuf, String> {
    let why = |error| format!("cannot write to the folder `{}`: {error}", display::safe(&folder.to_string_lossy()));
    prepare_folder(&at_home(folder)).map_err(why)
}

/// What a shell makes of `~/`.
pub(super) fn at_home(path: &Path) -> PathBuf {
    let home = std::env::home_dir().filter(|home| home.is_absolute());
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_tilde_alone_is_home() {
        let home = std::env::home_dir().expect("tests have one");
        assert_eq!(at_home(Path::new("~/x")), home.join("x"));
        for path in ["~x/y", "x/~/y", "/x", "./~"] {
            assert_eq!(at_home(Path::new(path)), Path::new(path));
        }
    }
}
