//! The threads that listen to the terminal: one reads keys and the mouse, one notices that the terminal is gone. Both
//! post to the inbox and block in the kernel in between. Neither can be woken to end, so nobody waits for them: they end
//! with the process.

use std::io;
use std::thread;
use std::time::Instant;

use crossterm::event::{self, Event, KeyEventKind, MouseButton, MouseEventKind};

use crate::signals;
use crate::tui::inbox::{Inbox, Wake};

/// Starts listening.
///
/// # Errors
/// Where no thread can be started.
pub(in crate::tui) fn listen(inbox: &Inbox) -> io::Result<Ears> {
    let told = inbox.clone();
    signals::on_job_control(move |change| told.post(Wake::Job(change)))?;
    let (ears, gate) = ears()?;
    let keys = inbox.clone();
    thread::Builder::new().name("keys".to_owned()).spawn(move || read(&keys, &gate))?;
    #[cfg(unix)]
    {
        let gone = inbox.clone();
        thread::Builder::new().name("hangup".to_owned()).spawn(move || watch(&gone))?;
    }
    Ok(ears)
}

/// Posts what is of use; most of what a terminal can tell wakes nobody.
fn post(inbox: &Inbox, event: Event) {
    let wanted = match &event {
        // Some terminals report releases as well.
        Event::Key(key) => key.kind != KeyEventKind::Release,
        Event::Mouse(mouse) => matches!(
            mouse.kind,
            MouseEventKind::Down(MouseButton::Left) | MouseEventKind::ScrollUp | MouseEventKind::ScrollDown
        ),
        // Where there are signals, one tells of a new size, also while no keys are read.
        Event::Resize(..) => cfg!(not(unix)),
        Event::Paste(_) | Event::FocusGained | Event::FocusLost => true,
    };
    if wanted {
        inbox.post(Wake::Input(event, Instant::now()));
    }
}

#[cfg(unix)]
pub(in crate::tui) use gate::Ears;
#[cfg(unix)]
use gate::{ears, read};

/// What is typed belongs to whoever is in the foreground, so the thread of the keys waits for them by a poll of its own:
/// crossterm's would read as soon as there is anything, and a program in the background that reads is stopped.
#[cfg(unix)]
mod gate {
    use std::io::{self, Read, Write};
    use std::os::unix::net::UnixStream;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;
    use std::time::Duration;

    use rustix::event::{PollFd, PollFlags, poll};

    use super::{Inbox, Wake, event, post};

    /// Opens and shuts the ears of the thread of the keys.
    #[derive(Debug)]
    pub(in crate::tui) struct Ears {
        open: Arc<AtomicBool>,
        reading: Arc<AtomicBool>,
        nudge: UnixStream,
    }

    /// The thread reads no more within a millisecond or so.
    const LAST_READS: u32 = 20;

    impl Ears {
        /// Reads what is typed, or leaves it to others.
        pub(in crate::tui) fn open(&mut self, open: bool) {
            self.open.store(open, Ordering::SeqCst);
            // It may wait with the old wish.
            let _ = self.nudge.write_all(&[0]);
            // Or be about to read: whoever is stopped in that moment would read what is typed for somebody else.
            for _ in 0..LAST_READS {
                if open || !self.reading.load(Ordering::SeqCst) {
                    break;
                }
                thread::sleep(Duration::from_millis(1));
            }
        }
    }

    /// The other end.
    pub(super) struct Gate {
        open: Arc<AtomicBool>,
        reading: Arc<AtomicBool>,
        nudged: UnixStream,
    }

    pub(super) fn ears() -> io::Result<(Ears, Gate)> {
        let (open, reading) = (Arc::new(AtomicBool::new(true)), Arc::<AtomicBool>::default());
        let (nudge, nudged) = UnixStream::pair()?;
        nudge.set_nonblocking(true)?;
        nudged.set_nonblocking(true)?;
        let ears = Ears { open: Arc::clone(&open), reading: Arc::clone(&reading), nudge };
        Ok((ears, Gate { open, reading, nudged }))
    }

    pub(super) fn read(inbox: &Inbox, gate: &Gate) {
        let terminal = io::stdin();
        loop {
            let wish = if gate.open.load(Ordering::SeqCst) { PollFlags::IN } else { PollFlags::empty() };
            let mut fds = [PollFd::new(&gate.nudged, PollFlags::IN), PollFd::new(&terminal, wish)];
            match poll(&mut fds, None) {
                Ok(_) => {}
                Err(rustix::io::Errno::INTR) => continue,
                Err(_) => return inbox.post(Wake::Hangup),
            }
            let (nudged, typed) = (!fds[0].revents().is_empty(), fds[1].revents());
            if nudged {
                let _ = (&gate.nudged).read(&mut [0; 64]);
            } else if typed.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
                // The other thread tells.
                return;
            } else {
                // Said before it looks whether the ears are open, so that one of both sides sees the other.
                gate.reading.store(true, Ordering::SeqCst);
                let read = read_all(inbox, gate);
                gate.reading.store(false, Ordering::SeqCst);
                if read.is_err() {
                    return inbox.post(Wake::Hangup);
                }
            }
        }
    }

    /// Reads what has come. A wait of nothing would read nothing.
    fn read_all(inbox: &Inbox, gate: &Gate) -> io::Result<()> {
        while gate.open.load(Ordering::SeqCst) && event::poll(Duration::from_millis(1))? {
            post(inbox, event::read()?);
        }
        Ok(())
    }
}

/// Nobody else can have the terminal here.
#[cfg(not(unix))]
#[derive(Debug)]
pub(in crate::tui) struct Ears(());

#[cfg(not(unix))]
impl Ears {
    /// Nothing to do.
    pub(in crate::tui) fn open(&mut self, _open: bool) {}
}

#[cfg(not(unix))]
fn ears() -> io::Result<(Ears, ())> {
    Ok((Ears(()), ()))
}

#[cfg(not(unix))]
fn read(inbox: &Inbox, (): &()) {
    loop {
        match event::read() {
            Ok(event) => post(inbox, event),
            Err(_) => return inbox.post(Wake::Hangup),
        }
    }
}

/// crossterm 0.29 reads for ever from a terminal that is gone and never says so (crossterm#793). A poll that asks
/// for nothing still hears of the hang-up, and costs no wake-up before.
#[cfg(unix)]
fn watch(inbox: &Inbox) {
    use rustix::event::{PollFd, PollFlags, poll};
    let terminal = io::stdin();
    loop {
        let mut fds = [PollFd::new(&terminal, PollFlags::empty())];
        match poll(&mut fds, None) {
            Ok(n) if n > 0 => return inbox.post(Wake::Hangup),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
    }
}
