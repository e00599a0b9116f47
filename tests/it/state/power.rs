//! The loss of power, as far as a test can have it: another boot id, and on the disk what a disk may have then. Parts
//! are cut to what is known to be durable; finished files without a mark are looked at when somebody asks for them.

use std::fs;
use std::path::Path;

use rustix::process::Signal;

use super::{HALF, begin, database, interrupt, jobs, look, parts, stalled_once, wait_until};
use crate::headless::{event, json, plain};
use crate::support::bytes::{payload, png};
use crate::support::command::Run;
use crate::support::origin::{Answer, Gate, Origin, Resource, Script};
use crate::support::temp::TempDir;

/// A run of before.
fn before(run: Run) -> Run {
    run.env("HAUL_BOOT_ID", "before").env("HAUL_SYNC_PAUSE", "3600000")
}

/// A run after the power was lost.
fn after(run: Run) -> Run {
    run.env("HAUL_BOOT_ID", "after")
}

fn mark(dir: &TempDir, state: &str) -> i64 {
    let sql = "SELECT max(durable) FROM jobs WHERE state = ?1";
    look(&database(dir), |connection| connection.query_row(sql, [state], |row| row.get(0)).unwrap_or_default())
}

#[test]
fn a_part_without_a_mark_begins_anew() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", stalled_once(&payload(1, 2 * HALF)));
    let url = origin.url("/a.bin");
    interrupt(&dir, before(plain(&dir).arg(&url)), 1, Signal::KILL);
    let part = parts(&dir).pop().expect("left").0;
    fs::write(dir.path(&part), vec![0; HALF]).expect("what a disk may hold then");
    let done = after(json(&dir).arg("resume")).run().expect(0);
    assert_eq!(event(&done, "finished")["resumed_from"], 0);
    assert_eq!(origin.requests("/a.bin")[1].header("Range"), None);
    assert!(dir.read("a.bin") == payload(1, 2 * HALF) && dir.names() == ["a.bin"]);
}

/// The background sync has set a mark; what came later is zeros on the disk.
#[test]
fn a_part_is_cut_to_its_mark() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let bytes = payload(1, 3 * HALF);
    let (file, again, held) = (Resource::new(bytes.clone()).etag("\"v1\""), bytes.clone(), gate.clone());
    let first = move || {
        let (first, rest) = again.split_at(HALF);
        Answer::ok(first)
            .header("ETag", "\"v1\"")
            .wait(&held)
            .body(&rest[..HALF])
            .body(&rest[HALF..])
            .stall_after(2 * HALF)
    };
    origin.script("/a.bin", Script::new().then(first).answer(move |request| file.answer(request)));
    let run = json(&dir).arg(origin.url("/a.bin")).env("HAUL_BOOT_ID", "before").env("HAUL_SYNC_PAUSE", "20");
    let running = begin(&dir, run, 1);
    wait_until("the mark", || mark(&dir, "queued") == i64::try_from(HALF).expect("small"));
    // No further mark: the process is killed together with the next bytes, and the database as it was is put back.
    let kept = ["", "-wal"].map(|side| (side, fs::read(format!("{}{side}", database(&dir).display())).expect("there")));
    gate.open();
    wait_until("more bytes", || parts(&dir).iter().any(|(_, size)| *size == 2 * HALF as u64));
    running.signal(Signal::KILL);
    drop(running.wait());
    for (side, bytes) in kept {
        fs::write(format!("{}{side}", database(&dir).display()), bytes).expect("written");
    }
    let part = dir.path(parts(&dir).pop().expect("left").0);
    let mut torn = fs::read(&part).expect("there");
    torn[HALF..].fill(0);
    fs::write(&part, torn).expect("written");
    let done = after(json(&dir).arg("resume")).run().expect(0);
    assert_eq!(event(&done, "finished")["resumed_from"], HALF);
    super::assert_goes_on(&origin, "/a.bin");
    assert!(dir.read("a.bin") == bytes && dir.names() == ["a.bin"]);
}

type Loss = fn(&Path);

/// What the loss of power leaves of a finished file that has no mark: name, what happens to it, requests, names then.
const LOSSES: [(&str, &str, Loss, usize, &[&str]); 8] = [
    ("nothing happened", "/a.png", |_| {}, 0, &["a.png"]),
    ("emptied", "/a.png", |path| fs::write(path, "").expect("written"), 1, &["a.png"]),
    ("emptied, no picture", "/a.bin", |path| fs::write(path, "").expect("written"), 1, &["a.bin"]),
    ("zeros", "/a.png", zeros, 1, &["a.png"]),
    ("zeros, no picture", "/a.bin", zeros, 1, &["a.bin"]),
    ("its end is zeros", "/a.png", end_in_zeros, 1, &["a (2).png", "a.png"]),
    ("cut", "/a.png", cut, 1, &["a (2).png", "a.png"]),
    ("gone", "/a.png", |path| fs::remove_file(path).expect("removed"), 1, &["a.png"]),
];

fn change(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).expect("there");
    change(&mut bytes);
    fs::write(path, bytes).expect("written");
}

