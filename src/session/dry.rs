//! `--dry-run`: what a run would fetch, under which names, without asking anybody and without writing anything. Of an
//! address it keeps two numbers, so that lists may be long.

use std::collections::hash_map::RandomState;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher as _;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use super::refused::Refused;
use super::troubles::Report;
use crate::config::Face;
use crate::display;
use crate::engine::request::DownloadRequest;
use crate::engine::{foreseen_name, identity, numbered_name};
use crate::headless::Console;
use crate::input::words::Source;
use crate::input::{Places, Reading, feed};

/// A line of `--json`.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Line<'a> {
    WouldFetch { url: &'a str, path: &'a str },
    Summary { total: u64, duplicates: u64, refused: u64 },
}

/// Shows what `sources` would bring into `dir`, and first the `warnings` that a run would begin with.
///
/// # Errors
/// When that is nothing.
pub(super) fn run(
    sources: Vec<Source>,
    dir: &Path,
    reading: &Reading,
    warnings: &[String],
    face: Face,
) -> Result<u8, Refused> {
    let (console, troubled) = (Console::new(false), Arc::new(AtomicBool::new(false)));
    for line in warnings {
        console.say(&format!("haul: {line}"));
    }
    let mut report = Report::new(Arc::clone(&troubled), |line: &str| console.say(line));
    let mut places = Places::foreseen(dir);
    let mut seen = Seen { dir: places.dir().to_path_buf(), ..Seen::default() };
    let mut printed = Ok(());
    let take = |mut entry| {
        reading.single.complete(&mut entry);
        // Folders that are not made cannot fail.
        if let Ok(request) = places.request(entry)
            && let Some(path) = seen.path(&request)
        {
            printed = seen.print(&request, &path, face, &console);
        }
        printed.is_ok()
    };
    feed::read(sources, reading, feed::no_page, take, || {}, |trouble| report.trouble(&trouble));
    report.end();
    let refused = report.refused();
    if seen.total == 0 {
        return Err(Refused::nothing_to_do());
    }
    let told = printed.and_then(|()| seen.end(refused, face, &console)).inspect_err(|error| console.lost(error));
    Ok(u8::from(told.is_err() || troubled.load(Ordering::Relaxed)))
}

/// What was seen so far.
#[derive(Default)]
struct Seen {
    /// The folder of the run.
    dir: PathBuf,
    jobs: HashSet<u64>,
    /// How many files want each path.
    paths: HashMap<u64, u32>,
    sums: RandomState,
    total: u64,
    duplicates: u64,
}

impl Seen {
    /// Where the file would go; none where the same was wanted before.
    fn path(&mut self, request: &DownloadRequest) -> Option<PathBuf> {
        if !self.jobs.insert(self.sums.hash_one(identity(request))) {
            self.duplicates += 1;
            return None;
        }
        self.total += 1;
        let name = foreseen_name(request);
        let mut path = request.dir.join(&name);
        // Somebody may have asked for the very name that comes next.
        let mut count = self.wanted(&path);
        while count > 1 {
            path.set_file_name(numbered_name(&name, count));
            count = if self.wanted(&path) == 1 { 1 } else { count + 1 };
        }
        Some(path)
    }

    /// How many files want this path, one more than before.
    fn wanted(&mut self, path: &Path) -> u32 {
        let count = self.paths.entry(self.sums.hash_one(path)).or_default();
        *count += 1;
        *count
    }

    fn print(&self, request: &DownloadRequest, path: &Path, face: Face, console: &Console) -> io::Result<()> {
        match face {
            Face::Json => {
                let url = display::without_userinfo(&request.url);
                object(console, &Line::WouldFetch { url: url.as_str(), path: &path.to_string_lossy() })
            }
            Face::Quiet => Ok(()),
            Face::Plain | Face::Screen => {
                let name = path.strip_prefix(&self.dir).unwrap_or(path).to_string_lossy();
                console.data(&format!("would fetch  {}  {}", display::safe(&name), display::address(&request.url)))
            }
        }
    }

    fn end(&self, refused: u64, face: Face, console: &Console) -> io::Result<()> {
        let Self { total, duplicates, .. } = *self;
        match face {
            Face::Json => object(console, &Line::Summary { total, duplicates, refused }),
            Face::Quiet => Ok(()),
            Face::Plain | Face::Screen => {
                let (es, s) = (if total == 1 { "" } else { "es" }, if duplicates == 1 { "" } else { "s" });
                console.data(&format!("{total} address{es}, {duplicates} duplicate{s}, {refused} refused"))
            }
        }
    }
}

fn object(console: &Console, line: &Line<'_>) -> io::Result<()> {
    // Fails only for maps with keys that are no texts, and there are none.
    console.data(&serde_json::to_string(line).unwrap_or_default())
}
