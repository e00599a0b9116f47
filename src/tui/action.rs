//! What a key, a paste or a choice asks the screen to do. A leaf: it must not know keys' names or how it is done.

use crossterm::event::KeyEvent;

/// One wish of the person at the keyboard.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Action {
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
    /// To the first row.
    First,
    /// To the last row.
    Last,
    /// Open the add box.
    Add,
    /// Stop the selected job.
    Cancel,
    /// Try the selected job again.
    Retry,
    /// Try every failed job again.
    RetryFailed,
    /// Pause the selected job, or let it go on.
    Pause,
    /// Take the selected job off the list.
    Remove,
    /// Show or hide the keys.
    Help,
    /// Leave, after a question while work runs.
    Quit,
    /// Leave at once, in order.
    Stop,
    /// Draw the whole screen anew.
    Redraw,
    /// One step back; never out.
    Back,
    /// Yes to the question.
    Yes,
    /// No to the question.
    No,
    /// Add what is in the box.
    Submit,
    /// A new line in the box.
    NewLine,
    /// Any other key in the box.
    Edit(KeyEvent),
    /// Pasted text.
    Paste(String),
}
