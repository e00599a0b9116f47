//! The command line as it is typed: words, options and their help. clap lives here alone; what the words mean is for
//! `config` to say.

mod help;
pub(crate) mod layers;
mod pages;
pub(crate) mod parse;
pub(crate) mod settings;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};

use crate::engine::options::{Check, Checksum, Expect, Http};
use crate::engine::parse_checksum;
use crate::units;

const EXAMPLES: &str = "\
Examples:
  haul                              the screen; paste addresses into it
  haul https://example.com/a.jpg    fetch one file
  haul -d pictures list.txt         fetch a list, an address a line
  sort -u list.txt | haul -         fetch what a pipe brings
  haul photos.csv                   fetch what a table's column `url` names
  haul --from-page https://example.com/gallery --reject '*thumb*'
                                    the images of a page
  haul --failed left.txt list.txt   and again with `haul left.txt`
  haul resume                       finish what was interrupted, wherever it was
  haul history                      what was fetched, and where it went
  haul report r.csv                 what a report of --report r.csv comes to
  haul demo                         15 pictures from haul itself, no network needed

Exit status:
  0 every file is there       2 wrong use, or nothing to do      130 ended by SIGINT
  1 some failed or are left   3 folder or report not writable    143 ended by SIGTERM";

const USAGE: &str = "\
haul [OPTIONS] [URL|FILE]...
       haul [OPTIONS] COMMAND [WORD]...";

/// A download manager for images and anything else that comes by the hundred.
///
/// On a terminal it opens a screen; elsewhere it prints a line for each file.
#[derive(Parser)]
#[command(name = "haul", version, override_usage = USAGE, after_help = EXAMPLES, max_term_width = 110)]
#[command(disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Work>,
    /// Addresses (with ://), files that list some, or - for a list on standard input
    #[arg(value_name = "URL|FILE")]
    pub(crate) words: Vec<OsString>,
    #[command(flatten)]
    pub(crate) options: CommonOptions,
}

