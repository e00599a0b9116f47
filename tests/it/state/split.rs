//! A file that came over several connections when its run ended: what is said to be here is taken, and the holes alone
//! are fetched. After the loss of power that is what had been synced.

use std::time::{Duration, UNIX_EPOCH};

use rustix::process::Signal;
use serde_json::{Value, json};

use super::{ETAG, database, jobs, parts, rewrite, wait_until};
use crate::headless::{event, json as events};
use crate::support::bytes::payload;
use crate::support::command::Run;
use crate::support::origin::{Origin, Resource, Script};
use crate::support::temp::TempDir;

const MIB: u64 = 1024 * 1024;
const WHOLE: usize = 4 * 1024 * 1024;

/// Two connections stop after a mebibyte each, the next ones are those of a good server.
fn serve(origin: &Origin) {
    let file = Resource::new(payload(1, WHOLE)).etag(ETAG).header("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT");
    let (first, second) = (file.clone(), file.clone());
    let half = 1024 * 1024;
    let script = Script::new().answer(move |request| first.answer(request).stall_after(half));
    let script = script.answer(move |request| second.answer(request).stall_after(half));
    origin.script("/a.bin", script.answer(move |request| file.answer(request)));
}

/// What the record says of the ranges, by this name.
fn recorded(dir: &TempDir, name: &str) -> Vec<(u64, u64)> {
    let record = jobs(&database(dir)).pop().map(|(_, record)| record).unwrap_or_default();
    let ranges = record["part"][name].as_array().cloned().unwrap_or_default();
    let number = |value: &Value| value.as_u64().unwrap_or_default();
    ranges.iter().map(|range| (number(&range[0]), number(&range[1]))).collect()
}

/// Kills a run when the record has both mebibytes by this name; tells where the second one begins.
fn killed(dir: &TempDir, origin: &Origin, run: Run, name: &str) -> u64 {
    let running = run.args(["-x", "2"]).spawn();
    origin.wait_requests("/a.bin", 2);
    wait_until("both in the record", || {
        recorded(dir, name).iter().map(|(first, end)| end - first).sum::<u64>() == 2 * MIB
    });
    running.signal(Signal::KILL);
    drop(running.wait());
    recorded(dir, name)[1].0
}

/// The first bytes that were asked for after the first two requests.
fn later(origin: &Origin) -> Vec<u64> {
    let first = |range: &str| range.strip_prefix("bytes=")?.split_once('-')?.0.parse().ok();
    let requests = origin.requests("/a.bin");
    requests[2..].iter().map(|request| request.header("Range").and_then(first).unwrap_or_default()).collect()
}

#[test]
fn a_kill_costs_the_holes_alone() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    serve(&origin);
    let second = killed(&dir, &origin, events(&dir).arg(origin.url("/a.bin")), "ranges");
    assert!(parts(&dir).iter().any(|(_, size)| *size == second + MIB), "{:?}", parts(&dir));
    let done = events(&dir).args(["resume", "-x", "2", "-R"]).run().expect(0);
    assert_eq!(event(&done, "finished")["resumed_from"], 2 * MIB);
    assert!(dir.read("a.bin") == payload(1, WHOLE) && dir.names() == ["a.bin"]);
    let time = std::fs::metadata(dir.path("a.bin")).and_then(|about| about.modified()).expect("there");
    assert_eq!(time, UNIX_EPOCH + Duration::from_secs(784_111_777));
    let (here, asked) = ([0..MIB - 1024, second..second + MIB - 1024], later(&origin));
    assert!(asked.iter().all(|first| !here.iter().any(|range| range.contains(first))), "{asked:?} {second}");
    assert!(asked.contains(&(MIB - 1024)) && asked.contains(&(second + MIB - 1024)), "{asked:?} {second}");
}

#[test]
fn the_loss_of_power_leaves_what_was_synced() {
    // What the record says is durable, and how much of the part that is.
    for (name, durable) in
        [("all", None), ("some", Some(json!([[0, 500_000], [3_000_000, 3_100_000]]))), ("nothing", Some(json!([])))]
    {
        let (dir, origin) = (TempDir::new(), Origin::start());
        serve(&origin);
        let run = events(&dir).arg(origin.url("/a.bin")).env("HAUL_BOOT_ID", "before").env("HAUL_SYNC_PAUSE", "20");
        killed(&dir, &origin, run, "durable");
        let (_, mut record) = jobs(&database(&dir)).pop().expect("kept");
        if let Some(durable) = &durable {
            record["part"]["durable"] = durable.clone();
            rewrite(&database(&dir), "queued", &record);
            if name == "nothing" {
                unmark(&dir);
            }
        }
        // What is not durable is zeros on the disk.
        let part = dir.path(parts(&dir).pop().expect("left").0);
        let mut bytes = std::fs::read(&part).expect("there");
        let kept: Vec<(usize, usize)> = serde_json::from_value(record["part"]["durable"].clone()).expect("ranges");
        let is_kept = |at: usize| kept.iter().any(|(first, end)| (*first..*end).contains(&at));
        bytes.iter_mut().enumerate().filter(|(at, _)| !is_kept(*at)).for_each(|(_, byte)| *byte = 0);
        let sum: usize = kept.iter().map(|(first, end)| end - first).sum();
        std::fs::write(&part, bytes).expect("written");
        let done = events(&dir).args(["resume", "-x", "2"]).env("HAUL_BOOT_ID", "after").run().expect(0);
        assert_eq!(event(&done, "finished")["resumed_from"], sum, "{name}");
        assert!(dir.read("a.bin") == payload(1, WHOLE) && dir.names() == ["a.bin"], "{name}");
    }
}

/// No mark at all, as before the first sync.
fn unmark(dir: &TempDir) {
    let connection = rusqlite::Connection::open(database(dir)).expect("there");
    connection.execute("UPDATE jobs SET durable = 0", []).expect("written");
}
