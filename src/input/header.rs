//! One header as people write it. It may be secret, so no message repeats its value. A leaf.

use crate::display;
use crate::engine::options::Secret;

/// As [`typed`], but nothing comes of what belongs to the connection and to the way a file is fetched either: that is
/// not for lists to say.
///
/// # Errors
/// As [`typed`].
pub(super) fn header(text: &str) -> Result<Option<(String, Secret)>, String> {
    let is_ours = |name: &str| OURS.iter().any(|ours| ours.eq_ignore_ascii_case(name));
    Ok(typed(text)?.filter(|(name, _)| !is_ours(name)))
}

/// Reads `Name: value`; `Name;` is an empty one. Nothing comes of a name without a value, which means none is sent.
///
/// # Errors
/// Says in words what is wrong with it.
pub fn typed(text: &str) -> Result<Option<(String, Secret)>, String> {
    let text = text.trim();
    // As a browser shows those of HTTP/2.
    if text.starts_with(':') {
        return Ok(None);
    }
    let (name, value) = match (text.split_once(':'), text.strip_suffix(';')) {
        (Some((_, "")), _) => return Ok(None),
        (Some((name, value)), _) => (name.trim_end(), value.trim()),
        (None, Some(name)) => (name, ""),
        (None, None) => return Err("a header has no colon: write `Name: value`".to_owned()),
    };
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b)) {
        let name = display::fit(&display::safe(name), 40);
        return Err(format!("the header `{name}` has a name that HTTP does not allow"));
    }
    if value.chars().any(|c| c.is_control() && c != '\t') {
        return Err(format!("the header `{name}` has a value that HTTP does not allow"));
    }
    Ok(Some((name.to_owned(), Secret(value.to_owned()))))
}

/// Ranges and conditions would bring a part of a file, or nothing.
const OURS: &[&str] = &[
    "accept-encoding",
    "connection",
    "content-length",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "keep-alive",
    "proxy-connection",
    "range",
    "te",
    "transfer-encoding",
    "upgrade",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_and_secrets_are_not_repeated() {
        let some = |name: &str, value: &str| Ok(Some((name.to_owned(), Secret(value.to_owned()))));
        for (text, expected) in [
            ("X-A: b: c ", some("X-A", "b: c")),
            ("X-A:b", some("X-A", "b")),
            ("X-A;", some("X-A", "")),
            ("Accept:", Ok(None)),
            (":authority: h", Ok(None)),
            ("Range: bytes=0-", Ok(None)),
            ("HOST: other", Ok(None)),
            ("If-None-Match: x", Ok(None)),
        ] {
            assert_eq!(header(text), expected, "{text}");
        }
        for text in ["s3cret", "X Y: s3cret", "X-A: s3cret\x1b", "X-A: s3\ncret", ""] {
            let why = header(text).expect_err(text);
            assert!(!why.contains("cret"), "{why}");
        }
    }
}
