//! Options in the environment: `HAUL_` and the long name of the option. An empty variable counts for nothing.

use std::env;
use std::ffi::OsString;

use crate::cli::layers::Given;
use crate::cli::settings::known;
use crate::display;

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

#[cfg(test)]
mod tests {
    use super::*;

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
