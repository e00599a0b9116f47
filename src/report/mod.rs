//! The files that tell what became of every job, whatever the face: `--report`, a row a job, and `--failed`, a list
//! that can be fed back; and `haul.log`, since a screen has no place for what happens on the wire. Beside them, the
//! [`hooks`]: programs of the user's that are told the same rows. A [`Recorder`] hears
//! every event before the read model does and sends it to a thread of its own, so that no slow disk holds a face up;
//! what has not ended at the end of the run is added then, from the read model. Nothing is kept twice. It must not know
//! how anything is shown.

mod extra;
mod failed;
mod file;
mod format;
mod hooks;
mod log;
mod row;

pub(crate) use format::Format;
pub(crate) use hooks::{Hooks, Program, Programs};

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::SystemTime;

use crate::display::safe;
use crate::engine::event::{Event, Notice};
use crate::engine::request::{Columns, JobId, JobMap};
use crate::jobs::{Job, JobState, Jobs};
use failed::FailedList;
use file::ReportFile;
use hooks::Say;
use log::Log;
use row::{Ended, Row, row, standing};

/// Which files the user wants, and who else is to be told.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    /// A row for every job.
    pub(crate) report: Option<(PathBuf, Format)>,
    /// The columns of tables: their values come with [`Event::Queued`], in this order.
    pub(crate) columns: Vec<String>,
    /// The addresses that did not become files.
    pub(crate) failed: Option<PathBuf>,
    /// What happens on the wire, a line each.
    pub(crate) log: Option<PathBuf>,
    /// Programs that hear of every job.
    pub(crate) programs: Programs,
}

/// A file that cannot be made: which, and why.
#[derive(Debug)]
pub(crate) struct Unwritable(PathBuf, io::Error);

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot write `{}`: {}", safe(&self.0.to_string_lossy()), self.1)
    }
}

/// What goes to the thread.
#[derive(Default)]
struct Entry {
    row: Option<Box<Row>>,
    /// What a table says beside the row.
    columns: Option<Columns>,
    /// The address of a job that failed or was cancelled.
    failed: Option<String>,
    /// For the log, which was said then.
    said: Option<(SystemTime, String)>,
}

/// See the head of this file.
pub(crate) struct Recorder {
    /// None where the user wants no file.
    writer: Option<(Sender<Entry>, JoinHandle<Writer>)>,
    hooks: Hooks,
    /// A failed job may go again, so its row waits for the end.
    retried: bool,
    /// The rows that wait.
    held: HashMap<JobId, Box<Row>>,
    /// What tables say of jobs whose row is not written yet.
    columns: JobMap<Columns>,
    /// Jobs that were taken off the list without a file: number and address.
    removed: Vec<(usize, String)>,
}

impl Recorder {
    /// Makes the files. On a screen jobs may go again after they have failed. `say` hears of trouble, a safe line each,
    /// at most one a file.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub(crate) fn create(
        wanted: Wanted,
        on_screen: bool,
        say: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Self, Unwritable> {
        let say: Say = Arc::new(say);
        let hooks = Hooks::new(wanted.programs, &wanted.columns, on_screen, Arc::clone(&say));
        let mut this = Self {
            writer: None,
            hooks,
            retried: on_screen,
            held: HashMap::new(),
            columns: JobMap::default(),
            removed: Vec::new(),
        };
        let report = wanted.report.as_ref().map(|(path, _)| path);
        let named = report.or(wanted.failed.as_ref()).or(wanted.log.as_ref()).cloned();
        let Some(named) = named else { return Ok(this) };
        let report = wanted.report.map(|(path, format)| {
            ReportFile::create(&path, format, &wanted.columns)
                .map_err(|error| Unwritable(path.clone(), error))
                .map(|file| (path, file))
        });
        let report = report.transpose()?;
        let failed = wanted.failed.map(|path| {
            FailedList::create(&path).map_err(|error| Unwritable(path.clone(), error)).map(|list| (path, list))
        });
        let failed = failed.transpose()?;
        let mut writer = Writer { report, failed, log: None, say, troubled: false };
        if let Some(path) = wanted.log {
            writer.log =
                Log::open(&path).inspect_err(|error| writer.lost_log(&path, error)).ok().map(|log| (path, log));
        }
        let (sender, receiver) = mpsc::channel();
        let thread = thread::Builder::new().name("haul-report".to_owned()).spawn(move || writer.run(&receiver));
        this.writer = Some((sender, thread.map_err(|error| Unwritable(named, error))?));
        Ok(this)
    }

