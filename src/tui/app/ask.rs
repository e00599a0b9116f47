//! Questions, asked only where work could be lost. The answer is no unless it is yes.

use super::{App, Effect, Mode, Question};
use crate::display;
use crate::engine::event::Command;
use crate::tui::action::Action;

impl App {
    pub(super) fn quit(&mut self) -> Vec<Effect> {
        if self.jobs.totals().pending() == 0 || self.engine_ended {
            return vec![Effect::Quit];
        }
        self.mode = Mode::Ask(Question::Quit);
        Vec::new()
    }

    pub(super) fn answer(&mut self, question: Question, action: &Action) -> Vec<Effect> {
        match (question, action) {
            (Question::Quit, Action::Yes | Action::Quit) => {
                self.mode = Mode::List;
                vec![Effect::Quit]
            }
            (Question::Remove(id), Action::Yes) => {
                self.mode = Mode::List;
                vec![Effect::Engine(Command::Remove(id))]
            }
            (_, Action::No | Action::Back) => {
                self.mode = Mode::List;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// Takes the question back once what it asks about is over.
    pub(super) fn withdraw_question(&mut self) {
        let Mode::Ask(question) = self.mode else { return };
        let open = match question {
            Question::Quit => self.jobs.totals().pending() > 0,
            Question::Remove(id) => self.jobs.get(id).is_some_and(|job| job.state.is_active()),
        };
        if !open {
            self.mode = Mode::List;
        }
    }

    /// The question in words, shortest first where there is little room; safe text.
    pub(in crate::tui) fn question(&self) -> Option<[String; 2]> {
        let Mode::Ask(question) = self.mode else { return None };
        Some(match question {
            Question::Quit => {
                let n = self.jobs.totals().pending();
                let what = if n == 1 { "1 download is".to_owned() } else { format!("{n} downloads are") };
                ["quit?".to_owned(), format!("{what} not done. Quit?")]
            }
            Question::Remove(id) => {
                let name = self.jobs.get(id).map(|job| display::safe(&job.name())).unwrap_or_default();
                let name = display::fit_name(&name, 40);
                ["remove?".to_owned(), format!("{name} is running. Take it off the list?")]
            }
        })
    }
}
