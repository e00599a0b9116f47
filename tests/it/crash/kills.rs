//! A process that is killed again and again while bodies flow (109, 119): each start goes on where the last one was,
//! so that hardly a byte comes twice.

use std::collections::BTreeSet;
use std::fs;
use std::thread;
use std::time::Duration;

use fastrand::Rng;
use rustix::process::Signal;
use serde_json::Value;

use super::locks;
use crate::support::bytes::payload;
use crate::support::command::{Run, haul};
use crate::support::origin::{Origin, Pace, Resource, Script};
use crate::support::temp::TempDir;

const FILES: usize = 50;

/// Files, and a server that sends them over one slow line.
struct Slow {
    dir: TempDir,
    _origin: Origin,
    pace: Pace,
    bodies: Vec<Vec<u8>>,
    total: u64,
    /// Files that were seen whole; they never change again.
    whole: BTreeSet<usize>,
}

impl Slow {
    fn new(random: &mut Rng, kills: u64, per_second: u64) -> Self {
        let (dir, origin) = (TempDir::new(), Origin::start());
        let body = |number: usize| payload(number as u64, random.usize(200_000..3_000_000));
        let bodies: Vec<_> = (0..FILES).map(body).collect();
        let total = bodies.iter().map(|body| body.len() as u64).sum();
        let pace = Pace::new(total / kills * per_second);
        let mut list = String::new();
        for (number, body) in bodies.iter().enumerate() {
            let (file, pace, path) = (Resource::new(&**body), pace.clone(), format!("/{number}.bin"));
            origin.script(&path, Script::new().answer(move |request| file.answer(request).paced(&pace)));
            list.push_str(&origin.url(&path));
            list.push('\n');
        }
        fs::write(dir.home().join("list.txt"), list).expect("a folder of our own takes files");
        Self { dir, _origin: origin, pace, bodies, total, whole: BTreeSet::new() }
    }

    fn command(&self) -> Run {
        let home = self.dir.home();
        haul(&self.dir)
            .args(["--plain", "--report"])
            .arg(home.join("report.jsonl"))
            .arg("-i")
            .arg(home.join("list.txt"))
    }

    /// Every name that is no hidden one has its whole file.
    #[track_caller]
    fn check_folder(&mut self) {
        for name in self.dir.names().into_iter().filter(|name| !name.starts_with(".haul-")) {
            let number = name.strip_suffix(".bin").and_then(|number| number.parse::<usize>().ok());
            let number = number.filter(|number| *number < FILES).unwrap_or_else(|| crate::support::fail(&name));
            assert!(self.whole.contains(&number) || self.dir.read(&name) == self.bodies[number], "{name}");
            self.whole.insert(number);
        }
    }
}

/// So many kills, so many a second as long as bytes flow.
#[expect(clippy::print_stdout, reason = "whoever looks at a failure needs the seed")]
fn killed(kills: u64, per_second: u64) {
    let seed = std::env::var("HAUL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    println!("HAUL_SEED={seed}");
    let mut random = Rng::with_seed(seed);
    let mut slow = Slow::new(&mut random, kills, per_second);
    let apart = slow.total / (kills + 1);
    for kill in 0..kills {
        let running = slow.command().spawn();
        if kill % 8 == 7 {
            // While it begins, or goes on.
            thread::sleep(Duration::from_micros(random.u64(0..50_000)));
        } else {
            let until = slow.pace.sent() + random.u64(apart / 2..apart * 3 / 2);
            slow.pace.wait_sent(until, || running.is_over());
        }
        running.signal(Signal::KILL);
        let done = running.wait();
        if done.code().is_some() {
            done.fail(&format!("kill {kill} came too late"));
        }
        slow.check_folder();
    }
    // What the dead have left of their sessions keeps nobody, whoever has their numbers now.
    assert!(!locks(&slow.dir).is_empty());
    slow.command().run().expect(0);
    assert_eq!(locks(&slow.dir), [] as [&str; 0]);
    slow.whole.clear();
    slow.check_folder();
    let names: Vec<_> = slow.dir.names();
    assert!(names.len() == FILES && slow.whole.len() == FILES, "{names:?}");
    let report = fs::read_to_string(slow.dir.home().join("report.jsonl")).expect("there");
    let row = |line: &str| serde_json::from_str::<Value>(line).expect("a row is JSON")["url"].to_string();
    let urls: BTreeSet<_> = report.lines().map(row).collect();
    assert!(urls.len() == FILES && report.lines().count() == FILES, "{report}");
    let (sent, total) = (slow.pace.sent(), slow.total);
    println!("{kills} kills: {sent} bytes sent for {total}, {} %", sent * 100 / total);
    assert!(sent * 10 <= total * 12, "{sent} bytes for {total}");
}

/// 109, 119
#[test]
fn a_process_that_is_killed_twenty_times_fetches_everything_once() {
    // What comes in the last tenth of a second before a kill comes twice: twice a second would be too often.
    killed(20, 1);
}

/// 109, 119
#[test]
#[ignore = "two hundred kills take four minutes"]
fn a_process_that_is_killed_two_hundred_times_fetches_everything_once() {
    killed(200, 1);
}
