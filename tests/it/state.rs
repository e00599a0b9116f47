//! The state database as users see it: what a run finds again that another one has left, however that ended, and what
//! becomes of it when the database itself is damaged, gone or somebody else's.

mod again;
mod damage;
mod gone;
mod history;
mod known;
mod many;
mod named;
mod own;
mod power;
mod resume;
mod screen;
mod secrets;
mod shared;
mod split;
mod unwritable;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, thread};

use rusqlite::Connection;
use rustix::process::Signal;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::support::HUNG;
use crate::support::command::{Finished, Run, Running};
use crate::support::origin::{Origin, Resource, Script};
use crate::support::temp::TempDir;

/// What stands in the part of [`stalled_once`].
const HALF: usize = 300_000;

const ETAG: &str = "\"v1\"";

fn folder(dir: &TempDir) -> PathBuf {
    dir.home().join("state").join("haul")
}

/// Where the database is unless the user says otherwise.
fn database(dir: &TempDir) -> PathBuf {
    folder(dir).join("haul.db")
}

/// Every file of the state folder with its bytes.
fn state_files(dir: &TempDir) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder(dir)).into_iter().flatten().flatten();
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        (name, fs::read(path).unwrap_or_default())
    };
    let mut files: Vec<_> = entries.map(|entry| read(entry.path())).collect();
    files.sort();
    files
}

/// No file of the state holds any of these.
#[track_caller]
fn assert_absent(dir: &TempDir, secrets: &[&str], when: &str) {
    let files = state_files(dir);
    assert!(!files.is_empty(), "{when}");
    for (name, bytes) in files {
        let found = secrets.iter().find(|secret| bytes.windows(secret.len()).any(|part| part == secret.as_bytes()));
        assert_eq!(found, None, "{name} {when}");
    }
}

/// The names in the state folder.
fn state_names(dir: &TempDir) -> Vec<String> {
    state_files(dir).into_iter().map(|(name, _)| name).collect()
}

/// What stands in a database, seen in a copy: the first to close the real one would tidy it up.
fn look<T>(database: &Path, what: impl FnOnce(&Connection) -> T) -> T {
    let copy = TempDir::new();
    for end in ["", "-wal"] {
        let from = PathBuf::from(format!("{}{end}", database.display()));
        let _ = fs::copy(from, copy.path(format!("haul.db{end}")));
    }
    what(&Connection::open(copy.path("haul.db")).expect("a copy of our own can be opened"))
}

/// State and record of every job, in the order in which they came.
fn jobs(database: &Path) -> Vec<(String, Value)> {
    look(database, |connection| {
        let mut statement = connection.prepare("SELECT state, record FROM jobs ORDER BY added").expect("our tables");
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?))).expect("our columns");
        let row = |(state, record): (String, String)| (state, serde_json::from_str(&record).expect("JSON"));
        rows.map(|found| row(found.expect("readable"))).collect()
    })
}

/// The first answer stops in the middle until the client goes away, the next ones are those of a good server.
fn stalled_once(bytes: &[u8]) -> Script {
    let file = Resource::new(bytes).etag(ETAG);
    let again = file.clone();
    Script::new()
        .answer(move |request| file.answer(request).stall_after(HALF))
        .answer(move |request| again.answer(request))
}

/// Holds the test until `holds`, which nothing announces.
#[track_caller]
fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < HUNG, "waited for: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The part files with what they hold.
fn parts(dir: &TempDir) -> Vec<(String, u64)> {
    let files = dir.files().into_iter();
    files.filter(|(name, _)| name.rsplit('/').next().is_some_and(|name| name.starts_with(".haul-"))).collect()
}

/// Starts a run that stops in the middle of `count` bodies of [`stalled_once`].
#[track_caller]
fn begin(dir: &TempDir, run: Run, count: usize) -> Running {
    let running = run.spawn();
    let half = |(_, size): &(String, u64)| *size == HALF as u64;
    wait_until("the first halves on the disk", || parts(dir).iter().filter(|part| half(part)).count() == count);
    running
}

/// As [`begin`], and ends the run so.
#[track_caller]
fn interrupt(dir: &TempDir, run: Run, count: usize, signal: Signal) -> Finished {
    let running = begin(dir, run, count);
    running.signal(signal);
    running.wait()
}

/// The last request asks for the second half of the same version.
#[track_caller]
fn assert_goes_on(origin: &Origin, path: &str) {
    let last = origin.requests(path).pop().expect("asked for");
    assert_eq!(last.header("Range"), Some(format!("bytes={}-", HALF - 1024).as_str()), "{path}");
    assert_eq!(last.header("If-Range"), Some(ETAG), "{path}");
}

/// Gives the one job another state and record, with the sum that belongs to them.
fn rewrite(database: &Path, state: &str, record: &Value) {
    let connection = Connection::open(database).expect("there");
    let row = connection.query_row("SELECT id, identity FROM jobs", [], |row| Ok((row.get(0)?, row.get(1)?)));
    let (id, identity): (i64, Vec<u8>) = row.expect("one job");
    let record = record.to_string();
    let sum = sum(id, &identity, state, &record);
    let sql = "UPDATE jobs SET state = ?1, record = ?2, sum = ?3, path = NULL";
    connection.execute(sql, (state, record, sum)).expect("written");
}

/// As the program makes it: SHA-256 over each part behind its length.
fn sum(id: i64, identity: &[u8], state: &str, record: &str) -> i64 {
    let mut hash = Sha256::new();
    for part in [&id.to_be_bytes(), identity, state.as_bytes(), record.as_bytes()] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut first = [0; 8];
    first.copy_from_slice(&hash.finalize()[..8]);
    i64::from_be_bytes(first)
}
