//! Bodies of every framing and size, and what must not pass for one.

use super::run::Run;
use crate::support::bytes::payload;
use crate::support::origin::{Answer, Origin, Resource, Script};

#[test]
fn every_framing_at_every_size() {
    type Framing = fn(Vec<u8>) -> Answer;
    let framings: [(&str, Framing); 4] = [
        ("length", |bytes| Answer::ok(bytes)),
        ("chunked", |bytes| Answer::status(200).chunked(&bytes, 60_000)),
        ("one-chunk", |bytes| Answer::status(200).chunked(&bytes, bytes.len())),
        ("closed", |bytes| Answer::ok(bytes).unframed()),
    ];
    let (origin, mut run) = (Origin::start(), Run::new());
    let mut jobs = Vec::new();
    for size in [1, 1000, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 3_000_000] {
        for (framing, answer) in framings {
            let name = format!("{framing}-{size}");
            origin.script(&format!("/{name}"), Script::new().then(move || answer(payload(1, size))));
            jobs.push((name, size));
        }
    }
    let urls: Vec<_> = jobs.iter().map(|(name, _)| origin.url(&format!("/{name}"))).collect();
    let ids = run.add_all(&urls);
    for ((name, size), id) in jobs.iter().zip(ids) {
        run.check(id, name, &payload(1, *size));
    }
    run.close();
    assert_eq!(run.parts(), [] as [&str; 0]);
    assert_eq!(origin.all_requests().len(), jobs.len());
}

#[test]
fn what_is_empty_or_not_true_is_a_named_error() {
    type Case = (&'static str, fn() -> Answer, &'static str);
    let cases: &[Case] = &[
        ("zero", || Answer::ok(""), "protocol"),
        ("zero-chunked", || Answer::status(200).chunked(b"", 1), "protocol"),
        ("zero-closed", || Answer::ok("").unframed(), "protocol"),
        ("204", || Answer::status(204), "protocol"),
        ("304", || Answer::status(304), "status"),
        ("206", || Answer::status(206).header("Content-Range", "bytes 0-2/3").body("abc"), "protocol"),
        ("416", || Answer::status(416), "status"),
        ("300", || Answer::status(300), "status"),
        ("two-lengths", || Answer::ok("abc").header("Content-Length", "3").header("Content-Length", "4"), "protocol"),
        ("negative", || Answer::ok("abc").header("Content-Length", "-1"), "protocol"),
        ("hex", || Answer::ok("abc").header("Content-Length", "0x3"), "protocol"),
        ("huge", || Answer::ok("abc").header("Content-Length", "99999999999999999999999999"), "protocol"),
        ("long-chunk", || raw_chunked("fffffffffffffffff\r\nabc\r\n0\r\n\r\n"), "protocol"),
        ("minus-chunk", || raw_chunked("-1\r\nabc\r\n0\r\n\r\n"), "protocol"),
        ("cut-chunk", || raw_chunked("5\r\nab"), "truncated"),
        ("no-last-chunk", || raw_chunked("3\r\nabc\r\n"), "truncated"),
        ("short", || Answer::ok("abc").header("Content-Length", "10").close(), "truncated"),
        ("short-large", || Answer::ok(payload(1, 300_000)).header("Content-Length", "400000").close(), "truncated"),
        ("gzip", || Answer::ok("abc").header("Content-Encoding", "gzip"), "protocol"),
        ("head", || Answer::raw("HTTP/1.1 200 OK\r\nContent-Le"), "connect"),
        ("banner", || Answer::raw("220 ftp.example ready\r\n"), "protocol"),
        ("big-head", || Answer::ok("abc").header("X", vec![b'x'; 2_000_000]).close(), "protocol"),
    ];
    let (origin, mut run) = (Origin::start(), Run::new());
    for (name, answer, class) in cases {
        let path = format!("/{name}");
        origin.script(&path, Script::new().then(*answer));
        let id = run.add(&origin.url(&path));
        let error = run.failed(id);
        assert_eq!(error.class.word(), *class, "{name}: {error}");
        assert!(!error.detail.contains("127.0.0.1"), "{name}: {error}");
    }
    run.close();
    assert_eq!(run.dir.names(), [] as [&str; 0]);
}

fn raw_chunked(wire: &str) -> Answer {
    Answer::status(200).header("Transfer-Encoding", "chunked").unframed().body(wire)
}

#[test]
fn strange_but_true_bodies_are_taken() {
    const HINT: &str = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";
    type Case = (&'static str, fn() -> Answer);
    let cases: &[Case] = &[
        ("more-than-said", || Answer::ok("abcdef").header("Content-Length", "3").keep_alive()),
        ("same-length-twice", || Answer::ok("abc").header("Content-Length", "3").header("Content-Length", "3")),
        ("leading-zero", || Answer::ok("abc").header("Content-Length", "003").close()),
        ("identity", || Answer::ok("abc").header("Content-Encoding", "identity")),
        ("both", || raw_chunked("3\r\nabc\r\n0\r\n\r\n").header("Content-Length", "5")),
        ("trailers", || raw_chunked("3;name=value\r\nabc\r\n0\r\nX: y\r\n\r\n")),
        ("early-hints", || Answer::raw(format!("{}HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", HINT.repeat(50)))),
        ("http-1.0", || Answer::raw("HTTP/1.0 200 OK\r\n\r\nabc")),
    ];
    let (origin, mut run) = (Origin::start(), Run::new());
    for (name, answer) in cases {
        let path = format!("/{name}");
        origin.script(&path, Script::new().then(*answer));
        let id = run.add(&origin.url(&path));
        run.check(id, name, b"abc");
    }
}

#[test]
fn every_request_is_modest() {
    let (origin, mut run) = (Origin::start(), Run::new());
    let file = Resource::new(payload(1, 300_000));
    let good = file.clone();
    origin.script("/moved", Script::new().then(|| Answer::redirect(301, "/a")));
    let script = Script::new().answer(move |r| file.answer(r).cut(100_000)).answer(move |r| good.answer(r));
    origin.script("/a", script);
    let id = run.add(&origin.url("/moved"));
    assert_eq!(run.failed(id).class.word(), "truncated");
    run.send(haul::engine::event::Command::Retry(id));
    run.check(id, "moved", &payload(1, 300_000));
    let requests = origin.all_requests();
    assert_eq!(requests.len(), 4);
    for request in requests {
        assert_eq!(request.method, "GET");
        let codings: Vec<_> =
            request.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case("Accept-Encoding")).collect();
        assert!(matches!(codings[..], [(_, value)] if value == "identity"), "{}", request.text);
        assert_eq!(request.header("User-Agent"), Some(concat!("haul/", env!("CARGO_PKG_VERSION"))));
        assert_eq!((request.header("Referer"), request.header("Cookie")), (None, None), "{}", request.text);
    }
}
