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

/// Refused text as messages may show it: short, harmless, and without what may be a password or a token, for which an
/// address that cannot be read has the same places as any other.
pub(super) fn shown(text: &str) -> String {
    let (start, rest) = text.split_once("://").map_or(("", text), |(scheme, rest)| (scheme, rest));
    let (rest, query) = rest.split_once('?').map_or((rest, ""), |(rest, _)| (rest, "?…"));
    let authority = rest.find('/').unwrap_or(rest.len());
    let (user, rest) = rest[..authority].rfind('@').map_or(("", rest), |at| ("…", &rest[at..]));
    let scheme = if text.contains("://") { "://" } else { "" };
    display::fit(&display::safe(&format!("{start}{scheme}{user}{rest}{query}")), 60)
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
    if text.starts_with("curl ") {
        return Err("this is a curl command: paste it on the screen, or give it with --from-curl".to_owned());
    }
    if !text.contains("://") {
        return Err(format!("`{}` is not an address: write http://… or https://…", shown()));
    }
    let url = Url::parse(text).map_err(|error| format!("`{}` is not an address: {error}", shown()))?;
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
        for text in
            ["http://h", "https://h/a b.jpg", "HTTP://H.example/%41?q#f", "http://[::1]:8080/x", "https://北.example/"]
        {
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
            ("http://", "`http://` is not an address: empty host"),
            ("javascript:alert(1)", "`javascript:alert(1)` is not an address: write http://… or https://…"),
            ("a\x1b[2J", "`a␛[2J` is not an address: write http://… or https://…"),
        ] {
            assert_eq!(address(text).expect_err(text), reason);
        }
    }
}
