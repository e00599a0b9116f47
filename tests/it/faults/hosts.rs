//! Hosts that are not there, and hosts that are there and say little.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::headless::{event, events, failure_class, json};
use crate::support::bytes::payload;
use crate::support::command::haul;
use crate::support::origin::{Answer, BlackHole, Gate, Origin, RefusedPort, Resource, Script};
use crate::support::temp::TempDir;

#[test]
fn _66_four_ways_of_not_being_there() {
    let (refused, hole) = (RefusedPort::new(), BlackHole::new());
    let cases = [
        ("no such name", "http://nohost.invalid/x".to_owned(), "10s", "dns", "the host's name does not resolve"),
        ("refused", refused.url("/x"), "10s", "connect", "connection refused"),
        // No packet for a group of hosts leaves by TCP: the system refuses at once.
        #[cfg(target_os = "linux")]
        ("unreachable", "http://224.0.0.1/x".to_owned(), "10s", "connect", "host unreachable"),
        ("black hole", hole.url("/x"), "300ms", "timeout", "no connection in time"),
    ];
    for (name, url, connect, class, error) in cases {
        let dir = TempDir::new();
        let done = haul(&dir).args(["--json", "-r", "1", "--connect-timeout", connect, &url]).run().expect(1);
        let failed = event(&done, "failed");
        assert_eq!((&failed["error_class"], &failed["error"]), (&class.into(), &error.into()), "{name}");
        assert_eq!((&failed["attempts"], events(&done, "retrying").len()), (&2.into(), 1), "{name}");
        assert_eq!(dir.names(), [] as [&str; 0], "{name}");
    }
}

/// Lets bytes through a gate, one at a time in the pace of a slow server, until it is dropped.
struct Dripping {
    over: std::sync::Arc<AtomicBool>,
}

impl Dripping {
    fn start(gate: &Gate) -> Self {
        let over = std::sync::Arc::new(AtomicBool::new(false));
        let (seen, gate) = (std::sync::Arc::clone(&over), gate.clone());
        std::thread::spawn(move || {
            while !seen.load(Ordering::Relaxed) {
                gate.pass(1);
                // The pace is the fault; nothing is awaited by it.
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        Self { over }
    }
}

impl Drop for Dripping {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

#[test]
fn _67_a_head_that_drips_is_stalled() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let endless = gate.clone();
    let head = format!("HTTP/1.1 200 OK\r\nX-Pad: {}", "a".repeat(2000));
    origin.script("/x", Script::new().then(move || Answer::raw("").drip(head.as_bytes(), 1, &endless)));
    let _dripping = Dripping::start(&gate);
    assert_eq!(failure_class(json(&dir).args(["--stall-timeout", "500ms", &origin.url("/x")])), "stalled");
}

#[test]
fn _67_a_body_that_drips_is_left_alone() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let (slow, bytes) = (gate.clone(), payload(1, 50));
    let dripped = bytes.clone();
    origin.script("/x.bin", Script::new().then(move || Answer::status(200).drip(&dripped, 1, &slow)));
    let _dripping = Dripping::start(&gate);
    // All of it takes longer than this, no byte does.
    let done = json(&dir).args(["--stall-timeout", "2s", &origin.url("/x.bin")]).run().expect(0);
    assert_eq!(dir.read("x.bin"), bytes);
    let elapsed = event(&done, "finished")["elapsed_ms"].as_u64();
    assert!(elapsed.is_some_and(|elapsed| elapsed > 2000), "the server was too quick to show anything: {elapsed:?}");
}

#[test]
fn _67_a_body_that_stops_goes_on_with_the_next_attempt() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let bytes = payload(1, 1_000_000);
    let file = Resource::new(bytes.clone());
    let half = file.clone();
    let script = Script::new()
        .answer(move |request| half.answer(request).stall_after(600_000))
        .answer(move |request| file.answer(request));
    origin.script("/x.bin", script);
    let done = haul(&dir).args(["--json", "-r", "1", "--stall-timeout", "500ms", &origin.url("/x.bin")]).run();
    let done = done.expect(0);
    assert_eq!(event(&done, "retrying")["error_class"], "stalled");
    assert_eq!(event(&done, "finished")["resumed_from"], 600_000);
    assert_eq!(dir.read("x.bin"), bytes);
    assert_eq!(dir.names(), ["x.bin"]);
}
