//! Limits and clocks: how many at once, in whose turn, how large, how long.

use std::time::Duration;

use haul::engine::event::{Command, Event};
use haul::engine::options::Options;

use super::run::{Run, options};
use crate::support::bytes::payload;
use crate::support::origin::{Answer, Gate, Origin, RefusedPort, Resource, Script};

/// Serves `count` files, each held at the gate in the middle of its body.
fn held(origin: &Origin, gate: &Gate, count: usize) -> Vec<String> {
    (0..count)
        .map(|number| {
            let (path, gate) = (format!("/{number}"), gate.clone());
            origin.script(&path, Script::new().then(move || Answer::ok("some").wait(&gate).body("more")));
            origin.url(&path)
        })
        .collect()
}

#[test]
fn jobs_are_never_more_than_allowed_over_all_hosts() {
    let (origin, gate) = (Origin::start(), Gate::new());
    let mut run = Run::with(Options { jobs: 3, ..options() });
    let ids = run.add_all(&held(&origin, &gate, 12));
    for _ in 0..4 {
        gate.wait_for(3);
        gate.pass(3);
    }
    for id in ids {
        run.finished(id);
    }
    run.close();
    assert_eq!((origin.peak_all(), origin.all_requests().len()), (3, 12));
}

#[test]
fn each_host_has_a_window_and_a_slow_one_holds_nobody() {
    let (slow, quick, gate, open) = (Origin::start(), Origin::start(), Gate::new(), Gate::new());
    open.open();
    let mut run = Run::with(Options { jobs: 4, per_host: Some(2), ..options() });
    let slow_ids = run.add_all(&held(&slow, &gate, 8));
    gate.wait_for(2);
    let requests: Vec<_> =
        held(&quick, &open, 8).iter().enumerate().map(|(n, url)| run.request(url, Some(&format!("q{n}")))).collect();
    let quick_ids = run.add_requests(requests);
    for id in quick_ids {
        run.finished(id);
    }
    assert_eq!((slow.peak_all(), slow.all_requests().len()), (2, 2));
    gate.open();
    for id in slow_ids {
        run.finished(id);
    }
    run.close();
    assert!(quick.peak_all() <= 2 && slow.peak_all() <= 2, "{} {}", quick.peak_all(), slow.peak_all());
}

#[test]
fn hosts_take_turns() {
    let (a, b, gate) = (Origin::start(), Origin::start(), Gate::new());
    gate.open();
    let mut run = Run::with(Options { jobs: 1, ..options() });
    let urls: Vec<_> = [held(&a, &gate, 4), held(&b, &gate, 4)].concat();
    let requests = urls.iter().enumerate().map(|(n, url)| run.request(url, Some(&format!("f{n}")))).collect();
    let ids = run.add_requests(requests);
    run.close();
    let started: Vec<_> = run
        .seen()
        .iter()
        .filter_map(|event| match event {
            Event::Connecting { id, .. } => ids.iter().position(|known| known == id),
            _ => None,
        })
        .collect();
    assert_eq!(started, [0, 4, 1, 5, 2, 6, 3, 7]);
    assert_eq!((a.peak_all(), b.peak_all()), (1, 1));
}

