//! Terminals without colours, and terminals that can do nothing at all.

use super::{exit_restored, screen, wait_count};
use crate::support::command::PROGRAM;
use crate::support::origin::{Origin, Script};
use crate::support::pty::Pty;
use crate::support::temp::TempDir;

/// The numbers of every SGR sequence in the log.
fn styles(log: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(log);
    let mut styles = Vec::new();
    for sequence in text.split("\x1b[").skip(1) {
        let end = sequence.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(sequence.len());
        if sequence[end..].starts_with('m') {
            styles.extend(sequence[..end].split(';').map(|number| number.parse::<u8>().unwrap_or(0)));
        }
    }
    styles
}

fn seen_with(env: &[(&str, &str)]) -> Vec<u8> {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    let (there, gone) = (origin.url("/a.bin"), origin.url("/gone.bin"));
    let mut pty = Pty::program(&dir, PROGRAM, &[&there, &gone], env, 100, 30);
    wait_count(&pty, "1/2");
    pty.wait_text("1 failed");
    pty.type_keys("j");
    pty.wait_until(|screen| screen.contents().contains("▌✗ failed"));
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 1);
    styles(&pty.raw_log())
}

fn is_colour(number: u8) -> bool {
    matches!(number, 30..=38 | 40..=48 | 90..=97 | 100..=107)
}

#[test]
fn without_colours_the_selection_still_shows() {
    const REVERSED: u8 = 7;
    let styles = seen_with(&[("NO_COLOR", "1")]);
    assert!(!styles.iter().any(|number| is_colour(*number)), "{styles:?}");
    assert!(styles.contains(&REVERSED));
    let styles = seen_with(&[("NO_COLOR", "")]);
    assert!(styles.iter().any(|number| is_colour(*number)) && styles.contains(&REVERSED), "{styles:?}");
}

#[test]
fn the_command_line_goes_before_the_environment() {
    let dir = TempDir::new();
    for (when, env, coloured) in [("always", "1", true), ("never", "", false)] {
        let mut pty = Pty::program(&dir, PROGRAM, &["--color", when], &[("NO_COLOR", env)], 100, 30);
        pty.wait_text("Paste addresses");
        pty.type_keys("?");
        pty.wait_text("── Keys ");
        pty.type_keys("?q");
        assert_eq!(exit_restored(&mut pty), 0);
        assert_eq!(styles(&pty.raw_log()).iter().any(|number| is_colour(*number)), coloured, "{when}");
    }
}

#[test]
fn ascii_alone_is_ascii_alone() {
    for (args, env) in [(&["--ascii"][..], ("LANG", "C.UTF-8")), (&[], ("LC_ALL", "C")), (&[], ("TERM", "linux"))] {
        let (dir, origin) = (TempDir::new(), Origin::start());
        origin.script("/%E5%8C%97.bin", Script::body("abc"));
        let (there, gone) = (origin.url("/%E5%8C%97.bin"), origin.url("/gone.bin"));
        let words = [args, &[&there, &gone]].concat();
        let mut pty = Pty::program(&dir, PROGRAM, &words, &[env], 120, 35);
        wait_count(&pty, "1/2");
        pty.wait_text("x gone.bin");
        for key in ["?", "?", "e", "\x1b", "a", "\x1b", "w", "\x1b"] {
            let mark = pty.mark();
            pty.type_keys(key);
            pty.wait_written(mark, "\x1b[?2026l");
        }
        pty.type_keys("q");
        pty.wait_until(|screen| !screen.alternate_screen());
        let log = pty.raw_log();
        let screens = log.windows(8).position(|bytes| bytes == b"\x1b[?1049l").unwrap_or(log.len());
        let strange = String::from_utf8_lossy(&log[..screens]).chars().filter(|c| !c.is_ascii()).collect::<String>();
        assert_eq!(strange, "");
        assert_eq!(exit_restored(&mut pty), 1);
    }
}

#[test]
fn ctrl_l_draws_everything_anew() {
    let dir = TempDir::new();
    let mut pty = screen(&dir, &[]);
    pty.wait_text("Paste addresses");
    let mark = pty.mark();
    pty.type_keys("\x0c");
    pty.wait_written(mark, "Paste addresses");
    pty.wait_text("Paste addresses");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
    // A question to the terminal would hold the screen until it is answered.
    assert!(!pty.raw_log().windows(4).any(|bytes| bytes == b"\x1b[6n"));
}

#[test]
fn a_dumb_terminal_gets_plain_lines() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    let mut pty = Pty::program(&dir, PROGRAM, &[&origin.url("/a.bin")], &[("TERM", "dumb")], 100, 30);
    assert_eq!(pty.wait_exit().exit_code(), 0);
    assert!(pty.screen().contains("finished  a.bin  3 B"), "{}", pty.screen());
    assert!(pty.screen().contains("1 of 1 finished, 3 B"), "{}", pty.screen());
    let log = pty.raw_log();
    assert!(!log.windows(8).any(|bytes| bytes == b"\x1b[?1049h"));
    assert_eq!(dir.read("a.bin"), b"abc");

    let mut pty = Pty::program(&dir, PROGRAM, &[], &[("TERM", "dumb")], 100, 30);
    assert_eq!(pty.wait_exit().exit_code(), 2);
    assert!(pty.screen().contains("nothing to do"), "{}", pty.screen());
}