fn zeros(path: &Path) {
    change(path, |bytes| bytes.fill(0));
}

fn end_in_zeros(path: &Path) {
    change(path, |bytes| {
        let half = bytes.len() / 2;
        bytes[half..].fill(0);
    });
}

fn cut(path: &Path) {
    change(path, |bytes| bytes.truncate(bytes.len() / 2));
}

/// Both kinds of body: one that stays in memory, and one that has a part.
fn pictures() -> [Vec<u8>; 2] {
    [png(1, 20, 20), png(1, 400, 400)]
}

fn served(path: &str, bytes: &[u8]) -> Script {
    let kind = if path.ends_with("png") { "image/png" } else { "application/octet-stream" };
    Resource::new(bytes).header("Content-Type", kind).script()
}

#[test]
fn a_finished_file_without_a_mark_is_looked_at_and_a_wrong_one_is_fetched_again() {
    for picture in pictures() {
        for (what, path, lose, requests, names) in LOSSES {
            let bytes = if path == "/a.bin" { payload(1, picture.len()) } else { picture.clone() };
            let (dir, origin) = (TempDir::new(), Origin::start());
            origin.script(path, served(path, &bytes));
            let url = origin.url(path);
            before(plain(&dir).arg(&url)).run().expect(0);
            assert_eq!(mark(&dir, "finished"), 0, "{what}");
            lose(&dir.path(&path[1..]));
            // The screen and `resume` leave it alone: its address is known without its query.
            after(plain(&dir).arg("resume")).run().expect(0).check_stderr("nothing is unfinished");
            assert_eq!(origin.all_requests().len(), 1, "{what}");
            let done = after(json(&dir).arg(&url)).run().expect(0);
            assert_eq!(origin.all_requests().len(), 1 + requests, "{what}");
            assert_eq!(event(&done, "finished")["skipped"], requests == 0, "{what}");
            assert_eq!(dir.names(), names, "{what}");
            assert!(dir.read(names[0]) == bytes, "{what}");
            // Known again, and looked at no more.
            after(plain(&dir).arg(&url)).run().expect(0);
            assert_eq!(origin.all_requests().len(), 1 + requests, "{what}");
        }
    }
}

/// Asked for together with something that takes longer, the background sync comes to it; the file is trusted then.
#[test]
fn a_finished_file_with_a_mark_is_trusted() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let held = gate.clone();
    origin.script("/a.png", served("/a.png", &png(1, 20, 20)));
    origin.script("/b.bin", Script::new().then(move || Answer::ok("b").wait_first(&held)));
    let url = origin.url("/a.png");
    let run = plain(&dir).args([&url, &origin.url("/b.bin")]).env("HAUL_BOOT_ID", "before");
    let running = run.env("HAUL_SYNC_PAUSE", "20").spawn();
    wait_until("the mark", || mark(&dir, "finished") == 1);
    gate.open();
    running.wait().expect(0);
    zeros(&dir.path("a.png"));
    after(plain(&dir).arg(&url)).run().expect(0);
    assert_eq!(origin.requests("/a.png").len(), 1, "a mark means that nobody looks at the bytes");
    cut(&dir.path("a.png"));
    after(plain(&dir).arg(&url)).run().expect(0);
    assert_eq!(origin.requests("/a.png").len(), 2, "the size is always looked at");
    assert_eq!(dir.names(), ["a (2).png", "a.png", "b.bin"]);
}

/// The power goes between the name and the note of it, or before either reached the disk.
#[test]
fn a_name_that_nobody_took_note_of_is_judged_by_what_stands_there() {
    let bytes = png(1, 400, 400);
    for (what, lose, requests, names) in [
        ("all of it is there", (|_| {}) as Loss, 0, &["a.png"][..]),
        ("zeros", zeros, 1, &["a.png"]),
        ("its end is zeros", end_in_zeros, 1, &["a (2).png", "a.png"]),
        ("gone", |path| fs::remove_file(path).expect("removed"), 1, &["a.png"]),
    ] {
        let (dir, origin) = (TempDir::new(), Origin::start());
        origin.script("/a.png", served("/a.png", &bytes));
        let url = origin.url("/a.png");
        before(plain(&dir).arg(&url)).run().expect(0);
        // What the database says before the note: the intent alone.
        let (_, mut record) = jobs(&database(&dir)).pop().expect("kept");
        let file = record["file"].take();
        record.as_object_mut().expect("an object").remove("file");
        record["intent"] = serde_json::json!({ "path": file["path"], "bytes": file["bytes"] });
        super::rewrite(&database(&dir), "queued", &record);
        lose(&dir.path("a.png"));
        let done = after(json(&dir).arg("resume")).run().expect(0);
        assert_eq!(event(&done, "finished")["skipped"], requests == 0, "{what}");
        assert_eq!(origin.all_requests().len(), 1 + requests, "{what}");
        assert_eq!(dir.names(), names, "{what}");
        assert!(dir.read(names[0]) == bytes, "{what}");
    }
}