#[test]
fn bodies_over_the_limit_are_refused_and_others_are_not() {
    type Case = (&'static str, usize, fn(Vec<u8>) -> Answer, bool);
    let (origin, mut run) = (Origin::start(), Run::with(Options { max_size: Some(300_000), ..options() }));
    let cases: [Case; 6] = [
        ("said-at", 300_000, Answer::ok, true),
        ("said-over", 300_001, Answer::ok, false),
        ("chunked-at", 300_000, |bytes| Answer::status(200).chunked(&bytes, 7000), true),
        ("chunked-over", 300_001, |bytes| Answer::status(200).chunked(&bytes, 7000), false),
        ("unframed-at", 300_000, |bytes| Answer::ok(bytes).unframed(), true),
        ("endless", 300_001, |bytes| Answer::ok(bytes).unframed().stall(), false),
    ];
    for (name, size, answer, fits) in cases {
        let path = format!("/{name}");
        origin.script(&path, Script::new().then(move || answer(payload(1, size)).header("ETag", "\"a\"")));
        let id = run.add(&origin.url(&path));
        if fits {
            run.check(id, name, &payload(1, size));
        } else {
            assert_eq!(run.failed(id).class.word(), "too_large", "{name}");
        }
    }
    run.close();
    assert_eq!(run.dir.names(), ["chunked-at", "said-at", "unframed-at"]);
}

#[test]
fn a_range_cannot_grow_over_the_limit() {
    let (origin, mut run) = (Origin::start(), Run::with(Options { max_size: Some(300_000), ..options() }));
    let file = Resource::new(payload(1, 300_000)).etag("\"a\"");
    let script = Script::new().answer(move |request| file.answer(request).stall_after(100_000)).then(|| {
        Answer::status(206)
            .header("Content-Range", "bytes 100000-499999/500000")
            .header("ETag", "\"a\"")
            .body(payload(1, 400_000))
    });
    origin.script("/a", script.then(|| Answer::ok(payload(1, 500_000))));
    let id = run.add(&origin.url("/a"));
    run.wait_bytes(id, 100_000);
    run.send(Command::Pause(id));
    run.wait(id, "paused");
    run.send(Command::Resume(id));
    assert_eq!(run.failed(id).class.word(), "too_large");
}

#[test]
fn the_deadline_ends_a_job_wherever_it_is() {
    let origin = Origin::start();
    let deadline = Some(Duration::from_millis(400));
    let mut run = Run::with(Options { retries: 5, patience: None, deadline, ..options() });
    origin.script("/head", Script::new().then(Answer::hang));
    origin.script("/body", Script::new().then(|| Answer::ok(payload(1, 300_000)).stall_after(100_000)));
    origin.script("/waiting", Script::new().then(|| Answer::status(503).header("Retry-After", "3600")));
    for path in ["/head", "/body", "/waiting"] {
        let id = run.add(&origin.url(path));
        assert_eq!(run.failed(id).class.word(), "timeout", "{path}");
        assert_eq!(origin.requests(path).len(), 1, "{path}");
    }
}

#[test]
fn a_pause_stops_the_clock() {
    let origin = Origin::start();
    let limit = Duration::from_secs(3);
    let mut run = Run::with(Options { deadline: Some(limit), ..options() });
    let file = Resource::new(payload(1, 300_000));
    let good = file.clone();
    let script = Script::new().answer(move |r| file.answer(r).stall_after(100_000)).answer(move |r| good.answer(r));
    origin.script("/a", script);
    // A job that runs for as long as the pause lasts shows that the deadline has passed meanwhile.
    origin.script("/b", Script::new().then(Answer::hang));
    let id = run.add(&origin.url("/a"));
    run.wait_bytes(id, 100_000);
    run.send(Command::Pause(id));
    run.wait(id, "paused");
    let other = run.add(&origin.url("/b"));
    assert_eq!(run.failed(other).class.word(), "timeout");
    run.send(Command::Resume(id));
    run.check(id, "a", &payload(1, 300_000));
}

#[test]
fn silence_is_a_stall_before_the_head_and_inside_the_body() {
    let origin = Origin::start();
    let mut run = Run::with(Options { stall_timeout: Duration::from_millis(300), ..options() });
    origin.script("/head", Script::new().then(Answer::hang));
    origin.script("/body", Script::new().then(|| Answer::ok(payload(1, 300_000)).stall_after(100_000)));
    origin.script("/chunks", Script::new().then(|| Answer::status(200).chunked(&payload(1, 1000), 100).stall_after(9)));
    for path in ["/head", "/body", "/chunks"] {
        let id = run.add(&origin.url(path));
        let error = run.failed(id);
        assert_eq!((error.class.word(), error.status), ("stalled", None), "{path}");
    }
    assert_eq!(run.dir.names(), [] as [&str; 0]);
}

#[test]
fn a_refused_connection_is_tried_as_often_as_asked() {
    let (port, mut run) = (RefusedPort::new(), Run::with(Options { retries: 1, ..options() }));
    let id = run.add(&port.url("/x"));
    assert_eq!(run.failed(id).class.word(), "connect");
    run.close();
    assert_eq!(run.facts(id), "queued connecting retrying queued connecting failed");
}

#[test]
fn a_server_that_asks_for_too_much_patience_is_left() {
    let origin = Origin::start();
    let mut run = Run::with(Options { retries: 5, patience: Some(Duration::from_secs(2)), ..options() });
    for (status, asked) in [(429, "3"), (503, "3600"), (503, "99999999999")] {
        let path = format!("/{status}-{asked}");
        origin.script(&path, Script::new().then(move || Answer::status(status).header("Retry-After", asked)));
        let id = run.add(&origin.url(&path));
        let error = run.failed(id);
        assert_eq!((error.class.word(), error.status), ("rate_limited", Some(status)), "{path}");
        assert_eq!(origin.requests(&path).len(), 1, "{path}");
    }
    // What is not longer is waited for.
    origin.script(
        "/soon",
        Script::new().then(|| Answer::status(503).header("Retry-After", "1")).then(|| Answer::ok("a")),
    );
    let id = run.add(&origin.url("/soon"));
    run.check(id, "soon", b"a");
}

#[test]
fn a_retry_after_holds_the_whole_host_back_until_the_user_wants_otherwise() {
    let (origin, other) = (Origin::start(), Origin::start());
    let mut run = Run::with(Options { retries: 1, patience: None, ..options() });
    let busy = Script::new().then(|| Answer::status(503).header("Retry-After", "3600")).then(|| Answer::ok("a"));
    origin.script("/busy", busy);
    origin.script("/next", Script::body("b"));
    other.script("/free", Script::body("c"));
    let told = run.add(&origin.url("/busy"));
    run.wait(told, "retrying");
    let (held, free) = (run.add(&origin.url("/next")), run.add(&other.url("/free")));
    run.check(free, "free", b"c");
    assert_eq!((run.facts(held), origin.requests("/next").len()), ("queued".to_owned(), 0));
    run.send(Command::Retry(told));
    run.check(held, "next", b"b");
    run.check(told, "busy", b"a");
    let pauses = run.seen().iter().filter_map(|event| match event {
        Event::HostChanged { pause, .. } => Some(pause.is_some()),
        _ => None,
    });
    assert_eq!(pauses.collect::<Vec<_>>(), [true, false]);
}

#[test]
fn bytes_that_come_again_win_no_further_attempts() {
    let origin = Origin::start();
    let mut run = Run::with(Options { retries: 2, ..options() });
    // Nothing ties two answers together, so every attempt begins anew and gets as far.
    origin.script("/cut.bin", Script::new().then(|| Answer::ok(payload(1, 3_000_000)).cut(1_500_000)));
    let id = run.add(&origin.url("/cut.bin"));
    assert_eq!(run.failed(id).class.word(), "truncated");
    assert_eq!(origin.requests("/cut.bin").len(), 3);
}

#[test]
fn the_deadline_counts_also_behind_a_host_that_wants_a_pause() {
    let origin = Origin::start();
    let deadline = Some(Duration::from_secs(1));
    let mut run = Run::with(Options { retries: 5, patience: None, deadline, ..options() });
    origin.script("/busy", Script::new().then(|| Answer::status(503)));
    origin.script("/limited", Script::new().then(|| Answer::status(429).header("Retry-After", "3600")));
    let ids = run.add_all(&["/busy", "/limited"].map(|path| origin.url(path)));
    for id in ids {
        assert_eq!(run.failed(id).class.word(), "timeout");
    }
}
