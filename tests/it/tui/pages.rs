//! The images of a page, chosen on the screen.

use super::{exit_restored, screen, wait_count, wait_row};
use crate::support::bytes::png;
use crate::support::origin::{Answer, Gate, Origin, Script};
use crate::support::temp::TempDir;

fn origin(gate: &Gate) -> Origin {
    let (origin, gate) = (Origin::start(), gate.clone());
    let html = "<img src=a.png srcset='b.png 900w'><img src=c.png><img src=d.png><img src=thumb.gif>";
    let page = move || Answer::ok(html).header("Content-Type", "text/html").wait_first(&gate);
    origin.script("/page", Script::new().then(page));
    for path in ["/b.png", "/c.png", "/d.png", "/thumb.gif"] {
        origin.script(path, Script::body(png(1, 30, 20)));
    }
    origin
}

#[test]
fn a_page_from_the_command_line_opens_with_all_marked_and_enter_adds_those_left() {
    let (dir, gate) = (TempDir::new(), Gate::new());
    let origin = origin(&gate);
    let mut pty = screen(&dir, &["--from-page", &origin.url("/page"), "--reject", "*.gif"]);
    pty.wait_text("reading the page");
    gate.open();
    pty.wait_text("3 of 3 marked");
    pty.wait_until(|screen| screen.contents().lines().any(|line| line.contains("[x] b.png") && line.contains("900w")));
    assert_eq!(origin.all_requests().len(), 1, "nothing is fetched before it is chosen");
    pty.type_keys("j ");
    pty.wait_text("[ ] c.png");
    pty.wait_text("2 of 3 marked");
    pty.type_keys("\r");
    wait_row(&pty, "b.png", "finished");
    wait_row(&pty, "d.png", "finished");
    wait_count(&pty, "2/2");
    assert_eq!(dir.names(), ["b.png", "d.png"]);
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}

#[test]
fn a_page_is_asked_for_searched_and_left() {
    let (dir, gate) = (TempDir::new(), Gate::new());
    gate.open();
    let origin = origin(&gate);
    let mut pty = screen(&dir, &["--ascii"]);
    pty.wait_text("Paste addresses");
    pty.type_keys(":add-page\r");
    pty.wait_text("the address of a page");
    pty.type_keys(&format!("{}\r", origin.url("/page")));
    pty.wait_text("4 of 4 marked");
    pty.type_keys("\x1b");
    pty.wait_until(|screen| !screen.contents().contains("marked"));
    pty.type_keys("F");
    pty.wait_text("the address of a page");
    pty.type_keys(&format!("{}\r", origin.url("/gone")));
    pty.wait_text("/gone: status 404 (status)");
    pty.type_keys("\x1b");
    pty.wait_until(|screen| !screen.contents().contains("/gone"));
    pty.type_keys("F");
    pty.wait_text("the address of a page");
    pty.paste(&origin.url("/page"));
    pty.type_keys("\r");
    pty.wait_text("4 of 4 marked");
    pty.type_keys("/thumb");
    pty.wait_text("1 of 1 marked");
    pty.type_keys("\r\x01");
    pty.wait_text("0 of 1 marked");
    pty.type_keys("\r");
    pty.wait_text("no image is marked");
    pty.type_keys("\x1b");
    pty.wait_text("3 of 4 marked");
    pty.type_keys("\r");
    wait_count(&pty, "3/3");
    assert_eq!(dir.names(), ["b.png", "c.png", "d.png"]);
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}
