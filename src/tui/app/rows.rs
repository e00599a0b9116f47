//! Commands about rows: the marked ones, else the one under the cursor. Each looks at the states of the rows and asks the
//! engine for what makes sense there, or says why nothing does; a row itself changes when the engine answers.

use super::App;
use crate::display;
use crate::engine::event::{ADD_LIMIT, Command};
use crate::engine::request::{DownloadRequest, JobId};
use crate::jobs::{Job, JobState};
use crate::tui::action::{Action, Copied};
use crate::tui::effects::Effect;
use crate::tui::question::Asked;
use crate::tui::undo::{Change, Was};

/// No terminal takes more text onto its clipboard than some such number of bytes.
const CLIPBOARD: usize = 74_000;

impl App {
    /// What a verb asks for.
    pub(super) fn verb(&mut self, action: &Action) -> Vec<Effect> {
        match action {
            Action::PauseAll => return self.pause_all(),
            Action::RetryFailed => return self.retry_failed(),
            Action::Clear => return self.clear(),
            _ => {}
        }
        if self.selected().is_none() {
            return self.pointless(if self.jobs.rows().is_empty() {
                "nothing is on the list yet"
            } else {
                "no row here"
            });
        }
        match action {
            Action::Cancel => self.cancel(),
            Action::Retry => self.retry(),
            Action::Pause => self.pause(),
            Action::Remove => self.remove(),
            Action::RemoveFile => self.ask(Asked::RemoveFiles, self.targets()),
            Action::Force => self.force(),
            Action::Copy(what) => self.copy(*what),
            Action::OpenFile | Action::OpenFolder => self.open_row(*action == Action::OpenFolder),
            _ => Vec::new(),
        }
    }

    fn pointless(&mut self, text: &str) -> Vec<Effect> {
        self.news(text);
        Vec::new()
    }

    /// The rows that a verb works on and that are in such a state.
    pub(super) fn those(&self, which: impl Fn(&JobState) -> bool) -> Vec<&Job> {
        let rows = self.targets().into_iter().filter_map(|n| self.jobs.numbered(n));
        rows.filter(|job| which(&job.state)).collect()
    }

    /// Asks this of each of them; says why not where there are none, and how many where there are several.
    fn each(&mut self, ids: &[JobId], done: &str, command: impl Fn(JobId) -> Command) -> Vec<Effect> {
        if ids.is_empty() {
            let why = match self.selected().map(|job| &job.state) {
                Some(JobState::Finished(_)) => "the file is there already",
                Some(JobState::Failed(_) | JobState::Cancelled | JobState::Paused(_)) => "nothing runs here",
                _ => "it is on its way already",
            };
            return self.pointless(why);
        }
        if self.targets().len() > 1 {
            self.news(format!("{} {done}", ids.len()));
        }
        ids.iter().map(|id| Effect::Engine(command(*id))).collect()
    }

    fn cancel(&mut self) -> Vec<Effect> {
        let rows: Vec<_> = self.those(stoppable).into_iter().map(Was::of).collect();
        let ids: Vec<_> = rows.iter().map(Was::id).collect();
        let mut effects = self.each(&ids, "cancelled", Command::Cancel);
        if !ids.is_empty() {
            effects.extend(self.changed(Change::Cancelled(rows)));
        }
        effects
    }

