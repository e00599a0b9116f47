//! `haul resume`, and the hint that leads to it.

use rustix::process::Signal;

use super::{HALF, assert_goes_on, database, interrupt, jobs, stalled_once};
use crate::headless::{event, json, plain};
use crate::support::bytes::payload;
use crate::support::command::haul;
use crate::support::origin::{Answer, Origin, Script};
use crate::support::temp::TempDir;

#[test]
fn all_that_ended_runs_have_left_is_finished_wherever_it_is() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let bytes = |number| payload(number, 2 * HALF);
    for number in 1..=3 {
        origin.script(&format!("/{number}.bin"), stalled_once(&bytes(number)));
    }
    origin.script("/late.bin", Script::new().then(|| Answer::status(404)).then(|| Answer::ok("late")));
    origin.script("/other.bin", Script::body("other"));
    plain(&dir).args(["-d", "one", &origin.url("/late.bin")]).run().expect(1);
    let two = ["-d", "one", &origin.url("/1.bin"), &origin.url("/2.bin")];
    interrupt(&dir, plain(&dir).args(two), 2, Signal::KILL);
    let third = ["-d", "two", "-o", "own.bin", &origin.url("/3.bin")];
    let hinted = interrupt(&dir, plain(&dir).args(third), 3, Signal::TERM);
    hinted.check_stderr("2 unfinished: haul resume");
    let hinted = plain(&dir).args(["-d", "three", &origin.url("/other.bin")]).run().expect(0);
    let hinted = hinted.check_stderr("3 unfinished: haul resume");
    assert!(!hinted.stdout().contains("unfinished"), "{}", hinted.stdout());

    let done = json(&dir).arg("resume").run().expect(0);
    let summary = event(&done, "summary");
    assert_eq!([&summary["total"], &summary["finished"], &summary["skipped"]], [4, 4, 0]);
    for path in ["/1.bin", "/2.bin", "/3.bin"] {
        assert_goes_on(&origin, path);
    }
    assert_eq!(dir.names(), ["one/1.bin", "one/2.bin", "one/late.bin", "three/other.bin", "two/own.bin"]);
    for (name, number) in [("one/1.bin", 1), ("one/2.bin", 2), ("two/own.bin", 3)] {
        assert!(dir.read(name) == bytes(number), "{name}");
    }
    let requests = origin.all_requests().len();
    let nothing = plain(&dir).arg("resume").run().expect(0).check_stderr("nothing is unfinished");
    assert_eq!((nothing.stdout(), origin.all_requests().len()), ("", requests));
    let quiet = plain(&dir).args(["-d", "three", &origin.url("/other.bin")]).run().expect(0);
    assert!(!quiet.stderr().contains("haul resume"), "{}", quiet.stderr());
}

#[test]
fn the_digest_that_was_asked_for_is_asked_for_again() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", stalled_once(&payload(1, 2 * HALF)));
    let url = origin.url("/a.bin");
    let wrong = format!("sha1:{}", "0".repeat(40));
    // Begun without; the command that has it comes later.
    interrupt(&dir, plain(&dir).arg(&url), 1, Signal::KILL);
    origin.script("/a.bin", Script::new().then(Answer::hang).then(|| Answer::ok(payload(1, 2 * HALF))));
    let running = plain(&dir).args(["--checksum", &wrong, &url]).spawn();
    origin.wait_requests("/a.bin", 2);
    running.signal(Signal::KILL);
    drop(running.wait());
    let done = json(&dir).arg("resume").run().expect(1);
    assert_eq!(event(&done, "failed")["error_class"], "checksum");
    assert_eq!(dir.names(), [] as [&str; 0]);
}

/// What a job was added with and is never kept must be given again; until then it rests.
#[test]
fn a_job_that_needs_a_secret_waits_for_it() {
    let given = TempDir::new();
    let netrc = given.write("netrc", "machine 127.0.0.1 login ann password pw\n").display().to_string();
    let cookies = given.write("cookies", "127.0.0.1\tFALSE\t/\tFALSE\t0\tjar\tvalue\n").display().to_string();
    let rows: [(&str, &[&str], &[&str], &str); 5] = [
        ("userinfo", &[], &["-u", "ann:pw"], "Authorization"),
        ("-u", &["-u", "ann:pw"], &["-u", "ann:pw"], "Authorization"),
        ("-H", &["-H", "X-Key: k"], &["-H", "X-Key: k"], "X-Key"),
        ("--cookies", &["--cookies", &cookies], &["--cookies", &cookies], "Cookie"),
        ("--netrc", &["--netrc"], &["--netrc"], "Authorization"),
    ];
    for (what, first, again, header) in rows {
        let (dir, origin) = (TempDir::new(), Origin::start());
        origin.script("/a.bin", stalled_once(&payload(1, 2 * HALF)));
        let user = if what == "userinfo" { "http://ann:pw@" } else { "http://" };
        let url = origin.url("/a.bin").replace("http://", user);
        let run = || haul(&dir).env("NETRC", &netrc).args(["--json", "-r", "0"]);
        interrupt(&dir, run().args(first).arg(&url), 1, Signal::KILL);
        for _ in 0..2 {
            let done = run().arg("resume").run().expect(1);
            let reason = event(&done, "paused")["reason"].to_string();
            assert!(reason.contains("password, the cookies or the headers"), "{what}: {reason}");
            assert_eq!(event(&done, "summary")["unfinished"], 1, "{what}");
        }
        assert_eq!(origin.all_requests().len(), 1, "{what}");
        let plainly = haul(&dir).args(["--plain", "resume"]).run().expect(1);
        plainly.check_stderr("paused  a.bin");
        run().args(again).arg("resume").run().expect(0);
        assert_goes_on(&origin, "/a.bin");
        assert!(origin.requests("/a.bin")[1].header(header).is_some(), "{what}");
        assert!(dir.read("a.bin") == payload(1, 2 * HALF) && dir.names().len() == 1, "{what}");
    }
}

/// A file that was finished is no matter of `resume`: its address is known without a query alone.
#[test]
fn what_is_finished_is_left_alone() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    plain(&dir).arg(origin.url("/a.bin?sig=1")).run().expect(0);
    std::fs::remove_file(dir.path("a.bin")).expect("removed");
    plain(&dir).arg("resume").run().expect(0).check_stderr("nothing is unfinished");
    assert_eq!((origin.all_requests().len(), jobs(&database(&dir)).len()), (1, 1));
}
