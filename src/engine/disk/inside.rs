//! What is done inside a folder, by name. The folder is opened anew for each piece of work, by its real path and through
//! no link at all, and everything is relative to what was opened: whoever puts a link in the way, however quickly, leads
//! nothing of ours elsewhere. It stays open no longer, so that a disk that was taken away, or a folder that was moved,
//! is an error and not a file in a place that nobody looks at.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::Path;

#[cfg(not(unix))]
pub(super) use by_path::Folder;
#[cfg(unix)]
pub(super) use opened::Folder;

impl Folder {
    /// The folder of a file, and the name in it.
    pub(super) fn of(path: &Path) -> io::Result<(Self, &OsStr)> {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
        Ok((Self::open(path.parent().unwrap_or(Path::new(".")))?, name))
    }
}

/// `PATH_MAX` of Linux, with the zero at its end.
const LONGEST_PATH: usize = 4096;

/// Fails where the whole path is too long for other programs, though the name in the folder is not.
pub(super) fn check_length(path: &Path) -> io::Result<()> {
    let long = cfg!(target_os = "linux") && path.as_os_str().len() >= LONGEST_PATH;
    if long { Err(io::ErrorKind::InvalidFilename.into()) } else { Ok(()) }
}

/// Opens a plain file to be read; a link in its place is none.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let (folder, name) = Folder::of(path)?;
    folder.read(name)
}

#[cfg(unix)]
mod opened {
    use std::ffi::OsStr;
    use std::fs::{self, File};
    use std::io;
    use std::os::fd::OwnedFd;
    use std::os::unix::fs::MetadataExt as _;
    use std::path::Path;

    use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat};
    use rustix::fs::{linkat, openat, renameat, statat, unlinkat};

    use crate::engine::descriptors::patiently;

    /// See the head of this file.
    #[derive(Debug)]
    pub(in crate::engine::disk) struct Folder(OwnedFd);

    /// To go through it; nobody reads what else is there.
    #[cfg(target_os = "linux")]
    const SEARCH: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
    #[cfg(not(target_os = "linux"))]
    const SEARCH: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

    /// A link is not followed, and a pipe in the place of a file is not waited for.
    const PLAIN: OFlags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

    impl Folder {
        pub(super) fn open(dir: &Path) -> io::Result<Self> {
            patiently(|| through_no_link(dir)).map(Self)
        }

        /// What tells it from every other folder.
        pub(in crate::engine::disk) fn id(&self) -> io::Result<(u64, u64)> {
            let about = File::from(self.0.try_clone()?).metadata()?;
            Ok((about.dev(), about.ino()))
        }

        /// Makes a file to add to. Whatever has the name makes this fail.
        pub(in crate::engine::disk) fn create(&self, name: &OsStr) -> io::Result<File> {
            self.file(name, OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE | OFlags::EXCL)
        }

        /// Opens a file to add to.
        pub(in crate::engine::disk) fn append(&self, name: &OsStr) -> io::Result<File> {
            self.file(name, OFlags::WRONLY | OFlags::APPEND)
        }

        pub(in crate::engine::disk) fn read(&self, name: &OsStr) -> io::Result<File> {
            self.file(name, OFlags::RDONLY)
        }

        fn file(&self, name: &OsStr, how: OFlags) -> io::Result<File> {
            let mode = Mode::from_raw_mode(0o666);
            patiently(|| Ok(openat(&self.0, name, how | PLAIN, mode)?)).map(File::from)
        }

        fn stat(&self, name: &OsStr) -> io::Result<Stat> {
            Ok(statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW)?)
        }

        /// How long the plain file of this name is; none where there is no such thing.
        pub(in crate::engine::disk) fn plain(&self, name: &OsStr) -> Option<u64> {
            let stat = self.stat(name).ok()?;
            FileType::from_raw_mode(stat.st_mode).is_file().then(|| u64::try_from(stat.st_size).unwrap_or_default())
        }

        /// True where the name is that of this open file.
        pub(in crate::engine::disk) fn is(&self, name: &OsStr, file: &File) -> io::Result<bool> {
            let (there, open) = (self.stat(name), rustix::fs::fstat(file)?);
            Ok(there.is_ok_and(|there| (there.st_dev, there.st_ino) == (open.st_dev, open.st_ino)))
        }

        /// Removes a file or a link.
        pub(in crate::engine::disk) fn remove(&self, name: &OsStr) -> io::Result<()> {
            Ok(unlinkat(&self.0, name, AtFlags::empty())?)
        }

        /// Renames over what stands there.
        pub(in crate::engine::disk) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
            Ok(renameat(&self.0, from, &self.0, to)?)
        }

        /// Renames unless something stands there. None where the file system cannot do that in one step.
        pub(in crate::engine::disk) fn rename_new(&self, from: &OsStr, to: &OsStr) -> Option<io::Result<()>> {
            #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
            {
                use rustix::io::Errno;
                match rustix::fs::renameat_with(&self.0, from, &self.0, to, rustix::fs::RenameFlags::NOREPLACE) {
                    // NFS, some FUSE ones.
                    Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => None,
                    result => Some(result.map_err(io::Error::from)),
                }
            }
            #[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
            {
                let _ = (from, to);
                None
            }
        }

        /// A second name for a file.
        pub(in crate::engine::disk) fn link(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
            Ok(linkat(&self.0, from, &self.0, to, AtFlags::empty())?)
        }
    }

    fn through_no_link(dir: &Path) -> io::Result<OwnedFd> {
        #[cfg(target_os = "linux")]
        {
            use rustix::io::Errno;
            match rustix::fs::openat2(CWD, dir, SEARCH, Mode::empty(), rustix::fs::ResolveFlags::NO_SYMLINKS) {
                Err(Errno::LOOP) => return Err(linked()),
                // Kernels before 5.6, and sandboxes that do not know it.
                Err(Errno::NOSYS | Errno::PERM) => {}
                result => return Ok(result?),
            }
        }
        in_two_steps(dir)
    }

    /// Between the two a folder above may be exchanged; this one may not.
    fn in_two_steps(dir: &Path) -> io::Result<OwnedFd> {
        if fs::canonicalize(dir)? != dir {
            return Err(linked());
        }
        match openat(CWD, dir, SEARCH | OFlags::NOFOLLOW, Mode::empty()) {
            Err(rustix::io::Errno::LOOP) => Err(linked()),
            result => Ok(result?),
        }
    }

    fn linked() -> io::Error {
        io::Error::other("a link has taken the place of the folder, or of one above it")
    }

    #[cfg(test)]
    mod tests {
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
                let opened = [through_no_link, in_two_steps].map(|open| open(&root.join(path)).is_ok());
                assert_eq!(opened, [opens; 2], "{path}");
            }
            fs::remove_dir_all(root).expect("removed");
        }
    }
}

