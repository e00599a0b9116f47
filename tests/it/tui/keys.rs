//! The user's own keys and look from a config file, and what is done by name instead of by key.

use std::fs;

use super::{exit_restored, screen, wait_count, wait_row, waiting};
use crate::support::command::haul;
use crate::support::origin::{Gate, Origin, Script};
use crate::support::temp::TempDir;

/// The config file in its usual place.
fn config(dir: &TempDir, text: &str) {
    let folder = dir.home().join("config").join("haul");
    fs::create_dir_all(&folder).expect("a folder of the test");
    fs::write(folder.join("config.toml"), text).expect("a file of the test");
}

#[test]
fn own_keys_work_and_are_shown_everywhere() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    origin.script("/a.bin", waiting(&gate));
    config(&dir, "[keys]\npause = \"w\"\nshow = \"\"\nquit = [\"z\", \"Ctrl-q\"]\n");
    let mut pty = screen(&dir, &[&origin.url("/a.bin")]);
    gate.wait_for(1);
    pty.wait_text("w pause");
    pty.wait_text("z quit");
    pty.type_keys("w");
    wait_row(&pty, "a.bin", "paused");
    // What they were is bound no more.
    pty.type_keys("p");
    pty.type_keys("q");
    pty.type_keys("?");
    pty.wait_text("── Keys ");
    pty.type_keys("/pause, or");
    pty.wait_text("w                 pause, or go on");
    pty.type_keys("\x1b");
    pty.wait_text("one row down");
    pty.type_keys("\x1b");
    pty.wait_until(|screen| !screen.contents().contains("── Keys "));
    pty.type_keys(":");
    pty.wait_text(" Commands ");
    pty.type_keys("quit");
    pty.wait_text("z Ctrl-q");
    pty.type_keys("\x1b");
    pty.wait_until(|screen| !screen.contents().contains("Commands"));
    wait_row(&pty, "a.bin", "paused");
    pty.type_keys("w");
    gate.open();
    wait_row(&pty, "a.bin", "finished");
    pty.type_keys("\x11");
    assert_eq!(exit_restored(&mut pty), 0);
}

#[test]
fn mistakes_in_the_config_file_cost_a_warning_and_keep_the_usual_keys() {
    for (text, warning) in [
        ("[keys]\npasue = \"w\"\n", "config.toml line 2: there is no action `pasue`: did you mean `pause`?"),
        ("[keys]\nadd = \"x\"\n", "config.toml line 2: `x` for `add` is the key of `cancel` in the list"),
        ("[keys]\nadd = x\n", "config.toml line 2: "),
        ("[screen]\nmuose = true\n", "config.toml line 2: [screen] has no `muose`: did you mean `mouse`?"),
    ] {
        let dir = TempDir::new();
        config(&dir, text);
        let mut pty = super::Pty::start(&dir, &[], 200, 30);
        pty.wait_text(warning);
        pty.type_keys("a");
        pty.wait_text("Add addresses");
        pty.type_keys("\x03");
        pty.wait_text("Paste addresses");
        pty.type_keys("q");
        assert_eq!(exit_restored(&mut pty), 0, "{text}");
    }
}

#[test]
fn a_config_file_that_is_named_must_make_sense() {
    let dir = TempDir::new();
    for (text, why) in [(None, "cannot read the config file `my.toml`"), (Some("[keys"), "my.toml line 1: ")] {
        if let Some(text) = text {
            fs::write(dir.work().join("my.toml"), text).expect("a file of the test");
        }
        let run = haul(&dir).args(["--config", "my.toml", "http://127.0.0.1:9/"]).run().expect(2);
        assert!(run.stderr().contains(why), "{}", run.stderr());
    }
    fs::write(dir.work().join("my.toml"), "[keys]\nadd = \"+\"\nmore-jobs = \"a\"\n").expect("a file of the test");
    let mut pty = screen(&dir, &["--config", "my.toml"]);
    pty.wait_text("+ add");
    pty.type_keys("a");
    pty.wait_text("jobs 65");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}

#[test]
fn the_palette_finds_an_action_and_runs_it() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    origin.script("/a.bin", waiting(&gate));
    origin.script("/b.bin", Script::body("b"));
    let mut pty = screen(&dir, &[&origin.url("/a.bin")]);
    gate.wait_for(1);
    pty.type_keys(":");
    pty.wait_text(" Commands ");
    pty.type_keys("canc");
    pty.wait_text("cancel; what is here stays for a retry");
    pty.type_keys("\r");
    wait_row(&pty, "a.bin", "cancelled");
    pty.type_keys("\x10");
    pty.wait_text(" Commands ");
    pty.type_keys("jobs many\r");
    pty.wait_text("`many` is no number from 1 to 10000");
    pty.type_keys("\x15");
    pty.wait_text("next-failed");
    pty.type_keys("jobs 12\r");
    pty.wait_text("12 jobs");
    pty.type_keys(":");
    pty.wait_text(" Commands ");
    pty.type_keys(&format!("add {}\r", origin.url("/b.bin")));
    wait_count(&pty, "1/2");
    assert_eq!(dir.read("b.bin"), b"b");
    pty.type_keys("Q");
    assert_eq!(exit_restored(&mut pty), 1);
}

#[test]
fn a_menu_shows_its_keys_and_closes_at_any_other() {
    let dir = TempDir::new();
    let mut pty = screen(&dir, &[]);
    pty.wait_text("Paste addresses");
    for (key, title, word) in [("s", " Sort by ", "progress"), ("w", " Show ", "ASCII"), ("y", " Copy ", "address")] {
        for close in ["\x1b", "Q"] {
            pty.type_keys(key);
            pty.wait_text(title);
            pty.wait_text(word);
            pty.type_keys(close);
            pty.wait_until(|screen| !screen.contents().contains(title));
        }
    }
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}
