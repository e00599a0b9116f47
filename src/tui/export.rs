//! Addresses written into a new list, on a thread of its own; what became of it is posted to the inbox. It must not know
//! whose addresses they are.

use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::thread;

use super::inbox::{Inbox, Wake};
use super::load::at_home;
use super::pasted::Loaded;
use crate::display;

/// Writes a list that only its owner may read, as addresses often carry tokens; never over a file that is there.
pub(super) fn export(path: PathBuf, urls: Vec<Box<str>>, inbox: &Inbox) {
    let (failed, inbox) = (inbox.clone(), inbox.clone());
    let started = thread::Builder::new().name("export".to_owned()).spawn(move || {
        let path = at_home(&path);
        let loaded = match write(&path, &urls) {
            // Where that is does not depend on where haul was started.
            Ok(()) => Loaded::Exported(urls.len(), fs::canonicalize(&path).unwrap_or(path)),
            Err(error) => Loaded::Unread(why(&path, &error)),
        };
        inbox.post(Wake::Loaded(loaded));
    });
    if let Err(error) = started {
        failed.post(Wake::Loaded(Loaded::Unread(format!("cannot start a thread: {error}"))));
    }
}

fn write(path: &Path, urls: &[Box<str>]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut list = BufWriter::new(options.open(path)?);
    let written = urls.iter().try_for_each(|url| writeln!(list, "{url}")).and_then(|()| list.flush());
    if written.is_err() {
        // Half a list is worse than none; the error says enough.
        let _ = fs::remove_file(path);
    }
    written
}

fn why(path: &Path, error: &io::Error) -> String {
    let path = display::safe(&path.to_string_lossy());
    match error.kind() {
        io::ErrorKind::AlreadyExists => format!("choose another name: `{path}` is there already"),
        _ => format!("cannot write the list `{path}`: {error}"),
    }
}
