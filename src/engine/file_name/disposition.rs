//! The file name in a `Content-Disposition` field (RFC 6266), read as leniently as browsers do and no further.

use percent_encoding::percent_decode;

/// The name that the field gives: `filename*` if it can be read, else `filename`. `inline` counts like `attachment`.
pub(super) fn file_name(field: &[u8]) -> Option<String> {
    let mut rest = field;
    let mut plain = None;
    // The type stands first; servers that leave it out begin with a parameter.
    if !rest[..position(rest, b';')].contains(&b'=') {
        rest = rest.get(position(rest, b';') + 1..).unwrap_or_default();
    }
    while let Some((name, value, tail)) = parameter(rest) {
        rest = tail;
        match name.as_str() {
            "filename*" => {
                if let Some(text) = extended(&value) {
                    return Some(text);
                }
            }
            "filename" if plain.is_none() => plain = Some(text(&value)),
            _ => {}
        }
    }
    plain
}

fn position(bytes: &[u8], wanted: u8) -> usize {
    bytes.iter().position(|b| *b == wanted).unwrap_or(bytes.len())
}

/// One `name=value` with what follows it. Names come in lower case, quoted values without their quotes.
fn parameter(input: &[u8]) -> Option<(String, Vec<u8>, &[u8])> {
    let start = input.iter().position(|b| !matches!(b, b' ' | b'\t' | b';'))?;
    let input = &input[start..];
    let equals = position(input, b'=');
    let semicolon = position(input, b';');
    if semicolon < equals || equals == input.len() {
        // A word without a value: skip it.
        return Some((String::new(), Vec::new(), &input[semicolon..]));
    }
    let name = String::from_utf8_lossy(&input[..equals]).trim().to_ascii_lowercase();
    let value = input[equals + 1..].trim_ascii_start();
    if let Some(quoted) = value.strip_prefix(b"\"") {
        let (value, tail) = quoted_string(quoted);
        return Some((name, value, tail));
    }
    let end = position(value, b';');
    Some((name, value[..end].trim_ascii_end().to_vec(), &value[end..]))
}

/// A quoted string after its opening quote, and what follows. `\"` and `\\` are undone (RFC 9110 section 5.6.4).
fn quoted_string(input: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut value = Vec::new();
    let mut bytes = input.iter().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => {
                let tail = &input[at + 1..];
                return (value, &tail[position(tail, b';')..]);
            }
            b'\\' => value.extend(bytes.next().map(|(_, escaped)| *escaped)),
            byte => value.push(*byte),
        }
    }
    (value, &[])
}

/// `charset'language'percent-encoded` (RFC 8187 section 3.2), for the two charsets that occur.
fn extended(value: &[u8]) -> Option<String> {
    let mut parts = value.splitn(3, |b| *b == b'\'');
    let charset = parts.next()?;
    let encoded = parts.nth(1)?;
    let well_formed = encoded
        .split(|b| *b == b'%')
        .skip(1)
        .all(|escape| escape.len() >= 2 && escape[..2].iter().all(u8::is_ascii_hexdigit));
    if !well_formed {
        return None;
    }
    let bytes: Vec<u8> = percent_decode(encoded).collect();
    if charset.eq_ignore_ascii_case(b"utf-8") {
        String::from_utf8(bytes).ok()
    } else if charset.eq_ignore_ascii_case(b"iso-8859-1") {
        Some(latin1(&bytes))
    } else {
        None
    }
}

