//! A run without a screen: lines on the two standard streams, of whichever face.

use std::sync::Arc;
use std::time::Instant;

use super::feeding::Feeding;
use super::interrupt::Interrupt;
use super::refused::Refused;
use super::work::{Work, drain, is_complete};
use crate::config::Face;
use crate::engine::event::Command;
use crate::headless::{self, Console};
use crate::input::words::Source;
use crate::input::{Places, feed};
use crate::jobs::Jobs;
use crate::report::Recorder;

/// Runs to the end of what was given.
///
/// # Errors
/// When nothing could be started, or there was nothing to do.
pub(super) fn run(work: Work, face: Face) -> Result<u8, Refused> {
    let Work { engine, events, sources, dir, reading, records, doubt, file, .. } = work;
    // What programs print would tear a status line.
    let alone = records.programs.complete.is_none() && records.programs.failed.is_none();
    let console = Arc::new(Console::new(face == Face::Plain && alone));
    for line in doubt.into_iter().chain(file.warnings) {
        console.say(&format!("haul: {line}"));
    }
    let (told, troubles) = (Arc::clone(&console), Arc::clone(&console));
    let recorder = Recorder::create(records, false, move |line| told.say(line));
    let mut recorder = recorder.map_err(Refused::Records)?;
    let held = engine.hold();
    let (hooks, started) = (recorder.hooks(), Instant::now());
    let hurried = hooks.clone();
    let interrupt = Interrupt::listen(move || hurried.hurry(), || {});
    interrupt.covers(&engine);
    let (feeder, closer) = (engine.clone(), engine.clone());
    let resumes = sources.is_none();
    let pages = sources.iter().flatten().any(|source| matches!(source, Source::Page(_)));
    let read = move |trouble: &mut dyn FnMut(feed::Trouble<'_>)| {
        if resumes {
            feeder.send(Command::Restore(true));
        }
        feed::feed(&feeder, held, sources.unwrap_or_default(), &reading, Places::new(dir), true, trouble)
    };
    let close = move || {
        closer.send(Command::CountLeft);
        closer.send(Command::Close);
    };
    let feeding = Feeding::start(move |line: &str| troubles.say(line), read, close)?;
    let mut jobs = Jobs::new();
    let result = headless::run(&events, face, &console, &mut jobs, &mut recorder);
    let elapsed = started.elapsed();
    if result.is_err() {
        // Nobody reads on, and nobody waits for what is due.
        hooks.hurry();
    }
    console.close();
    engine.send(Command::Stop);
    drain(&events, &mut jobs, &mut recorder);
    let told_all = recorder.finish(&jobs, feeding.is_all_read());
    if jobs.totals().jobs > 0 {
        hooks.end(&jobs, &headless::summary_object(&jobs, elapsed), |line| console.say(line));
    }
    let complete = match result {
        Err(error) => {
            console.lost(&error);
            false
        }
        Ok(()) if jobs.totals().jobs > 0 => is_complete(&jobs) && jobs.is_restored() && told_all,
        Ok(()) if resumes && jobs.is_restored() => {
            console.say("haul: nothing is unfinished");
            told_all
        }
        Ok(()) if resumes => false,
        // A page that was not to be had is a failure, and no mistake of whoever asked for it.
        Ok(()) if pages && !feeding.is_all_read() => false,
        Ok(()) if interrupt.seen.get().is_none() => return Err(Refused::nothing_to_do()),
        Ok(()) => is_complete(&jobs) && jobs.is_restored() && told_all,
    };
    Ok(interrupt.exit_status(complete && !feeding.is_troubled()))
}
