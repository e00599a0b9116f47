//! Faults 98 to 100: each durable call of a run fails in turn, and the kernel's own limit on the length of files.
//! Fault 102, short writes and interrupted calls, is the matter of `write_all` of the standard library, which every byte
//! goes through.

use std::fs;
use std::thread;

use crate::headless::{event, json};
use crate::support::bytes::payload;
use crate::support::command::{Finished, PROGRAM, haul, program};
use crate::support::origin::{Origin, Resource};
use crate::support::temp::TempDir;

const BODIES: [(&str, usize); 2] = [("large", 600_000), ("small", 1000)];

fn body(name: &str) -> Vec<u8> {
    payload(1, BODIES.iter().find(|(body, _)| *body == name).map_or(0, |(_, size)| *size))
}

/// One of the runs of a sweep: its folder, its server, and what it does.
struct Case {
    dir: TempDir,
    origin: Origin,
    work: Work,
}

/// Options, and the names of the bodies.
#[derive(Clone, Copy)]
struct Work {
    flags: &'static [&'static str],
    names: &'static [&'static str],
}

const BOTH: Work = Work { flags: &[], names: &["large", "small"] };

impl Case {
    fn new(work: Work) -> Self {
        let origin = Origin::start();
        for name in work.names {
            origin.script(&format!("/{name}"), Resource::new(body(name)).script());
        }
        Self { dir: TempDir::new(), origin, work }
    }

    fn spawn(&self, fault: Option<(&str, &str)>) -> crate::support::command::Running {
        let urls = self.work.names.iter().map(|name| self.origin.url(&format!("/{name}")));
        let run = haul(&self.dir).args(["--plain", "-r", "0"]).args(self.work.flags).args(urls);
        fault.into_iter().fold(run, |run, (name, value)| run.env(name, value)).spawn()
    }

    /// Parts are beginnings, files are whole, and there is nothing else.
    #[track_caller]
    fn check(&self, done: &Finished) {
        for name in self.dir.names() {
            let bytes = self.dir.read(&name);
            let is_part = name.starts_with(".haul-") && body("large").starts_with(&bytes);
            if !is_part && bytes != body(&name) {
                done.fail(&format!("{name} has {} bytes that are not the right ones", bytes.len()));
            }
        }
    }

    /// The same run without a fault does the rest.
    fn do_the_rest(&self) {
        let done = self.spawn(None).wait().expect(0);
        self.check(&done);
        let names = self.dir.names();
        done.check(names == self.work.names, &format!("{names:?}"));
    }
}

/// How many durable calls a run makes that meets no fault.
fn calls(work: Work) -> u32 {
    let dies = |at: u32| Case::new(work).spawn(Some(("HAUL_CRASH_AT", &at.to_string()))).wait().code().is_none();
    let (mut most, mut none) = (1, 256);
    while most + 1 < none {
        let middle = u32::midpoint(most, none);
        *if dies(middle) { &mut most } else { &mut none } = middle;
    }
    most
}

/// Runs a case for every durable call, a few at a time, and gives what they have come to.
fn sweep<T: Send>(work: Work, case: impl Fn(&Case, u32) -> T + Sync) -> Vec<T> {
    const AT_ONCE: u32 = 4;
    let calls = calls(work);
    assert!(calls > 10, "{calls}");
    let case = &case;
    thread::scope(|scope| {
        let run =
            |first| move || (first..=calls).step_by(AT_ONCE as usize).map(|at| case(&Case::new(work), at)).collect();
        let threads: Vec<_> = (1..=AT_ONCE).map(|first| scope.spawn(run(first))).collect();
        threads.into_iter().flat_map(|thread| -> Vec<T> { thread.join().expect("its cases hold") }).collect()
    })
}

/// One call finds no room, and the next one does: everything comes, a little later.
#[cfg(debug_assertions)]
#[test]
fn a_moment_without_room_costs_no_file() {
    let paused = sweep(BOTH, |case, at| {
        let done = case.spawn(Some(("HAUL_FAIL_AT", &format!("{at}:ENOSPC")))).wait().expect(0);
        case.check(&done);
        let names = case.dir.names();
        let done = done.check(names == ["large", "small"], &format!("call {at}: {names:?}"));
        done.stderr().contains("the disk is full; it goes on when there is room")
    });
    assert!(paused.contains(&true));
}

