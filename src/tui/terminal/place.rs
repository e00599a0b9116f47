//! Foreground and background: whether the terminal is ours to draw on, and how the program stops as a shell wants it.
//! It must not know what is drawn.

/// Where the program is, as its shell sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Place {
    /// The terminal is ours.
    Foreground,
    /// About to stop, until the shell lets us go on.
    Stopped,
    /// At work, but somebody else has the terminal.
    Background,
}

/// True while the terminal is ours to draw on and to read from.
#[cfg(unix)]
pub(in crate::tui) fn is_foreground() -> bool {
    let group = rustix::termios::tcgetpgrp(std::io::stdout());
    // A terminal that does not control us has no such group.
    group.map_or(true, |group| group == rustix::process::getpgrp())
}

/// True where somebody is there to let us go on after a stop: not where we, or the group we are in, are the first
/// thing in the terminal.
#[cfg(unix)]
pub(in crate::tui) fn can_stop() -> bool {
    use rustix::process::{getpgrp, getppid, getsid};
    let Ok(session) = getsid(None) else { return false };
    session != getpgrp() && getppid().is_some_and(|parent| getsid(Some(parent)) == Ok(session))
}

/// Asks all of us to stop, those that share a pipe with us too, as the terminal itself would do on Ctrl-Z. We hear of it
/// as of any such request.
#[cfg(unix)]
pub(in crate::tui) fn stop_group() {
    let _ = rustix::process::kill_current_process_group(rustix::process::Signal::TSTP);
}

/// Stops this program with all its threads. It may go on for a moment; that it was let go on is told by a signal.
#[cfg(unix)]
pub(in crate::tui) fn stop() {
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP);
}

/// There is nothing else.
#[cfg(not(unix))]
pub(in crate::tui) fn is_foreground() -> bool {
    true
}

/// No shell can do that here.
#[cfg(not(unix))]
pub(in crate::tui) fn can_stop() -> bool {
    false
}

/// Nothing to do.
#[cfg(not(unix))]
pub(in crate::tui) fn stop_group() {}

/// Nothing to do.
#[cfg(not(unix))]
pub(in crate::tui) fn stop() {}
