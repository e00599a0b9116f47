//! A process that dies before each of its durable calls (108, 110, 111): what it leaves behind, and that the next one
//! finishes.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

use super::scene::Scene;
use crate::support::command::Finished;

/// Runs at once: most of their time is spent waiting for attempts.
const LANES: usize = 4;

/// So many runs in a row that their call never came are the end of a sweep: which calls are made together varies a
/// little from run to run.
const UNTOUCHED: usize = 6;

/// More durable calls than a run makes.
pub(super) const CALLS: u64 = 120;

/// Gives every number from 1 on to `case`, until that says often enough that its run was not touched.
fn every(case: impl Fn(u64) -> bool + Sync) {
    let (next, untouched) = (AtomicU64::new(1), AtomicUsize::new(0));
    lanes(|| {
        while untouched.load(Ordering::Relaxed) < UNTOUCHED {
            let call = next.fetch_add(1, Ordering::Relaxed);
            assert!(call < CALLS, "more calls than expected");
            let touched = case(call);
            untouched.fetch_add(usize::from(!touched), Ordering::Relaxed);
        }
    });
    let calls = next.into_inner();
    assert!(calls > CALLS / 2, "{calls} calls are too few to be all");
}

/// As [`every`], for the calls of a sample.
pub(super) fn sample(calls: &[u64], case: impl Fn(u64) + Sync) {
    let next = AtomicUsize::new(0);
    lanes(|| {
        while let Some(call) = calls.get(next.fetch_add(1, Ordering::Relaxed)) {
            case(*call);
        }
    });
}

fn lanes(work: impl Fn() + Sync) {
    thread::scope(|scope| {
        for _ in 0..LANES {
            scope.spawn(&work);
        }
    });
}

/// Died of the injected crash.
fn crashed(done: &Finished) -> bool {
    done.code().is_none()
}

/// How the next run goes about it.
#[derive(Debug, Clone, Copy)]
enum Next {
    Again,
    Resume,
}

/// Dies before this call; true if that call ever came.
fn dies_at(call: u64, jobs: &str, next: Next) -> bool {
    let scene = Scene::new(format!("dies at {call}, -j {jobs}, then {next:?}"));
    let first = scene.command().args(["-j", jobs]).env("HAUL_CRASH_AT", call.to_string()).run();
    scene.check_folder();
    if !crashed(&first) {
        scene.check_done(&first);
        return false;
    }
    if matches!(next, Next::Resume) {
        let resumed = scene.resume().args(["-j", jobs]).run();
        scene.rows();
        scene.check_folder();
        let parts: Vec<_> = scene.dir.names().into_iter().filter(|name| name.starts_with('.')).collect();
        scene.check(parts.is_empty(), || format!("{parts:?} are left: {}", resumed.stderr()));
    }
    let last = scene.command().args(["-j", jobs]).run();
    scene.check_done(&last);
    // All is there now, and that is known.
    let asked = scene.origin.all_requests().len();
    scene.check_done(&scene.command().run());
    let again = scene.origin.all_requests().len() - asked;
    scene.check(again == 1, || format!("{again} requests for what was there"));
    true
}

/// Dies before this call, and again before that one of the run that goes on.
fn dies_again(first: u64, second: u64) {
    let scene = Scene::new(format!("dies at {first}, then at {second}"));
    for call in [first, second] {
        scene.command().args(["-j", "1"]).env("HAUL_CRASH_AT", call.to_string()).run();
        scene.check_folder();
    }
    scene.check_done(&scene.command().args(["-j", "1"]).run());
}

/// 108, 110, 111: some of the calls; all of them below.
#[test]
fn whatever_call_a_process_dies_at_the_next_one_finishes() {
    sample(&[1, 2, 3, 5, 9, 14, 20, 26, 33, 40, 47, 54, 60, 66, 72], |call| {
        dies_at(call, "1", Next::Again);
    });
    sample(&[4, 18, 36, 52, 70], |call| {
        dies_at(call, "1", Next::Resume);
    });
    // Created, begun, and half way.
    sample(&[1, 3, 30], |first| dies_again(first, 12));
}

/// 108, 110, 111
#[test]
#[ignore = "some hundred crashes, each with three runs after it"]
fn every_call_that_a_process_may_die_at() {
    for jobs in ["1", "64"] {
        for next in [Next::Again, Next::Resume] {
            every(|call| dies_at(call, jobs, next));
        }
    }
}

/// 111
#[test]
#[ignore = "some hundred crashes, each with another one after it"]
fn every_call_that_a_recovery_may_die_at() {
    let pairs: Vec<_> =
        [1, 2, 3, 4, 20, 35, 50, 65].iter().flat_map(|n| (1..70).step_by(4).map(move |m| n * 1000 + m)).collect();
    sample(&pairs, |pair| dies_again(pair / 1000, pair % 1000));
}
