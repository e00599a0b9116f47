//! The words of a command line: addresses, list files, `-` for standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use url::Url;

use super::address::address;
use crate::display;

/// Where requests come from.
#[derive(Debug)]
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
}

/// Reads one word: with `://` it is an address, `-` is standard input, else it must be the name of a list file.
///
/// # Errors
/// Says in words, safe to show, what is wrong and what to write instead.
pub fn word(text: &str) -> Result<Source, String> {
    if text == "-" {
        return Ok(Source::Stdin);
    }
    if text.contains("://") {
        return address(text).map(Source::Address);
    }
    if Path::new(text).exists() {
        return list(text);
    }
    let shown = display::fit(&display::safe(text), 60);
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

/// Opens a list file (`-` is standard input).
///
/// # Errors
/// Says in words, safe to show, which file cannot be read and why.
pub fn list(text: &str) -> Result<Source, String> {
    if text == "-" {
        return Ok(Source::Stdin);
    }
    let name = display::fit(&display::safe(text), 60);
    let why = |error: io::Error| format!("cannot read the list `{name}`: {error}");
    let file = File::open(text).map_err(why)?;
    if file.metadata().map_err(why)?.is_dir() {
        return Err(format!("`{name}` is a folder: give a list file, or its pictures' addresses"));
    }
    Ok(Source::List { name, file })
}

impl Source {
    /// The text of a list with the name that messages give it.
    ///
    /// # Errors
    /// An address is no list and comes back.
    pub fn into_text(self) -> Result<(String, Box<dyn Read + Send>), Url> {
        match self {
            Self::Address(url) => Err(url),
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
        assert!(matches!(word("-"), Ok(Source::Stdin)));
        assert!(matches!(word("http://h/x"), Ok(Source::Address(_))));
        assert!(matches!(word(file!()), Ok(Source::List { .. })));
        for (text, end) in [
            ("example.com/a.jpg", "for an address write https://example.com/a.jpg"),
            ("nothing.txt", "or the name of a file that lists some"),
            ("ftp://h/x", "only http:// and https://"),
            ("src", "`src` is a folder: give a list file, or its pictures' addresses"),
            ("", "or - for standard input"),
        ] {
            let reason = word(text).expect_err(text);
            assert!(reason.ends_with(end), "{text}: {reason}");
        }
    }
}
