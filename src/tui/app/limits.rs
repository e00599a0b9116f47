//! Limits that the user changes while it runs: transfers at once, bytes a second.

use super::App;
use crate::engine::event::Command;
use crate::tui::action::Action;
use crate::tui::effects::Effect;
use crate::tui::limits::{Limits, MOST_JOBS, higher, lower};
use crate::units;

impl App {
    /// The limits as they are now.
    pub(in crate::tui) fn limits(&self) -> Limits {
        self.limits
    }

    /// One transfer more or fewer, a higher or lower rate.
    pub(super) fn limit(&mut self, action: &Action) -> Vec<Effect> {
        let Limits { jobs, rate, .. } = self.limits;
        match action {
            Action::MoreJobs => self.limit_jobs(jobs + 1),
            Action::FewerJobs => self.limit_jobs(jobs.saturating_sub(1)),
            Action::Slower => self.limit_rate(Some(lower(rate, self.pace.rate))),
            _ => self.limit_rate(higher(rate)),
        }
    }

    pub(super) fn limit_jobs(&mut self, jobs: usize) -> Vec<Effect> {
        let most = self.limits.most_jobs.clamp(1, MOST_JOBS);
        self.limits.jobs = jobs.clamp(1, most);
        let end = if jobs > most { ": the system has room for no more" } else { "" };
        self.news(format!("jobs {}{end}", self.limits.jobs));
        vec![Effect::Engine(Command::Jobs(self.limits.jobs))]
    }

    pub(super) fn limit_rate(&mut self, rate: Option<u64>) -> Vec<Effect> {
        self.limits.rate = rate;
        self.news(rate.map_or("no limit".to_owned(), |rate| format!("limit {}", units::rate(rate))));
        vec![Effect::Engine(Command::LimitRate(rate))]
    }
}
