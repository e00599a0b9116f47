//! Every command to a single job in every phase, while another job runs on unharmed.

use haul::engine::event::Command;
use haul::engine::options::Options;
use haul::engine::request::JobId;

use super::run::{Run, options};
use crate::support::bytes::payload;
use crate::support::origin::{Answer, Gate, Origin, Resource, Script};

type Make = fn(JobId) -> Command;

const COMMANDS: [(&str, Make); 5] = [
    ("cancel", Command::Cancel),
    ("pause", Command::Pause),
    ("resume", Command::Resume),
    ("retry", Command::Retry),
    ("remove", Command::Remove),
];

/// A phase: how a job gets there, and all its facts for each of the commands, everything being let go afterwards.
struct Phase {
    name: &'static str,
    /// The answers to its first request, before the file itself.
    first: fn(&Resource, &Gate) -> Script,
    /// What is waited for, and sent, until it is there.
    steps: &'static [(&'static str, Option<Make>)],
    /// Cancel, pause, resume, retry, remove.
    facts: [&'static str; 5],
}

fn held(file: &Resource, _: &Gate) -> Script {
    let file = file.clone();
    Script::new().answer(move |request| file.answer(request).stall_after(100_000))
}

fn held_at(file: &Resource, gate: &Gate) -> Script {
    let (file, gate) = (file.clone(), gate.clone());
    Script::new().answer(move |request| file.answer(request).wait_first(&gate))
}

fn busy(_: &Resource, _: &Gate) -> Script {
    Script::new().then(|| Answer::status(503).header("Retry-After", "3600"))
}

fn gone(_: &Resource, _: &Gate) -> Script {
    Script::new().then(|| Answer::html(404, "Gone"))
}

const PHASES: [Phase; 7] = [
    Phase {
        name: "connecting",
        first: held_at,
        steps: &[("connecting", None)],
        facts: [
            "queued connecting cancelled",
            "queued connecting paused",
            "queued connecting started finished",
            "queued connecting started finished",
            "queued connecting removed",
        ],
    },
    Phase {
        name: "downloading",
        first: held,
        steps: &[("started", None)],
        facts: [
            "queued connecting started cancelled",
            "queued connecting started paused",
            "queued connecting started",
            "queued connecting started",
            "queued connecting started removed",
        ],
    },
    Phase {
        name: "waiting",
        first: busy,
        steps: &[("retrying", None)],
        facts: [
            "queued connecting retrying cancelled",
            "queued connecting retrying paused",
            "queued connecting retrying",
            "queued connecting retrying queued connecting started finished",
            "queued connecting retrying removed",
        ],
    },
    Phase {
        name: "paused",
        first: held,
        steps: &[("started", Some(Command::Pause)), ("paused", None)],
        facts: [
            "queued connecting started paused cancelled",
            "queued connecting started paused",
            "queued connecting started paused queued connecting started finished",
            "queued connecting started paused",
            "queued connecting started paused removed",
        ],
    },
    Phase {
        name: "finished",
        first: |_, _| Script::new(),
        steps: &[("finished", None)],
        facts: [
            "queued connecting started finished",
            "queued connecting started finished",
            "queued connecting started finished",
            "queued connecting started finished",
            "queued connecting started finished removed",
        ],
    },
    Phase {
        name: "failed",
        first: gone,
        steps: &[("failed", None)],
        facts: [
            "queued connecting failed",
            "queued connecting failed",
            "queued connecting failed",
            "queued connecting failed queued connecting started finished",
            "queued connecting failed removed",
        ],
    },
    Phase {
        name: "cancelled",
        first: held,
        steps: &[("started", Some(Command::Cancel)), ("cancelled", None)],
        facts: [
            "queued connecting started cancelled",
            "queued connecting started cancelled",
            "queued connecting started cancelled",
            "queued connecting started cancelled queued connecting started finished",
            "queued connecting started cancelled removed",
        ],
    },
];

/// Waits for whatever the job still has to say: the last of the facts that are expected of it.
fn settle(run: &mut Run, id: JobId, facts: &str) {
    let told = run.facts(id);
    let missing = facts.strip_prefix(told.as_str()).unwrap_or_default();
    for word in missing.split_whitespace() {
        run.wait(id, word);
    }
}

