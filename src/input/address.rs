//! One address, and why a piece of text is none. A leaf that every other part of the input names.

use std::fmt;

use url::Url;

use crate::display;

/// Longer addresses are refused: no server takes them, and a list may be one long line of junk.
pub(super) const MAX_ADDRESS: usize = 64 * 1024;

/// A pattern that stands for more is refused: it is a slip of the finger.
pub const MOST_ADDRESSES: u64 = 1_000_000;

/// A piece of text that is no address we can fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The line of the list or paste, from 1.
    pub line: u64,
    /// What is wrong with it, in words; safe to show.
    pub reason: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

/// True where a line begins as a curl command does.
#[must_use]
pub fn is_curl(line: &str) -> bool {
    let word = line.split_whitespace().next().unwrap_or_default();
    !word.contains("://") && matches!(word.rsplit(['/', '\\']).next(), Some("curl" | "curl.exe"))
}

/// Refused text as messages may show it: short, harmless, and without what may be a password or a token, for which an
/// address that cannot be read has the same places as any other, and any other text those behind a name.
pub(super) fn shown(text: &str) -> String {
    let is_scheme = |start: &str| start.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let Some((start, rest)) = text.split_once("://").filter(|(start, _)| is_scheme(start)) else {
        let end = text.find([':', '=', '?']).map(|at| at + 1);
        let cut = if end.is_some_and(|end| end < text.len()) { "…" } else { "" };
        return display::fit(&display::safe(&format!("{}{cut}", &text[..end.unwrap_or(text.len())])), 60);
    };
    let (rest, query) = rest.split_once('?').map_or((rest, ""), |(rest, _)| (rest, "?…"));
    let authority = rest.find('/').unwrap_or(rest.len());
    let (user, rest) = rest[..authority].rfind('@').map_or(("", rest), |at| ("…", &rest[at..]));
    display::fit(&display::safe(&format!("{start}://{user}{rest}{query}")), 60)
}

/// Reads one address.
///
/// # Errors
/// Says in words, safe to show, why the text is refused.
pub fn address(text: &str) -> Result<Url, String> {
    let shown = || shown(text);
    if text.len() > MAX_ADDRESS {
        return Err(format!("address of {} bytes, at most {MAX_ADDRESS} are taken", text.len()));
    }
    // It is nearly one, and may hold a password anywhere.
    if is_curl(text) {
        return Err("this is a curl command: paste it on the screen, or give it with --from-curl".to_owned());
    }
    if !text.contains("://") {
        return Err(format!("`{}` is not an address: write http://… or https://…", shown()));
    }
    let url = Url::parse(text).map_err(|error| format!("`{}` is not an address: {error}", shown()))?;
    let mut others = text.split_whitespace().skip(1);
    if others.any(|other| other.starts_with("http://") || other.starts_with("https://")) {
        return Err("there are several addresses here: write one a line".to_owned());
    }
    match url.scheme() {
        "http" | "https" => Ok(url),
        other => Err(format!("`{other}://` is not fetched, only http:// and https://")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_taken() {
        for text in [
            "http://h",
            "https://h/a b.jpg",
            "HTTP://H.example/%41?q#f",
            "http://h/curl",
            "http://h/?u=http://i/x",
            "http://[::1]:8080/x",
            "https://北.example/",
        ] {
            assert!(address(text).is_ok(), "{text}");
        }
        for (text, reason) in [
            ("photo.jpg", "`photo.jpg` is not an address: write http://… or https://…"),
            ("https://user:pw@h:99999/x?sig=T", "`https://…@h:99999/x?…` is not an address: invalid port number"),
            ("ftp://h/x", "`ftp://` is not fetched, only http:// and https://"),
            ("file:///etc/passwd", "`file://` is not fetched, only http:// and https://"),
            (
                "curl 'https://h/' -H 'A: s3cret'",
                "this is a curl command: paste it on the screen, or give it with --from-curl",
            ),
            (
                "/usr/bin/curl -H 'a: s3cret'",
                "this is a curl command: paste it on the screen, or give it with --from-curl",
            ),
            ("http://h/a http://h/b", "there are several addresses here: write one a line"),
            ("http://h/a\u{a0}https://h/b", "there are several addresses here: write one a line"),
            ("-H 'authorization: s3cret' \\", "`-H 'authorization:…` is not an address: write http://… or https://…"),
            ("-H 'a: http://h' -b c=s3cret", "`-H 'a:…` is not an address: relative URL without a base"),
            ("http-passwd: s3cret", "`http-passwd:…` is not an address: write http://… or https://…"),
            ("key=s3cret", "`key=…` is not an address: write http://… or https://…"),
            ("h/x?s3cret", "`h/x?…` is not an address: write http://… or https://…"),
            ("http://", "`http://` is not an address: empty host"),
            ("javascript:alert(1)", "`javascript:…` is not an address: write http://… or https://…"),
            ("a\x1b[2J", "`a␛[2J` is not an address: write http://… or https://…"),
        ] {
            assert_eq!(address(text).expect_err(text), reason);
        }
    }
}
