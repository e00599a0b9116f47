//! The queue in the user's hand: how many run at once, who comes next, who does not wait any longer. The origin tells in
//! which order it was asked.

use haul::engine::event::{Command, Event, Move};
use haul::engine::options::Options;
use haul::engine::request::JobId;

use super::run::{Run, options};
use crate::support::origin::{Answer, Gate, Origin, Script};

/// A file that ends when the gate lets it.
fn held(gate: &Gate) -> Script {
    let gate = gate.clone();
    Script::new().then(move || Answer::ok("some").wait(&gate).body("more"))
}

/// Scripts `/first`, which waits at the gate, and other files; adds them all, and waits until the first one has come.
fn queue(run: &mut Run, gate: &Gate, files: &[(&Origin, &str)]) -> Vec<JobId> {
    for (n, (origin, path)) in files.iter().enumerate() {
        origin.script(path, if n == 0 { held(gate) } else { Script::body("abc") });
    }
    let urls: Vec<_> = files.iter().map(|(origin, path)| origin.url(path)).collect();
    let ids = run.add_all(&urls);
    gate.wait_for(1);
    ids
}

fn asked(origin: &Origin) -> Vec<String> {
    origin.all_requests().into_iter().map(|request| request.target).collect()
}

fn moves(run: &Run) -> Vec<Move> {
    let moved = |event: &Event| if let Event::Moved(how) = event { Some(*how) } else { None };
    run.seen().iter().filter_map(moved).collect()
}

#[test]
fn queued_jobs_change_places() {
    let (origin, gate) = (Origin::start(), Gate::new());
    let mut run = Run::with(Options { jobs: 1, ..options() });
    let paths = ["/first", "/a", "/b", "/c", "/d", "/e"];
    let ids = queue(&mut run, &gate, &paths.map(|path| (&origin, path)));
    let id = |path: &str| paths.iter().zip(&ids).find(|(known, _)| **known == path).map_or(JobId(7), |(_, id)| *id);
    let all = [
        Move::Swap(id("/b"), id("/d")),
        Move::First(id("/e")),
        Move::Last(id("/a")),
        Move::Swap(id("/c"), id("/c")),
        Move::First(id("/c")),
        Move::Swap(id("/c"), id("/e")),
    ];
    // The first one runs, and nobody knows the other.
    let vain = [
        Move::Swap(id("/first"), id("/a")),
        Move::Swap(id("/a"), id("/first")),
        Move::First(id("/first")),
        Move::Last(id("/unknown")),
    ];
    for how in all.into_iter().chain(vain) {
        run.send(Command::Move(how));
    }
    run.obeyed(&origin.url("/first"));
    assert_eq!(moves(&run), all);
    gate.open();
    run.close();
    assert_eq!(asked(&origin), ["/first", "/e", "/c", "/d", "/b", "/a"]);
}

#[test]
fn jobs_of_two_hosts_exchange_their_places_within_each() {
    let (here, there, gate) = (Origin::start(), Origin::start(), Gate::new());
    let mut run = Run::with(Options { jobs: 1, ..options() });
    let files = [(&here, "/first"), (&here, "/a"), (&there, "/b"), (&there, "/c"), (&here, "/d")];
    let ids = queue(&mut run, &gate, &files);
    run.send(Command::Move(Move::Swap(ids[1], ids[3])));
    run.obeyed(&here.url("/first"));
    gate.open();
    run.close();
    assert_eq!(
        (asked(&here), asked(&there)),
        (["/first", "/a", "/d"].map(String::from).to_vec(), ["/c", "/b"].map(String::from).to_vec())
    );
}

#[test]
fn more_or_fewer_run_at_once_from_now_on() {
    let (origin, gate) = (Origin::start(), Gate::new());
    let mut run = Run::with(Options { jobs: 1, ..options() });
    origin.script("/a", held(&gate));
    let urls: Vec<_> = (0..5).map(|n| origin.url(&format!("/a?{n}"))).collect();
    let ids = run.add_all(&urls);
    gate.wait_for(1);
    for jobs in [2, 3] {
        run.send(Command::Jobs(jobs));
        gate.wait_for(jobs);
    }
    // None is stopped, but none begins where two have ended; and there is always one.
    run.send(Command::Jobs(0));
    run.obeyed(&urls[0]);
    gate.pass(2);
    run.finished(ids[0]);
    run.finished(ids[1]);
    run.obeyed(&urls[0]);
    assert_eq!((run.facts(ids[2]).as_str(), run.facts(ids[3]).as_str()), ("queued connecting started", "queued"));
    gate.pass(1);
    gate.wait_for(1);
    run.obeyed(&urls[0]);
    assert_eq!(run.facts(ids[4]), "queued");
    gate.open();
    run.close();
    assert_eq!((origin.requests("/a").len(), origin.peak_all()), (5, 3));
}

#[test]
fn a_forced_job_starts_beyond_the_limits_and_counts_as_running() {
    let (origin, gate) = (Origin::start(), Gate::new());
    let mut run = Run::with(Options { jobs: 1, per_host: Some(1), ..options() });
    origin.script("/a", held(&gate));
    let urls: Vec<_> = (0..3).map(|n| origin.url(&format!("/a?{n}"))).collect();
    let ids = run.add_all(&urls);
    gate.wait_for(1);
    // The second one is as good as running.
    for _ in 0..2 {
        run.send(Command::Force(ids[2]));
    }
    gate.wait_for(2);
    gate.pass(1);
    run.finished(ids[0]);
    run.obeyed(&urls[0]);
    assert_eq!(run.facts(ids[1]), "queued");
    gate.open();
    run.close();
    assert_eq!(asked(&origin), ["/a?0", "/a?2", "/a?1"]);
    assert_eq!(run.facts(ids[2]), "queued connecting started finished");
}

#[test]
fn forcing_has_a_limit_too() {
    let (origin, gate) = (Origin::start(), Gate::new());
    let mut run = Run::with(Options { jobs: 1, per_host: Some(1), ..options() });
    origin.script("/a", held(&gate));
    let urls: Vec<_> = (0..80).map(|n| origin.url(&format!("/a?{n}"))).collect();
    let ids = run.add_all(&urls);
    for id in &ids {
        run.send(Command::Force(*id));
    }
    gate.wait_for(65);
    run.obeyed(&urls[0]);
    let running = ids.iter().filter(|id| run.facts(**id).contains("connecting")).count();
    assert_eq!((running, origin.peak_all()), (65, 65));
    gate.open();
    for id in ids {
        run.finished(id);
    }
}

#[test]
fn a_forced_job_does_not_heed_that_its_host_cools_down() {
    let origin = Origin::start();
    let mut run = Run::with(Options { retries: 1, per_host: Some(1), patience: None, ..options() });
    let busy = Script::new().then(|| Answer::status(503).header("Retry-After", "3600")).then(|| Answer::ok("abc"));
    origin.script("/busy", busy);
    for path in ["/a", "/b"] {
        origin.script(path, Script::body("abc"));
    }
    let ids = run.add_all(&["/busy", "/a", "/b"].map(|path| origin.url(path)));
    run.wait(ids[0], "retrying");
    for id in [ids[1], ids[0]] {
        run.send(Command::Force(id));
        run.finished(id);
    }
    run.stop();
    let facts = |id| run.facts(id);
    assert_eq!(facts(ids[0]), "queued connecting retrying queued connecting started finished");
    assert_eq!((facts(ids[1]).as_str(), facts(ids[2]).as_str()), ("queued connecting started finished", "queued"));
}
