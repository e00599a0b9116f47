//! One run of the program: settings in, exit status out. It opens the engine, hands it to a face, and is the only
//! place that knows them all.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Instant;

use crate::compare::{CompareError, Comparison};
use crate::config::{Face, Job, Settings};
use crate::display::safe;
use crate::engine::event::Command;
use crate::engine::options::{Options, Proxy};
use crate::engine::{Engine, Events, Received, prepare_folder};
use crate::headless::{self, Console};
use crate::input::feed::{self, Single, Trouble};
use crate::input::words::Source;
use crate::jobs::Jobs;
use crate::origin::{Manners, Origin};
use crate::report::{Recorder, Unwritable, Wanted};
use crate::signals::{self, Signal};
use crate::tui;

/// Bad lines of lists that are named one by one; more are counted.
const NAMED_LINES: u64 = 20;

/// Why nothing was started. `Display` is one line for people.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The command line, or what it names, makes no sense.
    Usage(String),
    /// The folder cannot be written.
    Folder(PathBuf, io::Error),
    /// The report or the list of failures cannot be written.
    Records(Unwritable),
}

impl Refused {
    pub(crate) fn exit_status(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Folder(..) | Self::Records(_) => 3,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(why) => f.write_str(why),
            Self::Records(why) => why.fmt(f),
            Self::Folder(dir, error) => {
                write!(
                    f,
                    "cannot write to the folder `{}`: {error} (--dir names another)",
                    safe(&dir.to_string_lossy())
                )
            }
        }
    }
}

/// Does what the settings say.
///
/// # Errors
/// When nothing could be started.
pub(crate) fn run(settings: Settings) -> Result<u8, Refused> {
    let Settings { job, face, dir, output, checksum, options, records, keep } = settings;
    let (sources, dir, options, _origin) = match job {
        Job::Compare(sources) => return compare(sources, dir, options, keep),
        Job::Fetch(sources) => (sources, dir.unwrap_or_else(|| ".".into()), options, None),
        Job::Demo => {
            let (origin, sources, options) = embedded(Manners::default(), options)?;
            (sources, dir.unwrap_or_else(|| "haul-demo".into()), options, Some(origin))
        }
    };
    let dir = prepare_folder(&dir).map_err(|error| Refused::Folder(dir, error))?;
    let (engine, events) = Engine::start(options).map_err(|error| Refused::Usage(error.to_string()))?;
    let (dir, single) = (Arc::from(dir), Single { name: output, checksum });
    let work = Work { engine, events, sources, dir, single, records };
    if face == Face::Screen { on_screen(work) } else { without_screen(work, face) }
}

/// The origin inside haul with the options to reach it; a proxy would not know the way.
fn embedded(manners: Manners, options: Options) -> Result<(Origin, Vec<Source>, Options), Refused> {
    let origin = Origin::start(manners)
        .map_err(|error| Refused::Usage(format!("cannot open a port on the loopback interface: {error}")))?;
    let sources = origin.urls().into_iter().map(Source::Address).collect();
    Ok((origin, sources, Options { proxy: Proxy::None, ..options }))
}

struct Work {
    engine: Engine,
    events: Events,
    sources: Vec<Source>,
    dir: Arc<Path>,
    single: Single,
    records: Wanted,
}

/// What a signal does to a run: it stops the engine that works, and stays known for the exit status.
#[derive(Default)]
struct Interrupt {
    seen: OnceLock<Signal>,
    engine: Mutex<Option<Engine>>,
}

impl Interrupt {
    /// Listens from now on. `also` runs with the first signal, `last` before a forced end.
    fn listen(also: impl Fn() + Send + 'static, last: fn()) -> Arc<Self> {
        let interrupt = Arc::new(Self::default());
        let this = Arc::clone(&interrupt);
        let first = move |signal| {
            this.note(signal);
            if let Some(engine) = &*this.engine() {
                engine.send(Command::Stop);
            }
            also();
        };
        // Without a listener the signals end the process as they always do; nothing is lost by that but manners.
        drop(signals::listen(first, last));
        interrupt
    }

    /// Remembers why the run ends. Only the first reason counts.
    fn note(&self, signal: Signal) {
        let _ = self.seen.set(signal);
    }

