//! What a command line means: which work, which face, which options, or why it makes no sense. It starts nothing.

mod bounded;
mod command;
mod cookies;
mod engine;
mod environment;
mod file;
mod given;
mod hosts;
mod job;
mod netrc;
mod places;
mod secrets;
mod state;

pub(crate) use file::{File as ConfigFile, Line, OwnKeys, ScreenSettings};
pub(crate) use job::{Face, Job};
pub(crate) use secrets::{HIDDEN, masked};

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{IsTerminal as _, stdin, stdout};
use std::path::{Path, PathBuf};

use crate::cli::layers::Typed;
use crate::cli::settings::Setting;
use crate::cli::{Cli, CommonOptions, Work};
use crate::engine::check_file_name;
use crate::engine::options::Options;
use crate::input::{Reading, Single};
use crate::report::{Format, Program, Programs, Wanted};

/// A command line that makes sense.
pub(crate) struct Settings {
    pub(crate) job: Job,
    pub(crate) face: Face,
    /// Where files go; `None` where the user did not say.
    pub(crate) dir: Option<PathBuf>,
    pub(crate) options: Options,
    /// The user has named the state database, and relies on it.
    pub(crate) own_state: bool,
    /// Files that tell what became of every job.
    pub(crate) records: Wanted,
    /// Keep what `compare` has fetched.
    pub(crate) keep: bool,
    /// What the config file says.
    pub(crate) file: ConfigFile,
    /// How sources are read.
    pub(crate) reading: Reading,
    /// The user whose password is to be asked for.
    pub(crate) asks: Option<String>,
}

/// Makes sense of a command line, with what the environment and the config file say below it.
///
/// # Errors
/// Says in words what is wrong, and where.
pub(crate) fn settings(typed: Typed) -> Result<Settings, String> {
    let named = typed.config().map(PathBuf::from).or_else(|| environment::value("HAUL_CONFIG").map(PathBuf::from));
    let mut file = file::read(named.as_deref())?;
    let given = environment::given(environment::value)?;
    file.warnings.extend(environment::strangers(env::vars_os()));
    let (cli, listing) = typed.over([given, std::mem::take(&mut file.options)])?;
    if matches!(cli.command, Some(Work::Config)) {
        return Ok(shown(&cli, file, listing));
    }
    let (places, nearer) = (places::of(&listing), hosts::nearer(&listing));
    meant(cli, file, &nearer).map_err(|why| places::named(why, &places))
}

/// Settings that are only shown: what does not work out is shown too.
fn shown(cli: &Cli, file: ConfigFile, listing: Vec<Setting>) -> Settings {
    Settings {
        job: Job::Config(listing),
        face: face(&cli.options),
        dir: None,
        options: Options::default(),
        own_state: false,
        records: Wanted::default(),
        keep: false,
        file,
        reading: Reading::default(),
        asks: None,
    }
}

/// What it all comes to; `nearer` are the options that win over what the file says of single hosts.
fn meant(cli: Cli, mut file: ConfigFile, nearer: &[String]) -> Result<Settings, String> {
    let Cli { command, words, options } = cli;
    let mut records = records(&options, &words)?;
    let (asked, choice) = (given::asked(&options)?, given::choice(&options)?);
    let (mut job, single) = command::job(command, &words, &options, &asked)?;
    let own_state = options.state.is_some() || job.is_about_earlier_runs();
    let face = face_of(&job, &words, &options)?;
    let single = of_one_file(&options, single)?;
    given::with_tables(&mut job, &asked, &mut records)?;
    if options.keep && !matches!(job, Job::Compare(_)) {
        return Err("--keep belongs to `haul compare`".to_owned());
    }
    let (dir, keep) = (options.dir.clone(), options.keep);
    let name = options.name.as_deref().map(|name| given::naming(name, &mut job, &asked)).transpose()?;
    let name = name.filter(|_| options.output.is_none());
    let globs = options.glob;
    let state = match job {
        // What they do is of no use to a later run.
        Job::Demo | Job::Compare(_) => None,
        _ => state::database(&options),
    };
    let verbose = options.verbose;
    if verbose && face == Face::Screen {
        records.log = state.as_deref().map(|state| state.with_file_name("haul.log"));
    }
    let verbose = verbose && (face != Face::Screen || records.log.is_some());
    look(&mut file.screen, &options);
    let asks = asks(options.user.as_deref())?;
    let hosts = std::mem::take(&mut file.hosts);
    let mut options =
        Options { digest: records.report.is_some(), state, verbose, hosts, ..engine::options(options, face)? };
    hosts::give_way(&mut options, nearer);
    let reading = Reading { single, name, globs, choice };
    Ok(Settings { job, face, dir, options, own_state, records, keep, file, reading, asks })
}

