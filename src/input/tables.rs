//! The tables among sources: a list is one where it is named as one, and where anything is asked of tables.

use super::table::{Asked, Table};
use super::words::Source;

/// The table that a list is, with its header read; what is no table comes back as it was.
///
/// # Errors
/// Says in words, safe to show, what is wrong with the table, or which column it does not have.
pub fn open(source: Source, asked: &Asked) -> Result<Source, String> {
    let (kind, whole) = match &source {
        Source::List { kind, file, .. } => (*kind, file.metadata().is_ok_and(|about| about.is_file())),
        _ => (None, false),
    };
    if kind.is_none() && asked.is_nothing() {
        return Ok(source);
    }
    let (name, text) = match source.into_text() {
        Ok(list) => list,
        Err(other) => return Ok(other),
    };
    let text = text.map_err(|error| format!("the table `{name}`: it cannot be read: {error}"))?;
    Table::open(name, Box::new(text), kind, whole, asked).map(|table| Source::Table(Box::new(table)))
}

/// The names that have values in the rows of these tables: their columns, and what is set.
#[must_use]
pub fn names(sources: &[Source], asked: &Asked) -> Vec<String> {
    let tables = sources.iter().filter_map(|source| if let Source::Table(table) = source { Some(table) } else { None });
    let columns = tables.flat_map(|table| table.columns());
    let mut names: Vec<_> = columns.map(String::as_str).chain(asked.set_names()).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::words;

    #[test]
    fn tables_say_which_names_have_values() {
        let asked = Asked::parse(None, None, &["w=1080".to_owned()], &[]).expect("sound");
        let path = std::env::temp_dir().join(format!("haul-names-{:016x}", fastrand::u64(..)));
        std::fs::write(&path, "url,b,a,b\n").expect("a folder that takes files");
        let lists = [path.as_os_str(), "http://h/x".as_ref()];
        let open = |word| words::word(word, false).and_then(|source| open(source, &asked)).expect("sound");
        let sources = lists.map(open);
        std::fs::remove_file(&path).expect("removed");
        assert_eq!(names(&sources, &asked), ["a", "b", "url", "w"]);
        assert_eq!(columns(&sources), ["b", "a"]);
    }
}
