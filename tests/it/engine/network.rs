//! Connections: used again where that is possible, and made anew where the server has closed them meanwhile.

use haul::engine::event::Command;
use haul::engine::options::Options;

use super::run::{Run, options};
use crate::support::origin::{Answer, Origin, Script};

#[test]
fn one_connection_serves_one_after_another() {
    let (origin, mut run) = (Origin::start(), Run::with(Options { jobs: 1, ..options() }));
    let mut urls = Vec::new();
    for number in 0..20 {
        let path = format!("/{number}");
        // Answers that are of no use must not cost a connection either.
        let script = match number % 4 {
            1 => Script::new().then(|| Answer::html(404, "Gone")),
            2 => Script::new().then(|| Answer::redirect(302, "/target")),
            _ => Script::body("abc"),
        };
        origin.script(&path, script);
        urls.push(origin.url(&path));
    }
    origin.script("/target", Script::body("abc"));
    run.add_all(&urls);
    run.close();
    assert_eq!(origin.all_requests().len(), 25);
    // A connection goes back a moment after its last byte, so now and then another one is quicker.
    assert!(origin.connections() <= 10, "{} connections", origin.connections());
}

#[test]
fn a_connection_that_died_between_two_requests_is_no_attempt() {
    let (origin, mut run) = (Origin::start(), Run::new());
    origin.script("/first", Script::body("abc"));
    let first = run.add(&origin.url("/first"));
    run.check(first, "first", b"abc");
    // Read, and closed without a word: what a client sees that asks while the server gives up waiting.
    let script = Script::new().then(|| Answer::raw("").close()).then(|| Answer::ok("abc"));
    origin.script("/second", script);
    let second = run.add(&origin.url("/second"));
    assert_eq!(run.check(second, "second", b"abc").attempts, 1);
    run.close();
    assert_eq!(run.facts(second), "queued connecting started finished");
    let asked = origin.requests("/second");
    assert_eq!(asked.len(), 2);
    assert_ne!(asked[0].connection, asked[1].connection);
}

#[test]
fn a_server_that_never_answers_a_request_is_not_asked_for_ever() {
    let (origin, mut run) = (Origin::start(), Run::new());
    origin.script("/first", Script::body("abc"));
    origin.script("/mute", Script::new().then(|| Answer::raw("").close()));
    let first = run.add(&origin.url("/first"));
    run.check(first, "first", b"abc");
    let id = run.add(&origin.url("/mute"));
    assert_eq!(run.failed(id).class.word(), "connect");
    assert!(origin.requests("/mute").len() <= 3, "{}", origin.requests("/mute").len());
    run.send(Command::Retry(id));
    run.failed(id);
}
