//! `-v` on a screen: `haul.log` beside the state, for its owner alone, without secrets, and harmless to look at.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::{exit_restored, screen, wait_count};
use crate::support::origin::{Answer, Origin, Script};
use crate::support::temp::TempDir;

fn assert_ends_well(pty: &mut crate::support::pty::Pty) {
    pty.type_keys("q");
    assert_eq!(exit_restored(pty), 0);
}

#[test]
fn the_log_tells_requests_and_no_secrets() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let to = "/b%1b[2J\u{9b}31m\u{202e}.bin?token=s3cret-c";
    origin.script("/a.bin", Script::new().then(move || Answer::redirect(302, to)));
    origin.script("/b%1b[2J%C2%9B31m%E2%80%AE.bin", Script::body("abc"));
    origin.script("/c.bin", Script::body("abc"));
    let url = origin.url("/a.bin?key=s3cret-b#s3cret-d").replace("://", "://user:s3cret-a@");
    for url in [&url, &origin.url("/c.bin")] {
        let mut pty = screen(&dir, &["-v", "-H", "X-Key: s3cret-e", url]);
        wait_count(&pty, "1/1");
        assert_ends_well(&mut pty);
        assert!(!pty.screen().contains("GET"), "{}", pty.screen());
    }
    let path = dir.home().join("state/haul/haul.log");
    let log = fs::read_to_string(&path).expect("a log");
    // The second run goes on with the log of the first.
    for part in ["/a.bin?… -> 302", ".bin?… -> 200", "/c.bin -> 200"] {
        assert!(log.contains(part), "{part}: {log}");
    }
    for line in log.lines() {
        let moment = line.split(' ').next().unwrap_or_default();
        assert!(moment.len() == 24 && moment.ends_with('Z'), "{line}");
    }
    assert!(!log.contains("s3cret") && !log.contains("user"), "{log}");
    let harmless = |c: char| c == '\n' || !(c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
    assert!(log.chars().all(harmless), "{log:?}");
    assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
    assert!(dir.names().iter().all(|name| !name.contains("log")));
}

#[test]
fn a_log_that_cannot_be_written_costs_no_download() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    let theirs = dir.write("theirs", "theirs");
    let state = dir.home().join("state/haul");
    fs::create_dir_all(&state).expect("created");
    symlink(&theirs, state.join("haul.log")).expect("linked");
    let mut pty = screen(&dir, &["-v", &origin.url("/a.bin")]);
    wait_count(&pty, "1/1");
    assert_ends_well(&mut pty);
    assert!(pty.screen().contains("nothing is logged"), "{}", pty.screen());
    assert_eq!(dir.read("theirs"), b"theirs");
}

#[test]
fn nothing_is_logged_unasked_or_without_a_state() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    for flags in [&["--no-state", "-v"][..], &[]] {
        let mut pty = screen(&dir, &[flags, &[&origin.url("/a.bin")]].concat());
        wait_count(&pty, "1/1");
        assert_ends_well(&mut pty);
        assert!(!dir.home().join("state/haul/haul.log").exists(), "{flags:?}");
    }
}