    /// The programs that are told as well.
    pub(crate) fn hooks(&self) -> Hooks {
        self.hooks.clone()
    }

    /// Takes note of an event. `jobs` must not have heard of it yet.
    pub(crate) fn note(&mut self, event: &Event, jobs: &Jobs) {
        if self.writer.is_none() && self.hooks.are_none() {
            return;
        }
        let job = |id: &JobId| jobs.known(*id);
        match event {
            Event::Finished { id, file, record } => {
                let row = job(id).map(|job| row(job, Ended::Finished(file), Some(record)));
                if let Some(row) = row.as_ref().filter(|_| !file.skipped) {
                    self.hooks.complete(row, self.columns.get(id), &file.path);
                }
                self.send(*id, row, None);
            }
            Event::Failed { id, error, attempts, record } => {
                if let Some(job) = job(id) {
                    let row = row(job, Ended::Failed(error, *attempts), Some(record));
                    self.hooks.failed(&row, self.columns.get(id));
                    self.ended(job, row);
                }
            }
            Event::Cancelled { id, attempts, record } => {
                if let Some(job) = job(id) {
                    self.ended(job, row(job, Ended::Cancelled(*attempts), Some(record)));
                }
            }
            Event::Queued { id, columns, .. } => {
                self.held.remove(id);
                self.columns.extend(columns.clone().map(|columns| (*id, columns)));
            }
            Event::Notice(Notice::Wire(line) | Notice::State(line)) => {
                self.enter(Entry { said: Some((SystemTime::now(), line.clone())), ..Entry::default() });
            }
            Event::Removed { id } => {
                if let Some(job) = job(id) {
                    self.removed(job);
                }
            }
            _ => {}
        }
    }

    fn ended(&mut self, job: &Job, row: Row) {
        if self.writer.is_none() {
            // On a screen it may go again.
            if !self.retried {
                self.columns.remove(&job.id);
            }
            return;
        }
        let url = Some(address(job));
        if self.retried {
            self.held.insert(job.id, Box::new(row));
            self.send(job.id, None, url);
        } else {
            self.send(job.id, Some(row), url);
        }
    }

    /// Whoever takes a job off the list does not want it; its file, if it has one, stays, and so does its row.
    fn removed(&mut self, job: &Job) {
        if self.writer.is_none() {
            return;
        }
        let row = match (&job.state, self.held.remove(&job.id)) {
            (JobState::Finished(_), _) => return,
            (_, Some(row)) => *row,
            (JobState::Failed(_) | JobState::Cancelled, None) => standing(job),
            (_, None) => row(job, Ended::Cancelled(job.attempt), None),
        };
        self.removed.push((job.n, address(job)));
        self.send(job.id, Some(row), None);
    }

    fn send(&mut self, id: JobId, row: Option<Row>, failed: Option<String>) {
        let columns = row.as_ref().and_then(|_| self.columns.remove(&id));
        self.enter(Entry { row: row.map(Box::new), columns, failed, ..Entry::default() });
    }

    fn enter(&self, entry: Entry) {
        if let Some((sender, _)) = &self.writer {
            // The thread ends after this sender, unless it panicked; then the end of the run tells.
            let _ = sender.send(entry);
        }
    }

    /// Adds every job of `jobs` that has no row yet, and writes the list of failures anew; one that had something in it
    /// before stays unless the input was `all_read`. False where a file is not what it should be.
    pub(crate) fn finish(mut self, jobs: &Jobs, all_read: bool) -> bool {
        let Some((sender, thread)) = self.writer.take() else { return true };
        drop(sender);
        let Ok(mut writer) = thread.join() else { return false };
        for job in jobs.rows() {
            let row = match (&job.state, self.held.remove(&job.id)) {
                (JobState::Finished(_), _) => continue,
                (_, Some(row)) => *row,
                (JobState::Failed(_) | JobState::Cancelled, None) if !self.retried => continue,
                (_, None) => standing(job),
            };
            writer.row(&row, self.columns.get(&job.id));
        }
        self.removed.sort_unstable();
        writer.end(merged(self.removed, jobs), all_read)
    }
}

