//! What the user is told, as toasts and in the log, with the time on the wall; and what the panels read.

use std::time::{Instant, SystemTime};

use super::App;
use super::facts::Facts;
use super::hosts::Hosts;
use super::log::{Kind, Log};
use crate::tui::clock::Clock;
use crate::tui::notice::{Notice, Notices};

impl App {
    /// Says something until a key is pressed; safe text.
    pub(in crate::tui) fn note(&mut self, text: String) {
        self.log.push(self.clock.wall(self.now), Kind::Trouble, &*text);
        self.notices.push(Notice::trouble(text));
    }

    /// The key of this action, for sentences.
    pub(in crate::tui) fn key(&self, action: &str) -> String {
        self.keymap.key(action)
    }

    pub(super) fn news(&mut self, text: impl Into<String>) {
        let text = text.into();
        self.log.push(self.clock.wall(self.now), Kind::News, &*text);
        self.notices.push(Notice::news(text, self.now));
    }

    /// What just happened, the most important of it.
    pub(in crate::tui) fn notice(&self) -> Option<&Notice> {
        self.notices.first()
    }

    /// All that just happened.
    pub(in crate::tui) fn notices(&self) -> &Notices {
        &self.notices
    }

    /// The latest facts.
    pub(in crate::tui) fn log(&self) -> &Log {
        &self.log
    }

    /// The hosts.
    pub(in crate::tui) fn hosts(&self) -> &Hosts {
        &self.hosts
    }

    /// What is known of single rows.
    pub(in crate::tui) fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The time of day.
    pub(in crate::tui) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Sets the time of day.
    pub(in crate::tui) fn set_clock(&mut self, clock: Clock) {
        self.clock = clock;
    }

    /// Sets the time of day anew; the zone stays.
    pub(in crate::tui) fn wall_clock(&mut self, now: Instant, wall: SystemTime) {
        self.clock.set(now, wall);
    }
}
