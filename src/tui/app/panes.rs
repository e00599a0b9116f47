//! Which panels are shown, which of them has the focus, and what of it is in sight.

use super::{App, Focus, Mode, Sight};
use crate::engine::event::Command;
use crate::engine::request::JobId;
use crate::tui::action::{Action, Step, Toggle};
use crate::tui::effects::Effect;
use crate::tui::look::Look;

impl App {
    pub(super) fn toggle(&mut self, toggle: Toggle) -> Vec<Effect> {
        let (word, pane) = match toggle {
            Toggle::Graph => ("graph", &mut self.panes.graph),
            Toggle::Log => ("log", &mut self.panes.log),
            Toggle::Detail => ("detail", &mut self.panes.detail),
            Toggle::Preview => ("picture", &mut self.panes.preview),
            Toggle::Hosts => ("hosts", &mut self.panes.hosts),
            Toggle::Ascii => ("ASCII", &mut self.look.ascii),
            Toggle::Mouse => {
                self.look.mouse = !self.look.mouse;
                self.news(if self.look.mouse { "mouse on; with Shift it selects text" } else { "mouse off" });
                return vec![Effect::Mouse(self.look.mouse)];
            }
            Toggle::Theme => {
                self.look.theme = self.look.theme.next(self.look.truecolor);
                self.news(format!("theme: {}", self.look.theme.name()));
                return Vec::new();
            }
        };
        *pane = !*pane;
        let on = *pane;
        let plan = self.plan();
        let seen = match toggle {
            Toggle::Graph => !plan.graph.is_empty(),
            Toggle::Log => !plan.log.is_empty(),
            Toggle::Detail => !plan.side.is_empty() || !plan.detail.is_empty(),
            Toggle::Preview => !plan.preview.is_empty(),
            Toggle::Hosts => !plan.hosts.is_empty(),
            _ => true,
        };
        if on && !seen {
            self.news(format!("{word} on; it shows where the window is larger or other panels are off"));
        } else if !on && matches!(toggle, Toggle::Preview) {
            self.news("picture off");
        }
        self.keep_visible();
        Vec::new()
    }

    /// The panel that keys go to; one that is not there has no keys.
    pub(in crate::tui) fn focus(&self) -> Focus {
        let plan = self.plan();
        match self.focus {
            Focus::Detail if plan.side.is_empty() => Focus::List,
            Focus::Log if plan.log.is_empty() => Focus::List,
            focus => focus,
        }
    }

    pub(super) fn change_focus(&mut self, action: &Action) -> Vec<Effect> {
        const ROUND: [Focus; 3] = [Focus::List, Focus::Detail, Focus::Log];
        let from = ROUND.iter().position(|focus| *focus == self.focus()).unwrap_or(0);
        let step = if *action == Action::FocusBack { ROUND.len() - 1 } else { 1 };
        for turn in 1..=ROUND.len() {
            self.focus = ROUND[(from + step * turn) % ROUND.len()];
            if self.focus() == self.focus {
                break;
            }
        }
        Vec::new()
    }

    /// Keys go back to the list.
    pub(super) fn leave_panel(&mut self) -> Vec<Effect> {
        self.focus = Focus::List;
        self.scroll = 0;
        Vec::new()
    }

    /// Scrolls the panel that has the focus.
    pub(super) fn scroll_panel(&mut self, step: Step) -> Vec<Effect> {
        let plan = self.plan();
        if self.focus() == Focus::Log {
            let height = usize::from(plan.log.height.saturating_sub(1));
            self.log.scroll(distance(step, height), height);
        } else {
            let height = usize::from(plan.side.height.saturating_sub(1));
            let lines = self.about(side_width(plan.side.width), false).len();
            self.scroll = moved(self.scroll, step, height, lines);
        }
        Vec::new()
    }

    /// `Enter` goes into the detail beside the list, and from there, or where it has no room, lays it over the list.
    /// `e` lays it over with the whole error first.
    pub(super) fn open_detail(&mut self, action: &Action) -> Vec<Effect> {
        if self.selected().is_none() {
            self.news("nothing is on the list yet");
        } else if *action == Action::Error {
            self.mode = Mode::Detail(Sight { scroll: 0, whole: true });
        } else if self.plan().side.is_empty() || self.focus() == Focus::Detail {
            self.mode = Mode::Detail(Sight::default());
        } else {
            self.focus = Focus::Detail;
        }
        Vec::new()
    }

    /// Keys while the detail lies over the list.
    pub(super) fn update_detail(&mut self, action: &Action) -> Vec<Effect> {
        let Mode::Detail(sight) = self.mode else { return Vec::new() };
        match action {
            Action::Step(step) => {
                let height = usize::from(self.size.height.saturating_sub(3)).max(1);
                let lines = self.about(side_width(self.size.width), sight.whole).len();
                let scroll = moved(sight.scroll, *step, height, lines);
                self.open(Mode::Detail(Sight { scroll, ..sight }))
            }
            Action::Error => self.open(Mode::Detail(Sight { scroll: 0, whole: !sight.whole })),
            Action::Back | Action::Close => self.open(Mode::List),
            // Another tab is another list.
            Action::Tab(_) | Action::NextTab | Action::PreviousTab => {
                self.mode = Mode::List;
                self.update_list(action)
            }
            Action::NextFailed | Action::PreviousFailed => {
                self.step(action);
                self.open(Mode::Detail(Sight { scroll: 0, ..sight }))
            }
            _ => {
                // Verbs act on the row, and what they ask or open lies over the list.
                let effects = self.update_list(action);
                if self.selected().is_none() && matches!(self.mode, Mode::Detail(_)) {
                    self.mode = Mode::List;
                }
                effects
            }
        }
    }

    /// Lines of the detail beside the list that are out of sight above it.
    pub(in crate::tui) fn scroll(&self) -> usize {
        self.scroll
    }

    /// How it is to look.
    pub(in crate::tui) fn look(&self) -> Look {
        self.look
    }

    /// No character beyond ASCII.
    pub(in crate::tui) fn ascii(&self) -> bool {
        self.look.ascii
    }

    /// Has the engine tell the pieces of the row whose detail is shown, of no other, and asks for that once.
    pub(super) fn watch(&mut self) -> Option<Effect> {
        let shown = matches!(self.mode, Mode::Detail(_)) || !self.plan().side.is_empty();
        let wanted: Option<JobId> = self.selected.filter(|_| shown);
        if wanted == self.watched {
            return None;
        }
        self.watched = wanted;
        self.scroll = 0;
        Some(Effect::Engine(Command::Watch(wanted)))
    }
}

/// Columns of a panel that text has; one stays free at each side.
pub(in crate::tui) fn side_width(width: u16) -> u16 {
    width.saturating_sub(2)
}

fn moved(scroll: usize, step: Step, height: usize, lines: usize) -> usize {
    scroll.saturating_add_signed(distance(step, height)).min(lines.saturating_sub(height))
}

/// How far a step goes where `height` lines are in sight.
fn distance(step: Step, height: usize) -> isize {
    let page = isize::try_from(height).unwrap_or(isize::MAX).max(1);
    match step {
        Step::Up => -1,
        Step::Down => 1,
        Step::HalfUp => -(page / 2).max(1),
        Step::HalfDown => (page / 2).max(1),
        Step::PageUp => -page,
        Step::PageDown => page,
        Step::First => isize::MIN,
        Step::Last => isize::MAX,
        _ => 0,
    }
}
