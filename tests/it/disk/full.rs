//! Fault 98: a real disk of a few MiB that has no room left, and gets some later, or never.

use std::fs;
use std::path::Path;
use std::time::Duration;

use haul::engine::event::{Command, Event};
use haul::engine::options::Options;
use haul::engine::request::JobId;

use super::{files, filler, names, request};
use crate::engine::run::{Run, options};
use crate::support::bytes::payload;
use crate::support::command::haul;
use crate::support::mounts::disk_of;
use crate::support::origin::{Answer, Gate, Origin, Resource, Script};
use crate::support::temp::TempDir;
use crate::tui::{exit_restored, screen, wait_row};

/// More than is written at once, so that some of it fits.
const LARGE: usize = 3_000_000;
const SMALL: usize = 150_000;

/// An engine that waits for room for ever, as on the screen.
fn patient() -> Run {
    Run::with(Options { room: None, ..options() })
}

fn add(run: &mut Run, origin: &Origin, path: &str, dir: &Path) -> JobId {
    run.add_requests(vec![request(&origin.url(path), dir)])[0]
}

#[track_caller]
fn wait_full(run: &mut Run, id: JobId) {
    match run.wait(id, "paused") {
        Event::Paused { reason, .. } => assert_eq!(reason, "the disk is full; it goes on when there is room"),
        other => crate::support::fail(&format!("{other:?}")),
    }
}

/// Every part is a beginning of the body, and no file is there that is not whole.
#[track_caller]
fn check_prefixes(disk: &Path, bodies: &[(&str, Vec<u8>)]) {
    for (name, bytes) in files(disk) {
        match bodies.iter().find(|(body, _)| *body == name) {
            Some((_, body)) => assert!(*body == bytes, "{name} is not whole: {} bytes", bytes.len()),
            None => assert!(
                name.starts_with(".haul-") && bodies.iter().any(|(_, body)| body.starts_with(&bytes)),
                "{name} is the beginning of nothing: {} bytes",
                bytes.len()
            ),
        }
    }
}

#[test]
fn jobs_rest_on_a_full_disk_and_go_on_when_there_is_room() {
    let Some(disk) = disk_of(4096, "disk::full::jobs_rest_on_a_full_disk_and_go_on_when_there_is_room") else { return };
    let (origin, mut run) = (Origin::start(), patient());
    let sizes = [("large", LARGE), ("a", SMALL), ("b", SMALL)];
    let bodies: Vec<_> = (1..).zip(sizes).map(|(seed, (name, size))| (name, payload(seed, size))).collect();
    let room = filler(&disk, 2000);
    let mut ids = Vec::new();
    for (name, bytes) in &bodies {
        origin.script(&format!("/{name}"), Resource::new(&**bytes).script());
        ids.push(add(&mut run, &origin, &format!("/{name}"), &disk));
        // One after the other: what begins later does not begin at all.
        if ids.len() == 1 {
            wait_full(&mut run, ids[0]);
        }
    }
    check_prefixes(&disk, &bodies);
    assert_eq!(origin.all_requests().len(), 1);
    fs::remove_file(room).expect("removed");
    for (id, (name, bytes)) in ids.iter().zip(&bodies) {
        let file = run.finished(*id);
        assert_eq!((file.path, file.bytes), (disk.join(name), bytes.len() as u64));
    }
    check_prefixes(&disk, &bodies);
    assert_eq!(names(&disk), ["a", "b", "large"]);
    // What had found its place was not fetched again.
    assert!(origin.requests("/large").last().is_some_and(|request| request.header("Range").is_some()));
}

#[test]
fn a_small_file_without_room_leaves_nothing_and_comes_later() {
    let Some(disk) = disk_of(1024, "disk::full::a_small_file_without_room_leaves_nothing_and_comes_later") else {
        return;
    };
    let (origin, mut run) = (Origin::start(), patient());
    let room = filler(&disk, 920);
    origin.script("/a", Script::body(payload(1, SMALL)));
    let id = add(&mut run, &origin, "/a", &disk);
    wait_full(&mut run, id);
    assert_eq!(names(&disk), [] as [&str; 0]);
    // Still less than any file of unknown size may take, but enough for this one.
    fs::write(&room, vec![7; 850 * 1024]).expect("less than before");
    assert_eq!(run.finished(id).bytes, SMALL as u64);
    assert!(fs::read(disk.join("a")).is_ok_and(|there| there == payload(1, SMALL)));
}

