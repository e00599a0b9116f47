//! Lines for programs: the fields and their meanings are a promise.

use serde_json::{Value, json as value};

use super::{event, events, json, objects};
use crate::support::bytes::{jpeg, payload};
use crate::support::command::haul;
use crate::support::origin::{Answer, Gate, Origin, Resource, Script};
use crate::support::temp::TempDir;

#[track_caller]
fn assert_fields(object: &Value, fields: &[&str]) {
    let mut expected: Vec<_> = fields.iter().map(|field| (*field).to_owned()).collect();
    expected.sort();
    let mut seen: Vec<_> = object.as_object().expect("an object").keys().cloned().collect();
    seen.sort();
    assert_eq!(seen, expected, "{object}");
}

#[test]
fn a_finished_job_has_these_fields() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let picture = jpeg(1, 40, 30);
    let size = picture.len();
    origin.script("/a.jpg", Resource::new(picture).header("Content-Type", "image/jpeg").script());
    let url = origin.url("/a.jpg?token=1");
    let done = json(&dir).arg(&url).run().expect(0);

    let started = event(&done, "started");
    assert_fields(&started, &["event", "id", "url", "attempt", "total", "path"]);
    let id = started["id"].as_str().expect("a string");
    assert!(id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");
    assert_eq!((&started["url"], &started["attempt"], &started["total"]), (&value!(url), &value!(1), &value!(size)));

    let finished = event(&done, "finished");
    assert_fields(
        &finished,
        &[
            "event",
            "id",
            "url",
            "path",
            "bytes",
            "sha256",
            "format",
            "width",
            "height",
            "elapsed_ms",
            "attempts",
            "resumed_from",
            "skipped",
        ],
    );
    assert_eq!(finished["id"], started["id"]);
    let path = finished["path"].as_str().expect("a string");
    assert_eq!(std::path::Path::new(path).file_name(), Some("a.jpg".as_ref()));
    for (field, expected) in [
        ("bytes", value!(size)),
        ("sha256", Value::Null),
        ("format", value!("jpeg")),
        ("width", value!(40)),
        ("height", value!(30)),
        ("attempts", value!(1)),
        ("resumed_from", value!(0)),
        ("skipped", value!(false)),
    ] {
        assert_eq!(finished[field], expected, "{field}");
    }
    assert!(finished["elapsed_ms"].is_u64());
    for progress in events(&done, "progress") {
        assert_fields(&progress, &["event", "id", "bytes", "total", "bytes_per_second"]);
    }
}

#[test]
fn the_summary_is_last_and_adds_up() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    let done = json(&dir).args([origin.url("/a.bin"), origin.url("/gone.png")]).run().expect(1);
    let all = objects(&done);
    let summary = all.last().expect("at least one line");
    assert_eq!(summary["event"], "summary");
    assert_fields(
        summary,
        &[
            "event",
            "total",
            "finished",
            "skipped",
            "failed",
            "cancelled",
            "unfinished",
            "duplicates",
            "bytes",
            "elapsed_ms",
            "bytes_per_second",
        ],
    );
    for (field, expected) in [
        ("total", 2),
        ("finished", 1),
        ("skipped", 0),
        ("failed", 1),
        ("cancelled", 0),
        ("unfinished", 0),
        ("duplicates", 0),
        ("bytes", 3),
    ] {
        assert_eq!(summary[field], expected, "{field}");
    }
    assert!(summary["elapsed_ms"].is_u64() && summary["bytes_per_second"].is_u64(), "{summary}");
    assert!(all.iter().all(|object| object["event"].is_string()));
}

#[test]
fn a_failed_job_has_these_fields() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let done = json(&dir).arg(origin.url("/gone.png")).run().expect(1);
    let failed = event(&done, "failed");
    assert_fields(&failed, &["event", "id", "url", "error_class", "error", "http_status", "attempts"]);
    assert_eq!(failed["error_class"], "status");
    assert_eq!((&failed["http_status"], &failed["attempts"]), (&value!(404), &value!(1)));
    assert!(failed["error"].as_str().is_some_and(|text| text.contains("404")));
    assert_eq!(events(&done, "started").len(), 0);
}

#[test]
fn a_retry_is_told_before_it_is_made() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let script = Script::new().then(|| Answer::status(503).header("Retry-After", "0")).then(|| Answer::ok("abc"));
    origin.script("/a.bin", script);
    let done = haul(&dir).args(["--json", "-r", "1", &origin.url("/a.bin")]).run().expect(0);
    let retrying = event(&done, "retrying");
    assert_fields(&retrying, &["event", "id", "url", "attempt", "delay_ms", "error_class", "error"]);
    assert_eq!((&retrying["attempt"], &retrying["error_class"]), (&value!(2), &value!("status")));
    assert!(retrying["delay_ms"].is_u64());
    assert_eq!(event(&done, "finished")["attempts"], 2);
    assert_eq!(origin.requests("/a.bin").len(), 2);
}

#[test]
fn lines_come_as_things_happen() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let at_gate = gate.clone();
    let bytes = payload(1, 600_000);
    let script = Script::new().then(move || Answer::ok(&bytes[..300_000]).wait(&at_gate).body(&bytes[300_000..]));
    origin.script("/a.bin", script);
    let running = json(&dir).arg(origin.url("/a.bin")).spawn();
    running.wait_stdout(|line| line.contains("\"started\""));
    let halfway = running.wait_stdout(|line| line.contains("\"progress\"") && line.contains("300000"));
    assert!(halfway.contains("600000"), "{halfway}");
    gate.open();
    let done = running.wait().expect(0);
    assert_eq!(event(&done, "finished")["bytes"], 600_000);
}

#[test]
fn unknown_values_are_null() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::new().then(|| Answer::ok(payload(1, 5000)).unframed()));
    let done = json(&dir).arg(origin.url("/a.bin")).run().expect(0);
    assert_eq!(event(&done, "started")["total"], Value::Null);
    let finished = event(&done, "finished");
    for field in ["format", "width", "height", "sha256"] {
        assert_eq!(finished[field], Value::Null, "{field}");
    }
    assert_eq!(finished["bytes"], 5000);
}

#[test]
fn addresses_are_exact_but_for_passwords() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let with = |userinfo: &str| format!("http://{userinfo}{}/a.bin?key=v", origin.authority());
    let done = json(&dir).arg(with("ann:secret@")).run().expect(1);
    assert_eq!(event(&done, "failed")["url"], with(""));
    assert!(!done.stdout().contains("secret") && !done.stderr().contains("secret"));
    assert!(origin.requests("/a.bin")[0].header("Authorization").is_some());
}
