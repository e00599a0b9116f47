//! The table with the user's own keys in it: what a key means, and which keys an action has. It must not know where the
//! user has written them.

use std::borrow::Cow;

use crossterm::event::KeyEvent;

use super::binding::{Binding, Context, Key};
use super::names;
use super::table::TABLE;
use crate::config::OwnKeys;
use crate::display;
use crate::nearest::did_you_mean;
use crate::tui::action::{Action, Menu};

/// An action with the keys that it has.
#[derive(Debug)]
pub(in crate::tui) struct Bound {
    /// Its line in the table.
    pub(in crate::tui) binding: &'static Binding,
    keys: Cow<'static, [Key]>,
}

impl Bound {
    /// The keys as people name them: `j ↓`.
    pub(in crate::tui) fn names(&self) -> String {
        self.keys.iter().map(|key| names::name(*key)).collect::<Vec<_>>().join(" ")
    }

    /// Those that mean this in such a place: where text is written, characters are text.
    fn keys_in(&self, context: Context) -> impl Iterator<Item = Key> {
        let here = self.binding.contexts.contains(&context);
        self.keys.iter().copied().filter(move |key| here && !(context.takes_text() && key.is_text()))
    }
}

/// All actions with their keys, in the order of the table.
#[derive(Debug)]
pub(in crate::tui) struct Keymap(Vec<Bound>);

/// A line of the help.
#[derive(Debug, Clone)]
pub(in crate::tui) enum Line<'a> {
    /// Between two groups.
    Blank,
    /// A heading.
    Group(String),
    /// Keys and what they do.
    Keys(&'a Bound),
}

impl Default for Keymap {
    fn default() -> Self {
        Self(TABLE.iter().map(|binding| Bound { binding, keys: Cow::Borrowed(binding.keys) }).collect())
    }
}

impl Keymap {
    /// With the keys that the user wants instead, and a warning for each wish that makes no sense; the action then keeps
    /// the keys that it has in the table.
    pub(in crate::tui) fn with(own: &[OwnKeys]) -> (Self, Vec<String>) {
        let (mut map, mut warnings) = (Self::default(), Vec::new());
        let mut wishes = Vec::new();
        for wish in own {
            match read(wish) {
                Ok((at, keys)) => {
                    map.0[at].keys = Cow::Owned(keys);
                    wishes.push((at, wish));
                }
                Err(why) => warnings.push(format!("{}: {why}", wish.place)),
            }
        }
        // What gets the keys of the table back may be in the way of another wish. The later one of two gives in.
        while let Some((at, warning)) = wishes.iter().rev().find_map(|(at, wish)| Some((*at, map.clash(*at, wish)?))) {
            map.0[at].keys = Cow::Borrowed(TABLE[at].keys);
            wishes.retain(|(wished, _)| *wished != at);
            warnings.push(warning);
        }
        (map, warnings)
    }

    /// Why this wish cannot be: one of its keys means something else in the same place.
    fn clash(&self, at: usize, wish: &OwnKeys) -> Option<String> {
        let bound = &self.0[at];
        let others = self.0.iter().enumerate().filter(|(other, _)| *other != at);
        let mut pairs =
            others.flat_map(|(_, other)| bound.binding.contexts.iter().map(move |context| (*context, other)));
        pairs.find_map(|(context, other)| {
            let key = bound.keys_in(context).find(|key| other.keys_in(context).any(|taken| taken == *key))?;
            let (key, name, taken) = (names::name(key), bound.binding.name, other.binding.name);
            Some(format!(
                "{}: `{key}` for `{name}` is the key of `{taken}` {}: give that another one, or none ({taken} = \"\")",
                wish.place,
                context.place()
            ))
        })
    }

    /// What a key means here; in a box, every key that means nothing else is text.
    pub(in crate::tui) fn find(&self, context: Context, event: KeyEvent) -> Option<Action> {
        let key = Key::of(event);
        let bound = self.0.iter().find(|bound| bound.keys_in(context).any(|own| own == key));
        match (bound, context) {
            (Some(bound), _) => Some(bound.binding.action.clone()),
            // Whatever key comes next, a menu is over.
            (None, Context::Menu(_)) => Some(Action::Back),
            (None, _) => context.takes_text().then_some(Action::Edit(event)),
        }
    }

