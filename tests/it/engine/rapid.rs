//! Commands faster than an attempt can end: the last wish counts, no byte that is on the disk is lost, and nothing of
//! a job comes after its end.

use haul::engine::event::Command::{self, Cancel, Pause, Remove, Resume, Retry};
use haul::engine::event::Event;
use haul::engine::request::JobId;

use super::run::Run;
use crate::support::bytes::payload;
use crate::support::origin::{Answer, Gate, Origin, Resource, Script};

const PART: usize = 100_000;

type Make = fn(JobId) -> Command;

/// Commands sent at once, and what the job must come to.
const CASES: &[(&[Make], &str)] = &[
    (&[Cancel, Retry], "finished"),
    (&[Cancel, Cancel], "cancelled"),
    (&[Cancel, Pause], "cancelled"),
    (&[Cancel, Resume], "cancelled"),
    (&[Cancel, Retry, Cancel], "cancelled"),
    (&[Cancel, Remove], "removed"),
    (&[Pause, Resume], "finished"),
    (&[Pause, Retry], "paused"),
    (&[Pause, Cancel], "cancelled"),
    (&[Pause, Remove], "removed"),
    (&[Pause, Resume, Pause], "paused"),
    (&[Pause, Resume, Pause, Resume, Pause, Resume], "finished"),
    (&[Pause, Cancel, Retry, Pause, Resume], "finished"),
    (&[Remove, Cancel], "removed"),
    (&[Remove, Pause], "removed"),
    (&[Remove, Retry], "removed"),
    (&[Remove, Resume], "removed"),
];

/// A file whose first answer stops in the middle.
fn script(file: &Resource) -> Script {
    let (held, good) = (file.clone(), file.clone());
    Script::new().answer(move |r| held.answer(r).stall_after(PART)).answer(move |r| good.answer(r))
}

#[test]
fn the_last_wish_counts() {
    let (origin, mut run) = (Origin::start(), Run::new());
    let bytes = payload(1, 300_000);
    let mut urls = Vec::new();
    for number in 0..CASES.len() {
        let path = format!("/{number}.bin");
        origin.script(&path, script(&Resource::new(bytes.clone())));
        urls.push(origin.url(&path));
    }
    let ids = run.add_all(&urls);
    for ((commands, _), id) in CASES.iter().zip(&ids) {
        run.wait_bytes(*id, PART);
        for command in *commands {
            run.send(command(*id));
        }
    }
    run.obeyed(&urls[0]);
    for ((_, outcome), id) in CASES.iter().zip(&ids) {
        run.wait_last(*id, outcome);
        match *outcome {
            "paused" => run.send(Resume(*id)),
            "cancelled" => run.send(Retry(*id)),
            _ => {}
        }
    }
    run.close();
    for (number, (_, outcome)) in CASES.iter().enumerate() {
        let name = format!("{number}.bin");
        assert_eq!(run.dir.files().contains_key(&name), *outcome != "removed", "{number}");
        assert!(*outcome == "removed" || run.dir.read(&name) == bytes, "{number}");
    }
    for event in run.seen() {
        if let Event::Finished { id, file, .. } = event {
            assert!(file.attempts >= 1 && file.resumed_from == PART as u64, "{}: {event:?}", run.facts(*id));
        }
    }
    assert_eq!(run.parts(), [] as [&str; 0]);
}

#[test]
fn restless_hands_lose_no_byte() {
    let (origin, gate, mut run) = (Origin::start(), Gate::new(), Run::new());
    let bytes = payload(1, 300_000);
    let urls: Vec<_> = (0..5)
        .map(|number| {
            let (path, at_gate) = (format!("/{number}.bin"), gate.clone());
            let (held, good) = (Resource::new(bytes.clone()), Resource::new(bytes.clone()));
            let script = Script::new().answer(move |r| held.answer(r).stall_after(PART));
            origin.script(&path, script.answer(move |r| good.answer(r).wait_first(&at_gate)));
            origin.url(&path)
        })
        .collect();
    let ids = run.add_all(&urls);
    for id in &ids {
        run.wait_bytes(*id, PART);
        run.send(Pause(*id));
    }
    // The pause comes while the attempt begins: before its first step, at the part file, at the connection.
    for _ in 0..40 {
        for id in &ids {
            run.wait(*id, "paused");
            run.send(Resume(*id));
            run.send(Pause(*id));
        }
    }
    for id in &ids {
        run.wait(*id, "paused");
    }
    gate.open();
    for (number, id) in ids.iter().enumerate() {
        run.send(Resume(*id));
        assert_eq!(run.check(*id, &format!("{number}.bin"), &bytes).resumed_from, PART as u64, "{number}");
        assert!(!run.facts(*id).contains("restarted"), "{number}: {}", run.facts(*id));
    }
    run.close();
    assert_eq!(run.dir.names().len(), 5);
}

#[test]
fn a_pause_after_every_answer_loses_no_byte() {
    let (origin, mut run) = (Origin::start(), Run::new());
    let bytes = payload(1, 300_000);
    let file = Resource::new(bytes.clone());
    let again = file.clone();
    let script = Script::new().answer(move |r| file.answer(r).stall_after(PART)).then(Answer::hang).then(Answer::hang);
    origin.script("/a.bin", script.answer(move |r| again.answer(r)));
    let id = run.add(&origin.url("/a.bin"));
    run.wait_bytes(id, PART);
    for attempt in 2..=4 {
        run.send(Pause(id));
        run.wait(id, "paused");
        assert_eq!(run.dir.files()[&run.parts()[0]], PART as u64);
        run.send(Resume(id));
        run.wait(id, "connecting");
        origin.wait_requests("/a.bin", attempt);
    }
    assert_eq!(run.check(id, "a.bin", &bytes).resumed_from, PART as u64);
    assert!(origin.requests("/a.bin")[1..].iter().all(|r| r.header("Range") == Some("bytes=98976-")));
}

#[test]
fn what_is_removed_may_be_added_at_once() {
    let (origin, mut run) = (Origin::start(), Run::new());
    let bytes = payload(1, 300_000);
    origin.script("/a.bin", script(&Resource::new(bytes.clone())));
    let url = origin.url("/a.bin");
    let first = run.add(&url);
    run.wait_bytes(first, PART);
    run.send(Remove(first));
    let second = run.add(&url);
    assert_eq!(run.check(second, "a.bin", &bytes).resumed_from, 0);
    run.close();
    assert_eq!((run.duplicates(), run.dir.names()), (0, vec!["a.bin".to_owned()]));
    assert!(run.facts(first).ends_with("removed"), "{}", run.facts(first));
}
