//! The terminal goes away under the program, as a closed window or a lost connection does: the program ends by
//! itself. crossterm alone would read for ever from a terminal that is gone.

use super::{assert_resumes, held, screen, stalled_once, wait_count};
use crate::support::bytes::payload;
use crate::support::command::PROGRAM;
use crate::support::origin::{Gate, Origin};
use crate::support::pty::Pty;
use crate::support::temp::TempDir;

/// As `nohup` does: the hang-up is told by the terminal alone, no signal comes.
fn deaf(dir: &TempDir, word: &str) -> Pty {
    let script = r#"trap "" HUP; exec "$0" "$@""#;
    Pty::program(dir, "/bin/sh", &["-c", script, PROGRAM, word], &[], 100, 30)
}

#[track_caller]
fn assert_ends(start: impl FnOnce(&TempDir, &str) -> Pty) {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", stalled_once(&payload(1, 600_000)));
    let mut pty = start(&dir, &origin.url("/a.bin"));
    pty.wait_text("300 KB of 600 KB");
    pty.hang_up();
    assert_eq!(pty.wait_exit().exit_code(), 129);
    origin.wait_idle();
    assert_resumes(&dir, &origin, &payload(1, 600_000));
}

#[test]
fn the_program_ends_with_its_terminal() {
    assert_ends(|dir, word| screen(dir, &[word]));
}

#[test]
fn the_program_ends_with_its_terminal_where_no_signal_comes() {
    assert_ends(deaf);
}

#[test]
fn an_idle_program_ends_with_its_terminal() {
    let dir = TempDir::new();
    let mut pty = screen(&dir, &[]);
    wait_count(&pty, "0/0");
    pty.hang_up();
    assert_eq!(pty.wait_exit().exit_code(), 129);
}

#[test]
fn a_program_without_the_signal_still_listens_to_the_others() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    origin.script("/a.bin", held(&payload(1, 600_000), &gate));
    let mut pty = deaf(&dir, &origin.url("/a.bin"));
    pty.wait_text("300 KB of 600 KB");
    pty.signal(rustix::process::Signal::HUP);
    gate.open();
    wait_count(&pty, "1/1");
    pty.signal(rustix::process::Signal::TERM);
    assert_eq!(super::exit_restored(&mut pty), 143);
}
