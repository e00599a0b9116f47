//! A file that is known already: when its record is enough, when it is looked at, and when it is fetched again.

use std::fs;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::{database, jobs};
use crate::headless::{event, json, plain};
use crate::support::origin::{Origin, Script};
use crate::support::temp::TempDir;

/// A folder with `/a.bin` in it, and the origin that it came from.
fn fetched() -> (TempDir, Origin) {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("server"));
    plain(&dir).arg(origin.url("/a.bin")).run().expect(0);
    (dir, origin)
}

fn checksum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold("sha256:".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}

type Change = fn(&Path);

/// What the user has done to the file since, options, exit status, further requests, names.
type Case<'a> = (&'a str, Change, &'a [&'a str], i32, usize, &'a [&'a str]);

#[test]
fn a_file_that_is_not_as_it_was_is_fetched_again() {
    let (right, wrong) = (checksum(b"server"), checksum(b"what"));
    let nothing: Change = |_| {};
    let same_size: Change = |path| fs::write(path, "edited").expect("written");
    let folder: Change = |path| {
        fs::remove_file(path).expect("removed");
        fs::create_dir(path).expect("created");
    };
    let link: Change = |path| {
        fs::remove_file(path).expect("removed");
        fs::write(path.with_file_name("aim"), "server").expect("written");
        std::os::unix::fs::symlink("aim", path).expect("linked");
    };
    let rows: [Case<'_>; 13] = [
        ("untouched", nothing, &[], 0, 0, &["a.bin"]),
        ("deleted", |path| fs::remove_file(path).expect("removed"), &[], 0, 1, &["a.bin"]),
        ("longer", |path| fs::write(path, "edited by me").expect("written"), &[], 0, 1, &["a (2).bin", "a.bin"]),
        ("edited, the same size", same_size, &[], 0, 0, &["a.bin"]),
        ("a folder there", folder, &[], 0, 1, &["a (2).bin", "a.bin"]),
        ("a link there", link, &[], 0, 1, &["a (2).bin", "a.bin", "aim"]),
        ("overwritten", same_size, &["--overwrite"], 0, 1, &["a.bin"]),
        ("overwritten, a folder there", folder, &["--overwrite"], 0, 1, &["a (2).bin"]),
        ("overwritten, a link there", link, &["--overwrite"], 0, 1, &["a (2).bin", "a.bin", "aim"]),
        ("the right checksum", nothing, &["--checksum", &right], 0, 0, &["a.bin"]),
        ("a wrong checksum", nothing, &["--checksum", &wrong], 1, 1, &["a.bin"]),
        ("edited, with a checksum", same_size, &["--checksum", &right], 0, 1, &["a (2).bin", "a.bin"]),
        ("deleted, synced", |path| fs::remove_file(path).expect("removed"), &["--sync"], 0, 1, &["a.bin"]),
    ];
    for (what, change, args, status, requests, names) in rows {
        let (dir, origin) = fetched();
        change(&dir.path("a.bin"));
        plain(&dir).args(args).arg(origin.url("/a.bin")).run().expect(status);
        assert_eq!(origin.all_requests().len(), 1 + requests, "{what}");
        // A folder is listed by what is in it, and there is nothing.
        let expected: Vec<_> =
            names.iter().filter(|name| !(what == "a folder there" && **name == "a.bin")).copied().collect();
        assert_eq!(dir.names(), expected, "{what}");
        if requests == 1 && status == 0 {
            let fresh = if names.contains(&"a (2).bin") { "a (2).bin" } else { "a.bin" };
            assert_eq!(dir.read(fresh), b"server", "{what}");
        }
        if names.contains(&"aim") {
            assert_eq!(dir.read("aim"), b"server", "{what}");
        }
    }
}

#[test]
fn a_report_has_the_digest_of_what_is_there() {
    let (dir, origin) = fetched();
    for _ in 0..2 {
        let done = json(&dir).args(["--report", "r.json", &origin.url("/a.bin")]).run().expect(0);
        let finished = event(&done, "finished");
        assert_eq!((&finished["skipped"], &finished["sha256"]), (&true.into(), &checksum(b"server")[7..].into()));
        assert!(String::from_utf8_lossy(&dir.read("r.json")).contains(&checksum(b"server")[7..]));
    }
    assert_eq!(origin.all_requests().len(), 1);
}

/// The path is the file of whoever had it last: the size alone must not make it the other one's.
#[test]
fn a_name_that_another_file_has_taken_is_no_longer_the_first_ones() {
    for args in [&[][..], &["--overwrite"]] {
        let (dir, origin) = fetched();
        origin.script("/other/a.bin", Script::body("tother"));
        if args.is_empty() {
            fs::remove_file(dir.path("a.bin")).expect("removed");
        }
        plain(&dir).args(args).arg(origin.url("/other/a.bin")).run().expect(0);
        assert_eq!(dir.read("a.bin"), b"tother", "{args:?}");
        plain(&dir).arg(origin.url("/a.bin")).run().expect(0);
        assert_eq!((dir.read("a.bin"), dir.read("a (2).bin")), (b"tother".to_vec(), b"server".to_vec()), "{args:?}");
        assert_eq!(jobs(&database(&dir)).len(), 2, "{args:?}");
    }
}