    fn retry(&mut self) -> Vec<Effect> {
        let rows = self.those(|state| stopped(state) || matches!(state, JobState::Waiting { .. }));
        if rows.is_empty() {
            let there = self.those(|state| matches!(state, JobState::Finished(_)));
            let there: Vec<_> = there.into_iter().map(|job| job.n).collect();
            if !there.is_empty() {
                return self.ask(Asked::FetchAgain, there);
            }
        }
        // Fresh attempts for what has failed; what only rests goes on.
        let commands: Vec<_> = rows
            .into_iter()
            .map(|job| match job.state {
                JobState::Paused(_) => Command::Resume(job.id),
                _ => Command::Retry(job.id),
            })
            .collect();
        match commands.len() {
            0 => return self.pointless("it is on its way already"),
            1 if self.targets().len() == 1 => {}
            n => self.news(format!("{n} tried again")),
        }
        commands.into_iter().map(Effect::Engine).collect()
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
        let (going, paused) = (ids(self.those(JobState::is_pending)), ids(self.those(is_paused)));
        if going.is_empty() && !paused.is_empty() {
            return self.each(&paused, "resumed", Command::Resume);
        }
        self.each(&going, "paused", Command::Pause)
    }

    fn pause_all(&mut self) -> Vec<Effect> {
        let of = |which: fn(&JobState) -> bool| {
            let rows = self.jobs.rows().iter().filter(move |job| which(&job.state));
            rows.map(|job| job.id).collect::<Vec<_>>()
        };
        let (going, paused) = (of(JobState::is_pending), of(is_paused));
        if going.is_empty() && paused.is_empty() {
            return self.pointless("nothing runs");
        }
        if going.is_empty() {
            self.news(format!("all go on: {}", paused.len()));
            return paused.into_iter().map(|id| Effect::Engine(Command::Resume(id))).collect();
        }
        self.news(format!("all paused: {}", going.len()));
        going.into_iter().map(|id| Effect::Engine(Command::Pause(id))).collect()
    }

    fn force(&mut self) -> Vec<Effect> {
        let rows = self.those(|state| matches!(state, JobState::Queued | JobState::Waiting { .. }));
        let rows = ids(rows);
        self.each(&rows, "started", Command::Force)
    }

    fn remove(&mut self) -> Vec<Effect> {
        let rows = self.targets();
        if self.those(JobState::is_active).is_empty() {
            return self.off(&rows);
        }
        self.ask(Asked::Remove, rows)
    }

    /// Takes rows off the list and says so.
    pub(super) fn off(&mut self, rows: &[usize]) -> Vec<Effect> {
        let what = match rows {
            [only] => self.jobs.numbered(*only).map(short_name).unwrap_or_default(),
            rows => rows.len().to_string(),
        };
        let effects = self.take_off(rows);
        self.news(format!("{what} off the list; {} brings back", self.key("undo")));
        effects
    }

    fn clear(&mut self) -> Vec<Effect> {
        let finished = self.jobs.rows().iter().filter(|job| matches!(job.state, JobState::Finished(_)));
        let finished: Vec<_> = finished.map(|job| job.n).collect();
        if finished.is_empty() {
            return self.pointless("nothing has finished");
        }
        self.off(&finished)
    }

    /// Takes rows off the list for good, with their files.
    pub(super) fn off_with_files(&mut self, rows: &[usize]) -> Vec<Effect> {
        let jobs: Vec<_> = rows.iter().filter_map(|n| self.jobs.numbered(*n)).collect();
        let mut effects: Vec<_> = jobs.iter().map(|job| Effect::Engine(Command::Remove(job.id))).collect();
        let files = jobs.iter().filter_map(|job| match &job.state {
            JobState::Finished(file) => Some(file.path.clone()),
            _ => None,
        });
        let files: Vec<_> = files.collect();
        effects.extend((!files.is_empty()).then_some(Effect::Delete(files)));
        let (count, numbers) = (jobs.len(), jobs.iter().map(|job| job.n).collect());
        self.hide(&numbers);
        self.news(format!("{count} off the list and off the disk"));
        effects
    }

