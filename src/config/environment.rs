//! Options in the environment: `HAUL_` and the long name of the option. An empty variable counts for nothing.

use std::env;
use std::ffi::OsString;

use crate::cli::layers::Given;
use crate::cli::settings::{OF_HOOKS, known, refusal};
use crate::display;
use crate::nearest::nearest;

/// The value of a variable that is not empty.
pub(super) fn value(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// All options that are set.
///
/// # Errors
/// Says which variable makes no sense, and why.
pub(super) fn given(value: impl Fn(&str) -> Option<OsString>) -> Result<Vec<Given>, String> {
    let mut all = Vec::new();
    for known in known() {
        let place = known.variable();
        let Some(value) = value(&place) else { continue };
        let values = match value.to_str().filter(|_| known.list) {
            Some(lines) => lines.lines().filter(|line| !line.trim().is_empty()).map(OsString::from).collect(),
            None => vec![value],
        };
        let given = Given { name: known.name, values, place };
        given.check().map_err(|why| format!("{}: {}", given.place, display::safe(&why)))?;
        all.push(given);
    }
    Ok(all)
}

/// What else has the looks of an option and is none, a line each; safe to show.
pub(super) fn strangers(all: impl Iterator<Item = (OsString, OsString)>) -> Vec<String> {
    let known = known();
    let set = all.filter(|(_, value)| !value.is_empty()).map(|(name, _)| name.to_string_lossy().into_owned());
    let mut strangers: Vec<_> = set
        .filter(|name| name.starts_with(PREFIX) && !NO_OPTIONS.contains(&&**name) && !OF_HOOKS.contains(&&**name))
        .filter(|name| known.iter().all(|known| known.variable() != *name))
        .collect();
    strangers.sort();
    let line = |variable: String| {
        let name = variable[PREFIX.len()..].to_lowercase().replace('_', "-");
        let shown = display::safe(&variable);
        if let Some(why) = refusal(&name) {
            return format!("{shown} counts for nothing in the environment: {why}");
        }
        let meant = nearest(&name, known.iter().map(|known| &*known.name));
        let meant = meant.and_then(|meant| known.iter().find(|known| known.name == meant));
        let hint = meant.map(|known| format!(": did you mean {}?", known.variable())).unwrap_or_default();
        format!("{shown} is the variable of no option{hint}")
    };
    strangers.into_iter().map(line).collect()
}

const PREFIX: &str = "HAUL_";

/// Variables with a meaning of their own: all but the first in the builds of developers.
const NO_OPTIONS: [&str; 6] =
    ["HAUL_CONFIG", "HAUL_BOOT_ID", "HAUL_CRASH_AT", "HAUL_FAIL_AT", "HAUL_PANIC", "HAUL_SYNC_PAUSE"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_that_are_no_options_are_named() {
        for (name, value, expected) in [
            ("HAUL_JBOS", "3", Some("HAUL_JBOS is the variable of no option: did you mean HAUL_JOBS?")),
            ("HAUL_LIMITRATE", "3", Some("HAUL_LIMITRATE is the variable of no option: did you mean HAUL_LIMIT_RATE?")),
            ("HAUL_ZZZZZZ\u{1b}", "3", Some("HAUL_ZZZZZZ\u{241b} is the variable of no option")),
            ("HAUL_", "3", Some("HAUL_ is the variable of no option")),
            (
                "HAUL_DRY_RUN",
                "1",
                Some(
                    "HAUL_DRY_RUN counts for nothing in the environment: nothing would ever be fetched: give it on \
                     the command line",
                ),
            ),
            ("HAUL_DRY_RUN", "", None),
            ("HAUL_JOBS", "3", None),
            ("HAUL_CONFIG", "f", None),
            ("HAUL_URL", "x", None),
            ("XHAUL_JBOS", "x", None),
        ] {
            let said = strangers([(name.into(), value.into())].into_iter());
            assert_eq!(said.first().map(|line| &**line), expected, "{name}");
        }
    }

    fn with(name: &'static str, value: &'static str) -> Result<Vec<Given>, String> {
        given(|asked| (asked == name).then(|| value.into()))
    }

    #[test]
    fn variables_are_options() {
        let values = |name, value| with(name, value).map(|all| all.into_iter().next().map(|given| given.values));
        assert_eq!(values("HAUL_JOBS", "3"), Ok(Some(vec!["3".into()])));
        assert_eq!(values("HAUL_HEADER", "A: b\n\nC: d\n"), Ok(Some(vec!["A: b".into(), "C: d".into()])));
        assert_eq!(values("HAUL_OVERWRITE", "1"), Ok(Some(vec!["1".into()])));
        assert_eq!(with("HAUL_OUTPUT", "x"), Ok(vec![]));
        assert_eq!(with("HAUL_JOBS", "0"), Err("HAUL_JOBS: 0 is not in 1..=10000".to_owned()));
        assert!(with("HAUL_CHECK", "all").is_err_and(|why| why == "HAUL_CHECK: it is one of none, ends, decode"));
    }
}
