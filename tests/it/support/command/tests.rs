//! The runner against a shell, whose manners are known.
#![cfg(unix)]

use rustix::process::Signal;

use super::{Finished, program};
use crate::support::temp::TempDir;

fn shell(dir: &TempDir, script: &str) -> super::Run {
    program(dir, "/bin/sh").args(["-c", script])
}

fn text(failed: Result<Finished, Box<dyn std::any::Any + Send>>) -> String {
    let reason = failed.err().expect("this should have failed");
    *reason.downcast::<String>().expect("a text")
}

#[test]
fn streams_status_and_input_come_through() {
    let dir = TempDir::new();
    let done = shell(&dir, "cat; echo no >&2; echo x > made; exit 3").stdin("in\n").run().expect(3);
    assert_eq!((done.stdout(), done.stderr()), ("in\n", "no\n"));
    assert_eq!(dir.read("made"), b"x\n");
    let done = shell(&dir, "cat | wc -c").run().expect(0);
    assert_eq!(done.stdout().trim(), "0");
}

#[test]
fn nothing_of_the_developers_is_in_the_environment() {
    let dir = TempDir::new();
    let done = shell(&dir, "env; pwd").env("EXTRA", "1").run().expect(0);
    let home = dir.home();
    for line in done.stdout().lines().filter(|line| line.contains('=')) {
        let (name, value) = line.split_once('=').expect("checked");
        let ours = value.starts_with(&*home.to_string_lossy());
        let shells_own = ["PWD", "OLDPWD", "SHLVL", "_", "PATH", "EXTRA"].contains(&name);
        assert!(ours || shells_own, "{line}");
    }
    assert_eq!(done.stdout().lines().last(), dir.work().to_str());
}

#[test]
fn a_failure_shows_everything() {
    let dir = TempDir::new();
    dir.write("evidence.txt", "12345");
    let text = text(std::panic::catch_unwind(|| shell(&dir, "echo out; echo err >&2; exit 4").run().expect(0)));
    for part in ["expected exit status 0", "exit 4", "\"evidence.txt\"  5", "exit status: 4", "out\n", "err\n"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn lines_are_waited_for_and_signals_arrive() {
    let dir = TempDir::new();
    let script = "trap 'echo caught; exit 7' TERM; echo first; echo ready >&2; while :; do sleep 0.01; done";
    let running = shell(&dir, script).spawn();
    assert_eq!(running.wait_stderr(|line| line.starts_with("rea")), "ready");
    running.signal(Signal::TERM);
    assert_eq!(running.wait_stdout(|line| line == "caught"), "caught");
    assert_eq!(running.wait().expect(7).stdout(), "first\ncaught\n");

    let running = shell(&dir, "echo other; printf end").spawn();
    let text = text(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        running.wait_stdout(|line| line.contains("end"));
        running.wait()
    })));
    assert!(text.starts_with("no such line on stdout") && text.contains("other\nend"), "{text}");
}

#[test]
fn a_closed_output_is_a_broken_pipe() {
    let dir = TempDir::new();
    let done = shell(&dir, "yes; echo end >&2").close_stdout_after(1).run();
    assert_eq!(done.stdout(), "y\n");
    assert!(done.stderr().ends_with("end\n"), "{}", done.stderr());
}
