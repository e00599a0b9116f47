//! The same command again: it finishes what the last one has left, and asks for nothing that is there.

use std::fs;

use rustix::process::Signal;
use serde_json::json as value;

use super::{HALF, assert_goes_on, begin, database, interrupt, jobs, parts, stalled_once};
use crate::headless::{event, events, json, plain};
use crate::support::bytes::payload;
use crate::support::command::haul;
use crate::support::origin::{Answer, Origin, Script};
use crate::support::temp::TempDir;

#[test]
fn however_it_ended_the_part_goes_on_and_what_is_there_is_skipped() {
    for signal in [Signal::KILL, Signal::TERM, Signal::INT, Signal::HUP] {
        let (dir, origin) = (TempDir::new(), Origin::start());
        let bytes = payload(1, 2 * HALF);
        origin.script("/a.bin", stalled_once(&bytes));
        origin.script("/b.bin", Script::body("b"));
        let urls = [origin.url("/a.bin?x=1"), origin.url("/b.bin?x=2")];
        let running = begin(&dir, json(&dir).args(&urls), 1);
        running.wait_stdout(|line| line.contains("\"finished\""));
        running.signal(signal);
        drop(running.wait());
        let done = json(&dir).args(&urls).run().expect(0);
        assert_goes_on(&origin, "/a.bin");
        assert_eq!((origin.requests("/a.bin").len(), origin.requests("/b.bin").len()), (2, 1), "{signal:?}");
        let summary = event(&done, "summary");
        assert_eq!([&summary["total"], &summary["finished"], &summary["skipped"]], [2, 2, 1], "{signal:?}");
        let mut seen: Vec<_> = events(&done, "finished").iter().map(|finished| finished["url"].clone()).collect();
        seen.sort_by_key(ToString::to_string);
        assert_eq!(seen, urls.map(|url| value!(url)), "{signal:?}");
        let resumed: u64 = events(&done, "finished").iter().filter_map(|job| job["resumed_from"].as_u64()).sum();
        assert_eq!(resumed, HALF as u64, "{signal:?}");
        assert_eq!(dir.names(), ["a.bin", "b.bin"], "{signal:?}");
        assert!(dir.read("a.bin") == bytes && dir.read("b.bin") == b"b", "{signal:?}");
    }
}

#[test]
fn failed_ones_get_fresh_attempts() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let busy = || Answer::status(503).header("Retry-After", "0");
    origin.script("/a.bin", Script::new().then(busy).then(busy).then(busy).then(|| Answer::ok("a")));
    origin.script("/b.bin", Script::new().then(|| Answer::status(404)).then(|| Answer::ok("b")));
    let run = || haul(&dir).args(["--json", "-r", "1", &origin.url("/a.bin"), &origin.url("/b.bin")]);
    let done = run().run().expect(1);
    assert_eq!(events(&done, "failed").len(), 2);
    let done = run().run().expect(0);
    let attempts: Vec<_> = events(&done, "finished").iter().filter_map(|job| job["attempts"].as_u64()).collect();
    assert_eq!(attempts.iter().sum::<u64>(), 3, "two and one: {attempts:?}");
    assert_eq!(events(&done, "retrying")[0]["attempt"], 2);
    assert_eq!(dir.names(), ["a.bin", "b.bin"]);
}

/// What makes a job another one, and what does not.
#[test]
fn a_job_is_its_address_its_folder_and_its_name() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    fs::create_dir(dir.path("d")).expect("created");
    std::os::unix::fs::symlink(dir.path("d"), dir.path("link")).expect("linked");
    let with = |text: &str| origin.url("/a.bin").replace("http://", &format!("http://{text}"));
    let rows = [
        ("the first", vec![with("")], 1),
        ("the same", vec![with("")], 0),
        ("a user", vec![with("ann:pw@")], 0),
        ("a fragment", vec![with("") + "#part"], 0),
        ("a user by option", vec!["-u".to_owned(), "ann:pw".to_owned(), with("")], 0),
        ("another folder", vec!["-d".to_owned(), "d".to_owned(), with("")], 1),
        ("the same by a link", vec!["-d".to_owned(), "link".to_owned(), with("")], 0),
        ("the same by its path", vec!["-d".to_owned(), dir.path("d/../d").display().to_string(), with("")], 0),
        ("a name", vec!["-o".to_owned(), "own.bin".to_owned(), with("")], 1),
        ("the same name", vec!["-o".to_owned(), "own.bin".to_owned(), with("")], 0),
        ("another name", vec!["-o".to_owned(), "b.bin".to_owned(), with("")], 1),
        ("a query", vec![with("") + "?q"], 1),
        ("another query", vec![with("") + "?r"], 1),
        ("the same query", vec![with("") + "?q"], 0),
    ];
    for (what, args, requests) in rows {
        let before = origin.all_requests().len();
        let done = json(&dir).args(args).run().expect(0);
        assert_eq!(origin.all_requests().len() - before, requests, "{what}");
        assert_eq!(event(&done, "finished")["skipped"], requests == 0, "{what}");
    }
    let names = ["a (2).bin", "a (3).bin", "a.bin", "b.bin", "d/a.bin", "link", "own.bin"];
    assert_eq!(dir.names(), names);
}

