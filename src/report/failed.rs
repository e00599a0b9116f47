//! The list of addresses that did not become files. Failures are added as they come; at the end the list is written
//! anew, whole and in the order of the input, and takes its place at once.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::file::private;

/// See the head of this file.
#[derive(Debug)]
pub(super) struct FailedList {
    /// Its real place, links followed.
    path: PathBuf,
    /// Where failures go as they come.
    stream: Option<BufWriter<File>>,
    /// A pipe or a device is written to once, at the end: what it was given cannot be taken back.
    device: Option<File>,
}

impl FailedList {
    /// Makes an empty list, unless there is one with something in it: that stays as it is until the end, since it may
    /// be the very list that is being read.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let filled = fs::metadata(path).is_ok_and(|about| about.is_file() && about.len() > 0);
        let file = if filled { OpenOptions::new().append(true).open(path)? } else { private(path)? };
        let regular = file.metadata()?.is_file();
        let path = fs::canonicalize(path)?;
        Ok(match (regular, filled) {
            (false, _) => Self { path, stream: None, device: Some(file) },
            (true, true) => Self { path, stream: None, device: None },
            (true, false) => Self { path, stream: Some(BufWriter::new(file)), device: None },
        })
    }

    /// Adds an address.
    pub(super) fn push(&mut self, url: &str) -> io::Result<()> {
        self.stream.as_mut().map_or(Ok(()), |stream| writeln!(stream, "{url}"))
    }

    /// Writes what was added.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.stream.as_mut().map_or(Ok(()), Write::flush)
    }

    /// True where a list with something in it was there before.
    pub(super) fn was_filled(&self) -> bool {
        self.stream.is_none() && self.device.is_none()
    }

    /// Puts the right list in place of what is there.
    pub(super) fn finish(mut self, urls: impl Iterator<Item = String>) -> io::Result<()> {
        if let Some(device) = self.device.take() {
            return write(device, urls);
        }
        // What was gathered must not land in the new list.
        self.stream.take().map(BufWriter::into_parts);
        let fresh = self.path.with_file_name(format!(".haul-{:016x}.failed", fastrand::u64(..)));
        match private(&fresh) {
            Ok(file) => {
                let done = write(file, urls).and_then(|()| fs::rename(&fresh, &self.path));
                if done.is_err() {
                    // It would be litter; the error says enough.
                    let _ = fs::remove_file(&fresh);
                }
                done
            }
            // A folder that takes no new files may still hold one that can be written.
            Err(_) => write(private(&self.path)?, urls),
        }
    }
}

fn write(file: File, urls: impl Iterator<Item = String>) -> io::Result<()> {
    let mut file = BufWriter::new(file);
    for url in urls {
        writeln!(file, "{url}")?;
    }
    file.flush()
}
