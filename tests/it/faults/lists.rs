//! Faults 146 to 152: lists that are no lists, or more than one can hold. What is no address never becomes a job, and
//! what a list says is never done.

use crate::headless::{event, json, plain};
use crate::support::bytes::payload;
use crate::support::command::Run;
use crate::support::origin::{Origin, Script};
use crate::support::temp::TempDir;

/// An origin that has every file, and the address of one.
fn origin() -> (Origin, String) {
    let origin = Origin::start();
    origin.script("/a.bin", Script::body("abc"));
    let url = origin.url("/a.bin");
    (origin, url)
}

/// A row: fault, list, how many addresses are good, what standard error says, how many lines it has.
type Row<'a> = (u32, Vec<u8>, u64, &'a str, usize);

#[test]
fn lists_are_read_line_by_line() {
    let (origin, url) = origin();
    let utf16 = |mark: &[u8], pair: fn(u8) -> [u8; 2]| {
        [mark, &format!("{url}\n{url}\n").bytes().flat_map(pair).collect::<Vec<_>>()].concat()
    };
    let lines = |lines: &[&str]| lines.join("\n").into_bytes();
    let secret = url.replace("http://", "http://ann:s3cret@");
    let rows: [Row<'_>; 19] = [
        (146, utf16(b"\xff\xfe", |byte| [byte, 0]), 0, "list.txt: cannot read on: this is UTF-16: save it as UTF-8", 2),
        (146, utf16(b"\xfe\xff", |byte| [0, byte]), 0, "list.txt: cannot read on: this is UTF-16: save it as UTF-8", 2),
        (146, utf16(b"", |byte| [byte, 0]), 0, "list.txt: cannot read on: this is UTF-16: save it as UTF-8", 2),
        (
            146,
            [&b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\n"[..], url.as_bytes()].concat(),
            0,
            "list.txt: cannot read on: this is no text",
            2,
        ),
        (146, format!("{url}\n{}\0", "#".repeat(9000)).into(), 1, "", 0),
        (147, format!("\u{feff}{url}").into(), 1, "", 0),
        (147, format!("\u{feff}\r\n\r\n \t\r\n# x\r\n\t{url} \r\n#{url}x").into(), 1, "", 0),
        (147, format!("{url}?1\r{url}?2\r\r{url}?3").into(), 3, "", 0),
        (147, format!("\n\n{url}\n\u{feff}{url}?2\n").into(), 1, "line 4: ", 1),
        (148, [&*vec![b'x'; 1_000_000], b"\n", url.as_bytes()].concat(), 1, "line 1: address of 65537 bytes", 1),
        (148, format!("{url}/{}\n{url}", "y".repeat(70_000)).into(), 1, "line 1: address of 65537 bytes", 1),
        (149, [b"\xff\xfd\xfe\n", url.as_bytes(), b"/\x80\n", url.as_bytes()].concat(), 1, "line 2: not an address", 2),
        (149, [b"h\x1b]0;x\x07\xc2\x9b\xe2\x80\xae\n", url.as_bytes()].concat(), 1, "`h␛]0;x␇\\u{9b}\\u{202e}`", 1),
        (150, lines(&[&url, &format!("{url}#x"), &format!("{}/./x/../a.bin", origin.url("")), &secret]), 1, "", 0),
        (150, format!("{url}\n").repeat(10_000).into(), 1, "", 0),
        (151, lines(&["file:///etc/passwd", "data:,x", "data://x", "ftp://h/x", &url]), 1, "line 1: `file://`", 4),
        (
            151,
            lines(&["javascript:x", "javascript://h/%0ax", "blob:http://h/x", "about:blank"]),
            0,
            "`javascript://`",
            5,
        ),
        (151, lines(&["-o x", "--report=x", "@/etc/passwd", "-", "../x", "/etc/passwd", &url]), 1, "line 4: `-`", 6),
        (
            151,
            lines(&["$(touch x)", "`touch x`", "|touch x", ";touch x", "!touch x", "%0atouch x"]),
            0,
            "`|touch x`",
            7,
        ),
    ];
    for (fault, list, good, said, count) in rows {
        let dir = TempDir::new();
        dir.write("list.txt", &list);
        let code = if good == 0 { 2 } else { i32::from(count > 0) };
        let done = json(&dir).arg("list.txt").run().expect(code).check_stderr(said);
        assert_eq!(done.stderr().lines().count(), count, "{fault}: {}", done.stderr());
        if good > 0 {
            assert_eq!(event(&done, "summary")["finished"], good, "{fault}");
        }
        let raw = done.stderr().chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!((raw, dir.names().len() as u64), (None, good + 1), "{fault}: {:?}", dir.names());
        assert!(!done.stderr().contains("s3cret"), "{fault}");
    }
}

/// Fault 146: junk is named once where it is no text, and else twenty times and counted once, wherever it comes from.
#[test]
fn junk_is_named_twenty_times() {
    let dir = TempDir::new();
    let binary = payload(1, 1_000_000);
    let junk: Vec<u8> = binary.iter().map(|byte| byte | 1).collect();
    dir.write("junk", &junk);
    dir.write("binary", &binary);
    for run in [plain(&dir).arg("binary"), plain(&dir).arg("-").stdin(binary)] {
        let done = run.run().expect(2).check_stderr("cannot read on: this is no text, but something binary");
        assert_eq!(done.stderr().lines().count(), 2, "{}", done.stderr());
    }
    let run = |run: Run| {
        let done = run.run().expect(2).check_stderr(" more lines were refused");
        assert_eq!(done.stderr().lines().count(), 22, "{}", done.stderr());
        let line = done.stderr().lines().map(|line| line.chars().count()).max();
        done.check(line.is_some_and(|length| length < 200), "short lines");
    };
    run(plain(&dir).arg("junk"));
    run(plain(&dir).arg("-").stdin(junk));
}

/// Fault 150: how many were the same is said.
#[test]
fn duplicates_are_one_job_and_counted() {
    let (dir, (origin, url)) = (TempDir::new(), origin());
    let list = format!("{url}\n").repeat(10_000);
    let done = plain(&dir).arg("-").stdin(list).run().expect(0);
    assert!(done.stdout().ends_with(", 9999 duplicates\n"), "{}", done.stdout());
    assert_eq!(origin.requests("/a.bin").len(), 1);
}

/// Fault 152: what cannot be read is a mistake of the command line, and nothing starts.
#[test]
fn a_list_that_is_none_is_named() {
    let (dir, (origin, url)) = (TempDir::new(), origin());
    std::fs::create_dir(dir.path("folder")).expect("created");
    for (args, said) in [
        (&["folder"][..], "`folder` is a folder"),
        (&["-i", "folder"], "`folder` is a folder"),
        (&["-i", "missing"], "cannot read the list `missing`"),
        (&["folder/missing"], "`folder/missing` is neither an address nor a file"),
        (&["-", "-i", "-"], "standard input can be read only once"),
    ] {
        let done = plain(&dir).arg(&url).args(args).run().expect(2).check_stderr(said);
        assert_eq!(done.stdout(), "", "{args:?}");
    }
    assert_eq!(origin.all_requests().len(), 0);
    assert_eq!(dir.names(), [] as [&str; 0]);
}

#[cfg(target_os = "linux")]
mod large {
    use std::fs::{File, OpenOptions};
    use std::io::{self, Write as _};
    use std::sync::mpsc;

    use rustix::process::Signal;

    use super::*;
    use crate::support::command::Running;
    use crate::support::origin::{Answer, Gate};
    use crate::support::{HUNG, fail};

    /// The most memory that the process had so far, in bytes.
    fn peak(running: &Running) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", running.pid())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux says it");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
    }

    const MEGABYTE: u64 = 1024 * 1024;

    /// Fault 148: a file of a gigabyte, most of it one line, costs no memory. Its holes cost no disk; they begin where
    /// nobody takes them for the beginning of something binary.
    #[test]
    fn a_large_list_streams() {
        let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
        let held = gate.clone();
        origin.script("/a.bin", Script::new().then(move || Answer::ok("abc").wait_first(&held)));
        let mut list = File::create(dir.path("list")).expect("created");
        list.write_all(&[b'x'; 10_000]).expect("written");
        list.set_len(128 * MEGABYTE).expect("holes are free");
        let end = |list: &mut File| io::Seek::seek(list, io::SeekFrom::End(0)).map(drop);
        end(&mut list).and_then(|()| writeln!(list, "\n{}", origin.url("/a.bin"))).expect("written");
        let running = json(&dir).arg("list").spawn();
        gate.wait_for(1);
        let peak = peak(&running);
        gate.open();
        running.wait().expect(1).check_stderr("line 1: address of 65537 bytes");
        assert!(peak < 64 * MEGABYTE, "{peak}");
    }

    /// Fault 152: a list without an end is read for as long as it takes, in bounded memory, and a signal ends it.
    #[test]
    fn an_endless_pipe_is_read_in_bounded_memory() {
        let (dir, (origin, url)) = (TempDir::new(), super::origin());
        let path = dir.path("list");
        let made = std::process::Command::new("mkfifo").arg(&path).status().expect("every Unix has mkfifo");
        assert!(made.success());
        let running = json(&dir).arg("list").spawn();
        let (much, written) = mpsc::channel();
        std::thread::spawn(move || {
            let lines = format!("{url}\n").repeat(1000);
            let mut list = OpenOptions::new().write(true).open(path).expect("somebody reads");
            let mut count = 0;
            while list.write_all(lines.as_bytes()).is_ok() {
                count += lines.len() as u64;
                if count > 8 * MEGABYTE {
                    let _ = much.send(());
                }
            }
        });
        if written.recv_timeout(HUNG).is_err() {
            fail("the list is not read on");
        }
        let peak = peak(&running);
        running.signal(Signal::TERM);
        let done = running.wait().expect(143);
        let summary = event(&done, "summary");
        assert_eq!((&summary["total"], &summary["finished"]), (&1.into(), &1.into()));
        assert!(summary["duplicates"].as_u64().is_some_and(|count| count > 100_000), "{summary}");
        assert_eq!(origin.requests("/a.bin").len(), 1);
        assert!(peak < 64 * MEGABYTE, "{peak}");
    }
}
