//! Part files: where a body grows until it is whole. Written strictly in order by one owner, so that a part is at
//! every instant a prefix of the body; until it is spread: then several hands write to it, each in order from a place of
//! its own, and which ranges of it are the body's is for others to know.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::engine::durable;
use crate::engine::partial::Length;

use super::inside::{self, Identity};

/// How long the lock of a process that ends is waited for, and how often it is looked.
const DYING: Duration = Duration::from_millis(500);
const PAUSE: Duration = Duration::from_millis(10);

/// An open part file.
#[derive(Debug)]
pub(in crate::engine) struct Part {
    path: PathBuf,
    file: Arc<File>,
    /// Where the next byte goes.
    len: u64,
    /// The folder that it was opened in.
    folder: Identity,
    /// How long the file is at least, once it is spread; all hands know.
    spread: Option<Arc<AtomicU64>>,
}

impl Part {
    /// Makes a new part. Whatever stands there, file or link, is somebody else's and makes this fail.
    pub(in crate::engine) fn create(path: PathBuf) -> io::Result<Self> {
        durable::step()?;
        let file = inside::create(&path)?;
        lock(&file)?;
        let folder = inside::identity(&path)?;
        Ok(Self { path, file: Arc::new(file), len: 0, folder, spread: None })
    }

    /// Opens a part to go on with. It must be a plain file of ours that nobody has tampered with, as far as its length
    /// tells; the bytes themselves are for the caller to compare.
    pub(in crate::engine) fn open(path: PathBuf, length: Length) -> io::Result<Self> {
        let in_the_way = || fs::symlink_metadata(&path).is_ok_and(|metadata| !metadata.is_file());
        let file = inside::append(&path).map_err(|error| if in_the_way() { changed() } else { error })?;
        let metadata = file.metadata()?;
        if !metadata.is_file() || !is_ours(&metadata) {
            return Err(changed());
        }
        lock(&file)?;
        let folder = inside::identity(&path)?;
        let mut part = Self { path, file: Arc::new(file), len: metadata.len(), folder, spread: None };
        match length {
            Length::Exactly(len) if part.len == len => {}
            Length::AtLeast(least) if part.len >= least => {}
            Length::AtMost(most) => {
                part.len = part.len.min(most);
                part.truncate()?;
            }
            Length::Exactly(_) | Length::AtLeast(_) => return Err(changed()),
        }
        Ok(part)
    }

