//! The last step: a whole body gets its final name. Nothing that existed is overwritten, and the name appears only
//! with the whole file behind it.

use std::collections::HashSet;
use std::fs::File;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::engine::durable;
use crate::engine::file_name;

use super::body::Body;
use super::folder::sync_folder;
use super::inside;
use super::part::{Part, inode, remove_own, remove_part, set_modified};
use super::rename::rename_new;
use super::twins::Twin;

/// Where a body has ended up.
#[derive(Debug)]
pub(in crate::engine) struct Committed {
    pub(in crate::engine) path: PathBuf,
    /// The same bytes stood there already.
    pub(in crate::engine) skipped: bool,
}

/// How many names are tried: `photo.jpg`, `photo (2).jpg` and so on.
const MOST_NAMES: u32 = 9999;

/// The final names of this run. Two jobs whose bodies are the same are still two files, so a body may be dropped in
/// favour of a file that stands there only where that file is no other job's.
#[derive(Debug, Default)]
pub(in crate::engine) struct Finals {
    taken: Mutex<HashSet<Named>>,
    sums: RandomState,
}

/// What stands for a name: a sum that nobody outside can guess. There may be a million of them, and two names of one
/// sum cost one of them a `(2)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::engine) struct Named(u64);

impl Finals {
    pub(in crate::engine) fn named(&self, path: &Path) -> Named {
        Named(self.sums.hash_one(key(path)))
    }

    /// The name may be taken for somebody else's file again.
    pub(in crate::engine) fn forget(&self, name: Named) {
        self.lock().remove(&name);
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<Named>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The name is a job's of this run.
    fn has(&self, path: &Path) -> bool {
        self.lock().contains(&self.named(path))
    }

    /// Takes `to` as the name for the file that stands there; false if it is another job's.
    pub(in crate::engine) fn adopt(&self, to: &Path) -> bool {
        let name = self.named(to);
        self.lock().insert(name)
    }

    /// Takes the name, so that nobody adopts the file, and renames. With `overwrite` a plain file that stands there goes.
    fn rename(&self, from: &Path, to: &Path, overwrite: bool) -> io::Result<()> {
        if !self.adopt(to) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let renamed = if overwrite && inside::plain(to).is_some() {
            durable::step().and_then(|()| inside::rename(from, to))
        } else {
            rename_new(from, to)
        };
        renamed.inspect_err(|_| self.forget(self.named(to)))
    }
}

/// The path as a file system sees it that tells neither case nor composition apart, as those of macOS and Windows.
fn key(path: &Path) -> String {
    let text = path.to_string_lossy();
    ComposingNormalizerBorrowed::new_nfc().normalize(&text).to_lowercase()
}

/// A name on its way to the disk.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) enum Name<'a> {
    /// The user's own: taken as it is, or not at all.
    Own(&'a str),
    /// The server's: one that the file system does not take may give way to a simpler one.
    Given(&'a str),
}

/// What is written down of names.
pub(in crate::engine) trait Books {
    /// True where the file at this path is known to be that of another job.
    fn is_owned(&self, path: &Path) -> bool;

    /// Hears of every name that a file of so many bytes is about to get in place of a part file, so that whoever comes
    /// after a crash knows whose file stands there.
    fn intend(&self, path: &Path, bytes: u64, inode: Option<u64>) -> io::Result<()>;
}

/// How a body gets its name.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct Manner {
    /// A plain file of that name may go.
    pub(in crate::engine) overwrite: bool,
    /// The file must survive the loss of power from then on.
    pub(in crate::engine) sync: bool,
    /// When it is said to have been changed last.
    pub(in crate::engine) modified: Option<SystemTime>,
}

impl Manner {
    /// What comes before the name: nobody sees a file whose time changes.
    fn stamp(self, file: &File) {
        if let Some(time) = self.modified {
            set_modified(file, time);
        }
    }
}

/// A whole body and where it stands.
#[derive(Debug)]
pub(in crate::engine) struct Whole<'a> {
    pub(in crate::engine) body: &'a Body,
    /// Where its part stands or would stand.
    pub(in crate::engine) part: &'a Path,
    /// A path beside that for a moment's use.
    pub(in crate::engine) spare: &'a Path,
    /// A file that may hold the same bytes: then the body becomes one more name of it.
    pub(in crate::engine) twin: Option<&'a Path>,
}

