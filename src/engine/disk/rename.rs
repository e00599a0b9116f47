//! A file gets another name, and nothing that stands there is replaced, whatever the file system can and cannot do.

use std::io;
use std::path::Path;

use crate::engine::durable;

use super::inside;

/// Renames without ever replacing what stands at `to`.
pub(super) fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    durable::step()?;
    if inside::rename_new(from, to)?.is_some() {
        return Ok(());
    }
    match rename_by_link(from, to) {
        Err(error) if !matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound) => {
            rename_over_own(from, to)
        }
        result => result,
    }
}

fn rename_by_link(from: &Path, to: &Path) -> io::Result<()> {
    inside::link(from, to)?;
    durable::step()?;
    inside::remove(from)
}

/// Where there are no hard links either (FAT): an empty file of our own takes the name, and the rename replaces only
/// that.
fn rename_over_own(from: &Path, to: &Path) -> io::Result<()> {
    inside::create(to)?;
    durable::step()?;
    inside::rename(from, to).inspect_err(|_| {
        // The error that matters is the one on its way up.
        let _ = inside::remove(to);
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Fault 103: also where the file system cannot rename in one step, or has no hard links.
    #[test]
    fn each_way_to_rename_replaces_nothing() {
        type Way = fn(&Path, &Path) -> io::Result<()>;
        for (what, way) in
            [("one step", rename_new as Way), ("link", rename_by_link as Way), ("own file", rename_over_own as Way)]
        {
            let dir = std::env::temp_dir().join(format!("haul-rename-{:016x}", fastrand::u64(..)));
            fs::create_dir(&dir).expect("created");
            let dir = dir.canonicalize().expect("there");
            let part = dir.join("part");
            fs::write(&part, "ours").expect("written");
            let mut stands = vec!["file", "folder"];
            fs::write(dir.join("file"), "theirs").expect("written");
            fs::create_dir(dir.join("folder")).expect("created");
            #[cfg(unix)]
            for (link, to) in [("link", "file"), ("dangling", "nothing")] {
                std::os::unix::fs::symlink(to, dir.join(link)).expect("linked");
                stands.push(link);
            }
            for name in stands {
                let error = way(&part, &dir.join(name)).expect_err("it stands there");
                assert_eq!(error.kind(), io::ErrorKind::AlreadyExists, "{what}: {name}");
            }
            assert_eq!(fs::read(dir.join("file")).expect("there"), b"theirs", "{what}");
            assert!(!dir.join("nothing").exists(), "{what}");
            way(&part, &dir.join("free")).expect("a free name");
            assert_eq!(fs::read(dir.join("free")).expect("there"), b"ours", "{what}");
            assert!(!part.exists(), "{what}");
            // Without a part there is nothing to leave behind.
            assert!(way(&part, &dir.join("none")).is_err(), "{what}");
            assert!(!dir.join("none").exists(), "{what}");
            fs::remove_dir_all(dir).expect("removed");
        }
    }
}
