//! One run of the program: settings in, exit status out. It opens the engine, hands it to a face, and is the only
//! place that knows them all.

mod dry;
mod embedded;
mod interrupt;
mod other;
mod password;
mod refused;
mod troubles;

pub(crate) use refused::Refused;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use crate::config::{ConfigFile, Face, Job, Settings};
use crate::engine::event::Command;
use crate::engine::options::Options;
use crate::engine::{Engine, Events, Received, StartError, prepare_folder};
use crate::headless::{self, Console};
use crate::input::feed;
use crate::input::words::Source;
use crate::input::{Places, Reading};
use crate::jobs::Jobs;
use crate::origin::Manners;
use crate::report::{Recorder, Wanted};
use crate::signals::{self, Signal};
use crate::tui;

use interrupt::Interrupt;
use troubles::Report;

/// Does what the settings say.
///
/// # Errors
/// When nothing could be started.
pub(crate) fn run(settings: Settings) -> Result<u8, Refused> {
    let Settings { job, face, dir, options, own_state, records, keep, file, reading, asks } = settings;
    let options = match password::complete(options, asks, &job)? {
        Ok(options) => options,
        Err(status) => return Ok(status),
    };
    let (sources, dir, options, _origin) = match job {
        Job::Compare(sources) => return other::compare(sources, &reading, dir, options, keep),
        Job::History => return other::history(&options, face),
        Job::Forget(what) => return other::forget(&options, &what),
        Job::Dry(sources) => return dry::run(sources, dir.as_deref().unwrap_or(".".as_ref()), &reading, face),
        Job::Report { file, urls, classes } => return other::report(&file, urls, classes, face),
        Job::Config(settings) => return Ok(other::config(&settings, &file, face)),
        Job::Fetch(sources) => (Some(sources), dir.unwrap_or_else(|| ".".into()), options, None),
        Job::Resume => (None, dir.unwrap_or_else(|| ".".into()), options, None),
        Job::Demo => {
            let (origin, sources, options) = embedded::origin(Manners::default(), options)?;
            (Some(sources), dir.unwrap_or_else(|| "haul-demo".into()), options, Some(origin))
        }
    };
    // What is only resumed has its folders already.
    let dir = if sources.is_some() { prepare_folder(&dir).map_err(|error| Refused::Folder(dir, error))? } else { dir };
    let limits = (options.jobs, options.limit_rate);
    let (engine, events, doubt) = start(options, own_state)?;
    let dir = Arc::from(dir);
    let closing = engine.clone();
    let work = Work { engine, events, sources, dir, reading, records, doubt, file, limits };
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

struct Work {
    engine: Engine,
    events: Events,
    /// None for what earlier runs have left.
    sources: Option<Vec<Source>>,
    dir: Arc<Path>,
    /// How they are read.
    reading: Reading,
    records: Wanted,
    /// What is wrong with the state, if anything is.
    doubt: Option<String>,
    /// What the config file says.
    file: ConfigFile,
    /// Transfers at once, bytes a second.
    limits: (usize, Option<u64>),
}

fn without_screen(work: Work, face: Face) -> Result<u8, Refused> {
    let Work { engine, events, sources, dir, reading, records, doubt, file, .. } = work;
    let console = Arc::new(Console::new(face == Face::Plain));
    for line in doubt.into_iter().chain(file.warnings) {
        console.say(&format!("haul: {line}"));
    }
    let told = Arc::clone(&console);
    let recorder = Recorder::create(records, false, move |line| told.say(line));
    let mut recorder = recorder.map_err(Refused::Records)?;
    let held = engine.hold();
    let (hooks, started) = (recorder.hooks(), Instant::now());
    let hurried = hooks.clone();
    let interrupt = Interrupt::listen(move || hurried.hurry(), || {});
    interrupt.covers(&engine);
    let troubled = Arc::new(AtomicBool::new(false));
    let (told, flag, feeder) = (Arc::clone(&console), Arc::clone(&troubled), engine.clone());
    let all_read = Arc::new(AtomicBool::new(false));
    let read = Arc::clone(&all_read);
    let resumes = sources.is_none();
    let pages = sources.iter().flatten().any(|source| matches!(source, Source::Page(_)));
    spawn("haul-input", move || {
        let mut report = Report::new(flag, move |line: &str| told.say(line));
        if resumes {
            feeder.send(Command::Restore(true));
        }
        let (sources, places) = (sources.unwrap_or_default(), Places::new(dir));
        let whole = feed::feed(&feeder, held, sources, &reading, places, true, |trouble| report.trouble(&trouble));
        read.store(whole, Ordering::Release);
        report.end();
        feeder.send(Command::CountLeft);
        feeder.send(Command::Close);
    })?;
    let mut jobs = Jobs::new();
    let result = headless::run(&events, face, &console, &mut jobs, &mut recorder);
    let elapsed = started.elapsed();
    console.close();
    engine.send(Command::Stop);
    drain(&events, &mut jobs, &mut recorder);
    let told_all = recorder.finish(&jobs, all_read.load(Ordering::Acquire));
    if jobs.totals().jobs > 0 {
        hooks.end(&jobs, &headless::summary_object(&jobs, elapsed), |line| console.say(line));
    }
    let complete = match result {
        Ok(()) if jobs.totals().jobs == 0 && resumes && jobs.is_restored() => {
            console.say("haul: nothing is unfinished");
            told_all
        }
        Ok(()) if jobs.totals().jobs == 0 && resumes => false,
        // A page that was not to be had is a failure, and no mistake of whoever asked for it.
        Ok(()) if jobs.totals().jobs == 0 && pages && !all_read.load(Ordering::Acquire) => false,
        Ok(()) if jobs.totals().jobs == 0 && interrupt.seen.get().is_none() => {
            return Err(Refused::nothing_to_do());
        }
        Ok(()) => is_complete(&jobs) && jobs.is_restored() && told_all,
        Err(error) => {
            console.lost(&error);
            false
        }
    };
    Ok(interrupt.exit_status(complete && !troubled.load(Ordering::Relaxed)))
}

fn on_screen(work: Work) -> Result<u8, Refused> {
    let Work { engine, events, sources, dir, reading, records, doubt, file, limits } = work;
    let started = Instant::now();
    let inbox = tui::inbox();
    for line in doubt.into_iter().chain(file.warnings) {
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
    let (stop, hooks) = (inbox.clone(), recorder.hooks());
    let hurried = hooks.clone();
    let first = move || {
        stop.stop();
        hurried.hurry();
    };
    let interrupt = Interrupt::listen(first, tui::restore);
    interrupt.covers(&engine);
    let troubled = Arc::new(AtomicBool::new(false));
    let (notes, flag, feeder) = (inbox.clone(), Arc::clone(&troubled), engine.clone());
    let places = Places::new(Arc::clone(&dir));
    let all_read = Arc::new(AtomicBool::new(false));
    let read = Arc::clone(&all_read);
    let mut sources = sources.unwrap_or_default();
    let words = !sources.is_empty();
    // Whoever sits at the screen chooses from them.
    let mut pages = Vec::new();
    for source in std::mem::take(&mut sources) {
        match source {
            Source::Page(url) => pages.push(url),
            other => sources.push(other),
        }
    }
    let choice = reading.choice.clone();
    if !words {
        engine.send(Command::Restore(false));
    }
    spawn("haul-input", move || {
        let mut report = Report::new(flag, move |line: &str| notes.note(line.to_owned()));
        let whole = feed::feed(&feeder, held, sources, &reading, places, false, |trouble| report.trouble(&trouble));
        read.store(whole, Ordering::Release);
        report.end();
        if words {
            // Only those are taken up.
            feeder.send(Command::CountLeft);
        }
    })?;
    let setup = tui::Setup { dir, inbox, keys: file.keys, screen: file.screen, pages, choice, limits };
    let outcome = tui::run(&engine, &events, setup, &mut recorder);
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
    let (told_all, elapsed) = (recorder.finish(&jobs, all_read.load(Ordering::Acquire)), started.elapsed());
    let console = Console::new(false);
    if !matches!(ending, tui::Ending::Quit) {
        hooks.hurry();
    }
    hooks.end(&jobs, &headless::summary_object(&jobs, elapsed), |line| console.say(line));
    match ending {
        // Nobody is there to read a summary.
        tui::Ending::Hangup => return Ok(Signal::Hangup.exit_status()),
        // Ctrl-C is a key on the screen, and means what it means elsewhere.
        tui::Ending::Stopped => interrupt.note(Signal::Interrupt),
        tui::Ending::Quit => {}
    }
    trouble.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(|line| console.say(line));
    if jobs.totals().jobs > 0 {
        // The terminal is ours no more; if it is gone, so is the need to tell it.
        let _ = console.data(&headless::summary(&jobs, elapsed));
    }
    Ok(interrupt.exit_status(told_all && is_complete(&jobs) && jobs.is_restored() && !troubled.load(Ordering::Relaxed)))
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
