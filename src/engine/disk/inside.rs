//! What is done inside a folder, by name. The folder is opened anew for each call, by its real path and through no link
//! at all, and the rest is relative to what was opened: whoever puts a link in the way, however quickly, leads nothing
//! of ours elsewhere. It stays open no longer, or at most for the one hop of a small file, so that a disk that was taken
//! away, or a folder that was moved, is an error and not a file in a place that nobody looks at; and so that hardly
//! anybody holds one descriptor while he waits for another.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::engine::descriptors::patiently;

#[cfg(not(unix))]
use by_path as system;
#[cfg(unix)]
use opened as system;

pub(super) use system::{Folder, identity, is, link, plain, remove, rename, rename_new, write_anywhere, write_at};

/// What tells a folder from every other one.
pub(super) type Identity = (u64, u64);

/// Makes a file to add to. Whatever has the name, file or link, makes this fail.
pub(super) fn create(path: &Path) -> io::Result<File> {
    patiently(|| system::create(path))
}

/// Opens a file to add to; a link in its place is none.
pub(super) fn append(path: &Path) -> io::Result<File> {
    patiently(|| system::append(path))
}

/// Opens a file to be read; a link in its place is none.
pub(super) fn read(path: &Path) -> io::Result<File> {
    patiently(|| system::read(path))
}

/// `PATH_MAX` of Linux, with the zero at its end.
const LONGEST_PATH: usize = 4096;

/// Fails where the whole path is too long for other programs, though the name in the folder is not.
pub(super) fn check_length(path: &Path) -> io::Result<()> {
    let long = cfg!(target_os = "linux") && path.as_os_str().len() >= LONGEST_PATH;
    if long { Err(io::ErrorKind::InvalidFilename.into()) } else { Ok(()) }
}

#[cfg(unix)]
mod opened {
    use std::ffi::OsStr;
    use std::fs::{self, File};
    use std::io;
    use std::os::fd::OwnedFd;
    use std::os::unix::fs::{FileExt as _, MetadataExt as _};
    use std::path::Path;

