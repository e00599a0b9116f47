//! Going on with a part against servers that change their mind: whatever they do, the file is the bytes of one version
//! or there is none, and what is fetched has a bound.

use haul::engine::event::{Command, Event};
use haul::engine::request::JobId;

use crate::engine::run::Run;
use crate::support::bytes::payload;
use crate::support::origin::{Answer, Origin, Resource, Script};

const PART: usize = 300_000;
const WHOLE: usize = 600_000;

/// Fault 35: the part was whole already, and nobody knew.
#[test]
fn a_part_that_is_whole_already_costs_nothing() {
    let (origin, mut run) = (Origin::start(), Run::new());
    let bytes = payload(1, PART);
    let last: fn(&[u8]) -> Answer = |all| {
        let from = all.len() - 1024;
        let range = format!("bytes {from}-{}/{}", all.len() - 1, all.len());
        Answer::status(206).header("Content-Range", range).header("ETag", "\"a\"").body(&all[from..])
    };
    let enough: fn(&[u8]) -> Answer =
        |all| Answer::status(416).header("Content-Range", format!("bytes */{}", all.len()));
    for (name, second) in [("last-bytes", last), ("416", enough)] {
        let path = format!("/{name}");
        let (all, again) = (bytes.clone(), bytes.clone());
        let framed = format!("{PART:x}\r\n").len() + PART;
        let script = Script::new()
            .then(move || Answer::status(200).header("ETag", "\"a\"").chunked(&all, PART).stall_after(framed));
        origin.script(&path, script.then(move || second(&again)));
        let id = run.add(&origin.url(&path));
        run.wait_bytes(id, PART);
        run.send(Command::Pause(id));
        run.wait(id, "paused");
        run.send(Command::Resume(id));
        assert_eq!(run.check(id, name, &bytes).resumed_from, PART as u64, "{name}");
        assert!(!run.facts(id).contains("restarted"), "{name}");
        assert_eq!(origin.requests(&path).len(), 2, "{name}");
    }
}

/// Fault 44: a head, and then nothing.
#[test]
fn an_empty_part_is_no_part() {
    let (origin, mut run) = (Origin::start(), Run::new());
    let file = Resource::new(payload(1, WHOLE));
    let again = file.clone();
    let script = Script::new().answer(move |request| file.answer(request).stall_after(0));
    origin.script("/a", script.answer(move |request| again.answer(request)));
    let id = run.add(&origin.url("/a"));
    run.wait(id, "started");
    run.send(Command::Pause(id));
    run.wait(id, "paused");
    assert_eq!(run.parts(), [] as [&str; 0]);
    run.send(Command::Resume(id));
    run.check(id, "a", &payload(1, WHOLE));
    assert_eq!(origin.requests("/a")[1].header("Range"), None);
}

/// Tries again at once, as often as it takes; the file must be this one.
#[track_caller]
fn insist(run: &mut Run, id: JobId, name: &str, bytes: &[u8]) {
    loop {
        match run.wait_until(id, "the end", |event| matches!(event, Event::Finished { .. } | Event::Failed { .. })) {
            Event::Finished { file, .. } => {
                assert_eq!(file.path, run.dir.path(name));
                return assert!(run.dir.read(name) == bytes, "{name} has other bytes");
            }
            _ => run.send(Command::Retry(id)),
        }
    }
}

/// Fault 43: a node that knows no ranges answers now and then, and every connection dies after a tenth.
#[test]
fn nodes_of_two_minds_end_within_bounds() {
    const TENTH: usize = WHOLE / 10 + 2048;
    let (origin, mut run) = (Origin::start(), Run::new());
    let file = Resource::new(payload(1, WHOLE)).etag("\"a\"");
    let blind = file.clone().without_ranges();
    let script = Script::new().answer(move |request| {
        let answer = if matches!(request.at, 3 | 7) { blind.answer(request) } else { file.answer(request) };
        answer.cut(TENTH)
    });
    origin.script("/a", script);
    let id = run.add(&origin.url("/a"));
    insist(&mut run, id, "a", &payload(1, WHOLE));
    let sent = origin.requests("/a").len() * TENTH;
    assert!(sent <= 3 * WHOLE, "{sent} bytes for {WHOLE}");
}

/// Fault 45: a few bytes at a time, and in between an error page and another file under the same address.
#[test]
fn bytes_of_others_never_get_into_a_part() {
    let (origin, mut run) = (Origin::start(), Run::new());
    let file = Resource::new(payload(1, WHOLE)).etag("\"a\"");
    let foreign = Resource::new(payload(2, WHOLE)).etag("\"b\"");
    let first = file.clone();
    let mut script = Script::new().answer(move |request| first.answer(request).cut(PART));
    for turn in 0..5 {
        let (few, strange) = (file.clone(), foreign.clone());
        script = script.answer(move |request| few.answer(request).reset(1024 + 5));
        script = match turn {
            1 => script.then(|| Answer::html(404, "Not Found")),
            3 => script.answer(move |request| strange.answer(request).reset(5)),
            _ => script,
        };
    }
    origin.script("/a", script.answer(move |request| file.answer(request)));
    let id = run.add(&origin.url("/a"));
    insist(&mut run, id, "a", &payload(1, WHOLE));
    assert_eq!(origin.requests("/a").len(), 9);
    run.close();
    assert_eq!(run.dir.names(), ["a"]);
}

/// Fault 55: tags that are none, and tags that are hardly any.
#[test]
fn odd_tags_are_echoed_byte_for_byte_or_not_at_all() {
    const MODIFIED: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    let long = format!("\"{}\"", "x".repeat(8000));
    let (origin, mut run) = (Origin::start(), Run::new());
    for (name, tag, echoed) in [
        ("long", long.as_bytes(), true),
        ("backslash", b"\"a\\\"", true),
        ("empty", b"", false),
        ("unquoted", b"abc", false),
        // A tag that cannot be told forbids the date too.
        ("high", b"\"\xe9\"", false),
    ] {
        let path = format!("/{name}");
        let tagged = move |answer: Answer, tag: &[u8]| {
            answer.header("ETag", tag).header("Last-Modified", MODIFIED).header("Date", "Sun, 06 Nov 1994 09:00:00 GMT")
        };
        let (file, again) = (Resource::new(payload(1, WHOLE)).without_etag(), tag.to_vec());
        let (here, tag_here) = (file.clone(), tag.to_vec());
        let script = Script::new().answer(move |request| tagged(here.answer(request), &tag_here).stall_after(PART));
        origin.script(&path, script.answer(move |request| tagged(file.answer(request), &again)));
        let id = run.add(&origin.url(&path));
        run.wait_bytes(id, PART);
        run.send(Command::Pause(id));
        run.wait(id, "paused");
        run.send(Command::Resume(id));
        run.check(id, name, &payload(1, WHOLE));
        let asked = &origin.requests(&path)[1];
        assert_eq!(asked.header("If-Range").map(str::as_bytes), echoed.then_some(tag), "{name}");
        assert_eq!(asked.header("Range").is_some(), echoed, "{name}");
    }
}
