//! HTTP/2 that is wrong: streams and connections that are given up in the middle, lengths that lie, limits and floods.

use std::io;

use super::verdict::{Verdict, secure};
use crate::support::bytes::payload;
use crate::support::origin::frames::{self, Frames};
use crate::support::origin::{Answer, Opening, Origin, Request, Resource, Script};
use crate::support::temp::TempDir;

/// Too much for memory alone: what came of it lies in a part file.
const WHOLE: usize = 300_000;
const PART: usize = 200_000;

const NO_ERROR: u32 = 0;
const INTERNAL_ERROR: u32 = 2;
const REFUSED_STREAM: u32 = 7;
const CANCEL: u32 = 8;

fn body() -> Vec<u8> {
    payload(17, WHOLE)
}

fn http2() -> Origin {
    Origin::secure([Opening::http2(None)])
}

/// By what the second request begins.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Second {
    /// At this byte, where the first has ended, if the file is still the same.
    Goes(usize),
    /// From the first byte.
    Anew,
    /// The library has asked again by itself: no attempt.
    Unseen,
}
use Second::{Anew, Goes, Unseen};

type Bend = fn(&Resource, &Request) -> Answer;

/// The first answer of a stream; every later one is right.
const STREAMS: &[(u32, &str, Second, Bend)] = &[
    (18, "cancel", Goes(PART), |file, request| file.answer(request).reset_stream(PART, CANCEL)),
    (18, "internal", Goes(PART), |file, request| file.answer(request).reset_stream(PART, INTERNAL_ERROR)),
    (18, "refused", Goes(PART), |file, request| file.answer(request).reset_stream(PART, REFUSED_STREAM)),
    (18, "no-error", Goes(PART), |file, request| file.answer(request).reset_stream(PART, NO_ERROR)),
    (18, "untagged", Anew, |_, _| Answer::ok(body()).reset_stream(PART, CANCEL)),
    (18, "no-length", Anew, |_, _| Answer::ok(body()).unframed().reset_stream(PART, CANCEL)),
    (18, "no-length-no-error", Anew, |_, _| Answer::ok(body()).unframed().reset_stream(PART, NO_ERROR)),
    (18, "no-body", Anew, |file, request| file.answer(request).reset_stream(0, CANCEL)),
    (18, "no-head", Anew, |_, _| Answer::raw("").reset_stream(0, CANCEL)),
    (18, "no-head-refused", Unseen, |_, _| Answer::raw("").reset_stream(0, REFUSED_STREAM)),
    (19, "short", Goes(PART), |file, request| file.answer(request).cut(PART)),
    (19, "short-untagged", Anew, |_, _| Answer::ok(body()).cut(PART)),
    (19, "empty", Anew, |file, request| file.answer(request).cut(0)),
    // The frame that goes too far is void as a whole.
    (19, "long", Goes(294_912), |_, _| Answer::ok(body()).header("ETag", "\"a\"").header("Content-Length", "299999")),
];

#[test]
fn a_stream_that_breaks_off_is_taken_up_again() {
    let (dir, origin) = (TempDir::new(), http2());
    for (_, name, _, bend) in STREAMS {
        let (broken, good) = (Resource::new(body()), Resource::new(body()));
        let script =
            Script::new().answer(move |request| bend(&broken, request)).answer(move |request| good.answer(request));
        origin.script(&format!("/{name}.bin"), script);
    }
    let urls: Vec<_> = STREAMS.iter().map(|case| origin.url(&format!("/{}.bin", case.1))).collect();
    let done = secure(&dir, 1).args(&urls).run().expect(0);
    for ((number, name, second, _), url) in STREAMS.iter().zip(&urls) {
        let end = Verdict::of(&done, url);
        let asked = origin.requests(&format!("/{name}.bin"));
        assert_eq!(end.attempts(), if *second == Unseen { 1 } else { 2 }, "{number} {name}");
        assert_eq!(asked.len(), 2, "{number} {name}");
        let from = if let Goes(from) = second { Some(*from) } else { None };
        // The tag of this one has changed as well.
        assert_eq!(end.resumed_from(), from.filter(|_| *name != "long").unwrap_or_default(), "{number} {name}");
        let range = from.map(|from| format!("bytes={}-", from - 1024));
        assert_eq!(asked[1].header("Range"), range.as_deref(), "{number} {name}");
        assert!(dir.read(&format!("{name}.bin")) == body(), "{number} {name} has other bytes");
    }
    assert_eq!(dir.names().len(), STREAMS.len(), "{:?}", dir.names());
}

