//! The same bytes once: `--dedupe content`.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::Path;

use super::{event, events, json, plain};
use crate::support::bytes::payload;
use crate::support::command::Run;
use crate::support::mounts::disk_of;
use crate::support::origin::{Answer, Gate, Origin, Script};
use crate::support::temp::TempDir;

/// In memory, and in a part file.
const SIZES: [usize; 2] = [2000, 600_000];

fn dedupe(dir: &TempDir) -> Run {
    json(dir).args(["--dedupe", "content"])
}

fn inode(path: impl AsRef<Path>) -> u64 {
    let path = path.as_ref();
    fs::symlink_metadata(path).unwrap_or_else(|error| unreachable!("{}: {error}", path.display())).ino()
}

/// Addresses with the same body.
fn twins(origin: &Origin, size: usize, count: usize) -> Vec<String> {
    let path = |n| format!("/{size}-{n}.bin");
    let answer = move || Answer::ok(payload(1, size)).header("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT");
    (0..count).for_each(|n| origin.script(&path(n), Script::new().then(answer)));
    (0..count).map(|n| origin.url(&path(n))).collect()
}

/// However many come at the same time.
#[test]
fn what_is_here_becomes_one_more_name_of_it() {
    let ways: [&[&str]; 3] = [&[], &["--sync"], &["--no-state"]];
    for (size, options) in SIZES.into_iter().flat_map(|size| ways.map(|options| (size, options))) {
        let (dir, origin) = (TempDir::new(), Origin::start());
        let urls = twins(&origin, size, 20);
        origin.script("/other.bin", Script::body(payload(2, size)));
        let done = dedupe(&dir).args(options).args(&urls).arg(origin.url("/other.bin")).run().expect(0);
        let finished = events(&done, "finished");
        assert!(finished.iter().all(|file| file["skipped"] == false && file["bytes"] == size), "{finished:?}");
        let digests: BTreeSet<_> = finished.iter().map(|file| file["sha256"].as_str().unwrap_or_default()).collect();
        assert!(digests.len() == 2 && digests.iter().all(|digest| digest.len() == 64), "{digests:?}");
        assert_eq!(dir.names().len(), 21, "{:?}", dir.names());
        let inodes: BTreeSet<_> = dir.names().iter().map(|name| inode(dir.path(name))).collect();
        assert_eq!(inodes.len(), 2, "one for each body");
        assert!(dir.names().iter().all(|name| dir.read(name).len() == size));
        // All of it is there, and nothing is asked for where that is known.
        let requests = origin.all_requests().len();
        let again = dedupe(&dir).args(options).args(&urls).run().expect(0);
        assert_eq!(event(&again, "summary")["skipped"], 20);
        assert_eq!(origin.all_requests().len() == requests, !options.contains(&"--no-state"));
        assert_eq!(dir.names().len(), 21, "{:?}", dir.names());
    }
}

/// Without it two files are two files.
#[test]
fn nobody_is_linked_unasked() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    json(&dir).args(twins(&origin, 2000, 2)).run().expect(0);
    assert_eq!(dir.names().iter().map(|name| inode(dir.path(name))).collect::<BTreeSet<_>>().len(), 2);
}

#[test]
fn twins_meet_across_folders_and_runs_and_under_one_name() {
    for size in SIZES {
        let (dir, origin) = (TempDir::new(), Origin::start());
        for path in ["/a/x.bin", "/b/x.bin", "/c/y.bin"] {
            origin.script(path, Script::body(payload(1, size)));
        }
        dedupe(&dir).args(["--name", "{n}/{stem}.{ext}", &origin.url("/a/x.bin")]).run().expect(0);
        // The first is known from the last run.
        let urls = [origin.url("/a/x.bin"), origin.url("/b/x.bin")];
        dedupe(&dir).args(["-j", "1", "--name", "{n}/{stem}.{ext}"]).args(urls).run().expect(0);
        assert_eq!(dir.names(), ["1/x.bin", "2/x.bin"], "{size}");
        assert_eq!(inode(dir.path("1/x.bin")), inode(dir.path("2/x.bin")), "{size}");
        // The name is taken, by its twin and by a stranger.
        dir.write("y.bin", "theirs");
        dedupe(&dir).args(["/a/x.bin", "/b/x.bin", "/c/y.bin"].map(|path| origin.url(path))).run().expect(0);
        let expected = ["1/x.bin", "2/x.bin", "x (2).bin", "x.bin", "y (2).bin", "y.bin"];
        assert_eq!(dir.names(), expected, "{size}");
        assert_eq!(dir.read("y.bin"), b"theirs");
        let inodes: BTreeSet<_> = ["x.bin", "x (2).bin", "y (2).bin"].map(|name| inode(dir.path(name))).into();
        assert_eq!(inodes.len(), 1, "{size}");
    }
}

