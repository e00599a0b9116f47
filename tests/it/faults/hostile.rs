//! Faults 128 and 129: text that would drive a terminal, hide, or turn other text round, from every place that text comes
//! from, to every place where a person reads it. What it is made of stands there as pictures of characters.

use std::cell::Cell;

use vt100::Screen;

use crate::headless::{objects, plain};
use crate::support::command::{Finished, haul};
use crate::support::origin::{Answer, Origin, Script};
use crate::support::pty::{Pty, foreign, is_hidden};
use crate::support::temp::TempDir;

/// Each with what it does to a terminal that believes it.
fn texts() -> Vec<(&'static str, String)> {
    let mut texts: Vec<(&str, String)> = [
        ("erase", "\x1b[2J"),
        ("colour", "\x1b[31;7m"),
        ("title", "\x1b]0;pwned\x07"),
        ("link", "\x1b]8;;http://evil\x1b\\x\x1b]8;;\x1b\\"),
        ("clipboard", "\x1b]52;c;cHduZWQ=\x07"),
        ("device string", "\x1bP$qm\x1b\\"),
        ("C1 colour", "\u{9b}31m"),
        ("C1 title", "\u{9d}0;pwned\u{9c}"),
        ("overtype", "safe\x08\x08\x08\x08evil"),
        ("return", "safe\revil\x0b\x0c"),
        ("delete", "\x7f\x7f"),
        ("bell", "\x07"),
        ("bidi", "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}"),
        ("zero-width", "a\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}\u{ad}\u{180e}b"),
        ("tags", "a\u{e0041}\u{e0042}"),
        ("wide", "北👩\u{200d}🚀\u{fe0f}👍\u{1f3fd}"),
    ]
    .map(|(what, text)| (what, text.to_owned()))
    .into();
    texts.push(("marks", format!("a{}", "\u{301}".repeat(10_000))));
    texts
}

fn escaped(text: &str) -> String {
    text.bytes().flat_map(|byte| format!("%{byte:02x}").into_bytes()).map(char::from).collect()
}

type Saying = fn(&str) -> Answer;

/// Where a server puts the text: each is a path of its own.
const PLACES: [(&str, Saying); 10] = [
    ("name", |text| Answer::ok("abc").header("Content-Disposition", format!("attachment; filename=\"{text}.bin\""))),
    ("escaped name", |text| {
        let text: String = text.chars().take(2000).collect();
        Answer::ok("abc").header("Content-Disposition", format!("attachment; filename*=UTF-8''{}.bin", escaped(&text)))
    }),
    ("type", |text| Answer::html(404, "gone").header("Content-Type", text)),
    ("coding", |text| Answer::ok("abc").header("Content-Encoding", text)),
    ("length", |text| Answer::ok("abc").header("Content-Length", text)),
    ("reason", |text| Answer::status_line(&format!("HTTP/1.1 404 {text}"))),
    ("server", |text| Answer::status(404).header("Server", text).header("ETag", format!("\"{text}\""))),
    ("page", |text| Answer::html(404, text)),
    ("place", |text| Answer::redirect(302, &format!("ftp://{text}/{text}"))),
    ("next", |text| Answer::redirect(302, &format!("/gone/{text}"))),
];

/// An origin that says all of it, and the addresses, some of which say it themselves.
fn origin() -> (Origin, Vec<String>) {
    let (origin, mut urls) = (Origin::start(), Vec::new());
    for (number, (_, text)) in texts().into_iter().enumerate() {
        for (place, (_, answer)) in PLACES.iter().enumerate() {
            let (path, text) = (format!("/{number}/{place}"), text.clone());
            origin.script(&path, Script::new().then(move || answer(&text)));
            urls.push(origin.url(&path));
        }
        // Long ones are no address any more.
        let text: String = text.chars().take(2000).collect();
        urls.push(origin.url(&format!("/{number}/{}", escaped(&text))));
        urls.push(origin.url(&format!("/{number}/x?{text}")));
    }
    (origin, urls)
}

#[track_caller]
fn assert_readable(done: &Finished) {
    for (name, text) in [("stdout", done.stdout()), ("stderr", done.stderr())] {
        if let Some(at) = text.find(|c| is_hidden(c) && c != '\n') {
            let around: String = text[at..].chars().take(30).collect();
            done.fail(&format!("{name} holds {around:?}"));
        }
        let marks = text.split(|c| c != '\u{301}').map(|marks| marks.chars().count()).max();
        assert!(marks.is_some_and(|marks| marks <= 8), "{marks:?} marks on one letter");
    }
}

