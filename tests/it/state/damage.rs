//! A database that is damaged, empty, somebody else's or from the future. The program always runs, or refuses with one
//! clear line; the old bytes are kept, parts stay, and every row that can be read goes on.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use rusqlite::Connection;
use rustix::process::Signal;
use serde_json::json as value;

use super::{HALF, assert_goes_on, database, folder, interrupt, jobs, look, parts, rewrite, stalled_once, state_names};
use crate::headless::{event, json, plain};
use crate::support::bytes::payload;
use crate::support::command::{Finished, haul};
use crate::support::origin::{Answer, Origin, Script};
use crate::support::temp::TempDir;

/// A finished job, a failed one, and one that was interrupted in the middle of its part, in a database that was closed.
fn left() -> (TempDir, Origin) {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", stalled_once(&payload(1, 2 * HALF)));
    origin.script("/b.bin", Script::body("b"));
    let urls = ["/gone.bin", "/b.bin", "/a.bin"].map(|path| origin.url(path));
    interrupt(&dir, plain(&dir).args(&urls), 1, Signal::TERM);
    (dir, origin)
}

/// What a run must say for itself: one line that names what is wrong.
#[track_caller]
fn assert_said(done: &Finished, words: &str) {
    let lines = done.stderr().lines().filter(|line| line.starts_with("haul: ") && line.contains("state database"));
    let lines: Vec<_> = lines.collect();
    assert!(lines.len() == 1 && lines[0].contains(words), "{words}: {}", done.stderr());
}

/// What stands in place of the database: it is put aside with all its bytes, and a run goes on without it.
#[test]
fn whatever_is_no_database_is_put_aside_with_its_bytes() {
    let foreign = {
        let dir = TempDir::new();
        let other = Connection::open(dir.path("x.db")).expect("a new one");
        other.execute_batch("CREATE TABLE recipes (x); INSERT INTO recipes VALUES ('soup')").expect("written");
        drop(other);
        dir.read("x.db")
    };
    let rows: [(&str, Vec<u8>, Option<&str>); 6] = [
        ("empty", Vec::new(), None),
        ("all NUL", vec![0; 50_000], Some("is no SQLite database")),
        ("junk", payload(3, 50_000), Some("is no SQLite database")),
        ("text", b"not a database\n".to_vec(), Some("is no SQLite database")),
        ("its first bytes alone", b"SQLite format 3\0".to_vec(), Some("is no SQLite database")),
        ("another program's", foreign, Some("belongs to another program")),
    ];
    for (what, bytes, said) in rows {
        let (dir, origin) = left();
        fs::write(database(&dir), &bytes).expect("written");
        let urls = ["/b.bin", "/a.bin"].map(|path| origin.url(path));
        let done = plain(&dir).arg(&urls[0]).run().expect(0);
        match said {
            Some(words) => {
                assert_said(&done, words);
                assert!(done.stderr().contains("part files stay where they are"), "{what}: {}", done.stderr());
                let aside = folder(&dir).join("haul.db.bad");
                assert_eq!(fs::read(&aside).expect("put aside"), bytes, "{what}");
                assert_eq!(fs::metadata(&aside).expect("put aside").permissions().mode() & 0o077, 0, "{what}");
            }
            // Nothing tells it from one that was just made.
            None => assert_eq!(state_names(&dir), ["haul.db"], "{what}"),
        }
        assert!(done.stdout().contains("skipped  b.bin"), "{what}: found by its bytes");
        assert_eq!(parts(&dir).len(), 1, "{what}: the part is still there");
        plain(&dir).arg(&urls[1]).run().expect(0);
        assert!(dir.read("a.bin") == payload(1, 2 * HALF), "{what}");
        assert_eq!(
            look(&database(&dir), |c| c.query_row("PRAGMA integrity_check", [], |row| row.get(0))),
            Ok("ok".to_owned())
        );
    }
}

#[test]
fn a_log_without_its_database_is_put_aside_with_it() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", stalled_once(&payload(1, 2 * HALF)));
    interrupt(&dir, plain(&dir).arg(origin.url("/a.bin")), 1, Signal::KILL);
    let log = fs::read(folder(&dir).join("haul.db-wal")).expect("killed before it was emptied");
    fs::write(database(&dir), "").expect("written");
    let done = plain(&dir).arg("resume").run();
    assert_said(&done, "was emptied");
    assert_eq!(fs::read(folder(&dir).join("haul.db.bad-wal")).expect("put aside"), log);
}

