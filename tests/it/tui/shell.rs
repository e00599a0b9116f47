//! Under a shell: Ctrl-Z gives the terminal to it, `fg` takes it back, `bg` goes on without a screen.

use rustix::process::Signal;

use super::{exit_restored, screen, waiting};
use crate::support::command::PROGRAM;
use crate::support::origin::{Gate, Origin};
use crate::support::pty::Pty;
use crate::support::temp::TempDir;

/// A shell that has started haul with one download that waits.
fn under_shell(dir: &TempDir, origin: &Origin, gate: &Gate) -> Pty {
    origin.script("/a.bin", waiting(gate));
    let pty = Pty::program(dir, "/bin/sh", &["-i"], &[("PS1", "shell> ")], 100, 30);
    pty.wait_text("shell> ");
    pty.type_keys(&format!("{PROGRAM} {}\r", origin.url("/a.bin")));
    gate.wait_for(1);
    pty.wait_text("connecting");
    pty
}

fn has_alternate_screen(pty: &Pty, wanted: bool) {
    pty.wait_until(|screen| screen.alternate_screen() == wanted);
}

/// Keys go to the screen again, and in the end the shell has everything back.
#[track_caller]
fn assert_lives(mut pty: Pty, gate: &Gate) {
    pty.type_keys("?");
    pty.wait_text("── Keys ");
    pty.type_keys("?");
    gate.open();
    pty.wait_text("1/1 done");
    pty.type_keys("q");
    has_alternate_screen(&pty, false);
    pty.wait_text("1 of 1 finished");
    pty.type_keys("exit\r");
    assert_eq!(exit_restored(&mut pty), 0);
}

#[test]
fn ctrl_z_gives_the_terminal_to_the_shell_and_fg_takes_it_back() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let pty = under_shell(&dir, &origin, &gate);
    for round in 0..3 {
        pty.type_keys("\x1a");
        has_alternate_screen(&pty, false);
        pty.wait_text("shell> ");
        // What is typed now is the shell's.
        pty.type_keys(&format!("echo heard-$((6 * {round}))\r"));
        pty.wait_text(&format!("heard-{}", 6 * round));
        pty.wait_until(|screen| screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None);
        pty.resize(90 + round, 30);
        pty.type_keys("fg\r");
        has_alternate_screen(&pty, true);
        pty.wait_text("connecting");
        pty.wait_until(|screen| screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None);
    }
    assert_lives(pty, &gate);
}

#[test]
fn bg_goes_on_without_a_screen_and_leaves_the_keys_to_the_shell() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let pty = under_shell(&dir, &origin, &gate);
    pty.type_keys("\x1a");
    has_alternate_screen(&pty, false);
    pty.wait_text("shell> ");
    pty.type_keys("bg\r");
    pty.type_keys("echo heard-$((6 * 7))\r");
    pty.wait_text("heard-42");
    gate.open();
    // The file comes while nobody looks.
    pty.type_keys("until test -e a.bin; do :; done; echo is-there-$((6 * 7))\r");
    pty.wait_text("is-there-42");
    pty.wait_until(|screen| !screen.alternate_screen());
    pty.type_keys("fg\r");
    has_alternate_screen(&pty, true);
    assert_lives(pty, &gate);
}

#[test]
fn a_stop_without_warning_is_mended_when_it_goes_on() {
    let dir = TempDir::new();
    let mut pty = screen(&dir, &[]);
    pty.wait_text("Paste addresses");
    let mark = pty.mark();
    pty.signal(Signal::STOP);
    pty.signal(Signal::CONT);
    pty.wait_written(mark, "\x1b[?1049h");
    pty.wait_text("Paste addresses");
    pty.type_keys("?");
    pty.wait_text("── Keys ");
    pty.type_keys("?q");
    assert_eq!(exit_restored(&mut pty), 0);
}

#[test]
fn where_no_shell_could_wake_it_it_does_not_stop() {
    let dir = TempDir::new();
    let mut pty = screen(&dir, &[]);
    pty.wait_text("Paste addresses");
    pty.signal(Signal::TSTP);
    pty.type_keys("\x1a");
    pty.wait_text("cannot suspend");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}