#[test]
fn every_command_in_every_phase_of_an_attempt() {
    let bytes = payload(1, 300_000);
    for phase in PHASES {
        let (origin, other, gate) = (Origin::start(), Origin::start(), Gate::new());
        let mut run = Run::with(Options { retries: 1, patience: None, ..options() });
        let file = Resource::new(bytes.clone());
        let whole = payload(2, 300_000);
        let (start, end, at_gate) = (whole[..100_000].to_vec(), whole[100_000..].to_vec(), gate.clone());
        other.script("/by.bin", Script::new().then(move || Answer::ok(&*start).wait(&at_gate).body(&*end)));
        let bystander = run.add(&other.url("/by.bin"));
        run.wait(bystander, "started");

        let mut urls = Vec::new();
        for (name, _) in COMMANDS {
            let path = format!("/{name}.bin");
            let good = file.clone();
            let script = (phase.first)(&file, &gate);
            origin.script(&path, script.answer(move |request| good.answer(request)));
            urls.push(origin.url(&path));
        }
        let ids = run.add_all(&urls);
        for (word, command) in phase.steps {
            for id in &ids {
                run.wait(*id, word);
            }
            let all = command.iter().flat_map(|command| ids.iter().map(|id| command(*id)));
            all.for_each(|command| run.send(command));
        }
        for ((_, command), id) in COMMANDS.iter().zip(&ids) {
            run.send(command(*id));
        }
        run.obeyed(&other.url("/by.bin"));
        gate.open();
        run.check(bystander, "by.bin", &whole);
        for (id, facts) in ids.iter().zip(phase.facts) {
            settle(&mut run, *id, facts);
        }
        run.stop();
        for (((name, _), id), facts) in COMMANDS.iter().zip(&ids).zip(phase.facts) {
            assert_eq!(run.facts(*id), facts, "{name} while {}", phase.name);
            let finished = facts.contains("finished");
            let file = run.dir.files().get(&format!("{name}.bin")).copied();
            assert_eq!(file, finished.then_some(300_000), "{name} while {}", phase.name);
            assert!(!finished || run.dir.read(&format!("{name}.bin")) == bytes, "{name} while {}", phase.name);
        }
        assert_eq!(run.facts(bystander), "queued connecting started finished", "{}", phase.name);
        assert_eq!(run.parts(), [] as [&str; 0], "{}", phase.name);
    }
}

#[test]
fn every_command_to_a_job_behind_a_full_window() {
    let (origin, gate) = (Origin::start(), Gate::new());
    let mut run = Run::with(Options { per_host: Some(1), ..options() });
    let at_gate = gate.clone();
    origin.script("/first.bin", Script::new().then(move || Answer::ok("first").wait_first(&at_gate)));
    let first = run.add(&origin.url("/first.bin"));
    run.wait(first, "connecting");
    let urls: Vec<_> = COMMANDS.iter().map(|(name, _)| origin.url(&format!("/{name}.bin"))).collect();
    for (name, _) in COMMANDS {
        origin.script(&format!("/{name}.bin"), Script::body(name));
    }
    let ids = run.add_all(&urls);
    for ((_, command), id) in COMMANDS.iter().zip(&ids) {
        run.send(command(*id));
    }
    run.obeyed(&origin.url("/first.bin"));
    let waiting = "queued connecting started finished";
    let expected = ["queued cancelled", "queued paused", waiting, waiting, "queued removed"];
    gate.open();
    run.check(first, "first.bin", b"first");
    for (id, facts) in ids.iter().zip(expected) {
        settle(&mut run, *id, facts);
    }
    // What was put aside can be taken up again.
    run.send(Command::Retry(ids[0]));
    run.send(Command::Resume(ids[1]));
    for (id, (name, _)) in ids.iter().zip(COMMANDS).take(2) {
        run.wait(*id, "finished");
        assert_eq!(run.dir.read(&format!("{name}.bin")), name.as_bytes());
    }
    run.close();
    assert_eq!(run.facts(ids[0]), format!("queued cancelled {waiting}"));
    assert_eq!(run.facts(ids[1]), format!("queued paused {waiting}"));
    for (id, facts) in ids.iter().zip(expected).skip(2) {
        assert_eq!(run.facts(*id), facts);
    }
    assert_eq!(origin.requests("/remove.bin").len(), 0);
    assert_eq!(origin.peak_all(), 1);
}

#[test]
fn commands_about_nobody_do_nothing() {
    let (origin, mut run) = (Origin::start(), Run::new());
    origin.script("/a.bin", Script::body("abc"));
    for (_, command) in COMMANDS {
        run.send(command(JobId(7)));
    }
    let id = run.add(&origin.url("/a.bin"));
    run.check(id, "a.bin", b"abc");
    run.send(Command::Remove(id));
    run.wait(id, "removed");
    for (_, command) in COMMANDS {
        run.send(command(id));
    }
    // Off the list, it may come again, and finds its file.
    run.send(Command::Add(vec![run.request(&origin.url("/a.bin"), None)]));
    assert!(run.check(id, "a.bin", b"abc").skipped);
    run.close();
    assert_eq!(run.facts(id), "queued connecting started finished removed queued finished");
    assert_eq!(run.dir.names(), ["a.bin"]);
}