/// Everything without a file, in the order of the input.
fn merged(removed: Vec<(usize, String)>, jobs: &Jobs) -> impl Iterator<Item = String> {
    let mut removed = removed.into_iter().peekable();
    let mut left = jobs.rows().iter().filter(|job| !matches!(job.state, JobState::Finished(_))).peekable();
    std::iter::from_fn(move || {
        let next = left.peek().map_or(usize::MAX, |job| job.n);
        removed.next_if(|(n, _)| *n < next).map(|(_, url)| url).or_else(|| left.next().map(address))
    })
}

fn address(job: &Job) -> String {
    job.url.to_string()
}

/// The thread's end: the files themselves.
struct Writer {
    report: Option<(PathBuf, ReportFile)>,
    failed: Option<(PathBuf, FailedList)>,
    log: Option<(PathBuf, Log)>,
    say: Say,
    troubled: bool,
}

impl Writer {
    fn run(mut self, entries: &Receiver<Entry>) -> Self {
        while let Ok(entry) = entries.recv() {
            self.take(&entry);
            while let Ok(entry) = entries.try_recv() {
                self.take(&entry);
            }
            self.report(ReportFile::flush);
            self.failed(FailedList::flush);
            self.flush_log();
        }
        self
    }

    fn take(&mut self, entry: &Entry) {
        if let Some(row) = &entry.row {
            self.row(row, entry.columns.as_ref());
        }
        if let Some(url) = &entry.failed {
            self.failed(|list| list.push(url));
        }
        if let (Some((at, line)), Some((_, log))) = (&entry.said, &mut self.log) {
            log.push(*at, line);
        }
    }

    fn row(&mut self, row: &Row, columns: Option<&Columns>) {
        self.report(|file| file.push(row, columns.map(|columns| &**columns)));
    }

    fn flush_log(&mut self) {
        if let Some((path, log)) = &mut self.log
            && let Err(error) = log.flush()
        {
            let path = path.clone();
            self.lost_log(&path, &error);
            self.log = None;
        }
    }

    /// Nothing depends on it.
    fn lost_log(&self, path: &Path, error: &io::Error) {
        (self.say)(&format!("haul: cannot write `{}`: {error}; nothing is logged", safe(&path.to_string_lossy())));
    }

    /// A report with holes would be worse than a short one, so the first error ends it.
    fn report(&mut self, write: impl FnOnce(&mut ReportFile) -> io::Result<()>) {
        if let Some((path, file)) = &mut self.report
            && let Err(error) = write(file)
        {
            self.troubled = true;
            (self.say)(&format!("haul: {}; the report ends here", Unwritable(path.clone(), error)));
            self.report = None;
        }
    }

    /// What fails here is written again at the end, which tells if that fails too.
    fn failed(&mut self, write: impl FnOnce(&mut FailedList) -> io::Result<()>) {
        if let Some((_, list)) = &mut self.failed {
            drop(write(list));
        }
    }

    fn end(mut self, failed: impl Iterator<Item = String>, all_read: bool) -> bool {
        self.report(ReportFile::flush);
        if let Some((path, _)) = self.failed.take_if(|(_, list)| list.was_filled() && !all_read) {
            // It may be the very list that was being read, and what nobody has read is in no other place.
            let shown = safe(&path.to_string_lossy());
            (self.say)(&format!("haul: `{shown}` is left as it was: the input was not read to its end"));
        }
        if let Some((path, list)) = self.failed.take()
            && let Err(error) = list.finish(failed)
        {
            self.troubled = true;
            (self.say)(&format!("haul: {}", Unwritable(path, error)));
        }
        !self.troubled
    }
}

#[cfg(test)]
mod tests;