/// The database is gone: what stands there is known by its bytes alone.
#[test]
fn without_the_database_equal_files_are_found_and_others_stay() {
    for (what, size) in [("in memory", 1000), ("in a part", 400_000)] {
        let (dir, origin) = (TempDir::new(), Origin::start());
        for (path, seed) in [("/same.bin", 1), ("/other.bin", 2)] {
            origin.script(path, Script::body(payload(seed, size)));
        }
        let run = || json(&dir).args(["/same.bin", "/other.bin"].map(|path| origin.url(path)));
        run().run().expect(0);
        let foreign = payload(9, size);
        dir.write("other.bin", &foreign);
        fs::remove_dir_all(super::folder(&dir)).expect("removed");
        let done = run().run().expect(0);
        assert_eq!(origin.all_requests().len(), 4, "{what}");
        assert_eq!(event(&done, "summary")["skipped"], 1, "{what}");
        assert_eq!(dir.names(), ["other (2).bin", "other.bin", "same.bin"], "{what}");
        assert!(dir.read("other.bin") == foreign && dir.read("other (2).bin") == payload(2, size), "{what}");
        assert_eq!(event(&run().run().expect(0), "summary")["skipped"], 2, "{what}");
        assert_eq!(origin.all_requests().len(), 4, "{what}");
    }
}

#[test]
fn two_addresses_with_one_name_and_one_body_stay_two_files() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    for path in ["/1/a.bin", "/2/a.bin"] {
        origin.script(path, Script::body("abc"));
    }
    let run = || json(&dir).args(["/1/a.bin", "/2/a.bin"].map(|path| origin.url(path)));
    run().run().expect(0);
    let again = run().run().expect(0);
    assert_eq!(dir.names(), ["a (2).bin", "a.bin"]);
    assert_eq!((event(&again, "summary")["skipped"].clone(), origin.all_requests().len()), (value!(2), 2));
    fs::remove_file(database(&dir)).expect("removed");
    let anew = run().run().expect(0);
    assert_eq!(event(&anew, "summary")["skipped"], 2);
    assert_eq!(dir.names(), ["a (2).bin", "a.bin"]);
}

#[test]
fn without_a_state_nothing_is_kept() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", stalled_once(&payload(1, 2 * HALF)));
    origin.script("/b.bin", Script::body("b"));
    let run = || plain(&dir).args(["--no-state", &origin.url("/a.bin"), &origin.url("/b.bin")]);
    let running = begin(&dir, run(), 1);
    running.wait_stdout(|line| line.starts_with("finished  b.bin"));
    running.signal(Signal::TERM);
    running.wait().expect(143);
    assert_eq!(dir.names(), ["b.bin"]);
    let done = run().run().expect(0);
    assert!(done.stdout().contains("skipped  b.bin"), "the same bytes: {}", done.stdout());
    assert_eq!((origin.requests("/a.bin").len(), origin.requests("/b.bin").len()), (2, 2));
    assert_eq!(origin.requests("/a.bin")[1].header("Range"), None);
    assert_eq!(dir.names(), ["a.bin", "b.bin"]);
    assert!(!dir.home().join("state").exists());
}

#[test]
fn demo_and_compare_keep_no_state() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    // Drawing the pictures takes a debug build long; that it has begun is enough.
    haul(&dir).args(["--plain", "--deadline", "50ms", "demo", "-d", "out"]).run().expect(1);
    haul(&dir).args(["compare", &origin.url("/a.bin")]).run().expect(0);
    assert!(!dir.home().join("state").exists());
}

#[test]
fn a_named_database_stands_where_it_is_named_and_knows_the_same() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", stalled_once(&payload(1, 2 * HALF)));
    let run = || plain(&dir).args(["--state", "own/jobs.db", "-d", "out", &origin.url("/a.bin")]);
    interrupt(&dir, run(), 1, Signal::KILL);
    run().run().expect(0);
    assert_goes_on(&origin, "/a.bin");
    assert_eq!(dir.names(), ["out/a.bin", "own/jobs.db"]);
    assert_eq!(jobs(&dir.path("own/jobs.db"))[0].0, "finished");
    assert!(!dir.home().join("state").exists() && parts(&dir).is_empty());
}
