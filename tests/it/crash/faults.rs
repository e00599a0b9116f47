//! Durable calls that fail or panic (98 to 101, 114), one at a time: the run ends, every row tells the truth, and the
//! same command again finishes.

use super::scene::Scene;
use super::sweep::{CALLS, sample};

/// What happens at a call.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// It fails, and would not a moment later.
    Broken,
    /// As above; whoever waits for room goes on.
    Full,
    /// The thread that makes it panics.
    Panic,
}

impl Fault {
    fn at(self, call: u64) -> (&'static str, String) {
        match self {
            Self::Broken => ("HAUL_FAIL_AT", format!("{call}:EIO")),
            Self::Full => ("HAUL_FAIL_AT", format!("{call}:ENOSPC")),
            Self::Panic => ("HAUL_PANIC", call.to_string()),
        }
    }
}

/// Strikes at this call: one job fails at most, and the same command again finishes.
fn strikes(call: u64, fault: Fault) {
    let scene = Scene::new(format!("{fault:?} at {call}"));
    let (name, value) = fault.at(call);
    let done = scene.command().args(["-j", "1"]).env(name, value).run();
    scene.check_folder();
    if matches!(fault, Fault::Panic) && done.code() == Some(101) {
        // On the main thread, before anything was begun.
        scene.check(scene.origin.all_requests().is_empty(), || done.stderr().to_owned());
    } else {
        scene.check_accounted(&done);
        let mut failed: Vec<_> = scene.rows().into_values().filter(|row| row["status"] != "finished").collect();
        failed.retain(|row| row["http_status"] != 404);
        let right = match (fault, &failed[..]) {
            (_, []) => true,
            (Fault::Broken, [one]) => one["error_class"] == "disk",
            (Fault::Panic, [one]) => one["error_class"] == "internal",
            _ => false,
        };
        scene.check(right, || format!("{failed:#?}\n{}", done.stderr()));
    }
    scene.check_done(&scene.command().run());
}

/// 98, 99, 101, 114: some of the calls; all of them below.
#[test]
fn a_call_that_fails_costs_one_file_at_most() {
    for fault in [Fault::Broken, Fault::Full, Fault::Panic] {
        sample(&[1, 4, 5, 6, 7, 9, 12, 15, 23, 31, 45, 60, 70], |call| strikes(call, fault));
    }
}

/// 98, 99, 101, 114
#[test]
#[ignore = "some hundred runs, each with another one after it"]
fn every_call_that_may_fail() {
    for fault in [Fault::Broken, Fault::Full, Fault::Panic] {
        sample(&(1..CALLS).collect::<Vec<_>>(), |call| strikes(call, fault));
    }
}
