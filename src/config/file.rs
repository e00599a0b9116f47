//! The config file: sections with values, each with the line that it comes from. It is only read. A name in it that
//! nobody knows costs a warning, and so does a wrong look of the screen, since the defaults are good; a wrong value of
//! an option is a mistake as it is on the command line, and a file that the user has named must be there and make
//! sense. It must not know what keys are called on the screen: it hands them over as they are written.

mod hosts;
mod options;

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::bounded;
use crate::cli::layers::Given;
use crate::cli::settings::{Known, known};
use crate::display;
use crate::engine::options::HostRule;
use crate::nearest::did_you_mean;

/// What the file says.
#[derive(Debug, Default)]
pub(crate) struct File {
    /// Where it is, or would be.
    pub(crate) path: Option<PathBuf>,
    /// It is there.
    pub(crate) found: bool,
    /// Options of the command line.
    pub(crate) options: Vec<Given>,
    /// What holds for single hosts.
    pub(crate) hosts: Vec<HostRule>,
    /// All that it says but for options, in its order; nothing of it is secret.
    pub(crate) lines: Vec<Line>,
    /// Keys of the screen.
    pub(crate) keys: Vec<OwnKeys>,
    /// The look of the screen.
    pub(crate) screen: ScreenSettings,
    /// What is wrong in it, a line each; safe to show.
    pub(crate) warnings: Vec<String>,
    /// What nobody can go on with, a line each; safe to show.
    mistakes: Vec<String>,
}

/// One setting as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    /// `keys`; `hosts` and the host.
    pub(crate) section: Vec<String>,
    pub(crate) name: String,
    /// Where it is secret, something in its place.
    pub(crate) value: Value,
    pub(crate) secret: bool,
    /// Where it stands; safe to show.
    pub(crate) place: String,
}

/// The user's own keys for an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnKeys {
    /// The name of the action, as it is written.
    pub(crate) action: String,
    /// The names of the keys, as they are written; none takes the action off the keys.
    pub(crate) keys: Vec<String>,
    /// Where this stands, for warnings: `config.toml line 3`.
    pub(crate) place: String,
}

/// The look of the screen; none where the file says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ScreenSettings {
    /// The name of the theme.
    pub(crate) theme: Option<String>,
    /// Colours, or none, whatever the environment says; from the command line alone.
    pub(crate) color: Option<bool>,
    /// No character beyond ASCII.
    pub(crate) ascii: Option<bool>,
    /// Listen to the mouse.
    pub(crate) mouse: Option<bool>,
    /// Frames a second, at most.
    pub(crate) fps: Option<u32>,
    /// How pictures are shown: `auto`, `off`, or the name of a protocol.
    pub(crate) preview: Option<String>,
    /// Ring the bell at the end of a long batch.
    pub(crate) bell: Option<bool>,
    /// Notify at the end of a long batch.
    pub(crate) notify: Option<bool>,
    /// Tell the taskbar how far it is.
    pub(crate) osc_progress: Option<bool>,
}

const SECTIONS: [&str; 4] = ["options", "hosts", "keys", "screen"];
const SCREEN: [&str; 8] = ["theme", "ascii", "mouse", "fps", "preview", "bell", "notify", "osc_progress"];

/// Reads the file that the user names, else the one in its usual place.
///
/// # Errors
/// Says in words why a file that the user names cannot be read, or which values nobody can go on with.
pub(super) fn read(named: Option<&Path>) -> Result<File, String> {
    let Some(path) = named.map(Path::to_owned).or_else(usual) else { return Ok(File::default()) };
    let is_missing = |error: &io::Error| matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
    if named.is_none() && fs::metadata(&path).is_err_and(|error| is_missing(&error)) {
        return Ok(File { path: Some(path), ..File::default() });
    }
    let file = match text(&path).and_then(|text| parse(&path, &text)) {
        Err(why) if named.is_none() => {
            File { warnings: vec![format!("{why}; this run goes on without")], ..File::default() }
        }
        read => read?,
    };
    if !file.mistakes.is_empty() {
        return Err(file.mistakes.join("\nhaul: "));
    }
    let mut warnings = file.warnings.clone();
    if file.has_secrets() && is_open_to_others(&path) {
        warnings.push(format!("`{0}` holds secrets and others can read it: chmod 600 helps", shown(&path)));
    }
    Ok(File { path: Some(path), found: true, warnings, ..file })
}

#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    // What is no file, such as a pipe of the shell's, has other ways to be private.
    fs::metadata(path).is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_path: &Path) -> bool {
    false
}

/// `haul/config.toml` in the folder that the XDG base directory specification has for it.
fn usual() -> Option<PathBuf> {
    let folder = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let configs = match folder("XDG_CONFIG_HOME") {
        None if cfg!(windows) => folder("APPDATA"),
        None => folder("HOME").map(|home| home.join(".config")),
        found => found,
    };
    Some(configs?.join("haul").join("config.toml"))
}