/// Raw bytes: UTF-8 if they are, else Latin-1.
fn text(bytes: &[u8]) -> String {
    str::from_utf8(bytes).map_or_else(|_| latin1(bytes), str::to_owned)
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|b| char::from(*b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Many of these are shapes from the public test lists for RFC 6266.
    #[test]
    fn names_are_found() {
        for (field, name) in [
            (&b"attachment"[..], None),
            (b"inline", None),
            (b"", None),
            (b"attachment; filename=\"foo.html\"", Some("foo.html")),
            (b"attachment; filename=foo.html ;", Some("foo.html")),
            (b"attachment;FILENAME=\"foo.html\"", Some("foo.html")),
            (b"attachment; filename = foo.html", Some("foo.html")),
            (b"attachment; filename=\"f\\oo.html\"", Some("foo.html")),
            (b"attachment; filename=\"\\\"quoting\\\" tested.html\"", Some("\"quoting\" tested.html")),
            (b"attachment; filename=\"Here's a semicolon;.html\"", Some("Here's a semicolon;.html")),
            (b"attachment; foo=bar; filename=\"foo.html\"", Some("foo.html")),
            (b"attachment; xfilename=foo.html", None),
            (b"filename=foo.html", Some("foo.html")),
            (b"attachment; filename=\"foo-%41.html\"", Some("foo-%41.html")),
            (b"attachment; filename=\"foo-\xe4.html\"", Some("foo-\u{e4}.html")),
            (b"attachment; filename=\"foo-\xc3\xa4.html\"", Some("foo-\u{e4}.html")),
            (b"attachment; filename*=iso-8859-1''foo-%E4.html", Some("foo-\u{e4}.html")),
            (b"attachment; filename*=UTF-8'de'foo-%c3%a4.html", Some("foo-\u{e4}.html")),
            (b"attachment; filename*=UTF-8''foo-%zz.html; filename=ok.html", Some("ok.html")),
            (b"attachment; filename*=UTF-8''foo-%E4.html; filename=ok.html", Some("ok.html")),
            (b"attachment; filename*=koi8-r''x; filename=ok.html", Some("ok.html")),
            (b"attachment; filename=old.html; filename*=UTF-8''new.html", Some("new.html")),
            (b"attachment; filename=\"unclosed", Some("unclosed")),
            (b"attachment; filename=one; filename=two", Some("one")),
            (b"attachment;;;; filename=x;", Some("x")),
        ] {
            assert_eq!(file_name(field).as_deref(), name, "{}", String::from_utf8_lossy(field));
        }
    }

    /// The shapes of the public list for RFC 6266 (greenbytes.de, tc2231), in its order, with what comes of each here:
    /// where the list says "no name" to a field in bad form, a name that can be told is still better than none.
    const PUBLIC: &[(&[u8], Option<&str>)] = &[
        (b"\"inline\"", None),
        (b"inline; filename=\"Not an attachment!\"", Some("Not an attachment!")),
        (b"\"attachment\"", None),
        (b"ATTACHMENT; filename=\"foo.html\"", Some("foo.html")),
        (b"attachment; filename=\"0000000000111111111122222\"", Some("0000000000111111111122222")),
        (b"attachment; foo=\"\\\"\\\\\";filename=\"foo.html\"", Some("foo.html")),
        (b"attachment; foo=\"a; filename=bad\"; filename=\"foo.html\"", Some("foo.html")),
        (b"attachment; FileName=\"foo.html\"", Some("foo.html")),
        (b"attachment; filename=foo,bar.html", Some("foo,bar.html")),
        (b"attachment; ;filename=foo", Some("foo")),
        (b"attachment; filename=foo bar.html", Some("foo bar.html")),
        (b"attachment; filename='foo.bar'", Some("'foo.bar'")),
        (b"attachment; filename=\"50%.html\"", Some("50%.html")),
        (b"attachment; filename=\"foo-%\\41.html\"", Some("foo-%41.html")),
        (b"attachment; name=\"foo-%41.html\"", None),
        (b"attachment; filename=\"\xe4-%41.html\"", Some("\u{e4}-%41.html")),
        (b"attachment; filename=\"foo-%c3%a4-%e2%82%ac.html\"", Some("foo-%c3%a4-%e2%82%ac.html")),
        (b"attachment; filename =\"foo.html\"", Some("foo.html")),
        (b"attachment; filename=\"foo.html\"; filename=\"bar.html\"", Some("foo.html")),
        (b"attachment; filename=foo[1](2).html", Some("foo[1](2).html")),
        (b"attachment; filename=foo-\xe4.html", Some("foo-\u{e4}.html")),
        (b"attachment; filename=foo-\xc3\xa4.html", Some("foo-\u{e4}.html")),
        (b"x=y; filename=foo.html", Some("foo.html")),
        (b"; filename=foo.html", Some("foo.html")),
        (b": inline; attachment; filename=foo.html", Some("foo.html")),
        (b"inline; attachment; filename=foo.html", Some("foo.html")),
        (b"attachment; filename=\"foo.html\".txt", Some("foo.html")),
        (b"attachment; filename=\"bar", Some("bar")),
        (b"attachment; filename=foo\"bar;baz\"qux", Some("foo\"bar")),
        (b"attachment; foo=foo filename=bar", None),
        (b"attachment; filename=bar foo=foo ", Some("bar foo=foo")),
        (b"attachment filename=bar", None),
        (b"filename=foo.html; attachment", Some("foo.html")),
        (b"attachment; xfilename=foo.html", None),
        (b"attachment; filename=\"/foo.html\"", Some("/foo.html")),
        (b"attachment; filename=\"\\\\foo.html\"", Some("\\foo.html")),
        (b"attachment; creation-date=\"Wed, 12 Feb 1997 16:29:51 -0500\"; filename=x", Some("x")),
        (b"foobar; filename=x", Some("x")),
        (b"attachment; example=\"filename=example.txt\"", None),
        (b"attachment; filename*=iso-8859-1''foo-%E4.html", Some("foo-\u{e4}.html")),
        (b"attachment; filename*=UTF-8''foo-%c3%a4-%e2%82%ac.html", Some("foo-\u{e4}-\u{20ac}.html")),
        (b"attachment; filename*=''foo-%c3%a4-%e2%82%ac.html", None),
        (b"attachment; filename*=UTF-8''foo-a%cc%88.html", Some("foo-a\u{308}.html")),
        (b"attachment; filename*=utf-8''foo-%E4.html", None),
        (b"attachment; filename *=UTF-8''foo-%c3%a4.html", None),
        (b"attachment; filename*= UTF-8''foo-%c3%a4.html", Some("foo-\u{e4}.html")),
        (b"attachment; filename* =UTF-8''foo-%c3%a4.html", Some("foo-\u{e4}.html")),
        (b"attachment; filename*=\"UTF-8''foo-%c3%a4.html\"", Some("foo-\u{e4}.html")),
        (b"attachment; filename*=\"foo%20bar.html\"", None),
        (b"attachment; filename*=UTF-8'foo-%c3%a4.html", None),
        (b"attachment; filename*=UTF-8''foo%", None),
        (b"attachment; filename*=UTF-8''f%oo.html", None),
        (b"attachment; filename*=UTF-8''A-%2541.html", Some("A-%41.html")),
        (b"attachment; filename*=UTF-8''%5cfoo.html", Some("\\foo.html")),
        (b"attachment; filename*=UTF-8''..%2f..%2fetc%2fpasswd", Some("../../etc/passwd")),
        (b"attachment; filename*0=\"foo.\"; filename*1=\"html\"", None),
        (b"attachment; filename*0*=UTF-8''foo-%c3%a4; filename*1=\".html\"", None),
        (b"attachment; filename*0=\"foo.\"; filename*1=\"html\"; filename=x", Some("x")),
        (b"attachment; filename=\"foo-ae.html\"; filename*=UTF-8''foo-%c3%a4.html", Some("foo-\u{e4}.html")),
        (b"attachment; filename*=UTF-8''foo-%c3%a4.html; filename=\"foo-ae.html\"", Some("foo-\u{e4}.html")),
        (b"attachment; filename*=UTF-8''a; filename*=UTF-8''b", Some("a")),
        (b"attachment; foobar=x; filename=\"foo.html\"", Some("foo.html")),
        // RFC 2047 has no place in HTTP: what looks like it is taken as it stands.
        (b"attachment; filename==?ISO-8859-1?Q?foo-=E4.html?=", Some("=?ISO-8859-1?Q?foo-=E4.html?=")),
        (b"attachment; filename=\"=?UTF-8?B?Zm9v?=\"", Some("=?UTF-8?B?Zm9v?=")),
        (b"attachment; filename=", Some("")),
        (b"attachment; filename=\"\"", Some("")),
        (b"attachment; filename=\"a\\\"", Some("a\"")),
        (b"attachment; filename=\"a\\", Some("a")),
        (b"attachment; filename", None),
        (b"attachment; filename*", None),
        (b"attachment; =x; filename=y", Some("y")),
        (b"attachment;\tfilename\t=\t\"y\"", Some("y")),
        (b"form-data; name=\"file\"; filename=\"x.png\"", Some("x.png")),
    ];

    #[test]
    fn the_public_list() {
        for (field, name) in PUBLIC {
            assert_eq!(file_name(field).as_deref(), *name, "{}", field.escape_ascii());
        }
    }

    proptest::proptest! {
        #[test]
        fn any_field_ends_and_invents_no_bytes(
            field in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200),
            text in "(attachment|inline)?( ?; ?[a-z]{0,8}(filename)?\\*? ?= ?(\"|UTF-8''|x'y'z)?[ -~]{0,20}\"?){0,5}",
        ) {
            for field in [&field[..], text.as_bytes()] {
                // A byte of Latin-1 has two in UTF-8.
                proptest::prop_assert!(file_name(field).is_none_or(|name| name.len() <= 2 * field.len()));
            }
        }

        #[test]
        fn a_quoted_name_comes_back(name in "\\PC{0,40}", before in "[a-z]{1,8}") {
            let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
            let field = format!("attachment; {before}x=\"{quoted}\"; filename=\"{quoted}\"; size=1");
            proptest::prop_assert_eq!(file_name(field.as_bytes()), Some(name));
        }

        #[test]
        fn an_extended_name_comes_back_and_wins(name in "\\PC{0,40}", first: bool) {
            let encoded = percent_encoding::utf8_percent_encode(&name, percent_encoding::NON_ALPHANUMERIC);
            let (plain, extended) = ("filename=\"plain\"", format!("filename*=UTF-8'en'{encoded}"));
            let field = if first { format!("a; {extended}; {plain}") } else { format!("a; {plain}; {extended}") };
            proptest::prop_assert_eq!(file_name(field.as_bytes()), Some(name));
        }
    }
}
