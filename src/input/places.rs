//! Entries become requests: the folders that they name are made, once each. It blocks, as whoever makes folders does.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::entry::Entry;
use crate::display;
use crate::engine::prepare_folder;
use crate::engine::request::{DownloadRequest, More};

/// See the head of this file.
#[derive(Debug)]
pub struct Places {
    dir: Arc<Path>,
    made: HashMap<PathBuf, Arc<Path>>,
}

impl Places {
    /// Files go to `dir`, a real path, unless their entries say otherwise.
    #[must_use]
    pub fn new(dir: Arc<Path>) -> Self {
        Self { dir, made: HashMap::new() }
    }

    /// The request that an entry stands for.
    ///
    /// # Errors
    /// Says in words, safe to show, which folder cannot be made or written.
    pub fn request(&mut self, entry: Entry) -> Result<DownloadRequest, String> {
        let Entry { url, dir, name, checksum, more } = entry;
        let dir = match dir {
            Some(dir) => self.folder(&dir)?,
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
        let made = prepare_folder(&self.dir.join(named));
        let made: Arc<Path> =
            made.map_err(|error| format!("cannot write to the folder `{}`: {error}", shown()))?.into();
        self.made.insert(named.to_owned(), Arc::clone(&made));
        Ok(made)
    }
}
