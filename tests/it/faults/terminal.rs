//! Faults 113 and 130 to 137: terminals that are tiny, dumb, missing, deaf or gone, and people who type much.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::headless::{event, json};
use crate::support::bytes::payload;
use crate::support::command::{PROGRAM, program};
use crate::support::origin::{Answer, Gate, Origin, Script};
use crate::support::pty::Pty;
use crate::support::temp::TempDir;
use crate::support::{HUNG, fail};
use crate::tui::{exit_restored, first_line, held, screen, wait_count, wait_row};

/// Waits for something that no screen and no line tells.
#[track_caller]
fn wait_for(what: &str, is: impl Fn() -> bool) {
    let until = Instant::now() + HUNG;
    while !is() {
        if Instant::now() > until {
            fail(&format!("waited {HUNG:?} for {what}"));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Fault 130: five hundred sizes, those of nothing and of very much among them, and the last one counts.
#[test]
fn sizes_of_nothing_and_of_much_pass() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    origin.script("/a.bin", held(&payload(1, 600_000), &gate));
    let mut pty = screen(&dir, &[&origin.url("/a.bin")]);
    pty.wait_text("300 KB of 600 KB");
    let sizes = [(0, 0), (0, 10), (10, 0), (1, 1), (400, 200), (2, 2), (80, 24), (400, 1), (1, 200), (10, 3)];
    for step in 0..500 {
        let (columns, rows) = sizes[step % sizes.len()];
        pty.resize(columns, rows);
        if step == 250 {
            gate.open();
        }
    }
    for (columns, rows) in [(400, 200), (100, 30)] {
        pty.resize(columns, rows);
        wait_row(&pty, "a.bin", "finished");
        wait_count(&pty, "1/1");
    }
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}

/// Fault 131: whatever the first size is, work is done, and the screen is whole when it has grown.
#[test]
fn a_screen_may_start_at_any_size() {
    for (columns, rows) in [(1, 1), (2, 2), (3, 1), (10, 3), (20, 5), (39, 9), (0, 0)] {
        let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
        origin.script("/a.bin", held(&payload(1, 600_000), &gate));
        let mut pty = Pty::start(&dir, &[&origin.url("/a.bin")], columns, rows);
        gate.wait_for(1);
        if columns >= 10 {
            pty.wait_until(|screen| first_line(screen).starts_with("0/1"));
        }
        assert!(!pty.screen().contains("too small"), "{}", pty.screen());
        pty.resize(100, 30);
        wait_row(&pty, "a.bin", "downloading");
        gate.open();
        wait_count(&pty, "1/1");
        pty.type_keys("q");
        assert_eq!(exit_restored(&mut pty), 0, "{columns} x {rows}");
    }
}

/// Faults 132 and 133: a terminal that can do nothing, or that stands at one end alone, gets lines, and no sequence but
/// those of the status line. A row: what the shell does, and what of standard output can be seen on the terminal.
#[test]
fn half_a_terminal_gets_lines() {
    let whole = "finished  a.bin  3 B";
    for (fault, script, seen) in [
        (132, r#"unset TERM; exec "$0" "$@""#, Some(whole)),
        (132, r#"TERM= exec "$0" "$@""#, Some(whole)),
        (132, r#"TERM=dumb LANG=C LC_ALL=C exec "$0" "$@""#, Some(whole)),
        (133, r#"exec "$0" "$@" < /dev/null"#, Some(whole)),
        (133, r#"exec "$0" "$@" <&-"#, Some(whole)),
        (133, r#""$0" "$@" | cat"#, Some(whole)),
        (133, r#""$0" "$@" | head -1"#, Some(whole)),
        (133, r#"exec "$0" "$@" > /dev/null"#, None),
        (133, r#"exec "$0" "$@" >&-"#, None),
    ] {
        let (dir, origin) = (TempDir::new(), Origin::start());
        origin.script("/a.bin", Script::body("abc"));
        let mut pty = Pty::program(&dir, "/bin/sh", &["-c", script, PROGRAM, &origin.url("/a.bin")], &[], 100, 30);
        let status = pty.wait_exit();
        assert!(status.success() || script.contains(">&-"), "{fault} {script}: {status} {}", pty.screen());
        assert_eq!(pty.screen().contains(whole), seen.is_some(), "{fault} {script}: {}", pty.screen());
        assert!(!pty.raw_log().windows(6).any(|bytes| bytes == b"\x1b[?104"), "{fault} {script}");
        assert_eq!(pty.modes_before(), pty.modes_after(), "{fault} {script}");
        assert_eq!(dir.names(), ["a.bin"], "{fault} {script}");
    }
}

/// Fault 132: the language of the system changes nothing.
#[test]
fn a_screen_works_in_the_language_c() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    let env = [("LANG", "C"), ("LC_ALL", "C"), ("TERM", "xterm")];
    let mut pty = Pty::program(&dir, PROGRAM, &[&origin.url("/a.bin")], &env, 100, 30);
    wait_row(&pty, "a.bin", "finished");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}

/// Fault 134: a terminal that takes nothing more holds no download.
#[test]
fn downloads_go_on_while_the_terminal_hangs() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let bytes = payload(1, 2_000_000);
    let names: Vec<_> = (0..20).map(|number| format!("{number}.bin")).collect();
    let mut urls = Vec::new();
    for name in &names {
        origin.script(&format!("/{name}"), held(&bytes, &gate));
        urls.push(origin.url(&format!("/{name}")));
    }
    let words: Vec<_> = urls.iter().map(String::as_str).collect();
    let mut pty = screen(&dir, &words);
    wait_count(&pty, "0/20");
    gate.wait_for(16);
    pty.clog("\x0c");
    gate.open();
    wait_for("every file", || names.iter().all(|name| dir.path(name).exists()));
    for name in &names {
        assert!(dir.read(name) == bytes, "{name}");
    }
    pty.signal(Signal::TERM);
    assert_eq!(pty.wait_exit().exit_code(), 143);
    assert_eq!(pty.modes_before(), pty.modes_after());
}

#[cfg(target_os = "linux")]
fn is_stopped(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, fields)| fields.trim_start().starts_with('T'))
}

/// Fault 135: time that passes while the program is stopped is nobody's fault: what has come meanwhile is taken, in the
/// first attempt. The screen takes keys and draws as before.
#[cfg(target_os = "linux")]
#[test]
fn a_stopped_program_goes_on_where_it_was() {
    const STALL: Duration = Duration::from_millis(700);
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let bytes = payload(1, 600_000);
    for path in ["/shown.bin", "/told.bin"] {
        origin.script(path, held(&bytes, &gate));
    }
    let options = ["-r", "0", "--stall-timeout", "700ms"];
    let mut pty = screen(&dir, &[&options[..], &[&origin.url("/shown.bin")]].concat());
    let running = program(&dir, PROGRAM).args(["--json"]).args(options).arg(origin.url("/told.bin")).spawn();
    gate.wait_for(2);
    pty.signal(Signal::STOP);
    running.signal(Signal::STOP);
    wait_for("both to stop", || is_stopped(pty.pid()) && is_stopped(running.pid()));
    gate.open();
    std::thread::sleep(2 * STALL);
    pty.signal(Signal::CONT);
    running.signal(Signal::CONT);
    assert_eq!(event(&running.wait().expect(0), "finished")["attempts"], 1);
    wait_row(&pty, "shown.bin", "finished");
    pty.type_keys("?");
    pty.wait_text("── Keys ");
    pty.type_keys("?q");
    assert_eq!(exit_restored(&mut pty), 0);
    assert!(dir.read("shown.bin") == bytes && dir.read("told.bin") == bytes);
}

/// Fault 135: the polite stop, which a shell's Ctrl-Z sends. Where nobody could continue it, the system ignores it.
#[test]
fn a_suspended_program_goes_on() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let bytes = payload(1, 600_000);
    origin.script("/a.bin", held(&bytes, &gate));
    let running = json(&dir).arg(origin.url("/a.bin")).spawn();
    gate.wait_for(1);
    for _ in 0..3 {
        running.signal(Signal::TSTP);
        running.signal(Signal::CONT);
    }
    running.signal(Signal::TSTP);
    gate.open();
    running.signal(Signal::CONT);
    running.wait().expect(0);
    assert!(dir.read("a.bin") == bytes);
}

/// Fault 136: a megabyte of text in ten thousand lines is text, whatever keys it seems to hold, and each line is judged.
#[test]
fn a_large_paste_is_text() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    let mut pty = screen(&dir, &[]);
    pty.wait_text("Paste addresses");
    let keys = ["q", "\x03", "y", "\x1b[A", "\x1b", "D", "\x1b[200~", "x\x1b]0;pwned\x07"];
    let mut lines: Vec<String> = (0..10_000).map(|n| format!("# {n} {}", "x".repeat(90))).collect();
    for (at, key) in keys.iter().enumerate() {
        lines[1000 * at] = (*key).to_owned();
    }
    lines[9_999] = origin.url("/a.bin");
    let text = lines.join("\r");
    assert!(text.len() > 950_000, "{}", text.len());
    pty.paste(&text);
    wait_count(&pty, "1/1");
    pty.wait_text("1 added, 8 refused: line 1: `q` is not an address");
    assert!(!pty.screen().contains("Quit?"), "{}", pty.screen());
    assert_eq!(dir.read("a.bin"), b"abc");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
    assert!(crate::support::pty::foreign(&pty.raw_log()).is_empty());
}

/// Fault 136: what ends a paste ends it, also where a page has put it into the text: terminals take it out, and one that
/// does not sends keys. They ask before they end anything.
#[test]
fn a_paste_that_ends_itself_loses_nothing() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let bytes = payload(1, 600_000);
    origin.script("/a.bin", held(&bytes, &gate));
    origin.script("/b.bin", Script::body("abc"));
    let mut pty = screen(&dir, &[&origin.url("/a.bin")]);
    wait_row(&pty, "a.bin", "downloading");
    pty.paste(&format!("{}\x1b[201~q\r\rq", origin.url("/b.bin")));
    // Enter is no answer but no; the second `q` asks anew.
    pty.wait_text("not done. Quit? yes [no]");
    pty.type_keys("\r");
    wait_count(&pty, "1/2");
    gate.open();
    wait_count(&pty, "2/2");
    assert!(dir.read("a.bin") == bytes);
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}

/// Fault 137: ten thousand keys, and the one after them counts.
#[test]
fn keys_held_down_are_all_taken() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let held = gate.clone();
    origin.script("/a", Script::new().then(move || Answer::ok("abc").wait_first(&held)));
    let urls: Vec<_> = (0..100).map(|number| origin.url(&format!("/a?{number}"))).collect();
    dir.write("list", urls.join("\n"));
    let mut pty = screen(&dir, &["list"]);
    wait_count(&pty, "0/100");
    let mark = pty.mark();
    for keys in ["j".repeat(10_000), "k".repeat(10_000), "?".repeat(10_000), "j\x0c".repeat(2000)] {
        pty.type_keys(&keys);
    }
    pty.wait_text("-100 of 100");
    // Frames are bounded by time, not by keys.
    assert!(pty.written_since(mark) < 4_000_000, "{}", pty.written_since(mark));
    gate.open();
    wait_count(&pty, "100/100");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}

/// Fault 113: without a screen the hang-up ends the run in order; a run that was started to outlive its terminal does.
#[test]
fn a_run_without_a_screen_ends_by_the_hang_up_unless_told_not_to() {
    for (script, code) in [(r#"exec "$0" "$@""#, 129), (r#"trap "" HUP; exec "$0" "$@""#, 0)] {
        if code == 0 && !cfg!(target_os = "linux") {
            // Elsewhere the program cannot tell.
            continue;
        }
        let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
        let bytes = payload(1, 600_000);
        origin.script("/a.bin", held(&bytes, &gate));
        let args = ["-c", script, PROGRAM, "--json", "-r", "0"];
        let running = program(&dir, "/bin/sh").args(args).arg(origin.url("/a.bin")).spawn();
        gate.wait_for(1);
        running.signal(Signal::HUP);
        if code == 0 {
            gate.open();
        }
        let done = running.wait().expect(code);
        assert_eq!(event(&done, "summary")["unfinished"], u64::from(code != 0));
        assert_eq!(dir.path("a.bin").exists(), code == 0);
    }
}