/// Other folders go on meanwhile, and what fits there is no reason to wait any longer here.
#[test]
fn a_disk_that_stays_full_fails_its_jobs_alone() {
    let Some(disk) = disk_of(1024, "disk::full::a_disk_that_stays_full_fails_its_jobs_alone") else { return };
    let (origin, gate) = (Origin::start(), Gate::new());
    let mut run = Run::with(Options { room: Some(Duration::from_secs(2)), ..options() });
    let held = gate.clone();
    origin.script("/large", Resource::new(payload(1, LARGE)).script());
    origin.script("/late", Script::body("late"));
    origin.script("/small", Script::new().then(move || Answer::ok("small").wait_first(&held)));
    let small = add(&mut run, &origin, "/small", &disk);
    gate.wait_for(1);
    let large = add(&mut run, &origin, "/large", &disk);
    wait_full(&mut run, large);
    // One that was under way when the disk became full, into a little room that is left.
    let elsewhere = run.dir.work();
    let other = add(&mut run, &origin, "/late", &elsewhere);
    assert_eq!(run.finished(other).bytes, 4);
    gate.open();
    let error = run.failed(large);
    assert_eq!((error.class.word(), error.detail.contains("write the part file")), ("disk_full", true), "{error}");
    assert!(["finished", "failed"].contains(&run.facts(small).rsplit(' ').next().unwrap_or_default()));
    check_prefixes(&disk, &[("large", payload(1, LARGE)), ("small", b"small".to_vec())]);
    run.close();
}

/// What one job needs and does not get is enough for others.
#[test]
fn a_job_that_is_too_large_for_the_disk_holds_no_smaller_one_up() {
    let Some(disk) = disk_of(1024, "disk::full::a_job_that_is_too_large_for_the_disk_holds_no_smaller_one_up") else {
        return;
    };
    let (origin, mut run) = (Origin::start(), patient());
    let room = filler(&disk, 900);
    for (path, size) in [("/large", LARGE), ("/a", SMALL), ("/b", SMALL)] {
        origin.script(path, Script::body(payload(1, size)));
    }
    let large = add(&mut run, &origin, "/large", &disk);
    wait_full(&mut run, large);
    let small = ["/a", "/b"].map(|path| add(&mut run, &origin, path, &disk));
    fs::remove_file(room).expect("removed");
    for id in small {
        assert_eq!(run.finished(id).bytes, SMALL as u64);
    }
    assert_eq!(names(&disk), ["a", "b"]);
    run.send(Command::Cancel(large));
    run.wait(large, "cancelled");
}

/// Cancel, pause, resume, retry and remove do to a job that waits for room what they do to any job.
#[test]
fn a_job_that_waits_for_room_obeys() {
    let Some(disk) = disk_of(4096, "disk::full::a_job_that_waits_for_room_obeys") else { return };
    let (origin, mut run) = (Origin::start(), patient());
    let mut room = filler(&disk, 2000);
    origin.script("/large", Resource::new(payload(1, LARGE)).script());
    origin.script("/next", Script::body("next"));
    let id = add(&mut run, &origin, "/large", &disk);
    wait_full(&mut run, id);
    run.send(Command::Pause(id));
    run.wait(id, "paused");
    // It keeps nobody from starting any more.
    let next = add(&mut run, &origin, "/next", &disk);
    assert_eq!(run.finished(next).bytes, 4);
    for (command, word) in [(Command::Resume(id), "paused"), (Command::Cancel(id), "cancelled")] {
        run.send(command);
        run.wait(id, word);
    }
    for (command, word) in [(Command::Retry(id), "paused"), (Command::Retry(id), "queued")] {
        run.send(command);
        run.wait(id, word);
    }
    wait_full(&mut run, id);
    assert!(names(&disk).iter().any(|name| name.starts_with(".haul-")));
    run.send(Command::Remove(id));
    run.wait(id, "removed");
    let again = add(&mut run, &origin, "/large", &disk);
    wait_full(&mut run, again);
    fs::remove_file(&room).expect("removed");
    run.finished(again);
    assert_eq!(names(&disk), ["large", "next"]);
    // The end of the engine waits for nobody who waits for room.
    fs::remove_file(disk.join("large")).expect("removed");
    room = filler(&disk, 2000);
    origin.script("/last", Resource::new(payload(2, LARGE)).script());
    let last = add(&mut run, &origin, "/last", &disk);
    wait_full(&mut run, last);
    run.stop();
    assert_eq!(run.facts(last).rsplit(' ').next(), Some("paused"));
    assert!(room.exists());
}

