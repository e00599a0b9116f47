//! Lines for people: one for every ended job, one for all of them.

use super::plain;
use crate::support::bytes::{jpeg, payload};
use crate::support::command::haul;
use crate::support::origin::{Answer, Origin, Resource, Script};
use crate::support::temp::TempDir;

/// The parts of a line, which stand apart by two spaces.
fn parts(line: &str) -> Vec<&str> {
    line.split("  ").map(str::trim).filter(|part| !part.is_empty()).collect()
}

fn is_time(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && [" s", " ms", " min"].iter().any(|unit| text.ends_with(unit))
}

#[test]
fn every_ended_job_has_a_line_and_the_last_line_counts_them() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/photo-1.jpg", Resource::new(jpeg(1, 40, 30)).header("Content-Type", "image/jpeg").script());
    origin.script("/data.bin", Script::body(payload(1, 2_900_000)));
    let urls = ["/photo-1.jpg", "/data.bin", "/gone.png", "/gone-too.png"].map(|path| origin.url(path));
    let done = plain(&dir).args(&urls).run().expect(1);
    let lines: Vec<_> = done.stdout().lines().collect();
    assert_eq!(lines.len(), 5, "{}", done.stdout());
    let line = |start: &str| parts(lines.iter().find(|line| line.starts_with(start)).copied().unwrap_or_default());
    let data = line("finished  data.bin");
    assert_eq!(data[..3], ["finished", "data.bin", "2.9 MB"]);
    assert!(data.len() == 4 && is_time(data[3]), "{data:?}");
    assert_eq!(line("finished  photo-1.jpg")[..2], ["finished", "photo-1.jpg"]);
    assert_eq!(line("failed  gone.png"), ["failed", "gone.png", "status 404"]);
    let last = lines[4];
    assert!(last.starts_with("2 of 4 finished, 2.9 MB in "), "{last}");
    assert!(last.contains(" s (") && last.contains("B/s)") && last.ends_with(", 2 failed"), "{last}");
    // Standard error is no terminal: nothing moves there.
    assert!(!done.stderr().contains('\r') && !done.stderr().contains('\u{1b}'), "{}", done.stderr());
}

#[test]
fn a_whole_run_ends_with_the_rate() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let urls: Vec<_> = (1..=15)
        .map(|number| {
            let path = format!("/photo-{number}.jpg");
            origin.script(&path, Script::body(jpeg(number, 40, 30)));
            origin.url(&path)
        })
        .collect();
    let done = plain(&dir).args(&urls).run().expect(0);
    let last = done.stdout().lines().last().unwrap_or_default();
    assert!(last.starts_with("15 of 15 finished, ") && last.ends_with("B/s)"), "{last}");
    assert_eq!(dir.names().len(), 15);
    for number in 1..=15 {
        assert_eq!(dir.read(&format!("photo-{number}.jpg")), jpeg(number, 40, 30));
    }
    assert_eq!(origin.all_requests().len(), 15, "the first request is the download");
    assert_eq!(origin.requests("/photo-1.jpg")[0].header("Accept-Encoding"), Some("identity"));
}

#[test]
fn output_that_is_no_terminal_is_plain_without_being_told() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    let done = haul(&dir).arg(origin.url("/a.bin")).run().expect(0);
    assert!(done.stdout().starts_with("finished  a.bin  3 B  "), "{}", done.stdout());
    assert!(!done.stdout().contains('\u{1b}'));
}

#[test]
fn quiet_says_what_failed_and_nothing_else() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    let quiet = || haul(&dir).args(["-q", "-r", "0"]);
    let done = quiet().arg(origin.url("/a.bin")).run().expect(0);
    assert_eq!((done.stdout(), done.stderr()), ("", ""));
    let done = quiet().args([origin.url("/b.bin"), origin.url("/gone.png")]).run().expect(1);
    assert_eq!(done.stdout(), "");
    assert!(done.stderr().contains("gone.png") && done.stderr().contains("404"), "{}", done.stderr());
    assert!(!done.stderr().contains("finished"), "{}", done.stderr());
}

#[test]
fn two_files_of_one_name_are_both_kept_and_old_files_too() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/x/a.bin", Script::body("first"));
    origin.script("/y/a.bin", Script::body("second"));
    dir.write("a.bin", "mine");
    let done = plain(&dir).args([origin.url("/x/a.bin"), origin.url("/y/a.bin")]).run().expect(0);
    assert!(done.stdout().contains("2 of 2 finished"), "{}", done.stdout());
    assert_eq!(dir.names(), ["a (2).bin", "a (3).bin", "a.bin"]);
    assert_eq!(dir.read("a.bin"), b"mine");
    let mut fetched = [dir.read("a (2).bin"), dir.read("a (3).bin")];
    fetched.sort();
    assert_eq!(fetched, [b"first".to_vec(), b"second".to_vec()]);
}

#[test]
fn text_from_servers_reaches_no_terminal_raw() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let evil = "attachment; filename*=UTF-8''a%1B%5D0%3Bx%07%1B%5B2J%E2%80%AEgpj.bin";
    origin.script("/named", Script::new().then(move || Answer::ok("abc").header("Content-Disposition", evil)));
    origin.script("/reason", Script::new().then(|| Answer::status_line("HTTP/1.1 404 \u{1b}[31mNo\u{1b}[0m")));
    origin.script("/to", Script::new().then(|| Answer::redirect(302, "ftp://h/\u{1b}[2J")));
    let urls = ["/named", "/reason", "/to", "/%1b%5B2J.bin"].map(|path| origin.url(path));
    let done = plain(&dir).arg("-v").args(&urls).run().expect(1);
    for text in [done.stdout(), done.stderr()] {
        let raw = text.chars().find(|c| c.is_control() && *c != '\n' || *c == '\u{202e}');
        assert_eq!(raw, None, "{text:?}");
    }
    let names = dir.names();
    assert_eq!(names.len(), 1, "{names:?}");
    assert!(!names[0].chars().any(char::is_control), "{names:?}");
}
