//! `haul report`: a report read back. It says what a run has come to, or gives the addresses of some of its rows, to
//! be fetched again. Reports are read as they come, and nothing is kept of a row, so they may be of any length.

mod rows;
mod spread;
mod sum;

pub(crate) use rows::Unreadable;

use std::io::{self, Read};

use crate::engine::error::ErrorClass;
use crate::input::address;
use rows::{Row, Status};
use sum::Sum;

/// Which rows count; with no class, all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Chosen(pub(crate) Vec<ErrorClass>);

impl Chosen {
    fn has(&self, row: &Row) -> bool {
        self.0.is_empty() || row.error_class.is_some_and(|class| self.0.contains(&class))
    }
}

/// Sums up the chosen rows of a report: lines for people, or an object. They stand also where the report breaks off.
///
/// # Errors
/// When the report cannot be read, or not to its end.
pub(crate) fn summary(report: impl Read, chosen: &Chosen, json: bool) -> (Vec<String>, Result<(), Unreadable>) {
    let mut sum = Sum::default();
    let read = rows::read(report, |row| {
        if chosen.has(&row) {
            sum.add(&row);
        }
        true
    });
    (if json { vec![sum.object()] } else { sum.lines() }, read)
}

/// Gives the address of every chosen row to `print`, until that fails; where no class is chosen, those of all files
/// that are not there. Within that, what `print` says.
///
/// # Errors
/// When the report cannot be read, or not to its end.
pub(crate) fn urls(
    report: impl Read,
    chosen: &Chosen,
    mut print: impl FnMut(&str) -> io::Result<()>,
) -> Result<io::Result<()>, Unreadable> {
    let mut printed = Ok(());
    rows::read(report, |row| {
        if row.status != Status::Finished && chosen.has(&row) {
            // Whatever is no address, a text with a line break for one, must not become a line of a list.
            if let Ok(url) = address(&row.url) {
                printed = print(url.as_str());
            }
        }
        printed.is_ok()
    })?;
    Ok(printed)
}