/// The face of this job, which must have something to do where nobody can give it more.
fn face_of(job: &Job, words: &[OsString], options: &CommonOptions) -> Result<Face, String> {
    // A list typed at the terminal and the keys of the screen would take each other's letters.
    let typed = words.iter().chain(&options.input).any(|word| word == "-");
    let face = match face(options) {
        Face::Screen if typed || job.is_about_earlier_runs() || matches!(job, Job::Dry(_)) => Face::Plain,
        face => face,
    };
    match job {
        Job::Fetch(sources) | Job::Dry(sources) if sources.is_empty() && face != Face::Screen => {
            Err("nothing to do: give addresses or list files, - to read a list from standard input, or `haul resume` \
                 to finish what an earlier run has left (haul --help says more)"
                .to_owned())
        }
        _ => Ok(face),
    }
}

/// The user whose password is to be asked for.
fn asks(user: Option<&str>) -> Result<Option<String>, String> {
    match user {
        Some("") => Err("--user is empty: write --user NAME:PASSWORD, or NAME to be asked for the password".to_owned()),
        user => Ok(user.filter(|text| secrets::user(text).is_none()).map(str::to_owned)),
    }
}

/// What is said of the file where there is but one.
fn of_one_file(options: &CommonOptions, single: bool) -> Result<Single, String> {
    if let Some(name) = &options.output {
        if !single {
            return Err("--output names one file: give exactly one address with it".to_owned());
        }
        check_file_name(name)?;
    }
    if options.checksum.is_some() && !single {
        return Err("--checksum is that of one file: give exactly one address with it".to_owned());
    }
    Ok(Single { name: options.output.clone(), checksum: options.checksum.clone() })
}

/// What is typed wins over what the file says.
fn look(screen: &mut ScreenSettings, options: &CommonOptions) {
    screen.ascii = options.ascii.then_some(true).or(screen.ascii);
    screen.color = match &*options.color {
        "always" => Some(true),
        "never" => Some(false),
        _ => None,
    };
}

/// The files that tell what became of every job. None of them may swallow another, or a list before it is read; a list
/// of failures does no harm, since one that is there stays until the end.
fn records(options: &CommonOptions, words: &[OsString]) -> Result<Wanted, String> {
    let format = options.report.as_deref().map(Format::of).transpose().map_err(|why| format!("--report: {why}"))?;
    let report = options.report.clone().zip(format);
    if let Some((path, _)) = &report {
        let same = |other: &Path| {
            path == other || fs::canonicalize(path).is_ok_and(|path| fs::canonicalize(other).is_ok_and(|o| o == path))
        };
        if options.failed.as_deref().is_some_and(same) {
            return Err("--report and --failed name the same file".to_owned());
        }
        if words.iter().chain(&options.input).any(|list| same(Path::new(list))) {
            return Err("--report names a list that is to be read: it would be overwritten".to_owned());
        }
    }
    let (columns, programs) = (Vec::new(), programs(options)?);
    Ok(Wanted { report, columns, failed: options.failed.clone(), log: None, programs })
}

/// The programs that hear of every job.
fn programs(options: &CommonOptions) -> Result<Programs, String> {
    let program = |option, text: &Option<String>| text.as_deref().map(|text| Program::parse(option, text)).transpose();
    Ok(Programs {
        complete: program("--on-complete", &options.on_complete)?,
        failed: program("--on-failed", &options.on_failed)?,
        finish: program("--on-finish", &options.on_finish)?,
    })
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
