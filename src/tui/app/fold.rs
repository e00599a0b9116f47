//! What the engine says, and the passing of time, folded into the state.

use std::time::Instant;

use super::log::Kind;
use super::{App, Pace, TICK};
use crate::display;
use crate::engine::event::{Command, Event, Notice as Told, PAUSED_BY_USER};
use crate::engine::request::JobId;
use crate::jobs::JobState;
use crate::tui::effects::Effect;
use crate::units;

impl App {
    /// Folds one event in.
    pub(in crate::tui) fn event(&mut self, event: &Event, now: Instant) -> Vec<Effect> {
        self.now = now;
        let number = event.job().and_then(|id| self.jobs.get(id)).map(|job| job.n);
        if let Event::Removed { id } = event {
            self.leave(|job| job.id == *id);
        }
        let before = self.jobs.bytes_received();
        self.keep_facts(event);
        self.follow(event, number);
        self.history.add(self.jobs.bytes_received() - before, now);
        let mut effects = match event {
            Event::Notice(Told::Duplicate(id)) => self.duplicate(*id),
            Event::Notice(told) => {
                self.told(told);
                Vec::new()
            }
            Event::Paused { reason, .. } if reason != PAUSED_BY_USER => {
                self.note(format!("paused: {reason}"));
                Vec::new()
            }
            _ => Vec::new(),
        };
        self.withdraw_question();
        self.select_something();
        if matches!(event, Event::Removed { .. }) {
            self.keep_visible();
        }
        self.measure(false);
        effects.extend(self.watch());
        effects.extend(self.follow_batch());
        effects
    }

    /// Folds it into the rows and into all that is known beside them.
    fn keep_facts(&mut self, event: &Event) {
        let now = self.now;
        let known = event.job().is_some_and(|id| self.jobs.get(id).is_some());
        self.log_event(event);
        self.facts.apply(event, now);
        self.jobs.apply(event, now);
        if let Event::HostChanged { host, window, pause, .. } = event {
            self.hosts.told(host, *window, *pause, now);
        }
        let Some(id) = event.job() else { return };
        let job = self.jobs.get(id);
        let failed = matches!(event, Event::Failed { .. } | Event::Retrying { .. });
        self.hosts.changed(id, job, failed, now);
        // A row that was taken off the list is not new.
        if let Some(job) = job.filter(|_| !known) {
            let wall = self.clock.wall(now);
            self.facts.was_added(job.n, wall);
            self.log.added(wall);
        }
    }

    /// What of it is worth a line in the log. Called before the row changes.
    fn log_event(&mut self, event: &Event) {
        // What becomes of a row that was taken off the list is no news, and it has no name here.
        if event.job().is_some_and(|id| self.jobs.get(id).is_none()) {
            return;
        }
        let at = self.clock.wall(self.now);
        // Most events are samples, which nobody logs: the name is made where it is needed.
        let name = || {
            let job = event.job().and_then(|id| self.jobs.get(id));
            job.map(|job| display::safe(&job.name())).unwrap_or_default()
        };
        let (kind, text) = match event {
            Event::Finished { file, .. } if file.skipped => (Kind::Finished, format!("{} was there already", name())),
            Event::Finished { file, .. } => {
                let name = file.path.file_name().map_or_else(name, |name| display::safe(&name.to_string_lossy()));
                (Kind::Finished, format!("{name} {}", units::bytes(file.bytes)))
            }
            Event::Failed { error, .. } => (Kind::Failed, format!("{}: {}", name(), display::safe(&error.detail))),
            Event::Retrying { error, delay, .. } => {
                let detail = display::safe(&error.detail);
                (Kind::Retrying, format!("{}: {detail}; again in {}", name(), units::clock(*delay)))
            }
            Event::Restarted { reason, .. } => {
                (Kind::Retrying, format!("{} from its first byte: {}", name(), display::safe(reason)))
            }
            Event::Paused { reason, .. } if reason == PAUSED_BY_USER => (Kind::Stopped, format!("{} paused", name())),
            Event::Cancelled { .. } => (Kind::Stopped, format!("{} cancelled", name())),
            Event::HostChanged { host, pause: Some(pause), .. } => {
                (Kind::Host, format!("{} rests for {}", host_name(host), units::clock(*pause)))
            }
            Event::HostChanged { host, window, by_trial: false, .. } => {
                (Kind::Host, format!("{} takes {window} at once", host_name(host)))
            }
            _ => return,
        };
        self.log.push(at, kind, text);
    }

