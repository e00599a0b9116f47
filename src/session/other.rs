//! Runs that are no batch of downloads: the comparison, and what looks back at earlier runs.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::embedded;
use super::interrupt::Interrupt;
use super::refused::Refused;
use super::troubles::Report;
use crate::commands;
use crate::compare::{CompareError, Comparison};
use crate::config::Face;
use crate::engine::What;
use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::options::Options;
use crate::headless::Console;
use crate::input::words::Source;
use crate::input::{Reading, feed};
use crate::origin::Manners;

pub(super) fn history(options: &Options, face: Face) -> Result<u8, Refused> {
    let Some(database) = &options.state else { return Ok(0) };
    let console = Console::new(false);
    let printed = commands::history(database, face == Face::Json, |line| console.data(line)).map_err(Refused::State)?;
    Ok(u8::from(printed.inspect_err(|error| console.lost(error)).is_err()))
}

pub(super) fn forget(options: &Options, what: &[What]) -> Result<u8, Refused> {
    let Some(database) = &options.state else { return Ok(0) };
    let (line, done) = commands::forget(database, what).map_err(Refused::State)?;
    let console = Console::new(false);
    let told = console.data(&line).inspect_err(|error| console.lost(error));
    Ok(u8::from(!done || told.is_err()))
}

pub(super) fn compare(sources: Vec<Source>, dir: Option<PathBuf>, options: Options, keep: bool) -> Result<u8, Refused> {
    let (sources, options, _origin) = if sources.is_empty() {
        let (origin, sources, options) = embedded::origin(Manners { busy_once: false, ..Manners::default() }, options)?;
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
        &Reading::default(),
        // The command line takes none here.
        |_| Err(TransferError::new(ErrorClass::Refused, "pages are not compared")),
        |entry| {
            urls.push(entry.url);
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
            console.lost(&error);
            false
        }
    };
    Ok(interrupt.exit_status(same && !troubled.load(Ordering::Relaxed)))
}
