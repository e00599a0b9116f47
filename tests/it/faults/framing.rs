//! HTTP/1.1 framing (1 to 16 and 22): where a head and a body end, and what must not pass for either.

use std::collections::BTreeSet;
use std::time::Duration;

use haul::engine::options::Options;
use haul::engine::request::JobId;

use crate::engine::run::{Run, options};
use crate::support::bytes::{payload, png};
use crate::support::origin::{Answer, Origin, Script};

/// What must come of an answer.
#[derive(Debug)]
pub(super) enum Verdict {
    /// A file with these bytes.
    File(&'static str),
    /// No file, and an error of this class.
    Failed(&'static str),
}
use Verdict::{Failed, File};

/// The number in the book, the name of the file, the answer, the verdict.
pub(super) type Row = (u16, &'static str, fn() -> Answer, Verdict);

/// Fetches every row, all at once and without a second attempt.
#[track_caller]
pub(super) fn hold(rows: &[Row]) {
    let (origin, mut run) = (Origin::start(), Run::new());
    let urls: Vec<_> = rows
        .iter()
        .map(|(number, name, answer, _)| {
            let path = format!("/{number}/{name}");
            origin.script(&path, Script::new().then(*answer));
            origin.url(&path)
        })
        .collect();
    let ids = run.add_all(&urls);
    let mut files = Vec::new();
    for ((number, name, _, verdict), id) in rows.iter().zip(ids) {
        match verdict {
            File(bytes) => {
                files.push((*name).to_owned());
                run.check(id, name, bytes.as_bytes());
            }
            Failed(class) => {
                let error = run.failed(id);
                assert_eq!(error.class.word(), *class, "{number} {name}: {error}");
            }
        }
    }
    run.close();
    files.sort();
    assert_eq!(run.dir.names(), files);
}

/// 200 with these fields and bytes, as they are; the connection closes behind them.
pub(super) fn sent(fields: &str, body: impl AsRef<[u8]>) -> Answer {
    let head = format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n");
    Answer::raw([head.as_bytes(), body.as_ref()].concat())
}

/// The same in one chunk.
const ABC: &str = "3\r\nabc\r\n0\r\n\r\n";

pub(super) fn chunked(wire: impl AsRef<[u8]>) -> Answer {
    sent("Transfer-Encoding: chunked", wire)
}

/// The shapes are those of the Web Platform Tests (fetch/content-length); 42 bytes stand behind each head. A number is
/// a length that must be believed; everything else is an error, although browsers read on to the end of the connection.
const LENGTHS: &[(u16, &str, Option<usize>)] = &[
    (8, "Content-Length: 42", Some(42)),
    (8, "Content-Length: 42,42", Some(42)),
    (8, "Content-Length: 42, 42", Some(42)),
    (8, "Content-Length: 42\r\nContent-Length: 42", Some(42)),
    (8, "Content-Length: 42\r\nContent-Length: 42,42", Some(42)),
    (8, "Content-Length: 30", Some(30)),
    (8, "Content-Length: 30,30", Some(30)),
    (8, "Content-Length: 30\r\nContent-Length: 30,30", Some(30)),
    (8, "Content-Length: 30,30\r\nContent-Length: 30,30", Some(30)),
    (8, "Content-Length: 30,30, 30 \r\nContent-Length: 30 ", Some(30)),
    (8, "Content-Length: 30,42\r\nContent-Length: 30", None),
    (8, "Content-Length: 30,42\r\nContent-Length: 30,42", None),
    (8, "Content-Length: 42,30", None),
    (8, "Content-Length: 42\r\nContent-Length: 30", None),
    (8, "Content-Length: 30\r\nContent-Length: 42", None),
    (8, "Content-Length: 30,", None),
    (8, "Content-Length: ,30", None),
    (8, "Content-Length: 30\r\nContent-Length: \t", None),
    (8, "Content-Length: \r\nContent-Length: 30", None),
    (8, "Content-Length: 30\r\nContent-Length: ,\r\nContent-Length: 30", None),
    (9, "Content-Length: aaaah\r\nContent-Length: nah", None),
    (9, "Content-Length: aaaah, aaaah", None),
    (9, "Content-Length: aaaah", None),
    (9, "Content-Length: 42s", None),
    (9, "Content-Length: -1", None),
    (9, "Content-Length: +5", None),
    (9, "Content-Length: 0x20", None),
    (9, "Content-Length: \"30\"", None),
    (9, "Content-Length: 3 0", None),
    (9, "Content-Length: 99999999999999999999999999", None),
    (9, "Content-Length: 030", Some(30)),
    (9, "Content-Length: 030, 30", Some(30)),
];

#[test]
fn a_length_is_believed_or_refused_in_every_form() {
    let (origin, mut run) = (Origin::start(), Run::new());
    let body = payload(8, 42);
    let names: Vec<_> = LENGTHS.iter().enumerate().map(|(row, (number, ..))| format!("{number}-{row}")).collect();
    for ((_, fields, _), name) in LENGTHS.iter().zip(&names) {
        let body = body.clone();
        origin.script(&format!("/{name}"), Script::new().then(move || sent(fields, &body)));
    }
    let urls: Vec<_> = names.iter().map(|name| origin.url(&format!("/{name}"))).collect();
    let ids = run.add_all(&urls);
    let mut files = Vec::new();
    for (((number, fields, length), name), id) in LENGTHS.iter().zip(names).zip(ids) {
        match length {
            Some(length) => {
                run.check(id, &name, &body[..*length]);
                files.push(name);
            }
            None => assert_eq!(run.failed(id).class.word(), "protocol", "{number} {fields}"),
        }
    }
    run.close();
    files.sort();
    assert_eq!(run.dir.names(), files);
}

const FRAMINGS: &[Row] = &[
    (4, "size-of-words", || chunked("zz\r\nabc\r\n0\r\n\r\n"), Failed("protocol")),
    (4, "size-and-blank", || chunked(" 3\r\nabc\r\n0\r\n\r\n"), Failed("protocol")),
    (4, "no-size", || chunked("\r\nabc\r\n0\r\n\r\n"), Failed("protocol")),
    (4, "too-much-in-chunk", || chunked("3\r\nabcd\r\n0\r\n\r\n"), Failed("protocol")),
    (4, "hex-prefix", || chunked("0x3\r\nabc\r\n0\r\n\r\n"), Failed("protocol")),
    (4, "zeros", || chunked("0003\r\nabc\r\n00\r\n\r\n"), File("abc")),
    (4, "endless-extension", || chunked("3;").endless("x".repeat(4096)), Failed("protocol")),
    (10, "chunks-and-length", || sent("Transfer-Encoding: chunked\r\nContent-Length: 5", ABC), File("abc")),
    (10, "length-and-chunks", || sent("Content-Length: 5\r\nTransfer-Encoding: chunked", ABC), File("abc")),
    (11, "gzip-chunked", || sent("Transfer-Encoding: gzip, chunked", ABC), Failed("protocol")),
    (11, "chunked-gzip", || sent("Transfer-Encoding: chunked, gzip", ABC), Failed("protocol")),
    (11, "identity", || sent("Transfer-Encoding: identity", "abc"), Failed("protocol")),
    (11, "two-fields", || sent("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", ABC), Failed("protocol")),
    // Servers that name it twice have done it once.
    (11, "chunked-twice", || sent("Transfer-Encoding: chunked, chunked", ABC), File("abc")),
    (
        16,
        "folded-name",
        || sent("Content-Disposition: attachment;\r\n filename=x\r\nContent-Length: 3", "abc"),
        Failed("protocol"),
    ),
    (
        16,
        "folded-date",
        || sent("Last-Modified: Sun, 06 Nov 1994\r\n\t08:49:37 GMT\r\nContent-Length: 3", "abc"),
        Failed("protocol"),
    ),
    (16, "folded-length", || sent("Content-Length:\r\n 3", "abc"), Failed("protocol")),
    (22, "trailer-length", || chunked("3\r\nabc\r\n0\r\nContent-Length: 1\r\n\r\n"), File("abc")),
    (
        22,
        "trailer-name",
        || chunked("3\r\nabc\r\n0\r\nContent-Disposition: attachment; filename=y\r\n\r\n"),
        File("abc"),
    ),
    (22, "trailer-nul", || chunked("3\r\nabc\r\n0\r\nX: a\0b\r\n\r\n"), Failed("protocol")),
    (
        22,
        "trailer-1mb",
        || chunked(format!("3\r\nabc\r\n0\r\nX: {}\r\n\r\n", "x".repeat(1_000_000))),
        Failed("protocol"),
    ),
    (22, "trailer-endless", || chunked("3\r\nabc\r\n0\r\n").endless("X: y\r\n".repeat(1000)), Failed("protocol")),
    (22, "trailer-cut", || chunked("3\r\nabc\r\n0\r\nX: y"), Failed("truncated")),
];

#[test]
fn framing_is_true_or_an_error() {
    hold(FRAMINGS);
}

#[test]
fn what_is_not_http_is_an_error_with_a_name() {
    hold(&[
        (13, "five-digits", || Answer::raw("HTTP/1.1 99999 OK\r\nContent-Length: 3\r\n\r\nabc"), Failed("protocol")),
        (13, "two-digits", || Answer::raw("HTTP/1.1 20 OK\r\nContent-Length: 3\r\n\r\nabc"), Failed("protocol")),
        (13, "no-status", || Answer::raw("HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"), Failed("protocol")),
        (13, "words", || Answer::raw("HTTP/1.1 OK 200\r\nContent-Length: 3\r\n\r\nabc"), Failed("protocol")),
        (13, "no-reason", || Answer::raw("HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nabc"), File("abc")),
        (13, "status-999", || Answer::raw("HTTP/1.1 999 No\r\nContent-Length: 3\r\n\r\nabc"), Failed("status")),
        (13, "status-000", || Answer::raw("HTTP/1.1 000 No\r\nContent-Length: 3\r\n\r\nabc"), Failed("protocol")),
        (13, "http-2", || Answer::raw("HTTP/2 200 OK\r\nContent-Length: 3\r\n\r\nabc"), Failed("protocol")),
        (13, "icy", || Answer::raw("ICY 200 OK\r\nContent-Length: 3\r\n\r\nabc"), Failed("protocol")),
        (13, "http-0.9", || Answer::raw(png(1, 8, 8)), Failed("protocol")),
        (13, "ssh", || Answer::raw("SSH-2.0-OpenSSH_9.9\r\n"), Failed("protocol")),
        (13, "tls-alert", || Answer::raw(b"\x15\x03\x01\0\x02\x02\x0a"), Failed("protocol")),
        (13, "h2-settings", || Answer::raw(b"\0\0\0\x04\0\0\0\0\0"), Failed("protocol")),
        (13, "nothing", || Answer::raw(""), Failed("connect")),
    ]);
}

#[test]
fn a_success_without_content_is_none() {
    hold(&[
        (15, "204", || Answer::status(204), Failed("protocol")),
        (15, "204-and-bytes", || Answer::raw("HTTP/1.1 204 No\r\nContent-Length: 3\r\n\r\nabc"), Failed("protocol")),
        (15, "205", || Answer::status(205), Failed("protocol")),
        (15, "205-and-bytes", || Answer::status(205).body("abc"), Failed("protocol")),
        (15, "304", || Answer::status(304), Failed("status")),
        (15, "zero", || Answer::ok(""), Failed("protocol")),
        (15, "204.png", || Answer::status(204), Failed("not_an_image")),
        (15, "zero.png", || Answer::ok(""), Failed("not_an_image")),
    ]);
}

/// 2
#[test]
fn bytes_behind_the_end_are_nobodys_and_their_connection_is_given_up() {
    let (origin, mut run) = (Origin::start(), Run::with(Options { jobs: 1, ..options() }));
    let body = payload(2, 1000);
    let all = body.clone();
    origin.script("/a", Script::new().then(move || Answer::ok(&*all).header("Content-Length", "400").keep_alive()));
    origin.script("/b", Script::body("abc"));
    let ids = run.add_all(&["/a", "/b"].map(|path| origin.url(path)));
    run.check(ids[0], "a", &body[..400]);
    run.check(ids[1], "b", b"abc");
    let connections: Vec<_> = origin.all_requests().iter().map(|request| request.connection).collect();
    assert_eq!(connections, [0, 1]);
}

/// 4
#[test]
fn a_bad_chunk_may_be_better_the_next_time() {
    let (origin, mut run) = (Origin::start(), Run::with(Options { retries: 1, ..options() }));
    origin.script("/a", Script::new().then(|| chunked("zz\r\nabc")).then(|| chunked(ABC)));
    origin.script("/b", Script::new().then(|| chunked("zz\r\nabc")));
    let ids = run.add_all(&["/a", "/b"].map(|path| origin.url(path)));
    run.check(ids[0], "a", b"abc");
    assert_eq!(run.failed(ids[1]).class.word(), "protocol");
    assert_eq!((origin.requests("/a").len(), origin.requests("/b").len()), (2, 2));
    assert_eq!(run.dir.names(), ["a"]);
}

/// 14
#[test]
fn answers_before_the_answer_are_passed_by_and_have_an_end() {
    const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";
    const HINTS: &str = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n";
    const FILE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
    hold(&[
        (14, "continue", || Answer::raw(CONTINUE.repeat(1000) + FILE), File("abc")),
        (14, "hints", || Answer::raw(HINTS.repeat(1000) + FILE), File("abc")),
        (14, "both", || Answer::raw([CONTINUE, HINTS].concat().repeat(500) + FILE), File("abc")),
        (14, "then-nothing", || Answer::raw(HINTS.repeat(1000)), Failed("connect")),
    ]);
    let (origin, mut run) =
        (Origin::start(), Run::with(Options { stall_timeout: Duration::from_millis(300), ..options() }));
    origin.script("/endless", Script::new().then(|| Answer::raw("").endless(HINTS.repeat(100))));
    let id = run.add(&origin.url("/endless"));
    assert_eq!(run.failed(id).class.word(), "stalled");
    // The library may give the connection up for another protocol before it hands the answer over.
    origin.script("/switching", Script::new().then(|| Answer::raw("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\nabc")));
    let id = run.add(&origin.url("/switching"));
    assert!(matches!(run.failed(id).class.word(), "status" | "connect"));
    assert_eq!(run.dir.names(), [] as [&str; 0]);
    origin.wait_idle();
}

/// An answer in pieces, with a place between every two of them; the shape is that of the Web Platform Tests
/// (fetch/h1-parsing).
const PIECES: [&str; 18] = [
    "",
    "HTTP",
    "/",
    "1",
    ".1",
    " ",
    "2",
    "00",
    " ",
    "O",
    "K",
    "\r\n",
    "Content-Length",
    ":",
    " ",
    "LEN",
    "\r\n",
    "Content-Type: image/png\r\n\r\n",
];

/// The answer with this byte at this place.
fn bent(place: usize, symbol: u8, image: &[u8]) -> Vec<u8> {
    let mut wire = Vec::new();
    for (index, piece) in PIECES.iter().enumerate() {
        wire.extend_from_slice(if *piece == "LEN" { image.len().to_string() } else { (*piece).to_owned() }.as_bytes());
        if index == place {
            wire.push(symbol);
        }
    }
    wire.extend_from_slice(image);
    wire
}

/// What a fetch of each bent answer comes to, in words.
fn verdicts(answers: &[(String, Vec<u8>)], image: &[u8]) -> Vec<String> {
    let (origin, mut run) = (Origin::start(), Run::new());
    let mut urls = Vec::new();
    for (name, wire) in answers {
        let (path, wire) = (format!("/{name}"), wire.clone());
        origin.script(&path, Script::new().then(move || Answer::raw(&*wire)));
        urls.push(origin.url(&path));
    }
    let ids = run.add_all(&urls);
    run.close();
    let mut verdict = |(id, (name, wire)): (JobId, &(String, Vec<u8>))| {
        if !run.facts(id).ends_with("finished") {
            return run.failed(id).class.word().to_owned();
        }
        let file = run.finished(id);
        let bytes = run.dir.read(name);
        if bytes == image {
            return format!("{:?}", file.format);
        }
        // The stray byte has ended the head, so that the rest of it is body: of no known kind, and marked so.
        let behind = wire.windows(bytes.len()).any(|part| part == bytes);
        assert!(behind && file.verified == Some(false), "{name}: {}", bytes.escape_ascii());
        "unverified".to_owned()
    };
    ids.into_iter().zip(answers).map(&mut verdict).collect()
}

/// 12
#[test]
fn a_stray_byte_in_the_head_has_one_verdict() {
    let image = png(12, 8, 8);
    let places = (0..17).flat_map(|place| b"\n\r\t \0:".map(|symbol| (place, symbol)));
    let answers: Vec<_> =
        places.map(|(place, symbol)| (format!("{place}-{symbol}.png"), bent(place, symbol, &image))).collect();
    assert_eq!(answers.len(), 102);
    let first = verdicts(&answers, &image);
    assert_eq!(first, verdicts(&answers, &image));
    let kinds: BTreeSet<_> = first.iter().map(String::as_str).collect();
    assert_eq!(kinds, BTreeSet::from(["Some(\"png\")", "protocol", "unverified"]));
}
