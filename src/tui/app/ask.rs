//! Questions, asked only where work could be lost. The answer is no unless it is yes.

use super::rows::short_name;
use super::{App, Mode};
use crate::jobs::{Job, JobState};
use crate::tui::action::Action;
use crate::tui::effects::Effect;
use crate::tui::question::{Asked, Question};
use crate::units;

/// A question about more rows than these is not looked at again at every event.
const FEW: usize = 64;

impl App {
    pub(super) fn quit(&mut self) -> Vec<Effect> {
        if self.jobs.totals().pending() == 0 || self.engine_ended {
            return vec![Effect::Quit];
        }
        self.over(Mode::Ask(Question::Quit))
    }

    /// Asks about rows.
    pub(super) fn ask(&mut self, what: Asked, rows: Vec<usize>) -> Vec<Effect> {
        match self.words(what, &rows) {
            Some(words) => self.over(Mode::Ask(Question::Rows { what, rows, words })),
            None => Vec::new(),
        }
    }

    pub(super) fn answer(&mut self, action: &Action) -> Vec<Effect> {
        let yes = *action == Action::Yes || (*action == Action::Quit && matches!(self.mode, Mode::Ask(Question::Quit)));
        if !yes && !matches!(action, Action::No | Action::Back) {
            return Vec::new();
        }
        let below = self.under.take().unwrap_or(Mode::List);
        match std::mem::replace(&mut self.mode, below) {
            Mode::Ask(Question::Quit) if yes => vec![Effect::Quit],
            Mode::Ask(Question::Rows { what, rows, .. }) if yes => match what {
                Asked::Remove => self.off(&rows),
                Asked::RemoveFiles => self.off_with_files(&rows),
                Asked::FetchAgain => self.fetch_again(&rows),
            },
            _ => Vec::new(),
        }
    }

    /// Takes the question back once what it asks about is over, and keeps its numbers true.
    pub(super) fn withdraw_question(&mut self) {
        let Mode::Ask(question) = &self.mode else { return };
        let words = match question {
            Question::Quit if self.jobs.totals().pending() == 0 => None,
            Question::Rows { what, rows, .. } if rows.len() <= FEW => self.words(*what, rows),
            _ => return,
        };
        match (words, &mut self.mode) {
            (Some(new), Mode::Ask(Question::Rows { words, .. })) => *words = new,
            _ => self.close(),
        }
    }

    /// The question in words, shortest first where there is little room; safe text.
    pub(in crate::tui) fn question(&self) -> Option<[String; 2]> {
        match &self.mode {
            Mode::Ask(Question::Quit) => {
                let n = self.jobs.totals().pending();
                let what = if n == 1 { "1 download is".to_owned() } else { format!("{n} downloads are") };
                Some(["quit?".to_owned(), format!("{what} not done. Quit?")])
            }
            Mode::Ask(Question::Rows { words, .. }) => Some(words.clone()),
            _ => None,
        }
    }

    /// The question about rows; none where there is nothing to ask any more.
    fn words(&self, what: Asked, rows: &[usize]) -> Option<[String; 2]> {
        let jobs: Vec<_> = rows.iter().filter_map(|n| self.jobs.numbered(*n)).collect();
        let first = jobs.first()?;
        let it = if let [only] = &*jobs { short_name(only) } else { jobs.len().to_string() };
        let count = |which: fn(&JobState) -> bool| jobs.iter().filter(|job| which(&job.state)).count();
        Some(match what {
            Asked::Remove => match (count(JobState::is_active), jobs.len()) {
                (0, _) => return None,
                (_, 1) => ["remove?".to_owned(), format!("{} is running. Take it off the list?", short_name(first))],
                (1, all) => [format!("remove {all}?"), format!("1 is running. Take {all} off the list?")],
                (n, all) => [format!("remove {all}?"), format!("{n} are running. Take {all} off the list?")],
            },
            Asked::RemoveFiles => {
                let lost = lost(&jobs);
                let end = if lost.is_empty() { String::new() } else { format!(" and delete {lost}") };
                ["delete?".to_owned(), format!("Take {it} off the list{end}? This cannot be undone.")]
            }
            Asked::FetchAgain => [
                "again?".to_owned(),
                format!("Fetch {it} again? What is there stays, and another file gets another name."),
            ],
        })
    }
}

/// What is lost with these rows: `3 files, 120 MB, and 2 MB of parts`.
fn lost(jobs: &[&Job]) -> String {
    let (mut files, mut bytes, mut parts) = (0_usize, 0_u64, 0_u64);
    for job in jobs {
        if matches!(job.state, JobState::Finished(_)) {
            files += 1;
            bytes = bytes.saturating_add(job.bytes);
        } else {
            parts = parts.saturating_add(job.bytes);
        }
    }
    let mut lost = Vec::new();
    if files > 0 {
        let word = if files == 1 { "file" } else { "files" };
        lost.push(format!("{files} {word}, {}", units::bytes(bytes)));
    }
    if parts > 0 {
        lost.push(format!("{} of parts", units::bytes(parts)));
    }
    lost.join(", and ")
}
