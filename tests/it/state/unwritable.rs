//! A state that cannot be kept, and who may read the one that is.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use rusqlite::Connection;
use rustix::process::Signal;

use super::{HALF, begin, database, folder, jobs, stalled_once, state_names};
use crate::headless::plain;
use crate::support::bytes::payload;
use crate::support::command::PROGRAM;
use crate::support::command::{haul, program};
use crate::support::origin::{Origin, Script};
use crate::support::temp::TempDir;

/// What stands in the way of the default database.
#[test]
fn a_default_state_that_cannot_be_used_costs_a_warning_and_nothing_else() {
    type Put = fn(&TempDir);
    let rows: [(&str, Put); 4] = [
        ("a file in place of the state folder", |dir| fs::write(dir.home().join("state"), "mine").expect("written")),
        ("a file in place of its own folder", |dir| {
            fs::create_dir(dir.home().join("state")).expect("created");
            fs::write(folder(dir), "mine").expect("written");
        }),
        ("a folder in place of the database", |dir| fs::create_dir_all(database(dir)).expect("created")),
        ("a newer database", |dir| {
            fs::create_dir_all(folder(dir)).expect("created");
            let sql = "PRAGMA application_id = 1751217516; CREATE TABLE jobs (x); PRAGMA user_version = 99";
            Connection::open(database(dir)).and_then(|newer| newer.execute_batch(sql)).expect("written");
        }),
    ];
    for (what, put) in rows {
        let (dir, origin) = (TempDir::new(), Origin::start());
        origin.script("/a.bin", Script::body("abc"));
        put(&dir);
        let done = plain(&dir).arg(origin.url("/a.bin")).run().expect(0);
        assert_eq!(done.stderr().lines().count(), 1, "{what}: {}", done.stderr());
        done.check_stderr("; this run goes on without (--state names another)");
        assert_eq!(dir.names(), ["a.bin"], "{what}");
        // A job that was not there before is not there afterwards: nothing is in the way of what is.
        for command in [&["resume"][..], &["history"], &["forget", "--all"]] {
            let done = haul(&dir).arg("--plain").args(command).run().expect(3);
            assert_eq!(
                (done.stdout(), done.stderr().lines().count()),
                ("", 1),
                "{what} {command:?}: {}",
                done.stderr()
            );
        }
        let own = dir.home().join("state/haul/haul.db").display().to_string();
        plain(&dir)
            .args(["--state", &own, &origin.url("/a.bin")])
            .run()
            .expect(3)
            .check_stderr("--no-state does without");
        assert_eq!(origin.all_requests().len(), 1, "{what}");
    }
}

#[test]
fn a_database_of_another_user_is_refused() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    let path = dir.write("own.db", "");
    // Only the superuser gives files away.
    if std::os::unix::fs::chown(&path, Some(4711), None).is_err() {
        return;
    }
    let done = plain(&dir).args(["--state", "own.db", &origin.url("/a.bin")]).run().expect(3);
    done.check_stderr("it belongs to another user");
    assert_eq!((dir.read("own.db"), origin.all_requests().len()), (Vec::new(), 0));
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("there").permissions().mode() & 0o777
}

/// Files are for whoever the user's mask says; the state is the user's alone, also one that was not.
#[test]
fn the_state_is_for_nobody_else_whatever_the_mask() {
    for (mask, file) in [("000", 0o666), ("022", 0o644), ("077", 0o600)] {
        let (dir, origin) = (TempDir::new(), Origin::start());
        origin.script("/a.bin", stalled_once(&payload(1, 2 * HALF)));
        origin.script("/b.bin", Script::body("b"));
        let words = ["--plain", "-r", "0"].map(str::to_owned);
        let run = || {
            let script = format!("umask {mask}; exec \"$0\" \"$@\"");
            let words = words.iter().cloned().chain(["/a.bin", "/b.bin"].map(|path| origin.url(path)));
            program(&dir, "sh").args(["-c", &script, PROGRAM]).args(words)
        };
        let running = begin(&dir, run(), 1);
        running.wait_stdout(|line| line.starts_with("finished  b.bin"));
        let names = state_names(&dir);
        assert!(names.len() == 4 && names.concat().contains(".lock"), "{names:?}");
        for name in names {
            assert_eq!(mode(&folder(&dir).join(&name)), 0o600, "{name} under {mask}");
        }
        assert_eq!(mode(&folder(&dir)), 0o700, "{mask}");
        running.signal(Signal::KILL);
        drop(running.wait());
        for name in state_names(&dir) {
            fs::set_permissions(folder(&dir).join(name), fs::Permissions::from_mode(0o666)).expect("ours");
        }
        let before = fs::metadata(database(&dir)).expect("there").ino();
        run().run().expect(0);
        assert_eq!((mode(&database(&dir)), state_names(&dir)), (0o600, vec!["haul.db".to_owned()]), "{mask}");
        assert_eq!(fs::metadata(database(&dir)).expect("there").ino(), before, "{mask}");
        assert_eq!((mode(&dir.path("a.bin")), mode(&dir.path("b.bin"))), (file, file), "{mask}");
    }
}

/// No room for the state at the n-th durable call, once or from then on: what was kept stays, and the run says so.
#[test]
fn no_room_for_the_state_is_said_and_costs_nothing_that_was_kept() {
    let mut waited = 0;
    for at in 1..=9 {
        let (dir, origin) = (TempDir::new(), Origin::start());
        origin.script("/a.bin", Script::body("a"));
        origin.script("/b.bin", Script::body("b"));
        plain(&dir).arg(origin.url("/a.bin")).run().expect(0);
        let before = jobs(&database(&dir));
        let fail = format!("{at}:ENOSPC");
        let both = || plain(&dir).args(["/a.bin", "/b.bin"].map(|path| origin.url(path)));
        let done = both().env("HAUL_FAIL_AT", &fail).run();
        assert!(matches!(done.code(), Some(0 | 1)), "{fail}: {:?} {}", done.code(), done.stderr());
        let after = jobs(&database(&dir));
        assert_eq!(after[0], before[0], "{fail}");
        assert!(dir.read("a.bin") == b"a" && super::parts(&dir).len() <= 1, "{fail}");
        both().run().expect(0);
        assert_eq!(dir.names(), ["a.bin", "b.bin"], "{fail}");
        // Where not even a session can begin the run goes on without, and the file is found by its bytes.
        let without = done.stderr().contains("this run goes on without");
        assert_eq!(origin.requests("/a.bin").len(), 1 + usize::from(without), "{fail}: kept is kept");
        let waits = done.stderr().contains("cannot save the state: ") && done.stderr().contains("when there is room");
        assert!(!waits || done.code() == Some(0), "{fail}: {}", done.stderr());
        waited += usize::from(waits);
    }
    // How many calls wait for an answer depends on how many orders come together.
    assert!(waited >= 1, "nothing ever waited for room");
}
