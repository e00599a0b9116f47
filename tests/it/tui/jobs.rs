//! What keys do to rows: cancel, retry, pause, remove; and the questions in between.

use super::{ETAG, assert_resumes, exit_restored, screen, stalled_once, wait_count, wait_row};
use crate::support::bytes::payload;
use crate::support::origin::{Answer, Origin, Script};
use crate::support::temp::TempDir;

const HALF: usize = 300_000;

/// The second request asks for the second half of the same file.
#[track_caller]
fn assert_goes_on(origin: &Origin, path: &str) {
    let requests = origin.requests(path);
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].header("Range"), None);
    assert_eq!(requests[1].header("Range"), Some(format!("bytes={}-", HALF - 1024).as_str()));
    assert_eq!(requests[1].header("If-Range"), Some(ETAG));
}

#[test]
fn a_cancelled_row_goes_on_where_it_stopped() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let bytes = payload(1, 2 * HALF);
    origin.script("/a.bin", stalled_once(&bytes));
    let mut pty = screen(&dir, &[&origin.url("/a.bin")]);
    pty.wait_text("300 KB of 600 KB");
    pty.type_keys("x");
    wait_row(&pty, "a.bin", "cancelled");
    pty.wait_text("1 cancelled");
    origin.wait_idle();
    assert_ne!(dir.names(), ["a.bin"]);
    pty.type_keys("r");
    wait_row(&pty, "a.bin", "finished");
    assert_goes_on(&origin, "/a.bin");
    assert_eq!(dir.read("a.bin"), bytes);
    assert_eq!(dir.names(), ["a.bin"]);
    pty.type_keys("x");
    pty.wait_text("the file is there already");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}

#[test]
fn a_paused_row_goes_on_where_it_stopped() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let bytes = payload(2, 2 * HALF);
    origin.script("/a.bin", stalled_once(&bytes));
    let mut pty = screen(&dir, &[&origin.url("/a.bin")]);
    pty.wait_text("300 KB of 600 KB");
    pty.type_keys("p");
    wait_row(&pty, "a.bin", "paused");
    pty.wait_text("paused at 300 KB of 600 KB");
    origin.wait_idle();
    pty.type_keys("p");
    wait_row(&pty, "a.bin", "finished");
    assert_goes_on(&origin, "/a.bin");
    assert_eq!(dir.read("a.bin"), bytes);
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}

#[test]
fn all_failed_rows_are_tried_again_and_no_others() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let late = |body: &'static str| Script::new().then(|| Answer::status(404)).then(move || Answer::ok(body));
    origin.script("/a.bin", late("a"));
    origin.script("/b.bin", Script::body("b"));
    origin.script("/c.bin", late("c"));
    let urls = ["/a.bin", "/b.bin", "/c.bin"].map(|path| origin.url(path));
    let mut pty = screen(&dir, &[&urls[0], &urls[1], &urls[2]]);
    wait_count(&pty, "1/3");
    pty.wait_text("2 failed");
    wait_row(&pty, "a.bin", "failed");
    pty.wait_text("404");
    pty.type_keys("R");
    wait_count(&pty, "3/3");
    pty.wait_until(|screen| !screen.contents().contains("failed"));
    assert_eq!(["a.bin", "b.bin", "c.bin"].map(|name| dir.read(name)), [b"a", b"b", b"c"]);
    assert_eq!(origin.all_requests().len(), 5);
    pty.type_keys("R");
    pty.wait_text("nothing has failed");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}

#[test]
fn a_running_row_is_removed_only_after_a_yes() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", stalled_once(&payload(3, 2 * HALF)));
    let mut pty = screen(&dir, &[&origin.url("/a.bin")]);
    pty.wait_text("300 KB of 600 KB");
    for no in ["n", "\x1b", "\r", "\t\x1b[D\r"] {
        pty.type_keys("d");
        pty.wait_text("a.bin is running. Take it off the list? yes [no]");
        pty.type_keys(no);
        pty.wait_until(|screen| !screen.contents().contains("Take it off"));
        wait_row(&pty, "a.bin", "downloading");
    }
    pty.type_keys("d");
    pty.wait_text("Take it off the list? yes [no]");
    pty.type_keys("\t");
    pty.wait_text("Take it off the list? [yes] no");
    pty.type_keys("\r");
    wait_count(&pty, "0/0");
    pty.wait_text("Paste addresses");
    origin.wait_idle();
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
    assert_eq!(dir.names(), Vec::<String>::new());
}

