//! The bridge from an async task to a part file: bytes are gathered and written in large pieces on a blocking
//! thread, one write at a time, while the next piece fills. A body that arrives faster than the disk takes it waits
//! here, so memory is bounded and the socket is left unread.

use std::io;
use std::mem;

use tokio::task::{JoinHandle, spawn_blocking};

use super::part::Part;

/// A piece goes out when it is this large. Two pieces exist for each transfer, one filling and one being written: 64
/// transfers hold 16 MiB.
const PIECE: usize = 128 * 1024;

type Written = (Part, Vec<u8>, io::Result<()>);

/// Writes one part file from an async task. Every method may be dropped half way; [`Self::finish`] then still gives
/// back the part.
#[derive(Debug)]
pub(in crate::engine) struct Writer {
    state: State,
    filling: Vec<u8>,
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
    pub(in crate::engine) fn open(open: impl FnOnce() -> io::Result<Part> + Send + 'static) -> Self {
        Self { state: State::Opening(spawn_blocking(open)), filling: Vec::new() }
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
        self.state = State::Idle(part, piece);
        result
    }

    /// Takes bytes; waits only where two pieces are full.
    pub(in crate::engine) async fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.filling.extend_from_slice(bytes);
        if self.filling.len() >= PIECE {
            self.ready().await?;
            self.start();
        }
        Ok(())
    }

    /// Sends what waits on its way, unless a write is under way. Nobody waits for it here.
    pub(in crate::engine) async fn nudge(&mut self) -> io::Result<()> {
        let busy = match &self.state {
            State::Idle(..) | State::Lost => false,
            State::Opening(open) => !open.is_finished(),
            State::Writing(write) => !write.is_finished(),
        };
        if !busy {
            self.ready().await?;
            self.start();
        }
        Ok(())
    }

    /// Writes everything and gives the part back. Also after an error the part is an exact prefix of the body.
    pub(in crate::engine) async fn finish(mut self) -> (Option<Part>, io::Result<()>) {
        let mut result = self.ready().await;
        if result.is_ok() {
            self.start();
            result = self.ready().await;
        }
        match self.state {
            State::Idle(part, _) => (Some(part), result),
            _ => (None, result),
        }
    }

    fn start(&mut self) {
        if self.filling.is_empty() {
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
