//! The ways out while the terminal is there: keys, signals, a panic. Each gives the terminal back as it was.

use rustix::process::Signal;

use super::{assert_resumes, exit_restored, screen, stalled_once};
use crate::support::bytes::payload;
use crate::support::command::PROGRAM;
use crate::support::origin::Origin;
use crate::support::pty::Pty;
use crate::support::temp::TempDir;

/// Something that has begun and will not end by itself.
fn working(dir: &TempDir, origin: &Origin) -> Pty {
    origin.script("/a.bin", stalled_once(&payload(1, 600_000)));
    let pty = screen(dir, &[&origin.url("/a.bin")]);
    pty.wait_text("300 KB of 600 KB");
    pty
}

/// Ends the work so and looks at what is left.
#[track_caller]
fn assert_ends(end: impl FnOnce(&Pty), status: u32) {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let mut pty = working(&dir, &origin);
    end(&pty);
    assert_eq!(exit_restored(&mut pty), status);
    assert!(pty.screen().contains("0 of 1 finished"), "{}", pty.screen());
    origin.wait_idle();
    assert_resumes(&dir, &origin, &payload(1, 600_000));
}

#[test]
fn ctrl_c_stops_in_order() {
    assert_ends(|pty| pty.type_keys("\x03"), 130);
}

#[test]
fn ctrl_c_leaves_the_add_box_and_stops_from_the_list_and_from_a_question() {
    assert_ends(
        |pty| {
            pty.type_keys("a");
            pty.wait_text("Add addresses");
            pty.type_keys("\x03");
            pty.wait_until(|screen| !screen.contents().contains("Add addresses"));
            pty.type_keys("\x03");
        },
        130,
    );
    assert_ends(
        |pty| {
            pty.type_keys("q");
            pty.wait_text("Quit? yes [no]");
            pty.type_keys("\x03");
        },
        130,
    );
}

#[test]
fn sigint_stops_in_order() {
    assert_ends(|pty| pty.signal(Signal::INT), 130);
}

#[test]
fn sigterm_stops_in_order() {
    assert_ends(|pty| pty.signal(Signal::TERM), 143);
}

#[test]
fn sighup_stops_in_order() {
    assert_ends(|pty| pty.signal(Signal::HUP), 129);
}

#[test]
fn a_signal_while_nothing_runs_counts_too() {
    let dir = TempDir::new();
    let mut pty = screen(&dir, &[]);
    pty.wait_text("Paste addresses");
    pty.signal(Signal::TERM);
    assert_eq!(exit_restored(&mut pty), 143);
    assert_eq!(pty.screen().trim(), "");
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_speaks() {
    let dir = TempDir::new();
    let mut pty = Pty::program(&dir, PROGRAM, &[], &[("HAUL_PANIC", "ui")], 100, 30);
    pty.wait_text("Paste addresses");
    pty.type_keys("!");
    assert_eq!(exit_restored(&mut pty), 101);
    assert!(pty.screen().contains("asked for by HAUL_PANIC"), "{}", pty.screen());
    // What is given back had been taken: the mouse, the focus and the title too.
    let log = pty.raw_log();
    for taken in ["\x1b[?1000h\x1b[?1006h", "\x1b[?1004h", "\x1b[22;2t", "\x1b]2;haul\x1b\\"] {
        assert!(log.windows(taken.len()).any(|bytes| bytes == taken.as_bytes()), "{taken:?}");
    }
}

/// A terminal that hangs holds the screen, and with it the orderly end.
#[test]
fn the_second_signal_ends_a_slow_end_at_once() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let mut pty = working(&dir, &origin);
    pty.clog("\x0c");
    pty.signal(Signal::TERM);
    // The first signal has stopped the engine: its connection is gone.
    origin.wait_idle();
    pty.signal(Signal::INT);
    assert_eq!(pty.wait_exit().exit_code(), 130, "the second signal's own");
    assert_eq!(pty.modes_before(), pty.modes_after());
}

#[test]
fn a_slow_end_is_ended_by_the_watchdog() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let mut pty = working(&dir, &origin);
    pty.clog("\x0c");
    pty.signal(Signal::TERM);
    assert_eq!(pty.wait_exit().exit_code(), 143);
    assert_eq!(pty.modes_before(), pty.modes_after());
}
