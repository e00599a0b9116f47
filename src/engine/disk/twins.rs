//! Bodies that are here already under another name: which file of this run has a digest, and how its bytes get one name
//! more. That two digests are the same is only a hint; the bytes decide.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::engine::durable;

use super::body::Body;
use super::inside;

/// The files of this run by their digests. There may be a million of them, so each costs little more than its name.
#[derive(Debug)]
pub(in crate::engine) struct Twins {
    known: Mutex<HashMap<u64, Place>>,
    turns: [Mutex<()>; TURNS],
}

/// So many bodies at most get their names at the same time.
const TURNS: usize = 64;

/// A path, whose folder many have in common.
#[derive(Debug)]
struct Place {
    dir: Arc<Path>,
    name: Box<OsStr>,
}

impl Default for Twins {
    fn default() -> Self {
        Self { known: Mutex::default(), turns: std::array::from_fn(|_| Mutex::default()) }
    }
}

impl Twins {
    /// Waits until no body with this digest is being given its name, and keeps others from it. For threads that may wait.
    pub(in crate::engine) fn turn(&self, sha256: &str) -> MutexGuard<'_, ()> {
        let turn = usize::try_from(key(sha256) % TURNS as u64).unwrap_or_default();
        self.turns[turn].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file that had this digest when it was last seen.
    pub(in crate::engine) fn find(&self, sha256: &str) -> Option<PathBuf> {
        self.lock().get(&key(sha256)).map(|place| place.dir.join(&*place.name))
    }

    /// Remembers that the file at this path, in `dir`, has this digest.
    pub(in crate::engine) fn keep(&self, sha256: &str, dir: &Arc<Path>, path: &Path) {
        let Some(name) = path.file_name().filter(|_| path.parent() == Some(dir)) else { return };
        self.lock().insert(key(sha256), Place { dir: Arc::clone(dir), name: name.into() });
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Place>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The beginning of a digest in hex: enough for a hint.
fn key(sha256: &str) -> u64 {
    sha256.get(..16).and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or_default()
}

/// A file that holds the bytes of a body, open.
pub(super) struct Twin<'a> {
    path: &'a Path,
    pub(super) file: File,
}

impl<'a> Twin<'a> {
    /// Opens the file at `path`, which must hold exactly the bytes of `body`.
    pub(super) fn of(body: &Body, path: &'a Path) -> io::Result<Self> {
        let mut file = inside::read(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() || metadata.len() != body.len() || !body.is_in(&mut file)? {
            return Err(io::Error::other("it holds other bytes"));
        }
        Ok(Self { path, file })
    }

    /// Gives it one name more; nothing that stands there is replaced.
    pub(super) fn link(&self, to: &Path) -> io::Result<()> {
        durable::step()?;
        inside::link(self.path, to)?;
        // Somebody may have put another file in its place since it was looked at.
        if inside::is(to, &self.file)? { Ok(()) } else { self.unlink(to) }
    }

    /// As [`Self::link`], in the place of a plain file that stands there. For a moment the new name is `spare`.
    pub(super) fn link_over(&self, to: &Path, spare: &Path) -> io::Result<()> {
        if inside::is(to, &self.file)? {
            // To rename one of its names over the other would do nothing.
            return Ok(());
        }
        self.link(spare)?;
        let renamed = durable::step().and_then(|()| inside::rename(spare, to));
        // The error that matters is the one on its way up.
        renamed.inspect_err(|_| _ = inside::remove(spare))
    }

    fn unlink(&self, name: &Path) -> io::Result<()> {
        inside::remove(name)?;
        Err(io::Error::other(format!("another file has taken the place of {}", self.path.display())))
    }
}
