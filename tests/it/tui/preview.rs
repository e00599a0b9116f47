//! Pictures on the real screen: half blocks, the protocols of terminals that say they know them, and nothing at all
//! where nobody wants pictures.

use vt100::Screen;

use super::{exit_restored, row};
use crate::support::bytes::png;
use crate::support::command::PROGRAM;
use crate::support::origin::{Origin, Script};
use crate::support::pty::Pty;
use crate::support::temp::TempDir;

const TRUE: (&str, &str) = ("COLORTERM", "truecolor");
/// What kitty answers to what it is asked.
const KITTY: &str = "\x1b_Gi=31;OK\x1b\\\x1b[6;20;10t\x1b[?62;c";
/// What a terminal with sixels answers.
const SIXEL: &str = "\x1b[6;20;10t\x1b[?62;4;22c";

/// The program with two pictures, on a terminal that has this to say.
fn start(dir: &TempDir, origin: &Origin, args: &[&str], env: &[(&str, &str)], says: &str) -> Pty {
    origin.script("/a.png", Script::body(png(1, 64, 48)));
    origin.script("/b.png", Script::body(png(2, 48, 64)));
    let urls = [origin.url("/a.png"), origin.url("/b.png")];
    let words: Vec<_> = args.iter().copied().chain(urls.iter().map(String::as_str)).collect();
    let pty = Pty::program(dir, PROGRAM, &words, env, 120, 35);
    pty.type_keys(says);
    pty
}

/// How many cells hold two pixels.
fn halves(screen: &Screen) -> usize {
    screen.contents().matches(['▀', '▄']).count()
}

fn leave(mut pty: Pty) {
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}

#[test]
fn a_finished_picture_is_shown_in_half_blocks() {
    for (env, colours) in [(&[][..], "\x1b[38;5;"), (&[TRUE][..], "\x1b[38;2;")] {
        let (dir, origin) = (TempDir::new(), Origin::start());
        let pty = start(&dir, &origin, &[], env, "");
        pty.wait_until(|screen| halves(screen) > 20);
        assert!(String::from_utf8_lossy(&pty.raw_log()).contains(colours));
        pty.type_keys("i");
        pty.wait_until(|screen| halves(screen) == 0);
        leave(pty);
    }
}

#[test]
fn the_sheet_shows_all_pictures_and_one_in_full_size() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let pty = start(&dir, &origin, &[], &[], "");
    pty.wait_until(|screen| row(screen, "a.png", "100%") && row(screen, "b.png", "100%"));
    pty.type_keys("I");
    let name = |screen: &Screen, text: &str| screen.contents().lines().any(|line| line.contains(text));
    pty.wait_until(|screen| name(screen, "▌ a.png") && name(screen, "  b.png") && halves(screen) > 300);
    pty.type_keys(" ");
    pty.wait_until(|screen| name(screen, "* a.png") && name(screen, "▌ b.png"));
    pty.type_keys("\r");
    pty.wait_until(|screen| name(screen, " 2/2") && halves(screen) > 1000);
    pty.type_keys("\x1b");
    pty.wait_until(|screen| name(screen, "▌ b.png"));
    pty.type_keys("\x1b");
    pty.wait_text("Detail");
    leave(pty);
}

#[test]
fn a_terminal_that_draws_pictures_is_sent_pictures() {
    for (says, begins) in [(KITTY, "\x1b_Gq=2,"), (SIXEL, "\x1bP")] {
        let (dir, origin) = (TempDir::new(), Origin::start());
        let pty = start(&dir, &origin, &[], &[TRUE], says);
        pty.wait_written(0, begins);
        let mark = pty.mark();
        pty.type_keys("j");
        pty.wait_written(mark, begins);
        // What lies over a picture hides it: the text comes first.
        pty.type_keys("?");
        pty.wait_text("── Keys ");
        let mark = pty.mark();
        pty.type_keys("\x1b");
        pty.wait_text("Detail");
        if says == SIXEL {
            pty.wait_written(mark, begins);
        }
        leave(pty);
    }
}

#[test]
fn keys_that_come_with_the_answers_are_not_lost() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let pty = start(&dir, &origin, &[], &[TRUE], &format!("?{SIXEL}"));
    pty.wait_text("── Keys ");
    pty.type_keys("\x1b");
    pty.wait_text("Detail");
    leave(pty);
}

#[test]
fn nothing_is_drawn_where_nobody_wants_pictures() {
    let config = "[screen]\npreview = false\n";
    for (args, env) in [(&["--config", "c.toml"][..], &[TRUE][..]), (&[], &[TRUE, ("NO_COLOR", "1")])] {
        let (dir, origin) = (TempDir::new(), Origin::start());
        dir.write("c.toml", config);
        let pty = start(&dir, &origin, args, env, "");
        pty.wait_until(|screen| row(screen, "a.png", "100%") && row(screen, "b.png", "100%"));
        pty.type_keys("I");
        // A card for each.
        pty.wait_until(|screen| screen.contents().contains("PNG  64 x 48"));
        assert!(!pty.screen().contains(['▀', '▄']));
        #[cfg(target_os = "linux")]
        assert!(!threads(pty.pid()).iter().any(|name| name == "haul-preview"));
        pty.type_keys("\x1b");
        pty.wait_text("Detail");
        leave(pty);
    }
}

#[test]
fn the_thread_that_draws_has_the_name_that_is_looked_for() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let pty = start(&dir, &origin, &[], &[], "");
    pty.wait_until(|screen| halves(screen) > 20);
    #[cfg(target_os = "linux")]
    assert!(threads(pty.pid()).iter().any(|name| name == "haul-preview"));
    leave(pty);
}

#[cfg(target_os = "linux")]
fn threads(pid: u32) -> Vec<String> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).expect("the process is there").flatten();
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
    names.map(|name| name.trim().to_owned()).collect()
}
