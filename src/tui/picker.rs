//! The images of a page, to choose from: which are shown, which are marked, where the cursor is. It must not know how
//! pages are read, nor how this is drawn.

use url::Url;

use super::action::{Action, Step};
use super::line::LineEdit;
use crate::input::page::Picture;

/// See the head of this file.
#[derive(Debug)]
pub(super) struct Picker {
    page: Url,
    /// Pages whose turn it is after this one.
    later: Vec<Url>,
    /// None while the page is being read; safe text says why there is nothing.
    found: Option<Result<Vec<Picture>, String>>,
    marked: Vec<bool>,
    /// Which are shown.
    shown: Vec<usize>,
    /// The cursor, among those shown.
    at: usize,
    search: Option<LineEdit>,
    typing: bool,
}

impl Picker {
    /// For the first of these pages; none without one.
    pub(super) fn new(mut pages: Vec<Url>) -> Option<Self> {
        let later = pages.split_off(pages.len().min(1));
        let page = pages.pop()?;
        let (found, marked, shown) = (None, Vec::new(), Vec::new());
        Some(Self { page, later, found, marked, shown, at: 0, search: None, typing: false })
    }

    /// Where it is.
    pub(super) fn page(&self) -> &Url {
        &self.page
    }

    /// The pages that follow.
    pub(super) fn into_later(self) -> Vec<Url> {
        self.later
    }

    /// What is on the page; all of it is marked.
    pub(super) fn fill(&mut self, found: Result<Vec<Picture>, String>) {
        self.marked = vec![true; found.as_ref().map_or(0, Vec::len)];
        self.found = Some(found);
        self.look();
    }

    /// Why there is nothing to choose from, if that is known; safe text.
    pub(super) fn complaint(&self) -> Option<&str> {
        self.found.as_ref()?.as_ref().err().map(String::as_str)
    }

    /// The page is being read.
    pub(super) fn is_loading(&self) -> bool {
        self.found.is_none()
    }

    fn pictures(&self) -> &[Picture] {
        self.found.as_ref().and_then(|found| found.as_deref().ok()).unwrap_or_default()
    }

    /// Those shown, each with whether it is marked.
    pub(super) fn rows(&self) -> impl ExactSizeIterator<Item = (&Picture, bool)> {
        self.shown.iter().map(|at| (&self.pictures()[*at], self.marked[*at]))
    }

    /// How many of those shown are marked.
    pub(super) fn count(&self) -> usize {
        self.shown.iter().filter(|at| self.marked[**at]).count()
    }

    /// Where the cursor is.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// What is looked for, if anything is.
    pub(super) fn search(&self) -> Option<&LineEdit> {
        self.search.as_ref()
    }

    /// Keys write what is looked for.
    pub(super) fn is_typing(&self) -> bool {
        self.typing
    }

    /// Pasted text is looked for.
    pub(super) fn paste(&mut self, text: &str) {
        self.search.get_or_insert_default().paste(text);
        self.look();
    }

    /// What is shown and marked.
    pub(super) fn taken(&self) -> Vec<Picture> {
        self.rows().filter(|(_, marked)| *marked).map(|(picture, _)| picture.clone()).collect()
    }

    /// Does what a key says while something is looked for, or with the marks; false for one that says something else.
    pub(super) fn take(&mut self, action: &Action) -> bool {
        match action {
            Action::Search if !self.pictures().is_empty() => {
                self.typing = true;
                self.search.get_or_insert_default();
            }
            Action::Back if self.search.is_some() => {
                (self.search, self.typing) = (None, false);
                self.look();
            }
            Action::Edit(key) if self.typing => {
                self.search.get_or_insert_default().key(*key);
                self.look();
            }
            Action::Submit if self.typing => {
                self.typing = false;
                self.search.take_if(|line| line.text().trim().is_empty());
            }
            Action::Mark => {
                if let Some(at) = self.shown.get(self.at) {
                    self.marked[*at] ^= true;
                    self.at = (self.at + 1).min(self.shown.len() - 1);
                }
            }
            Action::MarkAll => {
                let all = self.count() < self.shown.len();
                self.shown.iter().for_each(|at| self.marked[*at] = all);
            }
            Action::Invert => self.shown.iter().for_each(|at| self.marked[*at] ^= true),
            _ => return false,
        }
        true
    }

    /// Moves the cursor; `page` rows are in sight.
    pub(super) fn step(&mut self, step: Step, page: usize) {
        let (last, half) = (self.shown.len().saturating_sub(1), page.div_ceil(2));
        let at = match step {
            Step::Up => self.at.saturating_sub(1),
            Step::Down => self.at + 1,
            Step::HalfUp => self.at.saturating_sub(half),
            Step::HalfDown => self.at + half,
            Step::PageUp => self.at.saturating_sub(page),
            Step::PageDown => self.at + page,
            Step::First => 0,
            Step::Last => last,
            Step::Left | Step::Right | Step::Top | Step::Middle | Step::Bottom => self.at,
        };
        self.at = at.min(last);
    }

    /// Shows the images whose addresses have every word that is looked for.
    fn look(&mut self) {
        let text = self.search.as_ref().map(|line| line.text().to_lowercase()).unwrap_or_default();
        let words: Vec<_> = text.split_whitespace().collect();
        let fits = |picture: &Picture| {
            let address = if words.is_empty() { String::new() } else { picture.url.as_str().to_lowercase() };
            words.iter().all(|word| address.contains(word))
        };
        self.shown = (0..).zip(self.pictures()).filter(|(_, picture)| fits(picture)).map(|(at, _)| at).collect();
        self.at = 0;
    }
}
