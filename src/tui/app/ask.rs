//! Questions, asked only where work could be lost. The answer is no unless it is yes.

use std::time::Instant;

use super::rows::short_name;
use super::{App, Mode, TICK};
use crate::jobs::{Job, JobState};
use crate::tui::action::Action;
use crate::tui::effects::Effect;
use crate::tui::question::{Answer, Asked, Question, Words};
use crate::units;

/// A question about more rows than these is not looked at again at every event, but once a second.
const FEW: usize = 64;

impl App {
    pub(super) fn quit(&mut self) -> Vec<Effect> {
        if self.jobs.totals().pending() == 0 || self.engine_ended {
            return vec![Effect::Quit];
        }
        self.over(Mode::Ask(Question::Quit, Answer::No))
    }

    /// Asks about rows.
    pub(super) fn ask(&mut self, what: Asked, rows: Vec<usize>) -> Vec<Effect> {
        match self.words(what, &rows) {
            Some(words) => self.over(Mode::Ask(Question::Rows { what, rows, words, stale: None }, Answer::No)),
            None => Vec::new(),
        }
    }

    pub(super) fn answer(&mut self, action: &Action) -> Vec<Effect> {
        let Mode::Ask(question, focus) = &mut self.mode else { return Vec::new() };
        let yes = match action {
            Action::Complete => {
                *focus = focus.other();
                return Vec::new();
            }
            Action::Submit => *focus == Answer::Yes,
            Action::Quit if *question == Question::Quit => true,
            Action::Yes | Action::No | Action::Back => *action == Action::Yes,
            _ => return Vec::new(),
        };
        let below = self.under.pop().unwrap_or(Mode::List);
        match std::mem::replace(&mut self.mode, below) {
            Mode::Ask(Question::Quit, _) if yes => vec![Effect::Quit],
            Mode::Ask(Question::Rows { what, rows, .. }, _) if yes => match what {
                Asked::Remove => self.off(&rows),
                Asked::RemoveFiles => self.off_with_files(&rows),
                Asked::FetchAgain => self.fetch_again(&rows),
            },
            _ => Vec::new(),
        }
    }

    /// Something has happened: takes the question back once what it asks about is over, and keeps its numbers true.
    pub(super) fn withdraw_question(&mut self) {
        let due = self.now + TICK;
        match &mut self.mode {
            Mode::Ask(Question::Quit, _) if self.jobs.totals().pending() == 0 => self.close(),
            Mode::Ask(Question::Rows { rows, stale, .. }, _) if rows.len() > FEW => drop(stale.get_or_insert(due)),
            Mode::Ask(Question::Rows { .. }, _) => self.word_anew(),
            _ => {}
        }
    }

    /// When a question about many rows must be looked at again.
    pub(super) fn question_due(&self) -> Option<Instant> {
        if let Mode::Ask(Question::Rows { stale, .. }, _) = &self.mode { *stale } else { None }
    }

    /// Time has passed.
    pub(super) fn look_at_question(&mut self) {
        if self.question_due().is_some_and(|due| due <= self.now) {
            self.word_anew();
        }
    }

    fn word_anew(&mut self) {
        let Mode::Ask(Question::Rows { what, rows, .. }, _) = &self.mode else { return };
        let new = self.words(*what, rows);
        match (new, &mut self.mode) {
            (Some(new), Mode::Ask(Question::Rows { words, stale, .. }, _)) => (*words, *stale) = (new, None),
            _ => self.close(),
        }
    }

    /// The answer that Enter gives.
    pub(in crate::tui) fn focused_answer(&self) -> Answer {
        if let Mode::Ask(_, focus) = self.mode { focus } else { Answer::No }
    }

    /// The question in words.
    pub(in crate::tui) fn question(&self) -> Option<Words> {
        match &self.mode {
            Mode::Ask(Question::Quit, _) => {
                let n = self.jobs.totals().pending();
                let what = if n == 1 { "1 download is".to_owned() } else { format!("{n} downloads are") };
                Some(["quit?".to_owned(), format!("{n} not done. Quit?"), format!("{what} not done. Quit?")])
            }
            Mode::Ask(Question::Rows { words, .. }, _) => Some(words.clone()),
            _ => None,
        }
    }

    /// The question about rows; none where there is nothing to ask any more.
    fn words(&self, what: Asked, rows: &[usize]) -> Option<Words> {
        let jobs: Vec<_> = rows.iter().filter_map(|n| self.jobs.numbered(*n)).collect();
        let it = match &*jobs {
            [] => return None,
            [only] => short_name(only),
            jobs => jobs.len().to_string(),
        };
        let count = |which: fn(&JobState) -> bool| jobs.iter().filter(|job| which(&job.state)).count();
        Some(match what {
            Asked::Remove => {
                let (short, long) = match (count(JobState::is_active), jobs.len()) {
                    (0, _) => return None,
                    (_, 1) => ("remove?".to_owned(), format!("{it} is running. Take it off the list?")),
                    (1, all) => (format!("remove {all}?"), format!("1 is running. Take {all} off the list?")),
                    (n, all) => (format!("remove {all}?"), format!("{n} are running. Take {all} off the list?")),
                };
                [short, format!("Take {it} off the list?"), long]
            }
            Asked::RemoveFiles => {
                let lost = lost(&jobs);
                let (what, end) = match &*lost {
                    "" => (it.clone(), String::new()),
                    lost => (format!("{it}: {lost}"), format!(" and delete {lost}")),
                };
                let long = format!("Take {it} off the list{end}? This cannot be undone.");
                ["delete?".to_owned(), format!("Delete {what}?"), long]
            }
            Asked::FetchAgain => [
                "again?".to_owned(),
                format!("Fetch {it} again?"),
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

#[cfg(test)]
mod tests;