/// Gives a body its name in the folder of its part, or the first free one like it. Where a file of such a name holds
/// the very same bytes and is no other job's, the body is dropped.
///
/// On an error a body in a part file is there still.
pub(in crate::engine) fn commit(
    whole: Whole<'_>,
    name: Name<'_>,
    finals: &Finals,
    manner: Manner,
    books: &impl Books,
) -> io::Result<Committed> {
    let mut committing = Committing { whole, finals, manner, books, written: false };
    let mut given = match name {
        Name::Own(name) => return committing.commit_as(name),
        Name::Given(name) => name.to_owned(),
    };
    loop {
        let result = committing.commit_as(&given);
        match result.as_ref().err().and_then(|error| simpler(&given, error)) {
            Some(simpler) => given = simpler,
            None => return result,
        }
    }
}

/// The next name to try after one that the file system does not take.
fn simpler(name: &str, error: &io::Error) -> Option<String> {
    match error.kind() {
        io::ErrorKind::InvalidFilename => file_name::shortened(name),
        io::ErrorKind::InvalidInput => file_name::in_ascii(name),
        #[cfg(unix)]
        _ if rustix::io::Errno::from_io_error(error) == Some(rustix::io::Errno::ILSEQ) => file_name::in_ascii(name),
        _ => None,
    }
}

/// A body that is being given its name.
struct Committing<'a, B> {
    whole: Whole<'a>,
    finals: &'a Finals,
    manner: Manner,
    books: &'a B,
    /// All of it is in the part file.
    written: bool,
}

