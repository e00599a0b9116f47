//! The words of a command line: addresses, list files, `-` for standard input.

use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use url::Url;

use super::address::{address, shown};
use crate::display;

/// Where requests come from.
pub enum Source {
    /// One address.
    Address(Url),
    /// A list file, open already, so that an unreadable one is known before anything starts.
    List {
        /// How messages name it; safe to show.
        name: String,
        /// Its content.
        file: File,
    },
    /// A list on standard input.
    Stdin,
    /// The images of this page.
    Page(Url),
}

/// Reads one word: with `://` it is an address, `-` is standard input, else it must be the name of a list file.
///
/// # Errors
/// Says in words, safe to show, what is wrong and what to write instead.
pub fn word(word: &OsStr) -> Result<Source, String> {
    if let Some(text) = word.to_str().filter(|text| text.contains("://")) {
        return address(text).map(Source::Address);
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
    Ok(Source::List { name, file })
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(url) | Self::Page(url) => f.write_str(&display::address(url)),
            Self::List { name, .. } => f.write_str(name),
            Self::Stdin => f.write_str("-"),
        }
    }
}

impl Source {
    /// The text of a list with the name that messages give it.
    ///
    /// # Errors
    /// An address is no list and comes back, that of a page too.
    pub fn into_text(self) -> Result<(String, Box<dyn Read + Send>), Url> {
        match self {
            Self::Address(url) | Self::Page(url) => Err(url),
            Self::List { name, file } => Ok((name, Box::new(file))),
            Self::Stdin => Ok(("standard input".to_owned(), Box::new(io::stdin()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_addresses_lists_or_mistakes() {
        assert!(matches!(word("-".as_ref()), Ok(Source::Stdin)));
        assert!(matches!(word("http://h/x".as_ref()), Ok(Source::Address(_))));
        assert!(matches!(word(file!().as_ref()), Ok(Source::List { .. })));
        for (text, end) in [
            ("example.com/a.jpg", "for an address write https://example.com/a.jpg"),
            ("nothing.txt", "or the name of a file that lists some"),
            ("ftp://h/x", "only http:// and https://"),
            ("src", "`src` is a folder: give a list file, or its pictures' addresses"),
            ("", "or - for standard input"),
        ] {
            let reason = word(text.as_ref()).expect_err(text);
            assert!(reason.ends_with(end), "{text}: {reason}");
        }
    }
}
