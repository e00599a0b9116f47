//! Commands about rows. Each looks at the state of the row and asks the engine for what makes sense there, or says
//! why nothing does; the row itself changes when the engine answers.

use super::{App, Effect, Mode, Question};
use crate::engine::event::Command;
use crate::engine::request::JobId;
use crate::jobs::JobState;
use crate::tui::action::Action;

impl App {
    /// What a verb asks for.
    pub(super) fn verb(&mut self, action: &Action) -> Vec<Effect> {
        match action {
            Action::Cancel => self.cancel(),
            Action::Retry => self.retry(),
            Action::RetryFailed => self.retry_failed(),
            Action::Pause => self.pause(),
            Action::Remove => self.remove(),
            _ => Vec::new(),
        }
    }

    fn target(&mut self) -> Option<(JobId, JobState)> {
        let found = self.selected().map(|job| (job.id, job.state.clone()));
        if found.is_none() {
            self.news("nothing is on the list yet");
        }
        found
    }

    fn pointless(&mut self, text: &str) -> Vec<Effect> {
        self.news(text);
        Vec::new()
    }

    fn cancel(&mut self) -> Vec<Effect> {
        let Some((id, state)) = self.target() else { return Vec::new() };
        match state {
            JobState::Finished(_) => self.pointless("the file is there already"),
            JobState::Failed(_) | JobState::Cancelled => self.pointless("nothing runs here"),
            _ => engine(Command::Cancel(id)),
        }
    }

    fn retry(&mut self) -> Vec<Effect> {
        let Some((id, state)) = self.target() else { return Vec::new() };
        match state {
            JobState::Failed(_) | JobState::Cancelled | JobState::Waiting { .. } => engine(Command::Retry(id)),
            JobState::Paused(_) => engine(Command::Resume(id)),
            JobState::Finished(_) => self.pointless("the file is there already"),
            _ => self.pointless("it is on its way already"),
        }
    }

    fn retry_failed(&mut self) -> Vec<Effect> {
        let failed = self.jobs.rows().iter().filter(|job| matches!(job.state, JobState::Failed(_)));
        let effects: Vec<_> = failed.map(|job| Effect::Engine(Command::Retry(job.id))).collect();
        match effects.len() {
            0 => self.news("nothing has failed"),
            n => self.news(format!("{n} tried again")),
        }
        effects
    }

    fn pause(&mut self) -> Vec<Effect> {
        let Some((id, state)) = self.target() else { return Vec::new() };
        match state {
            JobState::Paused(_) => engine(Command::Resume(id)),
            JobState::Finished(_) => self.pointless("the file is there already"),
            JobState::Failed(_) | JobState::Cancelled => self.pointless("nothing runs here"),
            _ => engine(Command::Pause(id)),
        }
    }

    fn remove(&mut self) -> Vec<Effect> {
        let Some((id, state)) = self.target() else { return Vec::new() };
        if state.is_active() {
            self.mode = Mode::Ask(Question::Remove(id));
            return Vec::new();
        }
        engine(Command::Remove(id))
    }
}

fn engine(command: Command) -> Vec<Effect> {
    vec![Effect::Engine(command)]
}
