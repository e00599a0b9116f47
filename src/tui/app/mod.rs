//! All that the screen knows, and what follows from an action or an event. Pure: no terminal, no clock, no engine:
//! time comes in, effects go out, and a row changes only when the engine's event comes back.

pub(super) mod about;
mod add;
mod ask;
pub(super) mod facts;
mod filter;
mod fold;
mod headline;
mod help;
pub(super) mod hosts;
mod limits;
pub(super) mod log;
mod marks;
mod modes;
mod mouse;
mod order;
mod palette;
pub(super) mod panes;
mod picker;
mod pictures;
mod prompt;
mod queue;
mod rows;
#[cfg(test)]
pub(super) mod scenes;
mod select;
mod sheet;
mod sorting;
mod tabline;
mod tabs;
mod told;
mod undo;
mod why;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ratatui::layout::{Rect, Size};

use super::action::{Action, Menu};
use super::add::AddBox;
use super::clock::Clock;
use super::effects::Effect;
use super::headline::Batch;
use super::help::Help;
use super::history::History;
use super::keys::{Context, Keymap};
use super::layout::{self, Panes, Plan};
use super::limits::Limits;
use super::look::Look;
use super::marks::Marks;
use super::mouse::Clicks;
use super::moving::Moving;
use super::notice::Notices;
use super::palette::Palette;
use super::picker::Picker;
use super::preview::Pictures;
use super::prompt::{Past, Prompt};
use super::question::{Answer, Question};
use super::sheet::Sheet;
use super::theme::Theme;
use super::undo::Undo;
use crate::engine::request::JobId;
use crate::jobs::{Job, Jobs};

use facts::Facts;
use hosts::Hosts;
use log::Log;
use order::Order;

/// What lies over the list.
#[derive(Debug)]
pub(super) enum Mode {
    /// Nothing.
    List,
    /// The add box.
    Add(Box<AddBox>),
    /// The keys.
    Help(Box<Help>),
    /// A question, and the answer that Enter would give.
    Ask(Question, Answer),
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
    /// The images of a page.
    Picker(Box<Picker>),
}

