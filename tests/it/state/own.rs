//! What a request brings along: what of it is kept, what never is, and what a later run does with the rest.

use std::sync::Arc;

use haul::engine::event::{Command, Event};
use haul::engine::options::{HostRule, Options, Secret};
use haul::engine::request::{DownloadRequest, More};
use rustix::process::Signal;
use serde_json::json;

use super::{ETAG, HALF, assert_absent, assert_goes_on, database, interrupt, jobs, rewrite, stalled_once};
use crate::engine::run::{Run, options};
use crate::headless::{self, event, plain};
use crate::support::bytes::payload;
use crate::support::origin::{Answer, Origin, Resource, Script};
use crate::support::temp::TempDir;

/// An engine with the database of the program's own runs.
fn engine(dir: &TempDir, options: Options) -> Run {
    Run::with(Options { state: Some(database(dir)), ..options })
}

fn request(dir: &TempDir, url: &str, more: More) -> DownloadRequest {
    let url = url.parse().expect("a valid address");
    DownloadRequest { more: Some(Box::new(more)), ..DownloadRequest::new(url, Arc::from(dir.work())) }
}

fn header(value: &str) -> Vec<(String, Secret)> {
    vec![("X-Key".to_owned(), Secret(value.to_owned()))]
}

/// Ends an engine, and waits until nothing is left of it.
fn end(mut run: Run) {
    let engine = run.engine();
    run.stop();
    drop(run);
    engine.wait_for_state();
}

#[test]
fn mirrors_are_kept_until_the_file_is_there() {
    let (dir, gone, mirror) = (TempDir::new(), Origin::start(), Origin::start());
    let bytes = payload(1, 2 * HALF);
    mirror.script("/m.bin", stalled_once(&bytes));
    let kept = mirror.url("/m.bin?pl4nted-query");
    let mirrors = [kept.replace("http://", "http://u:pl4nted-password@"), mirror.url("/other#pl4nted-fragment")];
    let mirrors = mirrors.iter().map(|mirror| mirror.parse().expect("a valid address")).collect();
    let mut run = engine(&dir, options());
    // A run that knew of none comes first.
    let id = run.add_requests(vec![request(&dir, &gone.url("/a.bin"), More::default())])[0];
    run.failed(id);
    end(run);
    let mut run = engine(&dir, options());
    let asked = request(&dir, &gone.url("/a.bin"), More { mirrors, ..More::default() });
    let id = run.add_requests(vec![asked.clone()])[0];
    run.wait_bytes(id, HALF);
    let (state, record) = jobs(&database(&dir)).remove(0);
    assert_eq!((state.as_str(), &record["url"]), ("queued", &json!(gone.url("/a.bin"))));
    assert_eq!(record["mirrors"], json!([kept, mirror.url("/other")]));
    // A password in the address of a mirror is as good as one in the first.
    assert_eq!((&record["own"], &record["secret"]), (&json!(null), &json!(true)));
    assert_absent(&dir, &["pl4nted-password", "pl4nted-fragment"], "while it runs");
    end(run);
    let done = headless::json(&dir).arg("resume").run().expect(1);
    assert!(event(&done, "paused")["reason"].to_string().contains("password"));
    let mut run = engine(&dir, options());
    let id = run.add_requests(vec![asked])[0];
    assert_eq!(run.finished(id).resumed_from, HALF as u64);
    end(run);
    assert_goes_on(&mirror, "/m.bin");
    assert!(dir.read("a.bin") == bytes && dir.names() == ["a.bin"], "{:?}", dir.names());
    assert_absent(&dir, &["pl4nted"], "after the end");
    assert_eq!(jobs(&database(&dir))[0].1["mirrors"], json!(null));
    assert_eq!(gone.requests("/a.bin").len(), 3);
}

/// As a `kill -9` leaves it.
#[test]
fn a_run_that_finds_mirrors_goes_on_with_them() {
    let (dir, first, mirror) = (TempDir::new(), Origin::start(), Origin::start());
    let bytes = payload(1, 2 * HALF);
    first.script("/a.bin", stalled_once(&bytes));
    interrupt(&dir, plain(&dir).arg(first.url("/a.bin")), 1, Signal::KILL);
    first.script("/a.bin", Script::new().then(|| Answer::status(410)));
    mirror.script("/m.bin", Resource::new(bytes.clone()).etag(ETAG).script());
    let (state, mut record) = jobs(&database(&dir)).remove(0);
    record["mirrors"] = json!([mirror.url("/m.bin")]);
    rewrite(&database(&dir), &state, &record);
    let done = headless::json(&dir).arg("resume").run().expect(0);
    let finished = event(&done, "finished");
    assert_eq!(
        (&finished["url"], &finished["path"].to_string().contains("a.bin")),
        (&json!(first.url("/a.bin")), &true)
    );
    assert_goes_on(&mirror, "/m.bin");
    assert!(dir.read("a.bin") == bytes && dir.names() == ["a.bin"], "{:?}", dir.names());
    // Nobody is sent where a damaged record says.
    let (_, mut record) = jobs(&database(&dir)).remove(0);
    record["mirrors"] = json!(["file:///etc/passwd"]);
    rewrite(&database(&dir), "queued", &record);
    plain(&dir).arg("resume").run().expect(0).check_stderr("nothing is unfinished");
}

