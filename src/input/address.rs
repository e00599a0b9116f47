//! One address as people write it. It must not know where the text comes from.

use url::Url;

use crate::display;

/// Longer addresses are refused: no server takes them, and a list may be one long line of junk.
pub(super) const MAX_ADDRESS: usize = 64 * 1024;

/// Reads one address.
///
/// # Errors
/// Says in words, safe to show, why the text is refused.
pub fn address(text: &str) -> Result<Url, String> {
    let shown = || display::fit(&display::safe(text), 60);
    if text.len() > MAX_ADDRESS {
        return Err(format!("address of {} bytes, at most {MAX_ADDRESS} are taken", text.len()));
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
            ("ftp://h/x", "`ftp://` is not fetched, only http:// and https://"),
            ("file:///etc/passwd", "`file://` is not fetched, only http:// and https://"),
            ("http://", "`http://` is not an address: empty host"),
            ("javascript:alert(1)", "`javascript:alert(1)` is not an address: write http://… or https://…"),
            ("a\x1b[2J", "`a␛[2J` is not an address: write http://… or https://…"),
        ] {
            assert_eq!(address(text).expect_err(text), reason);
        }
    }
}