fn text(path: &Path) -> Result<String, String> {
    bounded::text(path, bounded::WRITTEN)
        .map_err(|error| format!("cannot read the config file `{}`: {error}", shown(path)))
}

fn shown(path: &Path) -> String {
    display::safe(&path.to_string_lossy())
}

/// One file while it is read.
struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    known: Vec<Known>,
    file: File,
}

/// A name with its value.
type Entry<'a> = (&'a str, &'a Spanned<DeValue<'a>>);

fn parse(path: &Path, text: &str) -> Result<File, String> {
    let mut reader = Reader { path, text, known: known(), file: File::default() };
    let table = DeTable::parse(text).map_err(|error| {
        let place = reader.place(error.span().map_or(0, |span| span.start));
        format!("{place}: {}", display::safe(error.message()))
    })?;
    for (name, section) in entries(table.get_ref()) {
        match (name, section.get_ref()) {
            ("options", DeValue::Table(table)) => entries(table).into_iter().for_each(|entry| reader.option(entry)),
            ("hosts", DeValue::Table(table)) => reader.hosts(table),
            ("keys", DeValue::Table(table)) => entries(table).into_iter().for_each(|entry| reader.keys(entry)),
            ("screen", DeValue::Table(table)) => entries(table).into_iter().for_each(|entry| reader.screen(entry)),
            (name, _) if SECTIONS.contains(&name) => {
                reader.warn(section, &format!("`{name}` is a section: write [{name}] on a line of its own"));
            }
            (name, _) => {
                let what = if matches!(section.get_ref(), DeValue::Table(_)) { "section" } else { "setting" };
                let hint = did_you_mean(name, SECTIONS);
                reader.warn(section, &format!("there is no {what} `{}`{hint}", display::safe(name)));
            }
        }
    }
    Ok(reader.file)
}

/// The entries of a table in the order of the file.
fn entries<'a>(table: &'a DeTable<'a>) -> Vec<Entry<'a>> {
    let mut entries: Vec<_> = table.iter().map(|(name, value)| (&**name.get_ref(), value)).collect();
    entries.sort_by_key(|(_, value)| value.span().start);
    entries
}

impl Reader<'_> {
    fn place(&self, at: usize) -> String {
        let line = 1 + self.text.get(..at).unwrap_or(self.text).matches('\n').count();
        format!("{} line {line}", shown(self.path))
    }

    fn warn(&mut self, value: &Spanned<DeValue<'_>>, what: &str) {
        let place = self.place(value.span().start);
        self.file.warnings.push(format!("{place}: {what}"));
    }

    /// Notes what nobody can go on with.
    fn refuse(&mut self, value: &Spanned<DeValue<'_>>, what: &str) {
        let place = self.place(value.span().start);
        self.file.mistakes.push(format!("{place}: {what}"));
    }

    /// Notes what is to be shown.
    fn note(&mut self, section: &[&str], (name, value): Entry<'_>) {
        let section = section.iter().map(|part| (*part).to_owned()).collect();
        let (name, place) = (name.to_owned(), self.place(value.span().start));
        self.file.lines.push(Line { section, name, value: json(value.get_ref()), secret: false, place });
    }

    /// Takes what a value should be, or warns.
    fn take<T>(
        &mut self,
        (name, value): Entry<'_>,
        read: impl Fn(&DeValue<'_>) -> Option<T>,
        wanted: &str,
    ) -> Option<T> {
        let taken = read(value.get_ref());
        if taken.is_none() {
            self.warn(value, &format!("`{}` is {wanted}", display::safe(name)));
        }
        taken
    }

    fn keys(&mut self, entry: Entry<'_>) {
        let Some(keys) = self.take(entry, texts, "a key or several: write \"p\" or [\"p\", \"Ctrl-p\"]") else {
            return;
        };
        let keys = keys.into_iter().filter(|key| !key.is_empty()).collect();
        let place = self.place(entry.1.span().start);
        self.note(&["keys"], entry);
        self.file.keys.push(OwnKeys { action: entry.0.to_owned(), keys, place });
    }

    fn screen(&mut self, entry: Entry<'_>) {
        const SWITCH: &str = "true or false";
        let warnings = self.file.warnings.len();
        match entry.0 {
            "theme" => self.file.screen.theme = self.take(entry, word, "a name in quotes"),
            "ascii" => self.file.screen.ascii = self.take(entry, switch, SWITCH),
            "mouse" => self.file.screen.mouse = self.take(entry, switch, SWITCH),
            "fps" => self.file.screen.fps = self.take(entry, frames, "a number from 1 to 60"),
            "preview" => {
                self.file.screen.preview =
                    self.take(entry, preview, "true, false, or the name of a protocol in quotes");
            }
            "bell" => self.file.screen.bell = self.take(entry, switch, SWITCH),
            "notify" => self.file.screen.notify = self.take(entry, switch, SWITCH),
            "osc_progress" => self.file.screen.osc_progress = self.take(entry, switch, SWITCH),
            other => {
                let mut what = format!("[screen] has no `{}`", display::safe(other));
                let _ = write!(what, "{}", did_you_mean(other, SCREEN));
                self.warn(entry.1, &what);
            }
        }
        if self.file.warnings.len() == warnings {
            self.note(&["screen"], entry);
        }
    }
}