/// The job's own clock runs on while it waits.
#[test]
fn the_deadline_ends_the_wait_for_room() {
    let Some(disk) = disk_of(1024, "disk::full::the_deadline_ends_the_wait_for_room") else { return };
    let (origin, deadline) = (Origin::start(), Some(Duration::from_secs(1)));
    let mut run = Run::with(Options { room: None, deadline, ..options() });
    origin.script("/large", Script::body(payload(1, LARGE)));
    let id = add(&mut run, &origin, "/large", &disk);
    wait_full(&mut run, id);
    let error = run.wait(id, "failed");
    assert!(matches!(error, Event::Failed { error, .. } if error.class.word() == "timeout"));
    // It shuts the folder no more.
    origin.script("/next", Script::body("next"));
    let next = add(&mut run, &origin, "/next", &disk);
    assert_eq!(run.finished(next).bytes, 4);
}

/// A run that is ended while it waits has everything saved, and the next one goes on from there.
#[test]
fn the_wait_ends_with_the_run_and_goes_on_with_the_next() {
    let Some(disk) = disk_of(4096, "disk::full::the_wait_ends_with_the_run_and_goes_on_with_the_next") else { return };
    let (dir, origin, bytes) = (TempDir::new(), Origin::start(), payload(1, LARGE));
    let room = filler(&disk, 2000);
    origin.script("/large", Resource::new(&*bytes).script());
    let running = haul(&dir).args(["--plain", "-d"]).arg(&disk).arg(origin.url("/large")).spawn();
    let line = running.wait_stderr(|line| line.starts_with("paused"));
    assert_eq!(line, "paused  large  the disk is full; it goes on when there is room");
    running.signal(rustix::process::Signal::TERM);
    let done = running.wait().expect(143);
    assert!(done.stdout().contains("1 unfinished"), "{}", done.stdout());
    check_prefixes(&disk, &[("large", bytes.clone())]);
    assert_eq!(names(&disk).len(), 1);
    fs::remove_file(room).expect("removed");
    haul(&dir).args(["resume", "--plain"]).run().expect(0);
    assert!(files(&disk) == [("large".to_owned(), bytes)]);
    assert!(origin.requests("/large").last().is_some_and(|request| request.header("Range").is_some()));
}

/// The screen waits for ever: the row says why it rests, and goes on by itself.
#[test]
fn the_row_says_that_the_disk_is_full() {
    let Some(disk) = disk_of(4096, "disk::full::the_row_says_that_the_disk_is_full") else { return };
    let (dir, origin, bytes) = (TempDir::new(), Origin::start(), payload(1, LARGE));
    let room = filler(&disk, 2000);
    origin.script("/large", Resource::new(&*bytes).script());
    let mut pty = screen(&dir, &["-d", &disk.to_string_lossy(), &origin.url("/large")]);
    wait_row(&pty, "large", "paused");
    pty.wait_text("the disk is full; it goes on when there is room");
    check_prefixes(&disk, &[("large", bytes.clone())]);
    fs::remove_file(room).expect("removed");
    wait_row(&pty, "large", "finished");
    pty.type_keys("q");
    assert_eq!(exit_restored(&mut pty), 0);
    assert!(files(&disk) == [("large".to_owned(), bytes)]);
}
