//! Going on with a part: what is asked, what each answer means, and that a file is always the bytes of one version.
//! Most cases are those of the fault table in the project's book on reliability.

use std::path::Path;

use haul::engine::event::{Command, Event};
use haul::engine::request::JobId;

use super::run::Run;
use crate::support::bytes::payload;
use crate::support::origin::{Answer, Origin, Request, Resource, Script};

const PART: usize = 100_000;
const WHOLE: usize = 300_000;

/// Holds a job in the middle of its first answer and pauses it.
fn pause_halfway(run: &mut Run, id: JobId) {
    run.wait_bytes(id, PART);
    run.send(Command::Pause(id));
    run.wait(id, "paused");
}

fn stalled(file: &Resource) -> Script {
    let file = file.clone();
    Script::new().answer(move |request| file.answer(request).stall_after(PART))
}

fn then_good(script: Script, file: &Resource) -> Script {
    let file = file.clone();
    script.answer(move |request| file.answer(request))
}

#[test]
fn only_strong_validators_are_asked_with() {
    const MODIFIED: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    let date = |date: &str| Resource::new(payload(1, WHOLE)).without_etag().header("Date", date);
    let dated = |day: &str| date(day).header("Last-Modified", MODIFIED);
    let tagged = |etag: &str| dated("Sun, 06 Nov 1994 09:00:00 GMT").etag(etag);
    let old = "Sunday, 06-Nov-94 08:49:37 GMT";
    let cases = [
        ("strong", tagged("\"a\""), Some("\"a\"")),
        ("odd", tagged("\"a\\b, c\""), Some("\"a\\b, c\"")),
        ("weak", tagged("W/\"a\""), None),
        ("unquoted", tagged("a"), None),
        ("date", dated("Sun, 06 Nov 1994 08:49:38 GMT"), Some(MODIFIED)),
        ("rfc850", date("Sun, 06 Nov 1994 08:49:38 GMT").header("Last-Modified", old), Some(old)),
        ("same-second", dated("Sun, 06 Nov 1994 08:49:37 GMT"), None),
        ("no-date", Resource::new(payload(1, WHOLE)).without_etag().header("Last-Modified", MODIFIED), None),
        ("nothing", Resource::new(payload(1, WHOLE)).without_etag(), None),
    ];
    let (origin, mut run) = (Origin::start(), Run::new());
    for (name, file, validator) in cases {
        let path = format!("/{name}");
        origin.script(&path, then_good(stalled(&file), &file));
        let id = run.add(&origin.url(&path));
        run.wait_bytes(id, PART);
        run.send(Command::Cancel(id));
        run.wait(id, "cancelled");
        let parts: Vec<_> = run.dir.files().into_iter().filter(|(file, _)| file.starts_with(".haul-")).collect();
        assert_eq!(parts.len(), usize::from(validator.is_some()), "{name}: {parts:?}");
        assert!(parts.iter().all(|(_, size)| *size == PART as u64), "{name}: {parts:?}");
        run.send(Command::Retry(id));
        let file = run.check(id, name, &payload(1, WHOLE));
        let second = &origin.requests(&path)[1];
        assert_eq!(second.header("If-Range"), validator, "{name}");
        assert_eq!(second.header("Range"), validator.map(|_| "bytes=98976-"), "{name}");
        assert_eq!(file.resumed_from, validator.map_or(0, |_| PART as u64), "{name}");
    }
    assert_eq!(run.parts(), [] as [&str; 0]);
}

/// What must come of an answer to a range, once the server is good again.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Outcome {
    /// The part was of use.
    Continued,
    /// It was not, and the job says so.
    Restarted,
    /// The job has failed, with this class.
    Failed(&'static str),
}
use Outcome::{Continued, Failed, Restarted};

type Bend = fn(&Resource, &Request, &[u8]) -> Answer;

fn partial(range: &str, body: &[u8]) -> Answer {
    Answer::status(206).header("Content-Range", range).body(body)
}

