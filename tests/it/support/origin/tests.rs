//! The origin against a plain socket: what it says it sends is what arrives, and what it says it saw was sent.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};

use super::{Answer, Gate, Origin, RefusedPort, Resource, Script};
use crate::support::HUNG;
use crate::support::bytes::payload;

fn open(origin: &Origin) -> TcpStream {
    let stream = TcpStream::connect(origin.authority()).expect("the origin listens");
    stream.set_read_timeout(Some(HUNG)).expect("a limit that is not zero");
    stream
}

fn ask(stream: &mut TcpStream, target: &str, headers: &str) {
    let head = format!("GET {target} HTTP/1.1\r\nHost: h\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).expect("the origin reads");
}

fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("a head comes whole");
        head.extend_from_slice(&byte);
    }
    String::from_utf8(head).expect("the origin writes ASCII")
}

fn exactly(stream: &mut TcpStream, count: usize) -> Vec<u8> {
    let mut body = vec![0; count];
    stream.read_exact(&mut body).expect("a body comes whole");
    body
}

fn to_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    stream.read_to_end(&mut all).expect("the connection ends in good order");
    all
}

#[test]
fn a_good_server_knows_ranges_and_validators() {
    let bytes = payload(1, 1000);
    let origin = Origin::start();
    origin.script("/a", Resource::new(bytes.clone()).etag("\"a\"").script());
    let mut stream = open(&origin);
    for (headers, status, range, body) in [
        ("", "200 OK", None, &bytes[..]),
        ("Range: bytes=400-\r\n", "206 Partial Content", Some("bytes 400-999/1000"), &bytes[400..]),
        ("Range: bytes=400-499\r\n", "206 Partial Content", Some("bytes 400-499/1000"), &bytes[400..500]),
        ("Range: bytes=900-5000\r\n", "206 Partial Content", Some("bytes 900-999/1000"), &bytes[900..]),
        ("Range: bytes=-10\r\n", "206 Partial Content", Some("bytes 990-999/1000"), &bytes[990..]),
        ("range: bytes=400-\r\nif-range: \"a\"\r\n", "206 Partial Content", Some("bytes 400-999/1000"), &bytes[400..]),
        ("Range: bytes=400-\r\nIf-Range: \"b\"\r\n", "200 OK", None, &bytes[..]),
        ("Range: bytes=1000-\r\n", "416 Range Not Satisfiable", Some("bytes */1000"), &[]),
    ] {
        ask(&mut stream, "/a", headers);
        let head = head(&mut stream);
        assert!(head.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{headers}: {head}");
        assert!(head.contains(&format!("\r\nContent-Length: {}\r\n", body.len())), "{headers}: {head}");
        assert!(head.contains("\r\nETag: \"a\"\r\n"), "{headers}: {head}");
        let sent = head.lines().find_map(|line| line.strip_prefix("Content-Range: "));
        assert_eq!(sent, range, "{headers}");
        assert_eq!(exactly(&mut stream, body.len()), body, "{headers}");
    }
    // One connection took them all, and the log has them word for word.
    assert_eq!(origin.connections(), 1);
    let log = origin.requests("/a");
    assert_eq!(log.len(), 8);
    assert_eq!(log[1].text, "GET /a HTTP/1.1\r\nHost: h\r\nRange: bytes=400-\r\n\r\n");
    assert_eq!((log[5].header("RANGE"), log[5].at), (Some("bytes=400-"), 5));
}

#[test]
fn a_weak_tag_never_matches_and_ranges_may_be_ignored() {
    let origin = Origin::start();
    origin.script("/weak", Resource::new("0123456789").etag("W/\"a\"").script());
    origin.script("/deaf", Resource::new("0123456789").without_etag().without_ranges().script());
    let mut stream = open(&origin);
    for (target, headers) in
        [("/weak", "Range: bytes=4-\r\nIf-Range: W/\"a\"\r\n"), ("/deaf", "Range: bytes=4-\r\n"), ("/deaf?q=1", "")]
    {
        ask(&mut stream, target, headers);
        let head = head(&mut stream);
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        assert_eq!(head.contains("ETag"), target == "/weak", "{head}");
        assert_eq!(exactly(&mut stream, 10), b"0123456789");
    }
    assert_eq!(origin.requests("/deaf").len(), 2);
    assert_eq!(origin.requests("/deaf?q=1").len(), 1);
    ask(&mut stream, "/none", "");
    assert!(head(&mut stream).starts_with("HTTP/1.1 404 Not Found\r\n"));
}

#[test]
fn answers_come_in_turn_and_the_last_repeats() {
    let origin = Origin::start();
    let script = Script::new()
        .then(|| Answer::status(503).header("Retry-After", "0"))
        .then(|| Answer::redirect(302, "/next"))
        .answer(|request| Answer::ok(request.target.clone()));
    origin.script("/turns", script);
    let mut stream = open(&origin);
    let heads: Vec<_> = (0..4)
        .map(|_| {
            ask(&mut stream, "/turns", "");
            let head = head(&mut stream);
            let body = if head.contains("200 OK") { exactly(&mut stream, 6) } else { Vec::new() };
            (head, body)
        })
        .collect();
    assert_eq!(heads[0].0, "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(heads[1].0, "HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(heads[2], heads[3]);
    assert_eq!(heads[2].1, b"/turns");
}

#[test]
fn bodies_break_where_the_script_says() {
    type Case = (&'static str, fn(Vec<u8>) -> Answer, &'static str, usize);
    let bytes = payload(2, 1000);
    let answers: [Case; 6] = [
        ("cut", |b| Answer::ok(b).cut(400), "Content-Length: 1000\r\n", 400),
        ("lie", |b| Answer::ok(b).header("Content-Length", "2000").close(), "Content-Length: 2000\r\n", 1000),
        ("unframed", |b| Answer::ok(b).unframed(), "HTTP/1.1 200 OK\r\n", 1000),
        ("chunked", |b| Answer::status(200).chunked(&b, 400).close(), "Transfer-Encoding: chunked\r\n", 1025),
        ("cut chunked", |b| Answer::status(200).chunked(&b, 400).cut(500), "Transfer-Encoding: chunked\r\n", 500),
        ("huge head", |b| Answer::ok(b).header("X", vec![b'x'; 100_000]).close(), "Content-Length: 1000\r\n", 1000),
    ];
    let origin = Origin::start();
    for (name, answer, field, length) in answers {
        let body = bytes.clone();
        origin.script("/x", Script::new().then(move || answer(body.clone())));
        let mut stream = open(&origin);
        ask(&mut stream, "/x", "");
        let head = head(&mut stream);
        assert!(head.contains(field), "{name}: {head}");
        assert_eq!(head.contains("Content-Length"), field.starts_with("Content-Length"), "{name}: {head}");
        let body = to_end(&mut stream);
        assert_eq!(body.len(), length, "{name}");
        if !name.contains("chunked") {
            assert_eq!(body, bytes[..length], "{name}");
        }
    }
    origin.script("/ssh", Script::new().then(|| Answer::raw("SSH-2.0-x\r\n")));
    let mut stream = open(&origin);
    ask(&mut stream, "/ssh", "");
    assert_eq!(to_end(&mut stream), b"SSH-2.0-x\r\n");
}

#[test]
fn an_endless_body_ends_with_its_client() {
    let origin = Origin::start();
    origin.script("/x", Script::new().then(|| Answer::ok("a").unframed().endless("bc")));
    let mut stream = open(&origin);
    ask(&mut stream, "/x", "");
    assert!(head(&mut stream).starts_with("HTTP/1.1 200"));
    assert_eq!(exactly(&mut stream, 6), b"abcbcb");
    drop(stream);
    origin.wait_idle();
}

#[test]
fn a_reset_is_a_reset() {
    let gate = Gate::new();
    let origin = Origin::start();
    let at_gate = gate.clone();
    origin.script("/rst", Script::new().then(move || Answer::ok("0123456789").wait(&at_gate).body("!").reset(11)));
    let mut stream = open(&origin);
    ask(&mut stream, "/rst", "");
    assert!(head(&mut stream).contains("Content-Length: 11\r\n"));
    assert_eq!(exactly(&mut stream, 10), b"0123456789");
    gate.open();
    let mut rest = Vec::new();
    let error = stream.read_to_end(&mut rest).expect_err("no end in good order");
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}

#[test]
fn gates_hold_answers_and_peaks_are_counted() {
    let gate = Gate::new();
    let origin = Origin::start();
    let at_gate = gate.clone();
    origin.script("/g", Script::new().then(move || Answer::status(200).drip(b"abcd", 2, &at_gate)));
    origin.script("/free", Script::body("x"));
    let mut streams: Vec<_> = (0..5).map(|_| open(&origin)).collect();
    for stream in &mut streams {
        ask(stream, "/g", "");
    }
    gate.wait_for(5);
    let mut other = open(&origin);
    for _ in 0..3 {
        ask(&mut other, "/free", "");
        assert!(head(&mut other).starts_with("HTTP/1.1 200"));
        assert_eq!(exactly(&mut other, 1), b"x");
    }
    assert_eq!((origin.peak("/g"), origin.peak("/free"), origin.peak_all()), (5, 1, 6));
    gate.pass(5);
    gate.wait_for(5);
    for stream in &mut streams {
        assert!(head(stream).contains("Content-Length: 4\r\n"));
        assert_eq!(exactly(stream, 2), b"ab");
    }
    gate.open();
    for stream in &mut streams {
        assert_eq!(exactly(stream, 2), b"cd");
    }
    assert_eq!(origin.all_requests().len(), 8);
    drop((streams, other));
    origin.wait_idle();
}

#[test]
fn an_origin_ends_while_clients_hang_on_it() {
    let gate = Gate::new();
    let origin = Origin::start();
    origin.script("/hang", Script::new().then(Answer::hang));
    origin.script("/stall", Script::new().then(|| Answer::ok("0123456789").stall_after(4)));
    origin.script("/gate", Script::new().then(move || Answer::ok("x").wait_first(&gate)));
    let mut streams = Vec::new();
    for target in ["/hang", "/stall", "/gate"] {
        let mut stream = open(&origin);
        ask(&mut stream, target, "");
        origin.wait_requests(target, 1);
        streams.push(stream);
    }
    let idle = open(&origin);
    assert!(head(&mut streams[1]).contains("Content-Length: 10\r\n"));
    assert_eq!(exactly(&mut streams[1], 4), b"0123");
    drop(origin);
    for stream in &mut streams {
        assert_eq!(to_end(stream), b"");
    }
    drop(idle);
}

#[test]
fn bytes_that_are_no_request_are_told_so() {
    let origin = Origin::start();
    let mut stream = open(&origin);
    stream.write_all(b"\x16\x03\x01\x02\x00\x01").expect("sent");
    assert!(to_end(&mut stream).starts_with(b"HTTP/1.1 400 "));
    let log = origin.all_requests();
    assert!(!log[0].is_http());
    // A client that leaves in the middle of its head is no request at all.
    let mut stream = open(&origin);
    stream.write_all(b"GET / HT").expect("sent");
    stream.shutdown(Shutdown::Write).expect("closed");
    assert_eq!(to_end(&mut stream), b"");
    assert_eq!(origin.all_requests().len(), 1);
}

#[test]
fn a_refused_port_refuses() {
    let port = RefusedPort::new();
    let url = port.url("/x");
    let authority = url.trim_start_matches("http://").trim_end_matches("/x");
    let error = TcpStream::connect(authority).expect_err("nobody listens");
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
}

#[test]
fn a_script_that_fails_fails_the_test() {
    let origin = Origin::start();
    origin.script("/empty", Script::new());
    let mut stream = open(&origin);
    ask(&mut stream, "/empty", "");
    assert_eq!(to_end(&mut stream), b"");
    let ended = std::thread::spawn(move || drop(origin)).join();
    let reason = ended.expect_err("the origin tells of its thread");
    let text = reason.downcast_ref::<String>().expect("a text");
    assert!(text.contains("a script has answers"), "{text}");
}