    fn engine(&self) -> MutexGuard<'_, Option<Engine>> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on this engine is the one to stop.
    fn covers(&self, engine: &Engine) {
        *self.engine() = Some(engine.clone());
        if self.seen.get().is_some() {
            engine.send(Command::Stop);
        }
    }

    fn exit_status(&self, complete: bool) -> u8 {
        self.seen.get().map_or(u8::from(!complete), |signal| signal.exit_status())
    }
}

fn without_screen(work: Work, face: Face) -> Result<u8, Refused> {
    let Work { engine, events, sources, dir, single, records } = work;
    let console = Arc::new(Console::new(face == Face::Plain));
    let told = Arc::clone(&console);
    let recorder = Recorder::create(records, false, move |line| told.say(line));
    let mut recorder = recorder.map_err(Refused::Records)?;
    let held = engine.hold();
    let interrupt = Interrupt::listen(|| {}, || {});
    interrupt.covers(&engine);
    let troubled = Arc::new(AtomicBool::new(false));
    let (told, flag, feeder) = (Arc::clone(&console), Arc::clone(&troubled), engine.clone());
    let all_read = Arc::new(AtomicBool::new(false));
    let read = Arc::clone(&all_read);
    spawn("haul-input", move || {
        let mut report = Report::new(flag, move |line: &str| told.say(line));
        let whole = feed::feed(&feeder, held, sources, &dir, &single, true, |trouble| report.trouble(&trouble));
        read.store(whole, Ordering::Release);
        report.end();
        feeder.send(Command::Close);
    })?;
    let mut jobs = Jobs::new();
    let result = headless::run(&events, face, &console, &mut jobs, &mut recorder);
    console.close();
    engine.send(Command::Stop);
    drain(&events, &mut jobs, &mut recorder);
    let told_all = recorder.finish(&jobs, all_read.load(Ordering::Acquire));
    let complete = match result {
        Ok(()) if jobs.totals().jobs == 0 && interrupt.seen.get().is_none() => {
            return Err(Refused::Usage(
                "nothing to do: there is no address in what was given (- reads a list from standard input)".to_owned(),
            ));
        }
        Ok(()) => is_complete(&jobs) && told_all,
        Err(error) => {
            output_failed(&console, &error);
            false
        }
    };
    Ok(interrupt.exit_status(complete && !troubled.load(Ordering::Relaxed)))
}

fn on_screen(work: Work) -> Result<u8, Refused> {
    let Work { engine, events, sources, dir, single, records } = work;
    let started = Instant::now();
    let inbox = tui::inbox();
    let (note, trouble) = (inbox.clone(), Arc::new(Mutex::new(Vec::new())));
    let kept = Arc::clone(&trouble);
    let say = move |line: &str| {
        note.note(line.to_owned());
        kept.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned());
    };
    let mut recorder = Recorder::create(records, true, say).map_err(Refused::Records)?;
    let held = engine.hold();
    let stop = inbox.clone();
    let interrupt = Interrupt::listen(move || stop.stop(), tui::restore);
    interrupt.covers(&engine);
    let troubled = Arc::new(AtomicBool::new(false));
    let (notes, flag, feeder, folder) = (inbox.clone(), Arc::clone(&troubled), engine.clone(), Arc::clone(&dir));
    let all_read = Arc::new(AtomicBool::new(false));
    let read = Arc::clone(&all_read);
    spawn("haul-input", move || {
        let mut report = Report::new(flag, move |line: &str| notes.note(line.to_owned()));
        let whole = feed::feed(&feeder, held, sources, &folder, &single, false, |trouble| report.trouble(&trouble));
        read.store(whole, Ordering::Release);
        report.end();
    })?;
    let outcome = tui::run(&engine, &events, tui::Setup { dir, inbox }, &mut recorder);
    engine.send(Command::Stop);
    let (ending, mut jobs) = match outcome {
        Ok(outcome) => (outcome.ending, outcome.jobs),
        Err(error) => {
            let mut jobs = Jobs::new();
            drain(&events, &mut jobs, &mut recorder);
            recorder.finish(&jobs, all_read.load(Ordering::Acquire));
            return Err(Refused::Usage(format!("cannot use the terminal: {error} (--plain needs none)")));
        }
    };
    drain(&events, &mut jobs, &mut recorder);
    let told_all = recorder.finish(&jobs, all_read.load(Ordering::Acquire));
    match ending {
        // Nobody is there to read a summary.
        tui::Ending::Hangup => return Ok(Signal::Hangup.exit_status()),
        // Ctrl-C is a key on the screen, and means what it means elsewhere.
        tui::Ending::Stopped => interrupt.note(Signal::Interrupt),
        tui::Ending::Quit => {}
    }
    let console = Console::new(false);
    trouble.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(|line| console.say(line));
    if jobs.totals().jobs > 0 {
        // The terminal is ours no more; if it is gone, so is the need to tell it.
        let _ = console.data(&headless::summary(&jobs, started.elapsed()));
    }
    Ok(interrupt.exit_status(told_all && is_complete(&jobs) && !troubled.load(Ordering::Relaxed)))
}

