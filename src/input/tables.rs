//! The tables among sources: a list is one where it is named as one, and where anything is asked of tables.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};

use super::table::{Asked, Kind, Table};
use super::words::Source;

/// The table that a list is, with its header read; what is no table comes back as it was. `word` names the source.
///
/// # Errors
/// Says in words, safe to show, what is wrong with the table, or which column it does not have.
pub fn open(source: Source, word: &OsStr, asked: &Asked) -> Result<Source, String> {
    let kind = match &source {
        Source::List { .. } => Kind::of_name(word),
        _ => None,
    };
    if kind.is_none() && asked.is_nothing() {
        return Ok(source);
    }
    let whole = |file: &File| file.metadata().is_ok_and(|about| about.is_file());
    let (name, whole, text): (_, _, Box<dyn Read + Send>) = match source {
        Source::List { name, file } => (name, whole(&file), Box::new(file)),
        Source::Stdin => ("standard input".to_owned(), false, Box::new(io::stdin())),
        other => return Ok(other),
    };
    Table::open(name, text, kind, whole, asked).map(|table| Source::Table(Box::new(table)))
}

/// The columns of all tables that do not say where the file is, in their order, each once.
#[must_use]
pub fn columns(sources: &[Source]) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for source in sources {
        let Source::Table(table) = source else { continue };
        for name in table.others() {
            if !columns.iter().any(|column| column == name) {
                columns.push(name.to_owned());
            }
        }
    }
    columns
}

/// Has the values of these columns come along with the entries of every table.
pub fn carry(sources: &mut [Source], columns: &[String]) {
    for source in sources {
        if let Source::Table(table) = source {
            table.carry(columns);
        }
    }
}
