//! The mouse, as a terminal reports it (mode 1006), and that it is let go of.

use super::{exit_restored, screen, waiting};
use crate::support::origin::{Gate, Origin};
use crate::support::pty::Pty;
use crate::support::temp::TempDir;

/// A press and the release that follows; columns and lines count from 1.
fn press(pty: &Pty, button: u8, column: usize, line: usize) {
    pty.type_keys(&format!("\x1b[<{button};{column};{line}M\x1b[<{button};{column};{line}m"));
}

/// A notch of the wheel, down: there is no release.
fn wheel_down(pty: &Pty, column: usize, line: usize) {
    pty.type_keys(&format!("\x1b[<65;{column};{line}M"));
}

fn line_of(pty: &Pty, text: &str) -> usize {
    let screen = pty.screen();
    screen.lines().position(|line| line.contains(text)).expect("it stands on the screen") + 1
}

#[test]
fn clicks_and_the_wheel_do_what_keys_do() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let paths: Vec<_> = (1..=40).map(|n| format!("/f-{n:02}.bin")).collect();
    for path in &paths {
        origin.script(path, waiting(&gate));
    }
    let urls: Vec<_> = paths.iter().map(|path| origin.url(path)).collect();
    let words: Vec<_> = urls.iter().map(String::as_str).collect();
    let mut pty = screen(&dir, &words);
    pty.wait_text("0/40");
    pty.wait_until(|screen| screen.contents().lines().any(|line| line.starts_with('▌') && line.contains("f-01.bin")));
    press(&pty, 0, 20, line_of(&pty, "f-04.bin"));
    pty.wait_until(|screen| screen.contents().lines().any(|line| line.starts_with('▌') && line.contains("f-04.bin")));
    // The wheel takes the first rows out of sight, and the cursor along as far as need be.
    wheel_down(&pty, 20, line_of(&pty, "f-06.bin"));
    wheel_down(&pty, 20, line_of(&pty, "f-06.bin"));
    pty.wait_until(|screen| screen.contents().lines().any(|line| line.starts_with('▌') && line.contains("f-07.bin")));
    let line = line_of(&pty, "f-09.bin");
    press(&pty, 0, 20, line);
    press(&pty, 0, 20, line);
    pty.wait_text("─ Detail ─");
    pty.type_keys("\x1b");
    // At once behind Esc, beside the screen, and with a button that means nothing: nobody minds.
    press(&pty, 0, 900, 900);
    press(&pty, 2, 20, line);
    pty.wait_until(|screen| screen.contents().lines().any(|line| line.starts_with('▌') && line.contains("f-09.bin")));
    let mark = pty.mark();
    pty.type_keys("wm");
    pty.wait_written(mark, "\x1b[?1006l\x1b[?1000l");
    let mark = pty.mark();
    pty.type_keys("wm");
    pty.wait_written(mark, "\x1b[?1000h\x1b[?1006h");
    gate.open();
    pty.wait_text("40/40");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}
