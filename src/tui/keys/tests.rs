//! The table against itself, and against the README.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::binding::Key;
use super::names::name;
use super::table::{ASKED, BOX, EVERYWHERE};
use super::*;
use crate::tui::action::{Action, Step};

/// The table as the README has it: keys that mean something only in one place say so.
fn markdown() -> String {
    let row = |binding: &Binding| {
        let keys: Vec<_> = binding.keys.iter().map(|key| format!("`{}`", name(*key))).collect();
        let place = if [BOX, ASKED].contains(&binding.group) {
            format!("{}: ", binding.group.to_lowercase())
        } else if let Some(menu) = binding.menu() {
            let opens = TABLE.iter().find(|binding| binding.action == Action::Menu(menu)).expect("a key opens it");
            format!("after `{}`: ", name(opens.keys[0]))
        } else {
            match binding.contexts {
                [Context::Sheet] => "among the pictures: ".to_owned(),
                [Context::Help] => "in the help: ".to_owned(),
                [Context::Picker] => "among the images of a page: ".to_owned(),
                _ => String::new(),
            }
        };
        format!("| {} | {place}{} |\n", keys.join(" "), binding.help)
    };
    format!("| keys | what they do |\n|---|---|\n{}", TABLE.iter().map(row).collect::<String>())
}

#[test]
fn the_readme_has_this_table() {
    const BEGIN: &str = "<!-- keys -->\n";
    const END: &str = "<!-- /keys -->";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(path).expect("the README is there").replace("\r\n", "\n");
    let (before, rest) = readme.split_once(BEGIN).expect("the README says where the keys begin");
    let (kept, after) = rest.split_once(END).expect("the README says where the keys end");
    let drawn = markdown();
    if std::env::var_os("HAUL_BLESS").is_some() {
        std::fs::write(path, format!("{before}{BEGIN}{drawn}{END}{after}")).expect("the README can be written");
    } else {
        assert!(kept == drawn, "the keys in README.md are stale: run `HAUL_BLESS=1 cargo test readme`");
    }
}

#[test]
fn no_key_means_two_things_in_one_place() {
    for context in EVERYWHERE {
        let mut seen: Vec<Key> = Vec::new();
        for key in TABLE.iter().filter(|b| b.contexts.contains(context)).flat_map(|b| b.keys) {
            assert!(!seen.contains(key), "{} twice in {context:?}", name(*key));
            seen.push(*key);
        }
    }
}

#[test]
fn every_line_of_the_table_is_reached_by_its_keys() {
    let map = Keymap::default();
    for binding in TABLE {
        assert!(!binding.keys.is_empty() && !binding.contexts.is_empty(), "{}", binding.help);
        for (context, key) in binding.contexts.iter().flat_map(|c| binding.keys.iter().map(move |k| (c, k))) {
            let text = context.takes_text() && key.is_text();
            let means = if text { Action::Edit(key.event()) } else { binding.action.clone() };
            assert_eq!(map.find(*context, key.event()), Some(means), "{} in {context:?}", name(*key));
        }
    }
}

#[test]
fn every_name_stands_for_one_action() {
    for binding in TABLE {
        assert_eq!(TABLE.iter().filter(|b| b.name == binding.name).count(), 1, "{}", binding.name);
    }
}

#[test]
fn shift_belongs_to_the_character_and_other_keys_are_text_only_in_the_box() {
    let map = Keymap::default();
    let shifted = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
    assert_eq!(map.find(Context::List, shifted), Some(Action::Step(Step::Last)));
    let alt_x = KeyEvent::new(KeyCode::Char('x'), KeyModifiers::ALT);
    assert_eq!(map.find(Context::List, alt_x), None);
    assert_eq!(map.find(Context::Add, alt_x), Some(Action::Edit(alt_x)));
}
