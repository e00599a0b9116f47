//! How addresses get onto the screen: typed, pasted, one or thousands, good or not.

use super::{exit_restored, screen, wait_count, wait_row, waiting};
use crate::support::bytes::payload;
use crate::support::origin::{Gate, Origin, Script};
use crate::support::temp::TempDir;

#[test]
fn an_empty_screen_teaches_and_a_typed_address_is_fetched() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let bytes = payload(1, 700_000);
    origin.script("/a.bin", Script::body(&*bytes));
    let mut pty = screen(&dir, &[]);
    pty.wait_text("Paste addresses, or press a to add");
    pty.wait_text("? shows all keys");
    wait_count(&pty, "0/0");
    pty.type_keys("a");
    pty.wait_text("Add addresses, one a line");
    pty.type_keys(&origin.url("/a.bin"));
    pty.wait_text("1 valid");
    pty.type_keys("\r");
    wait_row(&pty, "a.bin", "finished");
    wait_count(&pty, "1/1");
    assert_eq!(dir.read("a.bin"), bytes);
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
    assert!(pty.screen().contains("1 of 1 finished"), "{}", pty.screen());
    assert_eq!(dir.names(), ["a.bin"]);
}

#[test]
fn a_paste_of_several_lines_starts_at_once_and_says_what_is_refused() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    for path in ["/a.bin", "/b.bin"] {
        origin.script(path, Script::body(path));
    }
    let mut pty = screen(&dir, &[]);
    pty.wait_text("Paste addresses");
    pty.paste(&format!("{}\n# a comment\nnowhere\n\n{}\n", origin.url("/a.bin"), origin.url("/b.bin")));
    wait_count(&pty, "2/2");
    pty.wait_text("2 added, refused line 3: `nowhere` is not an address");
    // What was said stands until a key was pressed.
    pty.type_keys("j");
    pty.wait_until(|screen| !screen.contents().contains("refused"));
    assert_eq!((dir.read("a.bin"), dir.read("b.bin")), (b"/a.bin".to_vec(), b"/b.bin".to_vec()));
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}

#[test]
fn a_paste_into_the_box_waits_for_enter_and_esc_leaves_it() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    let mut pty = screen(&dir, &[]);
    pty.wait_text("Paste addresses");
    pty.type_keys("a");
    pty.wait_text("Add addresses");
    pty.type_keys("\r");
    pty.wait_text("nothing here yet");
    pty.paste("nowhere");
    pty.wait_text("0 valid, 1 refused");
    pty.type_keys("\r");
    pty.wait_text("line 1: `nowhere` is not an address");
    pty.paste(&format!("\r\n{}", origin.url("/a.bin")));
    pty.wait_text("1 valid, 1 refused");
    assert_eq!(origin.all_requests().len(), 0);
    pty.type_keys("\r");
    pty.wait_text("1 added, refused line 1");
    wait_count(&pty, "1/1");
    pty.type_keys("a");
    pty.wait_text("Add addresses");
    pty.type_keys("q");
    pty.wait_text("0 valid, 1 refused");
    pty.type_keys("\x1b");
    pty.wait_until(|screen| !screen.contents().contains("Add addresses"));
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}

#[test]
fn adding_what_is_there_starts_nothing_twice() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    origin.script("/a.bin", waiting(&gate));
    let mut pty = screen(&dir, &[]);
    pty.wait_text("Paste addresses");
    pty.paste(&origin.url("/a.bin"));
    gate.wait_for(1);
    pty.paste(&origin.url("/a.bin#again"));
    pty.wait_text("already on the list");
    gate.open();
    wait_count(&pty, "1/1");
    assert_eq!(origin.all_requests().len(), 1);
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}

#[test]
fn a_paste_of_two_thousand_lines_leaves_the_screen_awake() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    origin.script("/a.bin", waiting(&gate));
    let mut pty = screen(&dir, &[]);
    pty.wait_text("Paste addresses");
    let lines: Vec<_> = (0..2000).map(|n| origin.url(&format!("/a.bin?{n}"))).collect();
    pty.paste(&lines.join("\n"));
    wait_count(&pty, "0/2000");
    pty.wait_text("2000 added");
    pty.type_keys("G");
    pty.wait_text("of 2000");
    pty.wait_until(|screen| screen.contents().contains("-2000 of 2000"));
    pty.type_keys("?");
    pty.wait_text("one row down");
    pty.type_keys("\x1b");
    pty.wait_text("of 2000");
    pty.type_keys("q");
    pty.wait_text("2000 downloads are not done. Quit? yes [no]");
    pty.type_keys("y");
    assert_eq!(exit_restored(&mut pty), 1);
    assert!(pty.screen().contains("0 of 2000 finished"), "{}", pty.screen());
}

#[test]
fn a_pasted_curl_command_is_one_file() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    for path in ["/a.bin", "/b.bin"] {
        origin.script(path, Script::body(path));
    }
    let command = |path| format!("curl '{}' \\\n  -H 'Accept: {{1,2}}' \\\n  --compressed\n", origin.url(path));
    let mut pty = screen(&dir, &[]);
    pty.wait_text("Paste addresses");
    pty.paste(&command("/a.bin"));
    wait_count(&pty, "1/1");
    pty.type_keys("a");
    pty.wait_text("Add addresses");
    pty.paste(&command("/b.bin"));
    pty.wait_text("1 valid");
    pty.type_keys("\r");
    wait_count(&pty, "2/2");
    assert_eq!(dir.names(), ["a.bin", "b.bin"]);
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}
