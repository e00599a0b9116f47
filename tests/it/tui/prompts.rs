//! Boxes of one line: what they ask for, and what follows from it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::{exit_restored, row, screen, wait_count, wait_row, waiting};
use crate::support::origin::{Gate, Origin, Script};
use crate::support::temp::TempDir;

#[test]
fn a_filter_works_as_it_is_typed_and_esc_shows_all() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("a"));
    let mut pty = screen(&dir, &[&origin.url("/a.bin"), &origin.url("/gone.bin")]);
    wait_row(&pty, "a.bin", "finished");
    wait_row(&pty, "gone.bin", "failed");
    pty.type_keys("/");
    pty.wait_text("Esc clears");
    pty.type_keys("state:failed");
    pty.wait_until(|screen| row(screen, "gone.bin", "failed") && !row(screen, "a.bin", "finished"));
    pty.type_keys("\r");
    pty.wait_until(|screen| !screen.contents().contains("Esc clears"));
    pty.wait_until(|screen| row(screen, "gone.bin", "failed") && !row(screen, "a.bin", "finished"));
    pty.type_keys("/");
    pty.wait_text("Filter state:failed");
    pty.type_keys("\x1b");
    wait_row(&pty, "a.bin", "finished");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 1);
}

#[test]
fn a_limit_is_typed_and_nonsense_says_why() {
    let dir = TempDir::new();
    let mut pty = screen(&dir, &["--limit-rate", "3M"]);
    pty.wait_text("64 jobs, at most 3.0 MB/s");
    pty.type_keys("=");
    pty.wait_text("Limit 3M");
    pty.type_keys("\x15fast\r");
    pty.wait_text("`fast` is not a size: write 500, 20K, 5M, 5Mi or 1.5G");
    pty.type_keys("\x15700k\r");
    pty.wait_text("limit 700 KB/s");
    pty.type_keys(">");
    pty.wait_text("limit 1.0 MB/s");
    pty.type_keys("=");
    pty.wait_text("Limit 1M");
    pty.type_keys("\x150\r");
    pty.wait_text("no limit");
    pty.type_keys("=");
    pty.wait_text("0 is none");
    pty.type_keys("\x03");
    pty.wait_text("Paste addresses");
    pty.wait_until(|screen| !screen.contents().contains("0 is none"));
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}

#[test]
fn what_is_shown_is_exported_as_a_list_that_can_be_fed_back_and_never_over_another_file() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let urls = ["/a.bin?x=1", "/gone.bin?key=2"].map(|path| origin.url(path));
    let mut pty = screen(&dir, &urls.each_ref().map(String::as_str));
    wait_row(&pty, "gone.bin", "failed");
    pty.type_keys(":export ~/left.txt\r");
    pty.wait_text("2 addresses in /");
    let list = dir.home().join("left.txt");
    let written = fs::read_to_string(&list).expect("it was written");
    assert_eq!(written, format!("{}\n{}\n", urls[0], urls[1]));
    assert_eq!(fs::metadata(&list).expect("it is there").permissions().mode() & 0o777, 0o600);
    pty.type_keys(":export ~/left.txt\r");
    pty.wait_text("choose another name: `/");
    pty.type_keys(":export ~/no/left.txt\r");
    pty.wait_text("cannot write the list");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 1);
    assert_eq!(fs::read_to_string(&list).expect("it is there"), written);
}

#[test]
fn a_list_file_is_added_and_one_that_is_not_there_says_so() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    for path in ["/a.bin", "/b.bin"] {
        origin.script(path, Script::body(path));
    }
    let list = format!("# mine\n{}\nnowhere\n{}\n", origin.url("/a.bin"), origin.url("/b.bin"));
    fs::write(dir.work().join("list.txt"), list).expect("a file of the test");
    let mut pty = screen(&dir, &[]);
    pty.wait_text("Paste addresses");
    pty.type_keys("A");
    pty.wait_text("List file");
    pty.type_keys("lost.txt\r");
    pty.wait_text("cannot read the list `lost.txt`");
    pty.type_keys("A");
    pty.wait_text("addresses, one a line");
    // The last one comes back.
    pty.type_keys("\x1b[A");
    pty.wait_text("List file lost.txt");
    pty.type_keys("\x15list.txt\r");
    wait_count(&pty, "2/2");
    pty.wait_text("2 added, refused list.txt: line 3: `nowhere` is not an address");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
    assert_eq!(dir.read("b.bin"), b"/b.bin");
}

