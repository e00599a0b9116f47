//! TLS that is wrong: certificates, handshakes, and connections that end without saying so.

use super::verdict::{Verdict, secure};
use crate::support::bytes::{payload, png};
use crate::support::origin::{Answer, Opening, Origin, Resource, Script};
use crate::support::temp::TempDir;
use crate::support::tls::Certificate;

/// An alert that ends a handshake (RFC 8446 section 6.2).
fn alert(code: u8) -> Opening {
    Opening::bytes([21, 3, 1, 0, 2, 2, code])
}

#[test]
fn a_bad_certificate_is_told_with_its_reason_and_asked_once() {
    let cases = [
        (82, Certificate::Expired, "the certificate has expired"),
        (82, Certificate::NotYetValid, "the certificate is not valid yet"),
        (82, Certificate::OtherHost, "the certificate is for another host"),
        (82, Certificate::SelfSigned, "the certificate's issuer is not trusted"),
        (82, Certificate::UnknownIssuer, "the certificate's issuer is not trusted"),
    ];
    let dir = TempDir::new();
    let origins = cases.map(|(_, certificate, _)| {
        let origin = Origin::secure([Opening::http1(certificate)]);
        origin.script("/a.bin", Script::body("abc"));
        origin
    });
    let done = secure(&dir, 3).args(origins.iter().map(|origin| origin.url("/a.bin"))).run().expect(1);
    for ((number, certificate, words), origin) in cases.iter().zip(&origins) {
        let end = Verdict::of(&done, &origin.url("/a.bin"));
        assert_eq!((end.word(), end.error()), ("tls", *words), "{number} {certificate:?}");
        assert_eq!((end.attempts(), origin.connections()), (1, 1), "{number} {certificate:?}");
        assert_eq!(origin.all_requests().len(), 0, "{number} {certificate:?}");
    }
    assert_eq!(dir.names(), [] as [&str; 0]);
}

