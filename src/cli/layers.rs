//! Values from elsewhere below those of the command line: they become the defaults of their options, so that one parser
//! reads all and what is typed wins. Where they were written is known here as a text alone.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory as _, FromArgMatches as _};

use super::settings::{Known, Setting, Source, known};
use super::{Cli, help};

/// A value for an option from elsewhere than the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Given {
    /// The long name of the option.
    pub(crate) name: String,
    /// One value, or several for an option that takes them.
    pub(crate) values: Vec<OsString>,
    /// Where it stands: `config.toml line 3`, `HAUL_JOBS`; safe to show.
    pub(crate) place: String,
}

/// A command line without a mistake.
pub(crate) struct Typed {
    pub(super) args: Vec<OsString>,
    pub(super) matches: ArgMatches,
}

impl Typed {
    /// The config file that it names.
    pub(crate) fn config(&self) -> Option<&Path> {
        self.matches.get_one::<PathBuf>("config").map(AsRef::as_ref)
    }
}

/// The command line whose switches take a value too, after `=`: what is on elsewhere can be switched off.
pub(super) fn command() -> Command {
    let command = help::dressed(Cli::command());
    let switches: Vec<_> =
        command.get_arguments().filter(|arg| is_switch(arg)).map(|arg| arg.get_id().clone()).collect();
    switches.into_iter().fold(command, |command, id| {
        command.mut_arg(id, |arg| {
            let arg = arg.action(ArgAction::Set).num_args(0..=1).require_equals(true).value_parser(switch);
            arg.value_name("BOOL").default_missing_value("true").default_value("false").hide_default_value(true)
        })
    })
}

fn is_switch(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::SetTrue)
}

fn switch(word: &str) -> Result<bool, String> {
    match word.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" => Ok(false),
        _ => Err("it is true or false".to_owned()),
    }
}

impl Given {
    /// Looks at this value alone, so that whoever wrote it hears where.
    ///
    /// # Errors
    /// Says what is wrong with it, and never repeats what may be secret.
    pub(crate) fn check(&self) -> Result<(), String> {
        let word = |value: &OsString| {
            let mut word = OsString::from(format!("--{}=", self.name));
            word.push(value);
            word
        };
        let words = [OsString::from("haul")].into_iter().chain(self.values.iter().map(word));
        command().try_get_matches_from(words).map(drop).map_err(|error| why(&error))
    }
}

fn why(error: &clap::Error) -> String {
    if let Some(reason) = error.source() {
        return reason.to_string();
    }
    match (error.kind(), error.get(ContextKind::ValidValue)) {
        (ErrorKind::InvalidValue, Some(ContextValue::Strings(valid))) if !valid.is_empty() => {
            format!("it is one of {}", valid.join(", "))
        }
        _ => "it makes no sense there".to_owned(),
    }
}

impl Typed {
    fn is_off(&self, id: &str) -> bool {
        self.matches.try_get_one::<bool>(id).is_ok_and(|on| on == Some(&false))
    }

    /// Puts values from elsewhere below what was typed, the first layer above the next. What does not go together with
    /// something above it gives way.
    ///
    /// # Errors
    /// Two values of one layer do not go together.
    pub(crate) fn over(self, layers: [Vec<Given>; 2]) -> Result<(Cli, Vec<Setting>), String> {
        let mut command = command();
        let mut taken = BTreeMap::new();
        for layer in layers {
            let above = taken.clone();
            for given in layer {
                let Some(arg) = command.get_arguments().find(|arg| arg.get_long() == Some(&*given.name)) else {
                    continue;
                };
                let (id, on) = (arg.get_id().as_str().to_owned(), !is_off(arg, &given));
                // What is off is in nobody's way.
                let rivals = if on { rivals(&command, arg) } else { Vec::new() };
                let typed = |id: &String| self.matches.value_source(id) == Some(ValueSource::CommandLine);
                let typed_on = |id: &String| typed(id) && !self.is_off(id);
                let beaten = |id: &String| typed_on(id) || above.get(id).is_some_and(|taken: &Taken| taken.on);
                let replaced = typed(&id) || above.contains_key(&id) || rivals.iter().any(beaten);
                if replaced || !help::holds_for(self.matches.subcommand_name(), arg) {
                    continue;
                }
                if let Some(rival) = rivals.iter().filter_map(|rival| taken.get(rival)).find(|taken| taken.on) {
                    return Err(format!(
                        "{}: `{}` does not go with what {} says",
                        given.place, given.name, rival.place
                    ));
                }
                command = command.mut_arg(&id, |arg| arg.default_values(given.values));
                taken.insert(id, Taken { place: given.place, on });
            }
        }
        // Each value was looked at alone, and what was typed as well: nothing can be wrong any more.
        let matches = command.try_get_matches_from(self.args).map_err(|error| why(&error))?;
        let settings = known().into_iter().map(|known| setting(known, &matches, &taken)).collect();
        Ok((Cli::from_arg_matches(&matches).map_err(|error| why(&error))?, settings))
    }
}

/// A value that became a default.
#[derive(Clone)]
struct Taken {
    place: String,
    /// It is no switch that is off.
    on: bool,
}

fn is_off(arg: &Arg, given: &Given) -> bool {
    let off = |value: &OsString| value.to_str().is_some_and(|word| switch(word) == Ok(false));
    arg.get_num_args().is_some_and(|range| range.min_values() == 0) && given.values.iter().all(off)
}

/// The options that do not go together with this one, whichever of the two says so.
fn rivals(command: &Command, arg: &Arg) -> Vec<String> {
    let excludes =
        |one: &Arg, other: &Arg| command.get_arg_conflicts_with(one).iter().any(|arg| arg.get_id() == other.get_id());
    let rivals = command.get_arguments().filter(|other| excludes(arg, other) || excludes(other, arg));
    rivals.map(|rival| rival.get_id().as_str().to_owned()).collect()
}

fn setting(known: Known, matches: &ArgMatches, taken: &BTreeMap<String, Taken>) -> Setting {
    let values = matches.get_raw(&known.id).into_iter().flatten().map(OsString::from).collect();
    let source = match (matches.value_source(&known.id), taken.get(&known.id)) {
        (Some(ValueSource::CommandLine), _) => Source::Typed,
        (_, Some(taken)) => Source::Place(taken.place.clone()),
        (Some(_), None) => Source::Default,
        (None, None) => Source::Unset,
    };
    Setting { known, values, source }
}
