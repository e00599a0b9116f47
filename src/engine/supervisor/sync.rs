//! Bringing what was written to the disk for good, in the background: no file waits for it. What the store has a mark
//! for survives the loss of power; the rest is looked at after that.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::task::spawn_blocking;

use crate::engine::disk;
use crate::engine::partial::part_path;
use crate::engine::request::JobId;
use crate::engine::store::{Store, Synced, Unsynced, checkpoint};

use super::Supervisor;

/// How often at most.
const PAUSE: Duration = Duration::from_secs(5);

/// A debug build makes its pause as long as `HAUL_SYNC_PAUSE` says, in milliseconds: tests do not wait for seconds.
fn pause() -> Duration {
    #[cfg(debug_assertions)]
    if let Some(millis) = std::env::var("HAUL_SYNC_PAUSE").ok().and_then(|text| text.parse().ok()) {
        return Duration::from_millis(millis);
    }
    PAUSE
}

impl Supervisor {
    /// Something was written, or will be. Nothing is ever due while nothing is.
    pub(super) fn sync_later(&mut self) {
        if self.shared.options.state.is_some() && self.sync_at.is_none() {
            self.sync_at = Some(Instant::now() + pause());
        }
    }

    pub(super) fn sync(&mut self) {
        self.sync_at = None;
        if !self.tasks.is_empty() {
            self.sync_later();
        }
        let (store, state) = (self.shared.store.clone(), self.shared.options.state.clone());
        let syncing = Arc::clone(&self.syncing);
        // A disk may take longer than the pause.
        if syncing.swap(true, Ordering::AcqRel) {
            self.sync_later();
        } else {
            // Nobody waits for it, not even the end of the engine.
            drop(spawn_blocking(move || {
                let _under_way = UnderWay(syncing);
                sync(&store);
                if let Some(state) = state {
                    checkpoint(&state);
                }
            }));
        }
    }
}

/// Says that it is over, however it ends.
struct UnderWay(Arc<AtomicBool>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

fn sync(store: &Store) {
    let mut synced = Vec::new();
    let mut folders: BTreeMap<PathBuf, (Vec<JobId>, Vec<PathBuf>)> = BTreeMap::new();
    for unsynced in store.unsynced() {
        match unsynced {
            Unsynced::Part { id, generation, dir, ranges } => {
                // A part that is gone has become a file meanwhile, or was dropped.
                if let Ok(bytes) = disk::sync_part(&part_path(&dir, id, generation)) {
                    // The length of one that is written in several places says nothing.
                    let bytes = ranges.first().map_or(bytes, |first| first.1);
                    synced.push(Synced::Part { id, generation, bytes, ranges });
                }
            }
            Unsynced::File { id, path } => {
                let folder = folders.entry(path.parent().unwrap_or(Path::new(".")).to_path_buf()).or_default();
                folder.0.push(id);
                folder.1.push(path);
            }
        }
    }
    for (dir, (ids, files)) in folders {
        // Without a mark they are looked at after the loss of power, which is as good.
        if disk::sync_files(&dir, &files).is_ok() {
            synced.extend(ids.into_iter().map(|id| Synced::File { id }));
        }
    }
    store.synced(synced);
}