/// What of the detail is in sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Sight {
    /// Scrolled by so many lines.
    pub(super) scroll: usize,
    /// The whole error and answer come first.
    pub(super) whole: bool,
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
    keymap: Keymap,
    mode: Mode,
    /// What lies between that and the list, the lowest first.
    under: Vec<Mode>,
    focus: Focus,
    panes: Panes,
    order: Order,
    marks: Marks,
    undo: Undo,
    moving: Moving,
    log: Log,
    facts: Facts,
    hosts: Hosts,
    limits: Limits,
    pictures: Pictures,
    past: Past,
    notices: Notices,
    clock: Clock,
    /// Lines of the detail beside the list that are out of sight above.
    scroll: usize,
    /// The row whose pieces the engine tells.
    watched: Option<JobId>,
    /// The row under the cursor; some row as long as one is shown.
    selected: Option<JobId>,
    /// Where the cursor was before nothing was shown.
    left_at: Option<JobId>,
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
            keymap: Keymap::default(),
            mode: Mode::List,
            under: Vec::new(),
            focus: Focus::default(),
            panes: Panes::default(),
            order: Order::default(),
            marks: Marks::default(),
            undo: Undo::default(),
            moving: Moving::default(),
            log: Log::default(),
            facts: Facts::default(),
            hosts: Hosts::default(),
            limits: Limits::default(),
            pictures: Pictures::default(),
            past: Past::default(),
            notices: Notices::default(),
            clock: Clock::new(jiff::tz::TimeZone::UTC, now, std::time::SystemTime::UNIX_EPOCH),
            scroll: 0,
            watched: None,
            selected: None,
            left_at: None,
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

    /// With these keys and limits in place of the usual ones.
    pub(super) fn with(self, keymap: Keymap, limits: Limits) -> Self {
        Self { keymap, limits, ..self }
    }

    /// Does what an action asks for and says what is left for others to do.
    pub(super) fn update(&mut self, action: Action, now: Instant) -> Vec<Effect> {
        self.now = now;
        self.refresh();
        self.order.touch(now);
        // Whoever presses a key has seen what was said.
        self.notices.clear();
        let mut effects = self.act(action);
        effects.extend(self.watch());
        effects
    }

    fn act(&mut self, action: Action) -> Vec<Effect> {
        match action {
            // In a box it leaves the box, as in a shell.
            Action::Stop if self.context().takes_text() => return self.dispatch(&Action::Back),
            Action::Stop => return vec![Effect::Stop],
            Action::Redraw => {
                self.forget_pictures();
                return vec![Effect::Redraw];
            }
            Action::Suspend => {
                self.forget_pictures();
                return vec![Effect::Suspend];
            }
            Action::Paste(text) => return self.paste(text),
            Action::Mouse(mouse, x, y) => return self.mouse(mouse, x, y),
            _ => {}
        }
        self.dispatch(&action)
    }

    /// Gives an action to what lies on top.
    fn dispatch(&mut self, action: &Action) -> Vec<Effect> {
        match &self.mode {
            Mode::List => self.update_list(action),
            Mode::Add(_) => self.update_add(action),
            Mode::Help(_) => self.update_help(action),
            Mode::Prompt(_) => self.update_prompt(action),
            Mode::Palette(_) => self.update_palette(action),
            Mode::Detail(_) => self.update_detail(action),
            Mode::Sheet(_) => self.update_sheet(action),
            Mode::Picker(_) => self.update_picker(action),
            Mode::Menu(_) => {
                // Whatever key comes next, the menu is over.
                self.close();
                if *action == Action::Back { Vec::new() } else { self.dispatch(action) }
            }
            Mode::Ask(..) => self.answer(action),
        }
    }

    fn update_list(&mut self, action: &Action) -> Vec<Effect> {
        match action {
            Action::Step(step) if self.focus() != Focus::List => self.scroll_panel(*step),
            Action::Back | Action::Close if self.focus() != Focus::List => self.leave_panel(),
            Action::Add => self.open_add(),
            Action::Help => self.open_help(),
            Action::Menu(menu) => self.over(Mode::Menu(*menu)),
            Action::AddList | Action::AddPage | Action::Filter | Action::Limit => self.open_prompt(action),
            Action::Palette => self.open_palette(),
            Action::Detail | Action::Error => self.open_detail(action),
            Action::Sheet => self.open_sheet(),
            Action::Quit => self.quit(),
            Action::QuitNow => vec![Effect::Quit],
            Action::Tab(_) | Action::NextTab | Action::PreviousTab | Action::Sort(_) => self.show_rows(action),
            Action::Mark | Action::Range | Action::Stretch(_) | Action::MarkAll | Action::Invert => self.mark(action),
            Action::Undo | Action::Redo => self.change_back(action),
            Action::Sooner | Action::Later | Action::Soonest | Action::Latest => self.reorder(action),
            Action::MoreJobs | Action::FewerJobs | Action::Slower | Action::Faster => self.limit(action),
            Action::Toggle(toggle) => self.toggle(*toggle),
            Action::Focus | Action::FocusBack => self.change_focus(action),
            Action::Back => self.step_back(),
            Action::Close => Vec::new(),
            Action::Step(_) | Action::NextFailed | Action::PreviousFailed => {
                self.step(action);
                Vec::new()
            }
            _ => self.verb(action),
        }
    }

    /// Takes the size of the screen for the next frame; the selection stays visible.
    pub(super) fn resize(&mut self, size: Size) {
        self.size = size;
        self.refresh();
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
            Mode::Help(ref help) if help.is_typing() => Context::Prompt,
            Mode::Help(_) => Context::Help,
            Mode::Ask(..) => Context::Question,
            Mode::Menu(menu) => Context::Menu(menu),
            Mode::Prompt(_) => Context::Prompt,
            Mode::Palette(_) => Context::Palette,
            Mode::Detail(_) => Context::Detail,
            Mode::Sheet(_) => Context::Sheet,
            Mode::Picker(ref picker) if picker.is_typing() => Context::Prompt,
            Mode::Picker(_) => Context::Picker,
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
        layout::window(self.top, self.cursor(), height, self.shown_len())
    }

    /// The keys.
    pub(super) fn keymap(&self) -> &Keymap {
        &self.keymap
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
    pub(super) fn dir(&self) -> &Arc<Path> {
        &self.dir
    }

    /// The time that countdowns count from.
    pub(super) fn now(&self) -> Instant {
        self.now
    }
}

#[cfg(test)]
mod tests;
