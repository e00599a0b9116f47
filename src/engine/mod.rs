//! The download engine: [`Command`]s go in, [`Event`]s come out. It knows no terminal and no command line.
//!
//! [`Engine::start`] puts a tokio runtime on threads of its own; callers stay on plain threads. One supervisor task
//! owns all jobs, `hosts` says who may start next, `transfer` makes one attempt at one job.

pub mod error;
pub mod event;
pub mod options;
mod outbox;
pub mod request;

pub use outbox::{Events, Received};

use std::fmt;

use event::Command;

/// A handle to a running engine. Clones drive the same engine.
#[derive(Clone)]
pub struct Engine {}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Engine")
    }
}

impl Engine {
    /// Sends a command. After the engine has ended it does nothing.
    pub fn send(&self, command: Command) {
        let _ = command;
    }
}
