//! The names of keys: as they are shown, and as a config file has them. Pure.

use crossterm::event::{KeyCode, KeyModifiers};

use super::binding::Key;

/// Keys that are no characters: as shown, as written.
const NAMED: &[(KeyCode, &str, &str)] = &[
    (KeyCode::Char(' '), "Space", "Space"),
    (KeyCode::Up, "↑", "Up"),
    (KeyCode::Down, "↓", "Down"),
    (KeyCode::Left, "←", "Left"),
    (KeyCode::Right, "→", "Right"),
    (KeyCode::PageUp, "PgUp", "PgUp"),
    (KeyCode::PageDown, "PgDn", "PgDn"),
    (KeyCode::Home, "Home", "Home"),
    (KeyCode::End, "End", "End"),
    (KeyCode::Insert, "Ins", "Insert"),
    (KeyCode::Delete, "Del", "Delete"),
    (KeyCode::Backspace, "Backspace", "Backspace"),
    (KeyCode::Enter, "Enter", "Enter"),
    (KeyCode::Esc, "Esc", "Esc"),
    (KeyCode::Tab, "Tab", "Tab"),
    (KeyCode::BackTab, "Shift-Tab", "Shift-Tab"),
];

/// What terminals send for these is what they send for another key.
const SAME: &[(char, KeyCode)] = &[('i', KeyCode::Tab), ('m', KeyCode::Enter), ('[', KeyCode::Esc)];

/// The names that a config file may hold, for a hint at what was meant.
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    NAMED.iter().flat_map(|(_, shown, written)| [*written, *shown])
}

/// The key as people name it.
pub(super) fn name(key: Key) -> String {
    let name = match key.0 {
        code if let Some((_, shown, _)) = NAMED.iter().find(|(known, ..)| *known == code) => (*shown).to_owned(),
        KeyCode::Char(c) => c.to_string(),
        other => other.to_string(),
    };
    let with = [(KeyModifiers::CONTROL, "Ctrl-"), (KeyModifiers::ALT, "Alt-"), (KeyModifiers::SHIFT, "Shift-")];
    let with = with.into_iter().filter(|(modifier, _)| key.1.contains(*modifier));
    with.map(|(_, text)| text).collect::<String>() + &name
}

/// The key of this name: `p`, `Ctrl-q`, `Alt-Enter`, `F1`, `Space`.
pub(super) fn parse(text: &str) -> Option<Key> {
    let (mut rest, mut modifiers) = (text, KeyModifiers::NONE);
    let named = |text: &str| {
        let same = |name: &str| name.eq_ignore_ascii_case(text);
        NAMED.iter().find(|(_, shown, written)| same(shown) || same(written)).map(|(code, ..)| *code)
    };
    while named(rest).is_none()
        && let Some((prefix, after)) = rest.split_once('-').filter(|(_, after)| !after.is_empty())
    {
        modifiers |= match prefix.to_ascii_lowercase().as_str() {
            "ctrl" | "control" => KeyModifiers::CONTROL,
            "alt" | "meta" => KeyModifiers::ALT,
            "shift" => KeyModifiers::SHIFT,
            _ => return None,
        };
        rest = after;
    }
    let mut characters = rest.chars();
    let code = match (named(rest), characters.next(), characters.next()) {
        (Some(code), ..) => code,
        (None, Some(c), None) => character(c, &mut modifiers)?,
        _ => function(rest)?,
    };
    Some(Key(code, modifiers))
}

fn character(c: char, modifiers: &mut KeyModifiers) -> Option<KeyCode> {
    if c.is_control() {
        return None;
    }
    let shift = modifiers.contains(KeyModifiers::SHIFT);
    *modifiers -= KeyModifiers::SHIFT;
    if modifiers.contains(KeyModifiers::CONTROL) {
        let c = c.to_ascii_lowercase();
        if let Some((_, code)) = SAME.iter().find(|(same, _)| *same == c) {
            *modifiers -= KeyModifiers::CONTROL;
            return Some(*code);
        }
        return Some(KeyCode::Char(c));
    }
    Some(KeyCode::Char(if shift { c.to_uppercase().next()? } else { c }))
}

fn function(text: &str) -> Option<KeyCode> {
    let number = text.strip_prefix(['F', 'f'])?.parse().ok()?;
    (1..=24).contains(&number).then_some(KeyCode::F(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::keys::TABLE;

    #[test]
    fn names_are_read_in_all_their_ways() {
        let plain = |code| Some(Key(code, KeyModifiers::NONE));
        let with = |code, modifiers| Some(Key(code, modifiers));
        for (text, key) in [
            ("p", plain(KeyCode::Char('p'))),
            ("P", plain(KeyCode::Char('P'))),
            ("Shift-p", plain(KeyCode::Char('P'))),
            ("-", plain(KeyCode::Char('-'))),
            ("Ctrl--", with(KeyCode::Char('-'), KeyModifiers::CONTROL)),
            ("ctrl-Q", with(KeyCode::Char('q'), KeyModifiers::CONTROL)),
            ("Ctrl-Alt-x", with(KeyCode::Char('x'), KeyModifiers::CONTROL | KeyModifiers::ALT)),
            ("Alt-Enter", with(KeyCode::Enter, KeyModifiers::ALT)),
            ("Shift-Tab", plain(KeyCode::BackTab)),
            ("Shift-Up", with(KeyCode::Up, KeyModifiers::SHIFT)),
            ("space", plain(KeyCode::Char(' '))),
            ("↓", plain(KeyCode::Down)),
            ("Delete", plain(KeyCode::Delete)),
            ("F12", plain(KeyCode::F(12))),
            ("Ctrl-i", plain(KeyCode::Tab)),
            ("Ctrl-m", plain(KeyCode::Enter)),
            ("北", plain(KeyCode::Char('北'))),
            ("F0", None),
            ("F99", None),
            ("Hyper-x", None),
            ("Entr", None),
            ("pp", None),
            ("", None),
            ("\u{1b}", None),
        ] {
            assert_eq!(parse(text), key, "{text}");
        }
    }

    #[test]
    fn every_key_of_the_table_is_read_as_it_is_shown() {
        for key in TABLE.iter().flat_map(|binding| binding.keys) {
            assert_eq!(parse(&name(*key)), Some(*key), "{}", name(*key));
        }
    }
}
