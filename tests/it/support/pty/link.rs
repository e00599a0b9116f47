//! The threads on the terminal's side of a pseudo-terminal: one types, one reads, answers as terminals do, and keeps
//! every byte.

use std::io::{Read, Write};
use std::sync::mpsc;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// What the terminal does with what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Reading,
    /// Reads nothing for the time being.
    Held,
    /// Reads nothing ever again.
    Closed,
}

pub(super) struct Seen {
    pub(super) parser: vt100::Parser,
    pub(super) log: Vec<u8>,
    /// How far queries to the terminal were looked for.
    pub(super) answered: usize,
    pub(super) flow: Flow,
    pub(super) ended: bool,
}

pub(super) struct Shared {
    pub(super) seen: Mutex<Seen>,
    pub(super) changed: Condvar,
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads on after [`Flow::Held`].
    pub(super) fn release(&self) {
        let mut seen = self.lock();
        if seen.flow == Flow::Held {
            seen.flow = Flow::Reading;
        }
        drop(seen);
        self.changed.notify_all();
    }
}

/// Writes on a thread: a program that reads nothing must not hold the test.
pub(super) fn write_in_background(mut terminal: Box<dyn Write + Send>) -> mpsc::Sender<Vec<u8>> {
    let (keys, typed) = mpsc::channel::<Vec<u8>>();
    std::thread::spawn(move || {
        for bytes in typed {
            if terminal.write_all(&bytes).is_err() {
                return;
            }
        }
    });
    keys
}

pub(super) fn read_in_background(
    mut terminal: Box<dyn Read + Send>,
    shared: Arc<Shared>,
    keys: mpsc::Sender<Vec<u8>>,
) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        // The end of a pseudo-terminal is an error (EIO) on Linux.
        while let Ok(count @ 1..) = terminal.read(&mut buffer) {
            let mut seen = shared.lock();
            seen.log.extend_from_slice(&buffer[..count]);
            seen.parser.process(&buffer[..count]);
            answer(&mut seen, &keys);
            shared.changed.notify_all();
            let held = shared.changed.wait_while(seen, |seen| seen.flow == Flow::Held);
            if held.unwrap_or_else(PoisonError::into_inner).flow == Flow::Closed {
                break;
            }
        }
        shared.lock().ended = true;
        shared.changed.notify_all();
    })
}

/// Answers where the cursor is and what kind of terminal this is, as every terminal does: a program that asks would
/// otherwise wait.
fn answer(seen: &mut Seen, keys: &mpsc::Sender<Vec<u8>>) {
    let (row, column) = seen.parser.screen().cursor_position();
    let position_report = format!("\x1b[{};{}R", row + 1, column + 1);
    for (query, reply) in [("\x1b[6n", position_report.as_str()), ("\x1b[c", "\x1b[?62;22c")] {
        if position(&seen.log[seen.answered..], query.as_bytes()).is_some() {
            seen.answered = seen.log.len();
            let _ = keys.send(reply.as_bytes().to_vec());
        }
    }
}

pub(super) fn position(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}
