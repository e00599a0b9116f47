//! What holds for single hosts, in the config file. Headers and logins may be secret: no message repeats them.

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Entry, File, Reader, display, entries, texts, word};
use crate::config::secrets::{HIDDEN, masked, user};
use crate::engine::options::HostRule;
use crate::input::header;
use crate::nearest::did_you_mean;

const NAMES: [&str; 4] = ["per-host", "connections", "headers", "user"];

impl File {
    /// True where it holds something that others should not read.
    pub(super) fn has_secrets(&self) -> bool {
        let secret = |given: &crate::cli::layers::Given| {
            let shows = |value: &std::ffi::OsString| value.to_str().is_some_and(|value| !value.starts_with('@'));
            ["header", "user"].contains(&&*given.name) && given.values.iter().any(shows)
        };
        self.hosts.iter().any(HostRule::has_secrets) || self.options.iter().any(secret)
    }
}

impl Reader<'_> {
    pub(super) fn hosts(&mut self, table: &DeTable<'_>) {
        for (host, value) in entries(table) {
            let DeValue::Table(settings) = value.get_ref() else {
                let shown = display::safe(host);
                self.refuse(value, &format!("`{shown}` is a section: write [hosts.\"{shown}\"] on a line of its own"));
                continue;
            };
            let mut rule = HostRule { host: host.to_owned(), ..HostRule::default() };
            if let Err(why) = rule.check() {
                // Most of all a dot that is not in quotes.
                self.refuse(value, &format!("{why} ([hosts.\"example.com\"], in quotes)"));
                continue;
            }
            for entry in entries(settings) {
                self.host_setting(&mut rule, entry);
            }
            self.file.hosts.push(rule);
        }
        // The first that fits counts: names go before all hosts below one, and those before all below a shorter one.
        self.file.hosts.sort_by_key(|rule| {
            let below = rule.host.starts_with("*.");
            (below, if below { usize::MAX - rule.host.len() } else { 0 })
        });
    }

    fn host_setting(&mut self, rule: &mut HostRule, entry: Entry<'_>) {
        let (name, value) = entry;
        let taken = match name {
            "per-host" => count(value).map(|count| rule.per_host = Some(count)),
            "connections" => count(value).map(|count| rule.connections = Some(count)),
            "headers" => headers(value).map(|headers| rule.headers = headers),
            "user" => login(value).map(|user| rule.user = Some(user)),
            other => {
                let hint = did_you_mean(other, NAMES);
                self.warn(value, &format!("[hosts] has no `{}`{hint}", display::safe(other)));
                return;
            }
        };
        if let Err(wanted) = taken {
            self.refuse(value, &format!("`{name}` is {wanted}"));
            return;
        }
        self.note(&["hosts", &rule.host], entry);
        if let Some(line) = self.file.lines.last_mut().filter(|_| matches!(name, "headers" | "user")) {
            line.secret = true;
            line.value = mask(&line.value, name);
        }
    }
}

fn mask(value: &Value, name: &str) -> Value {
    match value {
        Value::Array(values) => values.iter().map(|value| mask(value, name)).collect(),
        Value::String(text) if name == "headers" => masked(text).into(),
        _ => HIDDEN.into(),
    }
}

type Taken<T> = Result<T, &'static str>;

fn count(value: &Spanned<DeValue<'_>>) -> Taken<usize> {
    let count = match value.get_ref() {
        DeValue::Integer(number) => number.as_str().parse().ok(),
        _ => None,
    };
    count.filter(|count| (1..=10_000).contains(count)).ok_or("a number from 1 to 10000")
}

fn headers(value: &Spanned<DeValue<'_>>) -> Taken<Vec<(String, crate::engine::options::Secret)>> {
    let headers =
        |texts: Vec<String>| texts.iter().filter_map(|text| header(text).transpose()).collect::<Result<_, _>>().ok();
    texts(value.get_ref()).and_then(headers).ok_or("a header or several: write [\"Name: value\"]")
}

fn login(value: &Spanned<DeValue<'_>>) -> Taken<(String, crate::engine::options::Secret)> {
    word(value.get_ref()).and_then(|text| user(&text)).ok_or("a name and a password: write \"NAME:PASSWORD\"")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::parse;
    use super::*;

    fn parsed(text: &str) -> File {
        parse(Path::new("c.toml"), text).unwrap_or_else(|why| unreachable!("{text}: {why}"))
    }

    #[test]
    fn hosts_have_rules_the_narrowest_first() {
        let file = parsed(
            "[hosts.\"*.example.com\"]\nper-host = 4\n[hosts.\"*.a.example.com\"]\nconnections = 1\n\
             [hosts.\"example.com\"]\nheaders = [\"X-Key: s3cret\"]\nuser = \"ann:s3cret\"\n",
        );
        assert_eq!((&file.warnings, &file.mistakes), (&Vec::new(), &Vec::new()));
        let rules: Vec<_> = file.hosts.iter().map(|rule| (&*rule.host, rule.per_host, rule.connections)).collect();
        assert_eq!(
            rules,
            [("example.com", None, None), ("*.a.example.com", None, Some(1)), ("*.example.com", Some(4), None)]
        );
        assert!(file.has_secrets() && file.hosts[0].headers[0].1.0 == "s3cret" && file.hosts[0].user.is_some());
        let shown = format!("{:?}", file.lines);
        assert!(!shown.contains("s3cret") && shown.contains("X-Key: (secret)"), "{shown}");
        assert!(!parsed("[options]\nheader = \"@f\"").has_secrets());
        assert!(parsed("[options]\nheader = \"A: b\"").has_secrets());
    }

    #[test]
    fn mistakes_have_lines_and_show_no_secret() {
        for (text, mistake) in [
            ("per-host = 0", "c.toml line 2: `per-host` is a number from 1 to 10000"),
            ("connections = \"many\"", "c.toml line 2: `connections` is a number from 1 to 10000"),
            ("headers = \"s3cret\"", "c.toml line 2: `headers` is a header or several: write [\"Name: value\"]"),
            ("user = \"s3cret\"", "c.toml line 2: `user` is a name and a password: write \"NAME:PASSWORD\""),
        ] {
            assert_eq!(parsed(&format!("[hosts.h]\n{text}")).mistakes, [mistake], "{text}");
        }
        let unknown = parsed("[hosts.h]\nheader = \"A: b\"");
        assert_eq!(unknown.warnings, ["c.toml line 2: [hosts] has no `header`: did you mean `headers`?"]);
        let twice = parsed("[hosts.\"h:80\"]\nuser = \"a:b\"\n[hosts]\nx = 3");
        assert!(twice.mistakes.len() == 2 && twice.mistakes[0].contains("without a port"), "{:?}", twice.mistakes);
    }
}
