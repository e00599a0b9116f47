//! A box of one line: what is asked for, what is written, what was written there before. It must not know what follows
//! from it.

use super::line::LineEdit;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    /// Which rows to show.
    Filter,
    /// A limit on the rate.
    Limit,
    /// A list file.
    List,
    /// The address of a page.
    Page,
}

/// See the head of this file.
#[derive(Debug)]
pub(super) struct Prompt {
    ask: Ask,
    line: LineEdit,
    /// Which line of the past is shown; as many as there are for what is written now.
    at: usize,
    /// What was written before the past was looked at.
    now: String,
    complaint: Option<String>,
}

/// What was written earlier, for each that can be asked; the newest is the last.
#[derive(Debug, Default)]
pub(super) struct Past([Vec<String>; 4]);

/// So much of it is worth keeping.
const REMEMBERED: usize = 100;

impl Past {
    /// The newest line for what is asked.
    pub(super) fn add(&mut self, ask: Ask, text: &str) {
        let lines = &mut self.0[ask as usize];
        lines.retain(|line| line != text);
        if !text.is_empty() {
            lines.push(text.to_owned());
        }
        let old = lines.len().saturating_sub(REMEMBERED);
        lines.drain(..old);
    }
}

impl Prompt {
    /// Asks, with this to begin with.
    pub(super) fn new(ask: Ask, text: &str) -> Self {
        Self { ask, line: LineEdit::new(text), at: usize::MAX, now: String::new(), complaint: None }
    }

    /// The line, to be changed; what was wrong with it counts no more.
    pub(super) fn line_mut(&mut self) -> &mut LineEdit {
        self.complaint = None;
        &mut self.line
    }

    /// Says what is wrong with it; safe text.
    pub(super) fn complain(&mut self, why: String) {
        self.complaint = Some(why);
    }

    /// What is asked for.
    pub(super) fn ask(&self) -> Ask {
        self.ask
    }

    /// What is written.
    pub(super) fn line(&self) -> &LineEdit {
        &self.line
    }

    /// What was wrong with it at the last Enter; safe text.
    pub(super) fn complaint(&self) -> Option<&str> {
        self.complaint.as_deref()
    }

    /// One line of the past further back or forth.
    pub(super) fn recall(&mut self, past: &Past, back: bool) {
        let lines = &past.0[self.ask as usize];
        let here = self.at.min(lines.len());
        let at = if back { here.saturating_sub(1) } else { (here + 1).min(lines.len()) };
        if here == lines.len() {
            self.line.text().clone_into(&mut self.now);
        }
        if at != here {
            self.line = LineEdit::new(lines.get(at).unwrap_or(&self.now));
        }
        self.at = at;
        self.complaint = None;
    }
}
