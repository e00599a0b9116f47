//! How an engine ends: closed, stopped, let go of; and that it waits for no reader.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};

use haul::engine::Engine;
use haul::engine::event::{Command, Event};
use haul::engine::options::Options;
use haul::engine::request::{DownloadRequest, JobId};

use super::run::{Run, options};
use crate::support::HUNG;
use crate::support::bytes::payload;
use crate::support::origin::{Answer, Gate, Origin, Script};
use crate::support::temp::TempDir;

/// Thirty jobs: ten finished, ten with a held head, ten in the middle of a large body.
fn thirty(origin: &Origin, run: &mut Run) -> Vec<JobId> {
    let mut urls = Vec::new();
    for number in 0..30 {
        let (path, bytes) = (format!("/{number}.bin"), payload(number, 300_000));
        let script = match number % 3 {
            0 => Script::body(bytes),
            1 => Script::new().then(Answer::hang),
            _ => Script::new().then(move || Answer::ok(&*bytes).header("ETag", "\"a\"").stall_after(100_000)),
        };
        origin.script(&path, script);
        urls.push(origin.url(&path));
    }
    let ids = run.add_all(&urls);
    for (number, id) in ids.iter().enumerate() {
        match number % 3 {
            0 => drop(run.finished(*id)),
            1 => origin.wait_requests(&format!("/{number}.bin"), 1),
            _ => run.wait_bytes(*id, 100_000),
        }
    }
    ids
}

#[test]
fn stop_leaves_whole_files_and_nothing_else() {
    type End = fn(&mut Run);
    let ends: [(&str, End); 2] = [
        ("stop", Run::stop),
        ("let go", |run| {
            run.drop_engine();
            run.drain();
        }),
    ];
    for (name, end) in ends {
        let (origin, mut run) = (Origin::start(), Run::with(Options { per_host: Some(64), ..options() }));
        let ids = thirty(&origin, &mut run);
        assert_eq!(run.parts().len(), 10, "{name}");
        end(&mut run);
        origin.wait_idle();
        let mut expected: Vec<_> = (0..30).step_by(3).map(|number| format!("{number}.bin")).collect();
        expected.sort();
        assert_eq!(run.dir.names(), expected, "{name}");
        for (number, id) in ids.iter().enumerate() {
            match number % 3 {
                0 => assert!(run.dir.read(&format!("{number}.bin")) == payload(number as u64, 300_000), "{name}"),
                1 => assert_eq!(run.facts(*id), "queued connecting", "{name}"),
                _ => assert_eq!(run.facts(*id), "queued connecting started", "{name}"),
            }
        }
    }
}

#[test]
fn stop_takes_every_phase_along() {
    let (origin, busy_host, gate) = (Origin::start(), Origin::start(), Gate::new());
    let mut run = Run::with(Options { retries: 1, patience: None, per_host: Some(2), ..options() });
    let tagged = || Answer::ok(payload(1, 300_000)).header("ETag", "\"a\"").stall_after(100_000);
    origin.script("/paused", Script::new().then(tagged));
    origin.script("/cancelled", Script::new().then(tagged));
    let busy = Script::new().then(|| Answer::status(503).header("Retry-After", "3600"));
    busy_host.script("/waiting", busy);
    origin.script("/held", Script::new().then(move || Answer::ok("x").wait_first(&gate)));
    for (path, command, word) in
        [("/paused", Command::Pause as fn(JobId) -> Command, "paused"), ("/cancelled", Command::Cancel, "cancelled")]
    {
        let id = run.add(&origin.url(path));
        run.wait_bytes(id, 100_000);
        run.send(command(id));
        run.wait(id, word);
    }
    let waiting = run.add(&busy_host.url("/waiting"));
    run.wait(waiting, "retrying");
    run.add_all(&["/held?1", "/held?2", "/held?3"].map(|path| origin.url(path)));
    origin.wait_requests("/held", 2);
    assert_eq!(run.parts().len(), 2);
    run.stop();
    assert_eq!(run.dir.names(), [] as [&str; 0]);
    // An engine that has ended takes no orders and is in nobody's way.
    let engine = run.engine();
    engine.send(Command::Retry(waiting));
    engine.add(vec![run.request(&origin.url("/late"), None)]);
    assert!(!engine.wait_for_room());
    assert_eq!(origin.requests("/late").len(), 0);
}

