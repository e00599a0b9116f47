//! What a command line means: which work, which face, which options, or why it makes no sense. It starts nothing.

use std::env;
use std::io::{IsTerminal as _, stdin, stdout};
use std::path::PathBuf;

use crate::cli::{Cli, CommonOptions, Work};
use crate::engine::check_file_name;
use crate::engine::options::{Options, Proxy};
use crate::input::words::{self, Source};

/// What to do.
#[derive(Debug)]
pub(crate) enum Job {
    /// Fetch what the sources name.
    Fetch(Vec<Source>),
    /// Fetch the pictures of the embedded origin.
    Demo,
    /// Fetch one by one, then all at once; without sources, from the embedded origin.
    Compare(Vec<Source>),
}

/// How to show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Face {
    Screen,
    Plain,
    Json,
    Quiet,
}

/// A command line that makes sense.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) job: Job,
    pub(crate) face: Face,
    /// Where files go; `None` where the user did not say.
    pub(crate) dir: Option<PathBuf>,
    /// The user's own name for the only file.
    pub(crate) output: Option<String>,
    pub(crate) options: Options,
    /// Keep what `compare` has fetched.
    pub(crate) keep: bool,
}

/// Makes sense of a command line.
///
/// # Errors
/// Says in words what is wrong with it.
pub(crate) fn settings(cli: Cli) -> Result<Settings, String> {
    let Cli { command, words, options } = cli;
    let face = face(&options);
    let (job, single) = match command {
        Some(Work::Demo) => {
            if !options.input.is_empty() {
                return Err("`haul demo` fetches its own pictures and takes no list".to_owned());
            }
            (Job::Demo, false)
        }
        Some(Work::Compare { words }) => (Job::Compare(sources(&words, &options.input)?), false),
        None => {
            let sources = sources(&words, &options.input)?;
            let single = matches!(sources.as_slice(), [Source::Address(_)]);
            if sources.is_empty() && face != Face::Screen {
                return Err("nothing to do: give addresses or list files, or - to read a list from standard input \
                            (haul --help says more)"
                    .to_owned());
            }
            (Job::Fetch(sources), single)
        }
    };
    if let Some(name) = &options.output {
        if !single {
            return Err("--output names one file: give exactly one address with it".to_owned());
        }
        check_file_name(name)?;
    }
    if options.keep && !matches!(job, Job::Compare(_)) {
        return Err("--keep belongs to `haul compare`".to_owned());
    }
    let (dir, output, keep) = (options.dir.clone(), options.output.clone(), options.keep);
    Ok(Settings { job, face, dir, output, options: engine_options(options, face), keep })
}

/// Words first, in order, then the lists of `--input`.
fn sources(words: &[String], lists: &[String]) -> Result<Vec<Source>, String> {
    let words = words.iter().map(|word| words::word(word));
    let lists = lists.iter().map(|list| words::list(list));
    let sources = words.chain(lists).collect::<Result<Vec<_>, _>>()?;
    let stdin = sources.iter().filter(|source| matches!(source, Source::Stdin)).count();
    if stdin > 1 {
        return Err("standard input can be read only once: give - once".to_owned());
    }
    Ok(sources)
}

/// The screen needs a terminal on both ends; pipes and dumb terminals get lines.
fn face(options: &CommonOptions) -> Face {
    if options.json {
        Face::Json
    } else if options.quiet {
        Face::Quiet
    } else if options.plain || !stdin().is_terminal() || !stdout().is_terminal() || dumb() {
        Face::Plain
    } else {
        Face::Screen
    }
}

fn dumb() -> bool {
    // Windows consoles set no TERM at all and can do everything.
    env::var_os("TERM").map_or(cfg!(unix), |term| term == "dumb" || term.is_empty())
}

fn engine_options(options: CommonOptions, face: Face) -> Options {
    let defaults = Options::default();
    Options {
        jobs: options.jobs as usize,
        per_host: options.per_host as usize,
        retries: options.retries,
        connect_timeout: options.connect_timeout,
        stall_timeout: options.stall_timeout,
        deadline: options.deadline,
        max_size: options.max_size,
        // A person can see a long wait and decide; a script cannot.
        patience: if face == Face::Screen { None } else { defaults.patience },
        headers: options.header,
        user_agent: options.user_agent.unwrap_or(defaults.user_agent),
        user: options.user,
        proxy: options.proxy.map_or(Proxy::System, Proxy::Url),
        ca_cert: options.ca_cert,
        insecure: options.insecure,
        verbose: options.verbose,
    }
}
