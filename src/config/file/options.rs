//! Options of the command line in the config file: each value is looked at by the parser of the command line, alone, so
//! that what is wrong has a line.

use std::env;
use std::ffi::OsString;

use toml::de::DeValue;

use super::{Entry, Reader, display};
use crate::cli::layers::Given;
use crate::cli::settings::{Known, refusal};
use crate::nearest::did_you_mean;

impl Reader<'_> {
    pub(super) fn option(&mut self, (name, value): Entry<'_>) {
        let Some(known) = self.known.iter().find(|known| known.name == name).cloned() else {
            if let Some(why) = refusal(name) {
                self.refuse(value, &format!("`{name}` has no place here: {why}"));
            } else {
                let hint = did_you_mean(name, self.known.iter().map(|known| &*known.name));
                self.warn(value, &format!("[options] has no `{}`{hint}", display::safe(name)));
            }
            return;
        };
        let Some(values) = values(value.get_ref(), &known) else {
            self.refuse(value, &format!("`{name}` is {}", wanted(&known)));
            return;
        };
        let place = self.place(value.span().start);
        let given = Given { name: known.name, values, place };
        match given.check() {
            Ok(()) => self.file.options.push(given),
            Err(why) => self.refuse(value, &format!("`{name}`: {}", display::safe(&why))),
        }
    }
}

fn values(value: &DeValue<'_>, known: &Known) -> Option<Vec<OsString>> {
    match value {
        DeValue::Array(values) if known.list => values.iter().map(|value| text(value.get_ref(), known)).collect(),
        value => text(value, known).map(|value| vec![value]),
    }
}

fn text(value: &DeValue<'_>, known: &Known) -> Option<OsString> {
    match value {
        DeValue::String(text) if known.path => Some(at_home(text)),
        DeValue::String(text) => Some(OsString::from(&**text)),
        DeValue::Integer(number) if !known.switch => Some(number.as_str().into()),
        DeValue::Float(number) if !known.switch => Some(number.as_str().into()),
        DeValue::Boolean(on) if known.switch => Some(if *on { "true" } else { "false" }.into()),
        _ => None,
    }
}

/// `~` at the beginning is the home folder, as in a shell.
fn at_home(text: &str) -> OsString {
    match (text.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/')), env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest.trim_start_matches('/')).into(),
        _ => text.into(),
    }
}

fn wanted(known: &Known) -> &'static str {
    match known {
        Known { switch: true, .. } => "true or false",
        Known { list: true, .. } => "a text in quotes, or several: [\"…\", \"…\"]",
        Known { number: true, .. } => "a whole number",
        _ => "a text in quotes, or a number",
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{File, parse};
    use super::*;

    fn parsed(text: &str) -> File {
        parse(Path::new("c.toml"), text).unwrap_or_else(|why| unreachable!("{text}: {why}"))
    }

    #[test]
    fn options_are_taken_with_their_lines() {
        let file = parsed(
            "[options]\njobs = 3_2\nlimit-rate = \"2M\"\noverwrite = true\nheader = [\"A: b\", \"C: d\"]\nhttp = 1.1\n\
             dir = \"~/p\"\nstate = \"~x\"\ndeadline = 10\n",
        );
        assert_eq!((&file.warnings, &file.mistakes), (&Vec::new(), &Vec::new()));
        let taken: Vec<_> = file.options.iter().map(|g| format!("{} {:?} {}", g.name, g.values, g.place)).collect();
        let home = env::home_dir().unwrap_or_default().join("p");
        assert_eq!(
            taken,
            [
                "jobs [\"32\"] c.toml line 2",
                "limit-rate [\"2M\"] c.toml line 3",
                "overwrite [\"true\"] c.toml line 4",
                "header [\"A: b\", \"C: d\"] c.toml line 5",
                "http [\"1.1\"] c.toml line 6",
                &format!("dir [{home:?}] c.toml line 7"),
                "state [\"~x\"] c.toml line 8",
                "deadline [\"10\"] c.toml line 9",
            ]
        );
    }

    #[test]
    fn unknown_names_are_warnings_and_wrong_values_are_mistakes() {
        for (text, warning) in [
            ("[options]\njbos = 3", "c.toml line 2: [options] has no `jbos`: did you mean `jobs`?"),
            ("[options]\nper_host = 3", "c.toml line 2: [options] has no `per_host`: did you mean `per-host`?"),
            ("[option]\njobs = 3", "c.toml line 1: there is no section `option`: did you mean `options`?"),
            ("options = 3", "c.toml line 1: `options` is a section: write [options] on a line of its own"),
        ] {
            let file = parsed(text);
            assert_eq!((file.warnings, file.mistakes), (vec![warning.to_owned()], vec![]), "{text}");
        }
        for (text, mistake) in [
            ("jobs = 0", "c.toml line 2: `jobs`: 0 is not in 1..=10000"),
            ("jobs = true", "c.toml line 2: `jobs` is a whole number"),
            ("overwrite = 1", "c.toml line 2: `overwrite` is true or false"),
            ("overwrite = \"maybe\"", "c.toml line 2: `overwrite`: it is true or false"),
            ("dir = [\"a\"]", "c.toml line 2: `dir` is a text in quotes, or a number"),
            ("header = [3, true]", "c.toml line 2: `header` is a text in quotes, or several: [\"…\", \"…\"]"),
            (
                "limit-rate = \"fast\\u001b\"",
                "c.toml line 2: `limit-rate`: `fast␛` is not a size: write 500, 20K, 5M, 5Mi or 1.5G",
            ),
            ("check = \"all\"", "c.toml line 2: `check`: it is one of none, ends, decode"),
            (
                "output = \"x\"",
                "c.toml line 2: `output` has no place here: it names the file of one run: give it on the command line",
            ),
        ] {
            let file = parsed(&format!("[options]\n{text}"));
            assert_eq!((file.mistakes, file.warnings), (vec![mistake.to_owned()], vec![]), "{text}");
        }
    }
}
