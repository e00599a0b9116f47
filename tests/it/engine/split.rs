//! One file over several connections: that it is whole and the right one whatever the server does with ranges, and that
//! a server which does not like them is left alone. What goes over the wire is counted, never the time.

use std::time::Duration;

use haul::engine::error::ErrorClass;
use haul::engine::event::{Command, Event};
use haul::engine::options::Options;
use haul::engine::request::JobId;

use super::run::{Run, options};
use crate::support::bytes::payload;
use crate::support::origin::{Answer, Gate, Origin, Pace, Request, Resource, Script};

const MIB: usize = 1024 * 1024;

const TAG: &str = "\"a\"";

fn with(connections: impl Into<Option<usize>>) -> Options {
    Options { connections: connections.into(), ..options() }
}

/// First and last byte of a range that was asked for.
fn range(request: &Request) -> Option<(usize, usize)> {
    let (first, last) = request.header("Range")?.strip_prefix("bytes=")?.split_once('-')?;
    Some((first.parse().ok()?, last.parse().unwrap_or(usize::MAX)))
}

fn restarts(run: &Run, id: JobId) -> usize {
    run.facts(id).split(' ').filter(|fact| *fact == "restarted").count()
}

#[test]
fn a_server_that_is_slow_by_connection_gets_several() {
    for (name, connections, most) in [("auto", None, 16), ("two", Some(2), 2), ("four", Some(4), 4)] {
        let (origin, mut run) = (Origin::start(), Run::with(with(connections)));
        let (bytes, file) = (payload(1, 8 * MIB), Resource::new(payload(1, 8 * MIB)).etag(TAG));
        let path = format!("/{name}");
        origin.script(&path, Script::new().answer(move |r| file.answer(r).paced(&Pace::new(4_000_000))));
        let id = run.add(&origin.url(&path));
        run.check(id, name, &bytes);
        let requests = origin.requests(&path);
        assert_eq!(requests[0].header("Range"), None, "{name}: the first request is the download");
        assert!(requests.len() > 1 && origin.peak(&path) > 1, "{name}: {}", requests.len());
        assert!(origin.peak(&path) <= most, "{name}: {}", origin.peak(&path));
        for request in &requests[1..] {
            let (first, last) = range(request).expect("the others ask for ranges");
            assert!(first > 0 && first <= last && last < bytes.len(), "{name}: {first}-{last}");
            assert_eq!(request.header("If-Range"), Some(TAG), "{name}");
        }
        assert_eq!(restarts(&run, id), 0, "{name}");
        assert_eq!(run.facts(id), "queued connecting started finished", "{name}");
    }
}

/// Where the user wants one, or where our own limit is what takes the time.
#[test]
fn one_connection_never_asks_for_a_range() {
    for options in [with(1), Options { limit_rate: Some(4_000_000), ..with(None) }] {
        let (origin, mut run) = (Origin::start(), Run::with(options));
        let file = Resource::new(payload(1, 4 * MIB));
        origin.script("/a.bin", Script::new().answer(move |r| file.answer(r).paced(&Pace::new(4_000_000))));
        let id = run.add(&origin.url("/a.bin"));
        run.check(id, "a.bin", &payload(1, 4 * MIB));
        assert_eq!(origin.requests("/a.bin").len(), 1);
    }
}

/// An address that a second request would spend, a file without a strong tag, one of unknown length, one too small.
#[test]
fn what_cannot_be_split_is_asked_for_once() {
    let large = || payload(1, 4 * MIB);
    let (origin, mut run) = (Origin::start(), Run::with(with(8)));
    for (name, target, file) in [
        ("signed", "/signed?X-Amz-Signature=00", Resource::new(large())),
        ("weak", "/weak", Resource::new(large()).etag("W/\"a\"")),
        ("untagged", "/untagged", Resource::new(large()).without_etag()),
        ("small", "/small", Resource::new(payload(1, MIB))),
    ] {
        origin.script(target, Script::new().answer(move |r| file.answer(r).paced(&Pace::new(8_000_000))));
        let id = run.add(&origin.url(target));
        run.finished(id);
        assert_eq!(origin.requests(&format!("/{name}")).len(), 1, "{name}");
    }
    origin.script(
        "/unsized",
        Script::new().then(move || {
            Answer::status(200).header("ETag", "\"a\"").chunked(&large(), 64 * 1024).paced(&Pace::new(8_000_000))
        }),
    );
    let id = run.add(&origin.url("/unsized"));
    run.check(id, "unsized", &payload(1, 4 * MIB));
    assert_eq!(origin.requests("/unsized").len(), 1);
}