#[test]
fn with_overwrite_what_stands_there_becomes_a_name_of_its_twin() {
    for size in SIZES {
        let (dir, origin) = (TempDir::new(), Origin::start());
        let urls = twins(&origin, size, 2);
        let [a, b] = [0, 1].map(|n| format!("{size}-{n}.bin"));
        dir.write(&b, "older");
        // Again: the two are one file already, and the third time what comes has a time of its own.
        for (options, anew) in [(&[][..], true), (&[], false), (&["-R"], true)] {
            let before = inode(dir.path(&b));
            dedupe(&dir).args(["-j", "1", "--overwrite"]).args(options).args(&urls).run().expect(0);
            assert_eq!(dir.names(), [a.clone(), b.clone()]);
            assert_eq!(inode(dir.path(&a)), inode(dir.path(&b)), "{size} {options:?}");
            assert_eq!(inode(dir.path(&b)) != before, anew, "{size} {options:?}");
            assert!(dir.read(&b) == payload(1, size));
        }
    }
}

/// A file that was changed, or exchanged, since it was fetched is nobody's twin.
#[test]
fn a_file_that_is_another_by_now_is_left_alone() {
    type Change = fn(&TempDir, &str);
    let changes: [(&str, Change); 3] = [
        ("gone", |dir, name| fs::remove_file(dir.path(name)).expect("ours")),
        ("changed", |dir, name| drop(dir.write(name, payload(9, dir.read(name).len())))),
        ("a link", |dir, name| {
            fs::rename(dir.path(name), dir.path("moved")).expect("ours");
            symlink("moved", dir.path(name)).expect("linked");
        }),
    ];
    for size in SIZES {
        for (what, change) in changes {
            let (dir, origin) = (TempDir::new(), Origin::start());
            let urls = twins(&origin, size, 1);
            let gate = Gate::new();
            let (body, waits) = (payload(1, size), gate.clone());
            origin.script(
                "/late.bin",
                Script::new().then(move || Answer::status(200).wait_first(&waits).body(body.clone())),
            );
            let running = dedupe(&dir).arg(&urls[0]).arg(origin.url("/late.bin")).spawn();
            running.wait_stdout(|text| text.contains("\"finished\""));
            let first = format!("{size}-0.bin");
            change(&dir, &first);
            gate.open();
            running.wait().expect(0);
            assert!(dir.read("late.bin") == payload(1, size), "{what}");
            assert_eq!(fs::metadata(dir.path("late.bin")).expect("there").nlink(), 1, "{what}");
            if what == "changed" {
                assert!(dir.read(&first) == payload(9, size));
            }
        }
    }
}

/// Where links cannot be had the second is a file of its own.
#[test]
fn on_another_disk_it_is_a_copy() {
    let Some(disk) = disk_of(4096, "headless::twins::on_another_disk_it_is_a_copy") else { return };
    for size in SIZES {
        let (dir, origin) = (TempDir::new(), Origin::start());
        for path in ["/a/x.bin", "/b/x.bin", "/c/x.bin"] {
            origin.script(path, Script::body(payload(1, size)));
        }
        fs::create_dir_all(disk.join(size.to_string())).expect("room for it");
        symlink(disk.join(size.to_string()), dir.path("2")).expect("linked");
        symlink(disk.join(size.to_string()), dir.path("3")).expect("linked");
        let urls = ["/a/x.bin", "/b/x.bin", "/c/x.bin"].map(|path| origin.url(path));
        dedupe(&dir).args(["-j", "1", "--name", "{n}/{n}.bin"]).args(urls).run().expect(0);
        for name in ["1/1.bin", "2/2.bin", "3/3.bin"] {
            assert!(dir.read(name) == payload(1, size), "{name}");
        }
        let device = |name: &str| fs::metadata(dir.path(name)).expect("there").dev();
        assert_ne!(device("1/1.bin"), device("2/2.bin"));
        // From there on the copy is the one that has twins.
        assert_eq!(inode(dir.path("2/2.bin")), inode(dir.path("3/3.bin")), "{size}");
    }
}

#[test]
fn only_content_is_compared() {
    let dir = TempDir::new();
    plain(&dir).args(["--dedupe", "name", "http://127.0.0.1:9/"]).run().expect(2).check_stderr("content");
    plain(&dir).args(["compare", "--dedupe", "content"]).run().expect(2).check_stderr("--name and --dedupe");
}
