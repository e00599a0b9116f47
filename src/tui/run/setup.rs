//! What the screen is given, and what it leaves. A leaf.

use std::path::Path;
use std::sync::Arc;

use url::Url;

use crate::config::{OwnKeys, ScreenSettings};
use crate::input::Choice as Wanting;
use crate::jobs::Jobs;
use crate::tui::inbox::Inbox;

/// What the screen is given.
#[derive(Debug)]
pub(crate) struct Setup {
    /// The folder for addresses that are added on the screen.
    pub(crate) dir: Arc<Path>,
    /// Where signals and notes arrive.
    pub(crate) inbox: Inbox,
    /// The user's own keys.
    pub(crate) keys: Vec<OwnKeys>,
    /// The look that the user wants.
    pub(crate) screen: ScreenSettings,
    /// Pages whose images the user wants to choose from.
    pub(crate) pages: Vec<Url>,
    /// Which images of pages are shown.
    pub(crate) choice: Wanting,
    /// Transfers at once and bytes a second, as the run begins.
    pub(crate) limits: (usize, Option<u64>),
}

/// Why the screen ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The user left.
    Quit,
    /// Ctrl-C, or [`Inbox::stop`].
    Stopped,
    /// The terminal is gone. A thread of the screen may spin on it: do not wait for threads, end the process.
    Hangup,
}

/// What is left when the screen has ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Why it ended.
    pub(crate) ending: Ending,
    /// The rows as they stood.
    pub(crate) jobs: Jobs,
}
