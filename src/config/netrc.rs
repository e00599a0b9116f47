//! Logins by host, as ftp, curl and git keep them in `~/.netrc`. Which requests they go with is not known here.
//! Everything in the file may be secret: no message repeats any of it.

use std::env;
use std::path::PathBuf;

use super::bounded;
use crate::display;
use crate::engine::options::{Login, Secret};

/// Reads the file that `NETRC` names, else the one in the home folder.
pub(super) fn read() -> Result<Vec<Login>, String> {
    let path = path().ok_or("--netrc: there is no home folder to read the logins from")?;
    let shown = display::safe(&path.to_string_lossy());
    let text = bounded::text(&path, bounded::WRITTEN);
    let text = text.map_err(|error| format!("cannot read the logins in `{shown}`: {error}"))?;
    parse(&text).map_err(|(line, why)| format!("`{shown}`, line {line}: {why}"))
}

fn path() -> Option<PathBuf> {
    match env::var_os("NETRC").filter(|path| !path.is_empty()) {
        Some(path) => Some(path.into()),
        None => Some(env::home_dir()?.join(if cfg!(windows) { "_netrc" } else { ".netrc" })),
    }
}

type Mistake = (usize, &'static str);

fn parse(text: &str) -> Result<Vec<Login>, Mistake> {
    let mut words = Words { rest: text.trim_start_matches('\u{feff}'), line: 1 };
    let mut logins: Vec<Login> = Vec::new();
    let entry = |host| Login { host, user: String::new(), password: Secret(String::new()) };
    while let Some(word) = words.next()? {
        let line = words.line;
        let entered = logins.last_mut().ok_or((line, "the file begins with `machine` or `default`"));
        match word.as_str() {
            "machine" => logins.push(entry(Some(words.value()?))),
            "default" => logins.push(entry(None)),
            "login" => entered?.user = words.value()?,
            "password" => entered?.password = Secret(words.value()?),
            // HTTP knows none.
            "account" => drop(words.value()?),
            "macdef" => words.skip_macro(),
            word if word.starts_with('#') => words.skip_line(),
            _ => return Err((line, "a word that is none of machine, default, login, password, account and macdef")),
        }
    }
    Ok(logins)
}

/// What is left to read.
struct Words<'a> {
    rest: &'a str,
    line: usize,
}

impl Words<'_> {
    fn next(&mut self) -> Result<Option<String>, Mistake> {
        let start = self.rest.trim_start();
        self.take(self.rest.len() - start.len());
        match self.rest.chars().next() {
            None => Ok(None),
            Some('"') => self.quoted().map(Some),
            Some(_) => {
                let end = self.rest.find(char::is_whitespace).unwrap_or(self.rest.len());
                Ok(Some(self.take(end).to_owned()))
            }
        }
    }

    fn value(&mut self) -> Result<String, Mistake> {
        let line = self.line;
        self.next()?.ok_or((line, "the file ends where a value should follow"))
    }

    /// A word in quotes, with the escapes that curl knows.
    fn quoted(&mut self) -> Result<String, Mistake> {
        let mut word = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            let escaped = if c == '\\' { chars.next().map(|(_, c)| c) } else { None };
            match (c, escaped) {
                ('"', _) => {
                    self.take(at + 1);
                    return Ok(word);
                }
                ('\n', _) => break,
                (_, Some('n')) => word.push('\n'),
                (_, Some('r')) => word.push('\r'),
                (_, Some('t')) => word.push('\t'),
                (_, Some(escaped)) => word.push(escaped),
                (c, None) => word.push(c),
            }
        }
        Err((self.line, "a quote is not closed"))
    }

    fn skip_line(&mut self) {
        self.take(self.rest.find('\n').map_or(self.rest.len(), |end| end + 1));
    }

    /// A macro goes on to the next empty line.
    fn skip_macro(&mut self) {
        self.skip_line();
        while self.rest.lines().next().is_some_and(|line| !line.trim().is_empty()) {
            self.skip_line();
        }
    }

    fn take(&mut self, length: usize) -> &str {
        let (taken, rest) = self.rest.split_at(length);
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_in_every_shape() {
        let text = "\u{feff}# a comment with machine x login y\n\
                    machine a.example login ann password pw1 # and one behind\n\
                    machine\tb.example\r\n\tlogin bob\r\n\taccount acc\r\n\tpassword #pw\"2\r\n\
                    machine c.example login \"c d\" password \"p\\\"w \\\\ \\t3 \u{e9}\"\n\
                    macdef init\n\tcd machine\n\tlogin nobody\n\n\
                    machine d.example password pw4\n\
                    default login any password pw5\n";
        let logins = parse(text).expect("a good file");
        let seen: Vec<_> =
            logins.iter().map(|l| (l.host.as_deref().unwrap_or("*"), l.user.as_str(), l.password.0.as_str())).collect();
        assert_eq!(
            seen,
            [
                ("a.example", "ann", "pw1"),
                ("b.example", "bob", "#pw\"2"),
                ("c.example", "c d", "p\"w \\ \t3 \u{e9}"),
                ("d.example", "", "pw4"),
                ("*", "any", "pw5"),
            ]
        );
        assert_eq!(parse(" \n"), Ok(Vec::new()));
        assert_eq!(parse("macdef m\n echo"), Ok(Vec::new()));
        assert!(!format!("{logins:?}").contains("pw"));
    }

    #[test]
    fn mistakes_are_named_without_their_secrets() {
        for (text, line) in [
            ("\nlogin ann password s3cret", 2),
            ("machine a login b password two s3cret", 1),
            ("machine a\nlogin b\npassword \"s3cret\n\"", 3),
            ("machine a\nlogin b password \"s3cret\\", 2),
            ("machine a login b\npassword\n\n", 2),
            ("machine", 1),
        ] {
            let (number, why) = parse(text).expect_err(text);
            assert!(number == line && !why.contains("s3cret"), "{text}: {number} {why}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_upsets_the_reader(text in "((machine|default|login|macdef) |\n|\r\n|\"|\\\\|#| |\\PC){0,30}") {
            if let Err((line, _)) = parse(&text) {
                assert!((1..=text.lines().count().max(1) + 1).contains(&line), "{text:?}: {line}");
            }
        }
    }
}