/// Elsewhere a folder is its path.
#[cfg(not(unix))]
mod by_path {
    use std::ffi::OsStr;
    use std::fs::{self, File, OpenOptions};
    use std::io;
    use std::path::{Path, PathBuf};

    use crate::engine::descriptors::patiently;

    /// See the head of this file.
    #[derive(Debug)]
    pub(in crate::engine::disk) struct Folder(PathBuf);

    impl Folder {
        #[expect(clippy::unnecessary_wraps, reason = "elsewhere it is opened")]
        pub(super) fn open(dir: &Path) -> io::Result<Self> {
            Ok(Self(dir.to_path_buf()))
        }

        #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "elsewhere the system tells")]
        pub(in crate::engine::disk) fn id(&self) -> io::Result<(u64, u64)> {
            Ok((0, 0))
        }

        pub(in crate::engine::disk) fn create(&self, name: &OsStr) -> io::Result<File> {
            patiently(|| OpenOptions::new().append(true).create_new(true).open(self.0.join(name)))
        }

        pub(in crate::engine::disk) fn append(&self, name: &OsStr) -> io::Result<File> {
            patiently(|| OpenOptions::new().append(true).open(self.0.join(name)))
        }

        pub(in crate::engine::disk) fn read(&self, name: &OsStr) -> io::Result<File> {
            patiently(|| File::open(self.0.join(name)))
        }

        pub(in crate::engine::disk) fn plain(&self, name: &OsStr) -> Option<u64> {
            let metadata = fs::symlink_metadata(self.0.join(name)).ok()?;
            metadata.is_file().then(|| metadata.len())
        }

        pub(in crate::engine::disk) fn is(&self, name: &OsStr, file: &File) -> io::Result<bool> {
            Ok(self.plain(name) == Some(file.metadata()?.len()))
        }

        pub(in crate::engine::disk) fn remove(&self, name: &OsStr) -> io::Result<()> {
            fs::remove_file(self.0.join(name))
        }

        pub(in crate::engine::disk) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
            fs::rename(self.0.join(from), self.0.join(to))
        }

        #[expect(clippy::unused_self, reason = "elsewhere it is done in the folder")]
        pub(in crate::engine::disk) fn rename_new(&self, _: &OsStr, _: &OsStr) -> Option<io::Result<()>> {
            None
        }

        pub(in crate::engine::disk) fn link(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
            fs::hard_link(self.0.join(from), self.0.join(to))
        }
    }
}
