//! The terminal against a shell, whose manners are known.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rustix::process::{Signal, test_kill_process};

use super::{Pty, TempDir, pid};

const TAKE: &str = r"stty raw -echo; printf '\033[?1049h\033[?25l\033[?2004h'";
const GIVE: &str = r"printf '\033[?1049l\033[?25h\033[?2004l'";

fn shell(dir: &TempDir, script: &str) -> Pty {
    Pty::program(dir, "/bin/sh", &["-c", script], &[], 40, 10)
}

fn failure(run: impl FnOnce()) -> String {
    let reason = catch_unwind(AssertUnwindSafe(run)).expect_err("this should have failed");
    *reason.downcast::<String>().expect("a text")
}

#[test]
fn keys_go_in_and_the_screen_comes_out() {
    let dir = TempDir::new();
    let mut pty = shell(&dir, "printf 'name? '; read name; printf '\\033[2;5Hhello %s' \"$name\"; exit 5");
    pty.wait_text("name?");
    let mark = pty.mark();
    pty.type_keys("ann\r");
    pty.wait_until(|screen| screen.contents().contains("hello ann"));
    assert_eq!(pty.screen().lines().nth(1), Some("    hello ann"));
    assert!(pty.written_since(mark) >= "hello ann".len());
    assert_eq!(pty.wait_exit().exit_code(), 5);
    assert_eq!(pty.wait_exit().exit_code(), 5);
    assert_eq!(pty.written_since(pty.mark()), 0);
}

#[test]
fn it_is_a_terminal_of_the_size_asked_for() {
    let dir = TempDir::new();
    let mut pty = shell(&dir, "trap 'stty size' WINCH; test -t 0 && test -t 1 && stty size; while :; do read x; done");
    pty.wait_text("10 40");
    pty.resize(50, 12);
    // The shell runs its trap when `read` is interrupted or has its line.
    pty.type_keys("\r");
    pty.wait_text("12 50");
    pty.signal(Signal::KILL);
    assert!(pty.wait_exit().signal().is_some());
}

#[test]
fn a_paste_is_bracketed() {
    let dir = TempDir::new();
    let mut pty = shell(&dir, "stty raw -echo; printf ready; dd bs=1 count=14 2>/dev/null | od -An -c; stty sane");
    pty.wait_text("ready");
    pty.paste("ab");
    pty.wait_text("033   [   2   0   0   ~   a   b");
    pty.wait_exit();
    assert_eq!(pty.modes_before().is_empty(), pty.modes_after().is_empty());
}

#[test]
fn a_terminal_given_back_is_told_from_one_that_is_not() {
    let dir = TempDir::new();
    let mut good = shell(&dir, &format!("saved=$(stty -g); {TAKE}; read -r x; {GIVE}; stty \"$saved\""));
    good.wait_until(vt100::Screen::alternate_screen);
    assert_ne!(good.modes_before(), good.modes_after());
    assert!(failure(|| good.assert_restored()).contains("the alternate screen is shown"));
    good.type_keys("\n");
    assert!(good.wait_exit().success());
    good.assert_restored();

    let give_less = |part: &str| GIVE.replace(part, "");
    for (script, complaint) in [
        (format!("saved=$(stty -g); {TAKE}; {}; stty \"$saved\"", give_less(r"\033[?1049l")), "alternate screen"),
        (format!("saved=$(stty -g); {TAKE}; {}; stty \"$saved\"", give_less(r"\033[?25h")), "cursor is hidden"),
        (format!("saved=$(stty -g); {TAKE}; {}; stty \"$saved\"", give_less(r"\033[?2004l")), "bracketed paste"),
        (format!("{TAKE}; {GIVE}"), "modes before"),
        (format!(r"{GIVE}; printf '\033[?1003h'"), "mouse"),
        ("true".to_owned(), "?1049"),
    ] {
        let mut bad = shell(&dir, &script);
        bad.wait_exit();
        let text = failure(|| bad.assert_restored());
        assert!(text.contains(complaint), "{script}: {text}");
    }
}

#[test]
fn a_screen_that_does_not_come_is_shown() {
    let dir = TempDir::new();
    let pty = shell(&dir, "printf 'only this'");
    let slave_held = failure(|| {
        let mut pty = pty;
        pty.wait_exit();
        pty.wait_text("something else");
    });
    assert!(slave_held.contains("did not come before the end") && slave_held.contains("|only this"), "{slave_held}");
}

#[test]
fn queries_are_answered() {
    let dir = TempDir::new();
    let script = "stty raw -echo; printf 'abc\\033[6n'; dd bs=1 count=6 2>/dev/null | od -An -c";
    let mut pty = shell(&dir, script);
    pty.wait_text("033   [   1   ;   4   R");
    pty.wait_exit();
}

#[test]
fn a_dropped_terminal_leaves_nobody_behind() {
    let dir = TempDir::new();
    let pty = shell(&dir, "sleep 1000 & echo \"child $!.\"; read x");
    pty.wait_text(".");
    let screen = pty.screen();
    let number = screen.trim_start_matches("child ").split('.').next().and_then(|text| text.parse().ok());
    let number = pid(number.expect("a number"));
    assert!(test_kill_process(number).is_ok());
    drop(pty);
    // An orphan is reaped by whoever adopts it, in its own time: gone, or dead and waiting for that.
    let stat = std::fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
    assert!(test_kill_process(number).is_err() || !stat.contains(") S "), "{stat}");
}

#[cfg(target_os = "linux")]
#[test]
fn processor_time_is_counted() {
    let dir = TempDir::new();
    let pty = shell(&dir, "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo done; read x");
    pty.wait_text("done");
    let busy = super::cpu_time(pty.pid());
    assert!(busy > std::time::Duration::ZERO);
    let idle = super::cpu_time(pty.pid()).saturating_sub(busy);
    assert!(idle < busy, "{idle:?}");
}
