//! Part files: where a body grows until it is whole. Written strictly in order by one owner, so that a part is at
//! every instant a prefix of the body.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::engine::descriptors::patiently;
use crate::engine::request::JobId;

/// Where the part of a job stands. Every restart is a new generation with a file of its own, so that two versions of
/// a body can never share one.
pub(in crate::engine) fn part_path(dir: &Path, id: JobId, generation: u32) -> PathBuf {
    dir.join(format!(".haul-{id}-{generation}.part"))
}

/// An open part file.
#[derive(Debug)]
pub(in crate::engine) struct Part {
    path: PathBuf,
    file: File,
    len: u64,
}

impl Part {
    /// Makes a new part. Whatever stands there, file or link, is somebody else's and makes this fail.
    pub(in crate::engine) fn create(path: PathBuf) -> io::Result<Self> {
        let file = patiently(|| OpenOptions::new().append(true).create_new(true).open(&path))?;
        Ok(Self { path, file, len: 0 })
    }

    /// Opens a part to go on with; it must be a plain file of exactly `len` bytes that has no other name.
    pub(in crate::engine) fn open(path: PathBuf, len: u64) -> io::Result<Self> {
        let ours = |there: &Metadata| there.is_file() && there.len() == len && !has_other_names(there);
        let changed = || io::Error::other("the part file was changed by another program");
        // Looked at before it is opened, since opening a pipe waits, and after, since it may have changed in between.
        if !ours(&fs::symlink_metadata(&path)?) {
            return Err(changed());
        }
        let file = patiently(|| unfollowed().append(true).open(&path))?;
        if !ours(&file.metadata()?) {
            return Err(changed());
        }
        Ok(Self { path, file, len })
    }

    /// Adds bytes at the end. After an error the length on the disk is unknown and the part must be dropped or
    /// truncated, which [`Self::truncate`] does.
    pub(in crate::engine) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Cuts what a failed [`Self::append`] may have left.
    pub(in crate::engine) fn truncate(&mut self) -> io::Result<()> {
        self.file.set_len(self.len)
    }

    /// Reads it from its first byte.
    pub(in crate::engine) fn reader(&self) -> io::Result<File> {
        patiently(|| File::open(&self.path))
    }

    /// How many bytes are in it.
    pub(in crate::engine) fn len(&self) -> u64 {
        self.len
    }

    /// Where it stands.
    pub(in crate::engine) fn path(&self) -> &Path {
        &self.path
    }
}

/// True where the file can be reached by another name too: what is written to it would be written there.
fn has_other_names(file: &Metadata) -> bool {
    #[cfg(unix)]
    {
        std::os::unix::fs::MetadataExt::nlink(file) > 1
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        false
    }
}

/// Options that open no link in the place of a file.
fn unfollowed() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    if let Ok(nofollow) = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()) {
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, nofollow);
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_cut_bytes_go_on_where_the_part_ends() {
        let path = std::env::temp_dir().join(format!("haul-part-{:016x}", fastrand::u64(..)));
        let mut part = Part::create(path.clone()).expect("created");
        part.append(b"good").expect("written");
        // What a write that failed half way leaves.
        part.file.write_all(b"rest of a piece").expect("written");
        part.truncate().expect("cut");
        part.append(b" and more").expect("written");
        let there = fs::read(&path).expect("readable");
        fs::remove_file(&path).expect("removed");
        assert_eq!((there.as_slice(), part.len()), (&b"good and more"[..], 13));
    }
}