/// A second connection brings bytes, has brought some, or has been found out already.
fn is_split(event: &Event) -> bool {
    matches!(event, Event::Restarted { .. })
        || matches!(event, Event::Progress { bytes, connections, .. } if *connections > 1 || *bytes > MIB as u64)
}

type Bend = fn(&Resource, &Request, &[u8]) -> Answer;

/// Holds the first stream in the middle until the second connection has asked, and has got what `bend` makes of that.
///
/// Where it is `taken`, until that brings bytes.
fn bent(run: &mut Run, origin: &Origin, path: &str, taken: bool, bend: Bend) -> JobId {
    let (bytes, gate) = (payload(1, 4 * MIB), Gate::new());
    let file = Resource::new(bytes.clone()).etag(TAG);
    let (held, all) = (gate.clone(), bytes.clone());
    let first = move || {
        let (before, after) = bytes.split_at(MIB);
        Answer::ok(before).header("ETag", TAG).wait(&held).body(after)
    };
    let again = file.clone();
    let second = move |request: &Request| bend(&file, request, &all);
    origin.script(path, Script::new().then(first).answer(second).answer(move |request| again.answer(request)));
    let id = run.add(&origin.url(path));
    origin.wait_requests(path, 2);
    if taken {
        run.wait_until(id, "a second connection", is_split);
    }
    gate.open();
    id
}

fn part(range: (usize, usize), total: usize, body: &[u8]) -> Answer {
    Answer::status(206).header("Content-Range", format!("bytes {}-{}/{total}", range.0, range.1)).body(body)
}

fn asked(request: &Request) -> (usize, usize) {
    range(request).expect("a range")
}

/// Faults of ranges as the book on reliability has them, on the second connection: the first brings the whole file, as
/// if nothing had been asked.
const REFUSALS: &[(&str, Bend)] = &[
    ("whole", |_, _, all| Answer::ok(all)),
    ("start", |_, r, all| part((0, asked(r).1 - asked(r).0), all.len(), &all[..=asked(r).1 - asked(r).0])),
    ("later", |_, r, all| part((asked(r).0 + 1, asked(r).1), all.len(), &all[asked(r).0 + 1..=asked(r).1])),
    ("shorter", |_, r, all| part((asked(r).0, asked(r).1 - 1), all.len(), &all[asked(r).0..asked(r).1])),
    ("other-total", |_, r, all| part(asked(r), all.len() + 1, &all[asked(r).0..=asked(r).1])),
    ("no-total", |_, r, all| {
        let (first, last) = asked(r);
        Answer::status(206).header("Content-Range", format!("bytes {first}-{last}/*")).body(&all[first..=last])
    }),
    ("no-range", |_, r, all| Answer::status(206).body(&all[asked(r).0..=asked(r).1])),
    ("other-tag", |_, r, all| part(asked(r), all.len(), &all[asked(r).0..=asked(r).1]).header("ETag", "\"b\"")),
    ("coded", |f, r, _| f.answer(r).header("Content-Encoding", "gzip")),
    ("416", |_, _, _| Answer::status(416)),
    ("412", |_, _, _| Answer::status(412)),
    ("403", |_, _, _| Answer::html(403, "Expired")),
    ("404", |_, _, _| Answer::html(404, "Gone")),
    ("429", |_, _, _| Answer::status(429)),
    ("503", |_, _, _| Answer::status(503)),
    ("elsewhere", |_, _, _| Answer::redirect(302, "/other")),
    ("nothing", |_, _, _| Answer::raw("").close()),
];

