//! Names for files by a template: `{date}/{host}-{n:03}.{ext}`. What is known of an entry is filled in here; what only
//! the server knows (`{stem}`, `{ext}`) stays as a pattern for the engine. Pure.

use std::borrow::Cow;
use std::path::PathBuf;

use super::entry::Entry;
use super::template::Template;
use crate::display;
use crate::engine::clean_file_name;

/// What may stand in braces for every entry; the engine knows the last two.
const KNOWN: [&str; 5] = ["n", "host", "date", "stem", "ext"];

/// See the head of this file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    folders: Vec<Template>,
    name: Template,
    date: String,
}

impl Naming {
    /// Reads a template for names. `columns` may stand in it too; `date` is what `{date}` means. Its slashes alone make
    /// folders.
    ///
    /// # Errors
    /// Says in words, safe to show, what is wrong.
    pub fn parse(text: &str, columns: &[&str], date: String) -> Result<Self, String> {
        let template = Template::parse(text, &[&KNOWN[..], columns].concat())?;
        let refused = |why: &str| Err(format!("`{}`: {why}", display::safe(text)));
        let mut folders = template.split_at_slashes();
        let name = folders.pop().unwrap_or(template);
        if folders.iter().flat_map(Template::names).any(is_late) {
            return refused("{stem} and {ext} are known when the file is there: they stand behind the last slash");
        }
        if name.padded().any(is_late) {
            return refused("{stem} and {ext} are no numbers: write them without a width");
        }
        for part in folders.iter().chain([&name]) {
            match part.fill_some(|_| None).as_str() {
                "" => return refused("there is nothing before or behind a slash; folders are below that of --dir"),
                "." | ".." => return refused("folders are below that of --dir, and `.` and `..` are none"),
                _ => {}
            }
        }
        Ok(Self { folders, name, date })
    }

    /// Names the entry that is the `n`-th of its run, unless it has a name of its own. `column` gives what the entry's
    /// row says, where it has one. An empty value leaves nothing in the name; where all of them are, the name is the server's.
    pub fn name<'a>(&'a self, n: u64, entry: &mut Entry, column: impl Fn(&str) -> Option<Cow<'a, str>>) {
        if entry.name.is_some() {
            return;
        }
        let host = entry.url.host_str().unwrap_or_default().to_owned();
        let value = |name: &str| -> Option<Cow<'a, str>> {
            let value = match name {
                "n" => n.to_string().into(),
                "host" => host.clone().into(),
                "date" => self.date.as_str().into(),
                _ if is_late(name) => return None,
                _ => column(name).unwrap_or_default(),
            };
            Some(shortened(value))
        };
        if !self.folders.is_empty() {
            // They hold nothing that has no value.
            let folders = self.folders.iter().map(|folder| component(&folder.fill(value).unwrap_or_default()));
            let folders: PathBuf = folders.collect();
            entry.dir = Some(entry.dir.take().unwrap_or_default().join(folders));
        }
        let mut values = self.name.names().filter_map(value).peekable();
        if values.peek().is_some() && values.all(|value| value.trim().is_empty()) {
            return;
        }
        match self.name.fill(value) {
            Ok(name) => entry.name = Some(component(&name)),
            Err(_) => entry.more.pattern = Some(self.name.fill_some(value)),
        }
    }
}

/// True for what only the engine knows.
fn is_late(name: &str) -> bool {
    matches!(name, "stem" | "ext")
}

