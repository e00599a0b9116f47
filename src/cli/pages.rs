//! Pages that are made of the options: what shells need to complete words, and the manual page.

use clap::{Arg, ArgMatches, Command, CommandFactory as _, FromArgMatches as _};
use clap_complete::{Shell, generate};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, italic, roman};

use super::{Cli, EXAMPLES, Work, help};

/// The page that the command line asks for, if it does.
pub(super) fn page(matches: &ArgMatches) -> Option<Vec<u8>> {
    match Cli::from_arg_matches(matches).ok()?.command? {
        Work::Completions { shell } => Some(completions(shell)),
        Work::Man => Some(manual()),
        _ => None,
    }
}

fn completions(shell: Shell) -> Vec<u8> {
    let mut page = Vec::new();
    generate(shell, &mut help::dressed(Cli::command()), "haul", &mut page);
    page
}

fn manual() -> Vec<u8> {
    let man = Man::new(help::dressed(Cli::command())).manual("User Commands");
    let mut page = Vec::new();
    // Memory takes whatever is written to it.
    let _ = man.render_title(&mut page);
    let _ = man.render_name_section(&mut page);
    let _ = man.render_synopsis_section(&mut page);
    let _ = man.render_description_section(&mut page);
    let _ = commands().to_writer(&mut page);
    let _ = man.render_options_section(&mut page);
    let _ = blocks().to_writer(&mut page);
    page
}

/// What else haul does, with what is special to each.
fn commands() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["COMMANDS"]);
    let mut root = help::dressed(Cli::command());
    root.build();
    for command in root.get_subcommands() {
        roff.control("TP", []);
        let words = words(command);
        let space = if words.is_empty() { "" } else { " " };
        roff.text([bold(format!("haul {}", command.get_name())), roman(space), italic(words)]);
        roff.text([roman(command.get_long_about().map(ToString::to_string).unwrap_or_default())]);
        let own = |arg: &&Arg| !arg.is_positional() && !arg.is_global_set() && arg.get_id() != "help";
        for option in command.get_arguments().filter(own) {
            let help = option.get_long_help().or(option.get_help()).map(ToString::to_string).unwrap_or_default();
            roff.control("RS", []);
            roff.control("TP", []);
            roff.text([bold(option.to_string())]);
            roff.text([roman(help)]);
            roff.control("RE", []);
        }
    }
    roff
}

fn words(command: &Command) -> String {
    let names = command.get_positionals().flat_map(|arg| arg.get_value_names().unwrap_or_default());
    names.map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// The blocks of the long help: what is indented there stays as it is.
fn blocks() -> Roff {
    let mut roff = Roff::new();
    for block in help::MORE.split("\n\n").chain(EXAMPLES.split("\n\n")) {
        let (heading, lines) = block.split_once('\n').unwrap_or((block, ""));
        roff.control("SH", [heading.trim_end_matches(':').to_uppercase().as_str()]);
        roff.control("nf", []);
        for line in lines.lines() {
            roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
        }
        roff.control("fi", []);
    }
    roff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_has_every_option_and_command() {
        let page = String::from_utf8(manual()).unwrap_or_default().replace("\\-", "-");
        for known in crate::cli::settings::known() {
            assert!(page.contains(&format!("--{}", known.name)), "{}", known.name);
        }
        for command in Cli::command().get_subcommands() {
            assert!(page.contains(&format!("haul {}", command.get_name())), "{}", command.get_name());
        }
        for heading in ["NAME", "SYNOPSIS", "COMMANDS", "TABLES", "FILES", "ENVIRONMENT", "EXAMPLES", "EXIT STATUS"] {
            let line = format!(".SH {heading}");
            assert!(page.lines().any(|found| found.replace('"', "") == line), "{heading}:\n{page}");
        }
    }
}