    /// The hints of a context, most needed first: key and word.
    pub(in crate::tui) fn hints(&self, context: Context) -> impl Iterator<Item = (String, &'static str)> {
        self.0.iter().filter_map(move |bound| {
            // There is nowhere to go back to from the list, and nothing runs among finished pictures. Nobody opens a row
            // to add others, and a box has room for what it is there for.
            let useless = match context {
                Context::List => bound.binding.action == Action::Back,
                Context::Detail => bound.binding.action == Action::Add,
                _ if context.takes_text() => bound.binding.action == Action::Help,
                Context::Sheet => matches!(bound.binding.action, Action::Pause | Action::Retry | Action::Cancel),
                _ => false,
            };
            let hint = bound.binding.hint.filter(|_| !useless)?;
            Some((names::name(bound.keys_in(context).next()?), hint))
        })
    }

    /// The help, line by line; actions without a key are in the palette alone.
    pub(in crate::tui) fn help(&self) -> Vec<Line<'_>> {
        let mut lines = Vec::new();
        for group in self.0.chunk_by(|a, b| a.binding.group == b.binding.group) {
            if !lines.is_empty() {
                lines.push(Line::Blank);
            }
            lines.push(Line::Group(self.heading(&group[0])));
            lines.extend(group.iter().filter(|bound| !bound.keys.is_empty()).map(Line::Keys));
        }
        lines
    }

    /// The heading of a group, with the key that must come first.
    fn heading(&self, bound: &Bound) -> String {
        let group = bound.binding.group;
        let key = bound.binding.menu().and_then(|menu| self.opens(menu));
        key.map_or_else(|| group.to_owned(), |key| format!("{group} (after {})", names::name(key)))
    }

    /// The key that opens a menu.
    fn opens(&self, menu: Menu) -> Option<Key> {
        let opens = self.0.iter().find(|bound| bound.binding.action == Action::Menu(menu))?;
        opens.keys.first().copied()
    }

    /// Every action.
    pub(in crate::tui) fn all(&self) -> impl Iterator<Item = &Bound> {
        self.0.iter()
    }

    /// The first way to the action of this name, for sentences; its name where no key leads there.
    pub(in crate::tui) fn key(&self, action: &str) -> String {
        let bound = self.all().find(|bound| bound.binding.name == action);
        let key = bound.and_then(|bound| match bound.binding.menu() {
            Some(_) => Some(self.way(bound)).filter(|way| !way.is_empty()),
            None => bound.keys.first().map(|key| names::name(*key)),
        });
        key.unwrap_or_else(|| format!(":{action}"))
    }

    /// The keys that lead to an action from the list: `p`, or `s n` where a menu is on the way.
    pub(in crate::tui) fn way(&self, bound: &Bound) -> String {
        let Some(menu) = bound.binding.menu() else { return bound.names() };
        match (self.opens(menu), bound.keys.first()) {
            (Some(first), Some(second)) => format!("{} {}", names::name(first), names::name(*second)),
            _ => String::new(),
        }
    }
}

