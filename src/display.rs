//! Text from outside (servers, lists, file systems) made safe and short for a human's terminal. Pure. Every face
//! passes outside text through here; exact values go to JSON and CSV, which have escapes of their own.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;
use url::Url;

/// No single piece of outside text needs more than this on a screen or in a line of output.
const MAX_GRAPHEMES: usize = 2048;

/// Makes outside text harmless: C0 and DEL become control pictures, C1, bidi controls, zero-width characters and
/// private ones become `\u{…}`, and very long text is cut.
///
/// A terminal acts on these: ESC starts a command (CWE-150), bidi overrides reorder what is read, and zero-width
/// characters hide it.
#[must_use]
pub fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (count, grapheme) in text.graphemes(true).enumerate() {
        if count == MAX_GRAPHEMES {
            out.push('…');
            break;
        }
        // A grapheme of a hundred combining marks is an attack on the row below it.
        for c in grapheme.chars().take(8) {
            push_safe(&mut out, c);
        }
    }
    out
}

fn push_safe(out: &mut String, c: char) {
    match c {
        '\0'..='\x1f' => out.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}')),
        '\x7f' => out.push('\u{2421}'),
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e000}'..='\u{f8ff}'
        | '\u{e0000}'..='\u{e0fff}'
        | '\u{f0000}'..='\u{10ffff}' => out.extend(c.escape_unicode()),
        _ => out.push(c),
    }
}

/// The address as people may see it: no user, no password, no fragment, and a query only as `?…`, because queries
/// carry signatures and tokens.
#[must_use]
pub fn address(url: &Url) -> String {
    address_text(without_userinfo(url).as_str())
}

/// The same for the text of an address that carries neither user nor fragment.
#[must_use]
pub fn address_text(url: &str) -> String {
    match url.split_once('?') {
        Some((before, _)) => safe(before) + "?…",
        None => safe(url),
    }
}

/// The address without user, password and fragment, for sinks that need the exact value (JSON, lists).
#[must_use]
pub fn without_userinfo(url: &Url) -> Url {
    let mut plain = url.clone();
    plain.set_fragment(None);
    // Both fail only for addresses that cannot carry a user at all.
    let _ = plain.set_username("");
    let _ = plain.set_password(None);
    plain
}

/// How many columns the text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    text.width()
}

/// Cuts safe text to `columns`, with `…` in the place of what is gone.
#[must_use]
pub fn fit(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    if columns == 0 {
        return String::new();
    }
    let mut out = take(text.graphemes(true), columns - 1).concat();
    out.push('…');
    out
}

/// Cuts a file name to `columns` in its middle, so that its beginning and its ending stay readable.
#[must_use]
pub fn fit_name(name: &str, columns: usize) -> String {
    if width(name) <= columns {
        return name.to_owned();
    }
    if columns < 8 {
        return fit(name, columns);
    }
    let tail_columns = (columns - 1) / 3;
    let mut tail = take(name.graphemes(true).rev(), tail_columns);
    tail.reverse();
    let tail = tail.concat();
    let head = take(name.graphemes(true), columns - 1 - width(&tail)).concat();
    format!("{head}…{tail}")
}

fn take<'a>(graphemes: impl Iterator<Item = &'a str>, columns: usize) -> Vec<&'a str> {
    let mut used = 0;
    graphemes
        .take_while(|g| {
            used += width(g);
            used <= columns
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_acts_on_gets_through() {
        for (raw, shown) in [
            ("plain.jpg", "plain.jpg"),
            ("a\x1b[2Jb", "a␛[2Jb"),
            ("bell\x07\r\n\t\x7f", "bell␇␍␊␉␡"),
            ("c1 \u{9b}31m", "c1 \\u{9b}31m"),
            ("evil\u{202e}gpj.exe", "evil\\u{202e}gpj.exe"),
            ("zero\u{200b}width\u{feff}", "zero\\u{200b}width\\u{feff}"),
            ("北極光.webp", "北極光.webp"),
            ("e\u{301}", "e\u{301}"),
        ] {
            assert_eq!(safe(raw), shown);
        }
        let marks = format!("a{}", "\u{301}".repeat(10_000));
        assert_eq!(safe(&marks).chars().count(), 8);
        assert!(safe(&"x".repeat(100_000)).len() < 3000);
    }

    #[test]
    fn addresses_show_no_secret() -> Result<(), url::ParseError> {
        let url = Url::parse("https://user:pw@h.example/a/b.jpg?X-Signature=abc#frag")?;
        assert_eq!(address(&url), "https://h.example/a/b.jpg?…");
        assert_eq!(without_userinfo(&url).as_str(), "https://h.example/a/b.jpg?X-Signature=abc");
        Ok(())
    }

    #[test]
    fn names_keep_their_ending() {
        assert_eq!(fit_name("photo-1516117172878-fd2c41f4a759.jpg", 20), "photo-1516117…59.jpg");
        assert_eq!(fit_name("short.jpg", 20), "short.jpg");
        assert_eq!(fit("abcdef", 4), "abc…");
        assert_eq!(fit("abcdef", 0), "");
        for columns in 0..40 {
            assert!(width(&fit_name("北極光北極光北極光北極光北極光.webp", columns)) <= columns, "{columns}");
        }
    }
}
