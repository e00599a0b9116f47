//! What becomes of the rows of one table: which are taken, where the address is, what else is said of the file. The
//! names that the user has given are bound to the columns that this table has. Pure.

use std::borrow::Cow;

use super::asked::Asked;
use super::filter::Filter;
use crate::display;
use crate::engine::parse_checksum;
use crate::input::address::address;
use crate::input::entry::Entry;
use crate::input::template::Template;
use crate::nearest::did_you_mean;

/// Where addresses are looked for, unless the user has said.
const USUAL: [&str; 4] = ["url", "photo_image_url", "image_url", "link"];

/// Columns that hold digests; the first one that has a value counts.
const DIGESTS: [&str; 4] = ["sha512", "sha256", "sha1", "md5"];

/// So many columns are named where one is missing.
const NAMED: usize = 40;

/// See the head of this file.
pub(super) struct Plan {
    columns: Vec<String>,
    address: Address,
    /// Values beyond those of the row.
    set: Vec<(String, String)>,
    filters: Vec<(usize, Filter)>,
    digests: Vec<(&'static str, usize)>,
    /// The columns that come along, in their places.
    carried: Option<Vec<Option<usize>>>,
}

enum Address {
    Column(usize),
    Template(Template),
}

impl Plan {
    /// Binds what the user has asked for to these columns.
    ///
    /// # Errors
    /// Says in words, safe to show, which name is none of theirs.
    pub(super) fn new(columns: Vec<String>, asked: &Asked) -> Result<Self, String> {
        let filters = asked.filters.iter().map(|filter| Ok((find(&columns, &filter.column)?, filter.clone())));
        let filters = filters.collect::<Result<_, String>>()?;
        let address = match (&asked.template, &asked.column) {
            (Some(template), _) => {
                let names = columns.iter().chain(asked.set.iter().map(|(name, _)| name));
                let names: Vec<_> = names.map(String::as_str).collect();
                Address::Template(Template::parse(template, &names).map_err(|why| format!("--template {why}"))?)
            }
            (None, Some(name)) => Address::Column(find(&columns, name)?),
            (None, None) => Address::Column(usual(&columns)?),
        };
        let digests = DIGESTS.into_iter().filter_map(|name| position(&columns, name).map(|at| (name, at))).collect();
        Ok(Self { columns, address, set: asked.set.clone(), filters, digests, carried: None })
    }

    /// The columns that a report has beside those of every run: all but the one that the address is in, each once.
    pub(super) fn others(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().enumerate().filter_map(|(at, name)| {
            let is_address = matches!(self.address, Address::Column(column) if column == at);
            let is_first = self.columns.iter().position(|column| column == name) == Some(at);
            (!is_address && is_first && !name.is_empty()).then_some(name.as_str())
        })
    }

    /// Has these come along with every entry, where they are columns of this table.
    pub(super) fn carry(&mut self, names: &[String]) {
        let place =
            |name: &String| self.others().find(|other| other == name).and_then(|_| exactly(&self.columns, name));
        self.carried = Some(names.iter().map(place).collect());
    }

    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    pub(super) fn takes(&self, row: &[String]) -> bool {
        self.filters.iter().all(|(at, filter)| filter.takes(&row[*at]))
    }

    /// The value that a name has in this row.
    pub(super) fn value<'a>(&'a self, row: &'a [String], name: &str) -> Option<Cow<'a, str>> {
        if let Some((_, value)) = self.set.iter().rfind(|(set, _)| set == name) {
            return Some(value.into());
        }
        let value = row.get(exactly(&self.columns, name)?)?;
        (!value.is_empty()).then(|| value.into())
    }

    /// The file that a row is about.
    ///
    /// # Errors
    /// Says in words, safe to show, what is wrong with the row.
    pub(super) fn entry(&self, row: &[String]) -> Result<Entry, String> {
        let url = match &self.address {
            Address::Column(at) if row[*at].trim().is_empty() => {
                return Err(format!("there is no address: `{}` is empty", shown(&self.columns[*at])));
            }
            Address::Column(at) => address(row[*at].trim())?,
            Address::Template(template) => {
                let filled = template.fill(|name| self.value(row, name));
                address(filled.map_err(|name| format!("`{}` is empty, and --template needs it", shown(&name)))?.trim())?
            }
        };
        let mut entry = Entry::from(url);
        for (name, at) in &self.digests {
            let digest = row[*at].trim();
            if !digest.is_empty() {
                let read = parse_checksum(&format!("{name}:{digest}"));
                let read = read.map_err(|why| format!("`{}` is wrong: {why}", shown(&self.columns[*at])))?;
                entry.checksum.get_or_insert(read);
            }
        }
        entry.more.columns = self.carried.as_ref().map(|carried| {
            let value = |at: &Option<usize>| at.map(|at| row[at].as_str()).filter(|value| !value.is_empty());
            let values: Vec<_> = carried.iter().map(value).collect();
            serde_json::Value::from(values).to_string().into()
        });
        Ok(entry)
    }
}

fn exactly(columns: &[String], name: &str) -> Option<usize> {
    columns.iter().position(|column| column == name)
}

/// As it is written, or else with other capitals.
fn position(columns: &[String], name: &str) -> Option<usize> {
    exactly(columns, name).or_else(|| columns.iter().position(|column| column.eq_ignore_ascii_case(name)))
}

fn find(columns: &[String], name: &str) -> Result<usize, String> {
    position(columns, name).ok_or_else(|| {
        let hint = match parted_otherwise(columns) {
            Some(_) => String::new(),
            None => did_you_mean(name, columns.iter().map(String::as_str)),
        };
        let hint = if hint.is_empty() { format!(": {}", there_are(columns)) } else { display::safe(&hint) };
        format!("there is no column `{}`{hint}", shown(name))
    })
}

fn usual(columns: &[String]) -> Result<usize, String> {
    USUAL.iter().find_map(|name| position(columns, name)).ok_or_else(|| {
        format!(
            "no column is called {}: --url-column says which one has the addresses; {}",
            USUAL.join(", "),
            there_are(columns)
        )
    })
}

/// The one column of a table that has more, which are parted by what we do not take for that.
fn parted_otherwise(columns: &[String]) -> Option<&str> {
    match columns {
        [only] if only.contains(';') => Some(only),
        _ => None,
    }
}

fn there_are(columns: &[String]) -> String {
    if let Some(only) = parted_otherwise(columns) {
        return format!("there is `{}` alone: write commas or tabs between columns, not `;`", shown(only));
    }
    let mut names: Vec<_> = columns.iter().take(NAMED).map(|name| shown(name)).collect();
    if columns.len() > NAMED {
        names.push(format!("{} more", columns.len() - NAMED));
    }
    format!("there is {}", names.join(", "))
}

fn shown(name: &str) -> String {
    display::fit(&display::safe(name), 40)
}
