//! Commands that fetch nothing: they look at what earlier runs have left, and at how this one is set.

mod config;
mod forget;
mod history;
pub(crate) mod report;

pub(crate) use config::{Shown, object as config_object, text as config_text};
pub(crate) use forget::forget;
pub(crate) use history::history;