/// A value may be a megabyte; no name has so much room.
fn shortened(value: Cow<'_, str>) -> Cow<'_, str> {
    match value.char_indices().nth(LONGEST) {
        Some((at, _)) => value[..at].to_owned().into(),
        None => value,
    }
}

/// No file system has longer names.
const LONGEST: usize = 255;

/// One component of a path, whatever the values in it were.
fn component(text: &str) -> String {
    let name = clean_file_name(text);
    if name.is_empty() { "_".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Folder, name and pattern of an entry whose row says `x`.
    fn named(text: &str, x: &'static str) -> [String; 3] {
        let naming = Naming::parse(text, &["x"], "2026-11-28".to_owned()).unwrap_or_else(|why| unreachable!("{why}"));
        let mut entry = Entry::from("https://h.example:81/a.jpg".parse::<url::Url>().expect("an address"));
        naming.name(7, &mut entry, |name| (name == "x").then_some(x.into()));
        let dir = entry.dir.map(|dir| dir.to_string_lossy().into_owned());
        [dir, entry.name, entry.more.pattern].map(Option::unwrap_or_default)
    }

    #[test]
    fn what_is_known_is_filled_in_and_the_rest_is_a_pattern() {
        for (text, x, expected) in [
            ("{n:03}", "", ["", "007", ""]),
            ("{date}/{host}/{n}-{x}.png", "cat", ["2026-11-28/h.example", "7-cat.png", ""]),
            ("{x}.{ext}", "cat", ["", "", "cat.{ext}"]),
            ("{x}/{stem}{n:04}.{ext}", "a{b}", ["a{b}", "", "{stem}0007.{ext}"]),
            ("{x}-{stem}", "a{ext}b", ["", "", "a{{ext}}b-{stem}"]),
            ("same", "", ["", "same", ""]),
            // What would lead elsewhere, and what no file system takes.
            ("{x}", "../../etc/passwd", ["", "_.._etc_passwd", ""]),
            ("{x}/{n}", "..", ["_", "7", ""]),
            ("{x}/{n}", "/", ["_", "7", ""]),
            ("a{x}/{n}", "/../b", ["a_.._b", "7", ""]),
            (".{x}/{n}", ".", ["_", "7", ""]),
            ("{x}.txt", "a\0b\nc", ["", "a_b_c.txt", ""]),
            ("{x}", "nul", ["", "_nul", ""]),
            // Nothing that it could be named by.
            ("{x}.jpg", " ", ["", "", ""]),
            ("{x}.{ext}", "", ["", "", ""]),
            ("f/{x}{n}", "", ["f", "7", ""]),
        ] {
            assert_eq!(named(text, x), expected.map(str::to_owned), "{text} with {x:?}");
        }
        let [_, name, _] = named("{x}.jpg", "x".repeat(1000).leak());
        assert!(name.len() <= 240 && name.ends_with("x.jpg"), "{name}");
    }

    #[test]
    fn a_name_of_its_own_comes_first() {
        let naming = Naming::parse("a/{n}.{ext}", &[], String::new()).expect("sound");
        let mut entry = Entry::from("https://h/a.jpg".parse::<url::Url>().expect("an address"));
        entry.name = Some("own".to_owned());
        let before = entry.clone();
        naming.name(1, &mut entry, |_| None);
        assert!(entry == before);
        entry.name = None;
        entry.dir = Some("/below".into());
        naming.name(1, &mut entry, |_| None);
        assert_eq!(entry.dir, Some("/below/a".into()));
    }

    #[test]
    fn mistakes_are_said_before_anything_starts() {
        for (text, said) in [
            ("", "nothing before or behind"),
            ("/{n}", "nothing before or behind"),
            ("a//{n}", "nothing before or behind"),
            ("a/", "nothing before or behind"),
            ("../{n}", "are none"),
            ("a/..", "are none"),
            ("./{n}", "are none"),
            ("{stem}/{n}", "behind the last slash"),
            ("{ext}/{n}.{ext}", "behind the last slash"),
            ("{stem:03}", "without a width"),
            ("{n:03}.{ext:03}", "without a width"),
            ("{hots}", "`host`"),
            ("{nope}", "there is n, host, date, stem, ext, x"),
        ] {
            let why = Naming::parse(text, &["x"], String::new()).expect_err(text);
            assert!(why.contains(said), "{text}: {why}");
        }
    }

    proptest! {
        #[test]
        fn no_value_leads_out_of_the_folder(text in "[a./{}x]{1,8}|\\{x\\}/\\{x\\}\\{n\\}", x in "[./\\\\a\\x00]{0,8}|\\PC{0,300}") {
            let Ok(naming) = Naming::parse(&text, &["x"], String::new()) else { return Ok(()) };
            let mut entry = Entry::from("https://h/a.jpg".parse::<url::Url>().expect("an address"));
            naming.name(1, &mut entry, |_| Some(x.clone().into()));
            let dir = entry.dir.unwrap_or_default();
            prop_assert!(dir.components().all(|part| matches!(part, std::path::Component::Normal(_))), "{dir:?}");
            prop_assert_eq!(dir.components().count(), naming.folders.len());
            prop_assert!(entry.name.is_none_or(|name| name == "_" || crate::engine::check_file_name(&name).is_ok()));
        }
    }
}
