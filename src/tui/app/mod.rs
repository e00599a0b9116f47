//! All that the screen knows, and what follows from an action or an event. Pure: no terminal, no clock, no engine:
//! time comes in, effects go out, and a row changes only when the engine's event comes back.

pub(super) mod about;
mod add;
mod ask;
pub(super) mod facts;
mod fold;
mod headline;
pub(super) mod hosts;
mod limits;
pub(super) mod log;
mod marks;
mod mouse;
mod order;
mod overlay;
pub(super) mod panes;
mod prompt;
mod rows;
#[cfg(test)]
pub(super) mod scenes;
mod select;
mod tabs;
mod told;
mod undo;
mod why;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ratatui::layout::{Rect, Size};

use super::action::{Action, Menu, Step};
use super::add::AddBox;
use super::clock::Clock;
use super::headline::Batch;
use super::history::History;
use super::keys::{self, Context};
use super::layout::{self, Panes, Plan};
use super::look::Look;
use super::mouse::Clicks;
use super::notice::Notices;
use super::theme::Theme;
use crate::engine::event::Command;
use crate::engine::request::JobId;
use crate::jobs::{Job, Jobs};

use facts::Facts;
use hosts::Hosts;
use limits::Limits;
use log::Log;
use marks::Marks;
use order::Order;
pub(super) use overlay::{Palette, Sheet};
pub(super) use prompt::Prompt;
use undo::Undo;

/// What the loop carries out for the state.
#[derive(Debug, Clone)]
pub(super) enum Effect {
    /// Ask the engine.
    Engine(Command),
    /// Forget what the terminal shows and draw everything.
    Redraw,
    /// Read this list file and add what is in it.
    LoadList(PathBuf),
    /// Put this text on the clipboard of the terminal.
    Copy(String),
    /// Open this file or folder with the system's own program.
    Open(PathBuf),
    /// Delete this file; its job is off the list.
    Delete(PathBuf),
    /// Listen to the mouse, or let the terminal have it.
    Mouse(bool),
    /// Call whoever looks elsewhere.
    Notify(String),
    /// Give the terminal back until the shell lets us go on.
    Suspend,
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
    /// The keys that may follow a key.
    Menu(Menu),
    /// One line is asked for.
    Prompt(Box<Prompt>),
    /// The palette.
    Palette(Box<Palette>),
    /// All about the row under the cursor.
    Detail(Sight),
    /// The finished pictures.
    Sheet(Box<Sheet>),
}

/// What of the detail is in sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Sight {
    /// Scrolled by so many lines.
    pub(super) scroll: usize,
    /// The whole error and answer come first.
    pub(super) whole: bool,
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

/// The panel that keys go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Focus {
    /// The list.
    #[default]
    List,
    /// The detail.
    Detail,
    /// The log.
    Log,
}

/// The state of the screen.
#[derive(Debug)]
pub(super) struct App {
    jobs: Jobs,
    dir: Arc<Path>,
    look: Look,
    mode: Mode,
    focus: Focus,
    panes: Panes,
    order: Order,
    marks: Marks,
    undo: Undo,
    log: Log,
    facts: Facts,
    hosts: Hosts,
    limits: Limits,
    notices: Notices,
    clock: Clock,
    /// Lines of the detail beside the list that are out of sight above.
    scroll: usize,
    /// The row whose pieces the engine tells.
    watched: Option<JobId>,
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
    batch: Batch,
    clicks: Clicks,
}

/// How often waits and rates are shown anew while work runs.
const TICK: Duration = Duration::from_secs(1);

impl App {
    /// An empty list; added addresses go to `dir`.
    pub(super) fn new(dir: Arc<Path>, look: Look, now: Instant) -> Self {
        Self {
            jobs: Jobs::new(),
            dir,
            look,
            mode: Mode::List,
            focus: Focus::default(),
            panes: Panes::default(),
            order: Order::default(),
            marks: Marks::default(),
            undo: Undo::default(),
            log: Log::default(),
            facts: Facts::default(),
            hosts: Hosts::default(),
            limits: Limits::default(),
            notices: Notices::default(),
            clock: Clock::new(jiff::tz::TimeZone::UTC, now, std::time::SystemTime::UNIX_EPOCH),
            scroll: 0,
            watched: None,
            selected: None,
            top: 0,
            size: Size::default(),
            history: History::new(now),
            pace: Pace::default(),
            paced: None,
            now,
            engine_ended: false,
            batch: Batch::default(),
            clicks: Clicks::default(),
        }
    }

