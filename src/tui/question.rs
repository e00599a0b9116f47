//! Questions that a person may be asked, and the answer that Enter would give. A leaf.

use std::time::Instant;

/// A question as it is asked where there is little room, more, and enough; safe text.
pub(super) type Words = [String; 3];

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Question {
    /// Leave while work runs?
    Quit,
    /// Do this to these rows? In few words, in more, and in all.
    Rows {
        /// What.
        what: Asked,
        /// Which, by their numbers.
        rows: Vec<usize>,
        /// How.
        words: Words,
        /// When the words must be looked at again, where they may be out of date.
        stale: Option<Instant>,
    },
}

/// The answer that has the focus. Nothing is lost by accident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Answer {
    /// The first one.
    Yes,
    /// The one that stands there at first.
    #[default]
    No,
}

impl Answer {
    /// The other one.
    pub(super) fn other(self) -> Self {
        if self == Self::Yes { Self::No } else { Self::Yes }
    }
}

/// What may be done to rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Take them off the list though some of them run?
    Remove,
    /// And delete their files?
    RemoveFiles,
    /// Fetch what is there already once more?
    FetchAgain,
}
