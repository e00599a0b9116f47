//! One line that stands for many: `{01-99}` counts, `{0-100:10}` counts by tens, `{a-f}` goes through letters, `{jpg,png}`
//! through words. Several in one line are combined, the last one goes fastest. Pure: it counts without expanding, and
//! expands one at a time. It must not know what the text means.
//!
//! Braces that hold neither a comma nor a range are text, as in a shell; a comma in braces that are meant is `%2C`.
//! What curl makes of brackets is in `glob`.

use std::fmt::Write as _;

/// A text with all that it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(pub(super) Vec<Part>);

/// A piece of such a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// One of these; text that stays is the only one of its kind.
    Words(Vec<String>),
    /// `count` numbers from `from`, `step` apart, filled up with zeros to `width`.
    Numbers { from: u64, step: u64, count: u64, width: usize },
}

impl Part {
    fn count(&self) -> u64 {
        match self {
            Self::Words(words) => words.len() as u64,
            Self::Numbers { count, .. } => *count,
        }
    }

    fn push(&self, nth: u64, text: &mut String) {
        match self {
            Self::Words(words) => text.push_str(usize::try_from(nth).map_or("", |nth| &words[nth])),
            Self::Numbers { from, step, width, .. } => {
                let number = from + nth * step;
                let _ = write!(text, "{number:0width$}");
            }
        }
    }
}

impl Pattern {
    /// Reads a text.
    ///
    /// # Errors
    /// Says in words what is wrong with its braces.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (mut parts, mut plain, mut rest) = (Vec::new(), String::new(), text);
        while let Some((before, after)) = rest.split_once('{') {
            plain.push_str(before);
            let Some(end) = after.find(['{', '}']).filter(|end| after[*end..].starts_with('}')) else {
                if after.find('{') < after.find('}') && after.contains('}') {
                    return Err("braces within braces are not expanded: write them out".to_owned());
                }
                plain.push('{');
                rest = after;
                continue;
            };
            let inner = &after[..end];
            match part(inner)? {
                Some(part) => {
                    parts.push(Part::Words(vec![std::mem::take(&mut plain)]));
                    parts.push(part);
                }
                None => plain.extend(["{", inner, "}"]),
            }
            rest = &after[end + 1..];
        }
        plain.push_str(rest);
        parts.push(Part::Words(vec![plain]));
        Ok(Self(parts))
    }

    /// How many texts it stands for; a number that is too large to tell is the largest there is.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.iter().fold(1, |count, part| count.saturating_mul(part.count()))
    }

    /// All of them, one after the other.
    pub fn texts(&self) -> impl Iterator<Item = String> {
        (0..self.count()).map(|nth| self.nth(nth))
    }

    fn nth(&self, mut nth: u64) -> String {
        let mut chosen = vec![0; self.0.len()];
        for (at, part) in self.0.iter().enumerate().rev() {
            chosen[at] = nth % part.count();
            nth /= part.count();
        }
        let mut text = String::new();
        self.0.iter().zip(chosen).for_each(|(part, nth)| part.push(nth, &mut text));
        text
    }
}

/// What stands between two braces; none if it is text.
fn part(inner: &str) -> Result<Option<Part>, String> {
    if inner.contains(',') {
        return Ok(Some(Part::Words(inner.split(',').map(str::to_owned).collect())));
    }
    let (range, step) = inner.split_once(':').map_or((inner, "1"), |(range, step)| (range, step));
    let Some((from, to)) = range.split_once('-') else { return Ok(None) };
    let (Some(step), false) = (number(step), from.is_empty() || to.is_empty()) else { return Ok(None) };
    let backwards = || Err(format!("`{{{inner}}}` runs backwards: write {{{to}-{from}}}"));
    let no_step = || Err(format!("`{{{inner}}}` never gets on: a step is 1 or more"));
    if let (Some(first), Some(last)) = (number(from), number(to)) {
        let padded = [from, to].into_iter().any(|text| text.len() > 1 && text.starts_with('0'));
        let width = if padded { from.len().max(to.len()) } else { 0 };
        return match (step, last.checked_sub(first)) {
            (0, _) => no_step(),
            (_, None) => backwards(),
            (step, Some(span)) => {
                Ok(Some(Part::Numbers { from: first, step, count: (span / step).saturating_add(1), width }))
            }
        };
    }
    let (Some(first), Some(last)) = (letter(from), letter(to)) else { return Ok(None) };
    if first.is_ascii_lowercase() != last.is_ascii_lowercase() {
        return Ok(None);
    }
    match usize::try_from(step) {
        Ok(0) => no_step(),
        _ if first > last => backwards(),
        step => {
            let letters = (first..=last).step_by(step.unwrap_or(usize::MAX));
            Ok(Some(Part::Words(letters.map(|letter| char::from(letter).to_string()).collect())))
        }
    }
}

