//! One run of the program: settings in, exit status out. It opens the engine, hands it to a face, and is the only
//! place that knows them all.

mod dry;
mod embedded;
mod feeding;
mod interrupt;
mod lines;
mod other;
mod password;
mod refused;
mod screen;
mod troubles;
mod work;

pub(crate) use refused::Refused;

use std::sync::Arc;

use crate::config::{Face, Job, Settings};
use crate::engine::event::Command;
use crate::engine::options::Options;
use crate::engine::{Engine, Events, StartError, prepare_folder};
use crate::origin::Manners;

use work::Work;

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
        Job::Dry(sources) => {
            let dir = dir.unwrap_or_else(|| ".".into());
            return dry::run(sources, &dir, &reading, &file.warnings, face);
        }
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
    let result = if face == Face::Screen { screen::run(work) } else { lines::run(work, face) };
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
