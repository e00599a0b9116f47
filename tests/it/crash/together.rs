//! Several processes at once (118, 120): with one database they share the work, with one each they share a folder.
//! Every file is there, and whoever dies leaves its work to the others.

use std::collections::BTreeSet;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::locks;
use crate::headless::events;
use crate::support::HUNG;
use crate::support::bytes::payload;
use crate::support::command::{Finished, Run, haul};
use crate::support::origin::{Answer, Gate, Origin, Resource, Script};
use crate::support::temp::TempDir;

const FILES: usize = 24;

/// Small and large ones in turn.
fn body(number: usize) -> Vec<u8> {
    payload(number as u64, [3000, 300_000, 700_000][number % 3])
}

/// Many files, the first answers to which wait half way for the gate.
struct Held {
    dir: TempDir,
    origin: Origin,
    gate: Gate,
}

impl Held {
    fn new() -> Self {
        let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
        let mut list = String::new();
        for number in 0..FILES {
            let (whole, gate, path) = (body(number), gate.clone(), format!("/{number}.bin"));
            let (begun, rest) = (whole[..whole.len() / 2].to_vec(), whole[whole.len() / 2..].to_vec());
            let first = move || Answer::ok(&*begun).header("ETag", "\"e\"").wait(&gate).body(&*rest);
            let file = Resource::new(whole).etag("\"e\"");
            origin.script(&path, Script::new().then(first).answer(move |request| file.answer(request)));
            list.push_str(&origin.url(&path));
            list.push('\n');
        }
        fs::write(dir.home().join("list.txt"), list).expect("a folder of our own takes files");
        Self { dir, origin, gate }
    }

    fn command(&self) -> Run {
        haul(&self.dir).args(["--json", "--per-host", "64", "-i"]).arg(self.dir.home().join("list.txt"))
    }

    /// Waits until the folder or the state is as it should be.
    #[track_caller]
    fn wait(&self, what: &str, reached: impl Fn() -> bool) {
        let since = Instant::now();
        while !reached() {
            assert!(since.elapsed() < HUNG, "{what}: {:?}, {:?}", self.dir.files(), locks(&self.dir));
            thread::sleep(Duration::from_millis(5));
        }
    }

    #[track_caller]
    fn wait_sessions(&self, count: usize) {
        self.wait("sessions", || locks(&self.dir).len() >= count);
    }

    /// Every name holds the file of its number; with `numbered`, a second one may too.
    #[track_caller]
    fn check_folder(&self, numbered: bool) {
        for number in 0..FILES {
            assert!(self.dir.read(&format!("{number}.bin")) == body(number), "{number}");
        }
        let mut others = self.dir.names();
        others.retain(|name| !(0..FILES).any(|number| *name == format!("{number}.bin")));
        for name in others {
            let first = name.strip_suffix(" (2).bin").and_then(|number| number.parse().ok()).filter(|_| numbered);
            let right = first.is_some_and(|number| number < FILES && self.dir.read(&name) == body(number));
            assert!(right, "{name} must not be there, or not with these bytes");
        }
    }
}

/// The addresses of the files that this process fetched itself, and how many it found done.
#[track_caller]
fn fetched(done: &Finished) -> (BTreeSet<String>, usize) {
    let finished = events(done, "finished");
    assert_eq!(finished.len(), FILES, "{}", done.stdout());
    let own = finished.iter().filter(|event| event["skipped"] == false);
    let own: BTreeSet<_> = own.map(|event| event["url"].to_string()).collect();
    let skipped = FILES - own.len();
    (own, skipped)
}

/// 118: the work is done once, and each of them says that all is there.
#[test]
fn processes_with_one_database_share_the_work() {
    for count in [2, 3] {
        let held = Held::new();
        let running: Vec<_> = (0..count).map(|_| held.command().spawn()).collect();
        held.wait_sessions(count);
        held.gate.open();
        let mut all = BTreeSet::new();
        for running in running {
            let (own, _) = fetched(&running.wait().expect(0));
            for url in own {
                assert!(all.insert(url.clone()), "{url} was fetched twice");
            }
        }
        assert_eq!((all.len(), held.origin.all_requests().len()), (FILES, FILES));
        held.check_folder(false);
        assert_eq!((held.dir.names().len(), locks(&held.dir)), (FILES, Vec::<String>::new()));
    }
}

/// 120: the names of one may be numbered, and no byte is wrong.
#[test]
fn processes_with_databases_of_their_own_share_a_folder() {
    let held = Held::new();
    let states = ["a.db", "b.db"].map(|name| held.dir.home().join(name));
    let running = states.map(|state| held.command().arg("--state").arg(state).spawn());
    held.gate.open();
    for running in running {
        fetched(&running.wait().expect(0));
    }
    held.check_folder(true);
}

/// 118, 119: the other one takes over, and goes on where it stopped.
#[test]
fn a_process_takes_over_what_another_one_leaves_that_dies() {
    let held = Held::new();
    let first = held.command().spawn();
    held.gate.wait_for(FILES);
    let parts = || held.dir.files().into_iter().filter(|(name, size)| name.starts_with(".haul-") && *size >= 150_000);
    held.wait("parts", || parts().count() == FILES / 3 * 2);
    let second = held.command().spawn();
    held.wait_sessions(2);
    first.signal(Signal::KILL);
    first.wait();
    let (own, skipped) = fetched(&second.wait().expect(0));
    assert_eq!((own.len(), skipped), (FILES, 0));
    held.check_folder(false);
    assert_eq!((held.dir.names().len(), locks(&held.dir)), (FILES, Vec::<String>::new()));
    for number in 0..FILES {
        let requests = held.origin.requests(&format!("/{number}.bin"));
        let from = requests.last().and_then(|request| request.header("Range"));
        let expected = (body(number).len() > 256 * 1024).then(|| format!("bytes={}-", body(number).len() / 2 - 1024));
        assert_eq!((requests.len(), from), (2, expected.as_deref()), "{number}");
    }
    held.gate.open();
}