/// What else haul does.
#[derive(Subcommand)]
pub(crate) enum Work {
    /// Fetch 15 pictures from an origin inside haul; works with no network
    Demo,
    /// Fetch a list one by one, then all at once, and show the speed-up
    Compare {
        /// Addresses or list files; without any, the pictures of the demo
        #[arg(value_name = "URL|FILE")]
        words: Vec<OsString>,
    },
    /// Finish, without a screen, what ended runs have left
    Resume,
    /// List what was fetched: when, how much, to which path, from where
    History,
    /// Show every setting and where it comes from
    Config,
    /// Print what a shell needs to complete haul's words
    Completions {
        /// Which shell
        #[arg(value_name = "SHELL")]
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
    /// Forget what was fetched from an address or to a path; files stay, parts of unfinished ones go
    Forget {
        /// Addresses (with ://) or paths of files
        #[arg(value_name = "URL|PATH", required_unless_present = "all")]
        words: Vec<OsString>,
        /// Forget everything
        #[arg(long, conflicts_with = "words")]
        all: bool,
    },
    /// Read a report back: what it comes to, or the addresses of what is not there
    Report {
        /// A file that --report has written, or - for standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Print the addresses of all that is not finished, one a line, for `haul -`
        #[arg(long)]
        urls: bool,
        /// Only rows with these kinds of errors, as in `timeout,rate_limited`
        #[arg(long, value_name = "CLASS", value_delimiter = ',')]
        class: Vec<String>,
    },
}

/// Options of every command.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub(crate) struct CommonOptions {
    /// A list of addresses, one a line; may be given again; - is standard input
    #[arg(short, long, value_name = "FILE", global = true)]
    pub(crate) input: Vec<OsString>,
    /// A curl command, as "Copy as cURL" of a browser gives it: its address, with its headers; may be given again
    #[arg(long, value_name = "LINE", global = true)]
    pub(crate) from_curl: Vec<String>,
    /// Addresses stand for many: [01-99], [0-100:10], [a-f] and {a,b}, as curl reads them
    #[arg(long, global = true)]
    pub(crate) glob: bool,
    /// The column of a table that addresses are in [default: url, `photo_image_url`, `image_url` or link]
    #[arg(long, value_name = "COLUMN", conflicts_with = "template", global = true)]
    pub(crate) url_column: Option<String>,
    /// Make addresses of a table's columns, as in `{photo_image_url}?w={w}`; values go in as they are
    #[arg(long, value_name = "TEMPLATE", global = true)]
    pub(crate) template: Option<String>,
    /// A value for the template that is no column, as in w=1080
    #[arg(long, value_name = "NAME=VALUE", global = true)]
    pub(crate) set: Vec<String>,
    /// Take only such rows of a table, as in `width>=1000` (= != < <= > >=); given again, all must hold
    #[arg(long = "where", value_name = "FILTER", global = true)]
    pub(crate) filters: Vec<String>,
    /// The images of this HTML page, each picture in its largest form; may be given again. What a page or an image
    /// says to machines that learn (noai, noimageai) is obeyed
    #[arg(long, value_name = "URL", global = true)]
    pub(crate) from_page: Vec<String>,
    /// Of the images of pages, only those whose name fits, as in '*.jpg' or 'jpg,png'; a pattern with a slash is for
    /// the whole address
    #[arg(long, value_name = "GLOB", global = true)]
    pub(crate) accept: Vec<String>,
    /// Of the images of pages, none whose name fits; after --accept
    #[arg(long, value_name = "GLOB", global = true)]
    pub(crate) reject: Vec<String>,
    /// Where files go; created if need be [default: the current folder; demo: haul-demo]
    #[arg(short, long, value_name = "DIR", global = true)]
    pub(crate) dir: Option<PathBuf>,
    /// The file's name, when there is exactly one address
    #[arg(short, long, value_name = "NAME", global = true)]
    pub(crate) output: Option<String>,
    /// The files' names, as in {n:03}-{stem}.{ext}; n is the row, {host} and {date} go too, and the columns of a table; a
    /// slash makes folders
    #[arg(long, value_name = "TEMPLATE", global = true)]
    pub(crate) name: Option<String>,
    /// Transfers at once, over all hosts
    #[arg(short, long, value_name = "N", default_value_t = 64, value_parser = count(10_000), global = true)]
    pub(crate) jobs: u32,
    /// Requests at once to one host [default: starts at 16, and up to 64 where more bring more]
    #[arg(long, value_name = "N", value_parser = count(10_000), global = true)]
    pub(crate) per_host: Option<u32>,
    /// Bytes a second over all transfers, as in 500K or 2M
    #[arg(long, value_name = "RATE", value_parser = limit, global = true)]
    pub(crate) limit_rate: Option<u64>,
    /// Connections for one file, where it is large; 1 never splits it [default: as many as help, 16 at most]
    #[arg(short = 'x', long, value_name = "N", value_parser = count(10_000), global = true)]
    pub(crate) connections: Option<u32>,
    /// Attempts after the first, for errors that may pass
    #[arg(short, long, value_name = "N", default_value_t = 5, global = true)]
    pub(crate) retries: u32,
    /// The longest wait for a connection
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = time, global = true)]
    pub(crate) connect_timeout: Duration,
    /// The longest wait for an answer, or for more of a body
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = time, global = true)]
    pub(crate) stall_timeout: Duration,
    /// The longest that one file may take, its retries included
    #[arg(long, value_name = "TIME", value_parser = time, global = true)]
    pub(crate) deadline: Option<Duration>,
    /// Refuse larger files
    #[arg(long, value_name = "SIZE", value_parser = units::parse_size, global = true)]
    pub(crate) max_size: Option<u64>,
    /// What the files must be: images where they claim to be, images all, or anything
    #[arg(long, value_name = "KIND", default_value = "auto", value_parser = expect(), global = true)]
    pub(crate) expect: Expect,
    /// How closely images are looked at: not, to their own end, or every pixel
    #[arg(long, value_name = "HOW", default_value = "ends", value_parser = check(), global = true)]
    pub(crate) check: Check,
    /// The digest that the file must have (sha256, sha512, sha1, md5), when there is exactly one address
    #[arg(long, value_name = "ALGO:HEX", value_parser = parse_checksum, global = true)]
    pub(crate) checksum: Option<Checksum>,
    /// Show what would be fetched, under which names, and do nothing
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,
    /// A header for every request, or a file of them; they stay with the origin they were given for
    #[arg(short = 'H', long, value_name = "'NAME: VALUE'|@FILE", global = true)]
    pub(crate) header: Vec<String>,
    /// How haul names itself to servers
    #[arg(short = 'A', long, value_name = "TEXT", global = true)]
    pub(crate) user_agent: Option<String>,
    /// User and password for servers that ask for them; without a colon the password is asked for
    #[arg(short, long, value_name = "USER[:PASSWORD]", global = true)]
    pub(crate) user: Option<String>,
    /// Logins from ~/.netrc, or the file that NETRC names; they stay with the host that an address names
    #[arg(long, global = true)]
    pub(crate) netrc: bool,
    /// Send the cookies of this file (Netscape's format) and those that servers set meanwhile; it is only read
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) cookies: Option<PathBuf>,
    /// HTTP/2 where an https server offers it, 1.1 alone, or 2 alone (on plain http without asking first)
    #[arg(long, value_name = "VERSION", default_value = "auto", value_parser = http(), global = true)]
    pub(crate) http: Http,
    /// Go through this proxy (http, https, socks5)
    #[arg(long, value_name = "URL", global = true)]
    pub(crate) proxy: Option<String>,
    /// Trust the authorities in this PEM file, and no others
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) ca_cert: Option<PathBuf>,
    /// Accept any certificate
    #[arg(long, global = true)]
    pub(crate) insecure: bool,
    /// A line for each file in place of the screen
    #[arg(long, global = true)]
    pub(crate) plain: bool,
    /// A JSON object for each event in place of the screen
    #[arg(long, conflicts_with_all = ["plain", "quiet"], global = true)]
    pub(crate) json: bool,
    /// No screen and no output but failures, on standard error
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// The screen in ASCII alone; by itself on the console of Linux and where the locale is not UTF-8
    #[arg(long, global = true)]
    pub(crate) ascii: bool,
    /// Colours on the screen: as `NO_COLOR` says, always, or never
    #[arg(long, value_name = "WHEN", default_value = "auto", value_parser = ["auto", "always", "never"], global = true)]
    pub(crate) color: String,
    /// Write a row for every file, as it ends; .json, .jsonl or .csv; an older report is overwritten
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) report: Option<PathBuf>,
    /// Write the addresses that failed or are unfinished, as a list to feed back
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) failed: Option<PathBuf>,
    /// Run this for every file that was fetched: no shell, facts in `HAUL_*`, its row as JSON on standard input
    #[arg(long, value_name = "CMD", global = true)]
    pub(crate) on_complete: Option<String>,
    /// Run this for every file that failed
    #[arg(long, value_name = "CMD", global = true)]
    pub(crate) on_failed: Option<String>,
    /// Run this once at the end, the summary as JSON on standard input
    #[arg(long, value_name = "CMD", global = true)]
    pub(crate) on_finish: Option<String>,
    /// The database that remembers jobs between runs [default: haul/haul.db in the state folder]
    #[arg(long, value_name = "FILE", conflicts_with = "no_state", global = true)]
    pub(crate) state: Option<PathBuf>,
    /// Remember nothing between runs
    #[arg(long, global = true)]
    pub(crate) no_state: bool,
    /// Fetch again what is there already, and rename over it
    #[arg(long, global = true)]
    pub(crate) overwrite: bool,
    /// Give files the time at which the server says that they were changed last
    #[arg(short = 'R', long, global = true)]
    pub(crate) remote_time: bool,
    /// The same bytes once: a file that this run has already becomes one more name of it (a hard link)
    #[arg(long, value_name = "HOW", value_parser = ["content"], global = true)]
    pub(crate) dedupe: Option<String>,
    /// Call a file finished only when it would survive the loss of power
    #[arg(long, global = true)]
    pub(crate) sync: bool,
    /// The file of settings [default: haul/config.toml in the config folder]
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
    /// What happens on the wire, on standard error; on a screen in haul.log beside the state
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// compare: keep the two folders
    #[arg(long, global = true)]
    pub(crate) keep: bool,
}

