//! How a run ends: exit statuses, signals, closed pipes.

use super::{event, json, plain};
use crate::support::bytes::payload;
use crate::support::command::haul;
use crate::support::origin::{Origin, Script};
use crate::support::temp::TempDir;

#[test]
fn a_folder_that_cannot_be_written_is_three() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    dir.write("taken", "a file");
    for folder in ["taken", "taken/below"] {
        let done = plain(&dir).args(["-d", folder, &origin.url("/a.bin")]).run().expect(3).check_stderr("taken");
        assert_eq!(done.stdout(), "");
    }
    assert_eq!(origin.all_requests().len(), 0);
    assert_eq!(dir.read("taken"), b"a file");
}

#[test]
fn mistakes_of_the_command_line_are_two() {
    let dir = TempDir::new();
    for args in [
        &["--no-such-option"][..],
        &["-j", "0", "http://127.0.0.1/x"],
        &["-j", "many", "http://127.0.0.1/x"],
        &["--limit-rate", "fast", "http://127.0.0.1/x"],
        &["--plain", "--json", "http://127.0.0.1/x"],
        &["--json", "-q", "http://127.0.0.1/x"],
        &[],
    ] {
        let done = haul(&dir).args(args).run().expect(2);
        assert_eq!(done.stdout(), "", "{args:?}");
        assert!(!done.stderr().is_empty(), "{args:?}");
    }
}

#[test]
fn help_and_version_are_answers() {
    let dir = TempDir::new();
    let version = haul(&dir).arg("--version").run().expect(0);
    assert_eq!(version.stdout(), concat!("haul ", env!("CARGO_PKG_VERSION"), "\n"));
    assert!(haul(&dir).arg("--help").run().expect(0).stdout().contains("--per-host"));
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let origin = Origin::start();
    let urls: Vec<_> = (0..200)
        .map(|number| {
            let path = format!("/{number}.bin");
            origin.script(&path, Script::body(payload(number, 100)));
            origin.url(&path)
        })
        .collect();
    for face in ["--plain", "--json"] {
        let dir = TempDir::new();
        let done = haul(&dir).args([face, "-r", "0"]).args(&urls).close_stdout_after(1).run();
        assert_eq!(done.stdout().lines().count(), 1);
        assert_eq!(done.stderr(), "");
    }
}

#[cfg(unix)]
mod signals {
    use rustix::process::Signal;

    use super::*;
    use crate::support::origin::{Answer, Gate, Resource};

    /// Starts a run, waits until half a body is there, and sends the signal.
    fn interrupted(signal: Signal, code: i32) {
        let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
        let bytes = payload(1, 1_000_000);
        let (half, at_gate) = (bytes.clone(), gate.clone());
        let whole = Resource::new(bytes.clone()).etag("\"a\"");
        let script = Script::new()
            .then(move || {
                let first = Answer::ok(&half[..600_000]).header("ETag", "\"a\"").wait(&at_gate);
                first.body(&half[600_000..])
            })
            .answer(move |request| whole.answer(request));
        origin.script("/a.bin", script);
        origin.script("/b.bin", Script::body("abc"));
        let urls = [origin.url("/a.bin"), origin.url("/b.bin")];
        let running = json(&dir).args(&urls).spawn();
        running.wait_stdout(|line| line.contains("\"finished\""));
        gate.wait_for(1);
        running.signal(signal);
        let done = running.wait().expect(code);
        let summary = event(&done, "summary");
        assert_eq!(
            (&summary["total"], &summary["finished"], &summary["unfinished"]),
            (&2.into(), &1.into(), &1.into())
        );
        assert!(!dir.names().contains(&"a.bin".to_owned()), "{:?}", dir.names());
        gate.open();
        origin.wait_idle();

        // The same command again finishes the job.
        json(&dir).args(&urls).run().expect(0);
        assert_eq!(dir.read("a.bin"), bytes);
        assert_eq!(dir.read("b.bin"), b"abc");
    }

    #[test]
    fn ctrl_c_is_130_and_loses_nothing() {
        interrupted(Signal::INT, 130);
    }

    #[test]
    fn a_polite_kill_is_143_and_loses_nothing() {
        interrupted(Signal::TERM, 143);
    }

    #[test]
    fn the_second_signal_ends_at_once() {
        let (dir, origin) = (TempDir::new(), Origin::start());
        origin.script("/a.bin", Script::new().then(Answer::hang));
        let running = plain(&dir).arg(origin.url("/a.bin")).spawn();
        origin.wait_requests("/a.bin", 1);
        running.signal(Signal::INT);
        running.signal(Signal::INT);
        running.wait().expect(130);
    }
}
