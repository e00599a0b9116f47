//! The two standard streams of a run without a screen, shared by whoever has something to say: lines of data,
//! messages, and one status line that lives below them while standard error is a terminal.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::display;

/// Back to the first column, and the line is empty.
const CLEAR: &str = "\r\x1b[K";

/// See the head of this file.
#[derive(Debug)]
pub(crate) struct Console {
    /// The status line that stands now; `None` where there is no terminal to draw it on.
    status: Option<Mutex<String>>,
}

impl Console {
    /// `live` asks for a status line; it is drawn only on a terminal.
    pub(crate) fn new(live: bool) -> Self {
        let terminal = live && io::stderr().is_terminal();
        Self { status: terminal.then(Mutex::default) }
    }

    /// True where a status line can be drawn.
    pub(crate) fn has_status(&self) -> bool {
        self.status.is_some()
    }

    fn lock(&self) -> Option<MutexGuard<'_, String>> {
        self.status.as_ref().map(|status| status.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Writes a line of data and flushes it.
    ///
    /// # Errors
    /// When standard output cannot be written; a broken pipe is one.
    pub(crate) fn data(&self, line: &str) -> io::Result<()> {
        let status = self.lock();
        if status.as_ref().is_some_and(|status| !status.is_empty()) {
            let _ = write!(io::stderr(), "{CLEAR}");
        }
        let mut out = io::stdout().lock();
        let written = writeln!(out, "{line}").and_then(|()| out.flush());
        if let Some(status) = status {
            let _ = write!(io::stderr(), "{status}");
        }
        written
    }

    /// Standard output cannot be written. Whoever closed the other end of a pipe has seen enough; that is no reason to
    /// complain.
    pub(crate) fn lost(&self, error: &io::Error) {
        if error.kind() != io::ErrorKind::BrokenPipe {
            self.say(&format!("haul: cannot write to standard output: {error}"));
        }
    }

    /// Writes a message, safe to show. Where standard error is gone nobody is left to tell.
    pub(crate) fn say(&self, line: &str) {
        let status = self.lock();
        let mut err = io::stderr().lock();
        let _ = match status {
            Some(status) => writeln!(err, "{CLEAR}{line}").and_then(|()| write!(err, "{status}")),
            None => writeln!(err, "{line}"),
        };
    }

    /// Draws the status line anew.
    pub(crate) fn status(&self, line: &str) {
        if let Some(mut status) = self.lock() {
            // One column stays free, so that no terminal wraps.
            let line = display::fit(line, columns() - 1);
            if *status != line {
                let _ = write!(io::stderr(), "{CLEAR}{line}");
                *status = line;
            }
        }
    }

    /// Takes the status line away.
    pub(crate) fn close(&self) {
        self.status("");
    }
}

/// How wide standard error is.
fn columns() -> usize {
    #[cfg(unix)]
    if let Ok(size) = rustix::termios::tcgetwinsize(io::stderr())
        && size.ws_col > 1
    {
        return size.ws_col.into();
    }
    80
}
