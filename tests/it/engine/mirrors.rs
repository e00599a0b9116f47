//! Several addresses of one file: which is asked when, what a change of address keeps, and how a job ends that none of
//! them serves.

use std::time::Duration;

use haul::engine::event::{Command, Event};
use haul::engine::options::{Algorithm, Checksum, HostRule, Options, Secret};
use haul::engine::request::{DownloadRequest, JobId, More};
use sha2::{Digest as _, Sha256};

use super::run::{Run, options};
use crate::support::bytes::payload;
use crate::support::origin::{Answer, Gate, Origin, RefusedPort, Request, Resource, Script};

const WHOLE: usize = 600_000;
const HALF: usize = 300_000;

fn among(run: &Run, urls: &[String]) -> DownloadRequest {
    let mirrors = urls[1..].iter().map(|url| url.parse().expect("a valid address")).collect();
    DownloadRequest { more: Some(Box::new(More { mirrors, ..More::default() })), ..run.request(&urls[0], None) }
}

/// Adds one job with these addresses.
fn add(run: &mut Run, urls: &[String]) -> JobId {
    let request = among(run, urls);
    run.add_requests(vec![request])[0]
}

/// An origin that answers so at `/a.bin`, for ever.
fn answering(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Origin {
    let origin = Origin::start();
    origin.script("/a.bin", Script::new().answer(answer));
    origin
}

fn saying(status: u16) -> Origin {
    answering(move |_| Answer::status(status))
}

fn good(bytes: &[u8]) -> Origin {
    let file = Resource::new(bytes);
    answering(move |request| file.answer(request))
}

fn count(origin: &Origin) -> usize {
    origin.all_requests().len()
}

#[test]
fn where_one_fails_the_next_is_asked_at_once() {
    let bytes = payload(1, WHOLE);
    let (gone, busy, hung) = (saying(404), saying(503), answering(|_| Answer::hang()));
    let (cut, other) = (Resource::new(bytes.clone()).without_etag(), Resource::new("other"));
    let (cut, page) = (answering(move |r| cut.answer(r).cut(HALF)), answering(|_| Answer::html(200, "Sorry")));
    let refused = RefusedPort::new();
    let wrong = answering(move |request| other.answer(request));
    let sum = Checksum { algorithm: Algorithm::Sha256, digest: Sha256::digest(&bytes).to_vec() };
    for (name, first, class) in [
        ("gone", gone.url("/a.bin"), "status"),
        ("busy", busy.url("/a.bin"), "status"),
        ("hung", hung.url("/a.bin"), "stalled"),
        ("cut", cut.url("/a.bin"), "truncated"),
        ("page", page.url("/a.bin"), "not_an_image"),
        ("dead", refused.url("/a.bin"), "connect"),
        ("wrong", wrong.url("/a.bin"), "checksum"),
    ] {
        let stall_timeout = Duration::from_secs(if name == "hung" { 1 } else { 30 });
        let (last, mut run) = (good(&bytes), Run::with(Options { stall_timeout, ..options() }));
        let mirror = last.url("/a.bin?mirror");
        let request = DownloadRequest { checksum: Some(sum.clone()), ..among(&run, &[first.clone(), mirror.clone()]) };
        let id = run.add_requests(vec![request])[0];
        assert_eq!(run.check(id, "a.bin", &bytes).attempts, 2, "{name}");
        run.close();
        let host = first["http://".len()..].split('/').next().unwrap_or_default().to_owned();
        for event in run.seen() {
            match event {
                Event::Queued { url, .. } => assert_eq!(url.as_str(), first, "{name}"),
                Event::Retrying { delay, error, .. } => {
                    assert_eq!((*delay, error.class.word()), (Duration::ZERO, class), "{name}: {error}");
                    assert!(error.detail.starts_with(&format!("{host}: ")), "{name}: {error}");
                }
                Event::Finished { record, .. } => {
                    let answered = record.answered.as_ref().map(|answered| answered.final_url.as_str());
                    assert_eq!(answered, Some(mirror.as_str()), "{name}");
                }
                _ => {}
            }
        }
        assert!(run.facts(id).contains("retrying queued connecting started finished"), "{name}: {}", run.facts(id));
        assert_eq!((count(&last), run.dir.names()), (1, vec!["a.bin".to_owned()]), "{name}");
    }
}

#[test]
fn one_that_fails_for_good_is_not_asked_again_and_the_last_error_is_the_jobs() {
    let (gone, busy, shut) = (saying(404), saying(503), saying(403));
    let urls = |origins: &[&Origin]| origins.iter().map(|origin| origin.url("/a.bin")).collect::<Vec<_>>();
    // Nobody waits where all have failed for good.
    let mut run = Run::with(Options { retries: 5, ..options() });
    let id = add(&mut run, &urls(&[&gone, &shut]));
    let error = run.failed(id);
    assert_eq!((error.status, error.detail.starts_with(&shut.authority())), (Some(403), true), "{error}");
    assert_eq!((count(&gone), count(&shut)), (1, 1));
    // One round, a wait, and another one without those.
    let mut run = Run::with(Options { retries: 1, ..options() });
    let id = add(&mut run, &urls(&[&gone, &busy, &shut]));
    let error = run.failed(id);
    assert_eq!((error.status, error.detail.starts_with(&busy.authority())), (Some(503), true), "{error}");
    assert_eq!((count(&gone), count(&busy), count(&shut)), (2, 2, 2));
    run.close();
    let delays = run.seen().iter().filter_map(|event| match event {
        Event::Retrying { delay, .. } => Some(delay.is_zero()),
        _ => None,
    });
    assert_eq!(delays.collect::<Vec<_>>(), [true, true, false]);
}

/// And it does not wait for as long as the last one wants to be left alone.
#[test]
fn after_the_last_comes_the_first() {
    let first = Origin::start();
    first.script("/a.bin", Script::new().then(|| Answer::status(503)).then(|| Answer::ok("abc")));
    let busy = answering(|_| Answer::status(503).header("Retry-After", "300"));
    let mut run = Run::with(Options { retries: 1, ..options() });
    let id = add(&mut run, &[first.url("/a.bin"), busy.url("/a.bin")]);
    assert_eq!(run.check(id, "a.bin", b"abc").attempts, 3);
}

/// The job fails, the user retries: all of them are asked again, the first one first.
#[test]
fn a_retry_begins_with_the_first() {
    let first = Origin::start();
    first.script("/a.bin", Script::new().then(|| Answer::status(404)).then(|| Answer::ok("abc")));
    let (gone, mut run) = (saying(404), Run::new());
    let id = add(&mut run, &[first.url("/a.bin"), gone.url("/a.bin")]);
    run.failed(id);
    run.send(Command::Retry(id));
    run.check(id, "a.bin", b"abc");
    assert_eq!((count(&first), count(&gone)), (2, 1));
}

/// A host that wants to be left alone keeps a job for as long as that is the one to be asked, and no longer.
#[test]
fn a_host_that_wants_a_pause_holds_nobody_up() {
    let busy = answering(|_| Answer::status(429).header("Retry-After", "300"));
    let never = answering(|_| Answer::status(429).header("Retry-After", "3000"));
    let (gone, last) = (saying(404), good(b"abc"));
    let mut run = Run::with(Options { retries: 2, ..options() });
    let id = add(&mut run, &[busy.url("/a.bin"), never.url("/a.bin"), gone.url("/a.bin"), last.url("/a.bin")]);
    run.check(id, "a.bin", b"abc");
    // Longer than anybody waits is for good.
    let id = add(&mut run, &[never.url("/b.bin"), gone.url("/b.bin")]);
    assert_eq!(run.failed(id).status, Some(404));
    let id = add(&mut run, &[gone.url("/a.bin?2"), never.url("/a.bin")]);
    let error = run.failed(id);
    assert_eq!(error.class.word(), "rate_limited");
    assert!(error.detail.contains("asks to wait for"), "{error}");
}

/// Each has its own tag for the file and breaks off time and again: to change would mean to begin anew every time. Where
/// nobody may ask again, or what has come is not to be gone on with, the other one is asked all the same.
#[test]
fn one_that_brings_much_is_stayed_with() {
    const MUCH: usize = 1_500_000;
    let bytes = payload(1, 4 * MUCH + MUCH / 2);
    for (name, tags, retries, served) in [
        ("tags", Some(["\"a\"", "\"b\""]), 1, [5, 0]),
        ("no retries", Some(["\"a\"", "\"b\""]), 0, [1, 1]),
        ("no tags", None, 1, [2, 1]),
    ] {
        let cut = |tag: Option<&str>| {
            let file = Resource::new(bytes.clone());
            let file = tag.map_or(file.clone().without_etag(), |tag| file.etag(tag));
            answering(move |request| file.answer(request).cut(MUCH))
        };
        let origins = [0, 1].map(|n| cut(tags.map(|tags| tags[n])));
        let mut run = Run::with(Options { retries, connections: Some(1), ..options() });
        let id = add(&mut run, &[origins[0].url("/a.bin"), origins[1].url("/a.bin")]);
        if served[1] == 0 {
            assert!(run.check(id, "a.bin", &bytes).resumed_from > 3 * MUCH as u64, "{name}");
        } else {
            run.failed(id);
        }
        assert_eq!([count(&origins[0]), count(&origins[1])], served, "{name}");
        assert!(!run.facts(id).contains("restarted") || retries == 0, "{name}: {}", run.facts(id));
    }
}

/// Where the pause is asked for by a host that redirects lead to, nobody else keeps it.
#[test]
fn a_wish_from_behind_a_redirect_counts_where_no_other_address_is_left() {
    let busy = Origin::start();
    busy.script(
        "/b.bin",
        Script::new().then(|| Answer::status(503).header("Retry-After", "2")).then(|| Answer::ok("abc")),
    );
    let (gone, away) = (saying(404), busy.url("/b.bin"));
    let moved = answering(move |_| Answer::redirect(302, &away));
    let mut run = Run::with(Options { retries: 1, ..options() });
    let id = add(&mut run, &[gone.url("/a.bin"), moved.url("/a.bin")]);
    run.check(id, "a.bin", b"abc");
    run.close();
    let delays = run.seen().iter().filter_map(|event| match event {
        Event::Retrying { delay, .. } => Some(delay.as_secs()),
        _ => None,
    });
    assert_eq!(delays.collect::<Vec<_>>(), [0, 2]);
}

/// What one has left the next goes on with where a strong tag says that it is the same, and the last 1 KiB agrees.
#[test]
fn a_part_is_gone_on_with_only_where_it_is_the_same_file() {
    let bytes = payload(1, WHOLE);
    let tagged = |bytes: &[u8], tag: &str| Resource::new(bytes).etag(tag);
    let dated = |bytes: &[u8]| {
        let file = Resource::new(bytes).without_etag().header("Date", "Sun, 06 Nov 1994 09:00:00 GMT");
        file.header("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT")
    };
    for (name, first, second, goes_on) in [
        ("the same", tagged(&bytes, "\"a\""), tagged(&bytes, "\"a\""), true),
        ("another tag", tagged(&payload(2, WHOLE), "\"b\""), tagged(&bytes, "\"a\""), false),
        ("other bytes", tagged(&payload(2, WHOLE), "\"a\""), tagged(&bytes, "\"a\""), false),
        ("a date", dated(&bytes), dated(&bytes), false),
        ("no tag", Resource::new(bytes.clone()).without_etag(), tagged(&bytes, "\"a\""), false),
    ] {
        let first = answering(move |request| first.answer(request).cut(HALF));
        let second = answering(move |request| second.answer(request));
        let mut run = Run::new();
        let id = add(&mut run, &[first.url("/a.bin"), second.url("/a.bin")]);
        let file = run.check(id, "a.bin", &bytes);
        assert_eq!(file.resumed_from > 0, goes_on, "{name}");
        let (restarted, kept) = (run.facts(id).contains("restarted"), name != "no tag");
        assert_eq!(restarted, kept && !goes_on, "{name}: {}", run.facts(id));
        assert_eq!(run.parts(), [] as [&str; 0], "{name}");
    }
}

/// What was given to the engine or to the request goes to every address that the request names, a rule to its host.
#[test]
fn each_address_gets_what_the_user_gave() {
    let (first, second) = (saying(404), good(b"abc"));
    let header = |name: &str| vec![(name.to_owned(), Secret("k".to_owned()))];
    let rule = HostRule { host: "localhost".to_owned(), headers: header("X-Host"), ..HostRule::default() };
    let mut run = Run::with(Options { headers: header("X-All"), hosts: vec![rule], ..options() });
    let named = second.url("/a.bin").replace("http://", "http://ann:pw@");
    let mut request = among(&run, &[first.url("/a.bin").replace("127.0.0.1", "localhost"), named]);
    if let Some(more) = &mut request.more {
        more.headers = header("X-Own");
    }
    let id = run.add_requests(vec![request])[0];
    run.finished(id);
    let has = |origin: &Origin| {
        ["X-All", "X-Own", "X-Host", "Authorization"].map(|name| origin.all_requests()[0].header(name).is_some())
    };
    assert_eq!(has(&first), [true, true, true, false]);
    assert_eq!(has(&second), [true, true, false, true]);
}

/// A slow host has no say in when others are asked: its jobs wait in its own queue, and only until they turn away.
#[test]
fn a_host_with_one_place_is_left_for_another() {
    let (gate, last) = (Gate::new(), Origin::start());
    let held = gate.clone();
    let slow = answering(move |_| Answer::status(404).wait_first(&held));
    last.script("/b.bin", Script::body("abc"));
    last.script("/a.bin", Script::body("abc"));
    let mut run = Run::with(Options { per_host: Some(1), jobs: 3, ..options() });
    let first = add(&mut run, &[slow.url("/a.bin"), last.url("/a.bin")]);
    gate.wait_for(1);
    let other = run.add(&last.url("/b.bin"));
    run.finished(other);
    assert!(!run.facts(first).contains("finished"));
    gate.open();
    run.check(first, "a.bin", b"abc");
}
