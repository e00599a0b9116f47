//! The folders that files go to.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::engine::durable;

/// Creates the folder if need be, tries whether files can be made in it, and gives its real path.
///
/// # Errors
/// Any error of creating the folder or of making a file in it.
pub fn prepare_folder(dir: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(dir)?;
    let dir = fs::canonicalize(dir)?;
    probe(&dir)?;
    Ok(dir)
}

/// Only making a file tells: permission bits know nothing of read-only mounts, quotas and access lists.
fn probe(dir: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{Mode, OFlags, open};
        use rustix::io::Errno;
        // One without a name: a process that is killed here leaves nothing.
        let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
        match open(dir, flags, Mode::RUSR | Mode::WUSR) {
            // The file system knows no such files.
            Err(Errno::INVAL | Errno::ISDIR | Errno::NOENT | Errno::OPNOTSUPP) => {}
            result => return result.map(drop).map_err(io::Error::from),
        }
    }
    let path = dir.join(format!(".haul-{:016x}.probe", fastrand::u64(..)));
    fs::OpenOptions::new().write(true).create_new(true).open(&path)?;
    fs::remove_file(&path)
}

/// Sees to it that the names in a folder would survive the loss of power.
pub(in crate::engine) fn sync_folder(dir: &Path) -> io::Result<()> {
    durable::step()?;
    // Windows opens no folders, and keeps its names without being asked.
    if cfg!(windows) { Ok(()) } else { fs::File::open(dir)?.sync_all() }
}

/// Sees to it that every file in a folder, with its name, would survive the loss of power: one call where the system
/// has one for the whole file system, since a call for each of many small files takes minutes.
pub(in crate::engine) fn sync_files(dir: &Path, files: &[PathBuf]) -> io::Result<()> {
    durable::step()?;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        let _ = files;
        Ok(rustix::fs::syncfs(fs::File::open(dir)?)?)
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        for file in files {
            match fs::File::open(file) {
                Ok(file) => file.sync_all()?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        sync_folder(dir)
    }
}

/// How many bytes may still be written in a folder; none where the system does not tell.
pub(in crate::engine) fn room(dir: &Path) -> Option<u64> {
    #[cfg(unix)]
    {
        let about = rustix::fs::statvfs(dir).ok()?;
        Some(about.f_bavail.saturating_mul(about.f_frsize))
    }
    #[cfg(not(unix))]
    {
        let _ = dir;
        None
    }
}
