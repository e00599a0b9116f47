//! What the two lengths of help and the manual page say beyond the options themselves: under which heading an option
//! stands, and how things go together.

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, Command};

/// Every option under its heading, in the order of the help: what is asked for most comes first.
const HEADINGS: &[(&str, &[&str])] = &[
    (INPUT, &["input", "glob", "from-page", "accept", "reject", "from-curl", "url-column", "template", "set", "where"]),
    (OUTPUT, &["dir", "output", "name", "remote-time", "overwrite", "dedupe", "dry-run", "keep"]),
    (
        SPEED,
        &["jobs", "per-host", "connections", "limit-rate", "retries", "connect-timeout", "stall-timeout", "deadline"],
    ),
    (TRUTH, &["expect", "check", "checksum", "max-size", "sync"]),
    (
        NETWORK,
        &["header", "user-agent", "user", "netrc", "cookies", "http", "proxy", "ca-cert", "insecure", "ignore-robots"],
    ),
    (SCREEN, &["plain", "json", "quiet", "verbose", "color", "ascii"]),
    (REPORTS, &["report", "failed", "on-complete", "on-failed", "on-finish"]),
    (MEMORY, &["state", "no-state", "config"]),
];

const INPUT: &str = "Input";
const OUTPUT: &str = "Output";
const SPEED: &str = "Speed and patience";
const TRUTH: &str = "Truth";
const NETWORK: &str = "Network";
const SCREEN: &str = "Screen and lines";
const REPORTS: &str = "Reports and hooks";
const MEMORY: &str = "Memory and settings";

/// Blocks with a heading each, as `--help` and the manual page have them.
pub(super) const MORE: &str = "\
Sources:
  A word with :// is an address, any other is a file that lists some, and - is a list on standard input.
  In a list stands an address a line; lines with # and blank ones are skipped. What is wrong is named
  with its number and skipped, and the rest is fetched. Lists may be packed with gzip. Lists of aria2
  are read as they are: options of a file are indented below it, mirrors stand behind a tab.

Tables:
  A list that ends in .csv, .tsv, .jsonl or .ndjson is a table; any of these options makes one of every
  list. The first line names the columns.
  --url-column NAME   the column that has the addresses
  --template TEXT     an address made of columns, as in '{photo_image_url}?w={w}&fm=jpg'
  --set w=1080        a value for all rows, for templates
  --where EXPR        only these rows: 'width>=1000', with = != < <= > >=; given again, all must hold
  --name TEMPLATE     names made of columns, as in '{photo_id}.{ext}'

