//! The last step: a whole body gets its final name. Nothing that existed is overwritten, and the name appears only
//! with the whole file behind it.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::engine::durable;
use crate::engine::file_name;

use super::body::Body;
use super::folder::sync_folder;
use super::inside;
use super::part::{Part, remove_own, remove_part};
use super::same::same;

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

    /// Hears of every name that a part file is about to get, so that whoever comes after a crash knows whose file
    /// stands there.
    fn intend(&self, part: &Part, path: &Path) -> io::Result<()>;
}

/// How a body gets its name.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct Manner {
    /// A plain file of that name may go.
    pub(in crate::engine) overwrite: bool,
    /// The file must survive the loss of power from then on.
    pub(in crate::engine) sync: bool,
}

/// Gives `body` its name in the folder of `part_path`, or the first free one like it. Where a file of such a name holds
/// the very same bytes and is no other job's, the body is dropped.
///
/// On an error a body in a part file is there still.
pub(in crate::engine) fn commit(
    body: &Body,
    part_path: &Path,
    name: Name<'_>,
    finals: &Finals,
    manner: Manner,
    books: &impl Books,
) -> io::Result<Committed> {
    let mut committing = Committing { body, part_path, finals, manner, books, written: false };
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
    body: &'a Body,
    part_path: &'a Path,
    finals: &'a Finals,
    manner: Manner,
    books: &'a B,
    /// All of it is in the part file.
    written: bool,
}

impl<B: Books> Committing<'_, B> {
    fn commit_as(&mut self, name: &str) -> io::Result<Committed> {
        let dir = self.part_path.parent().unwrap_or(Path::new("."));
        let candidates = (1..=MOST_NAMES).map(|n| match n {
            1 => dir.join(name),
            n => dir.join(file_name::numbered(name, n)),
        });
        for path in candidates {
            inside::check_length(&path)?;
            if let Body::Memory(bytes) = self.body
                && !self.written
                && self.hop(bytes, &path)?
            {
                return Ok(Committed { path, skipped: false });
            }
            if holds(&path, self.body)? && !self.books.is_owned(&path) && self.finals.adopt(&path) {
                match self.body {
                    Body::Part(part) => part.remove(),
                    Body::Memory(_) if self.written => remove_part(self.part_path),
                    Body::Memory(_) => {}
                }
                return Ok(Committed { path, skipped: true });
            }
            if !self.written {
                write(self.body, self.part_path, self.manner)?;
                self.written = true;
            }
            if let Body::Part(part) = self.body {
                self.books.intend(part, &path)?;
            }
            match self.finals.rename(self.part_path, &path, self.manner.overwrite) {
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
        let folder = inside::Folder::of(self.part_path)?;
        // Whether something has the name shows when it is given: mostly nothing has.
        if !self.finals.adopt(to) {
            return Ok(false);
        }
        let mut hop = || {
            durable::step()?;
            let mut file = folder.create(self.part_path)?;
            let write = durable::step().and_then(|()| file.write_all(bytes));
            // Half a small file is worth nothing; the error that matters is the one on its way up.
            write.inspect_err(|_| remove_own(self.part_path))?;
            self.written = true;
            durable::step()?;
            folder.rename_new(self.part_path, to)
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
            // The kernel says only once that bytes are lost: after that a sync of the same file would seem to succeed.
            let sync = || part.sync().inspect_err(|_| part.remove());
            if manner.sync { sync() } else { Ok(()) }
        }
        Body::Memory(bytes) => {
            let mut part = Part::create(part_path.to_path_buf())?;
            let sync = |part: &Part| if manner.sync { part.sync() } else { Ok(()) };
            part.append(bytes).and_then(|()| sync(&part)).inspect_err(|_| {
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
    match body {
        Body::Memory(bytes) => same(&mut there, &mut &bytes[..]),
        Body::Part(part) => same(&mut there, &mut part.reader()?),
    }
}

/// Renames without ever replacing what stands at `to`.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    durable::step()?;
    if inside::rename_new(from, to)?.is_some() {
        return Ok(());
    }
    match rename_by_link(from, to) {
        Err(error) if !matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound) => {
            rename_over_own(from, to)
        }
        result => result,
    }
}

fn rename_by_link(from: &Path, to: &Path) -> io::Result<()> {
    inside::link(from, to)?;
    durable::step()?;
    inside::remove(from)
}

/// Where there are no hard links either (FAT): an empty file of our own takes the name, and the rename replaces only
/// that.
fn rename_over_own(from: &Path, to: &Path) -> io::Result<()> {
    inside::create(to)?;
    durable::step()?;
    inside::rename(from, to).inspect_err(|_| {
        // The error that matters is the one on its way up.
        let _ = inside::remove(to);
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Fault 103: also where the file system cannot rename in one step, or has no hard links.
    #[test]
    fn each_way_to_rename_replaces_nothing() {
        type Way = fn(&Path, &Path) -> io::Result<()>;
        for (what, way) in
            [("one step", rename_new as Way), ("link", rename_by_link as Way), ("own file", rename_over_own as Way)]
        {
            let dir = std::env::temp_dir().join(format!("haul-rename-{:016x}", fastrand::u64(..)));
            fs::create_dir(&dir).expect("created");
            let dir = dir.canonicalize().expect("there");
            let part = dir.join("part");
            fs::write(&part, "ours").expect("written");
            let mut stands = vec!["file", "folder"];
            fs::write(dir.join("file"), "theirs").expect("written");
            fs::create_dir(dir.join("folder")).expect("created");
            #[cfg(unix)]
            for (link, to) in [("link", "file"), ("dangling", "nothing")] {
                std::os::unix::fs::symlink(to, dir.join(link)).expect("linked");
                stands.push(link);
            }
            for name in stands {
                let error = way(&part, &dir.join(name)).expect_err("it stands there");
                assert_eq!(error.kind(), io::ErrorKind::AlreadyExists, "{what}: {name}");
            }
            assert_eq!(fs::read(dir.join("file")).expect("there"), b"theirs", "{what}");
            assert!(!dir.join("nothing").exists(), "{what}");
            way(&part, &dir.join("free")).expect("a free name");
            assert_eq!(fs::read(dir.join("free")).expect("there"), b"ours", "{what}");
            assert!(!part.exists(), "{what}");
            // Without a part there is nothing to leave behind.
            assert!(way(&part, &dir.join("none")).is_err(), "{what}");
            assert!(!dir.join("none").exists(), "{what}");
            fs::remove_dir_all(dir).expect("removed");
        }
    }
}
