//! The state folder removed while a run lives.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use rustix::process::Signal;

use super::{HALF, assert_goes_on, begin, database, folder, jobs, stalled_once, state_names, wait_until};
use crate::headless::plain;
use crate::support::bytes::payload;
use crate::support::origin::{Answer, Gate, Origin, Script};
use crate::support::temp::TempDir;

#[test]
fn what_was_removed_is_written_anew_from_what_is_known() {
    for (what, whole_folder, ended_by) in
        [("the folder", true, Signal::KILL), ("the database", false, Signal::KILL), ("at the end", true, Signal::TERM)]
    {
        let (dir, origin) = (TempDir::new(), Origin::start());
        let bytes = payload(1, 2 * HALF);
        origin.script("/a.bin", stalled_once(&bytes));
        origin.script("/b.bin", Script::body("b"));
        let urls = ["/a.bin", "/b.bin"].map(|path| origin.url(path));
        let pause = if ended_by == Signal::KILL { "20" } else { "3600000" };
        let running = begin(&dir, plain(&dir).args(&urls).env("HAUL_SYNC_PAUSE", pause), 1);
        running.wait_stdout(|line| line.starts_with("finished  b.bin"));
        if whole_folder {
            fs::remove_dir_all(folder(&dir)).expect("removed");
        } else {
            fs::remove_file(database(&dir)).expect("removed");
        }
        if ended_by == Signal::KILL {
            running.wait_stderr(|line| line.contains("the state database was removed; it was written anew"));
        }
        running.signal(ended_by);
        drop(running.wait());
        for (path, mode) in [(folder(&dir), 0o700), (database(&dir), 0o600)] {
            assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, mode, "{what}");
        }
        assert_eq!(jobs(&database(&dir)).len(), 2, "{what}");
        let done = plain(&dir).args(&urls).run().expect(0);
        assert!(done.stdout().contains("skipped  b.bin"), "{what}: {}", done.stdout());
        assert_goes_on(&origin, "/a.bin");
        assert_eq!(origin.requests("/b.bin").len(), 1, "{what}");
        assert!(dir.read("a.bin") == bytes, "{what}");
        assert_eq!(state_names(&dir), ["haul.db"], "{what}");
    }
}

/// Something else stands there now: said once, and the run goes on.
#[test]
fn what_cannot_be_written_anew_is_said_once() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let held = gate.clone();
    origin.script("/a.bin", Script::body("a"));
    origin.script("/b.bin", Script::new().then(move || Answer::ok("b").wait_first(&held)));
    let urls = ["/a.bin", "/b.bin"].map(|path| origin.url(path));
    let running = plain(&dir).args(&urls).env("HAUL_SYNC_PAUSE", "20").spawn();
    running.wait_stdout(|line| line.starts_with("finished  a.bin"));
    wait_until("it is open", || database(&dir).exists());
    fs::rename(folder(&dir), dir.home().join("moved")).expect("moved");
    fs::write(folder(&dir), "mine").expect("written");
    running.wait_stderr(|line| line.contains("and cannot be written anew"));
    gate.open();
    let done = running.wait().expect(0);
    assert_eq!(done.stderr().matches("written anew").count(), 1, "{}", done.stderr());
    assert_eq!(
        (dir.names(), fs::read(folder(&dir)).expect("there")),
        (vec!["a.bin".to_owned(), "b.bin".to_owned()], b"mine".to_vec())
    );
}