Settings:
  What is given on the command line wins over the environment, that over the config file, and that over
  the default. `haul config` shows every setting and where it comes from.
  In the file, options stand by their long names below [options], and those for single hosts below
  [hosts.\"NAME\"]:
    [options]
    jobs = 32
    dir = \"~/pictures\"
    header = [\"Referer: https://example.com/\"]
    remote-time = true
    [hosts.\"*.example.com\"]
    per-host = 4
    connections = 1
    headers = [\"X-Key: abc\"]
    user = \"NAME:PASSWORD\"
  A switch that is on there is switched off by --remote-time=false, and the file by --config /dev/null.
  Keys and look of the screen stand below [keys] and [screen].

Environment:
  HAUL_JOBS=32 stands for --jobs 32, and so does every option that may stand in the config file: HAUL_
  and its long name. A variable for several headers has one a line. An empty one counts for nothing.
  HAUL_CONFIG names the config file, NETRC that of the logins. HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and
  NO_PROXY are followed unless --proxy says otherwise; NO_COLOR by the screen.

Files:
  $XDG_CONFIG_HOME/haul/config.toml   settings; else in ~/.config
  $XDG_STATE_HOME/haul/haul.db        what is remembered between runs; else in ~/.local/state
  .haul-*.part                        a file on its way, in the folder that it goes to";

/// The options under their headings, with both lengths of help.
pub(super) fn dressed(command: Command) -> Command {
    let ids: Vec<_> = command.get_arguments().map(|arg| arg.get_id().clone()).collect();
    let command = ids.into_iter().fold(command, |command, id| command.mut_arg(id, lengths));
    let commands: Vec<_> = command.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let command = commands.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, |command| {
            let long = command.get_about().map(ToString::to_string).unwrap_or_default();
            command.about(short(&long).to_owned()).long_about(long)
        })
    });
    let status = super::EXAMPLES.split("\n\n").last().unwrap_or_default();
    command
        .after_help(format!("{status}\n\n`haul --help` says more, with examples; `haul man` is the manual."))
        .after_long_help(format!("{MORE}\n\n{}", super::EXAMPLES))
}

fn lengths(arg: Arg) -> Arg {
    let long = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let arg = named(arg.help(short(&long).to_owned()).long_help(long));
    match arg.get_long().and_then(place) {
        Some((heading, at)) => arg.help_heading(heading).display_order(at),
        None => arg,
    }
}

/// What stands before the details.
fn short(text: &str) -> &str {
    // What is shorter is a word that they belong to.
    const LEAST: usize = 12;
    let ends = ["; ", ": ", " (", " ["].into_iter().filter_map(|end| text.find(end)).filter(|at| *at >= LEAST);
    &text[..ends.min().unwrap_or(text.len())]
}

/// What a value may be is its name, where that is one of a few words.
fn named(arg: Arg) -> Arg {
    let words = arg.get_possible_values();
    if words.is_empty() || !matches!(arg.get_action(), ArgAction::Set) {
        return arg;
    }
    let name = words.iter().map(PossibleValue::get_name).collect::<Vec<_>>().join("|");
    arg.value_name(name).hide_possible_values(true)
}

/// The heading of an option, and where it stands there.
fn place(long: &str) -> Option<(&'static str, usize)> {
    HEADINGS.iter().find_map(|(heading, names)| Some((*heading, names.iter().position(|name| *name == long)?)))
}

/// Whether a setting from elsewhere holds for this command. The comparison has its own folders and prints its own
/// table; the demo has a folder of its own.
pub(super) fn holds_for(command: Option<&str>, arg: &Arg) -> bool {
    match command {
        Some("compare") => arg.get_help_heading().is_some_and(|heading| [SPEED, TRUTH, NETWORK].contains(&heading)),
        Some("demo") => arg.get_help_heading() != Some(OUTPUT),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::CommandFactory as _;

    #[test]
    fn every_option_has_its_heading_and_says_what_it_does() {
        for command in
            [dressed(Cli::command())].iter().flat_map(|root| [root].into_iter().chain(root.get_subcommands()))
        {
            for arg in command.get_arguments() {
                assert!(arg.get_help().is_some_and(|help| help.to_string().len() > 8), "{arg} says nothing");
                let at_home = arg.get_help_heading().is_some() || !arg.is_global_set();
                assert!(at_home, "{arg} needs a heading: write it into HEADINGS");
            }
        }
    }

    #[test]
    fn both_lengths_of_help_stay_within_bounds() {
        let mut command = dressed(Cli::command()).term_width(100);
        let (short, long) = (command.render_help().to_string(), command.render_long_help().to_string());
        for (text, most) in [(&short, 100), (&long, 420)] {
            assert!(text.lines().count() <= most, "{} lines:\n{text}", text.lines().count());
            assert!(text.lines().all(|line| line.chars().count() <= 110), "{text}");
        }
        for known in crate::cli::settings::known() {
            let option = format!("--{}", known.name);
            assert!(short.contains(&option) && long.contains(&option), "{option}");
        }
        // A number in braces that has no width would be taken for the end of a line.
        assert!([&short, &long].iter().all(|text| text.contains("{n:03}-{stem}.{ext}")), "{short}{long}");
        assert!(long.contains("Tables:") && !short.contains("Tables:") && short.contains("Exit status:"));
    }

    #[test]
    fn some_commands_have_their_own_ways() {
        let command = dressed(Cli::command());
        let holds = |name: &str, long: &str| {
            let arg = command.get_arguments().find(|arg| arg.get_long() == Some(long));
            holds_for(Some(name), arg.unwrap_or_else(|| unreachable!("{long}")))
        };
        assert!(holds("compare", "jobs") && !holds("compare", "json") && !holds("compare", "dir"));
        assert!(holds("demo", "jobs") && holds("demo", "json") && !holds("demo", "dir"));
        assert!(holds("resume", "dir"));
    }
}
