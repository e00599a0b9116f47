//! The one table of keys: what each does where, its line in the help, its hint in the footer. Help and footer are
//! made from it, so they cannot lie. It must not know how an action is carried out.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::Action;

/// Where a key is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    /// In the list.
    List,
    /// In the add box.
    Add,
    /// In the help.
    Help,
    /// While a question waits for its answer.
    Question,
}

use Context::{Add, Help, List, Question};

/// A key with its modifiers. Shift is part of the character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key(KeyCode, KeyModifiers);

/// One line of the table.
pub(super) struct Binding {
    /// Any of these keys.
    pub(super) keys: &'static [Key],
    /// What they do.
    pub(super) action: Action,
    /// Where.
    pub(super) contexts: &'static [Context],
    /// The heading in the help.
    pub(super) group: &'static str,
    /// The line in the help.
    pub(super) help: &'static str,
    /// The word in the footer, for the keys that people need first.
    pub(super) hint: Option<&'static str>,
}

const fn plain(code: KeyCode) -> Key {
    Key(code, KeyModifiers::NONE)
}

const fn char(c: char) -> Key {
    plain(KeyCode::Char(c))
}

const fn ctrl(c: char) -> Key {
    Key(KeyCode::Char(c), KeyModifiers::CONTROL)
}

const EVERYWHERE: &[Context] = &[List, Add, Help, Question];
const MOVING: &[Context] = &[List, Help];

const MOVE: &str = "Move";
const WORK: &str = "Downloads";
const BOX: &str = "In the add box";
const ASKED: &str = "When asked";
const SCREEN: &str = "Screen";

#[rustfmt::skip]
pub(super) const TABLE: &[Binding] = &[
    bind(&[char('j'), plain(KeyCode::Down)], Action::Down, MOVING, MOVE, "one row down"),
    bind(&[char('k'), plain(KeyCode::Up)], Action::Up, MOVING, MOVE, "one row up"),
    bind(&[plain(KeyCode::PageDown)], Action::PageDown, MOVING, MOVE, "one page down"),
    bind(&[plain(KeyCode::PageUp)], Action::PageUp, MOVING, MOVE, "one page up"),
    bind(&[char('g'), plain(KeyCode::Home)], Action::First, MOVING, MOVE, "first row"),
    bind(&[char('G'), plain(KeyCode::End)], Action::Last, MOVING, MOVE, "last row"),

    bind(&[char('a')], Action::Add, &[List], WORK, "add addresses (or just paste them)").hint("add"),
    bind(&[char('p')], Action::Pause, &[List], WORK, "pause, or go on").hint("pause"),
    bind(&[char('r')], Action::Retry, &[List], WORK, "try again").hint("retry"),
    bind(&[char('R')], Action::RetryFailed, &[List], WORK, "try all failed ones again"),
    bind(&[char('x')], Action::Cancel, &[List], WORK, "cancel").hint("cancel"),
    bind(&[char('d'), plain(KeyCode::Delete)], Action::Remove, &[List], WORK, "take off the list; a finished file stays").hint("remove"),

    bind(&[plain(KeyCode::Enter)], Action::Submit, &[Add], BOX, "add them").hint("add"),
    bind(&[Key(KeyCode::Enter, KeyModifiers::ALT), ctrl('j')], Action::NewLine, &[Add], BOX, "new line").hint("new line"),

    bind(&[char('y')], Action::Yes, &[Question], ASKED, "yes").hint("yes"),
    bind(&[char('n'), plain(KeyCode::Enter)], Action::No, &[Question], ASKED, "no").hint("no"),

    bind(&[char('?'), plain(KeyCode::F(1))], Action::Help, MOVING, SCREEN, "show or hide these keys").hint("help"),
    bind(&[plain(KeyCode::Esc)], Action::Back, EVERYWHERE, SCREEN, "one step back").hint("back"),
    bind(&[ctrl('l')], Action::Redraw, EVERYWHERE, SCREEN, "draw the screen anew"),
    bind(&[char('q')], Action::Quit, &[List, Help, Question], SCREEN, "quit; asks while work runs").hint("quit"),
    bind(&[ctrl('c')], Action::Stop, EVERYWHERE, SCREEN, "stop and leave at once"),
];

const fn bind(
    keys: &'static [Key],
    action: Action,
    contexts: &'static [Context],
    group: &'static str,
    help: &'static str,
) -> Binding {
    Binding { keys, action, contexts, group, help, hint: None }
}

impl Binding {
    // Not `Binding { hint, ..self }`: a constant may not take `self` apart while it could need dropping.
    const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// The keys as people name them: `j ↓`.
    pub(super) fn names(&self) -> String {
        self.keys.iter().map(|key| key.name()).collect::<Vec<_>>().join(" ")
    }
}

impl Key {
    #[cfg(test)]
    pub(super) fn event(self) -> KeyEvent {
        KeyEvent::new(self.0, self.1)
    }

    /// The key as people name it.
    pub(super) fn name(self) -> String {
        let name = match self.0 {
            KeyCode::Char(c) => c.to_string(),
            KeyCode::Up => "↑".to_owned(),
            KeyCode::Down => "↓".to_owned(),
            KeyCode::PageUp => "PgUp".to_owned(),
            KeyCode::PageDown => "PgDn".to_owned(),
            KeyCode::Delete => "Del".to_owned(),
            other => other.to_string(),
        };
        match self.1 {
            KeyModifiers::CONTROL => format!("Ctrl-{name}"),
            KeyModifiers::ALT => format!("Alt-{name}"),
            _ => name,
        }
    }
}

/// What a key means here; in the add box every key that is not in the table is text.
pub(super) fn find(context: Context, event: KeyEvent) -> Option<Action> {
    let mut modifiers = event.modifiers & (KeyModifiers::SHIFT | KeyModifiers::CONTROL | KeyModifiers::ALT);
    if matches!(event.code, KeyCode::Char(_)) {
        // `G` comes with or without Shift, as the terminal likes it.
        modifiers -= KeyModifiers::SHIFT;
    }
    let key = Key(event.code, modifiers);
    let bound = TABLE.iter().find(|b| b.contexts.contains(&context) && b.keys.contains(&key));
    match bound {
        Some(binding) => Some(binding.action.clone()),
        None => (context == Add).then_some(Action::Edit(event)),
    }
}

/// The hints of a context, most needed first: key and word.
pub(super) fn hints(context: Context) -> impl Iterator<Item = (String, &'static str)> {
    TABLE.iter().filter_map(move |binding| {
        // There is nowhere to go back to from the list.
        let useless = binding.action == Action::Back && context == List;
        let hint = binding.hint.filter(|_| binding.contexts.contains(&context) && !useless)?;
        Some((binding.keys[0].name(), hint))
    })
}

/// A line of the help.
pub(super) enum Line {
    /// Between two groups.
    Blank,
    /// A heading.
    Group(&'static str),
    /// Keys and what they do.
    Keys(&'static Binding),
}

/// The help, line by line.
pub(super) fn help() -> Vec<Line> {
    let mut lines = Vec::new();
    for group in TABLE.chunk_by(|a, b| a.group == b.group) {
        if !lines.is_empty() {
            lines.push(Line::Blank);
        }
        lines.push(Line::Group(group[0].group));
        lines.extend(group.iter().map(Line::Keys));
    }
    lines
}

#[cfg(test)]
mod tests;