/// Without its log, or with junk in its place, the database is as it was at the last checkpoint, or new.
#[test]
fn a_log_that_is_gone_or_junk_costs_no_more_than_what_was_in_it() {
    for junk in [None, Some(payload(1, 40_000)), Some(vec![0; 32]), Some(Vec::new())] {
        let (dir, origin) = left();
        for side in ["-wal", "-shm"] {
            if let Some(junk) = &junk {
                fs::write(folder(&dir).join(format!("haul.db{side}")), junk).expect("written");
            }
        }
        let done = json(&dir).arg("resume").run().expect(1);
        assert_eq!(event(&done, "finished")["resumed_from"], HALF);
        assert_goes_on(&origin, "/a.bin");
        assert!(dir.read("a.bin") == payload(1, 2 * HALF));

        let (dir, origin) = (TempDir::new(), Origin::start());
        origin.script("/a.bin", stalled_once(&payload(1, 2 * HALF)));
        let run = || plain(&dir).arg(origin.url("/a.bin"));
        interrupt(&dir, run(), 1, Signal::KILL);
        for side in ["-wal", "-shm"] {
            let path = folder(&dir).join(format!("haul.db{side}"));
            fs::remove_file(&path).expect("killed before it was emptied");
            if let Some(junk) = &junk {
                fs::write(&path, junk).expect("written");
            }
        }
        run().run().expect(0);
        assert!(dir.read("a.bin") == payload(1, 2 * HALF));
    }
}

#[test]
fn what_cannot_be_used_is_refused_and_left_alone() {
    type Put = fn(&std::path::Path);
    let rows: [(&str, Put, &str); 4] = [
        ("a folder", |path| fs::create_dir(path).expect("created"), "directory"),
        ("a link", |path| symlink("aim.db", path).expect("linked"), "symbolic link"),
        (
            "a fifo",
            |path| {
                rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, 0o600.into(), 0).expect("made");
            },
            "no plain file",
        ),
        (
            "a newer one",
            |path| {
                let newer = Connection::open(path).expect("a new one");
                let sql = "PRAGMA application_id = 1751217516; CREATE TABLE jobs (x); PRAGMA user_version = 99";
                newer.execute_batch(sql).expect("written");
            },
            "a newer haul has made it (version 99 of the database)",
        ),
    ];
    for (what, put, words) in rows {
        let (dir, origin) = (TempDir::new(), Origin::start());
        origin.script("/a.bin", Script::body("abc"));
        let path = dir.path("own.db");
        dir.write("aim.db", "");
        put(&path);
        let before = (what == "a newer one").then(|| fs::read(&path).expect("there"));
        for args in [
            vec![origin.url("/a.bin")],
            vec!["resume".into()],
            vec!["history".into()],
            vec!["forget".into(), "--all".into()],
        ] {
            let done = haul(&dir).args(["--plain", "--state", "own.db"]).args(args).run().expect(3);
            assert_said(&done, words);
            assert_eq!((done.stdout(), done.stderr().lines().count()), ("", 1), "{what}");
        }
        assert_eq!(origin.all_requests().len(), 0, "{what}");
        if let Some(before) = before {
            assert_eq!(fs::read(&path).expect("there"), before, "{what}");
            assert_eq!(dir.names(), ["aim.db", "own.db"]);
        }
        assert_eq!(dir.read("aim.db"), b"", "{what}");
    }
}

/// Ends the connection between what a test does to a database and what the program finds.
fn spoil(dir: &TempDir, spoil: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = fs::read(database(dir)).expect("closed in good order");
    spoil(&mut bytes);
    fs::write(database(dir), &bytes).expect("written");
    bytes
}

/// `haul resume` after the damage: it must end, and whatever it does the invariants hold. True where the part went on.
#[track_caller]
fn resumed(what: &str, bytes: &[u8], dir: &TempDir, origin: &Origin) -> bool {
    let done = haul(dir).args(["--plain", "-r", "0", "resume"]).run();
    assert!(matches!(done.code(), Some(0 | 1 | 3)), "{what}: {:?} {}", done.code(), done.stderr());
    assert!(!done.stderr().contains("defect"), "{what}: {}", done.stderr());
    let aside = folder(dir).join("haul.db.bad");
    if let Ok(kept) = fs::read(aside) {
        assert!(kept == bytes, "{what}: the old bytes");
        assert!(done.stderr().contains("could be read"), "{what}: {}", done.stderr());
    }
    assert!(dir.read("b.bin") == b"b", "{what}");
    let whole = payload(1, 2 * HALF);
    let mut names = dir.names();
    names.retain(|name| name != "b.bin");
    let goes_on = names == ["a.bin"];
    if goes_on {
        assert!(dir.read("a.bin") == whole, "{what}");
    } else {
        assert_eq!(parts(dir).len(), 1, "{what}: {names:?}");
    }
    // And the same command again ends well, whatever was lost.
    plain(dir).args(["/b.bin", "/a.bin"].map(|path| origin.url(path))).run().expect(0);
    assert!(dir.read("a.bin") == whole && dir.read("b.bin") == b"b", "{what}");
    goes_on
}