#[test]
fn a_refused_range_costs_nothing() {
    let (origin, mut run) = (Origin::start(), Run::with(with(2)));
    origin.script("/other", Resource::new(payload(1, 4 * MIB)).script());
    for (name, bend) in REFUSALS {
        let path = format!("/{name}");
        let id = bent(&mut run, &origin, &path, false, *bend);
        let file = run.check(id, name, &payload(1, 4 * MIB));
        assert_eq!((file.attempts, file.resumed_from), (1, 0), "{name}");
        assert_eq!(run.facts(id), "queued connecting started finished", "{name}");
        assert_eq!(origin.requests(&path).len(), 2, "{name}: it is not asked again");
    }
}

/// The head is right and the body is that of another place, or of another version: the first connection sees it where
/// its own piece ends.
#[test]
fn a_range_with_the_bytes_of_another_place_never_gets_into_the_file() {
    let (origin, mut run) = (Origin::start(), Run::with(with(2)));
    let lies: [(&str, Bend); 2] = [
        ("beginning", |_, r, all| part(asked(r), all.len(), &all[..=asked(r).1 - asked(r).0])),
        ("version", |_, r, all| part(asked(r), all.len(), &payload(2, all.len())[asked(r).0..=asked(r).1])),
    ];
    for (name, bend) in lies {
        let path = format!("/{name}");
        let id = bent(&mut run, &origin, &path, true, bend);
        run.check(id, name, &payload(1, 4 * MIB));
        assert_eq!(restarts(&run, id), 1, "{name}");
        let last = origin.requests(&path).pop().expect("asked for");
        assert_eq!(last.header("Range"), None, "{name}: then all of it over one");
    }
}

/// A range that breaks off or stops costs what is left of it, and no attempt.
#[test]
fn what_a_range_leaves_is_fetched_by_another() {
    let (origin, mut run) = (Origin::start(), Run::with(with(2)));
    let breaks: [(&str, Bend); 4] = [
        ("cut", |f, r, _| f.answer(r).cut(MIB / 2)),
        ("reset", |f, r, _| f.answer(r).reset(MIB / 2)),
        ("stalled", |f, r, _| f.answer(r).stall_after(MIB / 2)),
        ("stalled-at-once", |f, r, _| f.answer(r).stall_after(0)),
    ];
    for (name, bend) in breaks {
        let path = format!("/{name}");
        let id = bent(&mut run, &origin, &path, true, bend);
        let file = run.check(id, name, &payload(1, 4 * MIB));
        assert_eq!((file.attempts, restarts(&run, id)), (1, 0), "{name}");
        let requests = origin.requests(&path);
        let (second, third) = (asked(&requests[1]), asked(&requests[2]));
        assert!(second.0 <= third.0 + 1024 && third.1 <= second.1, "{name}: {second:?} {third:?}");
    }
}

/// Whatever comes by its fifth connection or a later one is reset: four bring the file.
#[test]
fn a_server_that_punishes_more_than_four_gets_four() {
    let (origin, mut run) = (Origin::start(), Run::with(with(16)));
    let file = Resource::new(payload(1, 24 * MIB));
    origin.script(
        "/a.bin",
        Script::new().answer(move |request| match request.connection {
            0..4 => file.answer(request).paced(&Pace::new(16_000_000)),
            _ => Answer::raw("").reset(0),
        }),
    );
    let id = run.add(&origin.url("/a.bin"));
    let done = run.check(id, "a.bin", &payload(1, 24 * MIB));
    assert_eq!((done.attempts, restarts(&run, id)), (1, 0));
}

