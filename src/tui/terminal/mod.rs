//! The terminal itself: how it is taken, drawn on and given back on every way out. The only place that changes its
//! modes or writes to it. It must not know what is drawn.

pub(super) mod input;
pub(super) mod outside;
mod place;
pub(super) mod probe;
pub(super) mod system;

use std::io::{self, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange};
use crossterm::style::{ResetColor, force_color_output};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

pub(super) use place::{Place, can_stop, is_foreground, stop, stop_group};

/// True while the terminal is ours.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal as ratatui sees it.
pub(super) type Screen = Terminal<CrosstermBackend<Frames>>;

/// The terminal is ours for as long as this lives.
pub(super) struct Guard(());

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Takes the terminal: alternate screen, raw mode, no cursor, pastes marked as such, the mouse where it is wanted.
///
/// # Errors
/// Where it cannot be set so; it is left as it was.
pub(super) fn take(mouse: bool) -> io::Result<(Guard, Screen)> {
    hook_panics();
    // With NO_COLOR crossterm would answer every colour with a full reset, which wipes reverse and bold as well.
    // The theme without colours asks for none.
    force_color_output(true);
    let guard = Guard(());
    enter(mouse)?;
    let screen = Terminal::new(CrosstermBackend::new(Frames::default()))?;
    Ok((guard, screen))
}

/// Takes the terminal once more, after somebody else had it. What it shows is to be drawn anew.
///
/// # Errors
/// Where it cannot be set so.
pub(super) fn take_again(mouse: bool) -> io::Result<()> {
    // After a stop that nobody told us of, our modes may still be on, or those of somebody else.
    restore();
    enter(mouse)
}

fn enter(mouse: bool) -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    let mut out = io::stdout();
    out.write_all(outside::KEEP_TITLE)?;
    // Whoever was killed on the other screen has left it as it was, and what is blank on ours is not drawn.
    execute!(out, EnterAlternateScreen, Clear(ClearType::All), Hide)?;
    // Windows' own console has no such marks; pastes arrive there as keys.
    let _ = execute!(out, EnableBracketedPaste, EnableFocusChange);
    if mouse { listen_to_mouse(&mut out, true) } else { Ok(()) }
}

/// Has the terminal report buttons and the wheel, or no more. Not every movement, as crossterm's own command would:
/// each would wake us.
///
/// # Errors
/// Where the terminal takes nothing.
#[cfg(unix)]
pub(super) fn listen_to_mouse(out: &mut impl Write, on: bool) -> io::Result<()> {
    out.write_all(if on { b"\x1b[?1000h\x1b[?1006h" } else { b"\x1b[?1006l\x1b[?1000l" })?;
    out.flush()
}

/// Has the console report the mouse, or no more.
///
/// # Errors
/// Where the console refuses.
#[cfg(not(unix))]
pub(super) fn listen_to_mouse(out: &mut impl Write, on: bool) -> io::Result<()> {
    use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
    if on { execute!(out, EnableMouseCapture) } else { execute!(out, DisableMouseCapture) }
}

/// Gives the terminal back. It may be called from any thread, any number of times, and it never waits for a
/// terminal that takes nothing.
pub(crate) fn restore() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut bytes = Vec::new();
    // A frame may have been cut in its middle.
    let _ = queue!(bytes, EndSynchronizedUpdate, ResetColor);
    let _ = listen_to_mouse(&mut bytes, false);
    let _ = queue!(bytes, DisableFocusChange, DisableBracketedPaste, Show, LeaveAlternateScreen);
    bytes.extend(outside::leave());
    send_around_locks(&bytes);
    let _ = disable_raw_mode();
}

/// Another thread may hang in a write while it holds the lock of `stdout`, so this goes past the lock, and only if
/// the terminal takes bytes.
#[cfg(unix)]
fn send_around_locks(bytes: &[u8]) {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let out = io::stdout();
    let patience = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
    let ready = poll(&mut [PollFd::new(&out, PollFlags::OUT)], Some(&patience));
    if ready.is_ok_and(|n| n > 0) {
        let _ = rustix::io::write(&out, bytes);
    }
}

#[cfg(not(unix))]
fn send_around_locks(bytes: &[u8]) {
    let mut out = io::stdout();
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}

/// A panic of the screen's thread gives the terminal back before it speaks; that of another thread says nothing as
/// long as the screen stands, since its words would tear it. The engine reports such a thread's job as failed.
fn hook_panics() {
    static ONCE: Once = Once::new();
    let screen = thread::current().id();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if thread::current().id() == screen {
                restore();
            }
            if !TAKEN.load(Ordering::SeqCst) {
                before(info);
            }
        }));
    });
}

/// Collects what is drawn and sends it in one write a frame, marked as one update, so that no terminal shows half of
/// it. What was not sent when a panic ends the drawing is dropped.
#[derive(Debug, Default)]
pub(super) struct Frames(Vec<u8>);

impl Write for Frames {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.is_empty() {
            queue!(self.0, BeginSynchronizedUpdate)?;
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        // After the terminal was given back nothing may reach it: no late frame, and not the cursor that ratatui
        // shows when it is dropped.
        if !TAKEN.load(Ordering::SeqCst) {
            self.0.clear();
            return Ok(());
        }
        queue!(self.0, EndSynchronizedUpdate)?;
        let mut out = io::stdout().lock();
        let sent = out.write_all(&self.0).and_then(|()| out.flush());
        self.0.clear();
        sent
    }
}
