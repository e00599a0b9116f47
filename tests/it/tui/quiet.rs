//! What the screen costs: nothing at all while nothing happens, and a bounded number of bytes while much does. The
//! one place where a span of time is the subject.

use std::time::{Duration, Instant};

use super::{exit_restored, screen, wait_count};
use crate::support::bytes::payload;
use crate::support::origin::{Answer, Gate, Origin, Script};
use crate::support::pty::Pty;
use crate::support::temp::TempDir;

const SPAN: Duration = Duration::from_secs(3);

#[track_caller]
fn assert_asleep(pty: &Pty) {
    let mark = pty.mark();
    #[cfg(target_os = "linux")]
    let before = crate::support::pty::cpu_time(pty.pid());
    std::thread::sleep(SPAN);
    assert_eq!(pty.written_since(mark), 0);
    #[cfg(target_os = "linux")]
    {
        let used = crate::support::pty::cpu_time(pty.pid()).saturating_sub(before);
        assert!(used < Duration::from_millis(20), "{used:?} of processor time in {SPAN:?}");
    }
}

#[test]
fn an_empty_screen_sleeps() {
    let dir = TempDir::new();
    let mut pty = screen(&dir, &[]);
    pty.wait_text("Paste addresses");
    assert_asleep(&pty);
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}

#[test]
fn a_screen_where_all_has_ended_sleeps() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    let mut pty = screen(&dir, &[]);
    pty.wait_text("Paste addresses");
    pty.paste(&format!("{}\n{}", origin.url("/a.bin"), origin.url("/gone.bin")));
    wait_count(&pty, "1/2");
    pty.wait_text("1 failed");
    // The news that two were added go by themselves; then nothing is left to do.
    pty.wait_until(|screen| !screen.contents().contains("added"));
    assert_asleep(&pty);
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 1);
}

#[test]
fn fifteen_busy_rows_write_a_bounded_number_of_bytes() {
    // Ten frames a second, each within its budget.
    const BYTES_PER_SECOND: u128 = 10 * 4096;
    const PIECE: usize = 10_000;
    const FRAME_BEGINS: &[u8] = b"\x1b[?2026h";
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let body = payload(1, 100 * PIECE);
    let mut urls = Vec::new();
    for n in 1..=15 {
        let (body, gate, path) = (body.clone(), gate.clone(), format!("/file-{n:02}.bin"));
        origin.script(&path, Script::new().then(move || Answer::status(200).drip(&body, PIECE, &gate)));
        urls.push(origin.url(&path));
    }
    let words: Vec<_> = urls.iter().map(String::as_str).collect();
    let mut pty = Pty::start(&dir, &words, 120, 35);
    gate.wait_for(15);
    wait_count(&pty, "0/15");
    let (began, mark) = (Instant::now(), pty.mark());
    while began.elapsed() < SPAN {
        gate.pass(15);
        std::thread::sleep(Duration::from_millis(40));
    }
    let written = pty.raw_log()[mark..].to_vec();
    let millis = began.elapsed().as_millis();
    // One frame may have been on its way already.
    assert!(
        (written.len() as u128) < (millis * BYTES_PER_SECOND) / 1000 + 4096,
        "{} bytes in {millis} ms",
        written.len()
    );
    let frames = written.windows(FRAME_BEGINS.len()).filter(|bytes| *bytes == FRAME_BEGINS).count() as u128;
    assert!((1..=millis / 100 + 2).contains(&frames), "{frames} frames in {millis} ms");
    gate.open();
    wait_count(&pty, "15/15");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
}