    fn told(&mut self, told: &Told) {
        match told {
            Told::State(line) => self.note(line.clone()),
            Told::Left(left) => self.news(format!("{left} unfinished: haul resume")),
            Told::NotRestored => {
                self.note("what earlier runs have left cannot be read; haul resume tries again".to_owned());
            }
            Told::Duplicate(_) | Told::Wire(_) => {}
        }
    }

    /// The rows shown follow what happens to row `number`.
    fn follow(&mut self, event: &Event, number: Option<usize>) {
        match event {
            Event::Moved(how) => {
                self.moving.done(*how);
                let first = !self.order.is_chosen();
                self.order.moved(*how, &self.jobs);
                if first {
                    self.refresh();
                }
            }
            Event::Removed { .. } => {
                if let Some(n) = number {
                    self.marks.forget(n);
                    self.order.changed(n);
                }
            }
            Event::Queued { .. } if number.is_none() => {
                if let Some(last) = self.jobs.rows().last() {
                    self.order.changed(last.n);
                }
            }
            _ => {
                if let Some(n) = number {
                    self.order.changed(n);
                }
            }
        }
    }

    /// Adding what is there already means: I want this file. So what has stopped goes again.
    fn duplicate(&mut self, id: JobId) -> Vec<Effect> {
        self.bring_back(id);
        let Some(job) = self.jobs.get(id) else { return Vec::new() };
        let command = match job.state {
            JobState::Failed(_) | JobState::Cancelled => Some(Command::Retry(id)),
            JobState::Paused(_) => Some(Command::Resume(id)),
            _ => None,
        };
        // Whoever marks rows meanwhile keeps the place.
        if self.marks.is_empty() && !self.marks.is_ranging() {
            self.select(id);
        }
        self.news(if command.is_some() { "already on the list: it goes again" } else { "already on the list" });
        command.map(Effect::Engine).into_iter().collect()
    }

    /// The engine has said its last word.
    pub(in crate::tui) fn engine_ended(&mut self) {
        if !self.engine_ended {
            self.engine_ended = true;
            self.note(format!("the engine has stopped; {} leaves", self.key("quit")));
        }
    }

    /// When something changes without an event: a countdown, the graph, a notice that goes. None while idle.
    pub(in crate::tui) fn next_tick(&self) -> Option<Instant> {
        let working = self.jobs.totals().pending() > 0 && !self.engine_ended;
        let tick = working.then(|| self.paced.unwrap_or(self.now) + TICK);
        let settle = self.order.next_settle().filter(|_| !self.marks.is_ranging());
        [tick, self.notices.until(), settle, self.undo.next_due(), self.question_due()].into_iter().flatten().min()
    }

    /// Time has passed.
    pub(in crate::tui) fn tick(&mut self, now: Instant) -> Vec<Effect> {
        self.now = now;
        self.notices.expire(now);
        self.measure(true);
        self.refresh();
        self.look_at_question();
        self.removals_due()
    }

    /// Takes rate and ETA for the next moment. Nothing is measured while nothing runs, so the graph rests then.
    fn measure(&mut self, ticked: bool) {
        let (now, idle) = (self.now, self.jobs.totals().pending() == 0);
        let due = self.paced.is_none_or(|last| now.saturating_duration_since(last) >= TICK / 2);
        if idle {
            self.pace = Pace::default();
            self.paced = None;
        } else if ticked || due {
            self.history.advance(now);
            self.pace = Pace { rate: self.history.rate(now), eta: self.jobs.eta() };
            self.paced = Some(now);
        }
    }
}

/// The name of a host, without its scheme.
fn host_name(origin: &str) -> String {
    display::safe(origin.split_once("://").map_or(origin, |(_, name)| name))
}
