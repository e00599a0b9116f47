//! Which HTTP is spoken, and over how many connections: ALPN, `--http`, and many streams at once.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

use super::verdict::{Verdict, secure};
use crate::support::origin::{Answer, Gate, Opening, Origin, Script};
use crate::support::temp::TempDir;
use crate::support::tls::Certificate;

/// Holds so many requests at once at a host that speaks HTTP/2, and is far away; how many went over which connection.
fn spread(openings: Vec<Opening>, count: usize) -> Vec<usize> {
    let (dir, origin, gate) = (TempDir::new(), Origin::secure(openings), Gate::new());
    let held = gate.clone();
    let first = move || {
        // The distance is the fault; nothing is awaited by it.
        std::thread::sleep(Duration::from_millis(30));
        Answer::ok("first")
    };
    origin.script("/x", Script::new().then(first).then(move || Answer::ok("some").wait_first(&held)));
    let urls: Vec<_> = (0..=count).map(|number| origin.url(&format!("/x?{number}"))).collect();
    let running = secure(&dir, 0).args(["-j", "100", "--per-host", &count.to_string()]).args(&urls).spawn();
    gate.wait_for(count);
    gate.open();
    running.wait().expect(0);
    let mut connections = BTreeMap::new();
    // The first goes alone, and is over before the others are asked.
    for request in &origin.all_requests()[1..] {
        *connections.entry(request.connection).or_insert(0) += 1;
    }
    // Those that are made at the same time are taken in any order.
    let mut counts: Vec<_> = connections.into_values().collect();
    counts.sort_unstable_by_key(|count| Reverse(*count));
    counts
}

#[test]
fn many_streams_to_a_host_far_away_take_more_than_one_connection() {
    for (count, expected) in [(16, vec![16]), (17, vec![16, 1]), (40, vec![16, 16, 8]), (72, vec![18; 4])] {
        assert_eq!(spread(vec![Opening::http2(None)], count), expected, "{count}");
    }
}

#[test]
fn a_host_that_takes_one_connection_gets_one() {
    assert_eq!(spread(vec![Opening::http2(None), Opening::reset()], 24), [24]);
}

#[test]
fn the_protocol_that_was_asked_for_is_spoken_or_the_option_is_named() {
    let no_http1 = "the server speaks no HTTP/1.1, and --http 1.1 allows nothing else";
    let no_http2 = "the server speaks no proper HTTP/2, and --http 2 allows nothing else";
    let both = || Opening::http2_or_1();
    let (http2, http1) = (|| Opening::http2(None), || Opening::http1(Certificate::Good));
    let cases: [(&str, Vec<Opening>, Result<&str, &str>); 10] = [
        ("auto", vec![both()], Ok("HTTP/2")),
        ("1.1", vec![both()], Ok("HTTP/1.1")),
        ("2", vec![both()], Ok("HTTP/2")),
        ("1.1", vec![http1()], Ok("HTTP/1.1")),
        ("2", vec![http2()], Ok("HTTP/2")),
        ("1.1", vec![http2()], Err(no_http1)),
        ("2", vec![http1()], Err(no_http2)),
        ("auto", vec![], Ok("HTTP/1.1")),
        ("1.1", vec![], Ok("HTTP/1.1")),
        ("2", vec![], Err(no_http2)),
    ];
    for (number, (http, openings, expected)) in cases.into_iter().enumerate() {
        let (dir, origin) = (TempDir::new(), Origin::secure(openings));
        origin.script("/a.bin", Script::body("abc"));
        let done = secure(&dir, 0).args(["-v", "--http", http, &origin.url("/a.bin")]).run();
        let end = Verdict::of(&done, &origin.url("/a.bin"));
        match expected {
            Ok(protocol) => {
                assert_eq!(end.word(), "finished", "{number}: {}", end.error());
                assert!(done.stderr().contains(&format!(" -> 200 {protocol}")), "{number}: {}", done.stderr());
            }
            Err(words) => assert_eq!((end.word(), end.error()), ("protocol", words), "{number}"),
        }
    }
}

#[test]
fn http2_without_tls_is_spoken_where_it_was_asked_for() {
    let (dir, origin) = (TempDir::new(), Origin::secure([Opening::plain_http2()]));
    let urls: Vec<_> = (0..20).map(|number| origin.url(&format!("/{number}")).replace("https:", "http:")).collect();
    for number in 0..20 {
        origin.script(&format!("/{number}"), Script::body(number.to_string()));
    }
    let done = secure(&dir, 0).args(["-v", "--http", "2"]).args(&urls).run().expect(0);
    assert_eq!(done.stderr().matches(" -> 200 HTTP/2").count(), 20, "{}", done.stderr());
    assert_eq!((origin.connections(), dir.read("17")), (1, b"17".to_vec()));
    // Nobody offers it there, so that nobody else speaks it. A reset may overtake what such a server says.
    let done = secure(&dir, 0).args(["--http", "1.1", &urls[0], "-o", "other"]).run();
    let end = Verdict::of(&done, &urls[0]);
    assert!(matches!(end.word(), "protocol" | "connect"), "{}", end.error());
}
