//! The order of facts: which event of a job may follow which, for every test of the engine; and the plain ways of a job
//! from its first event to its last, word for word.

use std::collections::HashMap;

use haul::engine::event::{Command, Event, Notice};
use haul::engine::options::Options;
use haul::engine::request::JobId;

use super::run::{Run, options};
use crate::support::bytes::payload;
use crate::support::fail;
use crate::support::origin::{Answer, Origin, Resource, Script};

/// The kind of an event.
pub(super) fn word(event: &Event) -> &'static str {
    match event {
        Event::Queued { .. } => "queued",
        Event::Connecting { .. } => "connecting",
        Event::Started { .. } => "started",
        Event::Progress { .. } => "progress",
        Event::Pieces { .. } => "pieces",
        Event::Restarted { .. } => "restarted",
        Event::Retrying { .. } => "retrying",
        Event::Paused { .. } => "paused",
        Event::Finished { .. } => "finished",
        Event::Failed { .. } => "failed",
        Event::Cancelled { .. } => "cancelled",
        Event::Removed { .. } => "removed",
        Event::Moved(_) => "moved",
        Event::HostChanged { .. } => "host changed",
        Event::Notice(_) => "notice",
    }
}

/// Fails where an event of a job follows one that it may not follow.
#[track_caller]
pub(super) fn check(seen: &[Event]) {
    let mut last: HashMap<JobId, &'static str> = HashMap::new();
    for event in seen {
        let Some(id) = event.job() else { continue };
        let before = last.insert(id, word(event)).unwrap_or_default();
        if !followers(before).contains(&word(event)) {
            fail(&format!("`{}` came after `{before}`; seen: {seen:#?}", word(event)));
        }
    }
}

/// What may come after an event of this kind.
fn followers(before: &str) -> &'static [&'static str] {
    match before {
        // The same request is the same job, also after it was removed.
        "" | "removed" => &["queued"],
        // A request that is refused never gets as far as an attempt.
        // A file that is known to be there needs no attempt; one that another haul works on is told twice.
        "queued" => &["connecting", "failed", "paused", "cancelled", "removed", "finished", "queued"],
        // An attempt that was stopped and is wanted again goes back into the queue.
        "connecting" | "restarted" => {
            &["started", "restarted", "retrying", "failed", "paused", "cancelled", "removed", "queued"]
        }
        "started" | "progress" | "pieces" => &[
            "progress",
            "pieces",
            "restarted",
            "finished",
            "retrying",
            "failed",
            "paused",
            "cancelled",
            "removed",
            "queued",
        ],
        "retrying" => &["queued", "failed", "paused", "cancelled", "removed"],
        // What waits for room may wait too long, and the user may want it to rest anyhow.
        "paused" => &["queued", "cancelled", "removed", "failed", "paused"],
        "failed" | "cancelled" => &["queued", "removed"],
        "finished" => &["removed"],
        _ => &[],
    }
}

#[test]
fn the_check_can_fail() {
    let (origin, mut run) = (Origin::start(), Run::new());
    origin.script("/a", Script::body("abc"));
    let id = run.add(&origin.url("/a"));
    run.close();
    let mut seen = run.seen().to_vec();
    check(&seen);
    seen.push(Event::Paused { id, reason: String::new() });
    assert!(std::panic::catch_unwind(|| check(&seen)).is_err());
}

