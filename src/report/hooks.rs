//! Programs of the user's that hear what became of the files: `--on-complete` for each that was fetched, `--on-failed`
//! for each that failed, `--on-finish` once. They stand beside the reports, since both tell rows, and the recorder is
//! the one place that has them whatever the face.
//!
//! At most [`AT_ONCE`] run at once, each for [`LIMIT`] at most. Without a screen whoever pushes waits while
//! [`MOST_WAITING`] wait, and so does, in the end, whoever reads the list: nothing piles up. A screen waits for
//! nothing; it keeps a row for every job anyway, and what waits here is no more than that. Once the run is to end early,
//! none is started any more but the last one, and those that run get as much time as an orderly end has.

mod program;

pub(crate) use program::Program;

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::display;
use crate::engine::request::Columns;
use crate::jobs::Jobs;

use super::extra::Extra;
use super::format::Format;
use super::row::{Row, Value, value};
use program::Ended;

/// How many run at once.
const AT_ONCE: usize = 4;

/// The most that wait where nobody minds waiting for them.
const MOST_WAITING: usize = 1000;

/// How long one may take.
const LIMIT: Duration = Duration::from_secs(60);

/// How long those that run have when the run is to end early; an orderly end has two seconds in all.
const GRACE: Duration = Duration::from_secs(1);

/// When the last one must be over then.
const LAST_GRACE: Duration = Duration::from_millis(1600);

/// Who waits at the end hears after so long what for.
const QUIET: Duration = Duration::from_secs(1);

/// Failures that are named one by one; more are counted.
const NAMED: u64 = 20;

/// Which programs the user wants.
#[derive(Debug, Default)]
pub(crate) struct Programs {
    /// For every file that was fetched.
    pub(crate) complete: Option<Program>,
    /// For every file that failed.
    pub(crate) failed: Option<Program>,
    /// Once, at the end.
    pub(crate) finish: Option<Program>,
}

/// See the head of this file. Clones are the same.
#[derive(Clone)]
pub(crate) struct Hooks(Arc<Shared>);

struct Shared {
    programs: Programs,
    /// The columns that tables add.
    columns: Extra,
    /// The terminal is not ours to write on, and nobody may be kept waiting.
    on_screen: bool,
    say: Say,
    state: Mutex<State>,
    changed: Condvar,
}

/// Hears of trouble, a safe line each.
pub(super) type Say = Arc<dyn Fn(&str) + Send + Sync>;

#[derive(Default)]
struct State {
    waiting: VecDeque<Call>,
    running: usize,
    /// Since when the run is to end early.
    hurried: Option<Instant>,
    failed: u64,
    dropped: usize,
}

/// One program to run.
struct Call {
    /// What it is for.
    about: About,
    facts: Facts,
    /// What it reads.
    input: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    Complete,
    Failed,
    Finish,
}

