//! The death of processes (108 to 111, 114, 118 to 120): the program dies, fails or panics at every durable call and
//! is killed at any moment, alone or beside others. Whatever happened, the same command again ends with every file
//! there once and whole.

mod faults;
mod kills;
mod scene;
mod sweep;
mod together;

use crate::support::temp::TempDir;

/// The lock files of sessions, those of processes that died among them.
fn locks(dir: &TempDir) -> Vec<String> {
    let state = std::fs::read_dir(dir.home().join("state/haul")).into_iter().flatten().flatten();
    let names = state.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.strip_suffix(".lock").is_some()).collect()
}
