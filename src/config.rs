//! What a command line means: which work, which face, which options, or why it makes no sense. It starts nothing.

mod cookies;
mod environment;
mod file;
mod netrc;
mod places;
mod secrets;

pub(crate) use file::{File as ConfigFile, Line, OwnKeys, ScreenSettings};
pub(crate) use secrets::masked;

use secrets::{header, user};

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{IsTerminal as _, stdin, stdout};
use std::path::{self, Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::Url;

use crate::cli::layers::Typed;
use crate::cli::settings::Setting;
use crate::cli::{Cli, CommonOptions, Work};
use crate::display;
use crate::engine::error::ErrorClass;
use crate::engine::options::{Options, Proxy, Secret, SecretUrl};
use crate::engine::{What, check_file_name};
use crate::input::table::Asked;
use crate::input::words::{self, Source};
use crate::input::{Naming, Reading, Single, address, curl, tables};
use crate::nearest;
use crate::report::{Format, Program, Programs, Wanted};

/// What to do.
pub(crate) enum Job {
    /// Fetch what the sources name.
    Fetch(Vec<Source>),
    /// Show what that would be.
    Dry(Vec<Source>),
    /// Fetch the pictures of the embedded origin.
    Demo,
    /// Fetch one by one, then all at once; without sources, from the embedded origin.
    Compare(Vec<Source>),
    /// Finish what ended runs have left.
    Resume,
    /// List what was fetched.
    History,
    /// Forget that something was fetched.
    Forget(Vec<What>),
    /// Read a report back.
    Report {
        /// `-` is standard input.
        file: PathBuf,
        /// Print addresses, and not what it all comes to.
        urls: bool,
        /// Which rows.
        classes: Vec<ErrorClass>,
    },
    /// Show how everything is set.
    Config(Vec<Setting>),
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
    let (cli, listing) = typed.over([given, std::mem::take(&mut file.options)])?;
    if matches!(cli.command, Some(Work::Config)) {
        return Ok(shown(&cli, file, listing));
    }
    let places = places::of(&listing);
    meant(cli, file).map_err(|why| places::named(why, &places))
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

/// What it all comes to.
fn meant(cli: Cli, mut file: ConfigFile) -> Result<Settings, String> {
    let Cli { command, words, options } = cli;
    let mut face = face(&options);
    let mut records = records(&options, &words)?;
    let mut own_state = options.state.is_some();
    if options.dry_run && command.is_some() {
        return Err(
            "--dry-run shows what `haul URL` or `haul LIST` would fetch, and goes with no other command".to_owned()
        );
    }
    let asked = asked(&options)?;
    let (mut job, single) = match command {
        Some(Work::Demo) => {
            if !options.input.is_empty() || !options.from_curl.is_empty() {
                return Err("`haul demo` fetches its own pictures and takes no list".to_owned());
            }
            (Job::Demo, false)
        }
        Some(Work::Compare { words }) => {
            if options.json || options.quiet {
                return Err("`haul compare` prints a table: --json and -q do not go with it".to_owned());
            }
            if options.report.is_some() || options.failed.is_some() {
                return Err("`haul compare` prints a table: --report and --failed do not go with it".to_owned());
            }
            if options.name.is_some() || options.dedupe.is_some() {
                return Err("`haul compare` fetches everything twice: --name and --dedupe do not go with it".to_owned());
            }
            if !options.from_curl.is_empty() {
                return Err("`haul compare` asks for addresses alone: --from-curl does not go with it".to_owned());
            }
            if [&options.on_complete, &options.on_failed, &options.on_finish].into_iter().any(Option::is_some) {
                return Err("`haul compare` prints a table: no hooks go with it".to_owned());
            }
            (Job::Compare(sources(&words, &options, &asked)?), false)
        }
        Some(Work::Report { urls: true, .. }) if options.json => {
            return Err("`haul report --urls` prints a list: --json does not go with it".to_owned());
        }
        Some(Work::Report { file, urls, class }) => (Job::Report { file, urls, classes: classes(&class)? }, false),
        Some(other) => {
            own_state = true;
            face = if face == Face::Screen { Face::Plain } else { face };
            (with_state(other, &options)?, false)
        }
        None => {
            let sources = sources(&words, &options, &asked)?;
            let single = matches!(sources.as_slice(), [Source::Address(_) | Source::Entry(_)]);
            // A list typed at the terminal and the keys of the screen would take each other's letters.
            let typed = words.iter().chain(&options.input).any(|word| word == "-");
            if face == Face::Screen && (typed || options.dry_run) {
                face = Face::Plain;
            }
            if sources.is_empty() && face != Face::Screen {
                return Err("nothing to do: give addresses or list files, - to read a list from standard input, or \
                            `haul resume` to finish what an earlier run has left (haul --help says more)"
                    .to_owned());
            }
            (if options.dry_run { Job::Dry(sources) } else { Job::Fetch(sources) }, single)
        }
    };
    if let Some(name) = &options.output {
        if !single {
            return Err("--output names one file: give exactly one address with it".to_owned());
        }
        check_file_name(name)?;
    }
    if options.checksum.is_some() && !single {
        return Err("--checksum is that of one file: give exactly one address with it".to_owned());
    }
    with_tables(&mut job, &asked, &mut records)?;
    if options.keep && !matches!(job, Job::Compare(_)) {
        return Err("--keep belongs to `haul compare`".to_owned());
    }
    let (dir, keep) = (options.dir.clone(), options.keep);
    let name = options.name.as_deref().map(|name| naming(name, &job, &asked)).transpose()?;
    let name = name.filter(|_| options.output.is_none());
    let globs = options.glob;
    let single = Single { name: options.output.clone(), checksum: options.checksum.clone() };
    let state = match job {
        // What they do is of no use to a later run.
        Job::Demo | Job::Compare(_) => None,
        _ => state(&options),
    };
    let verbose = options.verbose;
    if verbose && face == Face::Screen {
        records.log = state.as_deref().map(|state| state.with_file_name("haul.log"));
    }
    let verbose = verbose && (face != Face::Screen || records.log.is_some());
    // What is typed wins over what the file says.
    file.screen.ascii = options.ascii.then_some(true).or(file.screen.ascii);
    file.screen.color = match &*options.color {
        "always" => Some(true),
        "never" => Some(false),
        _ => None,
    };
    let asks = options.user.clone().filter(|text| user(text).is_none());
    let hosts = std::mem::take(&mut file.hosts);
    let options = Options { digest: records.report.is_some(), state, verbose, hosts, ..engine_options(options, face)? };
    let reading = Reading { single, name, globs };
    Ok(Settings { job, face, dir, options, own_state, records, keep, file, reading, asks })
}

/// A template for names; its date is that of now, where the user is.
fn naming(template: &str, job: &Job, asked: &Asked) -> Result<Naming, String> {
    let sources = if let Job::Fetch(sources) = job { &**sources } else { &[] };
    let columns = tables::names(sources, asked);
    let columns: Vec<_> = columns.iter().map(String::as_str).collect();
    let now = Timestamp::try_from(SystemTime::now()).unwrap_or_default();
    let date = TimeZone::system().to_datetime(now).date();
    Naming::parse(template, &columns, date.to_string()).map_err(|why| format!("--name: {why}"))
}

/// The commands that are about what earlier runs have left.
fn with_state(command: Work, options: &CommonOptions) -> Result<Job, String> {
    if options.no_state || state(options).is_none() {
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

/// Where jobs are remembered.
fn state(options: &CommonOptions) -> Option<PathBuf> {
    if options.no_state {
        return None;
    }
    let folder = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    // The XDG base directory specification knows a state folder of its own; Windows has one for what stays on the machine.
    let states = || match folder("XDG_STATE_HOME") {
        None if cfg!(windows) => folder("LOCALAPPDATA"),
        None => folder("HOME").map(|home| home.join(".local/state")),
        found => found,
    };
    options.state.clone().or_else(|| Some(states()?.join("haul").join("haul.db")))
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

/// Words first, in order, then curl commands, then the lists of `--input`.
fn sources(words: &[OsString], options: &CommonOptions, asked: &Asked) -> Result<Vec<Source>, String> {
    let mut sources = words.iter().map(|word| words::word(word, options.glob)).collect::<Result<Vec<_>, _>>()?;
    words::check(&sources)?;
    for command in &options.from_curl {
        sources.extend(curl::entries(command)?.into_iter().map(|entry| Source::Entry(Box::new(entry))));
    }
    sources.extend(options.input.iter().map(|list| words::list(list)).collect::<Result<Vec<_>, _>>()?);
    let stdin = sources.iter().filter(|source| matches!(source, Source::Stdin)).count();
    if stdin > 1 {
        return Err("standard input can be read only once: give - once".to_owned());
    }
    // Only now: the header of one that comes through a pipe may be long in coming.
    sources.into_iter().map(|source| tables::open(source, asked)).collect()
}

/// What is asked of tables.
fn asked(options: &CommonOptions) -> Result<Asked, String> {
    Asked::parse(options.url_column.clone(), options.template.clone(), &options.set, &options.filters)
}

/// Where there are tables, their columns go into the report; where there is none, nothing can be asked of it.
fn with_tables(job: &mut Job, asked: &Asked, records: &mut Wanted) -> Result<(), String> {
    let sources = match job {
        Job::Fetch(sources) | Job::Compare(sources) => sources.as_mut_slice(),
        _ => &mut [],
    };
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

fn engine_options(options: CommonOptions, face: Face) -> Result<Options, String> {
    let defaults = Options::default();
    Ok(Options {
        jobs: options.jobs as usize,
        per_host: options.per_host.map(|n| n as usize),
        limit_rate: options.limit_rate,
        connections: options.connections.map(|connections| connections as usize),
        retries: options.retries,
        connect_timeout: options.connect_timeout,
        stall_timeout: options.stall_timeout,
        deadline: options.deadline,
        max_size: options.max_size,
        // A person can see a long wait and decide; a script cannot.
        patience: if face == Face::Screen { None } else { defaults.patience },
        headers: headers(&options.header)?,
        user_agent: options.user_agent.unwrap_or(defaults.user_agent),
        user: options.user.as_deref().and_then(user),
        hosts: defaults.hosts,
        logins: if options.netrc { netrc::read()? } else { defaults.logins },
        cookies: options.cookies.as_deref().map(cookies::read).transpose()?,
        http: options.http,
        proxy: options.proxy.as_deref().map(proxy).transpose()?.map_or(Proxy::System, Proxy::Url),
        ca_cert: options.ca_cert,
        insecure: options.insecure,
        expect: options.expect,
        check: options.check,
        remote_time: options.remote_time,
        digest: defaults.digest,
        dedupe: options.dedupe.is_some(),
        state: defaults.state,
        // A person can make room; a script cannot.
        room: if face == Face::Screen { None } else { defaults.room },
        overwrite: options.overwrite,
        sync: options.sync,
        verbose: defaults.verbose,
    })
}

// What follows may be secret, so no message repeats it.

/// `Name: value`, or `@FILE` with one a line.
fn headers(given: &[String]) -> Result<Vec<(String, Secret)>, String> {
    let mut headers = Vec::new();
    for text in given {
        match text.strip_prefix('@') {
            None => headers.push(header(text)?),
            Some(file) => {
                let why = |error| format!("cannot read the headers of `--header @{}`: {error}", display::safe(file));
                let lines = fs::read_to_string(file).map_err(why)?;
                let lines = lines.lines().filter(|line| !line.trim().is_empty());
                headers.extend(lines.map(header).collect::<Result<Vec<_>, _>>()?);
            }
        }
    }
    Ok(headers)
}

fn proxy(text: &str) -> Result<SecretUrl, String> {
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    match Url::parse(&with_scheme) {
        Ok(url) if url.has_host() && PROXIES.contains(&url.scheme()) => Ok(SecretUrl(url)),
        _ => Err("--proxy is no address: write http://HOST:PORT, https://… or socks5://…".to_owned()),
    }
}

const PROXIES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_named_without_their_secrets() {
        for result in [
            headers(&["Authorization s3cret".to_owned()]).map(drop),
            proxy("ftp://u:s3cret@h").map(drop),
            proxy("http://u:s3cret@").map(drop),
        ] {
            let message = result.expect_err("a mistake");
            assert!(!message.contains("s3cret"), "{message}");
        }
        assert!(headers(&["@/nowhere/at/all".to_owned()]).is_err());
        assert_eq!(headers(&["X-A:  b:c ".to_owned()]), Ok(vec![("X-A".to_owned(), Secret("b:c".to_owned()))]));
        for good in ["localhost:3128", "http://u:p@h:1", "socks5h://h"] {
            assert!(proxy(good).is_ok(), "{good}");
        }
    }
}