#[test]
fn each_fact_comes_once_and_in_order() {
    let (origin, mut run) = (Origin::start(), Run::with(Options { retries: 1, ..options() }));
    let bytes = payload(1, 600_000);
    let good = Resource::new(bytes.clone());
    origin.script("/small", Script::body("abc"));
    origin.script("/large", Script::body(bytes.clone()));
    origin.script("/gone", Script::new().then(|| Answer::html(404, "Gone")));
    let busy = Script::new().then(|| Answer::status(503)).then(|| Answer::ok("abc"));
    origin.script("/busy", busy);
    let (cut, anew) = (good.clone(), good.clone().without_etag());
    let tail = good.clone();
    let script = Script::new().answer(move |r| cut.answer(r).cut(400_000)).answer(move |r| tail.answer(r));
    origin.script("/cut", script);
    let again = anew.clone();
    let script = Script::new().answer(move |r| anew.answer(r).cut(400_000)).answer(move |r| again.answer(r));
    origin.script("/anew", script);
    let hidden = Resource::new(payload(2, 600_000));
    let script = Script::new().answer(move |r| good.answer(r).cut(400_000)).answer(move |r| hidden.answer(r));
    origin.script("/changed", script);
    let ways = [
        ("/small", "queued connecting started finished"),
        ("/large", "queued connecting started finished"),
        ("/gone", "queued connecting failed"),
        ("/busy", "queued connecting retrying queued connecting started finished"),
        ("/cut", "queued connecting started retrying queued connecting started finished"),
        ("/anew", "queued connecting started retrying queued connecting started finished"),
        ("/changed", "queued connecting started retrying queued connecting restarted started finished"),
    ];
    let urls: Vec<_> = ways.iter().map(|(path, _)| origin.url(path)).collect();
    let ids = run.add_all(&urls);
    run.close();
    for ((path, facts), id) in ways.iter().zip(&ids) {
        assert_eq!(run.facts(*id), *facts, "{path}");
    }
}

#[test]
fn facts_say_what_happened() {
    let (origin, mut run) = (Origin::start(), Run::with(Options { retries: 1, ..options() }));
    let bytes = payload(1, 600_000);
    let (cut, tail) = (Resource::new(bytes.clone()), Resource::new(bytes.clone()));
    let script = Script::new().answer(move |r| cut.answer(r).cut(400_000)).answer(move |r| tail.answer(r));
    origin.script("/a.bin", script);
    let url = origin.url("/a.bin");
    let id = run.add(&url);
    let file = run.check(id, "a.bin", &bytes);
    assert_eq!((file.attempts, file.resumed_from, file.skipped), (2, 400_000, false));
    run.close();
    let mut started = Vec::new();
    for event in run.seen() {
        match event {
            Event::Queued { url: said, dir, name, .. } => {
                assert_eq!((said.as_str(), &**dir, name), (url.as_str(), run.dir.work().as_path(), &None));
            }
            Event::Started { attempt, total, path, resumed_from, .. } => {
                assert_eq!((*total, path), (Some(600_000), &run.dir.path("a.bin")));
                started.push((*attempt, *resumed_from));
            }
            Event::Progress { bytes, total, .. } => {
                assert!(*bytes <= 600_000 && *total == Some(600_000), "{event:?}");
            }
            Event::Retrying { attempt, error, .. } => assert_eq!((*attempt, error.class.word()), (2, "truncated")),
            _ => {}
        }
    }
    assert_eq!(started, [(1, 0), (2, 400_000)]);
}

#[test]
fn a_repeated_address_is_a_notice_and_no_job() {
    let (origin, mut run) = (Origin::start(), Run::new());
    origin.script("/a.bin", Script::body("abc"));
    let url = origin.url("/a.bin");
    let id = run.add(&url);
    let userinfo = url.replace("http://", "http://ann:pw@");
    for same in [format!("{url}#part"), userinfo] {
        run.send(Command::Add(vec![run.request(&same, None)]));
    }
    let other = run.add_requests(vec![run.request(&url, Some("b.bin"))])[0];
    run.finished(id);
    run.finished(other);
    run.obeyed(&url);
    run.close();
    let told: Vec<_> = run
        .seen()
        .iter()
        .filter_map(|event| match event {
            Event::Notice(Notice::Duplicate(of)) => Some(*of),
            _ => None,
        })
        .collect();
    assert_eq!(told, [id; 3]);
    assert_eq!(origin.requests("/a.bin").len(), 2);
    assert_eq!(run.dir.names(), ["a.bin", "b.bin"]);
}
