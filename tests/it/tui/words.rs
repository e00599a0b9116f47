//! Addresses and lists on the command line: on the screen at once, and what is wrong with them said there.

use super::{exit_restored, screen, wait_count, wait_row, waiting};
use crate::support::bytes::{jpeg, payload};
use crate::support::origin::{Gate, Origin, Resource, Script};
use crate::support::temp::TempDir;

#[test]
fn words_and_lists_start_at_once() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    for path in ["/a.bin", "/b.bin", "/c.bin"] {
        origin.script(path, waiting(&gate));
    }
    let list = format!("# two\n{}\n\n{}\n", origin.url("/b.bin"), origin.url("/c.bin"));
    dir.write("list.txt", list);
    let mut pty = screen(&dir, &[&origin.url("/a.bin"), "list.txt", "-d", "here"]);
    // Nobody has pressed a key, and all three ask.
    gate.wait_for(3);
    wait_count(&pty, "0/3");
    for name in ["a.bin", "b.bin", "c.bin"] {
        wait_row(&pty, name, "connecting");
    }
    gate.open();
    wait_count(&pty, "3/3");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
    assert_eq!(dir.names(), ["here/a.bin", "here/b.bin", "here/c.bin", "list.txt"]);
}

#[test]
fn a_bad_line_is_noted_and_the_rest_runs() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    dir.write("list.txt", format!("nowhere\n{}\nftp://h/x\n", origin.url("/a.bin")));
    let mut pty = screen(&dir, &["-i", "list.txt"]);
    wait_count(&pty, "1/1");
    pty.wait_text("list.txt: line 3");
    pty.wait_text("list.txt: line 1");
    pty.type_keys("q");
    // Not everything that was asked for is there.
    assert_eq!(exit_restored(&mut pty), 1);
    assert_eq!(dir.read("a.bin"), b"abc");
}

#[test]
fn files_are_as_the_server_has_them() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let files = [("small", jpeg(1, 40, 30)), ("large", jpeg(2, 700, 500)), ("data.bin", payload(3, 1_500_000))];
    for (name, bytes) in &files {
        origin.script(&format!("/{name}"), Resource::new(&**bytes).script());
    }
    let urls = files.each_ref().map(|(name, _)| origin.url(&format!("/{name}")));
    let mut pty = screen(&dir, &urls.each_ref().map(String::as_str));
    wait_count(&pty, "3/3");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
    assert_eq!(dir.names(), ["data.bin", "large.jpg", "small.jpg"]);
    for (name, bytes) in [("small.jpg", &files[0].1), ("large.jpg", &files[1].1), ("data.bin", &files[2].1)] {
        assert!(dir.read(name) == *bytes, "{name}");
    }
}
