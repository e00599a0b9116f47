//! The time of a file: `-R`.

use std::fs;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::plain;
use crate::support::bytes::payload;
use crate::support::origin::{Answer, Origin, Script};
use crate::support::temp::TempDir;

/// Sun, 06 Nov 1994 08:49:37 GMT
const THEN: u64 = 784_111_777;

fn modified(dir: &TempDir, name: &str) -> SystemTime {
    let about = fs::metadata(dir.path(name)).unwrap_or_else(|error| unreachable!("{name}: {error}"));
    about.modified().expect("every system of ours has times")
}

/// A small body is written in one hop, a large one grows in a part file, and a split one comes from many hands.
#[test]
fn a_file_has_the_time_of_the_server_whichever_way_it_comes() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    for (path, size) in [("/small.bin", 3000), ("/large.bin", 700_000), ("/open.bin", 1000)] {
        origin.script(
            path,
            Script::new().then(move || {
                let (date, body) = ("Sun, 06 Nov 1994 08:49:37 GMT", payload(1, size));
                let answer = Answer::status(200).header("Last-Modified", date);
                if path == "/open.bin" { answer.chunked(&body, 400) } else { answer.body(body) }
            }),
        );
    }
    let urls = ["/small.bin", "/large.bin", "/open.bin"].map(|path| origin.url(path));
    let then = UNIX_EPOCH + Duration::from_secs(THEN);
    for options in [&["-R"][..], &["-R", "--sync"], &["--remote-time", "--overwrite"]] {
        plain(&dir).args(["--no-state"]).args(options).args(&urls).run().expect(0);
        for name in ["small.bin", "large.bin", "open.bin"] {
            assert_eq!(modified(&dir, name), then, "{name} {options:?}");
        }
        if options.contains(&"--sync") {
            let now = SystemTime::now();
            for name in dir.names() {
                let file = fs::File::options().append(true).open(dir.path(name)).expect("ours");
                file.set_modified(now).expect("ours");
            }
        } else {
            dir.names().iter().for_each(|name| fs::remove_file(dir.path(name)).expect("ours"));
        }
    }
    plain(&dir).args(["--no-state"]).args(&urls).run().expect(0);
    assert!(modified(&dir, "small.bin") > then);
}

/// A date that is none leaves the time alone; one to come is taken as it is.
#[test]
fn what_is_no_date_changes_nothing() {
    let began = SystemTime::now() - Duration::from_secs(3600);
    let future = UNIX_EPOCH + Duration::from_secs(4_102_444_800);
    for (date, expected) in [
        (None, None),
        (Some("yesterday"), None),
        (Some("Sun, 99 Nov 1994 08:49:37 GMT"), None),
        (Some("1994-11-06"), None),
        (Some("Fri, 01 Jan 2100 00:00:00 GMT"), Some(future)),
        (Some("Sunday, 06-Nov-94 08:49:37 GMT"), Some(UNIX_EPOCH + Duration::from_secs(THEN))),
        (Some("Thu, 01 Jan 1970 00:00:00 GMT"), Some(UNIX_EPOCH)),
    ] {
        let (dir, origin) = (TempDir::new(), Origin::start());
        origin.script(
            "/a.bin",
            Script::new()
                .then(move || date.iter().fold(Answer::ok("abc"), |answer, date| answer.header("Last-Modified", date))),
        );
        plain(&dir).args(["-R", &origin.url("/a.bin")]).run().expect(0);
        let found = modified(&dir, "a.bin");
        match expected {
            Some(expected) => assert_eq!(found, expected, "{date:?}"),
            None => assert!(found > began && found < future, "{date:?}"),
        }
    }
}