    /// A finished file, to be looked at like a body.
    pub(in crate::engine) fn finished(path: PathBuf) -> io::Result<Self> {
        let (file, folder) = (inside::read(&path)?, inside::identity(&path)?);
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other("it is no plain file"));
        }
        Ok(Self { path, file: Arc::new(file), len: metadata.len(), folder, spread: None })
    }

    /// Fails where somebody else has written to it, or has put something in its place or in that of its folder.
    pub(in crate::engine) fn check(&self) -> io::Result<()> {
        if inside::identity(&self.path)? != self.folder {
            return Err(io::Error::other("another folder has taken the place of the one with the part file"));
        }
        let ours = inside::is(&self.path, &self.file)? && self.file.metadata()?.len() == self.len;
        if ours { Ok(()) } else { Err(changed()) }
    }

    /// Removes it.
    pub(in crate::engine) fn remove(&self) {
        remove_own(&self.path);
    }

    /// Adds bytes at the end. After an error the length on the disk is unknown and the part must be dropped or
    /// truncated, which [`Self::truncate`] does.
    pub(in crate::engine) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        durable::step()?;
        let Some(spread) = &self.spread else {
            self.file.as_ref().write_all(bytes)?;
            self.len += bytes.len() as u64;
            return Ok(());
        };
        // In this order: other hands make it longer meanwhile.
        let least = spread.load(Ordering::Acquire);
        if self.file.metadata()?.len() < least {
            // Somebody has cut it: what lies before these bytes would become zeros.
            return Err(changed());
        }
        inside::write_at(&self.file, bytes, self.len)?;
        spread.fetch_max(self.len + bytes.len() as u64, Ordering::AcqRel);
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// From now on bytes go where they belong and no more to the end, and [`Self::hand`] has a meaning.
    ///
    /// # Errors
    /// Also where the system has no such writes.
    pub(in crate::engine) fn spread(&mut self) -> io::Result<()> {
        inside::write_anywhere(&self.file)?;
        let least = self.file.metadata()?.len();
        self.spread.get_or_insert_with(|| Arc::new(AtomicU64::new(least)));
        Ok(())
    }

    /// True from then on.
    pub(in crate::engine) fn is_spread(&self) -> bool {
        self.spread.is_some()
    }

    /// The same file for another writer, whose first byte goes to `at`.
    pub(in crate::engine) fn hand(&self, at: u64) -> Self {
        let Self { path, file, folder, spread, .. } = self;
        Self { path: path.clone(), file: Arc::clone(file), len: at, folder: *folder, spread: spread.clone() }
    }

    /// Cuts what a failed [`Self::append`] may have left. In a spread part that is nobody's, and stays.
    pub(in crate::engine) fn truncate(&mut self) -> io::Result<()> {
        if self.spread.is_some() {
            return Ok(());
        }
        durable::step()?;
        self.file.set_len(self.len)
    }

    /// Returns when its bytes would survive the loss of power.
    pub(in crate::engine) fn sync(&self) -> io::Result<()> {
        durable::step()?;
        self.file.sync_all()
    }

    /// Reads it from its first byte. Fails as [`Self::check`] does.
    pub(in crate::engine) fn reader(&self) -> io::Result<File> {
        self.check()?;
        inside::read(&self.path)
    }

    /// How many bytes are in it; of a spread one, where the next byte goes.
    pub(in crate::engine) fn len(&self) -> u64 {
        self.len
    }

    /// The open file.
    pub(super) fn file(&self) -> &File {
        &self.file
    }
}

/// What tells a file from every other one of its file system, whatever the name.
pub(super) fn inode(file: &File) -> Option<u64> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        file.metadata().ok().map(|metadata| metadata.ino())
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        None
    }
}

/// Sets when the file was changed last. Some file systems keep no such time, and a file without is as good.
pub(super) fn set_modified(file: &File, time: SystemTime) {
    // Neither has the time anything to do with whether the file is there.
    let _ = durable::step().and_then(|()| file.set_modified(time));
}

/// Somebody else has been at a part file: its bytes are of no use, and the file is to be fetched again.
#[derive(Debug)]
pub(super) struct Changed;

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the part file was changed by another program")
    }
}

impl std::error::Error for Changed {}

fn changed() -> io::Error {
    io::Error::other(Changed)
}

/// One writer at a time, also among processes: two that append would mix their bytes. One that is just dying has its
/// lock a moment longer than its session.
fn lock(file: &File) -> io::Result<()> {
    let until = Instant::now() + DYING;
    loop {
        match file.try_lock() {
            Err(fs::TryLockError::WouldBlock) if Instant::now() < until => thread::sleep(PAUSE),
            Err(fs::TryLockError::WouldBlock) => {
                return Err(io::Error::new(io::ErrorKind::WouldBlock, "another haul writes to the part file"));
            }
            // Some file systems have no locks.
            Err(fs::TryLockError::Error(_)) | Ok(()) => return Ok(()),
        }
    }
}

/// True for a file that no other name leads to and that belongs to whoever runs this.
#[cfg(unix)]
fn is_ours(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    metadata.nlink() == 1 && metadata.uid() == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn is_ours(_: &fs::Metadata) -> bool {
    true
}

/// Reads `len` bytes of a part from `at` on.
pub(in crate::engine) fn read_part(path: &Path, at: u64, len: usize) -> io::Result<Vec<u8>> {
    let mut file = inside::read(path)?;
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = vec![0; len];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Removes a part file. One that is gone already is as good, one that somebody has open to write stays, and one that
/// cannot be removed is found by its name later.
pub(in crate::engine) fn remove_part(path: &Path) {
    let open = inside::read(path).is_ok_and(|file| matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)));
    if !open {
        remove_own(path);
    }
}