/// Each after 100,000 of 300,000 bytes under a strong tag; every later answer is right.
const ANSWERS: &[(&str, Outcome, Bend)] = &[
    ("right", Continued, |file, request, _| file.answer(request)),
    ("whole", Restarted, |_, _, all| Answer::ok(all)),
    ("whole-chunked", Restarted, |_, _, all| Answer::status(200).chunked(all, 10_000)),
    ("from-zero", Restarted, |_, _, all| partial("bytes 0-299999/300000", all)),
    ("earlier", Continued, |_, _, all| partial("bytes 99000-299999/300000", &all[99_000..])),
    ("too-early", Restarted, |_, _, all| partial("bytes 98000-299999/300000", &all[98_000..])),
    ("no-gain", Restarted, |_, _, all| partial("bytes 98976-99999/300000", &all[98_976..PART])),
    ("other-bytes", Restarted, |_, _, all| partial("bytes 98976-299999/300000", &payload(2, all.len())[98_976..])),
    ("last-byte", Restarted, |_, _, all| {
        partial("bytes 98976-299999/300000", &[&all[98_976..PART - 1], b"!", &all[PART..]].concat())
    }),
    ("hole", Restarted, |_, _, all| partial("bytes 150000-299999/300000", &all[150_000..])),
    ("piece", Continued, |_, _, all| partial("bytes 100000-199999/300000", &all[PART..200_000])),
    ("tiny-piece", Continued, |_, _, all| partial("bytes 100000-100000/300000", &all[PART..=PART])),
    ("cut-piece", Continued, |_, _, all| partial("bytes 100000-299999/*", &all[PART..])),
    ("star-piece", Continued, |_, _, all| partial("bytes 100000-199999/*", &all[PART..200_000])),
    ("no-range", Restarted, |_, _, all| Answer::status(206).body(&all[PART..])),
    ("junk-range", Restarted, |_, _, all| partial("3/7", &all[PART..])),
    ("other-unit", Restarted, |_, _, all| partial("items 100000-299999/300000", &all[PART..])),
    ("backwards", Restarted, |_, _, all| partial("bytes 299999-100000/300000", &all[PART..])),
    ("beyond", Restarted, |_, _, all| partial("bytes 100000-299999/200000", &all[PART..])),
    ("2^64", Restarted, |_, _, all| partial("bytes 18446744073709651616-299999/300000", &all[PART..])),
    ("40-digits", Restarted, |_, _, all| partial(&format!("bytes 100000-{}/*", "9".repeat(40)), &all[PART..])),
    ("other-total", Restarted, |_, _, all| partial("bytes 100000-299999/400000", &all[PART..])),
    ("other-tag", Restarted, |_, _, all| {
        partial("bytes 100000-299999/300000", &payload(2, all.len())[PART..]).header("ETag", "\"b\"")
    }),
    ("lying-length", Restarted, |_, _, all| {
        partial("bytes 100000-299999/300000", &all[PART..]).header("Content-Length", "200001")
    }),
    ("misused", Restarted, |_, _, all| Answer::ok(&all[PART..]).header("Content-Range", "bytes 100000-299999/300000")),
    ("416", Restarted, |_, _, _| Answer::status(416)),
    ("416-total", Restarted, |_, _, _| Answer::status(416).header("Content-Range", "bytes */300000")),
    ("416-part", Restarted, |_, _, _| Answer::status(416).header("Content-Range", "bytes */100000")),
    ("416-less", Restarted, |_, _, _| Answer::status(416).header("Content-Range", "bytes */80000")),
    ("multipart", Restarted, |_, _, all| {
        let head = b"--x\r\nContent-Range: bytes 100000-299999/300000\r\n\r\n";
        let body = [&head[..], &all[PART..], b"\r\n--x--\r\n"].concat();
        Answer::status(206).header("Content-Type", "multipart/byteranges; boundary=x").body(body)
    }),
    ("304", Restarted, |_, _, _| Answer::status(304)),
    ("412", Restarted, |_, _, _| Answer::status(412)),
    ("coded", Failed("protocol"), |_, _, all| {
        partial("bytes 100000-299999/300000", &all[PART..]).header("Content-Encoding", "gzip")
    }),
    ("gone", Failed("status"), |_, _, _| Answer::html(404, "Gone")),
    ("forbidden", Failed("status"), |_, _, _| Answer::html(403, "Expired")),
    ("cut", Failed("truncated"), |file, request, _| file.answer(request).cut(50_000)),
    ("nothing", Failed("connect"), |_, _, _| Answer::raw("").close()),
];

