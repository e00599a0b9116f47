//! Text with names in braces, each of which gives way to a value: `{photo_id}.{ext}`, `{url}?w={w}`. Pure; it knows
//! neither what the names mean nor what the text is for.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::display;
use crate::nearest::nearest;

/// The widest that a number is padded to.
const WIDEST: usize = 20;

/// A template that makes sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Plain(String),
    /// A number shorter than `width` gets zeros before it.
    Name {
        name: String,
        width: usize,
    },
}

impl Template {
    /// Reads `{name}`, `{name:03}` (a number with at least three digits; what is no number stays as it is), and `{{` and
    /// `}}` for plain braces. The names in `known` may stand there.
    ///
    /// # Errors
    /// Says in words, safe to show, what is wrong, and which known name is the nearest to one that is not.
    pub fn parse(text: &str, known: &[&str]) -> Result<Self, String> {
        let (mut pieces, mut plain) = (Vec::new(), String::new());
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                plain.push_str(brace);
                rest = after;
                continue;
            }
            let inside = rest.split_once('}').filter(|(inside, _)| brace == "{" && !inside.contains('{'));
            let (inside, after) = inside.ok_or_else(|| {
                let what = if brace == "{" { "opens and does not close" } else { "closes and was not opened" };
                format!("`{}`: a brace {what} (a plain one is written twice: {brace}{brace})", display::safe(text))
            })?;
            if !plain.is_empty() {
                pieces.push(Piece::Plain(std::mem::take(&mut plain)));
            }
            pieces.push(name(inside, known).map_err(|why| format!("`{}`: {why}", display::safe(text)))?);
            rest = after;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            pieces.push(Piece::Plain(plain));
        }
        Ok(Self(pieces))
    }

    /// The names that stand in it, in order, as often as they do.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Plain(_) => None,
            Piece::Name { name, .. } => Some(name.as_str()),
        })
    }

    /// Those of its names that have a width.
    pub fn padded(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Name { name, width: 1.. } => Some(name.as_str()),
            Piece::Plain(_) | Piece::Name { .. } => None,
        })
    }

    /// The text with the value of every name.
    ///
    /// # Errors
    /// Gives the first name that has none, as it stands in the template.
    pub fn fill<'a>(&self, value: impl Fn(&str) -> Option<Cow<'a, str>>) -> Result<String, String> {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Plain(plain) => text.push_str(plain),
                Piece::Name { name, width } => {
                    push(&mut text, &value(name).ok_or_else(|| name.clone())?, *width);
                }
            }
        }
        Ok(text)
    }

    /// The text with every value there is: itself a template, in which the names without one still stand, without a
    /// width, and every other brace is plain.
    #[must_use]
    pub fn fill_some<'a>(&self, value: impl Fn(&str) -> Option<Cow<'a, str>>) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Plain(plain) => text.push_str(&doubled(plain)),
                Piece::Name { name, width } => match value(name) {
                    Some(value) => {
                        let mut filled = String::new();
                        push(&mut filled, &value, *width);
                        text.push_str(&doubled(&filled));
                    }
                    None => _ = write!(text, "{{{name}}}"),
                },
            }
        }
        text
    }

    /// The templates between its slashes: a slash in a name or a value is none of them.
    #[must_use]
    pub fn split_at_slashes(&self) -> Vec<Self> {
        let (mut parts, mut part) = (Vec::new(), Vec::new());
        for piece in &self.0 {
            let Piece::Plain(plain) = piece else {
                part.push(piece.clone());
                continue;
            };
            for (nth, plain) in plain.split('/').enumerate() {
                if nth > 0 {
                    parts.push(Self(std::mem::take(&mut part)));
                }
                if !plain.is_empty() {
                    part.push(Piece::Plain(plain.to_owned()));
                }
            }
        }
        parts.push(Self(part));
        parts
    }
}

/// What stands between two braces.
fn name(inside: &str, known: &[&str]) -> Result<Piece, String> {
    if known.contains(&inside) {
        return Ok(Piece::Name { name: inside.to_owned(), width: 0 });
    }
    if let Some((name, width)) = inside.rsplit_once(':')
        && known.contains(&name)
    {
        let digits = width.strip_prefix('0').filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()));
        let width = digits.and_then(|digits| digits.parse().ok()).filter(|width| (1..=WIDEST).contains(width));
        let width = width.ok_or_else(|| {
            let name = display::safe(name);
            format!("`{{{}}}` has no width: write {{{name}:03}} for three digits", display::safe(inside))
        })?;
        return Ok(Piece::Name { name: name.to_owned(), width });
    }
    let asked = inside.split_once(':').map_or(inside, |(name, _)| name);
    Err(unknown(asked, known))
}

