//! What a command line means: which work, which face, which options, or why it makes no sense. It starts nothing.

mod cookies;
mod file;
mod netrc;

pub(crate) use file::{File as ConfigFile, OwnKeys, ScreenSettings};

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{IsTerminal as _, stdin, stdout};
use std::path::{self, Path, PathBuf};

use url::Url;

use crate::cli::{Cli, CommonOptions, Work};
use crate::display;
use crate::engine::options::{Options, Proxy, Secret, SecretUrl};
use crate::engine::{What, check_file_name};
use crate::input::words::{self, Source};
use crate::input::{Choice, Reading, Single, address};
use crate::report::{Format, Wanted};

/// What to do.
pub(crate) enum Job {
    /// Fetch what the sources name.
    Fetch(Vec<Source>),
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
}

/// Makes sense of a command line.
///
/// # Errors
/// Says in words what is wrong with it.
pub(crate) fn settings(cli: Cli) -> Result<Settings, String> {
    let Cli { command, words, options } = cli;
    let mut file = file::read(options.config.as_deref())?;
    let mut face = face(&options);
    let mut records = records(&options, &words)?;
    let mut own_state = options.state.is_some();
    let choice = Choice::new(&options.accept, &options.reject)?;
    if choice.is_made() && options.from_page.is_empty() {
        return Err("--accept and --reject choose among the images of pages: give --from-page with them".to_owned());
    }
    if command.is_some() && !options.from_page.is_empty() {
        return Err("--from-page belongs to a run that fetches: write `haul --from-page URL`".to_owned());
    }
    let (job, single) = match command {
        Some(Work::Demo) => {
            if !options.input.is_empty() {
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
            (Job::Compare(sources(&words, &options.input)?), false)
        }
        Some(other) => {
            own_state = true;
            face = if face == Face::Screen { Face::Plain } else { face };
            (with_state(other, &options)?, false)
        }
        None => {
            let mut sources = sources(&words, &options.input)?;
            for page in &options.from_page {
                sources.push(words::page(page)?);
            }
            let single = matches!(sources.as_slice(), [Source::Address(_)]);
            // A list typed at the terminal and the keys of the screen would take each other's letters.
            if face == Face::Screen && sources.iter().any(|source| matches!(source, Source::Stdin)) {
                face = Face::Plain;
            }
            if sources.is_empty() && face != Face::Screen {
                return Err("nothing to do: give addresses or list files, - to read a list from standard input, or \
                            `haul resume` to finish what an earlier run has left (haul --help says more)"
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
    if options.checksum.is_some() && !single {
        return Err("--checksum is that of one file: give exactly one address with it".to_owned());
    }
    if options.keep && !matches!(job, Job::Compare(_)) {
        return Err("--keep belongs to `haul compare`".to_owned());
    }
    let (dir, keep) = (options.dir.clone(), options.keep);
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
    let options = Options { digest: records.report.is_some(), state, verbose, ..engine_options(options, face)? };
    Ok(Settings { job, face, dir, options, own_state, records, keep, file, reading: Reading { single, choice } })
}

/// The commands that are about what earlier runs have left.
fn with_state(command: Work, options: &CommonOptions) -> Result<Job, String> {
    if options.no_state || state(options).is_none() {
        return Err("without a state database there is nothing to look at: --state names one".to_owned());
    }
    if !options.input.is_empty() {
        return Err("-i belongs to a run that fetches a list: write `haul -i LIST`".to_owned());
    }
    Ok(match command {
        Work::History => Job::History,
        Work::Forget { all: true, .. } => Job::Forget(vec![What::All]),
        Work::Forget { words, .. } => Job::Forget(words.iter().map(|word| what(word)).collect::<Result<_, _>>()?),
        _ => Job::Resume,
    })
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
    let format = options.report.as_deref().map(Format::of).transpose()?;
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
    Ok(Wanted { report, failed: options.failed.clone(), log: None })
}

/// Words first, in order, then the lists of `--input`.
fn sources(words: &[OsString], lists: &[OsString]) -> Result<Vec<Source>, String> {
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
        user: options.user.as_deref().map(user).transpose()?,
        logins: if options.netrc { netrc::read()? } else { defaults.logins },
        cookies: options.cookies.as_deref().map(cookies::read).transpose()?,
        http: options.http,
        proxy: options.proxy.as_deref().map(proxy).transpose()?.map_or(Proxy::System, Proxy::Url),
        ca_cert: options.ca_cert,
        insecure: options.insecure,
        expect: options.expect,
        check: options.check,
        digest: defaults.digest,
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
                let why = |error| format!("cannot read the headers in `{}`: {error}", display::safe(file));
                let lines = fs::read_to_string(file).map_err(why)?;
                let lines = lines.lines().filter(|line| !line.trim().is_empty());
                headers.extend(lines.map(header).collect::<Result<Vec<_>, _>>()?);
            }
        }
    }
    Ok(headers)
}

fn header(text: &str) -> Result<(String, Secret), String> {
    let (name, value) = text.split_once(':').ok_or("a header has no colon: write --header 'Name: value'")?;
    Ok((name.trim().to_owned(), Secret(value.trim().to_owned())))
}

fn user(text: &str) -> Result<(String, Secret), String> {
    let (user, password) = text.split_once(':').ok_or("--user has no colon: write --user NAME:PASSWORD")?;
    Ok((user.to_owned(), Secret(password.to_owned())))
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
            user("s3cret").map(drop),
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