#[test]
fn every_answer_to_a_range_ends_in_the_bytes_of_one_version() {
    let (origin, mut run) = (Origin::start(), Run::new());
    let bytes = payload(1, WHOLE);
    let file = Resource::new(bytes.clone()).etag("\"a\"");
    let mut urls = Vec::new();
    for (name, _, bend) in ANSWERS {
        let path = format!("/{name}");
        let (sent, all, bend) = (file.clone(), bytes.clone(), *bend);
        let script = stalled(&file).answer(move |request| bend(&sent, request, &all));
        // A dead connection is asked twice at once, since the host is known.
        let twice = *name == "nothing";
        let script = if twice { script.then(|| Answer::raw("").close()) } else { script };
        origin.script(&path, then_good(script, &file));
        urls.push(origin.url(&path));
    }
    let ids = run.add_all(&urls);
    for id in &ids {
        pause_halfway(&mut run, *id);
        run.send(Command::Resume(*id));
    }
    for ((name, outcome, _), id) in ANSWERS.iter().zip(&ids) {
        if let Failed(class) = outcome {
            assert_eq!(run.failed(*id).class.word(), *class, "{name}");
            assert!(!run.dir.names().contains(&(*name).to_owned()), "{name}");
            run.send(Command::Retry(*id));
        }
        let resumed = run.check(*id, name, &bytes).resumed_from;
        let restarted = run.facts(*id).contains("restarted");
        assert_eq!((restarted, resumed > 0), (*outcome == Restarted, *outcome != Restarted), "{name}");
    }
    run.close();
    assert_eq!(run.parts(), [] as [&str; 0]);
}

#[test]
fn a_server_that_never_learns_is_a_named_error() {
    type Always = fn(&Request, &[u8]) -> Answer;
    let cases: &[(&str, Always, &str)] = &[
        ("416", |_, _| Answer::status(416), "status"),
        ("misused", |_, all| Answer::ok(all).header("Content-Range", "bytes 0-299999/300000"), ""),
        ("206", |_, all| partial("bytes 0-299999/300000", all), "protocol"),
    ];
    let (origin, mut run) = (Origin::start(), Run::new());
    let bytes = payload(1, WHOLE);
    for (name, always, class) in cases {
        let path = format!("/{name}");
        let (all, always) = (bytes.clone(), *always);
        origin.script(&path, stalled(&Resource::new(bytes.clone())).answer(move |request| always(request, &all)));
        let id = run.add(&origin.url(&path));
        pause_halfway(&mut run, id);
        run.send(Command::Resume(id));
        if class.is_empty() {
            run.check(id, name, &bytes);
        } else {
            assert_eq!(run.failed(id).class.word(), *class, "{name}");
        }
        // With the range, and once without.
        assert_eq!(origin.requests(&path).len(), 3, "{name}");
        assert_eq!(origin.requests(&path)[2].header("Range"), None, "{name}");
    }
}

#[test]
fn another_version_takes_the_place_of_the_first() {
    let (origin, mut run) = (Origin::start(), Run::new());
    let mut jobs = Vec::new();
    for size in [WHOLE, 1000, PART, 400_000] {
        let path = format!("/{size}");
        let new = Resource::new(payload(2, size));
        origin.script(&path, then_good(stalled(&Resource::new(payload(1, WHOLE))), &new));
        let id = run.add(&origin.url(&path));
        pause_halfway(&mut run, id);
        jobs.push((id, size));
    }
    for (id, size) in jobs {
        run.send(Command::Resume(id));
        assert_eq!(run.check(id, &size.to_string(), &payload(2, size)).resumed_from, 0);
        assert_eq!(run.facts(id), "queued connecting started paused queued connecting restarted started finished");
    }
    run.close();
    assert_eq!(run.parts(), [] as [&str; 0]);
}

