//! How sources are read: what the user said of them on the command line.

use super::choice::Choice;
use super::entry::Entry;
use super::naming::Naming;
use crate::engine::options::Checksum;

/// See the head of this file; as it is by default, addresses are taken as they stand.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// What the user said of the file, where there is but one.
    pub single: Single,
    /// How files are named that have no name of their own.
    pub name: Option<Naming>,
    /// Lines of lists are patterns as curl has them (`--glob`); otherwise brackets and braces are text.
    pub globs: bool,
    /// Which images of pages are taken.
    pub choice: Choice,
}

/// What the user said of the file, where there is but one.
#[derive(Debug, Clone, Default)]
pub struct Single {
    /// Its name.
    pub name: Option<String>,
    /// The digest that it must have.
    pub checksum: Option<Checksum>,
}

impl Single {
    /// Adds to an entry what the user said.
    pub fn complete(&self, entry: &mut Entry) {
        let Self { name, checksum } = self.clone();
        (entry.name, entry.checksum) = (name.or(entry.name.take()), checksum.or(entry.checksum.take()));
    }
}
