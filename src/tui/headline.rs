//! What is told outside of the screen, and when somebody is to be called who looks elsewhere. A leaf.

use std::time::{Duration, Instant};

/// Nobody looks away from a shorter batch.
const LONG: Duration = Duration::from_secs(10);

/// What stands outside of the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Headline {
    /// The title; safe text.
    pub(super) title: String,
    /// Percents, while there is anything to tell.
    pub(super) percent: Option<u8>,
    /// It has ended, and not all went well.
    pub(super) failed: bool,
    /// Numbers are about to change.
    pub(super) working: bool,
}

/// Whether somebody looks, and since when there is work.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Keys go to another window.
    elsewhere: bool,
    began: Option<Instant>,
}

impl Batch {
    /// The window has got the focus, or lost it.
    pub(super) fn looked_at(&mut self, looked_at: bool) {
        self.elsewhere = !looked_at;
    }

    /// True when a long batch has just ended and nobody looks.
    pub(super) fn follow(&mut self, working: bool, now: Instant) -> bool {
        if working {
            self.began.get_or_insert(now);
            return false;
        }
        let long = self.began.take().is_some_and(|began| now.saturating_duration_since(began) > LONG);
        long && self.elsewhere
    }
}