#[test]
fn a_stream_that_always_breaks_off_is_never_done() {
    let (dir, origin) = (TempDir::new(), http2());
    let cases: &[(u32, &str, &str, Bend)] = &[
        (18, "reset", "truncated", |file, request| file.answer(request).reset_stream(PART, CANCEL)),
        (18, "no-error", "truncated", |_, _| Answer::ok(body()).unframed().reset_stream(PART, NO_ERROR)),
        (18, "no-head", "connect", |_, _| Answer::raw("").reset_stream(0, INTERNAL_ERROR)),
        (19, "short", "protocol", |_, _| Answer::ok(body()).cut(PART)),
        // The frame that goes too far is void as a whole.
        (19, "long", "protocol", |_, _| Answer::ok(body()).header("Content-Length", "200000")),
    ];
    for (_, name, _, bend) in cases {
        let file = Resource::new(body());
        origin.script(&format!("/{name}.bin"), Script::new().answer(move |request| bend(&file, request)));
    }
    let urls: Vec<_> = cases.iter().map(|case| origin.url(&format!("/{}.bin", case.1))).collect();
    let done = secure(&dir, 1).args(&urls).run().expect(1);
    for ((number, name, word, _), url) in cases.iter().zip(&urls) {
        let end = Verdict::of(&done, url);
        assert_eq!((end.word(), end.attempts()), (*word, 2), "{number} {name}: {}", end.error());
        assert_eq!(origin.requests(&format!("/{name}.bin")).len(), 2, "{number} {name}");
    }
    assert!(dir.names().iter().all(|name| name.starts_with(".haul-")), "{:?}", dir.names());
}

#[test]
fn a_connection_that_is_announced_to_end_goes_on_to_its_end() {
    let (dir, origin) = (TempDir::new(), http2());
    let halves = |bytes: &[u8]| Answer::ok(&bytes[..PART]).go_away().body(&bytes[PART..]);
    origin.script("/a.bin", Script::new().then(move || halves(&body())));
    origin.script("/b.bin", Script::body("abc"));
    let urls = ["/a.bin", "/b.bin"].map(|path| origin.url(path));
    // One after the other: the second finds the connection ended.
    let done = secure(&dir, 0).args(["-j", "1"]).args(&urls).run().expect(0);
    for (path, url, connection) in [("/a.bin", &urls[0], 0), ("/b.bin", &urls[1], 1)] {
        let asked = origin.requests(path);
        assert_eq!((asked.len(), asked[0].connection), (1, connection), "17 {path}");
        assert_eq!(Verdict::of(&done, url).attempts(), 1, "17 {path}");
    }
    assert!(dir.read("a.bin") == body());
}

#[test]
fn streams_above_the_last_one_of_an_ended_connection_cost_no_attempt() {
    let play = |frames: &mut Frames| {
        frames.settings()?;
        let first = frames.request()?;
        frames.head(first, &[("content-length", "300000")])?;
        frames.data(first, &body()[..PART])?;
        frames.request()?;
        frames.go_away(first, NO_ERROR)?;
        frames.data(first, &body()[PART..])?;
        frames.end(first)?;
        frames.drain();
        Ok(())
    };
    let (dir, origin) = (TempDir::new(), Origin::secure([Opening::frames(play), Opening::http2(None)]));
    let urls = ["/a.bin", "/b.bin"].map(|path| {
        origin.script(path, Script::body(body()));
        origin.url(path)
    });
    let done = secure(&dir, 0).args(&urls).run().expect(0);
    for (name, url, later) in [("a.bin", &urls[0], 0), ("b.bin", &urls[1], 1)] {
        assert_eq!(Verdict::of(&done, url).attempts(), 1, "17 {name}");
        assert_eq!(origin.requests(&format!("/{name}")).len(), later, "17 {name}");
        assert!(dir.read(name) == body(), "17 {name}");
    }
    assert_eq!(origin.requests("/frames").len(), 2);
}

#[test]
fn a_connection_that_ends_below_a_stream_in_the_middle_does_not_end_the_file() {
    // Without a length only the stream's own end tells that the body is whole.
    let play = |frames: &mut Frames| {
        frames.settings()?;
        let stream = frames.request()?;
        frames.head(stream, &[])?;
        frames.data(stream, &body()[..PART])?;
        frames.go_away(0, NO_ERROR)?;
        frames.drain();
        Ok(())
    };
    let (dir, origin) = (TempDir::new(), Origin::secure([Opening::frames(play), Opening::http2(None)]));
    origin.script("/a.bin", Script::body(body()));
    let url = origin.url("/a.bin");
    let done = secure(&dir, 1).arg(&url).run().expect(0);
    assert_eq!((Verdict::of(&done, &url).attempts(), origin.all_requests().len()), (2, 2), "17");
    assert!(dir.read("a.bin") == body(), "17");
}

#[test]
fn a_server_that_lets_one_stream_at_a_time_gets_one() {
    let (dir, origin) = (TempDir::new(), Origin::secure([Opening::http2(Some(1))]));
    let urls = (0..50).map(|number| {
        let path = format!("/{number}.bin");
        origin.script(&path, Script::body(payload(number, 5_000)));
        origin.url(&path)
    });
    let urls: Vec<_> = urls.collect();
    let done = secure(&dir, 0).args(&urls).run().expect(0);
    for (number, url) in (0..50).zip(&urls) {
        assert_eq!(Verdict::of(&done, url).attempts(), 1, "20 {url}");
        assert!(dir.read(&format!("{number}.bin")) == payload(number, 5_000), "20 {url}");
    }
    assert_eq!((origin.all_requests().len(), origin.peak_all()), (50, 1), "20");
}

