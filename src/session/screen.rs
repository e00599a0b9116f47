//! A run with the screen: it begins with what is given, goes on with what the user adds, and ends with a summary.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use url::Url;

use super::feeding::Feeding;
use super::interrupt::Interrupt;
use super::refused::Refused;
use super::work::{Work, drain, is_complete};
use crate::engine::event::Command;
use crate::headless::{self, Console};
use crate::input::words::Source;
use crate::input::{Places, feed};
use crate::jobs::Jobs;
use crate::report::Recorder;
use crate::signals::Signal;
use crate::tui::{self, Ending};

/// Runs until the user has seen enough.
///
/// # Errors
/// When nothing could be started, or the terminal cannot be used.
pub(super) fn run(work: Work) -> Result<u8, Refused> {
    let Work { engine, events, sources, dir, reading, records, doubt, file, limits } = work;
    let started = Instant::now();
    let inbox = tui::inbox();
    doubt.into_iter().chain(file.warnings).for_each(|line| inbox.note(line));
    let (note, notes, trouble) = (inbox.clone(), inbox.clone(), Arc::new(Mutex::new(Vec::new())));
    let kept = Arc::clone(&trouble);
    let say = move |line: &str| {
        note.note(line.to_owned());
        kept.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned());
    };
    let mut recorder = Recorder::create(records, true, say).map_err(Refused::Records)?;
    let (held, hooks) = (engine.hold(), recorder.hooks());
    let (stop, hurried) = (inbox.clone(), hooks.clone());
    let first = move || {
        stop.stop();
        hurried.hurry();
    };
    let interrupt = Interrupt::listen(first, tui::restore);
    interrupt.covers(&engine);
    let (sources, pages) = parted(sources.unwrap_or_default());
    let (words, choice) = (!sources.is_empty() || !pages.is_empty(), reading.choice.clone());
    if !words {
        engine.send(Command::Restore(false));
    }
    let (feeder, counter, places) = (engine.clone(), engine.clone(), Places::new(Arc::clone(&dir)));
    let read = move |trouble: &mut dyn FnMut(feed::Trouble<'_>)| {
        feed::feed(&feeder, held, sources, &reading, places, false, trouble)
    };
    // Where there are words, only those are taken up.
    let count = move || {
        if words {
            counter.send(Command::CountLeft);
        }
    };
    let feeding = Feeding::start(move |line: &str| notes.note(line.to_owned()), read, count)?;
    let setup = tui::Setup { dir, inbox, keys: file.keys, screen: file.screen, pages, choice, limits };
    let outcome = tui::run(&engine, &events, setup, &mut recorder);
    engine.send(Command::Stop);
    let (ending, mut jobs) =
        outcome.map_or_else(|error| (Err(error), Jobs::new()), |outcome| (Ok(outcome.ending), outcome.jobs));
    drain(&events, &mut jobs, &mut recorder);
    let (told_all, elapsed) = (recorder.finish(&jobs, feeding.is_all_read()), started.elapsed());
    let ending =
        ending.map_err(|error| Refused::Usage(format!("cannot use the terminal: {error} (--plain needs none)")))?;
    let console = Console::new(false);
    if !matches!(ending, Ending::Quit) {
        hooks.hurry();
    }
    if jobs.totals().jobs > 0 {
        hooks.end(&jobs, &headless::summary_object(&jobs, elapsed), |line| console.say(line));
    }
    match ending {
        // Nobody is there to read a summary.
        Ending::Hangup => return Ok(Signal::Hangup.exit_status()),
        // Ctrl-C is a key on the screen, and means what it means elsewhere.
        Ending::Stopped => interrupt.note(Signal::Interrupt),
        Ending::Quit => {}
    }
    sum_up(&trouble, &jobs, elapsed, &console);
    Ok(interrupt.exit_status(told_all && is_complete(&jobs) && jobs.is_restored() && !feeding.is_troubled()))
}

/// The pages apart from all else: whoever sits at the screen chooses from their images.
fn parted(sources: Vec<Source>) -> (Vec<Source>, Vec<Url>) {
    let (mut others, mut pages) = (Vec::new(), Vec::new());
    for source in sources {
        match source {
            Source::Page(url) => pages.push(url),
            other => others.push(other),
        }
    }
    (others, pages)
}

/// What there is to say once the screen is gone.
fn sum_up(trouble: &Mutex<Vec<String>>, jobs: &Jobs, elapsed: Duration, console: &Console) {
    trouble.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(|line| console.say(line));
    if jobs.totals().jobs > 0 {
        // The terminal is ours no more; if it is gone, so is the need to tell it.
        let _ = console.data(&headless::summary(jobs, elapsed));
    }
}
