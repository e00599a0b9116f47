//! How many requests a host gets at once, and how fast their bytes may come: the origin counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use haul::engine::event::{Command, Event};
use haul::engine::options::Options;

use super::run::{Run, options};
use crate::support::bytes::payload;
use crate::support::origin::{Answer, Gate, Origin, Script};

/// The sizes that windows have taken, and whether by trial.
fn windows(run: &Run) -> Vec<(usize, bool)> {
    let window = |event: &Event| match event {
        Event::HostChanged { window, by_trial, .. } => Some((*window, *by_trial)),
        _ => None,
    };
    run.seen().iter().filter_map(window).collect()
}

fn urls(origin: &Origin, path: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| origin.url(&format!("{path}?{number}"))).collect()
}

#[test]
fn a_host_that_answers_gets_more_than_it_began_with() {
    let (origin, gate) = (Origin::start(), Gate::new());
    let held = gate.clone();
    // As much as says something of the host.
    let much = payload(1, 20_000);
    origin.script("/slow", Script::new().then(move || Answer::ok(&*much).wait(&held).body("more")));
    let mut run = Run::new();
    let ids = run.add_all(&urls(&origin, "/slow", 60));
    // Sixteen wait in the middle of their bodies, and nothing else can happen before more are asked for.
    gate.wait_for(32);
    gate.open();
    for id in ids {
        run.finished(id);
    }
    assert_eq!(windows(&run).first(), Some(&(32, true)));
    assert!(origin.peak_all() >= 32);
}

#[test]
fn a_host_that_says_nothing_gets_no_more() {
    let (origin, gate, other) = (Origin::start(), Gate::new(), Origin::start());
    let held = gate.clone();
    origin.script("/silent", Script::new().then(move || Answer::ok("some").wait_first(&held)));
    let mut run = Run::with(Options { retries: 1, ..options() });
    let ids = run.add_all(&urls(&origin, "/silent", 30));
    gate.wait_for(16);
    // A retry takes longer than the first epoch does.
    other.script("/busy", Script::new().then(|| Answer::status(503)).then(|| Answer::ok("a")));
    let timer = run.add(&other.url("/busy"));
    run.finished(timer);
    assert_eq!((origin.peak_all(), windows(&run)), (16, Vec::new()));
    gate.open();
    for id in ids {
        run.finished(id);
    }
}

#[test]
fn a_host_that_has_enough_gets_as_much_as_it_takes() {
    const TAKES: usize = 8;
    let (origin, gate, busy) = (Origin::start(), Gate::new(), Arc::new(AtomicUsize::new(0)));
    let (held, counted, asked) = (gate.clone(), Arc::clone(&busy), AtomicUsize::new(0));
    let script = Script::new().then(move || {
        let number = asked.fetch_add(1, Ordering::SeqCst);
        let busy = counted.fetch_add(1, Ordering::SeqCst) >= TAKES;
        // The first sixteen come at once, however late some of them are heard.
        if busy || (TAKES..2 * TAKES).contains(&number) {
            counted.fetch_sub(1, Ordering::SeqCst);
            return Answer::status(429);
        }
        Answer::ok("some").wait(&held).body("more")
    });
    origin.script("/few", script);
    let mut run = Run::with(Options { retries: 2, ..options() });
    let ids = run.add_all(&urls(&origin, "/few", 40));
    // Each round needs as many as it takes, and would refuse one more.
    for _ in 0..5 {
        gate.wait_for(TAKES);
        busy.fetch_sub(TAKES, Ordering::SeqCst);
        gate.pass(TAKES);
    }
    for id in ids {
        run.finished(id);
    }
    assert_eq!(windows(&run).first(), Some(&(TAKES, false)));
}

#[test]
fn a_limit_on_the_rate_holds_until_it_is_lifted_and_is_no_stall() {
    let origin = Origin::start();
    origin.script("/a.bin", Script::body(payload(1, 1_000_000)));
    // At this rate each of three waits for half a second between its reads, and all would take more than a minute.
    let (limit_rate, stall_timeout) = (Some(25_000), Duration::from_millis(200));
    let mut run = Run::with(Options { limit_rate, stall_timeout, ..options() });
    let ids = run.add_all(&urls(&origin, "/a.bin", 3));
    for id in &ids {
        for _ in 0..2 {
            let is_some =
                |event: &Event| matches!(event, Event::Progress { bytes, .. } if (1..500_000).contains(bytes));
            run.wait_until(*id, "some bytes", is_some);
        }
    }
    run.send(Command::LimitRate(None));
    for id in ids {
        assert_eq!(run.finished(id).bytes, 1_000_000);
    }
}
