//! The pictures that the state of the screen holds. A leaf.

use super::picture::{Drawn, Wanted};
use super::shelf::Shelf;

/// See the head of this file.
#[derive(Debug, Default)]
pub(in crate::tui) struct Pictures {
    /// This terminal shows pictures.
    pub(in crate::tui) able: bool,
    pub(in crate::tui) shelf: Shelf,
    /// What was wanted last.
    pub(in crate::tui) wanted: Vec<Wanted>,
}

/// What is shown in the place of a picture.
#[derive(Debug)]
pub(in crate::tui) enum Shown<'a> {
    /// The picture, or why there is none.
    Drawn(&'a Drawn),
    /// Nothing yet.
    Coming,
    /// A card alone; here this is why.
    Card(&'static str),
}
