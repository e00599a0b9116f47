//! What haul is to do, and how to show it. A leaf within the room.

use std::path::PathBuf;

use crate::cli::settings::Setting;
use crate::engine::What;
use crate::engine::error::ErrorClass;
use crate::input::words::Source;

/// What to do.
pub(crate) enum Job {
    /// Fetch what the sources name.
    Fetch(Vec<Source>),
    /// Show what that would be.
    Dry(Vec<Source>),
    /// Fetch the pictures of the embedded origin.
    Demo,
    /// Fetch one by one, then all at once; without sources, from the embedded origin.
    Compare(Vec<Source>),
    /// Finish what ended runs have left.
    Resume,
    /// List what was fetched.
    History,
    /// Forget that something was fetched.
    Forget(Vec<What>),
    /// Read a report back.
    Report {
        /// `-` is standard input.
        file: PathBuf,
        /// Print addresses, and not what it all comes to.
        urls: bool,
        /// Which rows.
        classes: Vec<ErrorClass>,
    },
    /// Show how everything is set.
    Config(Vec<Setting>),
}

impl Job {
    /// True for what nobody starts by chance, and what is nothing without a state database.
    pub(super) fn is_about_earlier_runs(&self) -> bool {
        matches!(self, Self::Resume | Self::History | Self::Forget(_))
    }

    /// What is to be read.
    pub(super) fn sources(&mut self) -> &mut [Source] {
        match self {
            Self::Fetch(sources) | Self::Dry(sources) | Self::Compare(sources) => sources,
            _ => &mut [],
        }
    }
}

/// How to show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Face {
    Screen,
    Plain,
    Json,
    Quiet,
}
