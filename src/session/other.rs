//! Runs that are no batch of downloads: the comparison, and what looks back at earlier runs.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::embedded;
use super::interrupt::Interrupt;
use super::refused::Refused;
use super::troubles::Report;
use crate::cli::settings::Setting;
use crate::commands::report::{self, Chosen, Unreadable};
use crate::commands::{self, Shown};
use crate::compare::{CompareError, Comparison};
use crate::config::{ConfigFile, Face};
use crate::display::safe;
use crate::engine::What;
use crate::engine::error::ErrorClass;
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

pub(super) fn report(path: &Path, urls: bool, classes: Vec<ErrorClass>, face: Face) -> Result<u8, Refused> {
    let shown = safe(&path.to_string_lossy());
    let file: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        let opened = File::open(path);
        Box::new(opened.map_err(|error| Refused::Usage(format!("cannot read the report `{shown}`: {error}")))?)
    };
    let (console, chosen) = (Console::new(false), Chosen(classes));
    let (printed, read) = if urls {
        match report::urls(file, &chosen, |url| console.data(url)) {
            Ok(printed) => (printed, Ok(())),
            Err(why) => (Ok(()), Err(why)),
        }
    } else {
        let (lines, read) = report::summary(file, &chosen, face == Face::Json);
        let broken = matches!(read, Err(Unreadable::NoReport(_)));
        (if broken { Ok(()) } else { lines.iter().try_for_each(|line| console.data(line)) }, read)
    };
    printed.as_ref().err().into_iter().for_each(|error| console.lost(error));
    match read {
        Ok(()) => Ok(u8::from(printed.is_err())),
        Err(why @ Unreadable::NoReport(_)) => Err(Refused::Usage(format!("`{shown}`: {}", safe(&why.to_string())))),
        Err(why) => {
            console.say(&format!("haul: `{shown}`: {}", safe(&why.to_string())));
            // One that was cut is all there is, and tells all there is to tell.
            Ok(u8::from(!matches!(why, Unreadable::Cut) || printed.is_err()))
        }
    }
}

pub(super) fn config(options: &[Setting], file: &ConfigFile, face: Face) -> u8 {
    let console = Console::new(false);
    file.warnings.iter().for_each(|line| console.say(&format!("haul: {line}")));
    let shown = Shown { path: file.path.as_deref(), found: file.found, options, lines: &file.lines };
    let text = match face {
        Face::Json => commands::config_object(&shown, &file.warnings),
        _ => commands::config_text(&shown),
    };
    u8::from(console.data(&text).inspect_err(|error| console.lost(error)).is_err())
}

pub(super) fn compare(
    sources: Vec<Source>,
    reading: &Reading,
    dir: Option<PathBuf>,
    options: Options,
    keep: bool,
) -> Result<u8, Refused> {
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
        reading,
        feed::no_page,
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
