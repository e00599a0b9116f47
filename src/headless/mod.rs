//! haul without a screen: the same events folded into the same [`Jobs`], printed as lines for people, as JSON for
//! programs, or not at all. Data goes to standard output, messages to standard error.

mod console;
mod json;
mod plain;

pub(crate) use console::Console;
pub(crate) use json::summary as summary_object;
pub(crate) use plain::summary;

use std::io;
use std::time::{Duration, Instant};

use crate::config::Face;
use crate::engine::event::{Event, Notice};
use crate::engine::{Events, Received};
use crate::jobs::Jobs;
use crate::report::Recorder;

/// Events that come in a storm are read so often.
const GATHER: Duration = Duration::from_millis(10);

/// How often the status line is drawn anew.
const STATUS: Duration = Duration::from_millis(200);

/// Prints everything that the engine says until it ends, then the last line. `jobs` holds what was read, also where
/// this fails.
///
/// # Errors
/// When standard output cannot be written; a broken pipe is one.
pub(crate) fn run(
    events: &Events,
    face: Face,
    console: &Console,
    jobs: &mut Jobs,
    recorder: &mut Recorder,
) -> io::Result<()> {
    let started = Instant::now();
    let mut drawn = None;
    loop {
        let mut next = first(events, console, drawn);
        while let Received::Event(event) = next {
            recorder.note(&event, jobs);
            jobs.apply(&event, Instant::now());
            print(&event, jobs, face, console)?;
            jobs.shed_finished();
            draw_status(console, jobs, &mut drawn);
            next = events.try_recv();
        }
        if matches!(next, Received::Closed) {
            break;
        }
        draw_status(console, jobs, &mut drawn);
        // An event that comes alone was here at once; those of a storm come together from here on.
        events.gather(GATHER);
    }
    match face {
        Face::Json => console.data(&json::summary(jobs, started.elapsed()))?,
        Face::Plain if jobs.totals().jobs > 0 => console.data(&summary(jobs, started.elapsed()))?,
        _ => {}
    }
    Ok(())
}

/// Waits for an event, or until the status line is old.
fn first(events: &Events, console: &Console, drawn: Option<Instant>) -> Received {
    if console.has_status() {
        events.recv_timeout(drawn.map_or(STATUS, |at| STATUS.saturating_sub(at.elapsed())))
    } else {
        events.recv().map_or(Received::Closed, Received::Event)
    }
}

fn draw_status(console: &Console, jobs: &Jobs, drawn: &mut Option<Instant>) {
    if console.has_status() && drawn.is_none_or(|at| at.elapsed() >= STATUS) {
        console.status(&plain::status(jobs));
        *drawn = Some(Instant::now());
    }
}

fn print(event: &Event, jobs: &Jobs, face: Face, console: &Console) -> io::Result<()> {
    match (event, face) {
        (Event::Notice(Notice::Wire(line)), _) => console.say(line),
        (Event::Notice(Notice::State(line)), _) => console.say(&format!("haul: {line}")),
        (Event::Notice(Notice::NotRestored), _) => {
            console.say("haul: what earlier runs have left cannot be read; haul resume tries again");
        }
        (Event::Notice(Notice::Left(left)), Face::Plain | Face::Json) => {
            console.say(&format!("{left} unfinished: haul resume"));
        }
        (Event::HostChanged { host, window, pause, by_trial: false }, Face::Plain) => {
            console.say(&plain::host_changed(host, *window, *pause));
        }
        (Event::Paused { id, reason }, Face::Plain | Face::Quiet) => console.say(&plain::paused(*id, reason, jobs)),
        _ => {}
    }
    match face {
        Face::Json => json::line(event, jobs).map_or(Ok(()), |line| console.data(&line)),
        Face::Plain => plain::line(event, jobs).map_or(Ok(()), |line| console.data(&line)),
        Face::Quiet | Face::Screen => {
            if matches!(event, Event::Failed { .. })
                && let Some(line) = plain::line(event, jobs)
            {
                console.say(&line);
            }
            Ok(())
        }
    }
}
