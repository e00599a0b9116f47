//! The one inbox that the screen waits on: keys, engine events, signals and notes all arrive here, so an idle screen
//! sleeps in one place. It must not know what anything in it leads to.

use std::fmt;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use crossterm::event::Event;

use super::pasted::Loaded;
use super::preview::Ready;
use crate::signals::JobControl;

/// Why the screen wakes.
#[derive(Debug)]
pub(super) enum Wake {
    /// A key, a paste, the mouse or a change of the focus, and when it came.
    Input(Event, Instant),
    /// What became of addresses to add.
    Loaded(Loaded),
    /// The shell or the window has done something with us.
    Job(JobControl),
    /// A picture that was wanted.
    Picture(Ready),
    /// The engine has events to read.
    Engine,
    /// A line for the person at the screen; safe text.
    Note(String),
    /// Leave, in order.
    Stop,
    /// The terminal is gone.
    Hangup,
}

/// The screen's inbox. Clones share it: one goes to [`run`](super::run()) in [`Setup`](super::Setup), others to the
/// threads that have something to say.
#[derive(Clone)]
pub(crate) struct Inbox {
    sender: Sender<Wake>,
    pub(super) receiver: Arc<Mutex<Receiver<Wake>>>,
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Inbox")
    }
}

/// An empty inbox.
#[must_use]
pub(crate) fn inbox() -> Inbox {
    let (sender, receiver) = mpsc::channel();
    Inbox { sender, receiver: Arc::new(Mutex::new(receiver)) }
}

impl Inbox {
    /// Asks the screen to leave in order; [`run`](super::run()) then returns [`Ending::Stopped`](super::Ending).
    pub(crate) fn stop(&self) {
        self.post(Wake::Stop);
    }

    /// Shows a line of safe text until a key is pressed: a refused line of a list, a warning.
    pub(crate) fn note(&self, text: String) {
        self.post(Wake::Note(text));
    }

    pub(super) fn post(&self, wake: Wake) {
        // The receiver lives as long as this does.
        let _ = self.sender.send(wake);
    }
}
