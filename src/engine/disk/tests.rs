//! Names and parts against a folder in which somebody else works too.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::*;
use crate::engine::partial::Length;

const PLAIN: Manner = Manner { overwrite: false, sync: false, modified: None };

fn whole<'a>(body: &'a Body, part: &'a Path) -> Whole<'a> {
    Whole { body, part, spare: Path::new(""), twin: None }
}

/// Nothing is known of any name.
struct NoBooks;

impl Books for NoBooks {
    fn is_owned(&self, _: &Path) -> bool {
        false
    }

    fn intend(&self, _: &Path, _: u64, _: Option<u64>) -> io::Result<()> {
        Ok(())
    }
}

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("haul-disk-{:016x}", fastrand::u64(..)));
        fs::create_dir(&path).expect("the temporary folder takes new folders");
        Self(path.canonicalize().expect("just made"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        fs::write(self.path(name), text).expect("a folder of our own takes files");
        self.path(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Puts something in the way, at the path that is given.
#[cfg(unix)]
type InTheWay = fn(&Folder, &Path);

/// Fault 93: what somebody has put where a part belongs. Everything leads to the file `theirs`.
#[cfg(unix)]
const IN_THE_WAY: [(&str, InTheWay); 5] = [
    ("a link", |folder, at| std::os::unix::fs::symlink(folder.path("theirs"), at).expect("linked")),
    ("a hard link", |folder, at| fs::hard_link(folder.path("theirs"), at).expect("linked")),
    ("a dangling link", |folder, at| std::os::unix::fs::symlink(folder.path("nothing"), at).expect("linked")),
    ("a folder", |_, at| fs::create_dir(at).expect("created")),
    ("a pipe", |_, at| {
        let made = std::process::Command::new("mkfifo").arg(at).status().expect("every Unix has mkfifo");
        assert!(made.success());
    }),
];

#[cfg(unix)]
#[test]
fn a_part_is_never_made_or_continued_through_something_of_others() {
    for (what, put) in IN_THE_WAY {
        let folder = Folder::new();
        let theirs = folder.write("theirs", "theirs");
        let part = folder.path("part");
        put(&folder, &part);
        assert!(Part::create(part.clone()).is_err(), "{what}");
        // Also where the length is the right one.
        assert!(Part::open(part.clone(), Length::Exactly(6)).is_err(), "{what}");
        assert_eq!(fs::read(theirs).expect("there still"), b"theirs", "{what}");
        assert!(!folder.path("nothing").exists(), "{what}");
        assert!(part.symlink_metadata().is_ok(), "{what}: not ours to remove");
    }
    let folder = Folder::new();
    assert!(Part::open(folder.write("part", "ours"), Length::Exactly(4)).is_ok());
    assert!(Part::open(folder.path("part"), Length::Exactly(5)).is_err());
}

/// Fault 95: on a file system that takes them for one name, twins with the same bytes are two files all the same.
#[test]
fn twins_in_case_or_composition_are_never_one_file() {
    for (one, other) in [("A.png", "a.png"), ("\u{e9}.png", "e\u{301}.png"), ("\u{c9}.png", "e\u{301}.png")] {
        let (folder, finals) = (Folder::new(), Finals::default());
        let body = Body::Memory(Bytes::from_static(b"abc"));
        let first = commit(whole(&body, &folder.path("1.part")), Name::Given(one), &finals, PLAIN, &NoBooks)
            .expect("a free name");
        assert_eq!((first.path, first.skipped), (folder.path(one), false));
        // As such a file system has it: the second name leads to the first file.
        if !folder.path(other).exists() {
            fs::hard_link(folder.path(one), folder.path(other)).expect("linked");
        }
        let second = commit(whole(&body, &folder.path("2.part")), Name::Given(other), &finals, PLAIN, &NoBooks)
            .expect("a free name");
        assert!(!second.skipped, "{other}");
        assert_eq!(second.path, folder.path(&crate::engine::file_name::numbered(other, 2)));
        assert!(!folder.path("2.part").exists());
    }
}

/// A digest is a hint: what is said to be the same may be another file, or none by now.
#[test]
fn nobody_gets_a_name_of_a_file_with_other_bytes() {
    let (folder, finals) = (Folder::new(), Finals::default());
    folder.write("same", "abc");
    folder.write("other", "abd");
    folder.write("longer", "abcd");
    let path = folder.path("1.part");
    let in_part = || {
        let mut part = Part::create(path.clone()).expect("created");
        part.append(b"abc").expect("written");
        Body::Part(part)
    };
    let in_memory = || Body::Memory(Bytes::from_static(b"abc"));
    let kinds: [(&str, &dyn Fn() -> Body); 2] = [("memory", &in_memory), ("part", &in_part)];
    for (kind, body) in kinds {
        for (hint, same) in [("other", false), ("longer", false), ("none", false), (".", false), ("same", true)] {
            let (body, twin, name) = (body(), folder.path(hint), format!("{kind}, {hint}"));
            let whole = Whole { twin: Some(&twin), ..whole(&body, &path) };
            let committed = commit(whole, Name::Own(&name), &finals, PLAIN, &NoBooks).expect("a free name");
            assert_eq!(fs::read(&committed.path).expect("there"), b"abc", "{name}");
            let there = fs::File::open(&committed.path).expect("there");
            assert_eq!(inside::is(&twin, &there).expect("the folder is there"), same, "{name}");
            assert!(!path.exists(), "{name}: the part goes when its bytes have the name");
        }
    }
    assert_eq!(fs::read(folder.path("other")).expect("there"), b"abd");
}

/// Counts the names that are written down.
#[derive(Default)]
struct Intended(Cell<usize>);

impl Books for Intended {
    fn is_owned(&self, _: &Path) -> bool {
        false
    }

    fn intend(&self, _: &Path, _: u64, _: Option<u64>) -> io::Result<()> {
        self.0.set(self.0.get() + 1);
        Ok(())
    }
}

/// The way past those of this run costs nothing: to write down a name is to wait for the database.
#[test]
fn of_many_twins_of_one_name_each_is_written_down_once() {
    let (folder, finals, books) = (Folder::new(), Finals::default(), Intended::default());
    let (twin, path) = (folder.path("a"), folder.path("1.part"));
    for number in 1..=20 {
        let mut part = Part::create(path.clone()).expect("created");
        part.append(b"abc").expect("written");
        let body = Body::Part(part);
        let whole = Whole { twin: Some(&twin).filter(|_| number > 1).map(PathBuf::as_path), ..whole(&body, &path) };
        let committed = commit(whole, Name::Given("a"), &finals, PLAIN, &books).expect("a free name");
        assert_eq!((committed.skipped, books.0.get()), (false, number));
    }
    assert_eq!(fs::read_dir(&folder.0).expect("there").count(), 20);
}

/// Fault 96: in a folder so deep that only short names fit, a given name becomes one, and the user's own fails.
#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_too_long_for_the_file_system_is_cut() {
    // With the zero at its end.
    const LONGEST_PATH: usize = 4096;
    let folder = Folder::new();
    let mut deep = folder.path("deep");
    while deep.as_os_str().len() + 201 < LONGEST_PATH - 60 {
        deep.push("d".repeat(200));
    }
    deep.push("d".repeat(LONGEST_PATH - 60 - deep.as_os_str().len() - 1));
    fs::create_dir_all(&deep).expect("just short enough");
    let (finals, part, name) = (Finals::default(), deep.join("1.part"), format!("{}.jpg", "x".repeat(200)));
    for (number, body) in [b"abc", b"def"].map(|bytes| Body::Memory(Bytes::from_static(bytes))).iter().enumerate() {
        let settled =
            commit(whole(body, &part), Name::Given(&name), &finals, PLAIN, &NoBooks).expect("a shorter name fits");
        let expected =
            if number == 0 { format!("{}.jpg", "x".repeat(50)) } else { format!("{} (2).jpg", "x".repeat(50)) };
        assert_eq!(settled.path.file_name(), Some(expected.as_ref()));
    }
    let error =
        commit(whole(&Body::Memory(Bytes::from_static(b"abc")), &part), Name::Own(&name), &finals, PLAIN, &NoBooks)
            .expect_err("taken as it is");
    assert_eq!(error.kind(), io::ErrorKind::InvalidFilename);
}
