//! The threads that listen to the terminal: one reads keys, one notices that the terminal is gone. Both post to the
//! inbox and block in the kernel in between. Neither can be woken to end, so nobody waits for them: they end with
//! the process.

use std::io;
use std::thread;
use std::time::Instant;

use crossterm::event::{self, Event, KeyEventKind};

use crate::tui::inbox::{Inbox, Wake};

/// Starts listening.
///
/// # Errors
/// Where no thread can be started.
pub(in crate::tui) fn listen(inbox: &Inbox) -> io::Result<()> {
    let keys = inbox.clone();
    thread::Builder::new().name("keys".to_owned()).spawn(move || read(&keys))?;
    #[cfg(unix)]
    {
        let gone = inbox.clone();
        thread::Builder::new().name("hangup".to_owned()).spawn(move || watch(&gone))?;
    }
    Ok(())
}

fn read(inbox: &Inbox) {
    loop {
        match event::read() {
            // Some terminals report releases as well.
            Ok(Event::Key(key)) if key.kind == KeyEventKind::Release => {}
            Ok(event @ (Event::Key(_) | Event::Paste(_) | Event::Resize(..))) => {
                inbox.post(Wake::Input(event, Instant::now()));
            }
            Ok(_) => {}
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
