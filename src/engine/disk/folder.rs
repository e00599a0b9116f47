//! The folders that files go to.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Creates the folder if need be, tries whether files can be made in it, and gives its real path.
///
/// # Errors
/// Any error of creating the folder or of making a file in it.
pub fn prepare_folder(dir: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(dir)?;
    let dir = fs::canonicalize(dir)?;
    // Only making a file tells: permission bits know nothing of read-only mounts, quotas and access lists.
    let probe = dir.join(format!(".haul-{:016x}.probe", fastrand::u64(..)));
    fs::OpenOptions::new().write(true).create_new(true).open(&probe)?;
    fs::remove_file(&probe)?;
    Ok(dir)
}