/// Says that a name is not among the known ones, and which of those is the nearest, or else what they are.
fn unknown(asked: &str, known: &[&str]) -> String {
    let hint = match nearest(asked, known.iter().copied()) {
        Some(near) => format!("did you mean `{}`?", display::safe(near)),
        None if known.is_empty() => "there are no names here".to_owned(),
        None => {
            let shown: Vec<_> = known.iter().take(SHOWN).map(|name| display::safe(name)).collect();
            format!("there is {}{}", shown.join(", "), if known.len() > SHOWN { " and more" } else { "" })
        }
    };
    format!("there is no `{}`: {hint}", display::safe(asked))
}

/// So many known names are listed.
const SHOWN: usize = 12;

fn push(text: &mut String, value: &str, width: usize) {
    let is_number = !value.is_empty() && value.bytes().all(|digit| digit.is_ascii_digit());
    if is_number {
        text.extend(std::iter::repeat_n('0', width.saturating_sub(value.len())));
    }
    text.push_str(value);
}

fn doubled(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KNOWN: [&str; 5] = ["n", "photo_id", "width", "a:b", "ext"];

    fn value(name: &str) -> Option<Cow<'static, str>> {
        match name {
            "n" => Some("7".into()),
            "photo_id" => Some("x{y}/z".into()),
            "a:b" => Some("-3".into()),
            _ => None,
        }
    }

    #[test]
    fn names_give_way_to_values() {
        for (text, filled, some) in [
            ("", Ok(""), ""),
            ("plain", Ok("plain"), "plain"),
            ("{n}", Ok("7"), "7"),
            ("a{n}b{n}c", Ok("a7b7c"), "a7b7c"),
            ("{n:03}.jpg", Ok("007.jpg"), "007.jpg"),
            ("{photo_id}", Ok("x{y}/z"), "x{{y}}/z"),
            ("{photo_id:09}", Ok("x{y}/z"), "x{{y}}/z"),
            ("{a:b}", Ok("-3"), "-3"),
            ("{a:b:05}", Ok("-3"), "-3"),
            ("{{n}}", Ok("{n}"), "{{n}}"),
            ("{{{n}}}", Ok("{7}"), "{{7}}"),
            ("}}{{", Ok("}{"), "}}{{"),
            ("{n}-{width:04}.{ext}", Err("width"), "7-{width}.{ext}"),
            ("北{n}é", Ok("北7é"), "北7é"),
        ] {
            let template = Template::parse(text, &KNOWN).unwrap_or_else(|error| unreachable!("{text}: {error}"));
            assert_eq!(template.fill(value), filled.map(str::to_owned).map_err(str::to_owned), "{text}");
            assert_eq!(template.fill_some(value), some, "{text}");
        }
    }

    #[test]
    fn mistakes_are_named_with_the_nearest_name() {
        for (text, said) in [
            ("{photoid}", "did you mean `photo_id`?"),
            ("{WIDTH}", "did you mean `width`?"),
            ("{widht:03}", "did you mean `width`?"),
            ("{something_else}", "there is n, photo_id, width, a:b, ext"),
            ("{}", "there is no ``"),
            ("{n", "opens and does not close"),
            ("{n{width}", "opens and does not close"),
            ("n}", "closes and was not opened"),
            ("{n:3}", "write {n:03}"),
            ("{n:0}", "write {n:03}"),
            ("{n:0x}", "write {n:03}"),
            ("{n:0999}", "write {n:03}"),
            ("{n:00}", "write {n:03}"),
            ("\u{1b}{x", "␛"),
        ] {
            let why = Template::parse(text, &KNOWN).expect_err(text);
            assert!(why.contains(said), "{text}: {why}");
        }
        assert!(Template::parse("{n}", &[]).expect_err("unknown").contains("no names here"));
    }

    #[test]
    fn only_slashes_of_its_own_part_it() {
        let parts = |text: &str| -> Vec<_> {
            let template = Template::parse(text, &KNOWN).expect("sound");
            template.split_at_slashes().iter().map(|part| part.fill_some(value)).collect()
        };
        assert_eq!(parts("a"), ["a"]);
        assert_eq!(parts("a/b{n}/{photo_id}.{ext}"), ["a", "b7", "x{{y}}/z.{ext}"]);
        assert_eq!(parts("/{n}//"), ["", "7", "", ""]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_plain_text_survives(text in "[a-c{}:0-9/n]{0,24}|\\PC{0,40}") {
            if let Ok(template) = Template::parse(&text, &KNOWN) {
                // What is left of it is a template of the same meaning.
                let again = Template::parse(&template.fill_some(|_| None), &KNOWN).expect("sound");
                prop_assert!(again.names().eq(template.names()));
                let filled = template.fill_some(value);
                let left = Template::parse(&filled, &KNOWN).expect("sound");
                prop_assert!(left.names().all(|name| value(name).is_none()));
                prop_assert_eq!(left.fill(|_| Some("".into())), template.fill(|name| value(name).or(Some("".into()))));
            }
            let plain = Template::parse(&doubled(&text), &[]).expect("plain");
            prop_assert_eq!(plain.fill(|_| None), Ok(text));
        }
    }
}