#[test]
fn a_handshake_that_breaks_is_told_with_its_reason() {
    let plain = || Opening::bytes("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    let old = "the server speaks no version of TLS that is safe";
    // A server's hello that chooses TLS 1.0: 32 random bytes, no session, AES-128 in CBC mode.
    let hello = [&[22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1][..], &[7; 32], &[0, 0, 47, 0]].concat();
    let cases = [
        (83, "plain HTTP", plain(), 1, "tls", "the server does not speak TLS on this port"),
        (83, "protocol_version", alert(70), 1, "tls", old),
        (83, "TLS 1.0", Opening::bytes(hello), 1, "tls", old),
        (83, "handshake_failure", alert(40), 1, "tls", "the server refused the handshake (HandshakeFailure)"),
        (83, "end", Opening::bytes(""), 2, "connect", "the server closed the connection during the handshake"),
        (83, "reset", Opening::reset(), 2, "connect", "connection reset"),
    ];
    let dir = TempDir::new();
    let origins: Vec<_> = cases.iter().map(|(_, _, opening, ..)| Origin::secure([opening.clone()])).collect();
    let done = secure(&dir, 1).args(origins.iter().map(|origin| origin.url("/a.bin"))).run().expect(1);
    for ((number, name, _, tries, class, words), origin) in cases.iter().zip(&origins) {
        let end = Verdict::of(&done, &origin.url("/a.bin"));
        assert_eq!((end.word(), end.error()), (*class, *words), "{number} {name}");
        assert_eq!((end.attempts(), origin.connections()), (*tries, *tries), "{number} {name}");
    }
    assert_eq!(dir.names(), [] as [&str; 0]);
}

type Bend = fn(&[u8]) -> Answer;

#[test]
fn the_end_of_a_connection_counts_only_where_tls_says_so() {
    let picture = png(1, 40, 30);
    let cases: &[(u32, &str, usize, &str, Bend)] = &[
        (5, "close_notify.png", 1, "finished", |body| Answer::ok(body).unframed().close()),
        (6, "no-notify.png", 2, "truncated", |body| Answer::ok(body).unframed().close_silently()),
        (6, "no-notify.bin", 2, "truncated", |body| Answer::ok(body).unframed().close_silently()),
        (6, "tagged.png", 2, "truncated", |body| Answer::ok(body).header("ETag", "\"a\"").unframed().close_silently()),
        (7, "length.png", 1, "finished", |body| Answer::ok(body).close_silently()),
        (7, "chunked.png", 1, "finished", |body| Answer::status(200).chunked(body, 500).close_silently()),
        (7, "cut-length.png", 2, "truncated", |body| Answer::ok(body).cut(900).close_silently()),
        (7, "cut-chunks.png", 2, "truncated", |body| Answer::status(200).chunked(body, 500).cut(900).close_silently()),
    ];
    let (dir, origin) = (TempDir::new(), Origin::secure([Opening::http1(Certificate::Good)]));
    for (_, name, _, _, bend) in cases {
        let body = picture.clone();
        origin.script(&format!("/{name}"), Script::new().then(move || bend(&body)));
    }
    let urls: Vec<_> = cases.iter().map(|case| origin.url(&format!("/{}", case.1))).collect();
    let done = secure(&dir, 1).args(&urls).run().expect(1);
    for ((number, name, tries, word, _), url) in cases.iter().zip(&urls) {
        let end = Verdict::of(&done, url);
        assert_eq!((end.word(), end.attempts()), (*word, *tries), "{number} {name}: {}", end.error());
        let asked = origin.requests(&format!("/{name}"));
        assert_eq!(asked.len(), *tries, "{number} {name}");
        assert!(
            asked.iter().all(|request| request.header("Range").is_none()) || *name == "tagged.png",
            "{number} {name}"
        );
        if *word == "finished" {
            assert!(dir.read(name) == picture, "{number} {name}");
        }
    }
    let whole = dir.names().into_iter().filter(|name| !name.starts_with(".haul-")).count();
    assert_eq!(whole, 3, "{:?}", dir.names());
}

#[test]
fn a_certificate_that_breaks_between_two_attempts_keeps_the_part() {
    let (dir, bytes) = (TempDir::new(), payload(85, 1_000_000));
    let origin = Origin::secure([Opening::http1(Certificate::Good), Opening::http1(Certificate::Expired)]);
    let file = Resource::new(bytes.clone());
    origin.script("/a.bin", Script::new().answer(move |request| file.answer(request).cut(600_000)));
    // Keeps the program alive: with its end, a part may go that nobody can take up.
    let silent = Origin::start();
    silent.script("/silent", Script::new().then(Answer::hang));
    let running = secure(&dir, 3).args([origin.url("/a.bin"), silent.url("/silent")]).spawn();
    let line = running.wait_stdout(|line| line.contains("\"failed\""));
    let end = Verdict::parse(&line);
    assert_eq!((end.word(), end.error(), end.attempts()), ("tls", "the certificate has expired", 2), "{line}");
    assert_eq!((origin.connections(), origin.requests("/a.bin").len()), (2, 1));
    let names = dir.names();
    assert!(matches!(&names[..], [part] if part.starts_with(".haul-")), "{names:?}");
    assert!(dir.read(&names[0]) == bytes[..600_000]);
}

#[test]
fn a_used_connection_that_ends_silently_costs_no_attempt() {
    let (dir, origin) = (TempDir::new(), Origin::secure([Opening::http1(Certificate::Good)]));
    origin.script("/a.bin", Script::body("abc"));
    origin.script("/b.bin", Script::new().then(|| Answer::raw("").close_silently()).then(|| Answer::ok("def")));
    let urls = ["/a.bin", "/b.bin"].map(|path| origin.url(path));
    let done = secure(&dir, 0).args(["-j", "1"]).args(&urls).run().expect(0);
    assert_eq!(Verdict::of(&done, &urls[1]).attempts(), 1);
    let asked = origin.requests("/b.bin");
    assert_eq!((asked.len(), asked[0].connection), (2, 0), "the first by the connection of the other file");
    assert_eq!(dir.read("b.bin"), b"def");
}
