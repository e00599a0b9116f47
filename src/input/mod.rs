//! Text from a command line, a list or a paste, made into [`DownloadRequest`]s. Text that is refused never becomes
//! a job: the caller gets a [`Refusal`] that says why. It must not know who asks.

pub mod feed;
pub mod list;
pub mod words;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use url::Url;

use crate::display;
use crate::engine::request::DownloadRequest;

/// Longer addresses are refused: no server takes them, and a list may be one long line of junk.
const MAX_ADDRESS: usize = 64 * 1024;

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

/// Reads pasted or typed text, one address a line, as a list file is read.
#[must_use]
pub fn paste(text: &str, dir: &Arc<Path>) -> (Vec<DownloadRequest>, Vec<Refusal>) {
    let (mut requests, mut refusals) = (Vec::new(), Vec::new());
    // Terminals send CR, LF or both for a new line.
    for (line, text) in (1..).zip(text.replace("\r\n", "\n").split(['\n', '\r'])) {
        match list::line(text) {
            Ok(Some(url)) => requests.push(DownloadRequest { url, dir: Arc::clone(dir), name: None }),
            Ok(None) => {}
            Err(reason) => refusals.push(Refusal { line, reason }),
        }
    }
    (requests, refusals)
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

    #[test]
    fn a_paste_is_read_line_by_line() {
        let dir: Arc<Path> = Arc::from(Path::new("."));
        let (requests, refusals) = paste("http://h/1\r\rhttp://h/2\n# no\r\nq\n\x1b[201~\n  http://h/3  ", &dir);
        let paths: Vec<_> = requests.iter().map(|r| r.url.path()).collect();
        assert_eq!(paths, ["/1", "/2", "/3"]);
        let lines: Vec<_> = refusals.iter().map(|r| r.line).collect();
        assert_eq!(lines, [5, 6]);
    }
}
