//! Keys: what each does where. `table` is the one list of all actions with their keys; help, footer, menus, palette and
//! the README are made from it, so they cannot lie. It must not know how an action is carried out.

mod table;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::{Action, Menu};
pub(super) use table::TABLE;

/// Where a key is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    /// In the list.
    List,
    /// In the detail that lies over the list.
    Detail,
    /// Among the pictures.
    Sheet,
    /// In the add box.
    Add,
    /// In a box of one line.
    Prompt,
    /// In the palette.
    Palette,
    /// In the help.
    Help,
    /// While a question waits for its answer.
    Question,
    /// After a key that others follow.
    Menu(Menu),
}

impl Context {
    /// Keys that are not in the table are text here.
    fn takes_text(self) -> bool {
        matches!(self, Self::Add | Self::Prompt | Self::Palette)
    }
}

/// A key with its modifiers. Shift is part of the character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key(KeyCode, KeyModifiers);

/// One line of the table.
pub(super) struct Binding {
    /// The name of the action in the palette and in the config file.
    pub(super) name: &'static str,
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

const fn bind(
    name: &'static str,
    keys: &'static [Key],
    action: Action,
    contexts: &'static [Context],
    group: &'static str,
    help: &'static str,
) -> Binding {
    Binding { name, keys, action, contexts, group, help, hint: None }
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
        None => context.takes_text().then_some(Action::Edit(event)),
    }
}

/// The hints of a context, most needed first: key and word.
pub(super) fn hints(context: Context) -> impl Iterator<Item = (String, &'static str)> {
    TABLE.iter().filter_map(move |binding| {
        // There is nowhere to go back to from the list.
        let useless = binding.action == Action::Back && context == Context::List;
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