#[test]
fn a_removed_row_comes_back_and_goes_on_where_it_stopped() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let bytes = payload(5, 2 * HALF);
    origin.script("/a.bin", stalled_once(&bytes));
    let mut pty = screen(&dir, &[&origin.url("/a.bin")]);
    pty.wait_text("300 KB of 600 KB");
    pty.type_keys("d");
    pty.wait_text("Take it off the list? yes [no]");
    pty.type_keys("y");
    wait_count(&pty, "0/0");
    origin.wait_idle();
    pty.type_keys("u");
    wait_row(&pty, "a.bin", "finished");
    assert_goes_on(&origin, "/a.bin");
    assert_eq!(dir.read("a.bin"), bytes);
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}

#[test]
fn tabs_filter_nothing_away_for_good() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    let mut pty = screen(&dir, &[&origin.url("/a.bin"), &origin.url("/gone.bin")]);
    wait_count(&pty, "1/2");
    wait_row(&pty, "gone.bin", "failed");
    pty.type_keys("5");
    pty.wait_until(|screen| !screen.contents().contains("a.bin  "));
    wait_row(&pty, "gone.bin", "failed");
    pty.type_keys("4");
    pty.wait_text("nothing is paused - 1 shows all");
    pty.type_keys("\x1b");
    wait_row(&pty, "a.bin", "finished");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 1);
}

#[test]
fn a_finished_row_is_removed_without_a_question_and_its_file_stays() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    let mut pty = screen(&dir, &[&origin.url("/a.bin"), &origin.url("/gone.bin")]);
    wait_count(&pty, "1/2");
    wait_row(&pty, "gone.bin", "failed");
    pty.type_keys("d");
    wait_count(&pty, "0/1");
    pty.type_keys("d");
    wait_count(&pty, "0/0");
    pty.type_keys("d");
    pty.wait_text("nothing is on the list yet");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
    assert_eq!(dir.read("a.bin"), b"abc");
}

#[test]
fn the_help_opens_scrolls_and_closes() {
    let dir = TempDir::new();
    let mut pty = screen(&dir, &[]);
    pty.wait_text("Paste addresses");
    for close in ["\x1b", "?", "q"] {
        pty.type_keys("?");
        pty.wait_text("── Keys ");
        pty.wait_text("one row down");
        pty.type_keys(close);
        pty.wait_text("Paste addresses");
    }
    pty.resize(100, 8);
    pty.type_keys("?");
    pty.wait_text("more below");
    assert!(!pty.screen().contains("stop and leave at once"));
    pty.type_keys("G");
    pty.wait_text("stop and leave at once");
    pty.type_keys("\x1b");
    pty.wait_text("Paste addresses");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}

#[test]
fn leaving_asks_while_work_runs() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", stalled_once(&payload(4, 2 * HALF)));
    let mut pty = screen(&dir, &[&origin.url("/a.bin")]);
    pty.wait_text("300 KB of 600 KB");
    pty.type_keys("q");
    pty.wait_text("1 download is not done. Quit? yes [no]");
    pty.type_keys("n");
    pty.wait_until(|screen| !screen.contents().contains("Quit?"));
    wait_row(&pty, "a.bin", "downloading");
    pty.type_keys("q");
    pty.wait_text("Quit? yes [no]");
    pty.type_keys("y");
    assert_eq!(exit_restored(&mut pty), 1);
    assert!(pty.screen().contains("0 of 1 finished"), "{}", pty.screen());
    assert!(pty.screen().contains("1 unfinished"), "{}", pty.screen());
    assert_resumes(&dir, &origin, &payload(4, 2 * HALF));
}
