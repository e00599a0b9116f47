//! The bridge from an async task to a part file: bytes are gathered and written in large pieces on a blocking
//! thread, one write at a time, while the next piece fills. A body that arrives faster than the disk takes it waits
//! here, so memory is bounded and the socket is left unread.

use std::io;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::task::{JoinHandle, spawn_blocking};

use super::part::Part;

/// What all writers of an engine hold in memory together, as long as their pieces are not the smallest.
const BUDGET: usize = 4 * 1024 * 1024;

/// Writes of this size cost the kernel least; larger ones gain nothing more.
const LARGEST_PIECE: usize = 1024 * 1024;
const SMALLEST_PIECE: usize = 64 * 1024;

/// How many writers share the memory for pieces.
#[derive(Debug, Default)]
pub(in crate::engine) struct Buffers(AtomicUsize);

impl Buffers {
    /// A piece goes out when it is this large. Each writer has two, one filling and one being written.
    fn piece(&self) -> usize {
        let writers = self.0.load(Ordering::Relaxed).max(1);
        (BUDGET / (2 * writers)).clamp(SMALLEST_PIECE, LARGEST_PIECE)
    }
}

/// One writer's part in the memory, for as long as it lives.
#[derive(Debug)]
struct Share(Arc<Buffers>);

impl Share {
    fn new(buffers: Arc<Buffers>) -> Self {
        buffers.0.fetch_add(1, Ordering::Relaxed);
        Self(buffers)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

type Written = (Part, Vec<u8>, io::Result<()>);

/// Writes one part file from an async task. Every method may be dropped half way; [`Self::finish`] then still gives
/// back the part.
#[derive(Debug)]
pub(in crate::engine) struct Writer {
    state: State,
    filling: Vec<u8>,
    /// A write has failed: what would follow it has no place in the file any more.
    broken: bool,
    /// Bytes up to here are with the kernel, as far as anybody has looked.
    written: u64,
    share: Share,
}

#[derive(Debug)]
enum State {
    Opening(JoinHandle<io::Result<Part>>),
    Idle(Part, Vec<u8>),
    Writing(JoinHandle<Written>),
    /// The part could not be opened, or its thread died.
    Lost,
}

impl Writer {
    /// Opens a part on a blocking thread; [`Self::ready`] or the first bytes tell how that went.
    pub(in crate::engine) fn open(
        buffers: Arc<Buffers>,
        open: impl FnOnce() -> io::Result<Part> + Send + 'static,
    ) -> Self {
        Self {
            state: State::Opening(spawn_blocking(open)),
            filling: Vec::new(),
            broken: false,
            written: 0,
            share: Share::new(buffers),
        }
    }

    /// Goes on with a part that is open.
    pub(in crate::engine) fn on(buffers: Arc<Buffers>, part: Part) -> Self {
        let (written, share) = (part.len(), Share::new(buffers));
        Self { state: State::Idle(part, Vec::new()), filling: Vec::new(), broken: false, written, share }
    }

    /// How far the kernel has the bytes: all before that place in the file.
    pub(in crate::engine) fn written(&self) -> u64 {
        self.written
    }

    /// Gives the part back, where nothing is under way or waits.
    pub(in crate::engine) fn into_part(self) -> Option<Part> {
        if let State::Idle(part, _) = self.state { Some(part) } else { None }
    }

    /// Waits until nothing is under way.
    pub(in crate::engine) async fn ready(&mut self) -> io::Result<()> {
        // The handle is not taken out of `self` before it has ended, so that a dropped call loses nothing.
        let result = match &mut self.state {
            State::Idle(..) => return Ok(()),
            State::Lost => return Err(io::Error::other("the part file is lost")),
            State::Opening(open) => {
                open.await.map_err(io::Error::other).flatten().map(|part| (part, Vec::new(), Ok(())))
            }
            State::Writing(write) => write.await.map_err(io::Error::other),
        };
        self.state = State::Lost;
        let (part, piece, result) = result?;
        self.written = part.len();
        self.state = State::Idle(part, piece);
        if result.is_err() {
            self.broken = true;
            self.filling.clear();
        }
        result
    }

    /// How long the part is, while nothing is under way.
    pub(in crate::engine) fn len(&self) -> u64 {
        if let State::Idle(part, _) = &self.state { part.len() } else { 0 }
    }

    /// Takes bytes; waits only where two pieces are full.
    pub(in crate::engine) async fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::other("an earlier write has failed"));
        }
        let piece = self.share.0.piece();
        if !self.filling.is_empty() && self.filling.len() + bytes.len() > piece {
            self.ready().await?;
            self.start();
        }
        if self.filling.is_empty() && self.filling.capacity() > piece {
            // From when there were fewer writers.
            self.filling = Vec::new();
        }
        if self.filling.capacity() < piece {
            // Growing step by step would copy, and end at up to twice the size.
            self.filling.reserve_exact(piece - self.filling.len());
        }
        self.filling.extend_from_slice(bytes);
        Ok(())
    }

    /// Sends what waits on its way, unless a write is under way: then it is true that something waits still. Nobody
    /// waits for it here.
    pub(in crate::engine) async fn nudge(&mut self) -> io::Result<bool> {
        if !self.is_at_work() {
            self.ready().await?;
            self.start();
        }
        Ok(!self.filling.is_empty())
    }

    /// True while whoever waits for it would wait.
    fn is_at_work(&self) -> bool {
        match &self.state {
            State::Idle(..) | State::Lost => false,
            State::Opening(open) => !open.is_finished(),
            State::Writing(write) => !write.is_finished(),
        }
    }

    /// True while a write is under way whose end nobody has looked at.
    pub(in crate::engine) fn is_writing(&self) -> bool {
        matches!(self.state, State::Writing(_))
    }

    /// Writes everything that has come so far.
    pub(in crate::engine) async fn flush(&mut self) -> io::Result<()> {
        self.ready().await?;
        self.start();
        self.ready().await
    }

    /// Writes everything that has come so far, and spreads the part; false where the system has no such thing.
    pub(in crate::engine) async fn spread(&mut self) -> io::Result<bool> {
        self.flush().await?;
        match mem::replace(&mut self.state, State::Lost) {
            State::Idle(mut part, piece) => {
                self.state = State::Writing(spawn_blocking(move || {
                    // Whoever asks the part hears of it; as it is, it goes on.
                    let _ = part.spread();
                    (part, piece, Ok(()))
                }));
            }
            other => self.state = other,
        }
        self.ready().await?;
        Ok(matches!(&self.state, State::Idle(part, _) if part.is_spread()))
    }

    /// Writes everything and gives the part back. Also after an error the part is an exact prefix of the body.
    pub(in crate::engine) async fn finish(mut self) -> (Option<Part>, io::Result<()>) {
        let result = self.flush().await;
        match self.state {
            State::Idle(part, _) => (Some(part), result),
            _ => (None, result),
        }
    }

    fn start(&mut self) {
        if self.filling.is_empty() || self.broken {
            return;
        }
        match mem::replace(&mut self.state, State::Lost) {
            State::Idle(mut part, mut piece) => {
                mem::swap(&mut piece, &mut self.filling);
                self.state = State::Writing(spawn_blocking(move || {
                    let mut result = part.append(&piece);
                    if let Err(error) = &mut result
                        && let Err(worse) = part.truncate()
                    {
                        *error = worse;
                    }
                    piece.clear();
                    (part, piece, result)
                }));
            }
            other => self.state = other,
        }
    }
}
