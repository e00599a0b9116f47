//! Text from servers, lists and folders that would take over a terminal: it stands on the screen as pictures of
//! characters, and no byte of it reaches the terminal as a command.

use super::{exit_restored, screen, wait_count};
use crate::support::origin::{Answer, Gate, Origin, Script};
use crate::support::pty::{Pty, foreign};
use crate::support::temp::TempDir;

#[track_caller]
fn assert_harmless(pty: &mut Pty, status: u32) {
    pty.type_keys("q");
    assert_eq!(exit_restored(pty), status);
    assert_eq!(foreign(&pty.raw_log()), Vec::<String>::new());
    let log = pty.raw_log();
    assert!(!log.windows(5).any(|bytes| bytes == b"\x1b[31;" || bytes == b"\x1b]0;p"));
}

#[test]
fn names_from_servers_are_harmless() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let evil = "attachment; filename*=UTF-8''a%1B%5D0%3Bpwned%07%1B%5B2J%C2%9B31m%E2%80%AEgpj.bin";
    origin.script("/named", Script::new().then(move || Answer::ok("abc").header("Content-Disposition", evil)));
    let raw = "attachment; filename=\"b\u{9b}31m\u{202e}.bin\"";
    origin.script("/raw", Script::new().then(move || Answer::ok("abcd").header("Content-Disposition", raw)));
    let mut pty = screen(&dir, &[&origin.url("/named"), &origin.url("/raw")]);
    wait_count(&pty, "2/2");
    pty.wait_text("gpj.bin");
    assert_harmless(&mut pty, 0);
}

#[test]
fn names_from_addresses_are_harmless() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    origin.script("/%1b%5B2Jx%C2%9B%E2%80%AEgpj.bin", super::waiting(&gate));
    let mut pty = screen(&dir, &[&origin.url("/%1b%5B2Jx%C2%9B%E2%80%AEgpj.bin")]);
    gate.wait_for(1);
    // Nothing is known but the address: its last part is shown, and what it hides as well.
    pty.wait_text("␛[2Jx\\u{9b}\\u{202e}gpj.bin");
    gate.open();
    wait_count(&pty, "1/1");
    assert_harmless(&mut pty, 0);
}

#[test]
fn errors_from_servers_are_harmless() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/reason", Script::new().then(|| Answer::status_line("HTTP/1.1 404 \u{9b}31mNo\u{202e}")));
    origin.script("/to", Script::new().then(|| Answer::redirect(302, "ftp://h/%1b[2J\u{9b}31m\u{202e}")));
    let mut pty = screen(&dir, &["-r", "0", &origin.url("/reason"), &origin.url("/to")]);
    pty.wait_text("2 failed");
    // Each reason has its turn in the line of the selected row.
    pty.type_keys("j");
    pty.wait_text("which is not fetched");
    pty.type_keys("k");
    pty.wait_text("/reason");
    assert_harmless(&mut pty, 1);
}

#[test]
fn lists_pastes_and_folders_are_harmless() {
    let dir = TempDir::new();
    dir.write("list.txt", "\u{1b}]0;pwned\u{7}\u{9b}31m\n");
    let mut pty = screen(&dir, &["list.txt", "-d", "d\u{1b}[2J\u{202e}"]);
    pty.wait_text("list.txt: line 1: `␛]0;pwned␇\\u{9b}31m` is not an address");
    pty.wait_text("d␛[2J\\u{202e}");
    pty.paste("no\u{1b}[31mwhere\u{202e}");
    pty.wait_text("refused line 1: `no␛[31mwhere\\u{202e}`");
    assert_harmless(&mut pty, 1);
}
