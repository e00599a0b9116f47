//! Text where an image should be: pages, error documents and plain words, by how they begin. Pure. It follows the
//! rules by which browsers sniff (WHATWG MIME Sniffing 7.1), and reads past what may stand before the first element.

use std::borrow::Cow;

/// A kind of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Markup {
    /// A document that says so.
    Html,
    /// Elements of a page, without a document around them: an error page of few words, but also much Markdown.
    Fragment,
    Svg,
    Xml,
    Json,
    /// Words without a form of their own.
    Text,
}

/// How much of the beginning is looked at for bytes that no text has.
const LOOK: usize = 1024;

/// Elements that only pages begin with.
const HTML: [&[u8]; 19] = [
    b"head", b"body", b"title", b"script", b"style", b"iframe", b"meta", b"link", b"div", b"span", b"table", b"center",
    b"font", b"h1", b"h2", b"p", b"a", b"b", b"br",
];

/// Images that are written as text, which are none of ours.
const TEXT_IMAGES: [&[u8]; 15] = [
    b"/* XPM",
    b"#define ",
    b"P1",
    b"P2",
    b"P3",
    b"P4",
    b"P5",
    b"P6",
    b"P7",
    b"PF",
    b"Pf",
    b"SIMPLE  =",
    b"#?RADIANCE",
    b"#?RGBE",
    b"%!PS-Adobe",
];

/// The kind of text that begins like this; none for bytes that are no text, and for nothing at all.
pub(super) fn of(bytes: &[u8]) -> Option<Markup> {
    let text = plain(bytes);
    let text = text.trim_ascii_start();
    if text.is_empty() || text.iter().take(LOOK).any(|byte| is_binary(*byte)) {
        return None;
    }
    if text[0] == b'<' {
        return Some(element(text));
    }
    if is_json(text) {
        return Some(Markup::Json);
    }
    (!TEXT_IMAGES.iter().any(|image| text.starts_with(image))).then_some(Markup::Text)
}

/// Without a byte order mark; UTF-16 as far as it is ASCII, which all markup begins with.
fn plain(bytes: &[u8]) -> Cow<'_, [u8]> {
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(rest),
        [0xff, 0xfe, rest @ ..] => Cow::Owned(narrow(rest, 0)),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(narrow(rest, 1)),
        _ => Cow::Borrowed(bytes),
    }
}

fn narrow(bytes: &[u8], at: usize) -> Vec<u8> {
    bytes.chunks_exact(2).take(16 * LOOK).map(|pair| if pair[1 - at] == 0 { pair[at] } else { b'?' }).collect()
}

/// The bytes that no text holds (WHATWG MIME Sniffing 3).
fn is_binary(byte: u8) -> bool {
    matches!(byte, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f)
}

/// What the first element says, behind declarations and comments.
fn element(mut text: &[u8]) -> Markup {
    let mut xml = false;
    loop {
        text = text.trim_ascii_start();
        let rest = if text.starts_with(b"<?") {
            xml |= text.starts_with(b"<?xml");
            after(text, b"?>")
        } else if text.starts_with(b"<!--") {
            after(text, b"-->")
        } else if begins(text, b"<!doctype") {
            let name = text[9..].trim_ascii_start();
            if begins(name, b"html") {
                return Markup::Html;
            }
            xml = true;
            doctype(text)
        } else {
            return first(text, xml);
        };
        match rest {
            Some(rest) => text = rest,
            // A comment that fills the whole beginning: browsers take it for a page.
            None => return if xml { Markup::Xml } else { Markup::Fragment },
        }
    }
}

