//! Which addresses of a page are taken: patterns as `wget` has them in `--accept` and `--reject`. Pure.

use globset::{GlobBuilder, GlobMatcher};
use percent_encoding::percent_decode_str;
use url::Url;

use crate::display;

/// See the head of this file; by default all are taken.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    accepted: Vec<Rule>,
    rejected: Vec<Rule>,
}

#[derive(Debug, Clone)]
struct Rule {
    glob: GlobMatcher,
    /// It has a slash, so it is held against the whole address.
    whole: bool,
}

impl Choice {
    /// Reads patterns, each of which may be a list with commas. One without a wildcard is an ending.
    ///
    /// # Errors
    /// Says in words, safe to show, which pattern is wrong.
    pub fn new(accept: &[String], reject: &[String]) -> Result<Self, String> {
        Ok(Self { accepted: rules(accept, "--accept")?, rejected: rules(reject, "--reject")? })
    }

    /// True where the address fits one of the patterns to accept, if there are any, and none of those to reject.
    #[must_use]
    pub fn takes(&self, url: &Url) -> bool {
        if self.accepted.is_empty() && self.rejected.is_empty() {
            return true;
        }
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let mut plain = display::without_userinfo(url);
        plain.set_query(None);
        let whole = decode(plain.as_str());
        let name = decode(plain.path().rsplit('/').next().unwrap_or_default());
        let fits = |rule: &Rule| rule.glob.is_match(if rule.whole { &whole } else { &name });
        (self.accepted.is_empty() || self.accepted.iter().any(fits)) && !self.rejected.iter().any(fits)
    }

    /// True where there is a pattern at all.
    #[must_use]
    pub fn is_made(&self) -> bool {
        !self.accepted.is_empty() || !self.rejected.is_empty()
    }
}

fn rules(lists: &[String], option: &str) -> Result<Vec<Rule>, String> {
    let patterns = lists.iter().flat_map(|list| patterns(list)).filter(|pattern| !pattern.is_empty());
    patterns.map(|pattern| rule(pattern, option)).collect()
}

fn rule(pattern: &str, option: &str) -> Result<Rule, String> {
    let ending = format!("*{pattern}");
    let is_glob = pattern.contains(['*', '?', '[', '{']);
    let glob = GlobBuilder::new(if is_glob { pattern } else { &ending }).case_insensitive(true).build();
    let why = |error: globset::Error| {
        format!(
            "{option} cannot read `{}`: {} (write '*.jpg')",
            display::fit(&display::safe(pattern), 60),
            error.kind()
        )
    };
    Ok(Rule { glob: glob.map_err(why)?.compile_matcher(), whole: pattern.contains('/') })
}

/// The patterns of a list; a comma within braces or brackets belongs to its pattern.
fn patterns(list: &str) -> impl Iterator<Item = &str> {
    let (mut braces, mut bracket) = (0_u32, false);
    let split = move |c: char| {
        match c {
            '{' => braces += 1,
            '}' => braces = braces.saturating_sub(1),
            '[' => bracket = true,
            ']' => bracket = false,
            _ => {}
        }
        c == ',' && braces == 0 && !bracket
    };
    list.split(split).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_for_names_or_for_whole_addresses() {
        for (accept, reject, url, taken) in [
            ("", "", "http://h/a.jpg", true),
            ("*.jpg", "", "http://h/x/A.JPG?w=1#f", true),
            ("*.jpg", "", "http://h/a.png?x.jpg", false),
            ("*.jpg,*.png", "", "http://h/a.png", true),
            ("jpg, png", "", "http://h/a.png", true),
            ("photo-[0-9].*", "", "http://h/photo-3.webp", true),
            ("{a,b}*.jpg", "", "http://h/b1.jpg", true),
            ("[a,b].jpg,c.gif", "", "http://h/b.jpg", true),
            ("[a,b].jpg,c.gif", "", "http://h/c.gif", true),
            ("*/large/*", "", "http://h/large/a.jpg", true),
            ("*/large/*", "", "http://h/small/a.jpg", false),
            ("*/large/*", "", "http://u:large@h/a.jpg?/large/", false),
            ("http://h/*", "", "http://h/a/b/c", true),
            ("", "*thumb*", "http://h/thumbs/a.jpg", true),
            ("", "*thumb*", "http://h/a-thumb.jpg", false),
            ("*.jpg", "*thumb*", "http://h/a-thumb.jpg", false),
            ("my photo.*", "", "http://h/my%20photo.jpg", true),
            ("*.jpg", "", "http://h/jpg/", false),
        ] {
            let list = |text: &str| vec![text.to_owned()];
            let choice = Choice::new(&list(accept), &list(reject)).expect(accept);
            assert_eq!(choice.takes(&Url::parse(url).expect("valid")), taken, "{accept} {reject} {url}");
            assert_eq!(choice.is_made(), !(accept.is_empty() && reject.is_empty()));
        }
    }

    #[test]
    fn a_bad_pattern_is_named() {
        for pattern in ["[a", "{a", "[b-a]", "a{b,{c}"] {
            let why = Choice::new(&[], &[pattern.to_owned()]).expect_err(pattern);
            assert!(why.starts_with(&format!("--reject cannot read `{pattern}`: ")), "{why}");
        }
    }
}
