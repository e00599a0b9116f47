//! What the terminal shows and does outside of the screen: title, taskbar, clipboard; and the system's own programs.

use super::{exit_restored, screen, wait_count, waiting};
use crate::support::command::PROGRAM;
use crate::support::origin::{Gate, Origin, Script};
use crate::support::pty::Pty;
use crate::support::temp::TempDir;

#[test]
fn title_and_taskbar_follow_the_work_and_are_left_as_they_were() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    origin.script("/a.bin", waiting(&gate));
    let (there, gone) = (origin.url("/a.bin"), origin.url("/gone.bin"));
    let env = [("TERM_PROGRAM", "ghostty")];
    let mut pty = Pty::program(&dir, PROGRAM, &[&there, &gone], &env, 100, 30);
    gate.wait_for(1);
    pty.wait_written(0, "\x1b[22;2t");
    pty.wait_written(0, "- 1 active - haul\x1b\\");
    gate.open();
    pty.wait_written(0, "\x1b]2;1/2 done, 1 failed - haul\x1b\\");
    pty.wait_written(0, "\x1b]9;4;2;100\x1b\\");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 1);
    assert!(pty.raw_log().windows(9).any(|bytes| bytes == b"\x1b]9;4;0;\x1b"));
}

#[test]
fn terminals_that_show_no_progress_hear_of_none() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    let mut pty = screen(&dir, &[&origin.url("/a.bin")]);
    wait_count(&pty, "1/1");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
    assert!(!pty.raw_log().windows(5).any(|bytes| bytes == b"\x1b]9;4"));
}

#[test]
fn the_focus_comes_and_goes_without_a_byte() {
    let dir = TempDir::new();
    let mut pty = screen(&dir, &[]);
    pty.wait_text("Paste addresses");
    let mark = pty.mark();
    pty.type_keys("\x1b[O\x1b[I\x1b[O");
    // The keys that follow are keys, and nothing else was written before them.
    assert_eq!(pty.written_since(mark), 0);
    pty.type_keys("?");
    pty.wait_text("── Keys ");
    pty.type_keys("?q");
    assert_eq!(exit_restored(&mut pty), 0);
}
