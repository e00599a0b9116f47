//! Text that holds addresses, and what became of it. A leaf.

use std::path::PathBuf;

use url::Url;

use crate::input::page::Picture;

/// Text that holds addresses, one a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pasted {
    /// The text.
    pub(super) text: String,
    /// The folder that they go to, if it is not the usual one; it is made.
    pub(super) folder: Option<PathBuf>,
    /// Whether `{01-99}` counts, or is part of an address.
    pub(super) expand: bool,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Loaded {
    /// The folder cannot be had; safe text.
    NoFolder(String),
    /// The folder that was asked for is there, the rest follows.
    Begun,
    /// So much was added.
    Added(Added),
    /// This is the folder for what is added from now on.
    Folder(PathBuf),
    /// So many addresses are in a new list there.
    Exported(usize, PathBuf),
    /// What is on this page, or why that cannot be known; safe text.
    Page(Url, Result<Vec<Picture>, String>),
    /// Nothing was read, or written; safe text.
    Unread(String),
}

/// How much was added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Added {
    /// Addresses.
    pub(super) addresses: u64,
    /// Lines that were refused.
    pub(super) refused: u64,
    /// Why the first of them was; safe text.
    pub(super) why: Option<String>,
}
