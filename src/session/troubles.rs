//! What is wrong with sources, said line by line, and remembered for the exit status.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::input::feed::Trouble;

/// Bad lines of lists that are named one by one; more are counted.
const NAMED_LINES: u64 = 20;

/// Says what was wrong with lists, and remembers that something was.
pub(super) struct Report<F> {
    troubled: Arc<AtomicBool>,
    say: F,
    refused: u64,
}

impl<F: FnMut(&str)> Report<F> {
    pub(super) fn new(troubled: Arc<AtomicBool>, say: F) -> Self {
        Self { troubled, say, refused: 0 }
    }

    pub(super) fn trouble(&mut self, trouble: &Trouble<'_>) {
        self.troubled.fetch_or(!matches!(trouble, Trouble::Noted(..)), Ordering::Relaxed);
        self.refused += u64::from(matches!(trouble, Trouble::Refused(..)));
        if self.refused <= NAMED_LINES || !matches!(trouble, Trouble::Refused(..)) {
            (self.say)(&trouble.to_string());
        }
    }

    /// How many lines were refused so far.
    pub(super) fn refused(&self) -> u64 {
        self.refused
    }

    pub(super) fn end(&mut self) {
        if let Some(more) = self.refused.checked_sub(NAMED_LINES).filter(|more| *more > 0) {
            (self.say)(&format!("{more} more lines were refused"));
        }
    }
}
