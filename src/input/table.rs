//! Tables: CSV and TSV with a header (RFC 4180), JSON Lines. Each row is about a file: one column is its address, or a
//! template makes one of several; filters say which rows are taken; `sha256` and the like are its digest; all others can
//! come along. Reading streams, and no row may be longer than a megabyte. A header is read when the table is opened, so
//! that a column which is not there is known before anything starts.

mod asked;
mod filter;
mod kind;
mod objects;
mod plan;
mod records;
mod text;

pub use asked::Asked;
pub use kind::Kind;

use std::borrow::Cow;
use std::io::{self, Read};

use super::entry::Entry;
use objects::Objects;
use plan::Plan;
use records::Records;
use text::Text;

/// See the head of this file.
pub struct Table {
    name: String,
    text: Text,
    rows: Rows,
    plan: Plan,
    /// The last row that was read.
    row: Vec<String>,
    /// So many were.
    count: u64,
}

enum Rows {
    Records(Box<Records>),
    Objects(Objects),
}

impl Table {
    /// Reads what a table's columns are, and binds what is asked for to them. Of a `file` all can be read at any time.
    /// Where no `kind` is given it is what the text looks like.
    ///
    /// # Errors
    /// Says in words, safe to show, what is wrong with the table, or which column it does not have.
    pub fn open(
        name: String,
        from: Box<dyn Read + Send>,
        kind: Option<Kind>,
        file: bool,
        asked: &Asked,
    ) -> Result<Self, String> {
        let mut text = Text::new(from);
        let opened = Self::header(&mut text, kind, file)
            .and_then(|(rows, columns)| Ok((rows, Plan::new(columns, asked)?)))
            .map_err(|why| format!("the table `{name}`: {why}"));
        let (rows, plan) = opened?;
        Ok(Self { name, text, rows, plan, row: Vec::new(), count: 0 })
    }

    fn header(text: &mut Text, kind: Option<Kind>, file: bool) -> Result<(Rows, Vec<String>), String> {
        let why = |error: io::Error| format!("it cannot be read: {error}");
        let beginning = text.beginning().map_err(why)?;
        if beginning.starts_with(b"\xff\xfe") || beginning.starts_with(b"\xfe\xff") {
            return Err("it is UTF-16: save it as UTF-8".to_owned());
        }
        if beginning.contains(&0) {
            return Err("it is no text, but something binary".to_owned());
        }
        if beginning.trim_ascii_start().starts_with(b"[") && kind.is_none_or(|kind| kind == Kind::Objects) {
            return Err("it is one JSON array: write one object a line (jq -c '.[]' does)".to_owned());
        }
        match kind.unwrap_or_else(|| Kind::of_text(beginning)) {
            Kind::Records(delimiter) => {
                let (mut records, mut header) = (Records::new(delimiter), Vec::new());
                match records.next(text, &mut header, &mut || {}).map_err(why)? {
                    None => Err("it is empty: a table begins with the names of its columns".to_owned()),
                    Some((line, Err(why))) => Err(format!("line {line}: {why}")),
                    Some((_, Ok(()))) if header.iter().any(|name| name.contains("://")) => {
                        Err("its first line holds an address: a table begins with the names of its columns".to_owned())
                    }
                    Some((_, Ok(()))) => {
                        let header = header.iter().map(|name| name.trim().to_owned()).collect();
                        Ok((Rows::Records(Box::new(records)), header))
                    }
                }
            }
            Kind::Objects => {
                let objects = Objects::open(text, file).map_err(why)?;
                let columns = objects.columns().to_vec();
                if columns.is_empty() {
                    return Err("it holds no JSON object with something in it: write one a line".to_owned());
                }
                Ok((Rows::Objects(objects), columns))
            }
        }
    }

    /// How messages name it; safe to show.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its columns, as they stand in its header.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        self.plan.columns()
    }

    /// The columns that do not say where the file is, each once.
    pub fn others(&self) -> impl Iterator<Item = &str> {
        self.plan.others()
    }

    /// Has the values of these columns come along with its entries.
    pub fn carry(&mut self, columns: &[String]) {
        self.plan.carry(columns);
    }

    /// The next file that it names, or what is wrong with a row, with the number of the line that the row begins in.
    /// `waiting` runs before more is waited for.
    ///
    /// # Errors
    /// Any error of the reader.
    pub fn next(&mut self, mut waiting: impl FnMut()) -> io::Result<Option<(u64, Result<Entry, String>)>> {
        loop {
            let read = match &mut self.rows {
                Rows::Records(records) => records.next(&mut self.text, &mut self.row, &mut waiting)?,
                Rows::Objects(objects) => objects.next(&mut self.text, &mut self.row, &mut waiting)?,
            };
            let Some((line, read)) = read else { return Ok(None) };
            self.count += 1;
            let (has, wants) = (self.row.len(), self.columns().len());
            let entry = match read {
                Err(why) => Err(why),
                Ok(()) if has != wants => {
                    Err(format!("{has} {} where the header has {wants}", if has == 1 { "field" } else { "fields" }))
                }
                Ok(()) if !self.plan.takes(&self.row) => continue,
                Ok(()) => self.plan.entry(&self.row),
            };
            return Ok(Some((line, entry)));
        }
    }

    /// How many rows were read so far, also those that a filter has left out.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// What a column, or a value that is set for all rows, says of the entry that came last.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        self.plan.value(&self.row, name)
    }
}

#[cfg(test)]
mod tests;
