//! Status and retry (60 to 63, 65, 68 to 70): who is asked again, when, and how often.

use std::time::Duration;

use haul::engine::event::{Command, Event};
use haul::engine::options::Options;
use haul::engine::request::JobId;

use crate::engine::run::{Run, options};
use crate::support::bytes::payload;
use crate::support::command::haul;
use crate::support::origin::{Answer, Origin, Resource, Script};
use crate::support::temp::TempDir;

const PART: usize = 100_000;
const WHOLE: usize = 300_000;

/// A server's wish, and the wait that it makes; none is the ordinary backoff.
const WISHES: &[(u16, &str, Option<u64>)] = &[
    (429, "3600", Some(3600)),
    (503, "3600", Some(3600)),
    (503, " 3600\t", Some(3600)),
    // The clock of this server is decades off, and dates are read by it (68).
    (429, "Sun, 06 Nov 1994 09:49:37 GMT", Some(3600)),
    (503, "Sunday, 06-Nov-94 09:49:37 GMT", Some(3600)),
    (503, "Sun Nov  6 09:49:37 1994", Some(3600)),
    (503, "99999999999999999999999999", Some(u32::MAX as u64)),
    (429, "Fri, 31 Dec 9999 23:59:59 GMT", Some(u32::MAX as u64)),
    (429, "0", None),
    (503, "Sun, 06 Nov 1994 07:49:37 GMT", None),
    (503, "-1", None),
    (503, "1.5", None),
    (503, "3600s", None),
    (503, "in a while", None),
    (503, "", None),
    (503, "Sun, 99 Nov 1994 09:49:37 GMT", None),
];

/// What the next attempt waits for.
#[track_caller]
fn retrying(run: &mut Run, id: JobId) -> Duration {
    match run.wait(id, "retrying") {
        Event::Retrying { delay, .. } => delay,
        other => crate::support::fail(&format!("{other:?}")),
    }
}

/// True where a backoff after so many failures in a row may be this long: doubling, less up to a half.
fn is_backoff(delay: Duration, failures: u32) -> bool {
    let longest = Duration::from_millis(500) * 2_u32.pow(failures - 1);
    (longest / 2..=longest).contains(&delay)
}

/// 60, 68
#[test]
fn every_wish_for_patience_is_met_and_holds_no_slot() {
    let (other, mut run) = (Origin::start(), Run::with(Options { jobs: 1, retries: 1, patience: None, ..options() }));
    let mut jobs = Vec::new();
    // A host each, since a wish is one for the whole host.
    for (row, (status, wish, wait)) in WISHES.iter().enumerate() {
        let origin = Origin::start();
        let busy =
            move || Answer::status(*status).header("Retry-After", wish).header("Date", "Sun, 06 Nov 1994 08:49:37 GMT");
        origin.script(&format!("/{row}"), Script::new().then(busy).then(|| Answer::ok("abc")));
        let id = run.add(&origin.url(&format!("/{row}")));
        jobs.push((id, origin, *wait, format!("{status} {wish}")));
    }
    for (id, origin, wait, name) in &jobs {
        let delay = retrying(&mut run, *id);
        let host = format!("http://{}", origin.authority());
        let paused = run
            .seen()
            .iter()
            .any(|event| matches!(event, Event::HostChanged { host: changed, pause: Some(_), .. } if *changed == host));
        match wait {
            Some(wait) => assert!(paused && delay == Duration::from_secs(*wait), "{name}: {delay:?}"),
            None => assert!(!paused && is_backoff(delay, 1), "{name}: {delay:?}"),
        }
    }
    // There is but one slot, and nobody sits in it.
    other.script("/free", Script::body("def"));
    let free = run.add(&other.url("/free"));
    run.check(free, "free", b"def");
    for (id, ..) in jobs.iter().filter(|(_, _, wait, _)| wait.is_some()) {
        assert!(run.facts(*id).ends_with("retrying"));
        run.send(Command::Retry(*id));
    }
    for (row, (id, origin, _, name)) in jobs.iter().enumerate() {
        run.check(*id, &row.to_string(), b"abc");
        assert_eq!(origin.all_requests().len(), 2, "{name}");
    }
}

/// 61
#[test]
fn a_run_without_a_screen_waits_ten_minutes_and_no_longer() {
    let cases = [
        (429, "600", None, true),
        (503, "601", None, false),
        (429, "3600", None, false),
        (503, "99999999999999999999999999", None, false),
        (503, "Sun, 06 Nov 1994 08:59:37 GMT", Some("Sun, 06 Nov 1994 08:49:37 GMT"), true),
        (503, "Sun, 06 Nov 1994 08:59:38 GMT", Some("Sun, 06 Nov 1994 08:49:37 GMT"), false),
        (403, "601", None, false),
    ];
    for (status, wish, date, waits) in cases {
        let (dir, origin) = (TempDir::new(), Origin::start());
        let busy = move || {
            let answer = Answer::html(status, "Busy").header("Retry-After", wish);
            date.into_iter().fold(answer, |answer, date| answer.header("Date", date))
        };
        origin.script("/a.bin", Script::new().then(busy));
        let running = haul(&dir).args(["--json", "-r", "5", &origin.url("/a.bin")]).spawn();
        let ends = |line: &str| ["\"retrying\"", "\"failed\""].iter().any(|event| line.contains(event));
        let line = running.wait_stdout(ends);
        let expected = if waits { "\"delay_ms\":600000" } else { "\"error_class\":\"rate_limited\"" };
        assert!(line.contains(expected), "{status} {wish}: {line}");
        if !waits {
            running.wait().expect(1);
            assert!(line.contains(&format!("\"http_status\":{status},\"attempts\":1")), "{line}");
            assert_eq!(dir.names(), [] as [&str; 0]);
        }
        assert_eq!(origin.all_requests().len(), 1, "{status} {wish}");
    }
}

