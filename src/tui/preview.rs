//! Pictures for a terminal: how they are drawn there (`way`), how a file becomes one (`load`, `blocks`), the thread that
//! does it (`painter`), and what is kept of it (`shelf`). It must not know rows or panels.

mod blocks;
mod load;
mod painter;
mod picture;
mod shelf;
mod way;

#[cfg(test)]
pub(in crate::tui) use blocks::Blocks;
pub(super) use painter::Painter;
pub(super) use picture::{Drawn, Ready, Wanted};
pub(super) use shelf::Shelf;
#[cfg(test)]
pub(super) use way::Depth;
pub(super) use way::{Answers, Choice, Way};
