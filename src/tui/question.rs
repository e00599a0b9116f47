//! Questions that a person may be asked. A leaf.

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Question {
    /// Leave while work runs?
    Quit,
    /// Do this to these rows? In few words and in more.
    Rows {
        /// What.
        what: Asked,
        /// Which, by their numbers.
        rows: Vec<usize>,
        /// Safe text.
        words: [String; 2],
    },
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
