//! File systems that only one test sees. The test runs itself once more, as a process whose mounts are private to it
//! (`unshare`, which needs no root on most systems), and does its work there.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::fail;
use super::temp::TempDir;

/// Tells the inner process where its disk is mounted.
const INNER: &str = "HAUL_TEST_DISK";

/// A disk in memory of so many KiB, for the test of this full name; it ends with the test. None in the outer process,
/// which has seen the inner one pass by then, and where the system does not let us, which is said.
pub(crate) fn disk_of(kib: usize, test: &str) -> Option<PathBuf> {
    if let Some(disk) = std::env::var_os(INNER) {
        return Some(disk.into());
    }
    let dir = TempDir::new();
    let disk = dir.path("disk");
    std::fs::create_dir(&disk).expect("created");
    let script = format!(r#"mount -t tmpfs -o size={kib}k none "${INNER}" && exec "$0" "$@""#);
    let inner = std::env::current_exe().expect("a test has a program");
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", &script]).arg(inner).args(["--exact", test, "--nocapture"]).env(INNER, &disk);
    if !may_mount(&dir.work()) {
        return skipped();
    }
    let done = command.output().expect("it was there a moment ago");
    let out = String::from_utf8_lossy(&done.stdout);
    // A test of another name would be none, and pass.
    if !done.status.success() || !out.contains("1 passed") {
        fail(&format!("inside: {}\n{out}\n{}", done.status, String::from_utf8_lossy(&done.stderr)));
    }
    None
}

/// Whether a process of its own may mount things in this folder.
pub(crate) fn may_mount(folder: &Path) -> bool {
    let tried = Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "none"]).arg(folder).output();
    tried.is_ok_and(|output| output.status.success())
}

#[expect(clippy::print_stderr, reason = "a test that cannot run here says so")]
pub(crate) fn skipped<T>() -> Option<T> {
    eprintln!("no mounts of our own here: skipped");
    None
}
