//! The words of a command line: addresses, list files, `-` for standard input.

use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io;
use std::path::Path;

use url::Url;

use super::address::{MOST_ADDRESSES, address, shown};
use super::entry::Entry;
use super::expand::Pattern;
use super::glob::glob;
use super::open::Text;
use super::table::{Kind, Table};
use crate::display;

/// Where requests come from.
pub enum Source {
    /// One address.
    Address(Url),
    /// Many addresses.
    Pattern(Pattern),
    /// One address with more that is said of it.
    Entry(Box<Entry>),
    /// A list file, open already, so that an unreadable one is known before anything starts.
    List {
        /// How messages name it; safe to show.
        name: String,
        /// What its name says that it is, where that is a table.
        kind: Option<Kind>,
        /// Its content.
        file: File,
    },
    /// A list on standard input.
    Stdin,
    /// A table, with its header read.
    Table(Box<Table>),
    /// The images of this page.
    Page(Url),
}

/// Reads one word: with `://` it is an address, `-` is standard input, else it must be the name of a list file. Where
/// `globs`, an address may stand for many.
///
/// # Errors
/// Says in words, safe to show, what is wrong and what to write instead.
pub fn word(word: &OsStr, globs: bool) -> Result<Source, String> {
    if let Some(text) = word.to_str().filter(|text| text.contains("://")) {
        return if globs { addresses(text) } else { address(text).map(Source::Address) };
    }
    if word == "-" || Path::new(word).exists() {
        return list(word);
    }
    let text = &*word.to_string_lossy();
    let shown = shown(text);
    let host = text.split('/').next().unwrap_or_default();
    let hint = if text.is_empty() {
        "write an address, the name of a list file, or - for standard input".to_owned()
    } else if host.contains('.') && !host.starts_with('.') && text.contains('/') {
        format!("for an address write https://{shown}")
    } else {
        "write an address with http:// or https://, or the name of a file that lists some".to_owned()
    };
    Err(format!("`{shown}` is neither an address nor a file: {hint}"))
}

/// The addresses that a pattern stands for, of which only the first is known to be one.
fn addresses(text: &str) -> Result<Source, String> {
    let pattern = glob(text)?;
    let first = pattern.texts().next().map_or_else(|| address(text), |first| address(&first))?;
    Ok(if pattern.count() == 1 { Source::Address(first) } else { Source::Pattern(pattern) })
}

/// Reads the address of a page.
///
/// # Errors
/// Says in words, safe to show, why it is none.
pub fn page(text: &str) -> Result<Source, String> {
    address(text).map(Source::Page)
}

/// Opens a list file (`-` is standard input).
///
/// # Errors
/// Says in words, safe to show, which file cannot be read and why.
pub fn list(word: &OsStr) -> Result<Source, String> {
    if word == "-" {
        return Ok(Source::Stdin);
    }
    let name = display::fit(&display::safe(&word.to_string_lossy()), 60);
    let why = |error: io::Error| format!("cannot read the list `{name}`: {error}");
    let file = File::open(word).map_err(why)?;
    if file.metadata().map_err(why)?.is_dir() {
        return Err(format!("`{name}` is a folder: give a list file, or its pictures' addresses"));
    }
    Ok(Source::List { name, kind: Kind::of_name(word), file })
}

/// Checks what words stand for, before anything starts.
///
/// # Errors
/// Says in words, safe to show, that it is too much, or what of it is no address.
pub fn check(sources: &[Source]) -> Result<(), String> {
    let patterns =
        || sources.iter().filter_map(|source| if let Source::Pattern(it) = source { Some(it) } else { None });
    if patterns().map(Pattern::count).fold(0, u64::saturating_add) > MOST_ADDRESSES {
        return Err(format!("with --glob, the addresses stand for more than {MOST_ADDRESSES}"));
    }
    patterns().flat_map(Pattern::texts).try_for_each(|text| address(&text).map(drop))
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(url) | Self::Page(url) => f.write_str(&display::address(url)),
            Self::Entry(entry) => f.write_str(&display::address(&entry.url)),
            Self::Pattern(pattern) => write!(f, "{} addresses", pattern.count()),
            Self::List { name, .. } => f.write_str(name),
            Self::Stdin => f.write_str("-"),
            Self::Table(table) => f.write_str(table.name()),
        }
    }
}

impl Source {
    /// The text of a list with the name that messages give it.
    ///
    /// # Errors
    /// What is no list comes back.
    pub fn into_text(self) -> Result<(String, io::Result<Text>), Self> {
        match self {
            Self::List { name, file, .. } => Ok((name, Ok(Text::new(file)))),
            Self::Stdin => Ok(("standard input".to_owned(), stdin().map(Text::new))),
            other => Err(other),
        }
    }
}

/// Standard input as a file of its own: nobody else reads ahead of us.
#[cfg(unix)]
fn stdin() -> io::Result<File> {
    use std::os::fd::AsFd as _;
    io::stdin().as_fd().try_clone_to_owned().map(File::from)
}

#[cfg(windows)]
fn stdin() -> io::Result<File> {
    use std::os::windows::io::AsHandle as _;
    io::stdin().as_handle().try_clone_to_owned().map(File::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_addresses_lists_or_mistakes() {
        assert!(matches!(word("-".as_ref(), false), Ok(Source::Stdin)));
        assert!(matches!(word("http://h/x".as_ref(), false), Ok(Source::Address(_))));
        assert!(matches!(word(file!().as_ref(), false), Ok(Source::List { .. })));
        for (text, end) in [
            ("example.com/a.jpg", "for an address write https://example.com/a.jpg"),
            ("nothing.txt", "or the name of a file that lists some"),
            ("ftp://h/x", "only http:// and https://"),
            ("src", "`src` is a folder: give a list file, or its pictures' addresses"),
            ("", "or - for standard input"),
        ] {
            let reason = word(text.as_ref(), false).expect_err(text);
            assert!(reason.ends_with(end), "{text}: {reason}");
        }
    }
}
