//! One run of the program: settings in, exit status out. It opens the engine, hands it to a face, and is the only
//! place that knows them all.

mod interrupt;
mod refused;

pub(crate) use refused::Refused;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use crate::commands;
use crate::compare::{CompareError, Comparison};
use crate::config::{Face, Job, ScreenSettings, Settings};
use crate::engine::event::Command;
use crate::engine::options::{Options, Proxy};
use crate::engine::{Engine, Events, Received, StartError, What, prepare_folder};
use crate::headless::{self, Console};
use crate::input::feed::{self, Single, Trouble};
use crate::input::words::Source;
use crate::jobs::Jobs;
use crate::origin::{Manners, Origin};
use crate::report::{Recorder, Wanted};
use crate::signals::{self, Signal};
use crate::tui;

use interrupt::Interrupt;

/// Bad lines of lists that are named one by one; more are counted.
const NAMED_LINES: u64 = 20;

/// Does what the settings say.
///
/// # Errors
/// When nothing could be started.
pub(crate) fn run(settings: Settings) -> Result<u8, Refused> {
    let Settings { job, face, dir, output, checksum, options, own_state, records, keep, screen } = settings;
    let (sources, dir, options, _origin) = match job {
        Job::Compare(sources) => return compare(sources, dir, options, keep),
        Job::History => return history(&options, face),
        Job::Forget(what) => return forget(&options, &what),
        Job::Fetch(sources) => (Some(sources), dir.unwrap_or_else(|| ".".into()), options, None),
        Job::Resume => (None, dir.unwrap_or_else(|| ".".into()), options, None),
        Job::Demo => {
            let (origin, sources, options) = embedded(Manners::default(), options)?;
            (Some(sources), dir.unwrap_or_else(|| "haul-demo".into()), options, Some(origin))
        }
    };
    // What is only resumed has its folders already.
    let dir = if sources.is_some() { prepare_folder(&dir).map_err(|error| Refused::Folder(dir, error))? } else { dir };
    let (engine, events, doubt) = start(options, own_state)?;
    let (dir, single) = (Arc::from(dir), Single { name: output, checksum });
    let closing = engine.clone();
    let work = Work { engine, events, sources, dir, single, records, doubt, screen };
    let result = if face == Face::Screen { on_screen(work) } else { without_screen(work, face) };
    // Where nothing was started, nobody has told it to end.
    closing.send(Command::Stop);
    closing.wait_for_state();
    result
}

/// Starts the engine. A state database that the user has not asked for is done without where it cannot be used, with a
/// line that says so.
fn start(options: Options, own_state: bool) -> Result<(Engine, Events, Option<String>), Refused> {
    match Engine::start(options.clone()) {
        Ok((engine, events)) => Ok((engine, events, None)),
        Err(StartError::State(why)) if own_state => Err(Refused::State(why)),
        Err(StartError::State(why)) => {
            let started = Engine::start(Options { state: None, ..options });
            let (engine, events) = started.map_err(|error| Refused::Usage(error.to_string()))?;
            Ok((engine, events, Some(format!("{why}; this run goes on without (--state names another)"))))
        }
        Err(error) => Err(Refused::Usage(error.to_string())),
    }
}

fn history(options: &Options, face: Face) -> Result<u8, Refused> {
    let Some(database) = &options.state else { return Ok(0) };
    let console = Console::new(false);
    let printed = commands::history(database, face == Face::Json, |line| console.data(line)).map_err(Refused::State)?;
    Ok(u8::from(printed.inspect_err(|error| output_failed(&console, error)).is_err()))
}

fn forget(options: &Options, what: &[What]) -> Result<u8, Refused> {
    let Some(database) = &options.state else { return Ok(0) };
    let (line, done) = commands::forget(database, what).map_err(Refused::State)?;
    let console = Console::new(false);
    let told = console.data(&line).inspect_err(|error| output_failed(&console, error));
    Ok(u8::from(!done || told.is_err()))
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
    /// None for what earlier runs have left.
    sources: Option<Vec<Source>>,
    dir: Arc<Path>,
    single: Single,
    records: Wanted,
    /// What is wrong with the state, if anything is.
    doubt: Option<String>,
    /// The look of the screen.
    screen: ScreenSettings,
}

fn without_screen(work: Work, face: Face) -> Result<u8, Refused> {
    let Work { engine, events, sources, dir, single, records, doubt, .. } = work;
    let console = Arc::new(Console::new(face == Face::Plain));
    if let Some(line) = doubt {
        console.say(&format!("haul: {line}"));
    }
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
    let resumes = sources.is_none();
    spawn("haul-input", move || {
        let mut report = Report::new(flag, move |line: &str| told.say(line));
        if resumes {
            feeder.send(Command::Restore(true));
        }
        let sources = sources.unwrap_or_default();
        let whole = feed::feed(&feeder, held, sources, &dir, &single, true, |trouble| report.trouble(&trouble));
        read.store(whole, Ordering::Release);
        report.end();
        feeder.send(Command::CountLeft);
        feeder.send(Command::Close);
    })?;
    let mut jobs = Jobs::new();
    let result = headless::run(&events, face, &console, &mut jobs, &mut recorder);
    console.close();
    engine.send(Command::Stop);
    drain(&events, &mut jobs, &mut recorder);
    let told_all = recorder.finish(&jobs, all_read.load(Ordering::Acquire));
    let complete = match result {
        Ok(()) if jobs.totals().jobs == 0 && resumes && jobs.is_restored() => {
            console.say("haul: nothing is unfinished");
            told_all
        }
        Ok(()) if jobs.totals().jobs == 0 && resumes => false,
        Ok(()) if jobs.totals().jobs == 0 && interrupt.seen.get().is_none() => {
            return Err(Refused::Usage(
                "nothing to do: there is no address in what was given (- reads a list from standard input)".to_owned(),
            ));
        }
        Ok(()) => is_complete(&jobs) && jobs.is_restored() && told_all,
        Err(error) => {
            output_failed(&console, &error);
            false
        }
    };
    Ok(interrupt.exit_status(complete && !troubled.load(Ordering::Relaxed)))
}

fn on_screen(work: Work) -> Result<u8, Refused> {
    let Work { engine, events, sources, dir, single, records, doubt, screen } = work;
    let started = Instant::now();
    let inbox = tui::inbox();
    if let Some(line) = doubt {
        inbox.note(line);
    }
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
    let sources = sources.unwrap_or_default();
    let words = !sources.is_empty();
    if !words {
        engine.send(Command::Restore(false));
    }
    spawn("haul-input", move || {
        let mut report = Report::new(flag, move |line: &str| notes.note(line.to_owned()));
        let whole = feed::feed(&feeder, held, sources, &folder, &single, false, |trouble| report.trouble(&trouble));
        read.store(whole, Ordering::Release);
        report.end();
        if words {
            // Only those are taken up.
            feeder.send(Command::CountLeft);
        }
    })?;
    let outcome = tui::run(&engine, &events, tui::Setup { dir, inbox, screen }, &mut recorder);
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
    Ok(interrupt.exit_status(told_all && is_complete(&jobs) && jobs.is_restored() && !troubled.load(Ordering::Relaxed)))
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
