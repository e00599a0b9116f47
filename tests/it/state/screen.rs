//! What the screen brings back, and what it does not.

use rustix::process::Signal;

use super::{HALF, assert_goes_on, database, interrupt, jobs, parts, stalled_once};
use crate::headless::plain;
use crate::support::bytes::payload;
use crate::support::origin::{Answer, Gate, Origin, Script};
use crate::support::pty::Pty;
use crate::support::temp::TempDir;
use crate::tui::{exit_restored, screen, wait_count, wait_row, waiting};

/// The names in the list, from above.
fn listed(pty: &Pty, names: &[&str]) -> Vec<String> {
    let place = |name: &&&str| pty.screen().find(**name);
    let mut found: Vec<_> = names.iter().filter(|name| place(name).is_some()).collect();
    found.sort_by_key(place);
    found.into_iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn without_words_it_brings_back_what_was_left_as_it_was() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let bytes = payload(1, 2 * HALF);
    origin.script("/active.bin", stalled_once(&bytes));
    origin.script("/paused.bin", stalled_once(&bytes));
    origin.script("/cancelled.bin", stalled_once(&bytes));
    origin.script("/failed.bin", Script::new().then(|| Answer::status(404)));
    origin.script("/finished.bin", Script::body("abc"));
    origin.script("/queued.bin", waiting(&gate));
    let names = ["paused.bin", "cancelled.bin", "failed.bin", "finished.bin", "active.bin", "queued.bin"];
    let urls = names.map(|name| origin.url(&format!("/{name}")));
    let mut pty = Pty::start(&dir, &urls.each_ref().map(String::as_str), 100, 30);
    wait_row(&pty, "finished.bin", "finished");
    wait_row(&pty, "failed.bin", "failed");
    for name in ["paused.bin", "cancelled.bin", "active.bin"] {
        wait_row(&pty, name, "downloading");
    }
    super::wait_until("three halves", || parts(&dir).iter().filter(|(_, size)| *size == HALF as u64).count() == 3);
    pty.type_keys("gp");
    wait_row(&pty, "paused.bin", "paused");
    pty.type_keys("jx");
    wait_row(&pty, "cancelled.bin", "cancelled");
    pty.signal(Signal::KILL);
    drop(pty.wait_exit());
    drop(pty);
    gate.open();

    let mut pty = screen(&dir, &[]);
    wait_row(&pty, "active.bin", "finished");
    wait_row(&pty, "queued.bin", "finished");
    wait_row(&pty, "paused.bin", "paused");
    wait_row(&pty, "failed.bin", "failed");
    wait_count(&pty, "2/4");
    pty.wait_until(|screen| !screen.contents().contains("cancelled"));
    assert_eq!(listed(&pty, &names), ["paused.bin", "failed.bin", "active.bin", "queued.bin"]);
    assert_goes_on(&origin, "/active.bin");
    assert_eq!((origin.requests("/failed.bin").len(), origin.requests("/paused.bin").len()), (1, 1));
    // What was paused goes on where it was when somebody wants it.
    pty.type_keys("gp");
    wait_row(&pty, "paused.bin", "finished");
    assert_goes_on(&origin, "/paused.bin");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 1);
    assert!(dir.read("active.bin") == bytes && dir.read("paused.bin") == bytes);
}

#[test]
fn what_was_removed_never_comes_back_however_the_program_ended() {
    type End = (&'static str, fn(&Pty), u32);
    let ends: [End; 4] = [
        ("q", |pty| pty.type_keys("q"), 0),
        ("Ctrl-C", |pty| pty.type_keys("\x03"), 130),
        ("SIGTERM", |pty| pty.signal(Signal::TERM), 143),
        ("SIGHUP", |pty| pty.signal(Signal::HUP), 129),
    ];
    for (name, end, status) in ends {
        assert_stays_removed(name, end, status);
    }
}

/// Removes a failed row and a running one, ends the program so, and looks at what is left.
fn assert_stays_removed(name: &str, end: fn(&Pty), status: u32) {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", stalled_once(&payload(1, 2 * HALF)));
    plain(&dir).arg(origin.url("/gone.bin")).run().expect(1);
    interrupt(&dir, plain(&dir).arg(origin.url("/a.bin")), 1, Signal::KILL);
    origin.script("/a.bin", Script::new().then(Answer::hang));
    let mut pty = screen(&dir, &[]);
    wait_count(&pty, "0/2");
    wait_row(&pty, "gone.bin", "failed");
    pty.type_keys("gd");
    wait_count(&pty, "0/1");
    pty.type_keys("d");
    pty.wait_text("yes [no]");
    pty.type_keys("y");
    wait_count(&pty, "0/0");
    end(&pty);
    assert_eq!(exit_restored(&mut pty), status, "{name}");
    assert_eq!(dir.names(), [] as [&str; 0], "{name}");
    assert!(jobs(&database(&dir)).is_empty(), "{name}");
    let mut pty = screen(&dir, &[]);
    pty.wait_text("Paste addresses");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
    plain(&dir).arg("resume").run().expect(0).check_stderr("nothing is unfinished");
}

#[test]
fn with_words_it_takes_up_those_alone_and_tells_of_the_rest() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let bytes = payload(1, 2 * HALF);
    for path in ["/a.bin", "/b.bin"] {
        origin.script(path, stalled_once(&bytes));
    }
    let urls = [origin.url("/a.bin"), origin.url("/b.bin")];
    interrupt(&dir, plain(&dir).args(&urls), 2, Signal::KILL);
    let mut pty = screen(&dir, &[&urls[1]]);
    wait_count(&pty, "1/1");
    pty.wait_text("1 unfinished: haul resume");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
    assert_goes_on(&origin, "/b.bin");
    assert_eq!((origin.requests("/a.bin").len(), parts(&dir).len()), (1, 1));
    assert!(dir.read("b.bin") == bytes);
}

#[test]
fn a_job_that_needs_a_secret_comes_back_paused_and_says_so() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", stalled_once(&payload(1, 2 * HALF)));
    interrupt(&dir, plain(&dir).args(["-H", "X-Key: k", &origin.url("/a.bin")]), 1, Signal::KILL);
    let mut pty = screen(&dir, &[]);
    wait_row(&pty, "a.bin", "paused");
    pty.wait_text("it needs the password");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 1);
    assert_eq!(origin.all_requests().len(), 1);
    let mut pty = screen(&dir, &["-H", "X-Key: k"]);
    wait_row(&pty, "a.bin", "paused");
    pty.type_keys("p");
    wait_row(&pty, "a.bin", "finished");
    assert_eq!(origin.requests("/a.bin")[1].header("X-Key"), Some("k"));
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}