#[test]
fn headers_and_login_of_a_request_are_never_kept_and_are_given_anew() {
    let secrets = ["pl4nted-header", "pl4nted-password"];
    let (dir, origin) = (TempDir::new(), Origin::start());
    let bytes = payload(1, 2 * HALF);
    origin.script("/a.bin", stalled_once(&bytes));
    let user = Some(("ann".to_owned(), Secret("pl4nted-password".to_owned())));
    let more = More { headers: header("pl4nted-header"), user, ..More::default() };
    let asked = request(&dir, &origin.url("/a.bin"), more);
    assert!(!format!("{asked:?}").contains("pl4nted"));
    let mut run = engine(&dir, Options { verbose: true, ..options() });
    let id = run.add_requests(vec![asked.clone()])[0];
    run.wait_bytes(id, HALF);
    assert_absent(&dir, &secrets, "while it runs");
    end(run);
    assert_absent(&dir, &secrets, "after the run");
    // What a run has for all of its requests is not what this one came with.
    for options in [&[][..], &["-H", "X-Lang: en"], &["-u", "bob:px"]] {
        let done = headless::json(&dir).args(options).arg("resume").run().expect(1);
        let reason = event(&done, "paused")["reason"].to_string();
        assert!(reason.contains("password, the cookies or the headers"), "{reason}");
    }
    assert_eq!(origin.all_requests().len(), 1);
    // The same request in a run that has taken the job up without them: it goes on by itself.
    let mut run = engine(&dir, options());
    run.send(Command::Restore(false));
    run.wait_for("the job as it was left", |event| matches!(event, Event::Paused { .. }));
    run.send(Command::Add(vec![asked]));
    run.wait_until(id, "finished", |event| matches!(event, Event::Finished { .. }));
    assert!(!format!("{:?}", run.seen()).contains("pl4nted"));
    end(run);
    assert_goes_on(&origin, "/a.bin");
    for request in origin.requests("/a.bin") {
        assert_eq!(request.header("X-Key"), Some("pl4nted-header"));
        assert!(request.header("Authorization").is_some());
    }
    assert!(dir.read("a.bin") == bytes && dir.names() == ["a.bin"], "{:?}", dir.names());
    assert_absent(&dir, &secrets, "after the end");
}

/// Where no other request has brought anything, a mere repetition takes nothing away.
#[test]
fn a_repeated_address_brings_nothing_and_takes_nothing() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script(
        "/a.bin",
        Script::new().then(|| Answer::status(503)).then(|| Answer::status(404)).then(|| Answer::ok("abc")),
    );
    let mut run = engine(&dir, Options { retries: 1, ..options() });
    let id =
        run.add_requests(vec![request(&dir, &origin.url("/a.bin"), More { headers: header("k"), ..More::default() })])
            [0];
    run.failed(id);
    run.send(Command::Add(vec![request(&dir, &origin.url("/a.bin"), More::default())]));
    run.send(Command::Retry(id));
    run.finished(id);
    let sent: Vec<_> = origin.requests("/a.bin").iter().map(|r| r.header("X-Key").map(str::to_owned)).collect();
    assert_eq!(sent, vec![Some("k".to_owned()); 3]);
    end(run);
}

/// A rule has something for its own host and for no other.
#[test]
fn a_job_that_needs_what_a_rule_gives_waits_for_it() {
    let rule = |host: &str| {
        let rule = HostRule { host: host.to_owned(), headers: header("k"), ..HostRule::default() };
        Options { hosts: vec![rule], ..options() }
    };
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", stalled_once(&payload(1, 2 * HALF)));
    let mut run = engine(&dir, rule("127.0.0.1"));
    let id = run.add_requests(vec![request(&dir, &origin.url("/a.bin"), More::default())])[0];
    run.wait_bytes(id, HALF);
    end(run);
    let mut run = engine(&dir, rule("example.com"));
    run.send(Command::Restore(true));
    run.wait_for("the job as it was left", |event| matches!(event, Event::Paused { .. }));
    end(run);
    assert_eq!(origin.all_requests().len(), 1);
    let mut run = engine(&dir, rule("127.0.0.1"));
    run.send(Command::Restore(true));
    run.wait_until(id, "finished", |event| matches!(event, Event::Finished { .. }));
    end(run);
    assert_eq!(origin.requests("/a.bin")[1].header("X-Key"), Some("k"));
    // Another host's rule is no reason to take a job for one that needs something.
    origin.script("/b.bin", stalled_once(&payload(2, 2 * HALF)));
    let mut run = engine(&dir, rule("example.com"));
    let id = run.add_requests(vec![request(&dir, &origin.url("/b.bin"), More::default())])[0];
    run.wait_bytes(id, HALF);
    end(run);
    plain(&dir).arg("resume").run().expect(0);
    assert!(dir.read("b.bin") == payload(2, 2 * HALF));
}