    use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat};
    use rustix::fs::{fcntl_getfl, fcntl_setfl, fstat, linkat, openat, renameat, statat, unlinkat};

    use super::{Identity, patiently};

    /// To go through it; nobody reads what else is there.
    #[cfg(target_os = "linux")]
    const SEARCH: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
    #[cfg(not(target_os = "linux"))]
    const SEARCH: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

    /// A link is not followed, and a pipe in the place of a file is not waited for.
    const PLAIN: OFlags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

    /// The folder of a file, and the name in it.
    fn place(path: &Path) -> io::Result<(OwnedFd, &OsStr)> {
        Ok((through_no_link(path.parent().unwrap_or(Path::new(".")))?, name(path)?))
    }

    fn name(path: &Path) -> io::Result<&OsStr> {
        path.file_name().ok_or_else(|| io::ErrorKind::InvalidFilename.into())
    }

    fn open(path: &Path, how: OFlags) -> io::Result<File> {
        let (folder, name) = place(path)?;
        open_in(&folder, name, how)
    }

    fn open_in(folder: &OwnedFd, name: &OsStr, how: OFlags) -> io::Result<File> {
        let open = || openat(folder, name, how | PLAIN, Mode::from_raw_mode(0o666));
        Ok(File::from(rustix::io::retry_on_intr(open)?))
    }

    const CREATE: OFlags = OFlags::WRONLY.union(OFlags::APPEND).union(OFlags::CREATE).union(OFlags::EXCL);

    /// An open folder, for several steps in it; the paths are those of files there.
    pub(in crate::engine::disk) struct Folder(OwnedFd);

    impl Folder {
        pub(in crate::engine::disk) fn of(path: &Path) -> io::Result<Self> {
            Ok(Self(patiently(|| place(path))?.0))
        }

        /// As [`super::create`].
        pub(in crate::engine::disk) fn create(&self, path: &Path) -> io::Result<File> {
            patiently(|| open_in(&self.0, name(path)?, CREATE))
        }

        /// As [`super::rename_new`].
        pub(in crate::engine::disk) fn rename_new(&self, from: &Path, to: &Path) -> io::Result<Option<()>> {
            rename_new_in(&self.0, name(from)?, name(to)?)
        }
    }

    pub(super) fn create(path: &Path) -> io::Result<File> {
        open(path, CREATE)
    }

    pub(super) fn append(path: &Path) -> io::Result<File> {
        open(path, OFlags::WRONLY | OFlags::APPEND)
    }

    pub(super) fn read(path: &Path) -> io::Result<File> {
        open(path, OFlags::RDONLY)
    }

    /// Lets [`write_at`] put bytes anywhere: what was opened to add to takes them at its end alone.
    pub(in crate::engine::disk) fn write_anywhere(file: &File) -> io::Result<()> {
        let flags = fcntl_getfl(file)?;
        Ok(fcntl_setfl(file, flags - OFlags::APPEND)?)
    }

    pub(in crate::engine::disk) fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
        file.write_all_at(bytes, at)
    }

    fn stat(path: &Path) -> io::Result<Stat> {
        let (folder, name) = patiently(|| place(path))?;
        Ok(statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW)?)
    }

    /// How long the plain file at this path is; none where there is no such thing.
    pub(in crate::engine::disk) fn plain(path: &Path) -> Option<u64> {
        let stat = stat(path).ok()?;
        FileType::from_raw_mode(stat.st_mode).is_file().then(|| u64::try_from(stat.st_size).unwrap_or_default())
    }

    /// True where this open file is the one at this path.
    pub(in crate::engine::disk) fn is(path: &Path, file: &File) -> io::Result<bool> {
        let (there, open) = (stat(path), fstat(file)?);
        Ok(there.is_ok_and(|there| (there.st_dev, there.st_ino) == (open.st_dev, open.st_ino)))
    }

    /// Which folder the file is in.
    pub(in crate::engine::disk) fn identity(path: &Path) -> io::Result<Identity> {
        let (folder, _) = patiently(|| place(path))?;
        let about = File::from(folder).metadata()?;
        Ok((about.dev(), about.ino()))
    }

    /// Removes a file or a link.
    pub(in crate::engine::disk) fn remove(path: &Path) -> io::Result<()> {
        let (folder, name) = patiently(|| place(path))?;
        Ok(unlinkat(&folder, name, AtFlags::empty())?)
    }

    /// Renames over what stands there, within the folder.
    pub(in crate::engine::disk) fn rename(from: &Path, to: &Path) -> io::Result<()> {
        let (folder, from) = patiently(|| place(from))?;
        Ok(renameat(&folder, from, &folder, name(to)?)?)
    }

    /// Renames within the folder unless something stands there. None where the file system cannot do that in one step.
    pub(in crate::engine::disk) fn rename_new(from: &Path, to: &Path) -> io::Result<Option<()>> {
        let (folder, from) = patiently(|| place(from))?;
        rename_new_in(&folder, from, name(to)?)
    }

    fn rename_new_in(folder: &OwnedFd, from: &OsStr, to: &OsStr) -> io::Result<Option<()>> {
        #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
        {
            use rustix::fs::{RenameFlags, renameat_with};
            use rustix::io::Errno;
            match renameat_with(folder, from, folder, to, RenameFlags::NOREPLACE) {
                // NFS, some FUSE ones.
                Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => Ok(None),
                result => Ok(Some(result?)),
            }
        }
        #[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
        {
            let _ = (folder, from, to);
            Ok(None)
        }
    }

    /// A second name for a file, in whichever folder.
    pub(in crate::engine::disk) fn link(from: &Path, to: &Path) -> io::Result<()> {
        let ((folder, from), (other, to)) = (patiently(|| place(from))?, patiently(|| place(to))?);
        Ok(linkat(&folder, from, &other, to, AtFlags::empty())?)
    }

    pub(super) fn through_no_link(dir: &Path) -> io::Result<OwnedFd> {
        #[cfg(target_os = "linux")]
        {
            use rustix::io::Errno;
            let open = || rustix::fs::openat2(CWD, dir, SEARCH, Mode::empty(), rustix::fs::ResolveFlags::NO_SYMLINKS);
            match rustix::io::retry_on_intr(open) {
                Err(Errno::LOOP) => return Err(linked()),
                // Kernels before 5.6, and sandboxes that do not know it.
                Err(Errno::NOSYS | Errno::PERM) => {}
                result => return Ok(result?),
            }
        }
        in_two_steps(dir)
    }

    /// Between the two a folder above may be exchanged; this one may not.
    pub(super) fn in_two_steps(dir: &Path) -> io::Result<OwnedFd> {
        if fs::canonicalize(dir)? != dir {
            return Err(linked());
        }
        match openat(CWD, dir, SEARCH | OFlags::NOFOLLOW, Mode::empty()) {
            Err(rustix::io::Errno::LOOP) => Err(linked()),
            result => Ok(result?),
        }
    }

    fn linked() -> io::Error {
        io::Error::other("a link has taken the place of the folder, or of one above it (--dir names the folder anew)")
    }
}

