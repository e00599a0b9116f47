//! How sources are read: what the user said of them on the command line. A leaf.

use super::choice::Choice;
use crate::engine::options::Checksum;

/// See the head of this file; as it is by default, addresses are taken as they stand.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// What the user said of the file, where there is but one.
    pub single: Single,
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
