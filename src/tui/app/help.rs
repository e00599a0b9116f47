//! Keys in the help.

use super::{App, Mode};
use crate::tui::action::{Action, Step};
use crate::tui::effects::Effect;

impl App {
    pub(super) fn open_help(&mut self) -> Vec<Effect> {
        self.over(Mode::Help(Box::default()))
    }

    pub(super) fn update_help(&mut self, action: &Action) -> Vec<Effect> {
        let Mode::Help(help) = &mut self.mode else { return Vec::new() };
        if help.take(action) {
            return Vec::new();
        }
        let page = usize::from(self.size.height.saturating_sub(3)).max(1);
        let last = help.lines(&self.keymap).len().saturating_sub(page);
        let scroll = help.scroll_mut();
        match action {
            Action::Step(Step::Down) => *scroll += 1,
            Action::Step(Step::Up) => *scroll = scroll.saturating_sub(1),
            Action::Step(Step::HalfDown) => *scroll += page.div_ceil(2),
            Action::Step(Step::HalfUp) => *scroll = scroll.saturating_sub(page.div_ceil(2)),
            Action::Step(Step::PageDown) => *scroll += page,
            Action::Step(Step::PageUp) => *scroll = scroll.saturating_sub(page),
            Action::Step(Step::First) => *scroll = 0,
            Action::Step(Step::Last) => *scroll = last,
            Action::Help | Action::Back | Action::Quit => {
                self.close();
                return Vec::new();
            }
            _ => {}
        }
        *scroll = (*scroll).min(last);
        Vec::new()
    }
}
