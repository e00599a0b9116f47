//! Patterns as curl reads them: `[01-99]`, `[0-100:10]`, `[a-f]`, `{a,b}`; a backslash before a bracket or a brace makes it
//! text, and so is an IPv6 address in brackets. Every other bracket must make sense. Pure.

use std::net::Ipv6Addr;

use super::expand::{Part, Pattern, letter, number};

/// Reads a text.
///
/// # Errors
/// Says in words, safe to show, what is wrong with its brackets.
pub(super) fn glob(text: &str) -> Result<Pattern, String> {
    let (mut parts, mut plain, mut rest) = (Vec::new(), String::new(), text);
    while let Some(at) = rest.find(['[', ']', '{', '}', '\\']) {
        plain.push_str(&rest[..at]);
        let (sign, after) = (&rest[at..=at], &rest[at + 1..]);
        let (part, left) = match sign {
            "\\" => {
                let text = after.chars().next().filter(|c| "[]{}".contains(*c)).map_or("\\", |_| &after[..1]);
                plain.push_str(text);
                rest = if text == "\\" { after } else { &after[1..] };
                continue;
            }
            "{" => words(after)?,
            "[" => match after.split_once(']') {
                Some((inner, left)) if inner.is_empty() || is_ipv6(inner) => {
                    plain.extend(["[", inner, "]"]);
                    rest = left;
                    continue;
                }
                Some((inner, left)) => (range(inner)?, left),
                None => return Err(lonely("[")),
            },
            _ => return Err(lonely(sign)),
        };
        parts.push(Part::Words(vec![std::mem::take(&mut plain)]));
        parts.push(part);
        rest = left;
    }
    plain.push_str(rest);
    parts.push(Part::Words(vec![plain]));
    Ok(Pattern(parts))
}

fn lonely(sign: &str) -> String {
    format!("`{sign}` has no partner: with --glob, write \\{sign} where it is part of the address")
}

fn is_ipv6(inner: &str) -> bool {
    let (address, _zone) = inner.split_once('%').unwrap_or((inner, ""));
    address.parse::<Ipv6Addr>().is_ok()
}

/// What stands after an opening brace, and what follows.
fn words(text: &str) -> Result<(Part, &str), String> {
    let (mut words, mut word) = (Vec::new(), String::new());
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '}' if at == 0 => return Err("`{}` stands for nothing: with --glob, write \\{\\}".to_owned()),
            '}' => {
                words.push(word);
                return Ok((Part::Words(words), &text[at + 1..]));
            }
            ',' => words.push(std::mem::take(&mut word)),
            '{' | '[' | ']' => return Err("brackets within braces are not expanded: write them out".to_owned()),
            '\\' => word.push(chars.next().map_or('\\', |(_, c)| c)),
            c => word.push(c),
        }
    }
    Err(lonely("{"))
}