    /// Adds the addresses of finished rows as new work. The files stay whatever comes of it: the row may have had a
    /// password that nobody here knows.
    pub(super) fn fetch_again(&mut self, rows: &[usize]) -> Vec<Effect> {
        let jobs = rows.iter().filter_map(|n| self.jobs.numbered(*n));
        let again = jobs.filter_map(|job| {
            let url = url::Url::parse(&job.url).ok()?;
            let request = DownloadRequest::new(url, std::sync::Arc::clone(&job.dir));
            Some(((job.n, job.id), request))
        });
        let (old, requests): (Vec<_>, Vec<_>) = again.unzip();
        self.hide(&old.iter().map(|(n, _)| *n).collect());
        self.news(format!("{} fetched again", old.len()));
        let mut effects: Vec<_> = old.into_iter().map(|(_, id)| Effect::Engine(Command::Remove(id))).collect();
        effects.extend(requests.chunks(ADD_LIMIT).map(|some| Effect::Engine(Command::Add(some.to_vec()))));
        effects
    }

    fn copy(&mut self, what: Copied) -> Vec<Effect> {
        let rows = self.those(|_| true);
        let mut text = String::new();
        let (mut count, mut all, mut full) = (0, 0, false);
        for job in rows {
            if full {
                all += usize::from(has(job, what));
            } else if let Some(line) = copied(job, what) {
                all += 1;
                full = text.len() + line.len() > CLIPBOARD;
                if !full {
                    text.push_str(if count > 0 { "\n" } else { "" });
                    text.push_str(&line);
                    count += 1;
                }
            }
        }
        let (word, words) = match what {
            Copied::Url => ("address", "addresses"),
            Copied::Path => ("path", "paths"),
            Copied::Name => ("name", "names"),
            Copied::Error => ("error", "errors"),
        };
        match (count, all) {
            (_, 0) => self.news(format!("no {word} here to copy")),
            (1, 1) => self.news(format!("{word} copied")),
            (n, all) if n == all => self.news(format!("{n} {words} copied")),
            (n, all) => self.news(format!("the first {n} of {all} {words} copied: more is too much for a terminal")),
        }
        if count == 0 { Vec::new() } else { vec![Effect::Copy(text)] }
    }

    /// Opens the file under the cursor, or its folder; of marked ones too, only that: nobody wants a hundred windows.
    fn open_row(&mut self, folder: bool) -> Vec<Effect> {
        let Some(job) = self.selected() else { return Vec::new() };
        let path = match &job.state {
            JobState::Finished(file) if folder => file.path.parent().unwrap_or(&job.dir).to_owned(),
            JobState::Finished(file) => file.path.clone(),
            _ if folder => job.dir.to_path_buf(),
            _ => return self.pointless("the file is not there yet"),
        };
        vec![Effect::Open(path)]
    }
}

fn ids(rows: Vec<&Job>) -> Vec<JobId> {
    rows.into_iter().map(|job| job.id).collect()
}

fn is_paused(state: &JobState) -> bool {
    matches!(state, JobState::Paused(_))
}

fn stoppable(state: &JobState) -> bool {
    state.is_pending() || is_paused(state)
}

fn stopped(state: &JobState) -> bool {
    matches!(state, JobState::Failed(_) | JobState::Cancelled) || is_paused(state)
}

/// The name of a row within a sentence; safe text.
pub(super) fn short_name(job: &Job) -> String {
    display::fit_name(&display::safe(&job.name()), 40)
}

fn has(job: &Job, what: Copied) -> bool {
    match what {
        Copied::Url | Copied::Name => true,
        Copied::Path => job.path().is_some(),
        Copied::Error => matches!(job.state, JobState::Failed(_) | JobState::Waiting { .. }),
    }
}

fn copied(job: &Job, what: Copied) -> Option<String> {
    let text = match what {
        Copied::Url => job.url.to_string(),
        Copied::Path => job.path()?.display().to_string(),
        Copied::Name => job.name(),
        Copied::Error => match &job.state {
            JobState::Failed(error) | JobState::Waiting { error, .. } => error.to_string(),
            _ => return None,
        },
    };
    // What a server sends must not act on whatever it is pasted into; a line is a line.
    Some(display::safe(&text))
}

#[cfg(test)]
mod tests;