    /// Does what an action asks for and says what is left for others to do.
    pub(super) fn update(&mut self, action: Action, now: Instant) -> Vec<Effect> {
        self.now = now;
        // Whoever presses a key has seen what was said.
        self.notices.clear();
        let mut effects = self.act(action);
        effects.extend(self.watch());
        effects
    }

    fn act(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Stop => return vec![Effect::Stop],
            Action::Redraw => return vec![Effect::Redraw],
            Action::Suspend => return vec![Effect::Suspend],
            Action::Paste(text) => return self.paste(&text),
            Action::Mouse(mouse, x, y) => return self.mouse(mouse, x, y),
            _ => {}
        }
        match &self.mode {
            Mode::List => self.update_list(&action),
            Mode::Add(_) => self.update_add(&action),
            Mode::Help(_) => self.update_help(&action),
            Mode::Prompt(_) => self.update_prompt(&action),
            Mode::Palette(_) => self.update_palette(&action),
            Mode::Detail(_) => self.update_detail(&action),
            Mode::Sheet(_) => self.update_sheet(&action),
            Mode::Menu(_) => {
                // Whatever key comes next, the menu is over.
                self.mode = Mode::List;
                self.update_list(&action)
            }
            Mode::Ask(question) => {
                let question = *question;
                self.answer(question, &action)
            }
        }
    }

    fn update_list(&mut self, action: &Action) -> Vec<Effect> {
        match action {
            Action::Step(step) if self.focus() != Focus::List => self.scroll_panel(*step),
            Action::Back if self.focus() != Focus::List => self.leave_panel(),
            Action::Add | Action::AddList => self.open_add(action),
            Action::Help => self.open(Mode::Help(0)),
            Action::Menu(menu) => self.open(Mode::Menu(*menu)),
            Action::Filter | Action::Limit => self.open_prompt(action),
            Action::Palette => self.open(Mode::Palette(Box::default())),
            Action::Detail | Action::Error => self.open_detail(action),
            Action::Sheet => self.open(Mode::Sheet(Box::default())),
            Action::Quit => self.quit(),
            Action::QuitNow => vec![Effect::Quit],
            Action::Tab(_) | Action::NextTab | Action::PreviousTab | Action::Sort(_) => self.show_rows(action),
            Action::Mark | Action::Range | Action::MarkAll | Action::Invert => self.mark(action),
            Action::Undo | Action::Redo => self.change_back(action),
            Action::Sooner | Action::Later | Action::Soonest | Action::Latest => self.reorder(action),
            Action::MoreJobs | Action::FewerJobs | Action::Slower | Action::Faster => self.limit(action),
            Action::Toggle(toggle) => self.toggle(*toggle),
            Action::Focus | Action::FocusBack => self.change_focus(action),
            Action::Back => self.step_back(),
            Action::Step(_) | Action::NextFailed | Action::PreviousFailed => {
                self.step(action);
                Vec::new()
            }
            _ => self.verb(action),
        }
    }

    /// Lays this over the list.
    fn open(&mut self, mode: Mode) -> Vec<Effect> {
        self.mode = mode;
        Vec::new()
    }

    fn update_help(&mut self, action: &Action) -> Vec<Effect> {
        let Mode::Help(scroll) = &mut self.mode else { return Vec::new() };
        let page = usize::from(self.size.height.saturating_sub(3)).max(1);
        let last = keys::help().len().saturating_sub(page);
        match action {
            Action::Step(Step::Down) => *scroll += 1,
            Action::Step(Step::Up) => *scroll = scroll.saturating_sub(1),
            Action::Step(Step::PageDown) => *scroll += page,
            Action::Step(Step::PageUp) => *scroll = scroll.saturating_sub(page),
            Action::Step(Step::First) => *scroll = 0,
            Action::Step(Step::Last) => *scroll = last,
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

    /// Where everything stands.
    pub(super) fn plan(&self) -> Plan {
        self.plan_of(Rect::new(0, 0, self.size.width, self.size.height))
    }

    /// Where everything stands in this area.
    pub(super) fn plan_of(&self, area: Rect) -> Plan {
        layout::plan(area, self.panes)
    }

    /// Where keys go.
    pub(super) fn context(&self) -> Context {
        match self.mode {
            Mode::List => Context::List,
            Mode::Add(_) => Context::Add,
            Mode::Help(_) => Context::Help,
            Mode::Ask(_) => Context::Question,
            Mode::Menu(menu) => Context::Menu(menu),
            Mode::Prompt(_) => Context::Prompt,
            Mode::Palette(_) => Context::Palette,
            Mode::Detail(_) => Context::Detail,
            Mode::Sheet(_) => Context::Sheet,
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
        self.look.theme
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
