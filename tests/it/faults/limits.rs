//! Faults 106 and 115: what the shell sets for a process, the mask of new files and the number of open ones.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::headless::{event, events};
use crate::support::bytes::payload;
use crate::support::command::{PROGRAM, Run, program};
use crate::support::origin::{Answer, Gate, Origin, Script};
use crate::support::temp::TempDir;

/// The program, after the shell has done this.
fn after(dir: &TempDir, command: &str) -> Run {
    program(dir, "/bin/sh").args(["-c", &format!("{command}; exec \"$0\" \"$@\""), PROGRAM])
}

#[track_caller]
fn mode(dir: &TempDir, name: &str) -> u32 {
    let about = dir.path(name).symlink_metadata();
    about.unwrap_or_else(|error| unreachable!("{name}: {error}")).permissions().mode() & 0o7777
}

/// Fault 106: files and their parts have the mode that the user's mask leaves; what holds addresses is the user's own.
#[test]
fn files_have_the_mode_that_the_mask_leaves() {
    for (mask, expected) in [("000", 0o666), ("022", 0o644), ("027", 0o640), ("077", 0o600)] {
        let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
        let bytes = payload(1, 600_000);
        let held = gate.clone();
        origin.script(
            "/large.bin",
            Script::new().then(move || Answer::ok(&bytes[..300_000]).wait(&held).body(&bytes[300_000..])),
        );
        origin.script("/small.bin", Script::body("abc"));
        let urls = ["/large.bin", "/small.bin", "/gone.bin"].map(|path| origin.url(path));
        let run = after(&dir, &format!("umask {mask}")).args(["--json", "-r", "0", "-d", "made"]).args(&urls);
        let running = run.args(["--report", "report.json", "--failed", "failed.txt"]).spawn();
        running.wait_stdout(|line| line.contains("\"progress\"") && line.contains("300000"));
        let part = dir.names().into_iter().find(|name| name.contains(".haul-")).expect("a large body has a part");
        assert_eq!(mode(&dir, &part), expected, "the part under {mask}");
        gate.open();
        running.wait().expect(1);
        for name in ["made/large.bin", "made/small.bin"] {
            assert_eq!(mode(&dir, name), expected, "{name} under {mask}");
        }
        for name in ["report.json", "failed.txt"] {
            assert_eq!(mode(&dir, name), 0o600, "{name} under {mask}");
        }
        let folder = fs::metadata(dir.path("made")).expect("made").permissions().mode() & 0o777;
        assert_eq!(folder & 0o666, expected, "the folder under {mask}");
    }
}

/// Fault 115: with few open files there are fewer transfers at once, and none is lost.
#[test]
fn few_open_files_cost_time_and_no_file() {
    let origin = Origin::start();
    let urls: Vec<_> = (0..200)
        .map(|number| {
            let path = format!("/{number}.bin");
            let size = if number % 10 == 0 { 300_000 } else { 1000 };
            origin.script(&path, Script::body(payload(number, size)));
            origin.url(&path)
        })
        .collect();
    let dir = TempDir::new();
    // No attempt may be spent on it.
    let args = ["--json", "-r", "0", "-j", "200", "--per-host", "64"];
    let done = after(&dir, "ulimit -n 64").args(args).args(&urls).run().expect(0);
    assert_eq!(events(&done, "retrying").len(), 0);
    assert_eq!(event(&done, "summary")["finished"], 200);
    for number in 0..200 {
        let size = if number % 10 == 0 { 300_000 } else { 1000 };
        assert!(dir.read(&format!("{number}.bin")) == payload(number, size), "{number}");
    }
    assert!(origin.peak_all() < 64, "{} at once", origin.peak_all());
}

/// Fault 115 too: what was open to one host is closed before there is no room left for another.
#[cfg(target_os = "linux")]
#[test]
fn more_hosts_than_open_files_are_no_burden() {
    let (dir, origin) = (TempDir::new(), Origin::everywhere());
    origin.script("/x", Script::body("abc"));
    let host = |number: usize| format!("127.0.{}.{}", number / 200 + 1, number % 200 + 1);
    let urls: Vec<_> = (0..600).map(|number| origin.url("/x").replace("127.0.0.1", &host(number))).collect();
    let args = ["--json", "-r", "0", "-j", "8"];
    let done = after(&dir, "ulimit -n 64").args(args).args(&urls).run().expect(0);
    assert_eq!(event(&done, "summary")["finished"], 600);
    // Eight under way and some that wait; the origin may hear late that one has closed.
    assert!(origin.most_open() <= 40, "{} open at once", origin.most_open());
}

/// A soft limit that the user may raise is no limit.
#[test]
fn a_limit_that_may_be_raised_is_raised() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let held = gate.clone();
    origin.script("/a", Script::new().then(move || Answer::ok("abc").wait_first(&held)));
    let urls: Vec<_> = (0..40).map(|number| origin.url(&format!("/a?{number}"))).collect();
    let args = ["--plain", "-r", "0", "-j", "60", "--per-host", "60"];
    let running = after(&dir, "ulimit -S -n 64").args(args).args(&urls).spawn();
    gate.wait_for(40);
    gate.open();
    running.wait().expect(0);
}