#[test]
fn close_ends_with_the_last_job() {
    let mut run = Run::new();
    run.close();
    assert_eq!(run.seen().len(), 0);

    let (origin, gate) = (Origin::start(), Gate::new());
    let mut run = Run::with(Options { per_host: Some(1), ..options() });
    let held = gate.clone();
    origin.script("/1", Script::new().then(move || Answer::ok("abc").wait_first(&held)));
    origin.script("/2", Script::body("def"));
    let ids = run.add_all(&["/1", "/2"].map(|path| origin.url(path)));
    run.send(Command::Close);
    gate.wait_for(1);
    gate.open();
    run.check(ids[0], "1", b"abc");
    run.check(ids[1], "2", b"def");
    run.drain();
}

#[test]
fn a_clone_keeps_the_engine_running() {
    let (origin, mut run) = (Origin::start(), Run::new());
    origin.script("/a", Script::body("abc"));
    let clone = run.engine();
    run.drop_engine();
    clone.add(vec![run.request(&origin.url("/a"), None)]);
    clone.send(Command::Close);
    run.drain();
    assert_eq!(run.dir.read("a"), b"abc");
}

#[test]
fn nobody_has_to_read() {
    let (origin, dir) = (Origin::start(), TempDir::new());
    let (engine, events) = Engine::start(options()).expect("the system has threads");
    let (tell, told) = mpsc::channel();
    events.wake_with(move || tell.send(()).unwrap_or_default());
    let requests = (0..60).map(|number| {
        let path = format!("/{number}.bin");
        origin.script(&path, Script::body(payload(number, 300_000)));
        let url = origin.url(&path).parse().expect("a valid address");
        DownloadRequest::new(url, Arc::from(dir.work()))
    });
    engine.add(requests.collect());
    engine.send(Command::Close);
    loop {
        told.recv_timeout(HUNG).expect("the engine ends while nobody reads");
        if !engine.wait_for_room() {
            break;
        }
    }
    for number in 0..60 {
        assert!(dir.read(&format!("{number}.bin")) == payload(number, 300_000), "{number}");
    }
    let finished = std::iter::from_fn(|| events.recv()).filter(|event| matches!(event, Event::Finished { .. }));
    assert_eq!(finished.count(), 60);
}

#[test]
fn readers_of_lists_wait_for_room() {
    let (origin, gate) = (Origin::start(), Gate::new());
    let mut run = Run::with(Options { jobs: 1, ..options() });
    origin.script("/x", Script::new().then(move || Answer::ok("x").wait_first(&gate)));
    let urls: Vec<_> = (0..10_002).map(|number| origin.url(&format!("/x?{number}"))).collect();
    assert!(run.engine().wait_for_room());
    let requests = urls.iter().map(|url| run.request(url, None)).collect();
    run.engine().add(requests);
    let (engine, released) = (run.engine(), Arc::new(AtomicBool::new(false)));
    let (tell, told) = mpsc::channel();
    let seen = Arc::clone(&released);
    let waiting = std::thread::spawn(move || {
        tell.send(()).expect("the test listens");
        (engine.wait_for_room(), seen.load(Ordering::SeqCst))
    });
    told.recv_timeout(HUNG).expect("the thread runs");
    run.obeyed(&urls[0]);
    // One job has a slot, 10,001 wait: one too many.
    released.store(true, Ordering::SeqCst);
    let last = run.seen().iter().rev().find_map(|event| match event {
        Event::Queued { id, .. } => Some(*id),
        _ => None,
    });
    run.send(Command::Remove(last.expect("jobs were queued")));
    assert_eq!(waiting.join().expect("no panic"), (true, true));
    run.stop();
}
