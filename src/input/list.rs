//! Lists, as plain as an address a line and as rich as aria2's input files: addresses of the same file stand in one line
//! with tabs between them, and lines that begin with blanks say more about the one above. Lines that begin with `| ` are
//! other addresses of the one above too, as gallery-dl prints them. Blank lines and `#` lines are fine everywhere.

use url::Url;

use super::address::{MOST_ADDRESSES, Refusal, address};
use super::aria2::{self, Described};
use super::curl;
use super::entry::Entry;
use super::expand::Pattern;
use super::glob::glob;
use super::reading::Reading;

/// What one line holds that is an address and nothing else.
///
/// # Errors
/// Says in words, safe to show, why the line is refused.
pub fn line(text: &str) -> Result<Option<Url>, String> {
    let text = text.trim();
    if text.is_empty() || text.starts_with('#') {
        return Ok(None);
    }
    address(text).map(Some)
}

/// What comes of lines.
pub(super) enum Said {
    /// Something to fetch.
    Entry(Box<Entry>),
    /// A line that cannot be used.
    Refused(Refusal),
    /// A line that can be used, but something in it has no effect.
    Noted(Refusal),
}

/// A list on its way: the entry that is still being read, and what was said of the list already.
pub(super) struct List {
    globs: bool,
    above: Above,
    noted: Vec<String>,
    /// The line above belongs to a curl command, which was refused, and goes on.
    in_curl: bool,
}

/// What an option line belongs to.
enum Above {
    Nothing,
    /// The line above was refused, and was said to be.
    Refused,
    /// The entry above was handed on, since nothing more came.
    Gone,
    Entry {
        line: u64,
        described: Box<Described>,
        /// It stands for more than its first address.
        pattern: Option<Pattern>,
    },
}

/// So many things without effect are named in a list.
const MOST_NOTED: usize = 20;

impl List {
    /// Nothing was read yet.
    pub(super) fn new(reading: &Reading) -> Self {
        Self { globs: reading.globs, above: Above::Nothing, noted: Vec::new(), in_curl: false }
    }