fn first(text: &[u8], xml: bool) -> Markup {
    let Some(name) = text.strip_prefix(b"<") else { return if xml { Markup::Xml } else { Markup::Text } };
    let end = name.iter().position(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b':' | b'-' | b'_' | b'.'));
    let name = &name[..end.unwrap_or(name.len())];
    let local = name.rsplit(|byte| *byte == b':').next().unwrap_or(name);
    if local == b"svg" {
        Markup::Svg
    } else if local.eq_ignore_ascii_case(b"html") {
        Markup::Html
    } else if !xml && HTML.iter().any(|known| name.eq_ignore_ascii_case(known)) {
        Markup::Fragment
    } else if xml || !name.is_empty() {
        Markup::Xml
    } else {
        Markup::Text
    }
}

/// Behind a document type with its internal subset.
fn doctype(text: &[u8]) -> Option<&[u8]> {
    let mut depth = 0_u32;
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'[' => depth += 1,
            b']' => depth = depth.saturating_sub(1),
            b'>' if depth == 0 => return text.get(at + 1..),
            _ => {}
        }
    }
    None
}

fn after<'a>(text: &'a [u8], end: &[u8]) -> Option<&'a [u8]> {
    let at = text.windows(end.len()).position(|window| window == end)?;
    text.get(at + end.len()..)
}

fn begins(text: &[u8], with: &[u8]) -> bool {
    text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with))
}

/// An object or an array, by its first two signs.
fn is_json(text: &[u8]) -> bool {
    let Some(second) = text.get(1..).map(<[u8]>::trim_ascii_start) else { return false };
    match text[0] {
        b'{' => matches!(second.first(), Some(b'"' | b'}')),
        b'[' => matches!(second.first(), Some(b'{' | b'[' | b']' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n')),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_disguise() {
        let utf16: Vec<u8> = b"\xff\xfe".iter().copied().chain("<html>".bytes().flat_map(|b| [b, 0])).collect();
        let table: &[(&[u8], Option<Markup>)] = &[
            (b"<!DOCTYPE html><html>", Some(Markup::Html)),
            (b"\xef\xbb\xbf \r\n\t<!doctype HTML PUBLIC \"x\">", Some(Markup::Html)),
            (b"<HTML lang=de>", Some(Markup::Html)),
            (b"<!-- a > b -->\n<!-- c --><head>", Some(Markup::Fragment)),
            (b"<!-- never closed", Some(Markup::Fragment)),
            (b"<p>Not found</p>", Some(Markup::Fragment)),
            (b"<?xml version='1.0'?><!DOCTYPE html><html>", Some(Markup::Html)),
            (b"<?xml version='1.0'?><html xmlns='x'>", Some(Markup::Html)),
            (&utf16, Some(Markup::Html)),
            (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", Some(Markup::Xml)),
            (b"<Error><Code>AccessDenied</Code></Error>", Some(Markup::Xml)),
            (b"<?xml version='1.0'?>\n<!-- drawn -->\n<svg width='1'>", Some(Markup::Svg)),
            (b"<!DOCTYPE svg [ <!ENTITY a \"<html>\"> ]><s:svg>", Some(Markup::Svg)),
            (b"{\"error\": 1}", Some(Markup::Json)),
            (b" [ {\"a\":1} ]", Some(Markup::Json)),
            (b"{}", Some(Markup::Json)),
            (b"{\\rtf1", Some(Markup::Text)),
            (b"upstream connect error", Some(Markup::Text)),
            (b"Fehler: nicht verf\xfcgbar", Some(Markup::Text)),
            (b"1 < 2", Some(Markup::Text)),
            (b"P3\n1 1 255\n0 0 0\n", None),
            (b"/* XPM */ static", None),
            (b"a\0b", None),
            (b"  \n", None),
            (b"", None),
            (b"<", Some(Markup::Text)),
        ];
        for (bytes, expected) in table {
            assert_eq!(of(bytes), *expected, "{}", bytes.escape_ascii());
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_makes_it_panic(bytes in "(<|>|!|-|\\[|\\]|\\{|\"|svg|html|\\?|xml| |\\PC){0,60}") {
            let _ = of(bytes.as_bytes());
        }
    }
}
