//! All that the screen knows, and what follows from an action or an event. Pure: no terminal, no clock, no engine:
//! time comes in, effects go out, and a row changes only when the engine's event comes back.

mod add;
mod ask;
mod fold;
mod rows;
#[cfg(test)]
pub(super) mod scenes;
mod select;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ratatui::layout::{Rect, Size};

use super::action::Action;
use super::add::AddBox;
use super::history::History;
use super::keys::{self, Context};
use super::layout::{self, Plan};
use super::notice::Notice;
use super::theme::Theme;
use crate::engine::event::Command;
use crate::engine::request::JobId;
use crate::jobs::{Job, Jobs};

/// What the loop carries out for the state.
#[derive(Debug, Clone)]
pub(super) enum Effect {
    /// Ask the engine.
    Engine(Command),
    /// Forget what the terminal shows and draw everything.
    Redraw,
    /// Leave.
    Quit,
    /// Leave as on SIGINT.
    Stop,
}

/// What lies over the list.
#[derive(Debug)]
pub(super) enum Mode {
    /// Nothing.
    List,
    /// The add box.
    Add(Box<AddBox>),
    /// The keys, scrolled by so many lines.
    Help(usize),
    /// A question.
    Ask(Question),
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// Leave while work runs?
    Quit,
    /// Take this running job off the list?
    Remove(JobId),
}

/// Numbers that people read and that would flicker if they followed every event.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pace {
    /// Bytes per second over all rows.
    pub(super) rate: u64,
    /// How long the rest takes.
    pub(super) eta: Option<Duration>,
}

/// The state of the screen.
#[derive(Debug)]
pub(super) struct App {
    jobs: Jobs,
    dir: Arc<Path>,
    theme: Theme,
    mode: Mode,
    notice: Option<Notice>,
    /// The row under the cursor; some row as long as there is one.
    selected: Option<JobId>,
    /// The first row shown.
    top: usize,
    size: Size,
    history: History,
    pace: Pace,
    paced: Option<Instant>,
    now: Instant,
    engine_ended: bool,
}

/// How often waits and rates are shown anew while work runs.
const TICK: Duration = Duration::from_secs(1);

impl App {
    /// An empty list; added addresses go to `dir`.
    pub(super) fn new(dir: Arc<Path>, theme: Theme, now: Instant) -> Self {
        Self {
            jobs: Jobs::new(),
            dir,
            theme,
            mode: Mode::List,
            notice: None,
            selected: None,
            top: 0,
            size: Size::default(),
            history: History::new(now),
            pace: Pace::default(),
            paced: None,
            now,
            engine_ended: false,
        }
    }

    /// Does what an action asks for and says what is left for others to do.
    pub(super) fn update(&mut self, action: Action, now: Instant) -> Vec<Effect> {
        self.now = now;
        // Whoever presses a key has seen what was said.
        self.notice = None;
        match action {
            Action::Stop => return vec![Effect::Stop],
            Action::Redraw => return vec![Effect::Redraw],
            Action::Paste(text) => return self.paste(&text),
            _ => {}
        }
        match &self.mode {
            Mode::List => self.update_list(&action),
            Mode::Add(_) => self.update_add(&action),
            Mode::Help(_) => self.update_help(&action),
            Mode::Ask(question) => {
                let question = *question;
                self.answer(question, &action)
            }
        }
    }

    fn update_list(&mut self, action: &Action) -> Vec<Effect> {
        match action {
            Action::Up | Action::Down | Action::PageUp | Action::PageDown | Action::First | Action::Last => {
                self.step(action);
                Vec::new()
            }
            Action::Add => {
                self.mode = Mode::Add(Box::new(AddBox::new(Arc::clone(&self.dir))));
                Vec::new()
            }
            Action::Help => {
                self.mode = Mode::Help(0);
                Vec::new()
            }
            Action::Cancel => self.cancel(),
            Action::Retry => self.retry(),
            Action::RetryFailed => self.retry_failed(),
            Action::Pause => self.pause(),
            Action::Remove => self.remove(),
            Action::Quit => self.quit(),
            _ => Vec::new(),
        }
    }

    fn update_help(&mut self, action: &Action) -> Vec<Effect> {
        let Mode::Help(scroll) = &mut self.mode else { return Vec::new() };
        let page = usize::from(self.size.height.saturating_sub(3)).max(1);
        let last = keys::help().len().saturating_sub(page);
        match action {
            Action::Down => *scroll += 1,
            Action::Up => *scroll = scroll.saturating_sub(1),
            Action::PageDown => *scroll += page,
            Action::PageUp => *scroll = scroll.saturating_sub(page),
            Action::First => *scroll = 0,
            Action::Last => *scroll = last,
            Action::Help | Action::Back | Action::Quit => {
                self.mode = Mode::List;
                return Vec::new();
            }
            _ => {}
        }
        *scroll = (*scroll).min(last);
        Vec::new()
    }

    /// Takes the size of the screen; the selection stays visible.
    pub(super) fn resize(&mut self, size: Size) {
        self.size = size;
        self.keep_visible();
    }

    /// Says something until a key is pressed; safe text.
    pub(super) fn note(&mut self, text: String) {
        self.notice = Some(Notice::trouble(text).after(self.notice.take()));
    }

    fn news(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice::news(text, self.now).after(self.notice.take()));
    }

    fn plan(&self) -> Plan {
        layout::plan(Rect::new(0, 0, self.size.width, self.size.height))
    }

    /// Where keys go.
    pub(super) fn context(&self) -> Context {
        match self.mode {
            Mode::List => Context::List,
            Mode::Add(_) => Context::Add,
            Mode::Help(_) => Context::Help,
            Mode::Ask(_) => Context::Question,
        }
    }

    /// The rows and their totals.
    pub(super) fn jobs(&self) -> &Jobs {
        &self.jobs
    }

    /// Gives the rows back when the screen has ended.
    pub(super) fn into_jobs(self) -> Jobs {
        self.jobs
    }

    /// The row under the cursor.
    pub(super) fn selected(&self) -> Option<&Job> {
        self.jobs.get(self.selected?)
    }

    /// The first row shown where `height` rows have room.
    pub(super) fn top(&self, height: usize) -> usize {
        layout::window(self.top, self.cursor(), height, self.jobs.rows().len())
    }

    /// What lies over the list.
    pub(super) fn mode(&self) -> &Mode {
        &self.mode
    }

    /// What just happened.
    pub(super) fn notice(&self) -> Option<&Notice> {
        self.notice.as_ref()
    }

    /// The bytes of the last minute.
    pub(super) fn history(&self) -> &History {
        &self.history
    }

    /// The rate and what is left.
    pub(super) fn pace(&self) -> Pace {
        self.pace
    }

    /// The look.
    pub(super) fn theme(&self) -> Theme {
        self.theme
    }

    /// The folder for added addresses.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The time that countdowns count from.
    pub(super) fn now(&self) -> Instant {
        self.now
    }
}

#[cfg(test)]
mod tests;
