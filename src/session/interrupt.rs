//! What a signal does to a run.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::engine::Engine;
use crate::engine::event::Command;
use crate::signals::{self, Signal};

/// What a signal does to a run: it stops the engine that works, and stays known for the exit status.
#[derive(Default)]
pub(super) struct Interrupt {
    pub(super) seen: OnceLock<Signal>,
    engine: Mutex<Option<Engine>>,
}

impl Interrupt {
    /// Listens from now on. `also` runs with the first signal, `last` before a forced end.
    pub(super) fn listen(also: impl Fn() + Send + 'static, last: fn()) -> Arc<Self> {
        let interrupt = Arc::new(Self::default());
        let this = Arc::clone(&interrupt);
        let first = move |signal| {
            this.note(signal);
            if let Some(engine) = &*this.engine() {
                engine.send(Command::Stop);
            }
            also();
        };
        // Without a listener the signals end the process as they always do; nothing is lost by that but manners.
        drop(signals::listen(first, last));
        interrupt
    }

    /// Remembers why the run ends. Only the first reason counts.
    pub(super) fn note(&self, signal: Signal) {
        let _ = self.seen.set(signal);
    }

    fn engine(&self) -> MutexGuard<'_, Option<Engine>> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on this engine is the one to stop.
    pub(super) fn covers(&self, engine: &Engine) {
        *self.engine() = Some(engine.clone());
        if self.seen.get().is_some() {
            engine.send(Command::Stop);
        }
    }

    pub(super) fn exit_status(&self, complete: bool) -> u8 {
        self.seen.get().map_or(u8::from(!complete), |signal| signal.exit_status())
    }
}