#[test]
fn lines_for_people_hold_nothing_that_a_terminal_acts_on() {
    let (_origin, urls) = origin();
    for face in [&["--plain", "-v"][..], &["-q"], &["--plain"]] {
        let dir = TempDir::new();
        dir.write("list.txt", urls.join("\n").replace(['\r', '\x0b', '\x0c'], ""));
        let done = haul(&dir).args(["-r", "0"]).args(face).arg("list.txt").run().expect(1);
        assert_readable(&done);
        assert!(done.stdout().is_empty() == (face == ["-q"]) && done.stderr().is_empty() == (face == ["--plain"]));
        for name in dir.names() {
            assert!(!name.chars().any(is_hidden), "{name:?}");
        }
    }
}

#[test]
fn lines_for_programs_are_escaped_as_their_format_has_it() {
    let (dir, (_origin, urls)) = (TempDir::new(), origin());
    dir.write("list.txt", urls.join("\n").replace(['\r', '\x0b', '\x0c'], ""));
    let args = ["--json", "-r", "0", "--report", "report.csv", "list.txt"];
    let done = haul(&dir).args(args).run().expect(1);
    let total = objects(&done).pop().expect("a summary")["total"].as_u64();
    assert_eq!(total, Some(urls.len() as u64));
    let report = String::from_utf8(dir.read("report.csv")).expect("text");
    for text in [done.stdout(), &report] {
        // Exact values may hold what a format does not escape, but nothing that begins a command in seven bits.
        let raw = text.chars().find(|c| c.is_ascii_control() && !matches!(c, '\n' | '\r'));
        assert_eq!(raw, None);
    }
}

/// What the user's own words and files are called is text from outside too: a script may have made them.
#[test]
fn messages_about_words_lists_and_folders_are_readable() {
    for (what, text) in texts() {
        let dir = TempDir::new();
        let short: String = text.replace('/', "_").chars().take(60).collect();
        assert_readable(&plain(&dir).arg(&text).run().expect(2));
        assert_readable(&plain(&dir).arg(format!("{text}://h/")).run().expect(2));
        assert_readable(&plain(&dir).args(["-i", &short]).run().expect(2));
        assert_readable(&plain(&dir).args(["-o", &text, "http://127.0.0.1:1/"]).run());
        assert_readable(&plain(&dir).args(["--report", &text, "http://127.0.0.1:1/"]).run().expect(2));
        assert_readable(&haul(&dir).args(["-j", &text, "http://h/"]).run().expect(2));
        assert_readable(&haul(&dir).arg(format!("--{text}")).run().expect(2));
        // A list of this name, with a line of this text.
        dir.write(&short, format!("x{text}\nhttp://{text}/\nhttp://h:{text}/\n").replace('\r', ""));
        let done = plain(&dir).arg(&short).run().expect(2);
        assert!(done.stderr().contains("line 1: "), "{what}: {}", done.stderr());
        assert_readable(&done);
        // It is a file, and no folder.
        assert_readable(&plain(&dir).args(["-d", &short, "http://127.0.0.1:1/"]).run().expect(3));
    }
}

/// Where the percent sign stands, in each row of a file that is there.
fn percent_columns(screen: &Screen) -> Vec<u16> {
    let (rows, width) = screen.size();
    let (rows, width) = (rows.get(), width.get());
    let cell = |row, column| screen.cell(row, column).map_or("", |cell| cell.contents());
    let finished = |row| (0..20).map(|column| cell(row, column)).collect::<String>().contains("finished");
    let percent = |row| (0..width).rev().find(|column| cell(row, *column) == "%");
    (1..rows).filter(|row| finished(*row)).filter_map(percent).collect()
}

/// Columns hold as well: the same mark stands in the same column in every row of a file that is there.
#[test]
fn the_screen_shows_it_and_is_not_moved_by_it() {
    let (dir, (_origin, urls)) = (TempDir::new(), origin());
    dir.write("list.txt", urls.join("\n").replace(['\r', '\x0b', '\x0c'], ""));
    let mut pty = Pty::start(&dir, &["-r", "0", "list.txt"], 100, 50);
    pty.wait_until(|screen| {
        let first = screen.contents().lines().next().unwrap_or_default().to_owned();
        first.contains(&format!("/{}", urls.len())) && !screen.contents().contains("connecting")
    });
    // Each row has its turn in the detail below.
    pty.type_keys(&"j".repeat(urls.len()));
    pty.wait_text(&format!("-{} of {}", urls.len(), urls.len()));
    pty.type_keys("g");
    let seen = Cell::new(0);
    for _ in 0..urls.len().div_ceil(25) {
        pty.wait_until(|screen| {
            let columns = percent_columns(screen);
            seen.set(seen.get().max(columns.len()));
            columns.windows(2).all(|pair| pair[0] == pair[1])
        });
        pty.type_keys(&"j".repeat(25));
    }
    assert!(seen.get() > 3, "no file is there: {}", pty.screen());
    pty.type_keys("q");
    assert_eq!(pty.wait_exit().exit_code(), 1);
    pty.assert_restored();
    assert_eq!(foreign(&pty.raw_log()), Vec::<String>::new());
}
