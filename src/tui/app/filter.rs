//! The filter: which rows have all of the words. Words are looked for in name and path, with case only where the word
//! has a capital; `state:failed`, `host:example`, `size:>5M` and `error:timeout` ask for more than text, and `!`
//! before any of them turns it round. Pure. It must not know how rows are shown.

use std::borrow::Cow;

use crate::engine::error::{ErrorClass, TransferError};
use crate::jobs::{Job, JobState};
use crate::units;

/// A filter as it was typed, and what it means.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filter {
    text: String,
    terms: Vec<Term>,
    complaint: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    not: bool,
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Word(Needle),
    State(String),
    Host(Needle),
    Smaller(u64),
    Larger(u64),
    Error(String),
}

impl Filter {
    /// Reads a filter. A part that cannot be read chooses nothing; [`Self::complaint`] names it.
    pub(super) fn parse(text: &str) -> Self {
        let mut filter = Self { text: text.trim().to_owned(), ..Self::default() };
        for part in text.split_whitespace() {
            match Term::parse(part) {
                Ok(Some(term)) => filter.terms.push(term),
                Ok(None) => {}
                Err(complaint) => {
                    filter.complaint.get_or_insert(complaint);
                }
            }
        }
        filter
    }

    /// The filter as it was typed.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// What of it cannot be read, and how to write it.
    pub(super) fn complaint(&self) -> Option<&str> {
        self.complaint.as_deref()
    }

    /// True where nothing was typed.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// True where the row has all that is asked for.
    pub(super) fn takes(&self, job: &Job) -> bool {
        self.terms.iter().all(|term| term.what.fits(job) != term.not)
    }
}

impl Term {
    fn parse(part: &str) -> Result<Option<Self>, String> {
        let (not, rest) = part.strip_prefix('!').map_or((false, part), |rest| (true, rest));
        if rest.is_empty() {
            return Ok(None);
        }
        let what = match rest.split_once(':') {
            Some(("state", word)) => What::State(state(word)?),
            Some(("host", host)) => What::Host(Needle::new(host)),
            Some(("size", size)) => sized(size)?,
            Some(("error", word)) => What::Error(error(word)?),
            _ => What::Word(Needle::new(rest)),
        };
        Ok(Some(Self { not, what }))
    }
}

/// Words for states beyond their own: those of the tabs.
const ACTIVE: &str = "active";
const DONE: &str = "done";
const STATES: [&str; 11] = [
    "queued",
    "connecting",
    "downloading",
    "verifying",
    "waiting",
    "paused",
    "finished",
    "failed",
    "cancelled",
    ACTIVE,
    DONE,
];

fn state(word: &str) -> Result<String, String> {
    let word = word.to_ascii_lowercase();
    if !word.is_empty() && STATES.iter().any(|known| known.starts_with(&word)) {
        return Ok(word);
    }
    Err(format!("state:{word} is no state: write one of {}", STATES.join(" ")))
}

fn sized(text: &str) -> Result<What, String> {
    let what = match text.split_at_checked(1).map(|(sign, rest)| (sign, rest.strip_prefix('='), rest)) {
        Some((">", Some(size), _)) => units::parse_size(size).map(|size| What::Larger(size.saturating_sub(1))),
        Some(("<", Some(size), _)) => units::parse_size(size).map(|size| What::Smaller(size.saturating_add(1))),
        Some((">", None, size)) => units::parse_size(size).map(What::Larger),
        Some(("<", None, size)) => units::parse_size(size).map(What::Smaller),
        _ => Err(String::new()),
    };
    what.map_err(|_| format!("size:{text} is no size: write size:>5M or size:<200K"))
}

fn error(word: &str) -> Result<String, String> {
    let word = word.to_ascii_lowercase();
    let status = word.len() <= 3 && word.bytes().all(|byte| byte.is_ascii_digit());
    if !word.is_empty() && (status || ErrorClass::ALL.iter().any(|class| class.word().starts_with(&word))) {
        return Ok(word);
    }
    Err(format!("error:{word} is no error: write error:timeout or error:404"))
}

impl What {
    fn fits(&self, job: &Job) -> bool {
        match self {
            Self::Word(needle) => needle.is_in(address(needle, job)) || named(needle, job),
            Self::State(word) => {
                let group = match &job.state {
                    state if state.is_active() => ACTIVE,
                    JobState::Finished(_) => DONE,
                    _ => "",
                };
                job.state.word().starts_with(&**word) || group.starts_with(&**word)
            }
            Self::Host(needle) => needle.is_in(job.origin()),
            Self::Smaller(limit) => size(job).is_some_and(|size| size < *limit),
            Self::Larger(limit) => size(job).is_some_and(|size| size > *limit),
            Self::Error(word) => match &job.state {
                JobState::Failed(error) | JobState::Waiting { error, .. } => errs(error, word),
                _ => false,
            },
        }
    }
}

/// Where words are looked for: behind the host, which many rows share; `host:` asks for that one.
fn address<'a>(needle: &Needle, job: &'a Job) -> &'a str {
    let from = if needle.text.contains("://") { 0 } else { job.origin().len() };
    job.url.get(from..).unwrap_or(&job.url)
}

fn named(needle: &Needle, job: &Job) -> bool {
    // Without path and escapes the name is as it stands in the address.
    (job.path().is_some() || job.url.contains('%')) && needle.is_in(&job.name_text())
}

fn size(job: &Job) -> Option<u64> {
    job.total.or((job.bytes > 0).then_some(job.bytes))
}

fn errs(error: &TransferError, word: &str) -> bool {
    error.class.word().starts_with(word) || error.status.is_some_and(|status| status.to_string() == word)
}

/// Text that is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Needle {
    text: String,
    /// Only in the same case.
    exact: bool,
}

impl Needle {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), exact: text.chars().any(char::is_uppercase) }
    }

    fn is_in(&self, text: &str) -> bool {
        if self.exact {
            return text.contains(&*self.text);
        }
        if self.text.is_ascii() {
            return is_in_ascii(self.text.as_bytes(), text.as_bytes());
        }
        let text = if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.to_lowercase()) };
        text.contains(&*self.text)
    }
}

/// `needle` is in lower case. No copy is made: a hundred thousand rows are asked at each key.
fn is_in_ascii(needle: &[u8], text: &[u8]) -> bool {
    let Some((first, rest)) = needle.split_first() else { return true };
    let ends = text.len().saturating_sub(rest.len());
    (0..ends).any(|at| {
        text[at].to_ascii_lowercase() == *first && text[at + 1..at + 1 + rest.len()].eq_ignore_ascii_case(rest)
    })
}

#[cfg(test)]
mod tests;