#[test]
fn tables_are_added_as_lists_are() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    for path in ["/a.bin", "/b.bin", "/c.bin"] {
        origin.script(path, Script::body(path));
    }
    let table = |paths: &[&str]| {
        let rows: Vec<_> = paths.iter().map(|path| format!("1,{}", origin.url(path))).collect();
        format!("id,url\n{}\n", rows.join("\n"))
    };
    fs::write(dir.work().join("t.csv"), table(&["/a.bin"])).expect("a file of the test");
    fs::write(dir.work().join("u.csv"), table(&["/b.bin", "/c.bin"]) + "1\n").expect("a file of the test");
    fs::write(dir.work().join("v.csv"), "id,width\n").expect("a file of the test");
    let mut pty = screen(&dir, &["t.csv"]);
    wait_count(&pty, "1/1");
    pty.type_keys("A");
    pty.wait_text("List file");
    pty.type_keys("u.csv\r");
    wait_count(&pty, "3/3");
    pty.wait_text("2 added, refused u.csv: line 4: 1 field where the header has 2");
    pty.type_keys("A");
    pty.wait_text("List file");
    pty.type_keys("\x15v.csv\r");
    pty.wait_text("the table `v.csv`: no column is called url");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
    assert_eq!(dir.read("c.bin"), b"/c.bin");
}

#[test]
fn the_add_box_counts_what_braces_stand_for_and_makes_its_folder() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    for n in 8..=11 {
        origin.script(&format!("/p{n:02}.bin"), Script::body("x"));
    }
    fs::write(dir.work().join("file"), "").expect("a file of the test");
    let mut pty = screen(&dir, &[]);
    pty.wait_text("Paste addresses");
    pty.type_keys("a");
    pty.wait_text("Add addresses");
    pty.type_keys(&origin.url("/p{08-11}.bin"));
    pty.wait_text("1 line, 4 addresses");
    pty.type_keys("\t");
    pty.type_keys("\x15file/x");
    pty.wait_text("to file/x");
    pty.type_keys("\r");
    pty.wait_text("cannot write to the folder `file/x`");
    pty.type_keys("\x15new/er");
    pty.wait_text("to new/er");
    pty.type_keys("\r");
    wait_count(&pty, "4/4");
    assert_eq!(fs::read_dir(dir.work().join("new/er")).expect("it was made").count(), 4);
    // The usual folder is another one.
    pty.type_keys("a");
    pty.wait_text("Add addresses");
    pty.type_keys(&origin.url("/p08.bin"));
    pty.wait_text("1 valid");
    assert!(!pty.screen().contains("duplicate"));
    pty.type_keys("\x1b");
    pty.wait_until(|screen| !screen.contents().contains("Add addresses"));
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}

#[test]
fn what_is_on_the_list_counts_as_a_duplicate_in_the_box() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    origin.script("/a.bin", waiting(&gate));
    let mut pty = screen(&dir, &[&origin.url("/a.bin")]);
    gate.wait_for(1);
    pty.type_keys("a");
    pty.wait_text("Add addresses");
    pty.paste(&format!("{0}\n{1}\n{1}\n", origin.url("/a.bin"), origin.url("/b.bin")));
    pty.wait_text("3 valid, 2 duplicate");
    pty.type_keys("\x1b");
    gate.open();
    wait_count(&pty, "1/1");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}

#[test]
fn a_paste_that_comes_as_keys_is_no_row_of_commands() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/b.bin", Script::body("b"));
    let mut pty = screen(&dir, &[]);
    pty.wait_text("Paste addresses");
    // On a busy machine they may come as slowly as from a hand, and then the colon opens the palette.
    let fast = (0..50).any(|_| {
        pty.type_keys(&format!("{}\r", origin.url("/b.bin")));
        pty.wait_until(|screen| screen.contents().contains("Commands") || row(screen, "b.bin", "finished"));
        let fast = !pty.screen().contains("Commands");
        if !fast {
            pty.type_keys("\x1b");
            pty.wait_until(|screen| !screen.contents().contains("Commands"));
        }
        fast
    });
    assert!(fast);
    assert_eq!(dir.read("b.bin"), b"b");
    pty.type_keys("Q");
    exit_restored(&mut pty);
}
