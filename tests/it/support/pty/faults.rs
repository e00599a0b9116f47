//! What goes wrong with terminals: one hangs and takes nothing more, one is closed under the program.

use std::fs::File;
use std::io::Write as _;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Instant;

use super::link::Flow;
use super::{LIMIT, Pty, SETTLED, fail};

impl Pty {
    /// Reads nothing more, as a terminal that hangs, and types `key` until the program hangs in a write: the line is
    /// full and stays so, whatever is typed. The end of the program sets it free.
    #[track_caller]
    pub(crate) fn clog(&self, key: &str) {
        const SURE: usize = 25;
        self.shared.lock().flow = Flow::Held;
        let begun = Instant::now();
        let mut full = 0;
        while full < SURE {
            if begun.elapsed() > LIMIT {
                fail(&self.dump("the program never wrote enough to fill the line"));
            }
            self.type_keys(key);
            std::thread::sleep(SETTLED);
            full = if self.takes_bytes() { 0 } else { full + 1 };
        }
    }

    fn takes_bytes(&self) -> bool {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        let ready = |slave: &File| poll(&mut [PollFd::new(slave, PollFlags::OUT)], Some(&now));
        self.slave.as_ref().is_some_and(|slave| ready(slave).is_ok_and(|n| n > 0))
    }

    /// Closes the terminal under the program, as a closed window does.
    pub(crate) fn hang_up(&mut self) {
        self.shared.lock().flow = Flow::Closed;
        if let Some(mut slave) = self.slave.as_ref() {
            // Wakes the reader, which then sees that it is over.
            let _ = slave.write_all(b" ");
        }
        self.reader.take().map(JoinHandle::join);
        // The last sender ends the writer, and that is the last one but this that holds the terminal.
        self.keys = mpsc::channel().0;
        self.master = None;
    }
}
