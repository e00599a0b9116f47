//! Lines that somebody is still writing, with what is to be said of them at every key: how many addresses they hold, how
//! many of those are there already, how many are refused. Only lines that have changed are read again, so that a key in
//! the middle of ten thousand lines costs no more than in one. It must not know where the lines are written.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

use url::Url;

use super::address::{MOST_ADDRESSES, Refusal};
use super::curl;
use super::expand::Pattern;
use super::list;
use crate::display::without_userinfo;

/// So many addresses are looked at while they are written, in one line and in all that are expanded; of the others the
/// first of each line.
const LOOKED_AT: usize = 1000;
const LOOKED_AT_IN_ALL: usize = 100_000;

/// How much the lines hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Lines with an address; a curl command is one.
    pub lines: u64,
    /// Addresses: more than lines where some are expanded.
    pub addresses: u64,
    /// Addresses that stand there twice, or were there before.
    pub duplicates: u64,
    /// Lines that are refused.
    pub refused: u64,
}

/// See the head of this file.
#[derive(Debug)]
pub struct Draft {
    lines: Vec<Line>,
    /// How often each address is there.
    seen: HashMap<u64, u32>,
    /// How many addresses were looked at.
    looked_at: usize,
    /// In order: to sort a hundred thousand is cheaper than to hash them twice.
    known: Vec<u64>,
    /// Whether what is known counts.
    compared: bool,
    hasher: RandomState,
    counts: Counts,
}

#[derive(Debug)]
struct Line {
    text: String,
    verdict: Verdict,
}

#[derive(Debug)]
enum Verdict {
    Nothing,
    Refused(String),
    /// So many, the first of them by their marks.
    Addresses(u64, Vec<u64>),
}