/// What stands between brackets.
fn range(inner: &str) -> Result<Part, String> {
    let shown = crate::display::fit(&crate::display::safe(inner), 40);
    let bad =
        || format!("`[{shown}]` is no range: with --glob, write [1-9], [a-f] or [0-100:10], or \\[ for a bracket");
    let (span, step) = inner.split_once(':').map_or((inner, "1"), |(span, step)| (span, step));
    let (from, to) = span.split_once('-').ok_or_else(bad)?;
    let step = number(step).ok_or_else(bad)?;
    let letters = letter(from).zip(letter(to)).map(|(from, to)| (u64::from(from), u64::from(to)));
    let (first, last) = number(from).zip(number(to)).or(letters).ok_or_else(bad)?;
    if letters.is_some() && letter(from).map(|c| c.is_ascii_lowercase()) != letter(to).map(|c| c.is_ascii_lowercase()) {
        return Err(bad());
    }
    let Some(length) = last.checked_sub(first) else {
        return Err(format!("`[{shown}]` runs backwards: write [{to}-{from}]"));
    };
    // Neither does curl go on without getting anywhere, or beyond the end.
    if step == 0 || step > length.max(1) {
        return Err(format!("`[{shown}]` has a step that does not fit: it is 1 to {}", length.max(1)));
    }
    let count = length / step + 1;
    if letters.is_some() {
        let letters = (0..count).filter_map(|nth| u8::try_from(first + nth * step).ok());
        return Ok(Part::Words(letters.map(|letter| char::from(letter).to_string()).collect()));
    }
    let width = if from.starts_with('0') { from.len() } else { 0 };
    Ok(Part::Numbers { from: first, step, count, width })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_what_curl_makes_of_them() {
        for (text, expected) in [
            ("http://h/a.jpg", vec!["http://h/a.jpg"]),
            ("", vec![""]),
            ("{a,b}", vec!["a", "b"]),
            ("{a}", vec!["a"]),
            ("x{,2}y", vec!["xy", "x2y"]),
            ("[8-11]", vec!["8", "9", "10", "11"]),
            ("[08-11]", vec!["08", "09", "10", "11"]),
            ("[0-1][a-c]", vec!["0a", "0b", "0c", "1a", "1b", "1c"]),
            ("[0-100:40]", vec!["0", "40", "80"]),
            ("[001-9:4]", vec!["001", "005", "009"]),
            // The first number says how wide.
            ("[1-03]", vec!["1", "2", "3"]),
            ("[A-E:2]", vec!["A", "C", "E"]),
            ("[7-7]", vec!["7"]),
            (r"\[1-2\]{a\,b,c}\a\", vec![r"[1-2]a,b\a\", r"[1-2]c\a\"]),
            ("a[]b", vec!["a[]b"]),
            ("http://[::1]:8080/[1-2]", vec!["http://[::1]:8080/1", "http://[::1]:8080/2"]),
            ("http://[fe80::1%25eth0]/", vec!["http://[fe80::1%25eth0]/"]),
            ("北{極,光}", vec!["北極", "北光"]),
        ] {
            let pattern = glob(text).unwrap_or_else(|why| unreachable!("{text}: {why}"));
            assert_eq!(pattern.texts().collect::<Vec<_>>(), expected, "{text}");
            assert_eq!(pattern.count(), expected.len() as u64, "{text}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_in_words() {
        for (text, reason) in [
            ("{a,{b,c}}", "brackets within braces"),
            ("{a,[1-2]}", "brackets within braces"),
            ("{}", "`{}` stands for nothing"),
            ("{a", "`{` has no partner"),
            ("a}", "`}` has no partner"),
            ("a]", "`]` has no partner"),
            ("[1-", "`[` has no partner"),
            ("[9-1]", "`[9-1]` runs backwards: write [1-9]"),
            ("[c-a]", "`[c-a]` runs backwards: write [a-c]"),
            ("[1-9:0]", "`[1-9:0]` has a step that does not fit: it is 1 to 8"),
            ("[0-10:20]", "`[0-10:20]` has a step that does not fit: it is 1 to 10"),
            ("[A-a]", "`[A-a]` is no range"),
            ("[a-Z]", "`[a-Z]` is no range"),
            ("[1-a]", "`[1-a]` is no range"),
            ("[x]", "`[x]` is no range"),
            ("[1 - 2]", "`[1 - 2]` is no range"),
            ("[1-2-3]", "`[1-2-3]` is no range"),
            ("[\x1b]", "`[␛]` is no range"),
        ] {
            let why = glob(text).expect_err(text);
            assert!(why.starts_with(reason), "{text}: {why}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_and_its_count_is_true(text in r"[a-c0-3{}\[\]\\,:é-]{0,24}") {
            if let Ok(pattern) = glob(&text) {
                let some = pattern.texts().take(1000).count() as u64;
                proptest::prop_assert_eq!(some, pattern.count().min(1000));
            }
        }
    }
}