fn truncated(step: usize) {
    let size = { fs::metadata(database(&left().0)).expect("there").len() };
    let mut saved = 0;
    for at in (0..usize::try_from(size).expect("small")).step_by(step) {
        let (dir, origin) = left();
        let bytes = spoil(&dir, |bytes| bytes.truncate(at));
        saved += usize::from(resumed(&format!("cut at {at} of {size}"), &bytes, &dir, &origin));
    }
    // The rows are in the first half of so small a database.
    assert!(saved * 3 >= usize::try_from(size).expect("small") / step, "{saved} of {size} by {step} went on");
}

#[test]
fn a_cut_database_never_stops_a_run() {
    truncated(3333);
}

#[test]
#[ignore = "long: every 512th byte"]
fn a_database_cut_anywhere_never_stops_a_run() {
    truncated(512);
}

fn flipped(step: usize) {
    let size = usize::try_from(fs::metadata(database(&left().0)).expect("there").len()).expect("small");
    let (mut saved, mut places) = (0, 0);
    for at in (0..100).step_by(step.div_ceil(100)).chain((100..size).step_by(step)) {
        let (dir, origin) = left();
        let bytes = spoil(&dir, |bytes| bytes[at] ^= 1 << (at % 8));
        saved += usize::from(resumed(&format!("bit {} of byte {at}", at % 8), &bytes, &dir, &origin));
        places += 1;
    }
    assert!(saved * 10 >= places * 8, "{saved} of {places} went on");
}

#[test]
fn a_flipped_bit_never_stops_a_run() {
    flipped(2221);
}

#[test]
#[ignore = "long: every 97th byte"]
fn a_bit_flipped_anywhere_never_stops_a_run() {
    flipped(97);
}

/// The sum of a row tells that a disk has changed it; the others go on, and somebody hears of it.
#[test]
fn a_damaged_row_is_passed_over_and_said_to_be() {
    for (what, sql) in [
        ("its record", "UPDATE jobs SET record = replace(record, '/a.bin', '/b.bin') WHERE state = 'queued'"),
        ("its state", "UPDATE jobs SET state = 'quiet' WHERE state = 'queued'"),
        ("no JSON", "UPDATE jobs SET record = 'x' WHERE state = 'queued'"),
        ("no text", "UPDATE jobs SET record = x'ff00fe' WHERE state = 'queued'"),
        ("broken text", "UPDATE jobs SET record = CAST(x'7bff7d' AS TEXT) WHERE state = 'queued'"),
        ("no number", "UPDATE jobs SET durable = 'many' WHERE state = 'queued'"),
        ("its sum", "UPDATE jobs SET sum = sum + 1 WHERE state = 'queued'"),
    ] {
        let (dir, origin) = left();
        Connection::open(database(&dir)).and_then(|c| c.execute(sql, [])).expect("written");
        let done = plain(&dir).arg("resume").run().expect(1);
        assert!(
            done.stderr().contains("damaged in the state database, and passed over: 1 job\n"),
            "{what}: {}",
            done.stderr()
        );
        assert_eq!(origin.requests("/gone.bin").len(), 2, "{what}: the failed one was tried again");
        assert_eq!((origin.requests("/a.bin").len(), parts(&dir).len()), (1, 1), "{what}");
        // Given again it begins anew, and the row is sound then.
        plain(&dir).arg(origin.url("/a.bin")).run().expect(0);
        assert!(dir.read("a.bin") == payload(1, 2 * HALF), "{what}");
        let states: Vec<_> = jobs(&database(&dir)).into_iter().map(|(state, _)| state).collect();
        assert_eq!(states.iter().filter(|state| *state == "finished").count(), 2, "{what}: {states:?}");
        Connection::open(database(&dir)).and_then(|c| c.execute("UPDATE jobs SET sum = 0", [])).expect("written");
        haul(&dir).args(["forget", "--all"]).run().expect(0);
        assert!(jobs(&database(&dir)).is_empty(), "{what}");
    }
}