impl Draft {
    /// Nothing yet. The addresses in `known` count as duplicates.
    #[must_use]
    pub fn new<'a>(known: impl IntoIterator<Item = &'a str>) -> Self {
        let hasher = RandomState::new();
        let mut known: Vec<u64> = known.into_iter().map(|url| hasher.hash_one(url)).collect();
        known.sort_unstable();
        Self {
            lines: Vec::new(),
            seen: HashMap::new(),
            looked_at: 0,
            known,
            compared: true,
            hasher,
            counts: Counts::default(),
        }
    }

    /// Whether the known addresses count as duplicates: they do not where the lines go somewhere else.
    pub fn compare(&mut self, compared: bool) {
        if compared != self.compared {
            self.compared = compared;
            let both = self.seen.keys().filter(|mark| self.is_known(**mark)).count() as u64;
            let duplicates = self.counts.duplicates;
            self.counts.duplicates = if compared { duplicates + both } else { duplicates - both };
        }
    }

    /// The lines as they are now.
    pub fn update(&mut self, now: &[String]) {
        let now: Vec<_> = curl::lines(now.iter().map(String::as_str)).map(|(_, text)| text).collect();
        let same = |(old, new): &(&Line, &Cow<'_, str>)| old.text == **new;
        let head = self.lines.iter().zip(&now).take_while(same).count();
        let (old, new) = (&self.lines[head..], &now[head..]);
        let tail = old.iter().rev().zip(new.iter().rev()).take_while(same).count();
        let end = self.lines.len() - tail;
        let mut fresh = Vec::new();
        for text in &new[..new.len() - tail] {
            let line = self.read(text);
            self.count(&line.verdict);
            fresh.push(line);
        }
        let gone: Vec<Line> = self.lines.splice(head..end, fresh).collect();
        for line in gone {
            self.discount(&line.verdict);
        }
    }

    fn is_known(&self, mark: u64) -> bool {
        self.known.binary_search(&mark).is_ok()
    }

    fn read(&self, text: &str) -> Line {
        let verdict = match text.trim() {
            "" => Ok(Verdict::Nothing),
            text if text.starts_with('#') => Ok(Verdict::Nothing),
            text if curl::is_curl(text) => curl::entries(text).map(|entries| {
                let marks: Vec<_> = entries.iter().map(|entry| self.mark(&entry.url)).collect();
                Verdict::Addresses(marks.len() as u64, marks)
            }),
            text => Pattern::parse(text).and_then(|pattern| self.addresses(&pattern)),
        };
        Line { text: text.to_owned(), verdict: verdict.unwrap_or_else(Verdict::Refused) }
    }

    fn mark(&self, url: &Url) -> u64 {
        self.hasher.hash_one(without_userinfo(url).as_str())
    }

    fn addresses(&self, pattern: &Pattern) -> Result<Verdict, String> {
        if pattern.count() > MOST_ADDRESSES {
            return Err(format!("this line stands for more than {MOST_ADDRESSES} addresses"));
        }
        let mut marks = Vec::new();
        let room = LOOKED_AT_IN_ALL.saturating_sub(self.looked_at).clamp(1, LOOKED_AT);
        for text in pattern.texts().take(room) {
            marks.extend(list::line(&text)?.map(|url| self.mark(&url)));
        }
        Ok(Verdict::Addresses(pattern.count(), marks))
    }

    fn count(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Nothing => {}
            Verdict::Refused(_) => self.counts.refused += 1,
            Verdict::Addresses(count, marks) => {
                self.counts.lines += 1;
                self.looked_at += marks.len();
                self.counts.addresses = self.counts.addresses.saturating_add(*count);
                for mark in marks {
                    let known = self.compared && self.is_known(*mark);
                    let times = self.seen.entry(*mark).or_default();
                    self.counts.duplicates += u64::from(*times > 0 || known);
                    *times += 1;
                }
            }
        }
    }

    fn discount(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Nothing => {}
            Verdict::Refused(_) => self.counts.refused -= 1,
            Verdict::Addresses(count, marks) => {
                self.counts.lines -= 1;
                self.looked_at -= marks.len();
                self.counts.addresses -= count;
                for mark in marks {
                    let known = self.compared && self.is_known(*mark);
                    let Some(times) = self.seen.get_mut(mark) else { continue };
                    *times -= 1;
                    let left = *times > 0;
                    self.counts.duplicates -= u64::from(left || known);
                    if !left {
                        self.seen.remove(mark);
                    }
                }
            }
        }
    }

    /// What is to be said of the lines.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The first line that is refused, and why.
    #[must_use]
    pub fn first_refusal(&self) -> Option<Refusal> {
        let mut line = 1;
        for Line { text, verdict } in &self.lines {
            if let Verdict::Refused(reason) = verdict {
                return Some(Refusal { line, reason: reason.clone() });
            }
            line += text.split('\n').count() as u64;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.split('\n').map(str::to_owned).collect()
    }

    fn counts(text: &str) -> [u64; 4] {
        let mut draft = Draft::new(["http://h/known"]);
        draft.update(&lines(text));
        let Counts { lines, addresses, duplicates, refused } = draft.counts();
        [lines, addresses, duplicates, refused]
    }

    #[test]
    fn lines_addresses_duplicates_and_refusals_are_counted() {
        for (text, expected) in [
            ("", [0, 0, 0, 0]),
            ("# a note\n\n  ", [0, 0, 0, 0]),
            ("http://h/1\nhttp://h/2\nnope", [2, 2, 0, 1]),
            ("http://h/1\n http://H/1#x ", [2, 2, 1, 0]),
            ("http://h/known", [1, 1, 1, 0]),
            ("http://user:word@h/known#there", [1, 1, 1, 0]),
            ("http://h/{01-99}\nhttp://h/07\nhttp://h/{x}", [3, 101, 1, 0]),
            ("http://h/{1,1,1}", [1, 3, 2, 0]),
            ("http://h/{1-1000000}", [1, 1_000_000, 0, 0]),
            ("http://h/{0-1000000}", [0, 0, 0, 1]),
            ("http://h/{1-2}{9-1}\nhttp://h:{80,x}/", [0, 0, 0, 2]),
        ] {
            assert_eq!(counts(text), expected, "{text}");
        }
    }

    #[test]
    fn the_first_refusal_is_named_with_its_line() {
        let mut draft = Draft::new([]);
        draft.update(&lines("http://h/1\nhttp://h/{9-1}\nnope"));
        let refusal = draft.first_refusal().map(|refusal| refusal.to_string());
        assert_eq!(refusal.as_deref(), Some("line 2: `{9-1}` runs backwards: write {1-9}"));
    }

    #[test]
    fn a_curl_command_is_one_line_for_all_its_lines() {
        let curl = "curl 'http://h/known' \\\n  -H 'a: {1,2}' \\\n  --compressed\n";
        assert_eq!(counts(curl), [1, 1, 1, 0]);
        assert_eq!(counts(&format!("http://h/1\n{curl}{curl}http://h/2\n")), [4, 4, 2, 0]);
        assert_eq!(counts("curl 'http://h/1' \\\n -d x\nhttp://h/2"), [1, 1, 0, 1]);
        let mut draft = Draft::new([]);
        draft.update(&lines(&format!("{curl}nope")));
        assert!(draft.first_refusal().is_some_and(|refusal| refusal.line == 4));
        // Written key by key, lines join and part.
        draft.update(&lines("curl 'http://h/1' \\\nhttp://h/2"));
        assert_eq!(draft.counts(), Counts { lines: 1, addresses: 2, ..Counts::default() });
        draft.update(&lines("curl 'http://h/1'\nhttp://h/2"));
        assert_eq!(draft.counts(), Counts { lines: 2, addresses: 2, ..Counts::default() });
    }

    #[test]
    fn another_folder_knows_other_addresses() {
        let mut draft = Draft::new(["http://h/1"]);
        draft.update(&lines("http://h/1\nhttp://h/2"));
        assert_eq!(draft.counts().duplicates, 1);
        draft.compare(false);
        assert_eq!(draft.counts(), Counts { lines: 2, addresses: 2, ..Counts::default() });
        draft.update(&lines("http://h/1\nhttp://h/1\nhttp://h/2"));
        assert_eq!(draft.counts().duplicates, 1);
        draft.compare(true);
        assert_eq!(draft.counts().duplicates, 2);
    }

    proptest::proptest! {
        #[test]
        fn any_changes_come_to_the_same_as_reading_all_anew(
            texts in proptest::collection::vec(
                proptest::collection::vec(
                    proptest::sample::select(vec!["", "#", "http://h/known", "http://h/1", "http://h/{1-3}", "nope", "curl http://h/1 \\"]),
                    0..8,
                ),
                1..8,
            ),
        ) {
            let mut draft = Draft::new(["http://h/known"]);
            for text in texts {
                let text: Vec<String> = text.into_iter().map(str::to_owned).collect();
                draft.update(&text);
                let mut fresh = Draft::new(["http://h/known"]);
                fresh.update(&text);
                proptest::prop_assert_eq!(draft.counts(), fresh.counts());
            }
        }
    }
}