/// Elsewhere a folder is its path.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere the system has a say")]
mod by_path {
    use std::fs::{self, File, OpenOptions};
    use std::io;
    use std::path::Path;

    use super::Identity;

    pub(in crate::engine::disk) struct Folder;

    impl Folder {
        pub(in crate::engine::disk) fn of(_: &Path) -> io::Result<Self> {
            Ok(Self)
        }

        pub(in crate::engine::disk) fn create(&self, path: &Path) -> io::Result<File> {
            create(path)
        }

        pub(in crate::engine::disk) fn rename_new(&self, from: &Path, to: &Path) -> io::Result<Option<()>> {
            rename_new(from, to)
        }
    }

    pub(super) fn create(path: &Path) -> io::Result<File> {
        OpenOptions::new().append(true).create_new(true).open(path)
    }

    pub(super) fn append(path: &Path) -> io::Result<File> {
        OpenOptions::new().append(true).open(path)
    }

    pub(super) fn read(path: &Path) -> io::Result<File> {
        File::open(path)
    }

    pub(in crate::engine::disk) fn write_anywhere(_: &File) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(in crate::engine::disk) fn write_at(_: &File, _: &[u8], _: u64) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(in crate::engine::disk) fn plain(path: &Path) -> Option<u64> {
        fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file).map(|about| about.len())
    }

    pub(in crate::engine::disk) fn is(path: &Path, file: &File) -> io::Result<bool> {
        Ok(plain(path) == Some(file.metadata()?.len()))
    }

    pub(in crate::engine::disk) fn identity(_: &Path) -> io::Result<Identity> {
        Ok((0, 0))
    }

    pub(in crate::engine::disk) fn remove(path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    pub(in crate::engine::disk) fn rename(from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    pub(in crate::engine::disk) fn rename_new(_: &Path, _: &Path) -> io::Result<Option<()>> {
        Ok(None)
    }

    pub(in crate::engine::disk) fn link(from: &Path, to: &Path) -> io::Result<()> {
        fs::hard_link(from, to)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_folder_is_reached_through_no_link() {
        let root = std::env::temp_dir().join(format!("haul-inside-{:016x}", fastrand::u64(..)));
        fs::create_dir_all(root.join("real/below")).expect("created");
        let root = root.canonicalize().expect("there");
        fs::write(root.join("file"), "").expect("written");
        for (link, to) in [("link", "real"), ("dangling", "nothing"), ("loop", "loop")] {
            std::os::unix::fs::symlink(to, root.join(link)).expect("linked");
        }
        for (path, opens) in [
            ("real", true),
            ("real/below", true),
            ("link", false),
            ("link/below", false),
            ("dangling", false),
            ("loop", false),
            ("file", false),
            ("nothing", false),
        ] {
            let opened = [opened::through_no_link, opened::in_two_steps].map(|open| open(&root.join(path)).is_ok());
            assert_eq!(opened, [opens; 2], "{path}");
        }
        fs::remove_dir_all(root).expect("removed");
    }
}