#[test]
fn a_body_of_unknown_length_that_comes_in_pieces_is_whole_or_nothing() {
    let (origin, mut run) = (Origin::start(), Run::new());
    let bytes = payload(1, WHOLE);
    let file = Resource::new(bytes.clone()).etag("\"a\"");
    let framed = format!("{PART:x}\r\n").len() + PART;
    let chunked = bytes.clone();
    let script = Script::new()
        .then(move || Answer::status(200).header("ETag", "\"a\"").chunked(&chunked, PART).stall_after(framed));
    let piece = bytes.clone();
    let script = script.then(move || partial("bytes 100000-199999/*", &piece[PART..200_000]));
    origin.script("/a", then_good(script, &file));
    let id = run.add(&origin.url("/a"));
    pause_halfway(&mut run, id);
    run.send(Command::Resume(id));
    run.check(id, "a", &bytes);
}

#[test]
fn a_part_that_somebody_touched_is_not_used() {
    type Touch = fn(&Path, &Path);
    let cases: &[(&str, Touch)] = &[
        ("deleted", |part, _| std::fs::remove_file(part).expect("removed")),
        ("longer", |part, _| std::fs::write(part, payload(3, PART + 1)).expect("written")),
        ("shorter", |part, _| std::fs::write(part, [7; 10]).expect("written")),
        #[cfg(unix)]
        ("link", |part, other| {
            std::fs::remove_file(part).expect("removed");
            std::os::unix::fs::symlink(other, part).expect("linked");
        }),
    ];
    let (origin, mut run) = (Origin::start(), Run::new());
    let bytes = payload(1, WHOLE);
    let other = run.dir.write("other", payload(3, PART));
    for (name, touch) in cases {
        let path = format!("/{name}");
        let file = Resource::new(bytes.clone());
        origin.script(&path, then_good(stalled(&file), &file));
        let id = run.add(&origin.url(&path));
        pause_halfway(&mut run, id);
        let parts = run.parts();
        assert_eq!(parts.len(), 1, "{name}: {parts:?}");
        touch(&run.dir.path(&parts[0]), &other);
        run.send(Command::Resume(id));
        let restarted = run.wait(id, "restarted");
        assert!(matches!(restarted, Event::Restarted { reason, .. } if reason.contains("part file")), "{name}");
        assert_eq!(run.check(id, name, &bytes).resumed_from, 0, "{name}");
        assert_eq!(origin.requests(&path)[1].header("Range"), None, "{name}");
        assert_eq!(run.parts(), [] as [&str; 0], "{name}");
    }
    assert_eq!(run.dir.read("other"), payload(3, PART));
}

#[test]
fn a_redirect_on_the_way_back_may_lead_elsewhere() {
    const MODIFIED: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    let tagged = |seed| Resource::new(payload(seed, WHOLE)).etag(&format!("\"{seed}\""));
    let dated = |seed| {
        let file = Resource::new(payload(seed, WHOLE)).without_etag().header("Last-Modified", MODIFIED);
        file.header("Date", "Sun, 06 Nov 1994 09:00:00 GMT")
    };
    // The first answer, that of the mirror, and where the job goes on.
    let cases = [
        ("/same-tag", tagged(1), tagged(1), 1, PART),
        ("/other-tag", tagged(1), tagged(2), 2, 0),
        // Two files of the same date are not one file.
        ("/same-date", dated(1), dated(2), 2, 0),
    ];
    let (origin, mirror, mut run) = (Origin::start(), Origin::start(), Run::new());
    for (path, here, there, seed, from) in cases {
        mirror.script(path, there.script());
        let to = mirror.url(path);
        origin.script(path, stalled(&here).then(move || Answer::redirect(302, &to)));
        let id = run.add(&origin.url(path));
        pause_halfway(&mut run, id);
        run.send(Command::Resume(id));
        assert_eq!(run.check(id, &path[1..], &payload(seed, WHOLE)).resumed_from, from as u64);
        let asked = &mirror.requests(path)[0];
        assert_eq!(asked.header("Range"), Some("bytes=98976-"), "{path}");
        assert!(asked.header("If-Range").is_some(), "{path}");
    }
}