/// Whatever a connection brings ends after some megabytes: no reason to bring the rest over one, nor to give up.
#[test]
fn connections_that_break_late_are_followed_by_others() {
    let (origin, mut run) = (Origin::start(), Run::with(with(4)));
    let file = Resource::new(payload(1, 24 * MIB));
    let script = Script::new().answer(move |request| {
        let rate = 8_000_000 + 3_000_000 * (request.connection as u64 % 4);
        file.answer(request).paced(&Pace::new(rate)).reset(3 * MIB / 2)
    });
    origin.script("/a.bin", script);
    let id = run.add(&origin.url("/a.bin"));
    let done = run.check(id, "a.bin", &payload(1, 24 * MIB));
    assert_eq!((done.attempts, restarts(&run, id)), (1, 0));
    assert!(origin.requests("/a.bin").len() > 12);
}

/// One of four connections is ten times slower: others take its rest piece by piece.
#[test]
fn the_rest_of_a_slow_connection_is_taken_over() {
    let (origin, mut run) = (Origin::start(), Run::with(with(4)));
    let file = Resource::new(payload(1, 8 * MIB));
    let again = file.clone();
    let script = Script::new().answer(move |r| file.answer(r).paced(&Pace::new(4_000_000)));
    let first_range = again.clone();
    let script = script.answer(move |r| first_range.answer(r).paced(&Pace::new(400_000)));
    origin.script("/a.bin", script.answer(move |r| again.answer(r).paced(&Pace::new(4_000_000))));
    let id = run.add(&origin.url("/a.bin"));
    run.check(id, "a.bin", &payload(1, 8 * MIB));
    let requests = origin.requests("/a.bin");
    let (first, last) = asked(&requests[1]);
    let within = |request: &&Request| {
        let (from, to) = asked(request);
        first < from + 1024 && to <= last
    };
    assert!(
        requests[4..].iter().any(|request| within(&request)),
        "{:?}",
        requests.iter().map(range).collect::<Vec<_>>()
    );
}

/// Two connections are held in the middle of their pieces; what follows fetches the holes alone.
#[test]
fn a_pause_keeps_what_every_connection_has_got() {
    for word in ["paused", "cancelled", "retrying"] {
        let (origin, mut run) = (Origin::start(), Run::with(Options { retries: 1, ..with(2) }));
        let bytes = payload(1, 4 * MIB);
        let file = Resource::new(bytes.clone()).etag(TAG);
        let (second, again, gate) = (file.clone(), file, Gate::new());
        let (held, first, total) = (gate.clone(), bytes[..MIB].to_vec(), bytes.len().to_string());
        let first =
            move || Answer::ok(&*first).header("ETag", TAG).header("Content-Length", &total).wait(&held).close();
        let ends = word == "retrying";
        let breaks = move |answer: Answer| if ends { answer.cut(MIB) } else { answer.stall_after(MIB) };
        let script = Script::new().then(first).answer(move |r| breaks(second.answer(r)));
        origin.script("/a.bin", script.answer(move |request| again.answer(request)));
        let id = run.add(&origin.url("/a.bin"));
        run.wait_bytes(id, 2 * MIB);
        if ends {
            gate.open();
        } else {
            run.send(if word == "paused" { Command::Pause(id) } else { Command::Cancel(id) });
            run.wait(id, word);
            run.send(if word == "paused" { Command::Resume(id) } else { Command::Retry(id) });
        }
        run.check(id, "a.bin", &bytes);
        assert_eq!(restarts(&run, id), 0, "{word}");
        let requests = origin.requests("/a.bin");
        let (second, later) = (asked(&requests[1]).0, requests[2..].iter().map(asked).collect::<Vec<_>>());
        assert_eq!(later[0], (MIB - 1024, usize::MAX), "{word}: the first hole goes on as every part does");
        assert!(later.iter().any(|(first, _)| *first == second + MIB - 1024), "{word}: {later:?}");
        for (first, last) in &later[1..] {
            assert!(
                *first >= MIB - 1024 && (*last < second + 1024 || *first >= second + MIB - 1024),
                "{word}: {later:?}"
            );
        }
    }
}

