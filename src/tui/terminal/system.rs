//! What the system does for us beside the terminal: opens files with its own programs, deletes them. Each on a thread of
//! its own, since any of it may take as long as it likes; what went wrong comes back as a note.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use crate::display;
use crate::tui::inbox::Inbox;

#[cfg(windows)]
const OPENER: &str = "explorer";
#[cfg(target_os = "macos")]
const OPENER: &str = "open";
#[cfg(not(any(windows, target_os = "macos")))]
const OPENER: &str = "xdg-open";

/// Opens a file or a folder.
pub(in crate::tui) fn open(path: PathBuf, inbox: &Inbox) {
    in_background("open", inbox, move || {
        let mut command = opener(&path);
        // It is waited for: nobody else would take it off the list of processes.
        let status = command.status().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => cannot("open", &path, &format!("{OPENER} is not installed")),
            _ => cannot("open", &path, &format!("{OPENER}: {error}")),
        })?;
        // The one of Windows always says that it has failed.
        let done = status.success() || cfg!(windows);
        if done { Ok(()) } else { Err(cannot("open", &path, &format!("{OPENER} ended with {status}"))) }
    });
}

/// The words go to the program as they are, through no shell; the terminal stays ours.
fn opener(path: &Path) -> Command {
    let mut command = Command::new(OPENER);
    // An absolute path is no option, whatever the name begins with.
    command.arg(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        // What stops or ends us is not meant for it.
        command.process_group(0);
    }
    command
}

/// Deletes files; one that is gone already is what was wanted. However many cannot be deleted, one line says so.
pub(in crate::tui) fn delete(paths: Vec<PathBuf>, inbox: &Inbox) {
    in_background("delete", inbox, move || {
        let failed = paths.iter().filter_map(|path| match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Some((path, error)),
            _ => None,
        });
        let failed: Vec<_> = failed.collect();
        let Some((path, error)) = failed.first() else { return Ok(()) };
        let others = if failed.len() > 1 { format!(", and {} more", failed.len() - 1) } else { String::new() };
        Err(format!("{}{others}", cannot("delete", path, &error.to_string())))
    });
}

fn cannot(verb: &str, path: &Path, why: &str) -> String {
    format!("cannot {verb} {}: {}", display::safe(&path.to_string_lossy()), display::safe(why))
}

fn in_background(verb: &'static str, inbox: &Inbox, act: impl FnOnce() -> Result<(), String> + Send + 'static) {
    let notes = inbox.clone();
    let started = thread::Builder::new().name(verb.to_owned()).spawn(move || {
        if let Err(why) = act() {
            notes.note(why);
        }
    });
    if let Err(error) = started {
        inbox.note(format!("cannot {verb}: {error}"));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::tui::inbox::{self, Wake};

    /// The next note; a thread brings it.
    fn note(inbox: &Inbox) -> String {
        let receiver = inbox.receiver.lock().expect("no test has died with it");
        match receiver.recv_timeout(Duration::from_secs(30)) {
            Ok(Wake::Note(text)) => text,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn what_cannot_be_deleted_is_told_and_what_is_gone_is_not() {
        let inbox = inbox::inbox();
        let dir = std::env::temp_dir();
        // A folder is no file of ours.
        delete(vec![dir.join("haul-was-never-here"), dir.clone(), dir.clone()], &inbox);
        let told = note(&inbox);
        let first = format!("cannot delete {}: ", dir.display());
        assert!(told.starts_with(&first) && told.ends_with(", and 1 more"), "{told}");
    }

    #[test]
    fn a_name_is_no_option_of_the_program_that_opens_it() {
        let command = opener(Path::new("--help"));
        let words: Vec<_> = command.get_args().collect();
        assert!(
            matches!(words.as_slice(), [path] if Path::new(path).is_absolute() && path.to_string_lossy().ends_with("--help"))
        );
    }
}
