//! What is to be read: the sources that a command line names, what is asked of the tables among them, and how what they
//! name is called.

use std::ffi::OsString;
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::job::Job;
use crate::cli::CommonOptions;
use crate::input::table::Asked;
use crate::input::words::{self, Source};
use crate::input::{Choice, Naming, curl, tables};
use crate::report::Wanted;

/// Words first, in order, then curl commands, then the lists of `--input`, then pages.
pub(super) fn sources(words: &[OsString], options: &CommonOptions, asked: &Asked) -> Result<Vec<Source>, String> {
    let mut sources = words.iter().map(|word| words::word(word, options.glob)).collect::<Result<Vec<_>, _>>()?;
    words::check(&sources)?;
    for command in &options.from_curl {
        sources.extend(curl::entries(command)?.into_iter().map(|entry| Source::Entry(Box::new(entry))));
    }
    sources.extend(options.input.iter().map(|list| words::list(list)).collect::<Result<Vec<_>, _>>()?);
    sources.extend(options.from_page.iter().map(|page| words::page(page)).collect::<Result<Vec<_>, _>>()?);
    let stdin = sources.iter().filter(|source| matches!(source, Source::Stdin)).count();
    if stdin > 1 {
        return Err("standard input can be read only once: give - once".to_owned());
    }
    // Only now: the header of one that comes through a pipe may be long in coming.
    sources.into_iter().map(|source| tables::open(source, asked)).collect()
}

/// Which images of pages are wanted.
pub(super) fn choice(options: &CommonOptions) -> Result<Choice, String> {
    let choice = Choice::new(&options.accept, &options.reject)?;
    if choice.is_made() && options.from_page.is_empty() {
        return Err("--accept and --reject choose among the images of pages: give --from-page with them".to_owned());
    }
    Ok(choice)
}

/// What is asked of tables.
pub(super) fn asked(options: &CommonOptions) -> Result<Asked, String> {
    Asked::parse(options.url_column.clone(), options.template.clone(), &options.set, &options.filters)
}

/// Where there are tables, their columns go into the report; where there is none, nothing can be asked of it.
pub(super) fn with_tables(job: &mut Job, asked: &Asked, records: &mut Wanted) -> Result<(), String> {
    let sources = job.sources();
    if !asked.is_nothing() && !sources.iter().any(|source| matches!(source, Source::Table(_))) {
        return Err(
            "--url-column, --template, --set and --where are about tables: give one, or - for one on standard \
                    input"
                .to_owned(),
        );
    }
    let programs = &records.programs;
    if records.report.is_some() || programs.complete.is_some() || programs.failed.is_some() {
        records.columns = tables::columns(sources);
        tables::carry(sources, &records.columns);
    }
    Ok(())
}

/// A template for names; its date is that of now, where the user is.
pub(super) fn naming(template: &str, job: &mut Job, asked: &Asked) -> Result<Naming, String> {
    let columns = tables::names(job.sources(), asked);
    let columns: Vec<_> = columns.iter().map(String::as_str).collect();
    let now = Timestamp::try_from(SystemTime::now()).unwrap_or_default();
    let date = TimeZone::system().to_datetime(now).date();
    Naming::parse(template, &columns, date.to_string()).map_err(|why| format!("--name: {why}"))
}