/// 61: where somebody can decide, the wait has no end but that of the countdown.
#[cfg(unix)]
#[test]
fn the_screen_counts_down_and_waits_as_long_as_it_takes() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let busy = || Answer::status(429).header("Retry-After", "7200");
    origin.script("/a.bin", Script::new().then(busy).then(|| Answer::ok("abc")));
    let pty = crate::support::pty::Pty::start(&dir, &[&origin.url("/a.bin")], 100, 30);
    let row = |screen: &vt100::Screen, words: [&str; 2]| {
        screen.contents().lines().any(|line| line.contains("a.bin") && words.iter().all(|word| line.contains(word)))
    };
    pty.wait_until(|screen| row(screen, [" waiting ", "1:59:"]));
    assert_eq!(origin.all_requests().len(), 1);
    pty.type_keys("r");
    pty.wait_until(|screen| row(screen, [" finished ", ""]));
    assert_eq!(dir.read("a.bin"), b"abc");
}

/// 62
#[test]
fn what_may_come_back_is_asked_for_twice_more_at_doubling_distance() {
    let (origin, mut run) = (Origin::start(), Run::with(Options { retries: 2, ..options() }));
    let statuses = [408, 500, 502, 503, 504, 522, 524];
    let urls = statuses.map(|status| {
        let path = format!("/{status}");
        let fail = move || Answer::html(status, "Try again");
        origin.script(&path, Script::new().then(fail).then(fail).then(|| Answer::ok("abc")));
        origin.url(&path)
    });
    let ids = run.add_all(&urls);
    for (status, id) in statuses.iter().zip(ids) {
        let delays = [retrying(&mut run, id), retrying(&mut run, id)];
        assert!(is_backoff(delays[0], 1) && is_backoff(delays[1], 2), "{status}: {delays:?}");
        assert_eq!(run.check(id, &status.to_string(), b"abc").attempts, 3, "{status}");
    }
}

/// 63, 65
#[test]
fn a_refusal_is_final_and_keeps_the_part() {
    let (origin, mut run) = (Origin::start(), Run::with(Options { retries: 5, ..options() }));
    let bytes = payload(63, WHOLE);
    let file = Resource::new(&*bytes).etag("\"a\"");
    for status in [400, 401, 403, 404, 405, 407, 410, 451] {
        let (path, first, good) = (format!("/{status}"), file.clone(), file.clone());
        let script = Script::new()
            .answer(move |request| first.answer(request).stall_after(PART))
            .then(move || Answer::html(status, "No more"))
            .answer(move |request| good.answer(request));
        origin.script(&path, script);
        let id = run.add(&origin.url(&path));
        run.wait_bytes(id, PART);
        run.send(Command::Pause(id));
        run.wait(id, "paused");
        run.send(Command::Resume(id));
        let error = run.failed(id);
        assert_eq!((error.class.word(), error.status), ("status", Some(status)));
        assert_eq!(origin.requests(&path).len(), 2, "{status}");
        // Nothing of the page that came with the refusal is anywhere.
        let parts = run.parts();
        assert_eq!(parts.len(), 1, "{status}: {parts:?}");
        assert!(run.dir.read(&parts[0]) == bytes[..PART], "{status}");
        run.send(Command::Retry(id));
        assert!(run.check(id, &status.to_string(), &bytes).resumed_from > 0, "{status}");
        assert_eq!(run.parts(), [] as [&str; 0], "{status}");
    }
}

/// 69
#[test]
fn whoever_asks_again_gets_fresh_attempts() {
    let (origin, mut run) = (Origin::start(), Run::with(Options { retries: 1, ..options() }));
    let busy = || Answer::status(503);
    origin
        .script("/a", Script::new().then(busy).then(busy).then(busy).then(busy).then(busy).then(|| Answer::ok("abc")));
    let id = run.add(&origin.url("/a"));
    for asked in [2, 4] {
        let Event::Failed { error, attempts, .. } = run.wait(id, "failed") else { unreachable!("waited for") };
        assert_eq!((error.status, attempts, origin.requests("/a").len()), (Some(503), 2, asked));
        run.send(Command::Retry(id));
    }
    assert_eq!(run.check(id, "a", b"abc").attempts, 2);
    assert_eq!(origin.requests("/a").len(), 6);
}

/// 70
#[test]
fn a_redirect_to_nowhere_is_a_status() {
    let (origin, mut run) = (Origin::start(), Run::with(Options { retries: 5, ..options() }));
    origin.script("/there", Script::body("abc"));
    let cases = [300, 301, 302, 303, 304, 305, 306, 307, 308].map(|status| (status, false));
    // These two name a place that is not that of the file.
    let cases = [&cases[..], &[(304, true), (305, true), (306, true)]].concat();
    for (status, place) in cases {
        let path = format!("/{status}-{place}");
        let answer = move || if place { Answer::redirect(status, "/there") } else { Answer::html(status, "Elsewhere") };
        origin.script(&path, Script::new().then(answer));
        let id = run.add(&origin.url(&path));
        let error = run.failed(id);
        assert_eq!((error.class.word(), error.status), ("status", Some(status)), "{path}");
        assert_eq!(origin.requests(&path).len(), 1, "{path}");
    }
    run.close();
    assert_eq!((run.dir.names().len(), origin.requests("/there").len()), (0, 0));
}
