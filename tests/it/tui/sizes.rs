//! Every size, and sizes that change while downloads run: nothing is lost, and the count is never cut.

use super::{exit_restored, first_line, held, screen, wait_count, wait_row, waiting};
use crate::support::bytes::payload;
use crate::support::origin::{Gate, Origin};
use crate::support::pty::Pty;
use crate::support::temp::TempDir;

/// Fifteen downloads that wait.
fn fifteen(origin: &Origin, gate: &Gate) -> Vec<String> {
    let paths: Vec<_> = (1..=15).map(|n| format!("/f-{n:02}.bin")).collect();
    for path in &paths {
        origin.script(path, waiting(gate));
    }
    paths.iter().map(|path| origin.url(path)).collect()
}

fn started(dir: &TempDir, urls: &[String], columns: u16, rows: u16) -> Pty {
    let words: Vec<_> = urls.iter().map(String::as_str).collect();
    Pty::start(dir, &words, columns, rows)
}

#[test]
fn every_size_shows_the_count_first() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let mut pty = started(&dir, &fifteen(&origin, &gate), 120, 35);
    gate.wait_for(15);
    wait_count(&pty, "0/15");
    for (columns, rows) in [(120, 35), (80, 24), (40, 10), (20, 5), (10, 3), (5, 2), (4, 1), (200, 60), (20, 5)] {
        pty.resize(columns, rows);
        // The settled screen is that of the new size: it holds a row where it has room for one, and no more lines.
        wait_count(&pty, "0/15");
        if columns >= 20 && rows >= 3 {
            pty.wait_text("f-01");
        }
    }
    pty.resize(1, 1);
    pty.wait_until(|screen| screen.contents() == "…");
    pty.resize(120, 35);
    wait_count(&pty, "0/15");
    for n in 1..=15 {
        wait_row(&pty, &format!("f-{n:02}.bin"), "connecting");
    }
    gate.open();
    wait_count(&pty, "15/15");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}

#[test]
fn a_screen_may_start_at_its_smallest() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let mut pty = started(&dir, &fifteen(&origin, &gate), 1, 1);
    gate.wait_for(15);
    pty.wait_until(|screen| screen.contents() == "…");
    // Keys work where nothing can be seen.
    pty.type_keys("?jjj?q");
    pty.resize(20, 1);
    pty.wait_until(|screen| first_line(screen) == "0/15 quit? y [n]");
    pty.type_keys("n");
    pty.resize(100, 30);
    wait_count(&pty, "0/15");
    wait_row(&pty, "f-15.bin", "connecting");
    gate.open();
    wait_count(&pty, "15/15");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}

#[test]
fn a_storm_of_sizes_passes() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let bytes = payload(1, 600_000);
    origin.script("/a.bin", held(&bytes, &gate));
    let mut pty = screen(&dir, &[&origin.url("/a.bin")]);
    pty.wait_text("300 KB of 600 KB");
    for step in 0..500_u16 {
        pty.resize(1 + step * 37 % 160, 1 + step * 11 % 50);
    }
    pty.resize(100, 30);
    pty.wait_text("300 KB of 600 KB");
    wait_row(&pty, "a.bin", "downloading");
    for step in 0..200_u16 {
        pty.resize(1 + step * 53 % 160, 1 + step * 17 % 50);
        if step == 100 {
            gate.open();
        }
    }
    pty.resize(100, 30);
    wait_row(&pty, "a.bin", "finished");
    wait_count(&pty, "1/1");
    assert_eq!(dir.read("a.bin"), bytes);
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}

#[test]
fn a_key_that_comes_with_a_new_size_is_not_lost() {
    let dir = TempDir::new();
    let mut pty = screen(&dir, &[]);
    pty.wait_text("Paste addresses");
    for round in 0..40 {
        pty.type_keys("?");
        pty.resize(90 + round, 30);
        pty.wait_text("── Keys ");
        pty.resize(91 + round, 30);
        pty.type_keys("?");
        pty.wait_text("Paste addresses");
    }
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}
