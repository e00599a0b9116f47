//! The demonstration, as somebody who has just built the program sees it.

use vt100::Screen;

use super::{exit_restored, first_line, wait_count, wait_row};
use crate::support::pty::Pty;
use crate::support::temp::TempDir;

/// How many are done.
fn count(screen: &Screen) -> usize {
    first_line(screen).split('/').next().and_then(|count| count.parse().ok()).unwrap_or(0)
}

/// Not run by default: a debug build draws each of the fifteen pictures for about a second.
#[test]
#[ignore = "a debug build draws for some 20 seconds"]
fn the_demo_shows_fifteen_rows_and_ends_with_fifteen_files() {
    let dir = TempDir::new();
    let mut pty = Pty::start(&dir, &["demo"], 120, 35);
    wait_count(&pty, "0/15");
    for name in ["aurora", "dunes", "tide", "ridge", "contour", "harbour", "moon", "glass", "rain", "spiral"] {
        pty.wait_text(name);
    }
    for name in ["opal-11", "meadow-12", "lanterns", "nebula-14", "tiles-15"] {
        pty.wait_text(name);
    }
    for done in 1..=15 {
        pty.wait_until(|screen| count(screen) >= done);
    }
    wait_row(&pty, "aurora-01.jpg", "finished");
    wait_row(&pty, "灯籠 (lanterns).jpg", "finished");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
    let files = dir.files();
    assert_eq!(files.len(), 15, "{files:?}");
    assert!(files.iter().all(|(path, size)| path.starts_with("haul-demo/") && *size > 10_000), "{files:?}");
}
