//! The palette: every action found by its name or by what it does, and some commands that take a word more than a key
//! can say. It must not know how they are carried out.

use crossterm::event::KeyEvent;

use super::action::{Action, Step};
use super::keys::{Binding, Bound, Context, Keymap};
use super::line::LineEdit;

/// A command that is typed with a word behind it.
#[derive(Debug)]
pub(super) struct Typed {
    /// Its name.
    pub(super) name: &'static str,
    /// What follows the name.
    pub(super) word: &'static str,
    /// What it does.
    pub(super) help: &'static str,
}

const fn typed(name: &'static str, word: &'static str, help: &'static str) -> Typed {
    Typed { name, word, help }
}

const COMMANDS: [Typed; 9] = [
    typed("add", "ADDRESS", "add this address; {01-99} counts"),
    typed("dir", "FOLDER", "the folder for new addresses"),
    typed("export", "FILE", "marked rows, else all shown, as a new list"),
    typed("filter", "WORDS", "show some rows"),
    typed("jobs", "N", "so many transfers at once"),
    typed("limit", "RATE", "bytes a second: 5M, 500k; 0 is none"),
    typed("set", "NAME VALUE", "change dir, jobs, limit or theme"),
    typed("sort", "BY", "added, name, size, progress, eta or host"),
    typed("theme", "NAME", "colours"),
];

/// What may stand behind `set`, which means nothing by itself.
const SETTINGS: [&str; 4] = ["dir", "jobs", "limit", "theme"];

/// What the palette has found.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found {
    /// An action of the table.
    Action(&'static Binding),
    /// A command that takes a word.
    Command(&'static Typed),
}

/// See the head of this file.
#[derive(Debug)]
pub(super) struct Palette {
    line: LineEdit,
    found: Vec<Found>,
    chosen: usize,
    complaint: Option<String>,
}

impl Palette {
    /// All that there is.
    pub(super) fn new(keymap: &Keymap) -> Self {
        let mut palette = Self { line: LineEdit::default(), found: Vec::new(), chosen: 0, complaint: None };
        palette.look(keymap);
        palette
    }

    /// What is written.
    pub(super) fn line(&self) -> &LineEdit {
        &self.line
    }

    /// What matches it, best first.
    pub(super) fn found(&self) -> &[Found] {
        &self.found
    }

    /// Which of them Enter takes.
    pub(super) fn chosen(&self) -> usize {
        self.chosen
    }

    /// What was wrong at the last Enter; safe text.
    pub(super) fn complaint(&self) -> Option<&str> {
        self.complaint.as_deref()
    }

    /// Pasted text is looked for.
    pub(super) fn paste(&mut self, text: &str, keymap: &Keymap) {
        self.line.paste(text);
        self.look(keymap);
    }

    /// Another text in place of what is written.
    pub(super) fn write(&mut self, text: &str, keymap: &Keymap) {
        self.line = LineEdit::new(text);
        self.look(keymap);
    }

    /// The command that is written, and its word.
    pub(super) fn command(&self) -> Option<(&'static Typed, &str)> {
        let (text, settings) = self.text();
        let (name, word) = text.split_once(' ')?;
        Some((commands(settings).find(|command| command.name == name)?, word.trim()))
    }

    /// What is written, without the word `set`; true where that stands before it.
    fn text(&self) -> (&str, bool) {
        let text = self.line.text().trim_start();
        text.strip_prefix("set ").map_or((text, false), |rest| (rest.trim_start(), true))
    }

    /// A key that writes.
    pub(super) fn key(&mut self, key: KeyEvent, keymap: &Keymap) {
        self.line.key(key);
        self.look(keymap);
    }

    /// Goes up or down in what was found; from one end to the other by single steps.
    pub(super) fn step(&mut self, step: Step) {
        const PAGE: usize = 10;
        let last = self.found.len().saturating_sub(1);
        self.chosen = match step {
            Step::Up => self.chosen.checked_sub(1).unwrap_or(last),
            Step::Down if self.chosen < last => self.chosen + 1,
            Step::PageUp => self.chosen.saturating_sub(PAGE),
            Step::PageDown => (self.chosen + PAGE).min(last),
            _ => 0,
        };
    }

    /// Says what is wrong; safe text.
    pub(super) fn complain(&mut self, why: String) {
        self.complaint = Some(why);
    }

    /// Finds what matches.
    fn look(&mut self, keymap: &Keymap) {
        (self.chosen, self.complaint) = (0, None);
        if let Some((command, _)) = self.command() {
            self.found = vec![Found::Command(command)];
            return;
        }
        let (text, settings) = self.text();
        let text = text.trim_end().to_lowercase();
        let actions = keymap.all().filter(|bound| !settings && is_of_the_list(bound));
        let all = actions.map(|bound| Found::Action(bound.binding)).chain(commands(settings).map(Found::Command));
        let mut found: Vec<_> = all.filter_map(|found| Some((rank(&text, found)?, found))).collect();
        // The order of the table where nothing is better.
        found.sort_by_key(|(rank, _)| std::cmp::Reverse(*rank));
        self.found = found.into_iter().map(|(_, found)| found).collect();
    }
}

/// The commands, or those that may stand behind `set`.
fn commands(settings: bool) -> impl Iterator<Item = &'static Typed> {
    COMMANDS.iter().filter(move |command| !settings || SETTINGS.contains(&command.name))
}

