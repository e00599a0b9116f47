//! Faults 98 to 105: disks without room, disks that fail, and others who work on the same disk. Real file systems where
//! a test can have one of its own, an injected error elsewhere.

mod errors;
mod full;
mod others;
mod state;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use haul::engine::request::DownloadRequest;

/// A job for a file in a folder of the test's choice.
fn request(url: &str, dir: &Path) -> DownloadRequest {
    DownloadRequest::new(url.parse().expect("a valid address"), Arc::from(dir))
}

/// Takes so much of a disk until it is removed.
fn filler(disk: &Path, kib: usize) -> PathBuf {
    let path = disk.join(format!("filler-{kib}"));
    fs::write(&path, vec![7; kib * 1024]).expect("there is so much room");
    path
}

/// Every file in the folder, hidden ones too, but for fillers: name and bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let mut files: Vec<_> = entries
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
        .filter(|(name, path)| path.is_file() && !name.starts_with("filler"))
        .map(|(name, path)| (name, fs::read(path).expect("readable")))
        .collect();
    files.sort();
    files
}

/// The names of [`files`].
fn names(folder: &Path) -> Vec<String> {
    files(folder).into_iter().map(|(name, _)| name).collect()
}
