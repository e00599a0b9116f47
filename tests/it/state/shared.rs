//! An engine with a job that rests, and another haul that takes it up meanwhile: the one must not touch what is the
//! other's now, and must hear what became of it.

use haul::engine::event::{Command, Event};
use haul::engine::options::Options;
use haul::engine::request::DownloadRequest;

use super::{HALF, database, parts};
use crate::engine::run::{Run, options};
use crate::headless::{event, json, plain};
use crate::support::bytes::payload;
use crate::support::command::haul;
use crate::support::origin::{Answer, Gate, Origin, Resource, Script};
use crate::support::temp::TempDir;

/// The first answer stops in the middle for good, the next one until the gate opens.
fn twice_held(bytes: &[u8], gate: &Gate) -> Script {
    let (file, rest, gate) = (Resource::new(bytes).etag("\"v1\""), bytes.to_vec(), gate.clone());
    Script::new().answer(move |request| file.answer(request).stall_after(HALF)).then(move || {
        let from = HALF - 1024;
        let range = format!("bytes {from}-{}/{}", rest.len() - 1, rest.len());
        let (first, rest) = rest[from..].split_at(2048);
        Answer::status(206).header("Content-Range", range).header("ETag", "\"v1\"").body(first).wait(&gate).body(rest)
    })
}

/// The folder is that of the program's own runs, not the engine's.
fn request(dir: &TempDir, url: &str) -> DownloadRequest {
    DownloadRequest::new(url.parse().expect("an address"), dir.work().into())
}

#[test]
fn what_another_haul_has_taken_up_is_its_own_and_its_end_is_heard() {
    let origin = Origin::start();
    let bytes = payload(1, 2 * HALF);
    for again in [false, true] {
        let (path, gate) = (format!("/{again}"), Gate::new());
        origin.script(&path, twice_held(&bytes, &gate));
        let dir = TempDir::new();
        let mut run = Run::with(Options { state: Some(database(&dir)), ..options() });
        let id = run.add_requests(vec![request(&dir, &origin.url(&path))])[0];
        run.wait_bytes(id, HALF);
        run.send(Command::Cancel(id));
        run.wait(id, "cancelled");
        // Another haul wants the same: it goes on with the part.
        let other = plain(&dir).arg(origin.url(&path)).spawn();
        origin.wait_requests(&path, 2);
        if again {
            run.send(Command::Retry(id));
            let elsewhere = |event: &Event| matches!(event, Event::Queued { elsewhere: true, .. });
            run.wait_until(id, "the word that another haul works on it", elsewhere);
        } else {
            // Nobody may go on with a cancelled job, but this one somebody does.
            run.stop();
        }
        assert_eq!(parts(&dir).len(), 1);
        gate.open();
        other.wait().expect(0);
        assert!(dir.read(&path[1..]) == bytes && dir.names() == [&path[1..]], "{:?}", dir.names());
        if again {
            assert!(run.finished(id).skipped);
        }
        assert_eq!(origin.requests(&path).len(), 2);
    }
}

/// Whatever fails on the way to what was left: nobody hears that nothing is.
#[test]
fn a_resume_that_cannot_read_the_state_is_no_success() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::new().then(|| Answer::status(503)));
    plain(&dir).arg(origin.url("/a.bin")).run().expect(1);
    for call in 1..20 {
        let done = haul(&dir).arg("resume").args(["-r", "0"]).env("HAUL_FAIL_AT", format!("{call}+:EIO")).run();
        assert!(matches!(done.code(), Some(1..=3)), "{call}: {:?}", done.code());
        assert!(!done.stderr().contains("nothing is unfinished"), "{call}");
    }
}

/// A digest that is known is held against a file that nobody is sure of.
#[test]
fn after_the_loss_of_power_a_known_digest_counts() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/y.bin", Script::body(payload(1, 5000)));
    let run = || json(&dir).args(["--report", "r.jsonl", &origin.url("/y.bin")]);
    run().env("HAUL_BOOT_ID", "before").env("HAUL_SYNC_PAUSE", "3600000").run().expect(0);
    dir.write("y.bin", payload(2, 5000));
    let done = run().env("HAUL_BOOT_ID", "after").run().expect(0);
    let finished = event(&done, "finished");
    assert_eq!(finished["skipped"], false);
    assert!(std::fs::read(finished["path"].as_str().expect("a path")).is_ok_and(|bytes| bytes == payload(1, 5000)));
}

/// Nobody brings back what was cancelled, so nothing of it is kept: its address may carry a token.
#[test]
fn what_was_cancelled_is_forgotten_at_the_end() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::new().then(Answer::hang));
    let mut run = Run::with(Options { state: Some(database(&dir)), ..options() });
    let id = run.add(&origin.url("/a.bin?signature=pl4nted"));
    run.wait(id, "connecting");
    run.send(Command::Cancel(id));
    run.wait(id, "cancelled");
    let engine = run.engine();
    run.stop();
    engine.wait_for_state();
    let files = super::state_files(&dir);
    assert!(!files.is_empty());
    for (name, bytes) in files {
        assert!(!bytes.windows(7).any(|window| window == b"pl4nted"), "{name}");
    }
}

/// Another haul dies, and before anybody has looked the user asks for the same once more.
#[test]
fn what_a_dead_haul_has_left_is_not_forgotten_over_a_repeated_address() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let bytes = payload(1, 2 * HALF);
    origin.script("/a.bin", super::stalled_once(&bytes));
    let url = origin.url("/a.bin");
    let other = super::begin(&dir, plain(&dir).arg(&url), 1);
    let mut run = Run::with(Options { state: Some(database(&dir)), ..options() });
    let id = run.add_requests(vec![request(&dir, &url)])[0];
    other.signal(rustix::process::Signal::KILL);
    drop(other.wait());
    run.send(Command::Add(vec![request(&dir, &url)]));
    assert_eq!(run.finished(id).resumed_from, HALF as u64);
    assert!(dir.read("a.bin") == bytes && dir.names() == ["a.bin"]);
}