/// The value as it is shown.
fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::Array(values) => values.iter().map(|value| json(value.get_ref())).collect(),
        DeValue::Boolean(on) => Value::Bool(*on),
        DeValue::Integer(number) => number.as_str().parse::<i64>().map_or(Value::Null, Value::from),
        value => word(value).map_or(Value::Null, Value::String),
    }
}

fn switch(value: &DeValue<'_>) -> Option<bool> {
    match value {
        DeValue::Boolean(value) => Some(*value),
        _ => None,
    }
}

fn word(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.clone().into_owned()),
        _ => None,
    }
}

fn frames(value: &DeValue<'_>) -> Option<u32> {
    match value {
        DeValue::Integer(number) => number.as_str().parse().ok().filter(|fps| (1..=60).contains(fps)),
        _ => None,
    }
}

fn preview(value: &DeValue<'_>) -> Option<String> {
    word(value).or_else(|| switch(value).map(|on| if on { "auto" } else { "off" }.to_owned()))
}

fn texts(value: &DeValue<'_>) -> Option<Vec<String>> {
    match value {
        DeValue::Array(values) => values.iter().map(|value| word(value.get_ref())).collect(),
        value => word(value).map(|word| vec![word]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> File {
        parse(Path::new("c.toml"), text).unwrap_or_else(|why| unreachable!("{text}: {why}"))
    }

    #[test]
    fn keys_and_settings_are_taken_as_they_are_written() {
        let file = parsed(
            "# mine\n[screen]\ntheme = \"light\"\nascii = true\nfps = 4\npreview = false\n\n[keys]\nquit = [\"q\", \
             \"Ctrl-q\"]\npause = 'w'\nclear = \"\"\n",
        );
        assert_eq!(file.warnings, Vec::<String>::new());
        let keys: Vec<_> = file.keys.iter().map(|k| format!("{} {:?} {}", k.action, k.keys, k.place)).collect();
        assert_eq!(
            keys,
            ["quit [\"q\", \"Ctrl-q\"] c.toml line 9", "pause [\"w\"] c.toml line 10", "clear [] c.toml line 11"]
        );
        let expected = ScreenSettings {
            theme: Some("light".to_owned()),
            ascii: Some(true),
            fps: Some(4),
            preview: Some("off".to_owned()),
            ..ScreenSettings::default()
        };
        assert_eq!(file.screen, expected);
        assert_eq!(parsed("").keys, []);
    }

    #[test]
    fn each_mistake_is_a_warning_with_its_line_and_the_rest_counts() {
        for (text, warning) in [
            ("[scren]\nx = 1", "c.toml line 1: there is no section `scren`: did you mean `screen`?"),
            ("theme = 'x'", "c.toml line 1: there is no setting `theme`"),
            ("\nkeys = 3", "c.toml line 2: `keys` is a section: write [keys] on a line of its own"),
            ("[screen]\nthme = 'x'", "c.toml line 2: [screen] has no `thme`: did you mean `theme`?"),
            ("[screen]\nmouse = 'yes'", "c.toml line 2: `mouse` is true or false"),
            ("[screen]\nfps = 0", "c.toml line 2: `fps` is a number from 1 to 60"),
            ("[keys]\nquit = 3", "c.toml line 2: `quit` is a key or several: write \"p\" or [\"p\", \"Ctrl-p\"]"),
            (
                "[keys]\n\"a\\u001bb\" = 3",
                "c.toml line 2: `a␛b` is a key or several: write \"p\" or [\"p\", \"Ctrl-p\"]",
            ),
        ] {
            assert_eq!(parsed(text).warnings, [warning], "{text}");
        }
        let file = parsed("[screen]\nfps = 99\nbell = true\n");
        assert_eq!((file.screen.bell, file.screen.fps, file.warnings.len()), (Some(true), None, 1));
    }

    #[test]
    fn what_is_no_toml_is_refused_with_its_line() {
        let why = parse(Path::new("c.toml"), "[keys]\npause = p\n").expect_err("no quotes");
        assert!(why.starts_with("c.toml line 2: "), "{why}");
        assert!(read(Some(Path::new("/nowhere/at/all"))).is_err_and(|why| why.contains("cannot read the config file")));
    }
}