/// The line of the table and the keys that are meant.
fn read(wish: &OwnKeys) -> Result<(usize, Vec<Key>), String> {
    let at = TABLE.iter().position(|binding| binding.name == wish.action).ok_or_else(|| {
        let hint = did_you_mean(&wish.action, TABLE.iter().map(|binding| binding.name));
        format!("there is no action `{}`{hint}", display::safe(&wish.action))
    })?;
    let key = |text: &String| {
        let hint = || did_you_mean(text.rsplit('-').next().unwrap_or(text), names::all());
        names::parse(text).ok_or_else(|| format!("there is no key `{}`{}", display::safe(text), hint()))
    };
    let keys = wish.keys.iter().map(key).collect::<Result<Vec<_>, _>>()?;
    if TABLE[at].contexts.iter().all(|context| context.takes_text())
        && let Some(key) = keys.iter().find(|key| key.is_text())
    {
        return Err(format!("`{}` is text where `{}` is done", names::name(*key), wish.action));
    }
    Ok((at, keys))
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyModifiers};

    use super::*;
    use crate::tui::action::By;

    fn map(own: &[(&str, &[&str])]) -> (Keymap, Vec<String>) {
        let wish = |(action, keys): &(&str, &[&str])| OwnKeys {
            action: (*action).to_owned(),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            place: "c line 1".to_owned(),
        };
        Keymap::with(&own.iter().map(wish).collect::<Vec<_>>())
    }

    fn press(map: &Keymap, context: Context, c: char) -> Option<Action> {
        map.find(context, KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE))
    }

    #[test]
    fn own_keys_take_the_place_of_those_of_the_table_everywhere() {
        let (map, warnings) = map(&[("pause", &["w"]), ("show", &["W"]), ("clear", &[]), ("sort-name", &["N"])]);
        assert_eq!(warnings, Vec::<String>::new());
        assert_eq!(press(&map, Context::List, 'w'), Some(Action::Pause));
        assert_eq!(press(&map, Context::List, 'W'), Some(Action::Menu(Menu::Show)));
        assert_eq!(press(&map, Context::List, 'p'), None);
        assert_eq!(press(&map, Context::List, 'c'), None);
        assert_eq!(press(&map, Context::Menu(Menu::Sort), 'N'), Some(Action::Sort(By::Name)));
        assert_eq!(press(&map, Context::Menu(Menu::Sort), 'n'), Some(Action::Back), "a menu closes at any other key");
        assert!(map.hints(Context::List).any(|hint| hint == ("w".to_owned(), "pause")));
        let keys: Vec<_> = map
            .help()
            .iter()
            .filter_map(|line| match line {
                Line::Keys(bound) => Some((bound.names(), bound.binding.name)),
                _ => None,
            })
            .collect();
        assert!(keys.contains(&("w".to_owned(), "pause")) && !keys.iter().any(|(_, name)| *name == "clear"));
        let way = |name| map.all().find(|bound| bound.binding.name == name).map(|bound| map.way(bound));
        assert_eq!(way("sort-name").as_deref(), Some("s N"));
        assert_eq!(way("clear").as_deref(), Some(""));
    }

    #[test]
    fn keys_may_change_places() {
        let (map, warnings) = map(&[("pause", &["x"]), ("cancel", &["p"])]);
        assert_eq!(warnings, Vec::<String>::new());
        assert_eq!(press(&map, Context::List, 'x'), Some(Action::Pause));
        assert_eq!(press(&map, Context::List, 'p'), Some(Action::Cancel));
    }

    #[test]
    fn a_wish_that_makes_no_sense_costs_one_warning_and_changes_nothing() {
        let in_the_way = "is the key of `cancel` in the list: give that another one, or none (cancel = \"\")";
        for (own, warning) in [
            (("pasue", &["w"][..]), "there is no action `pasue`: did you mean `pause`?"),
            (("pause", &["Entr"]), "there is no key `Entr`: did you mean `Enter`?"),
            (("pause", &["Ctrl-Spcae"]), "there is no key `Ctrl-Spcae`: did you mean `Space`?"),
            (("pause", &["X", "x"]), &format!("`x` for `pause` {in_the_way}")),
            (("submit", &["k"]), "`k` is text where `submit` is done"),
        ] {
            let (map, warnings) = map(&[own]);
            assert_eq!(warnings, [format!("c line 1: {warning}")], "{own:?}");
            assert_eq!(press(&map, Context::List, 'p'), Some(Action::Pause), "{own:?}");
        }
    }

    #[test]
    fn wishes_in_each_others_way_end_with_a_map_that_means_one_thing() {
        let (map, warnings) = map(&[("pause", &["x"]), ("cancel", &["w"]), ("show", &["z"]), ("retry", &["z"])]);
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        for context in super::super::table::EVERYWHERE {
            let mut seen = Vec::new();
            for key in map.all().flat_map(|bound| bound.keys_in(*context).collect::<Vec<_>>()) {
                assert!(!seen.contains(&key), "{key:?} in {context:?}");
                seen.push(key);
            }
        }
    }

    #[test]
    fn characters_stay_text_in_a_box() {
        let (map, warnings) = map(&[("back", &["B"]), ("stop", &["Ctrl-x"])]);
        assert_eq!(warnings, Vec::<String>::new());
        assert_eq!(press(&map, Context::List, 'B'), Some(Action::Back));
        assert!(matches!(press(&map, Context::Add, 'B'), Some(Action::Edit(_))));
    }
}