fn compare(sources: Vec<Source>, dir: Option<PathBuf>, options: Options, keep: bool) -> Result<u8, Refused> {
    let (sources, options, _origin) = if sources.is_empty() {
        let (origin, sources, options) = embedded(Manners { busy_once: false, ..Manners::default() }, options)?;
        (sources, options, Some(origin))
    } else {
        (sources, options, None)
    };
    let troubled = Arc::new(AtomicBool::new(false));
    let console = Console::new(false);
    let mut report = Report::new(Arc::clone(&troubled), |line: &str| console.say(line));
    let mut urls = Vec::new();
    feed::read(
        sources,
        |url| {
            urls.push(url);
            true
        },
        || {},
        |trouble| report.trouble(&trouble),
    );
    report.end();
    if urls.is_empty() {
        return Err(Refused::Usage("the list holds no address to compare".to_owned()));
    }
    let dir = dir.unwrap_or_else(std::env::temp_dir);
    let comparison = Comparison { urls, options, dir, keep };
    let interrupt = Interrupt::listen(|| {}, || {});
    let same = match comparison.run(|engine| interrupt.covers(engine)) {
        Ok(same) => same,
        Err(CompareError::Start(error)) => return Err(Refused::Usage(error.to_string())),
        Err(CompareError::Folder(dir, error)) => return Err(Refused::Folder(dir, error)),
        Err(CompareError::Output(error)) => {
            output_failed(&console, &error);
            false
        }
    };
    Ok(interrupt.exit_status(same && !troubled.load(Ordering::Relaxed)))
}

/// Whoever closed the other end of a pipe has seen enough; that is no reason to complain.
fn output_failed(console: &Console, error: &io::Error) {
    if error.kind() != io::ErrorKind::BrokenPipe {
        console.say(&format!("haul: cannot write to standard output: {error}"));
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), Refused> {
    let thread = thread::Builder::new().name(name.to_owned()).spawn(work);
    thread.map(drop).map_err(|error| Refused::Usage(format!("cannot start threads: {error}")))
}

/// Waits for a stopped engine to end, but not for ever.
fn drain(events: &Events, jobs: &mut Jobs, recorder: &mut Recorder) {
    let until = Instant::now() + signals::PATIENCE;
    while let Received::Event(event) = events.recv_timeout(until.saturating_duration_since(Instant::now())) {
        recorder.note(&event, jobs);
        jobs.apply(&event, Instant::now());
    }
}

fn is_complete(jobs: &Jobs) -> bool {
    jobs.totals().finished == jobs.totals().jobs
}

/// Says what was wrong with lists, and remembers that something was.
struct Report<F> {
    troubled: Arc<AtomicBool>,
    say: F,
    refused: u64,
}

impl<F: FnMut(&str)> Report<F> {
    fn new(troubled: Arc<AtomicBool>, say: F) -> Self {
        Self { troubled, say, refused: 0 }
    }

    fn trouble(&mut self, trouble: &Trouble<'_>) {
        self.troubled.store(true, Ordering::Relaxed);
        match trouble {
            Trouble::Refused(list, refusal) => {
                self.refused += 1;
                if self.refused <= NAMED_LINES {
                    (self.say)(&format!("{list}: {refusal}"));
                }
            }
            Trouble::Broken(list, error) => (self.say)(&format!("{list}: cannot read on: {error}")),
        }
    }

    fn end(&mut self) {
        if let Some(more) = self.refused.checked_sub(NAMED_LINES).filter(|more| *more > 0) {
            (self.say)(&format!("{more} more lines were refused"));
        }
    }
}
