//! `haul compare`, the exercise that haul grew out of: the same list one by one, then all at once, to fresh folders;
//! then the bytes are compared and the times set side by side.

use std::collections::HashMap;
use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use url::Url;

use crate::engine::event::{Command, Event};
use crate::engine::options::Options;
use crate::engine::request::DownloadRequest;
use crate::engine::{Engine, Events, StartError, prepare_folder, same_files};
use crate::jobs::{JobState, Jobs};
use crate::{display, units};

/// Why a comparison could not be made.
#[derive(Debug)]
pub(crate) enum CompareError {
    /// The engine does not start.
    Start(StartError),
    /// A folder cannot be written.
    Folder(PathBuf, io::Error),
    /// Standard output cannot be written.
    Output(io::Error),
}

/// One way to fetch the list, done.
struct Run {
    jobs: Jobs,
    elapsed: Duration,
}

/// What is compared, and where.
pub(crate) struct Comparison {
    /// The list.
    pub(crate) urls: Vec<Url>,
    /// The engine's options; how many transfers run at once is for the comparison to say.
    pub(crate) options: Options,
    /// The folder for the two folders.
    pub(crate) dir: PathBuf,
    /// Leave the two folders.
    pub(crate) keep: bool,
}

impl Comparison {
    /// Fetches both ways and prints the table. `starting` sees each engine before it gets work. True where every file
    /// came both times and was the same.
    ///
    /// # Errors
    /// See [`CompareError`].
    pub(crate) fn run(&self, starting: impl Fn(&Engine)) -> Result<bool, CompareError> {
        let base = self.dir.join(format!("haul-compare-{:08x}", fastrand::u32(..)));
        let result = self.run_in(&base, starting);
        if self.keep {
            let kept = format!("the files are kept in {}", display::safe(&base.to_string_lossy()));
            // On standard error: the last line of the table is the speed-up.
            let _ = writeln!(io::stderr(), "{kept}");
        } else {
            // What cannot be removed was never made.
            let _ = fs::remove_dir_all(&base);
        }
        result
    }

    fn run_in(&self, base: &Path, starting: impl Fn(&Engine)) -> Result<bool, CompareError> {
        print(&format!("{:<12} {:>7} {:>10} {:>9}", "way", "files", "bytes", "seconds"))?;
        let alone = Options { jobs: 1, per_host: Some(1), ..self.options.clone() };
        let first = self.fetch("one by one", alone, &base.join("one-by-one"), &starting)?;
        if first.jobs.totals().unfinished() > 0 {
            return Ok(false);
        }
        let second = self.fetch("all at once", self.options.clone(), &base.join("all-at-once"), &starting)?;
        let (same, all) = (count_same(&first.jobs, &second.jobs), first.jobs.totals().jobs);
        print(&format!("{same} of {all} files are the same both times"))?;
        let times = first.elapsed.as_secs_f64() / second.elapsed.as_secs_f64().max(0.001);
        print(&format!("speed-up: {times:.1} times"))?;
        Ok(same == all)
    }

    fn fetch(&self, way: &str, options: Options, dir: &Path, starting: &impl Fn(&Engine)) -> Result<Run, CompareError> {
        let dir = prepare_folder(dir).map_err(|error| CompareError::Folder(dir.to_owned(), error))?;
        let started = Instant::now();
        let (engine, events) = Engine::start(options).map_err(CompareError::Start)?;
        starting(&engine);
        let dir: Arc<Path> = Arc::from(dir);
        let request = |url: &Url| DownloadRequest::new(url.clone(), Arc::clone(&dir));
        engine.add(self.urls.iter().map(request).collect());
        engine.send(Command::Close);
        let jobs = match fold(way, &events) {
            Ok(jobs) => jobs,
            Err(error) => {
                // The folder goes next, and nothing may be written to it then.
                engine.send(Command::Stop);
                while events.recv().is_some() {}
                return Err(error);
            }
        };
        let elapsed = started.elapsed();
        let totals = jobs.totals();
        let bytes = units::bytes(jobs.bytes_received());
        print(&format!("{way:<12} {:>7} {bytes:>10} {:>9.2}", totals.finished, elapsed.as_secs_f64()))?;
        Ok(Run { jobs, elapsed })
    }
}

/// Reads everything that the engine says, and shows on a terminal how far it is.
fn fold(way: &str, events: &Events) -> Result<Jobs, CompareError> {
    let shown = io::stderr().is_terminal();
    let mut jobs = Jobs::new();
    let clear = || if shown { write!(io::stderr(), "\r\x1b[K") } else { Ok(()) };
    while let Some(event) = events.recv() {
        jobs.apply(&event, Instant::now());
        // Where standard error is gone, nobody misses the line.
        let _ = clear();
        if let Event::Failed { id, error, .. } = &event
            && let Some(job) = jobs.get(*id)
        {
            let line = format!("failed  {}  {}", display::address_text(&job.url), display::safe(&error.detail));
            print(&line)?;
        }
        if shown {
            let _ = write!(io::stderr(), "{way:<12} {:>7}", jobs.totals().finished);
        }
    }
    let _ = clear();
    Ok(jobs)
}

fn print(line: &str) -> Result<(), CompareError> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(CompareError::Output)
}

/// How many addresses gave the same bytes both times.
fn count_same(first: &Jobs, second: &Jobs) -> usize {
    let files = |jobs: &Jobs| -> HashMap<Box<str>, PathBuf> {
        let finished = jobs.rows().iter().filter_map(|job| match &job.state {
            JobState::Finished(file) => Some((job.url.clone(), file.path.clone())),
            _ => None,
        });
        finished.collect()
    };
    let second = files(second);
    let same = |(url, path): &(Box<str>, PathBuf)| {
        second.get(url).is_some_and(|other| same_files(path, other).unwrap_or(false))
    };
    files(first).into_iter().filter(same).count()
}