fn count(most: i64) -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=most)
}

fn expect() -> impl TypedValueParser<Value = Expect> {
    PossibleValuesParser::new(["auto", "image", "any"]).map(|word| match word.as_str() {
        "image" => Expect::Image,
        "any" => Expect::Any,
        _ => Expect::Auto,
    })
}

fn check() -> impl TypedValueParser<Value = Check> {
    PossibleValuesParser::new(["none", "ends", "decode"]).map(|word| match word.as_str() {
        "none" => Check::None,
        "decode" => Check::Decode,
        _ => Check::Ends,
    })
}

fn http() -> impl TypedValueParser<Value = Http> {
    PossibleValuesParser::new(["auto", "1.1", "2"]).map(|word| match word.as_str() {
        "1.1" => Http::One,
        "2" => Http::Two,
        _ => Http::Auto,
    })
}

fn limit(text: &str) -> Result<u64, String> {
    match units::parse_size(text.trim_end_matches("/s"))? {
        0 => Err("nothing would ever come".to_owned()),
        rate => Ok(rate),
    }
}

fn time(text: &str) -> Result<Duration, String> {
    match units::parse_duration(text)? {
        Duration::ZERO => Err("it must be longer than nothing".to_owned()),
        time => Ok(time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn parsed(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn only_a_first_word_is_a_command() {
        for (line, demo, words) in [
            ("haul demo", true, 0),
            ("haul -d x demo", true, 0),
            ("haul ./demo", false, 1),
            ("haul a.txt demo", false, 2),
            ("haul -- demo", false, 1),
            ("haul help", false, 1),
            ("haul http://h/1 http://h/2", false, 2),
            ("haul", false, 0),
        ] {
            let cli = parsed(line).unwrap_or_else(|error| unreachable!("{line}: {error}"));
            assert_eq!((cli.command.is_some(), cli.words.len()), (demo, words), "{line}");
        }
    }

    #[test]
    fn options_stand_anywhere_and_are_checked() {
        assert!(parsed("haul demo -d x --plain -q -j 3").is_ok_and(|cli| cli.options.jobs == 3 && cli.options.quiet));
        for line in [
            "haul --json --plain",
            "haul --json -q",
            "haul -j 0",
            "haul --per-host 0",
            "haul --per-host many",
            "haul --limit-rate 0",
            "haul --limit-rate fast",
            "haul --http 3",
            "haul -x 0",
            "haul --max-size huge",
            "haul --deadline 0",
            "haul --expect picture",
            "haul --check all",
            "haul --checksum md5:12",
            "haul --nonsense",
        ] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