/// What stands in its environment.
type Facts = [(&'static str, OsString); 6];

impl Hooks {
    pub(super) fn new(programs: Programs, columns: &[String], on_screen: bool, say: Say) -> Self {
        let (state, changed, columns) = (Mutex::default(), Condvar::new(), Extra::new(columns));
        Self(Arc::new(Shared { programs, columns, on_screen, say, state, changed }))
    }

    /// True where no program wants to hear of a file.
    pub(super) fn are_none(&self) -> bool {
        self.0.programs.complete.is_none() && self.0.programs.failed.is_none()
    }

    /// A file was fetched.
    pub(super) fn complete(&self, row: &Row, columns: Option<&Columns>, path: &Path) {
        self.push(About::Complete, row, columns, path);
    }

    /// A file failed.
    pub(super) fn failed(&self, row: &Row, columns: Option<&Columns>) {
        self.push(About::Failed, row, columns, Path::new(""));
    }

    fn push(&self, about: About, row: &Row, columns: Option<&Columns>, path: &Path) {
        if self.0.program(about).is_none() {
            return;
        }
        let facts = facts(|name| value(row, name), path);
        let extra = &self.0.columns;
        let values = extra.values(columns.map(|columns| &**columns));
        let call = Call { about, facts, input: Format::JsonLines.row(row, &values, extra, false) };
        let mut state = self.0.lock();
        if !self.0.on_screen {
            let full = |state: &mut State| state.waiting.len() >= MOST_WAITING && state.hurried.is_none();
            state = self.0.changed.wait_while(state, full).unwrap_or_else(PoisonError::into_inner);
        }
        if state.hurried.is_some() {
            state.dropped += 1;
            return;
        }
        state.waiting.push_back(call);
        if state.running < AT_ONCE {
            let shared = Arc::clone(&self.0);
            match thread::Builder::new().name("haul-hook".to_owned()).spawn(move || shared.work()) {
                Ok(_) => state.running += 1,
                // Those that run take it next.
                Err(_) if state.running > 0 => {}
                Err(_) => state.dropped += state.waiting.drain(..).count(),
            }
        }
    }

    /// The run is to end early. It waits for nothing.
    pub(crate) fn hurry(&self) {
        let mut state = self.0.lock();
        state.hurried.get_or_insert_with(Instant::now);
        state.dropped += state.waiting.drain(..).count();
        drop(state);
        self.0.changed.notify_all();
    }

    /// The run is over: waits for all that were started or wait, then runs the last one, which reads `summary`. `say`
    /// hears what there is to say of that.
    pub(crate) fn end(&self, jobs: &Jobs, summary: &str, say: impl Fn(&str)) {
        let busy = |state: &mut State| state.running > 0;
        let waited = self.0.changed.wait_timeout_while(self.0.lock(), QUIET, busy);
        let (mut state, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() && state.hurried.is_none() {
            let count = state.running + state.waiting.len();
            drop(state);
            say(&format!("haul: waiting for {count} hooks; Ctrl-C ends that"));
            state = self.0.lock();
        }
        state = self.0.changed.wait_while(state, busy).unwrap_or_else(PoisonError::into_inner);
        let (more, dropped) = (state.failed.saturating_sub(NAMED), state.dropped);
        drop(state);
        if more > 0 {
            say(&format!("haul: {more} more hooks failed"));
        }
        if dropped > 0 {
            say(&format!("haul: {dropped} hooks were not run: the run was ended"));
        }
        if self.0.programs.finish.is_some() {
            let bytes = Value::Number(jobs.bytes_received());
            let status = Value::from(outcome(jobs));
            let known = |name: &str| match name {
                "status" => &status,
                "bytes" => &bytes,
                _ => &Value::Null,
            };
            let facts = facts(known, Path::new(""));
            let call = Call { about: About::Finish, facts, input: format!("{summary}\n") };
            if let Err(why) = self.0.run(&call) {
                say(&why);
            }
        }
    }
}

/// What the run has come to, in the words of rows.
fn outcome(jobs: &Jobs) -> &'static str {
    let totals = jobs.totals();
    match (totals.failed, totals.jobs - totals.finished) {
        (_, 0) => "finished",
        (0, _) => "unfinished",
        _ => "failed",
    }
}

/// What stands in the environment; what is not known is empty, so that nothing of it comes from further outside.
fn facts<'a>(known: impl Fn(&str) -> &'a Value, path: &Path) -> Facts {
    let text = |name: &str| match known(name) {
        Value::Null => OsString::new(),
        Value::Bool(value) => value.to_string().into(),
        Value::Number(number) => number.to_string().into(),
        Value::Text(text) => text.into(),
    };
    [
        ("HAUL_ID", text("id")),
        ("HAUL_URL", text("url")),
        // As the system has it: a row knows nothing but text.
        ("HAUL_PATH", path.into()),
        ("HAUL_STATUS", text("status")),
        ("HAUL_BYTES", text("bytes")),
        ("HAUL_ERROR_CLASS", text("error_class")),
    ]
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn program(&self, about: About) -> Option<&Program> {
        let Programs { complete, failed, finish } = &self.programs;
        match about {
            About::Complete => complete.as_ref(),
            About::Failed => failed.as_ref(),
            About::Finish => finish.as_ref(),
        }
    }

    /// Runs what waits, until nothing does.
    fn work(&self) {
        loop {
            let mut state = self.lock();
            let next = state.waiting.pop_front();
            if next.is_none() {
                state.running -= 1;
            }
            drop(state);
            self.changed.notify_all();
            let Some(call) = next else { return };
            if let Err(why) = self.run(&call) {
                let mut state = self.lock();
                state.failed += 1;
                let named = state.failed <= NAMED;
                drop(state);
                if named {
                    (self.say)(&why);
                }
            }
        }
    }

    /// Runs one.
    ///
    /// # Errors
    /// A safe line that says which failed, and why.
    fn run(&self, call: &Call) -> Result<(), String> {
        let Some(program) = self.program(call.about) else { return Ok(()) };
        let (grace, started) = (if call.about == About::Finish { LAST_GRACE } else { GRACE }, Instant::now());
        let hurried = || self.lock().hurried.is_some_and(|since| since.elapsed() >= grace);
        let over = || started.elapsed() >= LIMIT || hurried();
        let why = match program.run(&call.facts, &call.input, self.on_screen, over) {
            Ok(Ended::Alone(status)) if status.success() => return Ok(()),
            Ok(Ended::Alone(status)) => status.to_string(),
            Ok(Ended::Killed) if hurried() => "it was killed, since the run was ended".to_owned(),
            Ok(Ended::Killed) => format!("it took longer than {} s and was killed", LIMIT.as_secs()),
            Err(error) => format!("cannot run it: {error}"),
        };
        let url = display::address_text(&call.facts[1].1.to_string_lossy());
        let of = if url.is_empty() { url } else { format!(" for {url}") };
        Err(format!("haul: {}{of}: {}", program.option(), display::safe(&why)))
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Hooks").field(&self.0.programs).finish()
    }
}