    /// Takes a line. What comes of it goes to `out`, which says whether to go on.
    pub(super) fn line(&mut self, number: u64, line: &[u8], out: &mut impl FnMut(Said) -> bool) -> bool {
        let goes_on = line.trim_ascii_end().ends_with(b"\\");
        if self.in_curl {
            self.in_curl = goes_on;
            return true;
        }
        let Ok(text) = str::from_utf8(line) else {
            let text = String::from_utf8_lossy(line);
            if let Some((name, _)) = aria2::option(text.trim()).filter(|_| text.starts_with([' ', '\t'])) {
                return self.wrong(number, format!("`{name}`: the line is not UTF-8 text"), out);
            }
            let why = "not an address: the line is not UTF-8 text".to_owned();
            return self.end(out) && self.refuse(number, why, out);
        };
        let trimmed = text.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            return true;
        }
        if let Some(other) = trimmed.strip_prefix("| ") {
            return self.fallback(number, other.trim(), out);
        }
        if let Some((name, value)) = aria2::option(trimmed).filter(|_| text.starts_with([' ', '\t'])) {
            return self.option(number, name, value, out);
        }
        if !self.end(out) {
            return false;
        }
        self.in_curl = goes_on && curl::is_curl(trimmed);
        match self.entry(number, trimmed, out) {
            Ok(above) => {
                self.above = above;
                true
            }
            Err(why) => self.refuse(number, why, out),
        }
    }

    /// Hands on the entry that is still being read: nothing more belongs to it.
    pub(super) fn end(&mut self, out: &mut impl FnMut(Said) -> bool) -> bool {
        let Above::Entry { line, described, pattern } = std::mem::replace(&mut self.above, Above::Gone) else {
            return true;
        };
        let entry = Box::new(described.finish());
        let Some(pattern) = pattern else { return out(Said::Entry(entry)) };
        pattern.texts().all(|text| match address(&text) {
            Ok(url) => out(Said::Entry(Box::new(Entry { url, ..(*entry).clone() }))),
            Err(reason) => out(Said::Refused(Refusal { line, reason })),
        })
    }

    fn refuse(&mut self, line: u64, reason: String, out: &mut impl FnMut(Said) -> bool) -> bool {
        self.above = Above::Refused;
        out(Said::Refused(Refusal { line, reason }))
    }

    fn note(&mut self, line: u64, what: String, out: &mut impl FnMut(Said) -> bool) -> bool {
        if self.noted.len() >= MOST_NOTED || self.noted.contains(&what) {
            return true;
        }
        self.noted.push(what.clone());
        out(Said::Noted(Refusal { line, reason: what }))
    }

    fn entry(&mut self, line: u64, text: &str, out: &mut impl FnMut(Said) -> bool) -> Result<Above, String> {
        let mut urls = Vec::new();
        let (mut pattern, mut ftp) = (None, None);
        for text in text.split('\t').map(str::trim).filter(|text| !text.is_empty()) {
            let literal = if self.globs {
                let found = glob(text)?;
                if found.count() > MOST_ADDRESSES {
                    return Err(format!("this line stands for more than {MOST_ADDRESSES} addresses"));
                }
                let first = found.texts().next();
                pattern = (found.count() > 1).then_some(found).or(pattern);
                first
            } else {
                None
            };
            let text = literal.as_deref().unwrap_or(text);
            match address(text) {
                Ok(url) => urls.push(url),
                Err(why) if text.starts_with("ftp://") || text.starts_with("sftp://") => ftp = Some(why),
                Err(why) => return Err(why),
            }
        }
        let mut urls = urls.into_iter();
        let Some(url) = urls.next() else { return Err(ftp.unwrap_or_else(|| "no address".to_owned())) };
        let mut entry = Entry::from(url);
        entry.more.mirrors = urls.collect();
        if pattern.is_some() && !entry.more.mirrors.is_empty() {
            return Err("a line with several addresses of one file cannot stand for many: write them out".to_owned());
        }
        if let Some(why) = ftp {
            self.note(line, format!("an address is left out: {why}"), out);
        }
        Ok(Above::Entry { line, described: Box::new(entry.into()), pattern })
    }

    /// Another address of the file above.
    fn fallback(&mut self, number: u64, text: &str, out: &mut impl FnMut(Said) -> bool) -> bool {
        let Above::Entry { described, .. } = &mut self.above else { return true };
        match address(text).and_then(|url| described.charge(text.len()).map(|()| url)) {
            Ok(url) => {
                described.entry.more.mirrors.push(url);
                true
            }
            Err(why) => self.note(number, format!("an address is left out: {why}"), out),
        }
    }

    fn option(&mut self, number: u64, name: &str, value: &str, out: &mut impl FnMut(Said) -> bool) -> bool {
        let late = |what: &str| Err(format!("`{name}` {what}"));
        let found = match &mut self.above {
            Above::Refused => return true,
            Above::Nothing => late("stands below no address"),
            Above::Gone if aria2::matters(name) => late("came too late: the address above it is on its way"),
            Above::Gone => Ok(aria2::without_effect(name, value)),
            Above::Entry { pattern: Some(_), .. } if matches!(name, "out" | "checksum") => {
                late("is for one file, and the line above stands for many")
            }
            Above::Entry { described, .. } => described.set(name, value),
        };
        match found {
            Ok(None) => true,
            Ok(Some(what)) => self.note(number, what, out),
            Err(why) => self.wrong(number, why, out),
        }
    }

    /// An option line cannot be used.
    fn wrong(&mut self, line: u64, reason: String, out: &mut impl FnMut(Said) -> bool) -> bool {
        match self.above {
            Above::Refused => true,
            // To fetch it all the same, under another name or unchecked, is not what was asked for.
            Above::Entry { .. } => self.refuse(line, format!("{reason}; the address above is left out"), out),
            Above::Nothing | Above::Gone => out(Said::Refused(Refusal { line, reason })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a list comes to, a line for each thing said.
    fn said(globs: bool, text: &str) -> Vec<String> {
        let mut list = List::new(&Reading { globs, ..Reading::default() });
        let mut seen = Vec::new();
        let mut out = |said: Said| {
            seen.push(match said {
                Said::Entry(entry) => {
                    let mirrors: Vec<_> = entry.more.mirrors.iter().map(|url| format!(" | {url}")).collect();
                    let name = entry.name.map(|name| format!(" -> {name}")).unwrap_or_default();
                    format!("{}{}{name}", entry.url, mirrors.concat())
                }
                Said::Refused(refusal) => format!("refused {refusal}"),
                Said::Noted(refusal) => format!("noted {refusal}"),
            });
            true
        };
        for (number, line) in (1..).zip(text.lines()) {
            // The end of what a pipe had to say for a while.
            if line == "…" {
                list.end(&mut out)
            } else {
                list.line(number, line.as_bytes(), &mut out)
            };
        }
        list.end(&mut out);
        seen
    }

    #[test]
    fn plain_lists_are_addresses() {
        for (text, expected) in [
            ("", &[][..]),
            ("http://h/1\n\n# x\n  http://h/2 \n\thttp://h/3?a=b", &["http://h/1", "http://h/2", "http://h/3?a=b"]),
            ("http://h/[1-2]{a,b}", &["http://h/[1-2]%7Ba,b%7D"]),
            (
                "nope\nhttp://h/1",
                &["refused line 1: `nope` is not an address: write http://… or https://…", "http://h/1"],
            ),
            (
                "curl 'http://h/1' \\\n  -H 'a: s3cret' \\\n  -b a=s3cret\n  header=a\nhttp://h/2\\\nhttp://h/3",
                &[
                    "refused line 1: this is a curl command: paste it on the screen, or give it with --from-curl",
                    "http://h/2/",
                    "http://h/3",
                ],
            ),
            (
                "http://h/1 http://h/2\nhttp://h/3",
                &["refused line 1: there are several addresses here: write one a line", "http://h/3"],
            ),
        ] {
            assert_eq!(said(false, text), expected, "{text}");
        }
    }

    #[test]
    fn option_lines_belong_to_the_address_above() {
        for (text, expected) in [
            // As a session file has it.
            ("http://h/1\t\n gid=31d7e94b54737a09\n out=a\nhttp://h/2\t\n", &["http://h/1 -> a", "http://h/2"][..]),
            ("http://h/1\n\n# x\n\tout=a\n", &["http://h/1 -> a"]),
            ("http://h/1\thttp://m/1\t\thttp://n/1\n out=a\n out=b", &["http://h/1 | http://m/1 | http://n/1 -> b"]),
            (
                "http://h/1\n| http://m/1\n| http://n/1\nhttp://h/2",
                &["http://h/1 | http://m/1 | http://n/1", "http://h/2"],
            ),
            ("| http://m/1\nhttp://h/1\n…\n| http://m/1", &["http://h/1"]),
            (
                "http://h/1\tftp://m/1",
                &[
                    "noted line 1: an address is left out: `ftp://` is not fetched, only http:// and https://",
                    "http://h/1",
                ],
            ),
            ("ftp://m/1\n out=../x", &["refused line 1: `ftp://` is not fetched, only http:// and https://"]),
            ("http://h/1\tnope", &["refused line 1: `nope` is not an address: write http://… or https://…"]),
            (
                "http://h/1\n Header=s3cret",
                &[
                    "noted line 2: the option `Header` is unknown and has no effect: did you mean `header`?",
                    "http://h/1",
                ],
            ),
            ("  out=x\nhttp://h/1", &["refused line 1: `out` stands below no address", "http://h/1"]),
            (
                "http://h/1\n…\n gid=1\n out=x\n outt=x",
                &[
                    "http://h/1",
                    "refused line 4: `out` came too late: the address above it is on its way",
                    "noted line 5: the option `outt` is unknown and has no effect: did you mean `out`?",
                ],
            ),
            (
                "http://h/1\n out=../x\n header=s3cret\nhttp://h/2",
                &["refused line 2: `out`: `../x` leaves its folder; the address above is left out", "http://h/2"],
            ),
            (
                "http://h/1\n zzz=s3cret\n zzz=2\nhttp://h/2\n zzz=3",
                &["noted line 2: the option `zzz` is unknown and has no effect", "http://h/1", "http://h/2"],
            ),
        ] {
            assert_eq!(said(false, text), expected, "{text}");
        }
        let many: Vec<_> = (0..50).map(|n| format!(" unknown-{n}-{n}=1\n")).collect();
        assert_eq!(said(false, &format!("http://h/1\n{}", many.concat())).len(), MOST_NOTED + 1);
    }

    #[test]
    fn a_line_that_is_no_text_is_refused_with_what_it_belongs_to() {
        let seen = |lines: [&[u8]; 2]| {
            let (mut list, mut seen) = (List::new(&Reading::default()), Vec::new());
            let mut out = |said: Said| {
                seen.push(matches!(said, Said::Entry(_)));
                true
            };
            for (number, line) in (1..).zip(lines) {
                list.line(number, line, &mut out);
            }
            list.end(&mut out);
            seen
        };
        assert_eq!(seen([b"http://h/1", b" out=\xff"]), [false]);
        assert_eq!(seen([b"http://h/1", b" \xff"]), [true, false]);
        assert_eq!(seen([b"http://h/\xff", b" out=x"]), [false]);
    }

    #[test]
    fn patterns_count_only_where_they_are_asked_for() {
        for (text, expected) in [
            ("http://h/[1-2]\nhttp://h/{a}", &["http://h/1", "http://h/2", "http://h/a"][..]),
            ("http://[::1]/\\[1\\]", &["http://[::1]/[1]"]),
            ("http://h/[1-2]\n referer=x", &["http://h/1", "http://h/2"]),
            (
                "http://h:[65535-65536]/",
                &["http://h:65535/", "refused line 1: `http://h:65536/` is not an address: invalid port number"],
            ),
            (
                "http://h/[1-2]\n out=x",
                &[
                    "refused line 2: `out` is for one file, and the line above stands for many; the address above is left out",
                ],
            ),
            ("http://h/[0-1000000]", &["refused line 1: this line stands for more than 1000000 addresses"]),
            (
                "http://h/[1-2]\thttp://m/[1-2]",
                &["refused line 1: a line with several addresses of one file cannot stand for many: write them out"],
            ),
            ("http://h/[9-1]", &["refused line 1: `[9-1]` runs backwards: write [1-9]"]),
        ] {
            assert_eq!(said(true, text), expected, "{text}");
        }
    }

    #[test]
    fn whoever_has_enough_gets_no_more() {
        let mut list = List::new(&Reading { globs: true, ..Reading::default() });
        let mut count = 0;
        let mut out = |_: Said| {
            count += 1;
            count < 3
        };
        list.line(1, b"http://h/[1-1000000]", &mut out);
        assert!(!list.line(2, b"http://h/x", &mut out));
        assert_eq!(count, 3);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_come_to_something(
            globs: bool,
            lines in proptest::collection::vec(
                (
                    proptest::sample::select(vec![&b""[..], b"http://h/", b" out=", b"\thttp://h", b" header=", b"| "]),
                    proptest::collection::vec(proptest::prelude::any::<u8>(), 0..20),
                ),
                0..12,
            ),
        ) {
            let mut list = List::new(&Reading { globs, ..Reading::default() });
            let mut said = 0;
            let mut out = |_| {
                said += 1;
                said < 1000
            };
            for (number, (start, rest)) in (1..).zip(&lines) {
                list.line(number, &[start, &rest[..]].concat(), &mut out);
            }
            list.end(&mut out);
            proptest::prop_assert!(globs || said <= 2 * lines.len());
        }

        #[test]
        fn any_lines_come_to_something(
            globs: bool,
            lines in proptest::collection::vec(
                r"[ \t]{0,2}(http://h|ftp://h|\| http://m|out=|dir=|header=|checksum=md5=)?[a-c\t/.:=é{}\[\]1-3-]{0,12}",
                0..12,
            ),
        ) {
            for said in said(globs, &lines.join("\n")) {
                let clean = said.starts_with("http://") || !said.chars().any(char::is_control);
                proptest::prop_assert!(clean, "{}", said);
            }
        }
    }
}