/// A number as it may stand in a range: digits alone, and not more than anybody needs.
pub(super) fn number(text: &str) -> Option<u64> {
    let digits = (1..=18).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// A single letter.
pub(super) fn letter(text: &str) -> Option<u8> {
    text.bytes().next().filter(|letter| text.len() == 1 && letter.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_expanded_in_order() {
        for (text, expected) in [
            ("http://h/a.jpg", vec!["http://h/a.jpg"]),
            ("", vec![""]),
            ("{a,b}", vec!["a", "b"]),
            ("x{,2}y", vec!["xy", "x2y"]),
            ("{8-11}", vec!["8", "9", "10", "11"]),
            ("{08-11}", vec!["08", "09", "10", "11"]),
            ("{0-1}{a-c}", vec!["0a", "0b", "0c", "1a", "1b", "1c"]),
            ("{0-100:40}", vec!["0", "40", "80"]),
            ("{001-9:4}", vec!["001", "005", "009"]),
            ("{A-E:2}", vec!["A", "C", "E"]),
            ("{7-7}", vec!["7"]),
            // Text, as a shell has it.
            ("{id}", vec!["{id}"]),
            ("{}", vec!["{}"]),
            ("a{b", vec!["a{b"]),
            ("a}b{1-2}", vec!["a}b1", "a}b2"]),
            ("{a-B}", vec!["{a-B}"]),
            ("{1-}{-1}{x-12}", vec!["{1-}{-1}{x-12}"]),
            ("{3f2504e0-4f89}", vec!["{3f2504e0-4f89}"]),
            ("http://[::1]/{1-2}", vec!["http://[::1]/1", "http://[::1]/2"]),
            ("北{極,光}", vec!["北極", "北光"]),
        ] {
            let pattern = Pattern::parse(text).unwrap_or_else(|why| unreachable!("{text}: {why}"));
            assert_eq!(pattern.texts().collect::<Vec<_>>(), expected, "{text}");
            assert_eq!(pattern.count(), expected.len() as u64, "{text}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_in_words() {
        for (text, reason) in [
            ("{a,{b,c}}", "braces within braces are not expanded: write them out"),
            ("{9-1}", "`{9-1}` runs backwards: write {1-9}"),
            ("{c-a}", "`{c-a}` runs backwards: write {a-c}"),
            ("{1-9:0}", "`{1-9:0}` never gets on: a step is 1 or more"),
            ("{a-c:0}", "`{a-c:0}` never gets on: a step is 1 or more"),
        ] {
            assert_eq!(Pattern::parse(text), Err(reason.to_owned()), "{text}");
        }
    }

    #[test]
    fn counting_costs_nothing_however_much_it_is() {
        let text = "{0-999999999999999999}".repeat(9);
        let pattern = Pattern::parse(&text).expect("a pattern");
        assert_eq!(pattern.count(), u64::MAX);
        assert_eq!(pattern.texts().next(), Some("0".repeat(9)));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_and_its_count_is_true(text in "[a-c0-3{},:-]{0,24}") {
            if let Ok(pattern) = Pattern::parse(&text) {
                let some = pattern.texts().take(1000).count() as u64;
                proptest::prop_assert_eq!(some, pattern.count().min(1000));
            }
        }
    }
}