/// Once there is no room there is none for anything, and the run is ended while it waits.
#[cfg(debug_assertions)]
#[test]
fn a_run_that_is_ended_while_there_is_no_room_is_done_by_the_next() {
    sweep(BOTH, |case, at| {
        // The last calls are those of the end, where nothing waits any more.
        if at > 12 {
            return;
        }
        let running = case.spawn(Some(("HAUL_FAIL_AT", &format!("{at}+:ENOSPC"))));
        let told = |line: &str| ["paused", "haul: cannot"].iter().any(|word| line.starts_with(word));
        running.wait_stderr(told);
        running.signal(rustix::process::Signal::TERM);
        let done = running.wait();
        // What is kept in memory alone is counted too, and can fail here as it never does.
        let ended = matches!(done.code(), Some(0 | 143)) || done.stderr().contains(":memory:");
        let done = done.check(ended, &format!("call {at}"));
        case.check(&done);
        case.do_the_rest();
    });
}

/// Fault 99: the row says what the system said, other rows go on, and the next run does the rest.
#[cfg(debug_assertions)]
#[test]
fn an_error_of_the_disk_fails_its_job_by_name() {
    let failed = sweep(BOTH, |case, at| {
        let done = case.spawn(Some(("HAUL_FAIL_AT", &format!("{at}:EIO")))).wait();
        let failed: Vec<_> = done.stdout().lines().filter(|line| line.starts_with("failed")).collect();
        let named = failed.iter().all(|line| line.contains("Input/output error"));
        let failed = failed.len();
        let status = i32::from(failed > 0);
        let done = done.expect(status).check(named, &format!("call {at}: the error is not named"));
        case.check(&done);
        case.do_the_rest();
        failed
    });
    assert!(failed.contains(&1));
}

/// Fault 100: what could not be synced is fetched from its first byte, since a second sync would say nothing.
#[cfg(debug_assertions)]
#[test]
fn a_failed_sync_is_not_made_good_by_another() {
    let failed_syncs = || {
        sweep(Work { flags: &["--sync"], names: &["large"] }, |case, at| {
            let done = case.spawn(Some(("HAUL_FAIL_AT", &format!("{at}:EIO")))).wait();
            case.check(&done);
            let unnamed = "failed  large  cannot give the file its name: Input/output error";
            let unsynced = done.stdout().contains(unnamed) && case.dir.names().is_empty();
            let before = case.origin.requests("/large").len();
            case.do_the_rest();
            let requests = case.origin.requests("/large");
            if unsynced {
                assert!(requests[before..].iter().all(|request| request.header("Range").is_none()), "call {at}");
            }
            unsynced
        })
    };
    // That of the part, and mostly that of the folder: which call is which differs a little from run to run, and now and
    // then none of them is met.
    assert!((0..5).any(|_| failed_syncs().contains(&true)));
}

/// Fault 99: EFBIG, for real. The signal that comes with it must not end the program.
#[test]
fn a_file_that_grows_beyond_the_limit_of_the_system_fails_alone() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let bytes = payload(1, 4_000_000);
    origin.script("/huge", Resource::new(&*bytes).script());
    origin.script("/small", Resource::new(body("small")).script());
    // In blocks of 512 or 1024 bytes.
    let limited = "ulimit -f 3000 && exec \"$0\" \"$@\"";
    let run = program(&dir, "sh").args(["-c", limited, PROGRAM, "--json", "-r", "0", "-j", "1"]);
    let done = run.args([origin.url("/huge"), origin.url("/small")]).run().expect(1);
    let failed = event(&done, "failed");
    assert_eq!(failed["error_class"], "disk");
    assert!(failed["error"].as_str().is_some_and(|error| error.contains("File too large")), "{failed}");
    assert_eq!(dir.read("small"), body("small"));
    let part = dir.names().into_iter().find(|name| name.starts_with(".haul-")).expect("what fits is kept");
    assert!(bytes.starts_with(&dir.read(&part)) && fs::metadata(dir.path(&part)).is_ok_and(|about| about.len() > 0));
    json(&dir).args([origin.url("/huge")]).run().expect(0);
    assert!(dir.read("huge") == bytes);
    assert!(origin.requests("/huge").last().is_some_and(|request| request.header("Range").is_some()));
    assert_eq!(dir.names(), ["huge", "small"]);
}
