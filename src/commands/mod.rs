//! Commands that fetch nothing: they look at what earlier runs have left.

mod forget;
mod history;
pub(crate) mod report;

pub(crate) use forget::forget;
pub(crate) use history::history;
