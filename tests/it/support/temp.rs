//! A fresh place for one test: a folder to work in, and a home that no other program has written to.

use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::path::{Path, PathBuf};

/// A folder of its own, removed at the end unless the test fails: then it is evidence.
pub(crate) struct TempDir {
    root: PathBuf,
}

impl TempDir {
    pub(crate) fn new() -> Self {
        // std has no random numbers but these: every RandomState is keyed anew.
        let number = RandomState::new().build_hasher().finish();
        let root = std::env::temp_dir().join(format!("haul-test-{}-{number:016x}", std::process::id()));
        fs::create_dir(&root).expect("the temporary folder takes new folders");
        // macOS has a link in the way to its temporary folder; the program shows real paths.
        let root = root.canonicalize().expect("the folder is there");
        let dir = Self { root };
        fs::create_dir(dir.work()).expect("a folder of our own takes new folders");
        fs::create_dir(dir.home()).expect("a folder of our own takes new folders");
        dir
    }

    /// The folder that the program is started in.
    pub(crate) fn work(&self) -> PathBuf {
        self.root.join("work")
    }

    /// The user's home; the XDG folders are below it.
    pub(crate) fn home(&self) -> PathBuf {
        self.root.join("home")
    }

    /// A path in the working folder.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.work().join(name)
    }

    /// Writes a file in the working folder.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).expect("a folder of our own takes files");
        path
    }

    /// Reads a file of the working folder.
    #[track_caller]
    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        match fs::read(self.path(name)) {
            Ok(bytes) => bytes,
            Err(error) => super::fail(&format!("{name}: {error}; the folder holds {:?}", self.names())),
        }
    }

    /// Every file below the working folder with its size, hidden ones too, by path with `/`.
    pub(crate) fn files(&self) -> BTreeMap<String, u64> {
        let mut files = BTreeMap::new();
        collect(&self.work(), "", &mut files);
        files
    }

    /// The paths of [`Self::files`].
    pub(crate) fn names(&self) -> Vec<String> {
        self.files().into_keys().collect()
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, u64>) {
    // A program under test may delete a file between the listing and the look at it.
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        match entry.metadata() {
            Ok(about) if about.is_dir() => collect(&entry.path(), &format!("{name}/"), files),
            Ok(about) => drop(files.insert(name, about.len())),
            Err(_) => {}
        }
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        // A test may have taken rights away; what cannot be removed stays, and no test fails for it.
        let _ = fs::remove_dir_all(&self.root);
    }
}

#[test]
fn a_folder_lives_as_long_as_its_test_and_stays_as_evidence() {
    let dir = TempDir::new();
    let other = TempDir::new();
    assert_ne!(dir.work(), other.work());
    dir.write("a.txt", "a");
    fs::create_dir(dir.path("sub")).expect("created");
    dir.write("sub/.b", "bb");
    assert_eq!(dir.files().into_iter().collect::<Vec<_>>(), [("a.txt".into(), 1), ("sub/.b".into(), 2)]);
    assert_eq!(dir.read("sub/.b"), b"bb");
    let root = dir.root.clone();
    drop(dir);
    assert!(!root.exists());

    let root = other.root.clone();
    let failed = std::thread::spawn(move || {
        let _kept = other;
        super::fail("expected by this test")
    });
    assert!(failed.join().is_err());
    assert!(root.exists());
    fs::remove_dir_all(root).expect("removed");
}
