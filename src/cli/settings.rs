//! The options as settings: which of them may be set once and for all, what kind of value each takes, and how each is
//! set now. All of it is read off the options themselves, so that a new one is a setting at once.

use std::any::TypeId;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgAction, CommandFactory as _};

use super::Cli;

/// Options that make no sense for every run to come, and why.
const REFUSED: &[(&str, &str)] = &[
    ("input", "a list belongs to one run: give it on the command line"),
    ("output", "it names the file of one run: give it on the command line"),
    ("checksum", "it is that of one file: give it on the command line"),
    ("config", "a config file names no other: give it on the command line, or in HAUL_CONFIG"),
    ("keep", "it belongs to `haul compare`: give it on the command line"),
    ("ascii", "it belongs to the screen: write it below [screen]"),
    ("dry-run", "nothing would ever be fetched: give it on the command line"),
    ("from-page", "a page belongs to one run: give it on the command line"),
    ("from-curl", "it belongs to one run: give it on the command line"),
    ("url-column", "it would make a table of every list: give it on the command line"),
    ("template", "it would make a table of every list: give it on the command line"),
    ("set", "it would make a table of every list: give it on the command line"),
    ("where", "it would make a table of every list: give it on the command line"),
];

/// Options whose values nobody may see.
const SECRET: [&str; 2] = ["header", "user"];

/// The variables that programs of the user get, which may well run this one.
pub(crate) const OF_HOOKS: [&str; 6] =
    ["HAUL_ID", "HAUL_URL", "HAUL_PATH", "HAUL_STATUS", "HAUL_BYTES", "HAUL_ERROR_CLASS"];

/// An option that may be set once and for all.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a quality of its own")]
pub(crate) struct Known {
    /// Its long name, without the dashes.
    pub(crate) name: String,
    /// What the parser calls it.
    pub(super) id: String,
    /// It takes several values.
    pub(crate) list: bool,
    /// It is on or off.
    pub(crate) switch: bool,
    /// It takes a whole number.
    pub(crate) number: bool,
    /// It takes a path.
    pub(crate) path: bool,
    /// Its value must not be shown.
    pub(crate) secret: bool,
}

impl Known {
    /// The variable of the environment that sets it.
    pub(crate) fn variable(&self) -> String {
        format!("HAUL_{}", self.name.to_uppercase().replace('-', "_"))
    }
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// The command line.
    Typed,
    /// A variable, or a line of a file; safe to show.
    Place(String),
    /// What holds where nobody says anything.
    Default,
    /// Nobody says anything, and nothing holds.
    Unset,
}

/// How an option is set.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    pub(crate) known: Known,
    pub(crate) values: Vec<OsString>,
    pub(crate) source: Source,
}

/// The options that may be set once and for all, in the order of their definition.
pub(crate) fn known() -> Vec<Known> {
    Cli::command().get_arguments().filter_map(of).collect()
}

fn of(arg: &Arg) -> Option<Known> {
    let name = arg.get_long().filter(|_| arg.is_global_set()).filter(|name| refusal(name).is_none())?.to_owned();
    let holds = |what: TypeId| arg.get_value_parser().type_id() == what;
    Some(Known {
        list: matches!(arg.get_action(), ArgAction::Append),
        switch: holds(TypeId::of::<bool>()),
        number: holds(TypeId::of::<u32>()),
        path: holds(TypeId::of::<PathBuf>()),
        secret: SECRET.contains(&&*name),
        id: arg.get_id().as_str().to_owned(),
        name,
    })
}

/// Why this option may not be set once and for all.
pub(crate) fn refusal(name: &str) -> Option<&'static str> {
    REFUSED.iter().find(|(refused, _)| *refused == name).map(|(_, why)| *why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_of_every_run_is_a_setting_with_its_kind() {
        let known = known();
        let find = |name: &str| known.iter().find(|known| known.name == name).unwrap_or_else(|| unreachable!("{name}"));
        assert!(find("jobs").number && find("overwrite").switch && find("dir").path && find("header").list);
        assert!(!find("limit-rate").number && find("user").secret && !find("netrc").secret);
        assert!(["input", "help", "words", "all"].iter().all(|name| known.iter().all(|known| known.name != *name)));
        assert_eq!(find("per-host").variable(), "HAUL_PER_HOST");
    }

    #[test]
    fn no_variable_is_one_that_programs_of_the_user_get() {
        assert!(known().iter().all(|known| !OF_HOOKS.contains(&&*known.variable())));
    }
}
