//! What is known of one host, and how many requests may go out to it.

use std::sync::Arc;
use std::time::Instant;

use url::Origin;

use crate::engine::rate::Flow;

use super::turns::Stand;
use super::window::{self, Count, Window};

#[derive(Debug)]
pub(super) struct Host {
    pub(super) origin: Origin,
    pub(super) window: Window,
    /// It has asked for a pause until then.
    pub(super) paused: Option<Instant>,
    /// Requests of jobs, and those that were lent.
    pub(super) in_flight: usize,
    /// Those that were lent.
    pub(super) lent: usize,
    /// Jobs that have ended.
    pub(super) files: u64,
    /// What it sends.
    pub(super) flow: Arc<Flow>,
    /// It has answered a request before.
    pub(super) answered: bool,
    /// Its first connection decides between HTTP/1.1 and HTTP/2; nobody else connects before that is known.
    pub(super) negotiates: bool,
    /// That first connection has ended, well or badly; nobody waits for it any more.
    pub(super) tried: bool,
    /// Its place in the row whenever it stands there.
    pub(super) turn: u64,
    pub(super) stand: Stand,
}

impl Host {
    pub(super) fn new(origin: Origin, per_host: Option<usize>) -> Self {
        Self {
            origin,
            window: Window::new(per_host.unwrap_or(window::START), per_host.unwrap_or(window::MOST)),
            paused: None,
            in_flight: 0,
            lent: 0,
            files: 0,
            flow: Arc::default(),
            answered: false,
            negotiates: false,
            tried: false,
            turn: 0,
            stand: Stand::Away,
        }
    }

    /// How many requests may go out now.
    pub(super) fn room(&self, now: Instant) -> usize {
        if self.pause(now).is_some() {
            return 0;
        }
        let window = if self.is_unknown() { 1 } else { self.window.size() };
        window.saturating_sub(self.in_flight)
    }

    /// Somebody wants so many requests more. True where that makes the window another one.
    pub(super) fn wants(&mut self, wish: usize, now: Instant) -> bool {
        let full = self.in_flight + wish > self.window.size();
        full && self.is_free(now) && self.window.pressed(self.count(), now)
    }

    /// Until when it is paused.
    pub(super) fn pause(&self, now: Instant) -> Option<Instant> {
        self.paused.filter(|until| *until > now)
    }

    /// Where it stands while jobs of it wait.
    pub(super) fn stand(&self, now: Instant) -> Stand {
        if let Some(until) = self.pause(now) {
            return Stand::Later(until);
        }
        match (self.room(now), self.answered) {
            (0, _) if self.is_free(now) => {
                // What could be decided by now waits for answers.
                self.window.next_look(now).filter(|at| *at > now).map_or(Stand::Away, Stand::Later)
            }
            (0, _) => Stand::Away,
            (_, true) => Stand::Answering(self.turn),
            (_, false) => Stand::Silent(self.turn),
        }
    }

    /// Asks for what was lent where that alone keeps a job from starting.
    pub(super) fn want_back(&self, waits: bool, now: Instant) {
        self.flow.want_back(waits && self.lent > 0 && self.room(now) == 0 && self.is_free(now));
    }

    /// Until when something would be lost if it were forgotten, while no request goes out to it and no job of it waits.
    pub(super) fn memory(&self, now: Instant) -> Option<Instant> {
        self.paused.max(self.window.memory()).filter(|until| *until > now)
    }

    /// Nothing but its window holds requests back.
    fn is_free(&self, now: Instant) -> bool {
        !self.is_unknown() && self.pause(now).is_none()
    }

    fn is_unknown(&self) -> bool {
        self.negotiates && !self.answered && !self.tried
    }

    pub(super) fn count(&self) -> Count {
        Count { bytes: self.flow.bytes(), files: self.files }
    }
}
