//! From the first word of a command line to what is to be done: which options go with it, and which do not.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{self, Path};

use super::given::sources;
use super::job::Job;
use super::state;
use crate::cli::{CommonOptions, Work};
use crate::display;
use crate::engine::What;
use crate::engine::error::ErrorClass;
use crate::input::address;
use crate::input::table::Asked;
use crate::input::words::Source;
use crate::nearest;

/// What is to be done, and whether it is about one address alone.
pub(super) fn job(
    command: Option<Work>,
    words: &[OsString],
    options: &CommonOptions,
    asked: &Asked,
) -> Result<(Job, bool), String> {
    if options.dry_run && command.is_some() {
        return Err(
            "--dry-run shows what `haul URL` or `haul LIST` would fetch, and goes with no other command".to_owned()
        );
    }
    if !options.from_page.is_empty() {
        if command.is_some() {
            return Err("--from-page belongs to a run that fetches: write `haul --from-page URL`".to_owned());
        }
        if options.dry_run {
            return Err("--dry-run asks for nothing, so that it cannot tell the images of --from-page".to_owned());
        }
    }
    let job = match command {
        Some(Work::Demo) if !options.input.is_empty() || !options.from_curl.is_empty() => {
            return Err("`haul demo` fetches its own pictures and takes no list".to_owned());
        }
        Some(Work::Demo) => Job::Demo,
        Some(Work::Compare { words }) => {
            goes_with_compare(options)?;
            Job::Compare(sources(&words, options, asked)?)
        }
        Some(Work::Report { urls: true, .. }) if options.json => {
            return Err("`haul report --urls` prints a list: --json does not go with it".to_owned());
        }
        Some(Work::Report { file, urls, class }) => Job::Report { file, urls, classes: classes(&class)? },
        Some(other) => with_state(other, options)?,
        None => {
            let sources = sources(words, options, asked)?;
            let single = matches!(sources.as_slice(), [Source::Address(_) | Source::Entry(_)]);
            return Ok((if options.dry_run { Job::Dry(sources) } else { Job::Fetch(sources) }, single));
        }
    };
    Ok((job, false))
}

fn goes_with_compare(options: &CommonOptions) -> Result<(), String> {
    let hooks = [&options.on_complete, &options.on_failed, &options.on_finish];
    for (given, why) in [
        (options.json || options.quiet, "prints a table: --json and -q do not go with it"),
        (
            options.report.is_some() || options.failed.is_some(),
            "prints a table: --report and --failed do not go with it",
        ),
        (
            options.name.is_some() || options.dedupe.is_some(),
            "fetches everything twice: --name and --dedupe do not go with it",
        ),
        (!options.from_curl.is_empty(), "asks for addresses alone: --from-curl does not go with it"),
        (hooks.into_iter().any(Option::is_some), "prints a table: no hooks go with it"),
    ] {
        if given {
            return Err(format!("`haul compare` {why}"));
        }
    }
    Ok(())
}

/// The commands that are about what earlier runs have left.
fn with_state(command: Work, options: &CommonOptions) -> Result<Job, String> {
    if options.no_state || state::database(options).is_none() {
        return Err("without a state database there is nothing to look at: --state names one".to_owned());
    }
    if !options.input.is_empty() || !options.from_curl.is_empty() {
        return Err("-i and --from-curl belong to a run that fetches: write `haul -i LIST`".to_owned());
    }
    Ok(match command {
        Work::History => Job::History,
        Work::Forget { all: true, .. } => Job::Forget(vec![What::All]),
        Work::Forget { words, .. } => Job::Forget(words.iter().map(|word| what(word)).collect::<Result<_, _>>()?),
        _ => Job::Resume,
    })
}

/// The kinds of errors that these words name.
fn classes(words: &[String]) -> Result<Vec<ErrorClass>, String> {
    let class = |word: &String| {
        let known = || ErrorClass::ALL.into_iter();
        known().find(|class| class.word() == word).ok_or_else(|| {
            let meant = nearest::did_you_mean(word, known().map(ErrorClass::word));
            let all = known().map(ErrorClass::word).collect::<Vec<_>>().join(", ");
            let hint = if meant.is_empty() { format!(": there are {all}") } else { meant };
            format!("--class: there is no error class `{}`{hint}", display::safe(word))
        })
    };
    words.iter().map(class).collect()
}

fn what(word: &OsStr) -> Result<What, String> {
    if let Some(text) = word.to_str().filter(|text| text.contains("://")) {
        return address(text).map(What::Address);
    }
    let path = Path::new(word);
    // Files are known by their real path, but the file itself may be gone.
    let (dir, name) = (path.parent().filter(|dir| !dir.as_os_str().is_empty()), path.file_name());
    let dir = fs::canonicalize(dir.unwrap_or(Path::new(".")));
    let path = dir.ok().zip(name).map(|(dir, name)| dir.join(name));
    Ok(What::Path(path.unwrap_or_else(|| path::absolute(word).unwrap_or_else(|_| word.into()))))
}
