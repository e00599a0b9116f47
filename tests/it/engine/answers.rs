//! What [`Event::Started`] tells of an answer: the server's own words, what they were spoken in, and how the connection
//! came about.

use std::sync::Arc;

use haul::engine::event::{Answered, Event};
use haul::engine::options::Options;
use haul::engine::request::JobId;

use super::run::{Run, options};
use crate::support::bytes::payload;
use crate::support::fail;
use crate::support::origin::{Answer, Opening, Origin, Resource, Script};
use crate::support::tls::Certificate;

/// What was said when the job started the last time.
#[track_caller]
fn answer(run: &mut Run, id: JobId) -> Arc<Answered> {
    match run.wait(id, "started") {
        Event::Started { answer, .. } => answer,
        other => fail(&format!("{other:?}")),
    }
}

#[test]
fn a_started_job_says_who_answered_and_how() {
    let (origin, mut run) = (Origin::start(), Run::new());
    origin.script("/moved", Script::new().then(|| Answer::redirect(302, "/a.bin")));
    let there = || Answer::ok("abc").header("Content-Type", "x/y").header("Server", "n\u{e9}e/1.0");
    origin.script("/a.bin", Script::new().then(there));
    let id = run.add(&origin.url("/moved"));
    let said = answer(&mut run, id);
    assert_eq!(said.final_url.as_str(), origin.url("/a.bin"));
    assert_eq!((said.status, said.protocol.word(), said.ranges), (200, "HTTP/1.1", false));
    assert_eq!((said.content_type.as_deref(), said.server.as_deref()), (Some("x/y"), Some("n\u{e9}e/1.0")));
    let times = said.connect.expect("a connection was made");
    assert_eq!(times.dns, None, "an address needs no name");
    assert!(times.connect <= said.ttfb, "{said:?}");
    let Event::Finished { record, .. } = run.wait(id, "finished") else { fail("no file") };
    assert!(record.answered.is_some_and(|record| Arc::ptr_eq(&record, &said)), "reports get the same");
}

#[test]
fn every_attempt_says_what_it_was_answered() {
    let (origin, mut run) = (Origin::start(), Run::with(Options { retries: 1, ..options() }));
    let file = Resource::new(payload(1, 600_000)).etag("\"a\"");
    let tail = file.clone();
    let script = Script::new().answer(move |r| file.answer(r).cut(400_000)).answer(move |r| tail.answer(r));
    origin.script("/a.bin", script);
    let id = run.add(&origin.url("/a.bin"));
    for status in [200, 206] {
        let said = answer(&mut run, id);
        assert_eq!((said.status, said.ranges, said.etag.as_deref()), (status, true, Some("\"a\"")));
    }
    run.finished(id);
}

#[test]
fn what_a_server_speaks_is_told() {
    for (opening, word) in [(Opening::http2(None), "HTTP/2"), (Opening::http1(Certificate::Good), "HTTP/1.1")] {
        let origin = Origin::secure([opening]);
        let mut run = Run::with(Options { insecure: true, ..options() });
        origin.script("/a.bin", Script::new().then(|| Answer::ok("abc").header("Accept-Ranges", "bytes")));
        let id = run.add(&origin.url("/a.bin"));
        let said = answer(&mut run, id);
        assert_eq!((said.protocol.word(), said.ranges, said.connect.is_some()), (word, true, true));
        run.finished(id);
    }
}

#[test]
fn a_name_is_asked_for_once_and_connections_tell_their_own_times() {
    let (origin, mut run) = (Origin::start(), Run::new());
    let url = |path: &str| origin.url(path).replace("127.0.0.1", "localhost");
    let mut dns = Vec::new();
    for path in ["/first", "/second"] {
        origin.script(path, Script::new().then(|| Answer::ok("abc").header("Connection", "close").close()));
        let id = run.add(&url(path));
        dns.push(answer(&mut run, id).connect.expect("a connection was made").dns.is_some());
        run.finished(id);
    }
    assert_eq!((dns, origin.connections()), (vec![true, false], 2));
}
