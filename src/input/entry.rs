//! One file to fetch as a list, a table or a page names it, with all that is said of it there. A leaf.

use std::path::PathBuf;

use url::Url;

use crate::engine::options::Checksum;
use crate::engine::request::More;

/// See the head of this file.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where the bytes are.
    pub url: Url,
    /// The folder below the one of the run, or another one; none is that of the run.
    pub dir: Option<PathBuf>,
    /// The name for the file, one path component; none is the server's.
    pub name: Option<String>,
    /// The digest that the file must have.
    pub checksum: Option<Checksum>,
    /// What only few have.
    pub more: More,
}

impl From<Url> for Entry {
    fn from(url: Url) -> Self {
        Self { url, dir: None, name: None, checksum: None, more: More::default() }
    }
}
