//! `haul history`: a line for every file that was fetched, the oldest first.

use std::io;
use std::path::Path;

use serde::Serialize;

use crate::display::safe;
use crate::engine::{OpenError, Past};
use crate::units;

/// A line of `--json`.
#[derive(Serialize)]
struct Line<'a> {
    id: String,
    url: &'a str,
    path: String,
    bytes: u64,
    sha256: Option<&'a str>,
    format: Option<&'a str>,
    width: Option<u32>,
    height: Option<u32>,
    finished_at: String,
}

/// Gives every line to `print`, until that fails.
///
/// # Errors
/// When the database cannot be used; within that, what `print` says.
pub(crate) fn history(
    database: &Path,
    json: bool,
    mut print: impl FnMut(&str) -> io::Result<()>,
) -> Result<io::Result<()>, OpenError> {
    let mut printed = Ok(());
    crate::engine::history(database, |past| {
        printed = print(&if json { object(&past) } else { plain(&past) });
        printed.is_ok()
    })?;
    Ok(printed)
}

fn plain(past: &Past) -> String {
    let (time, size) = (units::timestamp(past.finished_at), units::bytes(past.bytes));
    let (path, url) = (safe(&past.path.to_string_lossy()), safe(&past.url));
    let digest = past.sha256.as_ref().map_or_else(String::new, |digest| format!("  sha256:{digest}"));
    format!("{time}  {size}  {path}  {url}{digest}")
}

fn object(past: &Past) -> String {
    let line = Line {
        id: past.id.to_string(),
        url: &past.url,
        path: past.path.to_string_lossy().into_owned(),
        bytes: past.bytes,
        sha256: past.sha256.as_deref(),
        format: past.format.as_deref(),
        width: past.pixels.map(|(width, _)| width),
        height: past.pixels.map(|(_, height)| height),
        finished_at: units::timestamp(past.finished_at),
    };
    // Fails only for maps with keys that are no texts, and there are none.
    serde_json::to_string(&line).unwrap_or_default()
}
