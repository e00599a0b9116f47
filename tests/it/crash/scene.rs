//! A handful of files of every kind that the disk knows, the commands that fetch them, and what must hold afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::bytes::{jpeg, payload, png};
use crate::support::command::{Finished, Run, haul};
use crate::support::fail;
use crate::support::origin::{Answer, Origin, Resource, Script};
use crate::support::temp::TempDir;

/// Files that are there before, and stay as they are.
const THERE: [(&str, &str); 2] = [("taken.bin", "somebody else's"), ("there.bin", "the very same")];

/// Everything that makes a name more than a rename.
const OPTIONS: [&str; 7] = ["--plain", "-R", "--dedupe", "content", "-r", "2", "--report"];

/// An address without a file.
const GONE: &str = "/gone.bin";

/// A file of the list.
struct Wanted {
    path: &'static str,
    body: Vec<u8>,
    /// Names that it may get. Which of two files of one name comes first, nobody knows.
    names: &'static [&'static str],
}

fn wanted(path: &'static str, body: impl Into<Vec<u8>>, names: &'static [&'static str]) -> Wanted {
    Wanted { path, body: body.into(), names }
}

/// See the head of this file.
pub(super) struct Scene {
    pub(super) dir: TempDir,
    pub(super) origin: Origin,
    wanted: Vec<Wanted>,
    /// Stands before whatever fails.
    label: String,
}

impl Scene {
    pub(super) fn new(label: impl Into<String>) -> Self {
        let wanted = vec![
            wanted("/changed.bin", payload(2, 600_000), &["changed.bin"]),
            wanted("/cut.bin", payload(3, 3000), &["cut.bin"]),
            wanted("/unknown.bin", payload(4, 300_000), &["unknown.bin"]),
            wanted("/no-tag.bin", payload(5, 400_000), &["no-tag.bin"]),
            wanted("/large.bin", payload(6, 700_000), &["large.bin"]),
            wanted("/small.bin", payload(7, 3000), &["small.bin"]),
            wanted("/photo", png(8, 40, 30), &["photo.png"]),
            wanted("/large.png", png(9, 400, 300), &["large.png"]),
            wanted("/shot.jpg", jpeg(10, 40, 30), &["shot.jpg"]),
            wanted("/a/same.bin", payload(11, 2000), &["same.bin", "same (2).bin"]),
            wanted("/b/same.bin", payload(12, 500_000), &["same.bin", "same (2).bin"]),
            wanted("/taken.bin", payload(13, 500_000), &["taken (2).bin"]),
            wanted("/there.bin", THERE[1].1, &["there.bin"]),
            // Bytes that are here already, in memory and in a part.
            wanted("/small-twin.bin", payload(7, 3000), &["small-twin.bin"]),
            wanted("/large-twin.bin", payload(6, 700_000), &["large-twin.bin"]),
        ];
        let (dir, origin) = (TempDir::new(), Origin::start());
        for Wanted { path, body, .. } in &wanted {
            origin.script(path, script(path, body));
        }
        for (name, text) in THERE {
            dir.write(name, text);
        }
        let paths = wanted.iter().map(|wanted| wanted.path).chain([GONE]);
        let list: Vec<_> = paths.map(|path| origin.url(path)).collect();
        fs::write(dir.home().join("list.txt"), list.join("\n")).expect("a folder of our own takes files");
        Self { dir, origin, wanted, label: label.into() }
    }

    /// The command that fetches them all.
    pub(super) fn command(&self) -> Run {
        let list = self.dir.home().join("list.txt");
        haul(&self.dir).args(OPTIONS).arg(self.report()).arg("-i").arg(list)
    }

    /// The one that goes on with what was left.
    pub(super) fn resume(&self) -> Run {
        haul(&self.dir).arg("resume").args(OPTIONS).arg(self.report())
    }

    fn report(&self) -> PathBuf {
        self.dir.home().join("report.jsonl")
    }

    #[track_caller]
    pub(super) fn check(&self, holds: bool, what: impl Fn() -> String) {
        if !holds {
            fail(&format!("{}: {}\nthe folder holds {:#?}", self.label, what(), self.dir.files()));
        }
    }

    /// What holds at every moment: whole files under their names, prefixes of bodies under hidden ones, and what was
    /// there before.
    #[track_caller]
    pub(super) fn check_folder(&self) {
        let old = payload(OLD, 600_000);
        for name in self.dir.names() {
            let bytes = self.dir.read(&name);
            let right = if name.starts_with('.') {
                let bodies = self.wanted.iter().map(|wanted| &wanted.body).chain([&old]);
                is_part(&name) && bodies.into_iter().any(|body| body.starts_with(&bytes))
            } else {
                let there = THERE.iter().any(|(there, text)| *there == name && text.as_bytes() == bytes);
                there || self.wanted.iter().any(|wanted| wanted.names.contains(&&*name) && wanted.body == bytes)
            };
            self.check(right, || format!("`{name}` must not be there, or not with these {} bytes", bytes.len()));
        }
        for (name, text) in THERE {
            self.check(self.dir.read(name) == text.as_bytes(), || format!("`{name}` has changed"));
        }
    }

    /// The rows of the report by address; each address must be there once, and each row must be true.
    #[track_caller]
    pub(super) fn rows(&self) -> BTreeMap<String, Value> {
        let text = fs::read_to_string(self.report()).unwrap_or_default();
        let mut rows = BTreeMap::new();
        for line in text.lines() {
            let row: Value = serde_json::from_str(line).expect("a row is JSON");
            let url = row["url"].as_str().unwrap_or_default().to_owned();
            let right = match (row["status"].as_str(), self.wanted.iter().find(|w| self.origin.url(w.path) == url)) {
                (Some("finished"), Some(wanted)) => {
                    let name = row["name"].as_str().unwrap_or_default();
                    wanted.names.contains(&name) && self.dir.read(name) == wanted.body
                }
                (Some("failed"), _) => row["error_class"].is_string(),
                _ => false,
            };
            self.check(right, || format!("a row that is not true: {row}"));
            let before = rows.insert(url, row);
            self.check(before.is_none(), || format!("two rows: {before:?}"));
        }
        rows
    }

    /// Everything is there that can be, and the run said so.
    #[track_caller]
    pub(super) fn check_done(&self, done: &Finished) {
        self.check_accounted(done);
        let failed: Vec<_> = self.rows().into_values().filter(|row| row["status"] != "finished").collect();
        let gone = matches!(&failed[..], [row] if row["http_status"] == 404);
        self.check(gone, || format!("not the missing one alone has failed: {failed:#?}\n{}", done.stderr()));
        self.check_files();
    }

    /// Every address has its row.
    #[track_caller]
    pub(super) fn check_accounted(&self, done: &Finished) {
        self.check(done.code() == Some(1), || format!("exit status {:?}: {}", done.code(), done.stderr()));
        let rows = self.rows().len();
        let expected = self.wanted.len() + 1;
        self.check(rows == expected, || format!("{rows} rows for {expected} addresses: {}", done.stderr()));
    }

    /// The folder holds what it must and nothing else, and the state tells of it.
    #[track_caller]
    pub(super) fn check_files(&self) {
        self.check_folder();
        let names: BTreeSet<_> = self.dir.names().into_iter().collect();
        let expected = self.wanted.iter().flat_map(|wanted| wanted.names).copied().chain(THERE.map(|(name, _)| name));
        let expected: BTreeSet<_> = expected.map(str::to_owned).collect();
        self.check(names == expected, || format!("expected {expected:#?}"));
        self.check_state();
    }

    /// The database is sound and nobody's, and its history is the folder.
    #[track_caller]
    pub(super) fn check_state(&self) {
        let dir = self.dir.home().join("state/haul");
        for entry in fs::read_dir(&dir).expect("the state has a folder") {
            let name = entry.expect("a folder of our own can be read").file_name().to_string_lossy().into_owned();
            let known = ["haul.db", "haul.db-wal", "haul.db-shm"].contains(&&*name);
            self.check(known, || format!("`{name}` is left beside the database"));
        }
        let database = rusqlite::Connection::open(dir.join("haul.db")).expect("the database opens");
        let verdict: String =
            database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("the database can be read");
        self.check(verdict == "ok", || verdict.clone());
        let done = haul(&self.dir).args(["history", "--json"]).run();
        let line = |line: &str| {
            let past: Value = serde_json::from_str(line).expect("a line is JSON");
            let path = PathBuf::from(past["path"].as_str().unwrap_or_default());
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (past["url"].as_str().unwrap_or_default().to_owned(), name)
        };
        let past: Vec<_> = done.stdout().lines().map(line).collect();
        let all = self.wanted.iter().all(|wanted| {
            let names: Vec<_> = past.iter().filter(|(url, _)| *url == self.origin.url(wanted.path)).collect();
            matches!(&names[..], [(_, name)] if wanted.names.contains(&&**name) && self.dir.read(name) == wanted.body)
        });
        self.check(all && past.len() == self.wanted.len(), || format!("a history that is not true: {past:#?}"));
    }
}

/// The version of the changing file that nobody gets whole.
const OLD: u64 = 1;

fn script(path: &str, body: &[u8]) -> Script {
    let good = Resource::new(body);
    let body = body.to_vec();
    match path {
        // Another file after its first 300,000 bytes, of the same length.
        "/changed.bin" => {
            let old = Resource::new(payload(OLD, 600_000));
            Script::new().answer(move |request| old.answer(request).cut(300_000)).answer(move |r| good.answer(r))
        }
        "/cut.bin" => Script::new().then(move || Answer::ok(&*body).cut(1000)).answer(move |r| good.answer(r)),
        "/unknown.bin" => {
            Script::new().then(move || Answer::status(200).header("ETag", "\"u\"").chunked(&body, 50_000))
        }
        "/no-tag.bin" => good.without_etag().script(),
        _ => good.header("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT").script(),
    }
}

/// `.haul-0123456789abcdef-1.part`
fn is_part(name: &str) -> bool {
    let middle = name.strip_prefix(".haul-").and_then(|name| name.strip_suffix(".part"));
    middle.and_then(|middle| middle.split_once('-')).is_some_and(|(id, generation)| {
        id.len() == 16 && u64::from_str_radix(id, 16).is_ok() && generation.parse::<u32>().is_ok()
    })
}
