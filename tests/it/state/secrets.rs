//! The bytes of the state folder, searched for what must never be there, and for what must be gone at the end.

use rustix::process::Signal;

use super::{HALF, assert_absent, begin, stalled_once, state_files};
use crate::support::bytes::payload;
use crate::support::command::{PROGRAM, Run, haul};
use crate::support::origin::{Answer, Origin, Script};
use crate::support::pty::Pty;
use crate::support::temp::TempDir;

/// Never kept.
const NEVER: [&str; 8] = [
    "s3cret-address",
    "s3cret-option",
    "s3cret-header",
    "s3cret-jar",
    "s3cret-netrc",
    "s3cret-set",
    "s3cret-fragment",
    "s3cret-place",
];

/// Kept while the job is not finished: it could not go on without.
const QUERIES: [&str; 2] = ["s3cret-query", "s3cret-redirect"];

fn holds(dir: &TempDir, text: &str) -> bool {
    state_files(dir).iter().any(|(_, bytes)| bytes.windows(text.len()).any(|part| part == text.as_bytes()))
}

/// An origin with a file that comes at once, and one behind a redirect that stops in the middle the first time.
fn origin() -> Origin {
    let origin = Origin::start();
    origin.script("/small.bin", Script::body("abc"));
    origin.script("/large.bin", stalled_once(&payload(1, 2 * HALF)));
    let answer = || Answer::redirect(302, "/large.bin?sig=s3cret-redirect").header("Set-Cookie", "set=s3cret-set");
    origin.script("/moved.bin", Script::new().then(answer));
    origin.script("/to-user.bin", Script::new().then(|| Answer::redirect(302, "http://u:s3cret-place@127.0.0.1:1/")));
    origin
}

/// With every kind of secret that there is.
fn run(dir: &TempDir, given: &TempDir) -> Run {
    let netrc = given.write("netrc", "machine 127.0.0.1 login eve password s3cret-netrc\n");
    let cookies = given.write("cookies", "127.0.0.1\tFALSE\t/\tFALSE\t0\tjar\ts3cret-jar\n");
    let run = haul(dir).args(["--plain", "-r", "0", "--netrc", "-u", "bob:s3cret-option"]);
    run.args(["-H", "X-Key: s3cret-header", "--cookies"]).arg(cookies).env("NETRC", netrc)
}

fn url(origin: &Origin, path: &str) -> String {
    let address = origin.url(path).replace("http://", "http://ann:s3cret-address@");
    format!("{address}?sig=s3cret-query#s3cret-fragment")
}

#[test]
fn no_secret_is_ever_kept_and_no_query_after_the_end() {
    let (dir, given, origin) = (TempDir::new(), TempDir::new(), origin());
    run(&dir, &given).arg(url(&origin, "/small.bin")).run().expect(0);
    assert_absent(&dir, &NEVER, "after a run that finished");
    assert_absent(&dir, &QUERIES, "after a run that finished");

    run(&dir, &given).arg(url(&origin, "/to-user.bin")).run().expect(1);
    assert_absent(&dir, &NEVER, "after a failure");
    haul(&dir).args(["forget", &url(&origin, "/to-user.bin")]).run().expect(0);
    assert_absent(&dir, &QUERIES, "after it was forgotten");

    let running = begin(&dir, run(&dir, &given).args([url(&origin, "/moved.bin"), url(&origin, "/small.bin")]), 1);
    assert_absent(&dir, &NEVER, "while it runs");
    // What is looked for can be found at all.
    assert!(QUERIES.iter().all(|query| holds(&dir, query)));
    running.signal(Signal::KILL);
    drop(running.wait());
    assert_absent(&dir, &NEVER, "after it was killed");
    run(&dir, &given).arg("resume").run().expect(0);
    assert!(dir.read("moved.bin") == payload(1, 2 * HALF));
    assert_absent(&dir, &NEVER, "after the end");
    assert_absent(&dir, &QUERIES, "after the end");
    let sent: String = origin.all_requests().iter().map(|request| request.text.clone()).collect();
    for header in ["x-key: s3cret-header", "s3cret-jar", "sig=s3cret-query", "sig=s3cret-redirect"] {
        assert!(sent.contains(header), "{header} was never sent");
    }
}

/// A long query goes over several pages of the database, all of which are freed.
#[test]
fn a_long_query_leaves_nothing_either() {
    let (dir, origin) = (TempDir::new(), origin());
    let mark = "s3cret-query".repeat(2000);
    let path = format!("/small.bin?{mark}");
    haul(&dir).args(["--plain", "-r", "0", &origin.url(&path)]).run().expect(0);
    assert_absent(&dir, &QUERIES, "after the end");
}

/// Everything that a terminal ever got, and the log beside the database.
#[test]
fn the_screen_shows_no_secret_and_its_log_has_none() {
    let (dir, given, origin) = (TempDir::new(), TempDir::new(), origin());
    let netrc = given.write("netrc", "machine 127.0.0.1 login eve password s3cret-netrc\n");
    let cookies = given.write("cookies", "127.0.0.1\tFALSE\t/\tFALSE\t0\tjar\ts3cret-jar\n");
    let (netrc, cookies) = (netrc.display().to_string(), cookies.display().to_string());
    let word = url(&origin, "/small.bin");
    let args = ["-v", "-r", "0", "--netrc", "-u", "bob:s3cret-option", "-H", "X-Key: s3cret-header"];
    let args = [&args[..], &["--cookies", &cookies, &word]].concat();
    let mut pty = Pty::program(&dir, PROGRAM, &args, &[("NETRC", &netrc)], 100, 30);
    pty.wait_text("1/1 done");
    for path in ["/moved.bin", "/to-user.bin", "/gone.bin"] {
        pty.paste(&url(&origin, path));
    }
    pty.wait_text("300 KB of 600 KB");
    pty.wait_text("2 failed");
    // Every row is looked at in full.
    for _ in 0..4 {
        pty.type_keys("j");
        pty.wait_text("from ");
    }
    pty.type_keys("qy");
    assert_eq!(pty.wait_exit().exit_code(), 1);
    let log = pty.raw_log();
    for secret in NEVER.iter().chain(&QUERIES) {
        assert!(!log.windows(secret.len()).any(|part| part == secret.as_bytes()), "{secret} on the screen");
    }
    assert_absent(&dir, &NEVER, "after a screen");
    let text = state_files(&dir).into_iter().find(|(name, _)| name == "haul.log").expect("asked for by -v").1;
    let text = String::from_utf8(text).expect("a log is text");
    assert!(text.contains("/small.bin?… -> 200") && !text.contains("s3cret"), "{text}");
}
