//! Pasted or typed text.

use std::path::Path;
use std::sync::Arc;

use crate::engine::request::DownloadRequest;

use super::address::Refusal;
use super::list;

/// Reads pasted or typed text, one address a line, as a list file is read.
#[must_use]
pub fn paste(text: &str, dir: &Arc<Path>) -> (Vec<DownloadRequest>, Vec<Refusal>) {
    let (mut requests, mut refusals) = (Vec::new(), Vec::new());
    // Terminals send CR, LF or both for a new line.
    for (line, text) in (1..).zip(text.replace("\r\n", "\n").split(['\n', '\r'])) {
        match list::line(text) {
            Ok(Some(url)) => requests.push(DownloadRequest { url, dir: Arc::clone(dir), name: None, checksum: None }),
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
    fn a_paste_is_read_line_by_line() {
        let dir: Arc<Path> = Arc::from(Path::new("."));
        let (requests, refusals) = paste("http://h/1\r\rhttp://h/2\n# no\r\nq\n\x1b[201~\n  http://h/3  ", &dir);
        let paths: Vec<_> = requests.iter().map(|r| r.url.path()).collect();
        assert_eq!(paths, ["/1", "/2", "/3"]);
        let lines: Vec<_> = refusals.iter().map(|r| r.line).collect();
        assert_eq!(lines, [5, 6]);
    }
}
