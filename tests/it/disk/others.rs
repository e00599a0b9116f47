//! Faults 104 and 105: another program works on the part file, or takes the disk away.

use std::fs::{self, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;

use haul::engine::event::{Command, Event};
use haul::engine::options::Options;

use super::{names, request};
use crate::engine::run::{Run, options};
use crate::support::bytes::payload;
use crate::support::command::haul;
use crate::support::mounts::disk_of;
use crate::support::origin::{Answer, Gate, Origin, Resource, Script};
use crate::support::temp::TempDir;

const WHOLE: usize = 600_000;
const HALF: usize = 300_000;

fn open(part: &Path) -> fs::File {
    OpenOptions::new().write(true).open(part).expect("ours")
}

/// What somebody does to a part.
type Deed = fn(&Path);

const DEEDS: [(&str, Deed); 6] = [
    ("deleted", |part| fs::remove_file(part).expect("removed")),
    ("emptied", |part| open(part).set_len(0).expect("cut")),
    ("cut", |part| open(part).set_len(1000).expect("cut")),
    ("extended", |part| open(part).set_len(HALF as u64 + 1000).expect("extended")),
    ("extended-beyond", |part| open(part).set_len(WHOLE as u64 + 1).expect("extended")),
    ("replaced", |part| {
        fs::remove_file(part).expect("removed");
        fs::write(part, payload(9, HALF)).expect("written");
    }),
];

/// Only a look at the bytes tells.
const REWRITTEN: (&str, Deed) = ("rewritten", |part| {
    let mut file = open(part);
    file.seek(SeekFrom::End(-700)).expect("a file");
    file.write_all(b"not these").expect("written");
});

fn part(folder: &Path) -> std::path::PathBuf {
    let name = names(folder).into_iter().find(|name| name.starts_with(".haul-")).expect("a part");
    folder.join(name)
}

/// The first answer stops in the middle.
fn halfway(file: &Resource) -> Script {
    let (first, again) = (file.clone(), file.clone());
    Script::new().answer(move |r| first.answer(r).stall_after(HALF)).answer(move |r| again.answer(r))
}

#[test]
fn a_part_that_was_touched_while_the_job_rested_is_not_gone_on_with() {
    let (origin, mut run) = (Origin::start(), Run::new());
    for (what, deed) in DEEDS.into_iter().chain([REWRITTEN]) {
        let path = format!("/{what}");
        origin.script(&path, halfway(&Resource::new(payload(1, WHOLE))));
        let id = run.add(&origin.url(&path));
        run.wait_bytes(id, HALF);
        run.send(Command::Pause(id));
        run.wait(id, "paused");
        deed(&part(&run.dir.work()));
        run.send(Command::Resume(id));
        run.wait(id, "restarted");
        run.check(id, what, &payload(1, WHOLE));
    }
    assert_eq!(run.parts(), [] as [&str; 0]);
}

#[test]
fn a_part_that_was_touched_between_two_runs_is_not_gone_on_with() {
    let origin = Origin::start();
    for (what, deed) in DEEDS.into_iter().chain([REWRITTEN]) {
        let (dir, path) = (TempDir::new(), format!("/{what}"));
        origin.script(&path, halfway(&Resource::new(payload(1, WHOLE))));
        let running = haul(&dir).args(["--json", &origin.url(&path)]).spawn();
        running.wait_stdout(|line| line.contains(&format!("\"bytes\":{HALF}")));
        running.signal(rustix::process::Signal::TERM);
        running.wait().expect(143);
        deed(&part(&dir.work()));
        haul(&dir).args(["--plain", &origin.url(&path)]).run().expect(0);
        assert!(dir.read(what) == payload(1, WHOLE), "{what}");
        assert_eq!(dir.names(), [what]);
    }
}

/// Under the hands of the attempt that writes it: another attempt begins from the first byte.
#[test]
fn a_part_that_is_touched_while_it_is_written_is_fetched_again() {
    let (origin, mut run) = (Origin::start(), Run::with(Options { retries: 1, ..options() }));
    for (what, deed) in DEEDS {
        let (path, bytes, gate) = (format!("/{what}"), payload(1, WHOLE), Gate::new());
        let (file, held) = (Resource::new(&*bytes), gate.clone());
        let (first, rest) = (bytes[..HALF].to_vec(), bytes[HALF..].to_vec());
        let script = Script::new().then(move || Answer::ok(&*first).header("ETag", "\"a\"").wait(&held).body(&*rest));
        origin.script(&path, script.answer(move |r| file.answer(r)));
        let id = run.add(&origin.url(&path));
        run.wait_bytes(id, HALF);
        // Progress tells what has come; a part has it a moment later.
        while fs::metadata(part(&run.dir.work())).is_ok_and(|about| about.len() < HALF as u64) {
            std::thread::yield_now();
        }
        deed(&part(&run.dir.work()));
        gate.open();
        let Event::Retrying { error, .. } = run.wait(id, "retrying") else { continue };
        assert_eq!(error.class.word(), "changed", "{what}: {error}");
        run.check(id, what, &bytes);
    }
    assert_eq!(run.parts(), [] as [&str; 0]);
}

/// The disk goes away under a job that runs: it fails, and nothing is left where the disk was.
#[test]
fn a_disk_that_is_taken_away_fails_its_jobs_alone() {
    let Some(disk) = disk_of(4096, "disk::others::a_disk_that_is_taken_away_fails_its_jobs_alone") else { return };
    let (origin, gate, mut run) = (Origin::start(), Gate::new(), Run::with(Options { retries: 3, ..options() }));
    let bytes = payload(1, WHOLE);
    for path in ["/there", "/elsewhere"] {
        let (first, rest, gate) = (bytes[..HALF].to_vec(), bytes[HALF..].to_vec(), gate.clone());
        let held = move || Answer::ok(&*first).header("ETag", "\"a\"").wait(&gate).body(&*rest);
        origin.script(path, Script::new().then(held));
    }
    let there = run.add_requests(vec![request(&origin.url("/there"), &disk)])[0];
    let elsewhere = run.add(&origin.url("/elsewhere"));
    run.wait_bytes(there, HALF);
    run.wait_bytes(elsewhere, HALF);
    let unmounted = std::process::Command::new("umount").arg("-l").arg(&disk).status().expect("there");
    assert!(unmounted.success());
    gate.open();
    let error = run.failed(there);
    assert_eq!(error.class.word(), "disk", "{error}");
    assert!(error.detail.contains("another folder has taken the place"), "{error}");
    run.check(elsewhere, "elsewhere", &bytes);
    run.close();
    assert_eq!(names(&disk), [] as [&str; 0]);
}
