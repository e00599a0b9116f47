//! `haul config`: how everything is set, and where that comes from; as TOML that goes into the file again, or as one
//! JSON object. What is secret is not shown.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, Value, json};
use url::Url;

use crate::cli::settings::{Setting, Source};
use crate::config::{HIDDEN, Line, masked};
use crate::display::{self, safe};

/// The places of values stand in this column, as long as there is room.
const COLUMN: usize = 36;

/// What there is to show.
pub(crate) struct Shown<'a> {
    /// The config file, or where it would be.
    pub(crate) path: Option<&'a Path>,
    pub(crate) found: bool,
    /// The options, and the rest of the file.
    pub(crate) options: &'a [Setting],
    pub(crate) lines: &'a [Line],
}

/// A text for the file.
pub(crate) fn text(shown: &Shown<'_>) -> String {
    let mut text = match shown.path {
        Some(path) => {
            let missing = if shown.found { "" } else { " (there is none yet)" };
            format!("# {}{missing}", safe(&path.to_string_lossy()))
        }
        None => "# there is no folder for a config file".to_owned(),
    };
    text.push_str("\n\n[options]");
    for setting in shown.options {
        let (value, secret) = value(setting);
        let set = setting.source != Source::Unset;
        line(&mut text, &setting.known.name, set.then_some(&value), secret, &place(&setting.source));
    }
    let mut section: &[String] = &[];
    for entry in shown.lines {
        if section != entry.section {
            section = &entry.section;
            let name = section.iter().map(|part| key(part)).collect::<Vec<_>>().join(".");
            let _ = write!(text, "\n\n[{name}]");
        }
        line(&mut text, &key(&entry.name), Some(&entry.value), entry.secret, &entry.place);
    }
    text
}

/// What is not to go into the file again is a comment.
fn line(text: &mut String, name: &str, value: Option<&Value>, secret: bool, place: &str) {
    let mark = if secret || value.is_none() { "# " } else { "" };
    let value = value.map(toml).unwrap_or_default();
    let line = format!("{mark}{name} = {value}");
    let _ = write!(text, "\n{line}{}  # {place}", " ".repeat(COLUMN.saturating_sub(display::width(&line))));
}

/// One JSON object.
pub(crate) fn object(shown: &Shown<'_>, warnings: &[String]) -> String {
    let mut options = Map::new();
    for setting in shown.options {
        let value = if setting.source == Source::Unset { Value::Null } else { value(setting).0 };
        options.insert(setting.known.name.clone(), json!({ "value": value, "from": place(&setting.source) }));
    }
    let mut all = Map::new();
    all.insert("config".to_owned(), shown.path.map_or(Value::Null, |path| path.to_string_lossy().into()));
    all.insert("found".to_owned(), shown.found.into());
    all.insert("options".to_owned(), options.into());
    for section in ["hosts", "keys", "screen"] {
        all.insert(section.to_owned(), Map::new().into());
    }
    for entry in shown.lines {
        if let Some(section) = below(&mut all, &entry.section) {
            section.insert(entry.name.clone(), json!({ "value": entry.value, "from": entry.place }));
        }
    }
    all.insert("warnings".to_owned(), warnings.into());
    Value::Object(all).to_string()
}

/// The table with this path, made where it is missing.
fn below<'a>(table: &'a mut Map<String, Value>, path: &[String]) -> Option<&'a mut Map<String, Value>> {
    match path {
        [] => Some(table),
        [first, rest @ ..] => below(table.entry(first).or_insert_with(|| json!({})).as_object_mut()?, rest),
    }
}

fn place(source: &Source) -> String {
    match source {
        Source::Typed => "command line".to_owned(),
        Source::Place(place) => place.clone(),
        Source::Default => "default".to_owned(),
        Source::Unset => "not set".to_owned(),
    }
}

/// The value of an option with as much as may be shown, and whether that is less than all.
fn value(setting: &Setting) -> (Value, bool) {
    let mut hidden = false;
    let mut values = setting.values.iter().map(|value| {
        let value = value.to_string_lossy();
        let shown = visible(setting, &value);
        hidden |= shown != value;
        match &*shown {
            text if setting.known.switch => Value::Bool(matches!(text, "true" | "yes" | "on" | "1")),
            text if setting.known.number => text.parse::<u32>().map_or_else(|_| text.into(), Value::from),
            text => text.into(),
        }
    });
    let value = if setting.known.list { values.collect() } else { values.next().unwrap_or_default() };
    (value, hidden)
}

fn visible<'a>(setting: &Setting, value: &'a str) -> Cow<'a, str> {
    if setting.known.secret {
        return masked(value).into();
    }
    // What a program is told to do may well have a password in it.
    if ["on-complete", "on-failed", "on-finish"].contains(&&*setting.known.name) {
        return match shlex::split(value).as_deref() {
            Some([_]) => value.into(),
            Some([program, ..]) => format!("{program} {HIDDEN}").into(),
            _ => HIDDEN.into(),
        };
    }
    // A proxy may be given with its password.
    let with_scheme = if value.contains("://") { Cow::Borrowed(value) } else { format!("http://{value}").into() };
    match Url::parse(&with_scheme) {
        Ok(url) if setting.known.name == "proxy" && (url.password().is_some() || !url.username().is_empty()) => {
            display::address(&url).into()
        }
        _ => value.into(),
    }
}

fn key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !name.is_empty() && name.chars().all(bare) { name.to_owned() } else { quoted(name) }
}

fn toml(value: &Value) -> String {
    match value {
        Value::Array(values) => format!("[{}]", values.iter().map(toml).collect::<Vec<_>>().join(", ")),
        Value::String(text) => quoted(text),
        other => other.to_string(),
    }
}

/// A basic string (TOML 1.0), with nothing in it that a terminal acts on.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if safe(c.encode_utf8(&mut [0; 4])) == c.to_string() => out.push(c),
            c => drop(write!(out, "\\U{:08X}", u32::from(c))),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_so_that_they_come_back() {
        for text in ["plain", "a\"b\\c", "tab\tnew\nline", "esc\x1b[2J\u{7f}\u{202e}", "北極光", ""] {
            let line = format!("x = {}", quoted(text));
            assert!(!line.contains(['\x1b', '\n', '\t', '\u{7f}', '\u{202e}']), "{line}");
            let table = toml::de::DeTable::parse(&line).unwrap_or_else(|error| unreachable!("{line}: {error}"));
            let back = table.get_ref().get("x").and_then(|value| value.get_ref().as_str().map(str::to_owned));
            assert_eq!(back.as_deref(), Some(text));
        }
        assert_eq!((key("per-host"), key("*.a.b"), key("")), ("per-host".into(), "\"*.a.b\"".into(), "\"\"".into()));
    }
}
