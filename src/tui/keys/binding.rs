//! What a key is, where it can be pressed, and what one line of the table says. A leaf.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::action::{Action, Menu};

/// Where a key is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Context {
    /// In the list.
    List,
    /// In the detail that lies over the list.
    Detail,
    /// Among the pictures.
    Sheet,
    /// Among the images of a page.
    Picker,
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
    pub(in crate::tui) fn takes_text(self) -> bool {
        matches!(self, Self::Add | Self::Prompt | Self::Palette)
    }

    /// The place in a sentence.
    pub(super) fn place(self) -> &'static str {
        match self {
            Self::List => "in the list",
            Self::Detail => "in the detail",
            Self::Sheet => "among the pictures",
            Self::Picker => "among the images of a page",
            Self::Add => "in the add box",
            Self::Prompt => "in a box",
            Self::Palette => "in the palette",
            Self::Help => "in the help",
            Self::Question => "when asked",
            Self::Menu(_) => "in the same menu",
        }
    }
}

/// A key with its modifiers. Shift is part of the character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) struct Key(pub(super) KeyCode, pub(super) KeyModifiers);

/// One line of the table.
#[derive(Debug)]
pub(in crate::tui) struct Binding {
    /// The name of the action in the palette and in the config file.
    pub(in crate::tui) name: &'static str,
    /// Any of these keys, unless the user has others.
    pub(in crate::tui) keys: &'static [Key],
    /// What they do.
    pub(in crate::tui) action: Action,
    /// Where.
    pub(in crate::tui) contexts: &'static [Context],
    /// The heading in the help.
    pub(in crate::tui) group: &'static str,
    /// The line in the help.
    pub(in crate::tui) help: &'static str,
    /// The word in the footer, for the keys that people need first.
    pub(in crate::tui) hint: Option<&'static str>,
}

pub(super) const fn plain(code: KeyCode) -> Key {
    Key(code, KeyModifiers::NONE)
}

pub(super) const fn char(c: char) -> Key {
    plain(KeyCode::Char(c))
}

pub(super) const fn ctrl(c: char) -> Key {
    Key(KeyCode::Char(c), KeyModifiers::CONTROL)
}

pub(super) const fn bind(
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
    /// The menu that it is in, if it is nowhere else.
    pub(super) fn menu(&self) -> Option<Menu> {
        match self.contexts {
            [Context::Menu(menu)] => Some(*menu),
            _ => None,
        }
    }

    // Not `Binding { hint, ..self }`: a constant may not take `self` apart while it could need dropping.
    pub(super) const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }
}

impl Key {
    pub(super) fn of(event: KeyEvent) -> Self {
        let mut modifiers = event.modifiers & (KeyModifiers::SHIFT | KeyModifiers::CONTROL | KeyModifiers::ALT);
        // `G` comes with or without Shift, as the terminal likes it, and Shift-Tab has a code of its own.
        if matches!(event.code, KeyCode::Char(_) | KeyCode::BackTab) {
            modifiers -= KeyModifiers::SHIFT;
        }
        Self(event.code, modifiers)
    }

    #[cfg(test)]
    pub(in crate::tui) fn event(self) -> KeyEvent {
        KeyEvent::new(self.0, self.1)
    }

    /// It writes a character where text is written.
    pub(super) fn is_text(self) -> bool {
        matches!(self.0, KeyCode::Char(_)) && self.1.is_empty()
    }
}