/// Records that lead out of the folder, with a sum that is right: whoever can write the database is not believed.
#[test]
fn a_record_that_leads_elsewhere_is_not_followed() {
    let (victim, other) = (TempDir::new(), TempDir::new());
    victim.write("x", payload(5, HALF));
    let outside = victim.path("x").display().to_string();
    let rows = [
        ("a name with a folder", "name", value!("../../x")),
        ("an absolute name", "name", value!(outside)),
        ("a folder from here", "dir", value!("work")),
        ("no folder", "dir", value!("")),
        ("another scheme", "url", value!("file:///etc/passwd")),
        ("no address", "url", value!("x")),
    ];
    for (what, field, to) in rows {
        let (dir, origin) = (TempDir::new(), Origin::start());
        origin.script("/a.bin", stalled_once(&payload(1, 2 * HALF)));
        interrupt(&dir, plain(&dir).arg(origin.url("/a.bin")), 1, Signal::TERM);
        let (_, mut record) = jobs(&database(&dir)).pop().expect("kept");
        record[field] = to;
        rewrite(&database(&dir), "queued", &record);
        plain(&dir).arg("resume").run().expect(0).check_stderr("nothing is unfinished");
        assert_eq!((origin.all_requests().len(), parts(&dir).len()), (1, 1), "{what}");
        haul(&dir).args(["forget", "--all"]).run().expect(0);
    }
    // A part with a name elsewhere, and files that are said to be this job's.
    for (what, state, change) in [
        ("the part's name", "queued", value!({ "part": { "name": "../x", "last": "http://h/x", "etag": "\"v1\"" } })),
        ("the intent", "queued", value!({ "intent": { "path": outside, "bytes": HALF } })),
        ("the file", "finished", value!({ "file": { "path": outside, "bytes": HALF, "finished_at": 1 } })),
        (
            "the file, by a detour",
            "finished",
            value!({ "file": { "path": format!("{}/../work/../../{outside}", other.work().display()), "bytes": HALF, "finished_at": 1 } }),
        ),
    ] {
        let (dir, origin) = (TempDir::new(), Origin::start());
        origin.script("/a.bin", Script::new().then(|| Answer::status(404)).then(|| Answer::ok("abc")));
        plain(&dir).arg(origin.url("/a.bin")).run().expect(1);
        let (_, mut record) = jobs(&database(&dir)).pop().expect("kept");
        for (name, new) in change.as_object().expect("an object") {
            record[name] = new.clone();
        }
        rewrite(&database(&dir), state, &record);
        let done = plain(&dir).arg(origin.url("/a.bin")).run().expect(0);
        assert!(done.stdout().contains("finished  a.bin"), "{what}: {}", done.stdout());
        assert_eq!((dir.names(), origin.all_requests().len()), (vec!["a.bin".to_owned()], 2), "{what}");
    }
    assert_eq!((victim.names(), other.names()), (vec!["x".to_owned()], Vec::new()));
    assert!(victim.read("x") == payload(5, HALF));
}

/// All that is in sound pages is kept, on both sides of the one that is not.
#[test]
fn around_a_damaged_page_everything_is_kept() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", stalled_once(&payload(1, 2 * HALF)));
    let failing: String = (0..300).map(|number| origin.url(&format!("/none-{number}.bin")) + "\n").collect();
    plain(&dir).arg("-").stdin(failing).run().expect(1);
    interrupt(&dir, plain(&dir).arg(origin.url("/a.bin")), 1, Signal::TERM);
    // The page with the records of most jobs of a certain leaf: any page in the middle that has one.
    let bytes = spoil(&dir, |bytes| {
        let page =
            bytes.chunks(4096).position(|page| page[0] == 13 && page.windows(9).any(|part| part == b"/none-150"));
        let page = page.expect("its record is in a leaf") * 4096;
        bytes[page] = 0;
    });
    let done = json(&dir).args(["resume"]).run().expect(1);
    assert_said(&done, "is damaged");
    assert_eq!(fs::read(folder(&dir).join("haul.db.bad")).expect("put aside"), bytes);
    let summary = event(&done, "summary");
    let total = summary["total"].as_u64().expect("a number");
    assert!((270..301).contains(&total), "{total} of 301 were kept");
    assert!(done.stderr().contains(&format!("{total} jobs could be read in it and kept")), "{}", done.stderr());
    let aside = state_names(&dir);
    assert!(!aside.iter().any(|name| name.contains("salvage")), "{aside:?}");
}
