//! Entries become requests: the folders that they name are made, once each. It blocks, as whoever makes folders does.

use std::collections::HashMap;
use std::fs;
use std::path::{self, Path, PathBuf};
use std::sync::Arc;

use super::entry::Entry;
use crate::display;
use crate::engine::request::{DownloadRequest, More};
use crate::engine::{check_file_name, prepare_folder};

/// See the head of this file.
#[derive(Debug)]
pub struct Places {
    dir: Arc<Path>,
    made: HashMap<PathBuf, Arc<Path>>,
    /// False where nothing may be written.
    makes: bool,
}

impl Places {
    /// Files go to `dir`, a real path, unless their entries say otherwise.
    #[must_use]
    pub fn new(dir: Arc<Path>) -> Self {
        Self { dir, made: HashMap::new(), makes: true }
    }

    /// The same where folders are not made, but only said to be where they would be.
    #[must_use]
    pub fn foreseen(dir: &Path) -> Self {
        Self { dir: real(dir).into(), made: HashMap::new(), makes: false }
    }

    /// The folder of the run.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The request that an entry stands for.
    ///
    /// # Errors
    /// Says in words, safe to show, which folder cannot be made or written.
    pub fn request(&mut self, entry: Entry) -> Result<DownloadRequest, String> {
        let Entry { url, dir, name, checksum, more } = entry;
        let dir = match dir {
            Some(dir) => self.folder(&dir).map_err(|why| format!("{} is left out: {why}", display::address(&url)))?,
            None => Arc::clone(&self.dir),
        };
        let more = (more != More::default()).then(|| Box::new(more));
        Ok(DownloadRequest { url, dir, name, checksum, more })
    }

    fn folder(&mut self, named: &Path) -> Result<Arc<Path>, String> {
        if let Some(made) = self.made.get(named) {
            return Ok(Arc::clone(made));
        }
        let shown = || display::safe(&named.to_string_lossy());
        let dir = self.dir.join(named);
        let made = if self.makes { prepare_folder(&dir) } else { Ok(real(&dir)) };
        let made: Arc<Path> =
            made.map_err(|error| format!("cannot write to the folder `{}`: {error}", shown()))?.into();
        self.made.insert(named.to_owned(), Arc::clone(&made));
        Ok(made)
    }
}

/// The real path that a folder would have if it were made.
fn real(dir: &Path) -> PathBuf {
    let dir = path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    let there = dir.ancestors().find_map(|above| Some((fs::canonicalize(above).ok()?, dir.strip_prefix(above).ok()?)));
    there.map_or_else(|| dir.clone(), |(real, rest)| real.iter().chain(rest).collect())
}

/// A path that somebody wrote for one file: the folders below the usual one, and the name.
///
/// # Errors
/// Says in words, safe to show, why files do not go there.
pub(super) fn own_path(text: &str) -> Result<(PathBuf, String), String> {
    let why = |reason: &str| format!("`{}` {reason}", display::fit(&display::safe(text), 60));
    if text.starts_with('/') {
        return Err(why("begins with a slash: names are below the folder of the run"));
    }
    let mut parts: Vec<&str> = text.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    for part in &parts {
        if *part == ".." {
            return Err(why("leaves its folder"));
        }
        check_file_name(part)?;
    }
    match parts.pop() {
        Some(name) if text.ends_with(name) => Ok((parts.iter().collect(), name.to_owned())),
        _ => Err(why("names no file")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_paths_stay_below_their_folder() {
        for (text, below, name) in [
            ("a.jpg", "", "a.jpg"),
            ("a/b.jpg", "a", "b.jpg"),
            ("./a//b/./c d.jpg", "a/b", "c d.jpg"),
            ("..a/b..", "..a", "b.."),
            ("c:x", "", "c:x"),
        ] {
            assert_eq!(own_path(text), Ok((PathBuf::from(below), name.to_owned())), "{text}");
        }
        let long = "x".repeat(300);
        for text in
            ["", "/", ".", "./", "/a", "../a", "a/../b", "a/..", "..", "a/", "a/.", "a\\b", "a\x1b", "a\0b", &long]
        {
            assert!(own_path(text).is_err(), "{text}");
        }
    }
}
