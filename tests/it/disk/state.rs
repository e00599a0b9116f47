//! Fault 101: the disk of the state database has no room left. Nothing begins that could not be kept, nothing that was
//! kept is lost, and all goes on when there is room.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use haul::engine::event::{Event, Notice};
use haul::engine::options::Options;

use crate::engine::run::{Run, options};
use crate::support::bytes::payload;
use crate::support::command::haul;
use crate::support::mounts::disk_of;
use crate::support::origin::{Answer, Gate, Origin, Resource, Script};
use crate::support::temp::TempDir;
use crate::tui::{exit_restored, screen, wait_count, wait_row};

const LARGE: usize = 600_000;

/// Takes all the room that is left, until it is removed.
fn fill(disk: &Path) -> PathBuf {
    let path = disk.join("filler");
    let mut file = File::create(&path).expect("an empty file takes no room");
    while file.write_all(&[7; 4096]).is_ok() {}
    path
}

/// As `SQLite` itself sees it.
#[track_caller]
fn check_sound(state: &Path) {
    let connection = rusqlite::Connection::open(state).expect("a database");
    let sound: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("it can be read");
    assert_eq!(sound, "ok");
}

#[test]
fn nothing_begins_while_the_state_cannot_be_saved() {
    let Some(disk) = disk_of(1024, "disk::state::nothing_begins_while_the_state_cannot_be_saved") else { return };
    let (dir, origin, gate, state) = (TempDir::new(), Origin::start(), Gate::new(), disk.join("haul.db"));
    let bodies = [("a", payload(1, LARGE)), ("b", payload(2, LARGE)), ("c", payload(3, 1000))];
    for (name, bytes) in &bodies {
        let (file, gate) = (Resource::new(&**bytes), gate.clone());
        let script = Script::new().answer(move |request| file.answer(request).wait_first(&gate));
        origin.script(&format!("/{name}"), script);
    }
    let urls = bodies.each_ref().map(|(name, _)| origin.url(&format!("/{name}")));
    let running = haul(&dir).args(["--plain", "-j", "1", "--state"]).arg(&state).args(&urls).spawn();
    gate.wait_for(1);
    let room = fill(&disk);
    gate.open();
    let line = running.wait_stderr(|line| line.contains("cannot save the state"));
    assert!(line.ends_with("; it goes on when there is room"), "{line}");
    assert_eq!((dir.names(), origin.all_requests().len()), (vec![], 1));
    fs::remove_file(room).expect("removed");
    let done = running.wait().expect(0);
    assert_eq!(done.stderr().matches("cannot save").count(), 1, "{}", done.stderr());
    for (name, bytes) in &bodies {
        assert!(dir.read(name) == *bytes, "{name}");
    }
    assert_eq!(dir.names(), ["a", "b", "c"]);
    check_sound(&state);
    let history = haul(&dir).args(["history", "--json", "--state"]).arg(&state).run().expect(0);
    assert_eq!(history.stdout().lines().count(), 3, "{}", history.stdout());
}

/// Once it was waited for in vain, nobody waits again, and the next run takes everything up.
#[test]
fn a_state_that_stays_full_fails_jobs_and_loses_none() {
    let Some(disk) = disk_of(1024, "disk::state::a_state_that_stays_full_fails_jobs_and_loses_none") else { return };
    let (origin, gate, state) = (Origin::start(), Gate::new(), Some(disk.join("haul.db")));
    let with = |room: Option<Duration>| Options { state: state.clone(), room, per_host: Some(1), ..options() };
    let mut run = Run::with(with(Some(Duration::from_secs(1))));
    let paths = ["/a", "/b", "/c"];
    for (seed, path) in (1..).zip(paths) {
        let (file, gate) = (Resource::new(payload(seed, LARGE)), gate.clone());
        origin.script(path, Script::new().answer(move |request| file.answer(request).wait_first(&gate)));
    }
    let ids = run.add_all(&paths.map(|path| origin.url(path)));
    gate.wait_for(1);
    let room = fill(&disk);
    gate.open();
    for id in ids {
        let error = run.failed(id);
        assert_eq!(error.class.word(), "disk_full", "{error}");
        assert!(error.detail.contains("cannot save the state"), "{error}");
    }
    run.close();
    let told = |event: &&Event| matches!(event, Event::Notice(Notice::State(line)) if line.contains("cannot save"));
    assert_eq!(run.seen().iter().filter(told).count(), 1);
    assert_eq!(run.parts(), [] as [&str; 0]);
    fs::remove_file(room).expect("removed");
    check_sound(&disk.join("haul.db"));
    let dir = TempDir::new();
    haul(&dir).args(["resume", "--plain", "--state"]).arg(disk.join("haul.db")).run().expect(0);
    for (seed, path) in (1..).zip(paths) {
        assert!(run.dir.read(&path[1..]) == payload(seed, LARGE), "{path}");
    }
}

/// A job is on the disk before it is on the screen.
#[test]
fn what_cannot_be_kept_is_not_on_the_list_yet() {
    let Some(disk) = disk_of(1024, "disk::state::what_cannot_be_kept_is_not_on_the_list_yet") else { return };
    let (dir, origin, state) = (TempDir::new(), Origin::start(), disk.join("haul.db"));
    for path in ["/a", "/b"] {
        origin.script(path, Script::new().then(|| Answer::ok("abc")));
    }
    let mut pty = screen(&dir, &["--state", &state.to_string_lossy(), &origin.url("/a")]);
    wait_row(&pty, "a", "finished");
    let room = fill(&disk);
    pty.paste(&origin.url("/b"));
    pty.wait_text("cannot save the state");
    wait_count(&pty, "1/1");
    assert_eq!(origin.requests("/b").len(), 0);
    fs::remove_file(room).expect("removed");
    wait_count(&pty, "2/2");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
    check_sound(&state);
}