/// Only what makes sense in the list.
fn is_of_the_list(bound: &Bound) -> bool {
    let here = |context: &Context| matches!(context, Context::List | Context::Menu(_));
    bound.binding.contexts.iter().any(here) && !matches!(bound.binding.action, Action::Palette | Action::Back)
}

fn rank(text: &str, found: Found) -> Option<u32> {
    let (name, help) = match found {
        Found::Action(binding) => (binding.name, binding.help),
        Found::Command(command) => (command.name, command.help),
    };
    // A name is worth more than an explanation, its beginning more yet, and the whole name most.
    let whole = 100 * (u32::from(text == name) + u32::from(name.starts_with(text)));
    let by_name = score(text, name).map(|score| 2 * score + whole);
    let help = help.to_lowercase();
    by_name.or_else(|| text.split_whitespace().all(|word| help.contains(word)).then_some(0))
}

/// How well the letters of `text` are found one after the other in `among`: more for those that stand together or begin
/// a word. None if one is missing.
fn score(text: &str, among: &str) -> Option<u32> {
    let (mut score, mut last, mut from) = (0, None, 0);
    let letters: Vec<char> = among.to_lowercase().chars().collect();
    for wanted in text.chars() {
        let matches = |at: &usize| letters[*at] == wanted;
        let begins = |at: &usize| *at == 0 || !letters[*at - 1].is_alphanumeric();
        let next = last.map(|last: usize| last + 1).filter(|next| *next < letters.len() && matches(next));
        let word = (from..letters.len()).find(|at| matches(at) && begins(at));
        let any = (from..letters.len()).find(matches);
        let (at, worth) = match (next, word) {
            (Some(at), _) => (at, 4),
            (None, Some(at)) if rest_follows(&letters, at, text, wanted) => (at, 3),
            _ => (any?, 1),
        };
        score += worth;
        (last, from) = (Some(at), at + 1);
    }
    Some(score)
}

/// A jump to a later word must not lose the letters that follow.
fn rest_follows(letters: &[char], at: usize, text: &str, wanted: char) -> bool {
    let rest = text.split_once(wanted).map_or("", |(_, rest)| rest);
    let mut left = letters[at + 1..].iter();
    rest.chars().all(|c| left.any(|letter| *letter == c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<&'static str> {
        let keymap = Keymap::default();
        let mut palette = Palette::new(&keymap);
        palette.paste(text, &keymap);
        let name = |found: &Found| match found {
            Found::Action(binding) => binding.name,
            Found::Command(command) => command.name,
        };
        palette.found().iter().map(name).collect()
    }

    #[test]
    fn letters_in_a_row_find_names_and_words_find_what_is_meant() {
        for (text, first) in [
            ("pause", "pause"),
            ("pall", "pause-all"),
            ("rf", "retry-failed"),
            ("sh", "show"),
            ("sort-name", "sort-name"),
            ("snam", "sort-name"),
            ("delete the file", "remove-file"),
            ("quit", "quit"),
            ("clear", "clear"),
            ("jobs", "jobs"),
            ("limit 5M", "limit"),
            ("set", "set"),
            ("set lim", "limit"),
            ("set limit 5M", "limit"),
        ] {
            assert_eq!(names(text).first(), Some(&first), "{text}: {:?}", names(text));
        }
        assert_eq!(names("qqqq"), Vec::<&str>::new());
        assert_eq!(names("set "), SETTINGS);
        assert_eq!(names("set pause "), Vec::<&str>::new());
        assert!(
            names("").len() > 60 && names("").iter().all(|name| !["palette", "back", "yes", "submit"].contains(name))
        );
    }
}