/// Removes a part file that is nobody else's for certain, whether or not it is open.
pub(in crate::engine) fn remove_own(path: &Path) {
    // A link in its place goes, and what it leads to stays.
    let there = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file() || metadata.is_symlink());
    let removed = || durable::step().and_then(|()| inside::remove(path));
    if there && removed().is_err() {
        // Once more: nobody may ever look here again.
        let _ = removed();
    }
}

/// Sees to it that what was made of this file's bytes so far would survive the loss of power; tells how many there are.
pub(in crate::engine) fn sync_part(path: &Path) -> io::Result<u64> {
    let file = inside::read(path)?;
    let len = file.metadata()?.len();
    durable::step()?;
    file.sync_data()?;
    Ok(len)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh() -> PathBuf {
        let temp = std::env::temp_dir().canonicalize().expect("there");
        temp.join(format!("haul-part-{:016x}", fastrand::u64(..)))
    }

    #[test]
    fn after_a_cut_bytes_go_on_where_the_part_ends() {
        let path = fresh();
        let mut part = Part::create(path.clone()).expect("created");
        part.append(b"good").expect("written");
        // What a write that failed half way leaves.
        part.file.as_ref().write_all(b"rest of a piece").expect("written");
        part.truncate().expect("cut");
        part.append(b" and more").expect("written");
        let there = fs::read(&path).expect("readable");
        fs::remove_file(&path).expect("removed");
        assert_eq!((there.as_slice(), part.len()), (&b"good and more"[..], 13));
    }

    #[cfg(unix)]
    #[test]
    fn hands_write_where_they_are_put_and_see_that_it_was_cut() {
        let path = fresh();
        let mut part = Part::create(path.clone()).expect("created");
        part.append(b"0123").expect("written");
        part.spread().expect("spread");
        let mut far = part.hand(8);
        far.append(b"89").expect("written");
        part.append(b"45").expect("written");
        let mut middle = part.hand(6);
        middle.append(b"67").expect("written");
        far.append(b"ab").expect("written");
        assert_eq!(fs::read(&path).expect("there"), b"0123456789ab");
        assert_eq!((part.len(), middle.len(), far.len()), (6, 8, 12));
        assert!(part.hand(12).check().is_ok());
        File::options().write(true).open(&path).and_then(|file| file.set_len(7)).expect("cut");
        let error = far.append(b"cd").expect_err("it was cut");
        assert!(error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<Changed>));
        fs::remove_file(&path).expect("removed");
    }

    #[test]
    fn a_part_is_opened_only_if_its_length_is_right() {
        let path = fresh();
        fs::write(&path, [7; 100]).expect("written");
        for (length, expected) in [
            (Length::Exactly(100), Some(100)),
            (Length::Exactly(99), None),
            (Length::Exactly(101), None),
            (Length::AtLeast(40), Some(100)),
            (Length::AtLeast(101), None),
            (Length::AtMost(200), Some(100)),
            (Length::AtMost(60), Some(60)),
            (Length::AtMost(0), Some(0)),
        ] {
            let opened = Part::open(path.clone(), length).ok().map(|part| part.len());
            assert_eq!(opened, expected, "{length:?}");
        }
        assert_eq!(fs::read(&path).expect("there").len(), 0);
        fs::remove_file(&path).expect("removed");
    }

    #[cfg(unix)]
    #[test]
    fn what_stands_in_its_place_is_not_touched() {
        let (foreign, path) = (fresh(), fresh());
        fs::write(&foreign, b"theirs").expect("written");
        for hard in [false, true] {
            if hard {
                fs::hard_link(&foreign, &path).expect("linked");
            } else {
                std::os::unix::fs::symlink(&foreign, &path).expect("linked");
            }
            assert!(Part::open(path.clone(), Length::AtLeast(0)).is_err());
            assert!(Part::open(path.clone(), Length::AtMost(0)).is_err());
            assert!(Part::create(path.clone()).is_err());
            remove_part(&path);
            assert!(fs::symlink_metadata(&path).is_err());
        }
        assert_eq!(fs::read(&foreign).expect("there"), b"theirs");
        fs::remove_file(&foreign).expect("removed");
    }
}