/// What a range is refused for, its host hears of like of every failure: it rests if that is not longer than anybody
/// waits. The main connection breaks, and the job goes on.
#[test]
fn a_host_feels_what_its_ranges_are_refused_for() {
    for (asks, rests) in [("1", true), ("3600", false)] {
        let (origin, elsewhere) = (Origin::start(), Origin::start());
        let mut run = Run::with(Options { retries: 1, ..with(2) });
        let (bytes, gate) = (payload(1, 4 * MIB), Gate::new());
        let (held, begin, total) = (gate.clone(), bytes[..MIB].to_vec(), bytes.len().to_string());
        let first =
            move || Answer::ok(&*begin).header("ETag", TAG).header("Content-Length", &total).wait(&held).close();
        let (file, to) = (Resource::new(bytes.clone()).etag(TAG), elsewhere.url("/a.bin"));
        let script = Script::new().then(first).then(move || Answer::status(429).header("Retry-After", asks));
        elsewhere.script("/a.bin", script.answer(move |request| file.answer(request)));
        origin.script("/a.bin", Script::new().then(move || Answer::redirect(302, &to)));
        // Only a host that jobs were asked of has something to lose.
        elsewhere.script("/known", Script::body("a"));
        let known = run.add(&elsewhere.url("/known"));
        run.finished(known);
        let id = run.add(&origin.url("/a.bin"));
        run.wait_for("the host's change", |event| matches!(event, Event::HostChanged { .. }));
        gate.open();
        run.check(id, "a.bin", &bytes);
        let changes = run.seen().iter().filter_map(|event| match event {
            Event::HostChanged { host, pause, .. } => Some((elsewhere.url("").contains(host), pause.is_some())),
            _ => None,
        });
        assert_eq!(changes.collect::<Vec<_>>(), [(true, rests)], "{asks}: the host that has said so");
    }
}

/// Four connections bring a large file and take all that its host gives; small files come later. Every connection is
/// held in the middle, so that none of them gets free by itself.
#[test]
fn later_files_of_the_host_get_back_what_was_lent() {
    let (origin, gate) = (Origin::start(), Gate::new());
    let mut run = Run::with(Options { per_host: Some(4), ..with(4) });
    let bytes = payload(1, 8 * MIB);
    let (held, all, again, whole) = (gate.clone(), bytes.clone(), gate.clone(), bytes.clone());
    let first = move || Answer::ok(&whole[..MIB]).header("ETag", TAG).wait(&held).body(&whole[MIB..]);
    let script = Script::new().then(first).answer(move |request| {
        let (first, last) = asked(request);
        let middle = usize::midpoint(first, last);
        part((first, last), all.len(), &all[first..middle]).wait(&again).body(&all[middle..=last])
    });
    origin.script("/big.bin", script);
    let big = run.add(&origin.url("/big.bin"));
    origin.wait_requests("/big.bin", 4);
    for name in ["1", "2", "3", "4", "5"] {
        origin.script(&format!("/{name}"), Script::body("small"));
        let id = run.add(&origin.url(&format!("/{name}")));
        run.check(id, name, b"small");
    }
    assert_eq!(run.facts(big), "queued connecting started");
    gate.open();
    let file = run.check(big, "big.bin", &bytes);
    assert_eq!(file.attempts, 1);
}

/// Whoever takes the place of a dead connection is as dead: that is a stall, however many there are.
#[test]
fn a_server_that_brings_no_more_has_stalled() {
    let (origin, stall_timeout) = (Origin::start(), Duration::from_millis(1200));
    let mut run = Run::with(Options { stall_timeout, ..with(16) });
    let file = Resource::new(payload(1, 4 * MIB));
    let again = file.clone();
    let script = Script::new().answer(move |r| file.answer(r).stall_after(MIB));
    origin.script("/a.bin", script.answer(move |r| again.answer(r).stall_after(0)));
    let id = run.add(&origin.url("/a.bin"));
    assert_eq!(run.failed(id).class, ErrorClass::Stalled);
    assert!((3..60).contains(&origin.requests("/a.bin").len()), "{}", origin.requests("/a.bin").len());
}
