//! `haul.log`: what happens on the wire while a screen has no place for it, a line with its moment each. Several
//! processes may add to it. It never grows beyond a few megabytes, of which one older file is kept.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::units::timestamp;

/// When a new one is begun.
const LARGEST: u64 = 4 * 1024 * 1024;

/// See the head of this file.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    file: File,
    /// What is not written yet.
    lines: String,
    largest: u64,
}

impl Log {
    /// Goes on with the log at this path.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Self::bounded(path, LARGEST)
    }

    fn bounded(path: &Path, largest: u64) -> io::Result<Self> {
        Ok(Self { path: path.to_path_buf(), file: append(path)?, lines: String::new(), largest })
    }

    /// Adds a line, which must be safe to show.
    pub(super) fn push(&mut self, at: SystemTime, line: &str) {
        self.lines.extend([&timestamp(at), " ", line, "\n"]);
    }

    /// Writes what was added.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        if self.lines.is_empty() {
            return Ok(());
        }
        if self.file.metadata()?.len() >= self.largest {
            self.begin_anew()?;
        }
        let written = self.file.write_all(self.lines.as_bytes());
        self.lines.clear();
        written
    }

    /// Unless another process was faster: then the new one is there already.
    fn begin_anew(&mut self) -> io::Result<()> {
        if fs::symlink_metadata(&self.path).is_ok_and(|about| about.len() >= self.largest) {
            fs::rename(&self.path, self.path.with_extension("log.old"))?;
        }
        self.file = append(&self.path)?;
        Ok(())
    }
}

/// Opens a file that only its owner may read, through no link.
fn append(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.mode(0o600).custom_flags(flags.bits().cast_signed());
    }
    let file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no plain file"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // One that was there keeps its mode otherwise. Some file systems know no modes.
        let _ = file.set_permissions(fs::Permissions::from_mode(0o600));
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_is_full_is_begun_anew_and_one_old_one_is_kept() {
        let dir = std::env::temp_dir().join(format!("haul-log-{:016x}", fastrand::u64(..)));
        fs::create_dir(&dir).expect("created");
        let path = dir.join("haul.log");
        let mut logs = [(); 2].map(|()| Log::bounded(&path, 100).expect("opened"));
        for n in 0..12 {
            // Of two processes that share it.
            let log = &mut logs[n % 2];
            log.push(SystemTime::UNIX_EPOCH, &format!("line {n}"));
            log.flush().expect("written");
        }
        let read = |name: &str| fs::read_to_string(dir.join(name)).expect("there");
        let numbers = |text: &str| {
            let number = |line: &str| line.strip_prefix("1970-01-01T00:00:00.000Z line ")?.parse().ok();
            text.lines().map(number).collect::<Option<Vec<u32>>>()
        };
        assert_eq!(numbers(&read("haul.log.old")), Some(vec![4, 5, 6, 7]));
        assert_eq!(numbers(&read("haul.log")), Some(vec![8, 9, 10, 11]));
        assert_eq!(fs::read_dir(&dir).expect("there").count(), 2);
        fs::remove_dir_all(dir).expect("removed");
    }
}