#[test]
fn a_stream_that_says_nothing_is_stalled_and_harms_no_neighbour() {
    let (dir, origin) = (TempDir::new(), http2());
    origin.script("/good.bin", Script::body(body()));
    origin.script("/half.bin", Script::new().then(|| Answer::ok(body()).stall_after(PART)));
    origin.script("/silent.bin", Script::new().then(|| Answer::raw("").stall()));
    let urls = ["/good.bin", "/half.bin", "/silent.bin"].map(|path| origin.url(path));
    let done = secure(&dir, 0).args(["--stall-timeout", "300ms"]).args(&urls).run().expect(1);
    let words = [0, 1, 2].map(|at| Verdict::of(&done, &urls[at]).word().to_owned());
    assert_eq!(words, ["finished", "stalled", "stalled"]);
    assert_eq!(origin.connections(), 1);
}

type Play = fn(&mut Frames) -> io::Result<()>;

/// Each answers the one request that it waits for with the whole body, or breaks before.
const FLOODS: &[(u32, &str, &str, Play)] = &[
    (21, "bytes", "finished", |frames| {
        answered(frames, |frames, stream| {
            body().chunks(1).take(20_000).try_for_each(|byte| frames.data(stream, byte))?;
            frames.data(stream, &body()[20_000..])
        })
    }),
    (21, "empty", "finished", |frames| {
        answered(frames, |frames, stream| {
            (0..100).try_for_each(|_| frames.send(frames::DATA, 0, stream, b""))?;
            frames.data(stream, &body())
        })
    }),
    (21, "endless-empty", "protocol", |frames| {
        answered(frames, |frames, stream| (0..100_000).try_for_each(|_| frames.send(frames::DATA, 0, stream, b"")))
    }),
    (21, "ping", "finished", |frames| {
        answered(frames, |frames, stream| {
            (0..5_000).try_for_each(|_| frames.send(frames::PING, 0, 0, &[7; 8]))?;
            frames.data(stream, &body())
        })
    }),
    (21, "settings", "finished", |frames| {
        answered(frames, |frames, stream| {
            (0..5_000).try_for_each(|_| frames.send(frames::SETTINGS, 0, 0, b""))?;
            frames.data(stream, &body())
        })
    }),
    (21, "continuation", "protocol", |frames| {
        frames.settings()?;
        let stream = frames.request()?;
        frames.send(frames::HEADERS, 0, stream, &[0x88])?;
        let block = frames::field("x-more", "and more");
        (0..50_000).try_for_each(|_| frames.send(frames::CONTINUATION, 0, stream, &block))
    }),
    (21, "headers", "protocol", |frames| {
        frames.settings()?;
        let stream = frames.request()?;
        frames.send(frames::HEADERS, 0, stream, &[0x88])?;
        let block = frames::field("x-more", "and more").repeat(900);
        frames.send(frames::CONTINUATION, 0, stream, &block)?;
        frames.send(frames::CONTINUATION, frames::END_HEADERS, stream, &block)?;
        frames.drain();
        Ok(())
    }),
    (84, "HTTP/1", "protocol", |frames| {
        frames.send_bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc")?;
        frames.drain();
        Ok(())
    }),
    (84, "HTTP/1-after", "protocol", |frames| {
        frames.settings()?;
        frames.request()?;
        frames.send_bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc")?;
        frames.drain();
        Ok(())
    }),
];

fn answered(frames: &mut Frames, play: fn(&mut Frames, u32) -> io::Result<()>) -> io::Result<()> {
    frames.settings()?;
    let stream = frames.request()?;
    frames.head(stream, &[("content-length", "300000")])?;
    play(frames, stream)?;
    frames.end(stream)?;
    frames.drain();
    Ok(())
}

#[test]
fn floods_and_foreign_tongues_end() {
    let dir = TempDir::new();
    let origins: Vec<_> = FLOODS.iter().map(|(.., play)| Origin::secure([Opening::frames(play)])).collect();
    let urls: Vec<_> = FLOODS.iter().zip(&origins).map(|(case, origin)| origin.url(&format!("/{}", case.1))).collect();
    let done = secure(&dir, 0).args(&urls).run().expect(1);
    let whole = FLOODS.iter().zip(&urls).filter(|((number, name, word, _), url)| {
        let end = Verdict::of(&done, url);
        assert_eq!(end.word(), *word, "{number} {name}: {}", end.error());
        *word == "finished"
    });
    let whole: Vec<_> = whole.map(|((_, name, ..), _)| (*name).to_owned()).collect();
    assert!(whole.iter().all(|name| dir.read(name) == body()));
    assert_eq!(dir.names().len(), whole.len());
}