impl<B: Books> Committing<'_, B> {
    fn commit_as(&mut self, name: &str) -> io::Result<Committed> {
        let Whole { body, part: part_path, .. } = self.whole;
        let dir = part_path.parent().unwrap_or(Path::new("."));
        let candidates = (1..=MOST_NAMES).map(|n| match n {
            1 => dir.join(name),
            n => dir.join(file_name::numbered(name, n)),
        });
        for path in candidates {
            inside::check_length(&path)?;
            // However many files of this run have one name, nothing is compared or written down on the way past them.
            if self.finals.has(&path) {
                continue;
            }
            if let Body::Memory(bytes) = body
                && !self.written
                && self.whole.twin.is_none()
                && self.hop(bytes, &path)?
            {
                return Ok(Committed { path, skipped: false });
            }
            // What is renamed over gets its time too.
            let anew = self.manner.overwrite && self.manner.modified.is_some();
            if !anew && holds(&path, body)? && !self.books.is_owned(&path) && self.finals.adopt(&path) {
                match body {
                    Body::Part(part) => part.remove(),
                    Body::Memory(_) if self.written => remove_part(part_path),
                    Body::Memory(_) => {}
                }
                return Ok(Committed { path, skipped: true });
            }
            if let Some(twin) = self.whole.twin {
                match self.link(twin, &path) {
                    Ok(()) => return Ok(Committed { path, skipped: false }),
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                    // Gone, changed, on another disk, or with as many names as it can have: this becomes a file of its own.
                    Err(_) => self.whole.twin = None,
                }
            }
            if !self.written {
                write(body, part_path, self.manner)?;
                self.written = true;
            }
            if let Body::Part(part) = body {
                self.books.intend(&path, part.len(), inode(part.file()))?;
            }
            match self.finals.rename(part_path, &path, self.manner.overwrite) {
                Ok(()) => {
                    if self.manner.sync {
                        sync_folder(dir).inspect_err(|_| self.take_back(&path))?;
                    }
                    return Ok(Committed { path, skipped: false });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{MOST_NAMES} files of this name are there")))
    }

    /// A small body on its way to a free name: create, write, rename, in a folder that is opened once for all of them.
    /// False where that is not how it goes; [`Self::written`] says how far it has come.
    fn hop(&mut self, bytes: &[u8], to: &Path) -> io::Result<bool> {
        if self.manner.sync || self.manner.overwrite {
            return Ok(false);
        }
        let part_path = self.whole.part;
        let folder = inside::Folder::of(part_path)?;
        // Whether something has the name shows when it is given: mostly nothing has.
        if !self.finals.adopt(to) {
            return Ok(false);
        }
        let mut hop = || {
            durable::step()?;
            let mut file = folder.create(part_path)?;
            let write = durable::step().and_then(|()| file.write_all(bytes));
            // Half a small file is worth nothing; the error that matters is the one on its way up.
            write.inspect_err(|_| remove_own(part_path))?;
            self.manner.stamp(&file);
            self.written = true;
            durable::step()?;
            folder.rename_new(part_path, to)
        };
        let named = hop().inspect_err(|_| self.finals.forget(self.finals.named(to)));
        match named {
            Ok(Some(())) => Ok(true),
            Ok(None) => {
                self.finals.forget(self.finals.named(to));
                Ok(false)
            }
            Err(error) if self.written && error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes the body one more name of its twin. The part goes only when the name is there.
    fn link(&self, twin: &Path, to: &Path) -> io::Result<()> {
        let Whole { body, spare, .. } = self.whole;
        let (twin, dir) = (Twin::of(body, twin)?, to.parent().unwrap_or(Path::new(".")));
        if self.manner.sync {
            // An earlier run may have made it.
            durable::step().and_then(|()| twin.file.sync_all())?;
        }
        if let Body::Part(part) = body {
            part.check()?;
            self.books.intend(to, part.len(), inode(&twin.file))?;
        }
        if !self.finals.adopt(to) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let over = self.manner.overwrite && inside::plain(to).is_some();
        let linked = if over { twin.link_over(to, spare) } else { twin.link(to) };
        linked.inspect_err(|_| self.finals.forget(self.finals.named(to)))?;
        if self.manner.sync {
            sync_folder(dir).inspect_err(|_| self.take_back(to))?;
        }
        if let Body::Part(part) = body {
            part.remove();
        }
        Ok(())
    }

    /// A name that may be lost with the power is worth nothing to who wants it synced. Where it may have replaced
    /// another file it stays all the same: that one does not come back.
    fn take_back(&self, path: &Path) {
        self.finals.forget(self.finals.named(path));
        if !self.manner.overwrite {
            // The error that matters is the one on its way up.
            let _ = inside::remove(path);
        }
    }
}

/// Sees to it that all of the body is in its part file; a small one is written now, in one go.
fn write(body: &Body, part_path: &Path, manner: Manner) -> io::Result<()> {
    match body {
        Body::Part(part) => {
            part.check()?;
            manner.stamp(part.file());
            // The kernel says only once that bytes are lost: after that a sync of the same file would seem to succeed.
            let sync = || part.sync().inspect_err(|_| part.remove());
            if manner.sync { sync() } else { Ok(()) }
        }
        Body::Memory(bytes) => {
            let mut part = Part::create(part_path.to_path_buf())?;
            let sync = |part: &Part| if manner.sync { part.sync() } else { Ok(()) };
            let stamp = |part: &Part| manner.stamp(part.file());
            part.append(bytes).map(|()| stamp(&part)).and_then(|()| sync(&part)).inspect_err(|_| {
                // Half a small file is worth nothing; the error that matters is the one on its way up.
                part.remove();
            })
        }
    }
}

/// True where a plain file at `path` holds exactly the bytes of `body`.
fn holds(path: &Path, body: &Body) -> io::Result<bool> {
    if inside::plain(path) != Some(body.len()) {
        return Ok(false);
    }
    // A file that cannot be read is not known to be the same.
    let Ok(mut there) = inside::read(path) else { return Ok(false) };
    body.is_in(&mut there)
}
