//! What the connections of one file share: who fetches what, and the places where two pieces meet. A leaf within the
//! room.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::engine::disk;
use crate::engine::error::TransferError;
use crate::engine::resume::OVERLAP;
use crate::engine::segments::{Segments, Step, Taken, gaps, merged};

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

    /// The connection has ended; tells how much it has brought. Where it owes a seam, its last bytes are fetched again.
    pub(super) fn end(&self, number: u32, owes: bool) -> u64 {
        let mut state = self.lock();
        if owes {
            state.segments.doubt(number);
        }
        state.stops.remove(&number);
        state.segments.end(number)
    }
}

impl State {
    /// The seams that can be compared now.
    pub(super) fn ready(&self) -> Vec<Seam> {
        if self.seams.is_empty() {
            return Vec::new();
        }
        let written = self.segments.written();
        let ready = |seam: &&Seam| {
            let end = seam.at + seam.bytes.len() as u64;
            written.iter().any(|range| range.start <= seam.at && end <= range.end)
        };
        self.seams.iter().filter(ready).cloned().collect()
    }

    /// These hold.
    pub(super) fn hold(&mut self, seams: &[Seam]) {
        self.seams.retain(|seam| !seams.contains(seam));
    }

    /// The ranges that another attempt can go on with: they are with the kernel, and where two pieces meet of which
    /// nothing shows yet that they go together, the end of the first is fetched and compared again.
    pub(super) fn kept(&self) -> Vec<Range<u64>> {
        let open = self.segments.closing().chain(self.seams.iter().map(|seam| seam.at));
        // The first byte stays: a part without ranges would be one that was written in order.
        let open = merged(open.map(|at| at.saturating_sub(OVERLAP).max(1)..at).collect());
        self.segments.written().into_iter().flat_map(|range| gaps(range, &open)).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::segments::Aim;

    const MIB: u64 = 1024 * 1024;

    #[test]
    fn what_is_not_shown_to_go_together_is_not_kept_together() {
        let now = Instant::now();
        let mut segments = Segments::new(4 * MIB, Vec::new());
        let first = segments.begin(0, 4 * MIB, 0, now);
        let aim = Aim { ttfb: Duration::ZERO, at_once: true, holes: false, now };
        let second = segments.offer(1, aim).remove(0).number;
        let field = Field::new(segments);
        assert!(field.claim(second).is_some());
        let bring = |number| {
            field.take(number, usize::MAX, Duration::ZERO);
            field.wrote(number, u64::MAX);
        };
        bring(first);
        let kept = || field.lock().kept();
        let (cut, second_cut) = (0..2 * MIB - OVERLAP, [0..2 * MIB - OVERLAP, 2 * MIB..4 * MIB]);
        assert_eq!(kept(), std::slice::from_ref(&cut), "the seam is owed");
        let seam = Seam { at: 2 * MIB, bytes: vec![0; 1024] };
        field.sew(seam.clone());
        field.end(first, false);
        assert_eq!(kept(), [cut], "it cannot be compared yet");
        assert_eq!(field.lock().ready(), []);
        bring(second);
        assert_eq!(kept(), second_cut, "it is not compared yet");
        assert_eq!(field.lock().ready(), std::slice::from_ref(&seam), "nor when somebody began to");
        assert_eq!(kept(), second_cut);
        field.lock().hold(&[seam]);
        assert_eq!(kept(), std::slice::from_ref(&(0..4 * MIB)));
    }
}
