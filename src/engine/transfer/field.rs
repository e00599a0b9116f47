//! What the connections of one file share: who fetches what, and the places where two pieces meet. A leaf within the
//! room.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::engine::disk;
use crate::engine::error::TransferError;
use crate::engine::resume::OVERLAP;
use crate::engine::segments::{Segments, Step, Taken};

/// Bytes that one connection has brought behind the end of its piece, where another one's begins: the same there, or the
/// two have different files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seam {
    pub(super) at: u64,
    pub(super) bytes: Vec<u8>,
}

/// See the head of this file.
#[derive(Debug)]
pub(super) struct Field(Mutex<State>);

#[derive(Debug)]
pub(super) struct State {
    pub(super) segments: Segments,
    /// Tells a connection to stop.
    pub(super) stops: BTreeMap<u32, CancellationToken>,
    seams: Vec<Seam>,
}

impl Field {
    pub(super) fn new(segments: Segments) -> Self {
        Self(Mutex::new(State { segments, stops: BTreeMap::new(), seams: Vec::new() }))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // No code that holds it can panic half way through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn take(&self, number: u32, bytes: usize, waited: Duration) -> Step {
        self.lock().segments.take(number, bytes, waited, Instant::now())
    }

    pub(super) fn wrote(&self, number: u32, written: u64) {
        self.lock().segments.wrote(number, written);
    }

    /// Takes what was offered, and stops whoever has nothing left by that.
    pub(super) fn claim(&self, number: u32) -> Option<Taken> {
        let mut state = self.lock();
        let taken = state.segments.claim(number, Instant::now())?;
        if let Some(stop) = taken.relieved.and_then(|relieved| state.stops.get(&relieved)) {
            stop.cancel();
        }
        Some(taken)
    }

    /// Notes what is to be compared.
    pub(super) fn sew(&self, seam: Seam) {
        self.lock().seams.push(seam);
    }

    /// The connection has ended. Where it owes a seam, its last bytes are fetched again.
    pub(super) fn end(&self, number: u32, owes: bool) {
        let mut state = self.lock();
        if owes {
            state.segments.doubt(number);
        }
        state.segments.end(number);
        state.stops.remove(&number);
    }
}

impl State {
    /// The seams that can be compared now, each handed out once.
    pub(super) fn seams(&mut self) -> Vec<Seam> {
        if self.seams.is_empty() {
            return Vec::new();
        }
        let written = self.segments.written();
        let ready = |seam: &mut Seam| {
            let end = seam.at + seam.bytes.len() as u64;
            written.iter().any(|range| range.start <= seam.at && end <= range.end)
        };
        self.seams.extract_if(.., ready).collect()
    }
}

/// So many bytes behind the end of a piece are compared.
pub(super) fn seam(end: u64, total: u64) -> usize {
    usize::try_from(OVERLAP.min(total - end)).unwrap_or_default()
}

/// Reads what is in the part.
pub(super) async fn read(path: PathBuf, at: u64, len: usize) -> Result<Vec<u8>, TransferError> {
    let read = tokio::task::spawn_blocking(move || disk::read_part(&path, at, len)).await;
    read.map_err(std::io::Error::other).flatten().map_err(|error| disk::error("read the part file", &error))
}
