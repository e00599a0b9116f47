//! A login without its password: it is asked for on the terminal, before the screen, and not shown.

use rustix::process::Signal;

use super::{Pty, exit_restored, screen, wait_row};
use crate::support::command::PROGRAM;
use crate::support::origin::{Origin, Script};
use crate::support::temp::TempDir;

const PROMPT: &str = "Password for ann:";

#[test]
fn a_password_is_asked_for_and_sent() {
    for (typed, sent) in [("s3:cret\r", "Basic YW5uOnMzOmNyZXQ="), ("\r", "Basic YW5uOg==")] {
        let (dir, origin) = (TempDir::new(), Origin::start());
        origin.script("/a.bin", Script::body("abc"));
        let mut pty = screen(&dir, &["-u", "ann", &origin.url("/a.bin")]);
        pty.wait_text(PROMPT);
        assert_eq!(origin.all_requests().len(), 0);
        pty.type_keys(typed);
        wait_row(&pty, "a.bin", "finished");
        assert_eq!(origin.requests("/a.bin")[0].header("Authorization"), Some(sent));
        pty.type_keys("q");
        assert_eq!(exit_restored(&mut pty), 0);
        assert!(!String::from_utf8_lossy(&pty.raw_log()).contains("s3:c"));
    }
}

#[test]
fn a_pipe_may_stand_where_the_list_is_read() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    let command = format!("echo {} | {PROGRAM} -u ann - | cat", origin.url("/a.bin"));
    let mut pty = Pty::program(&dir, "sh", &["-c", &command], &[], 100, 30);
    pty.wait_text(PROMPT);
    pty.type_keys("pw\r");
    pty.wait_text("1 of 1 finished");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    assert_eq!(origin.requests("/a.bin")[0].header("Authorization"), Some("Basic YW5uOnB3"));
    assert_eq!(pty.modes_before(), pty.modes_after());
}

#[test]
fn the_question_can_be_left() {
    left(|pty| pty.type_keys("\x03"), 130);
    left(|pty| pty.signal(Signal::TERM), 143);
}

/// The end of a run whose question is left this way.
#[track_caller]
fn left(way: impl Fn(&Pty), code: u32) {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let mut pty = screen(&dir, &["--plain", "-u", "ann", &origin.url("/a.bin")]);
    pty.wait_text(PROMPT);
    way(&pty);
    let status = pty.wait_exit();
    assert!(status.signal().is_none(), "{status}");
    assert_eq!(status.exit_code(), code);
    assert_eq!(pty.modes_before(), pty.modes_after());
    assert_eq!(pty.screen().trim(), PROMPT);
    assert_eq!(origin.all_requests().len(), 0);
}
