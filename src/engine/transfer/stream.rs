//! The body of one answer, on its way to where it goes. Bytes that are here already are compared, not written.

use std::pin::pin;
use std::time::Instant;

use bytes::{Buf as _, Bytes};
use tokio::time::sleep;

use crate::engine::disk;
use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::net;

use super::field::read;
use super::pulse::{Pulse, SAMPLE, WAIT};
use super::state::{Sink, Transfer, too_large};
use super::worth::granted;

/// A body of fewer bytes is cheaper to copy than the buffer that it came in is to keep.
const SMALL: usize = 16 * 1024;

/// What became of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// It came to its end.
    Ended,
    /// It is not the one whose beginning is here.
    Differs,
    /// It goes on over several connections from here on, the next byte of this one.
    Splits(u64),
    /// What is missing does not come, since the server gives no ranges of this file any more.
    Refused(&'static str),
}

impl Transfer {
    /// Takes the body, whose first byte is at `first` of the file, up to `end`, where this answer must stop.
    pub(super) async fn stream(
        &mut self,
        body: &mut net::Body,
        first: u64,
        end: Option<u64>,
    ) -> Result<Flow, TransferError> {
        // Not at once: a rate over no time at all says nothing.
        if !matches!(self.sink, Sink::Memory(..)) || self.ttfb() > SAMPLE / 2 {
            self.sample.reset();
        }
        let limit = self.shared.options.max_size.unwrap_or(u64::MAX);
        let mut write = pin!(sleep(WAIT));
        let (mut waiting, mut at) = (false, first);
        let mut pulse = Pulse::new(self.len);
        let (mut lent, mut since) = (None, Instant::now());
        loop {
            let chunk = tokio::select! {
                chunk = body.chunk() => chunk?,
                _ = self.sample.tick() => {
                    self.tell(Instant::now());
                    if lent.is_none() && at >= self.len && self.is_worth_splitting(&pulse) {
                        lent = Some(self.wish(&pulse));
                    }
                    pulse.look();
                    continue;
                }
                loans = granted(&mut lent) => {
                    if !loans.is_empty() && at >= self.len && self.spread().await? {
                        (self.loans, self.alone) = (loans, pulse.alone(self.len));
                        return Ok(Flow::Splits(at));
                    }
                    continue;
                }
                () = &mut write, if waiting => {
                    waiting = self.nudge().await?;
                    write.as_mut().reset(tokio::time::Instant::now() + WAIT);
                    continue;
                }
            };
            let Some(mut chunk) = chunk else { break };
            let reached = at + chunk.len() as u64;
            if reached > limit {
                return Err(too_large(limit));
            }
            if end.is_some_and(|end| reached > end) {
                return Err(TransferError::new(ErrorClass::Protocol, "the body is longer than announced"));
            }
            if at < self.len && !self.compare(&mut chunk, at).await? {
                return Ok(Flow::Differs);
            }
            at = reached;
            self.push(&chunk).await?;
            if pulse.beat(since) && self.is_worth_splitting(&pulse) {
                lent = Some(self.wish(&pulse));
            }
            since = Instant::now();
            if !waiting && matches!(self.sink, Sink::Part { .. }) {
                waiting = true;
                write.as_mut().reset(tokio::time::Instant::now() + WAIT);
            }
        }
        if end.is_some_and(|end| at < end) || at < self.len { Err(self.truncated(at)) } else { Ok(Flow::Ended) }
    }

    /// Sends what waits on its way to the disk; true where something waits still.
    async fn nudge(&mut self) -> Result<bool, TransferError> {
        match &mut self.sink {
            Sink::Part { writer, .. } => {
                writer.nudge().await.map_err(|error| disk::error("write the part file", &error))
            }
            _ => Ok(false),
        }
    }

    async fn push(&mut self, chunk: &Bytes) -> Result<(), TransferError> {
        match &mut self.sink {
            // It keeps the buffer alive that it came in, which is not much more, unless it is a small part of that.
            Sink::Memory(whole, _) if self.total == Some(chunk.len() as u64) => {
                *whole = if chunk.len() < SMALL { Bytes::copy_from_slice(chunk) } else { chunk.clone() };
            }
            Sink::Memory(_, gathered) => {
                if gathered.is_empty() {
                    gathered.reserve_exact(usize::try_from(self.total.unwrap_or_default()).unwrap_or_default());
                }
                gathered.extend_from_slice(chunk);
            }
            Sink::Part { writer, .. } => {
                writer.push(chunk).await.map_err(|error| disk::error("write the part file", &error))?;
            }
            Sink::Closed | Sink::Spread(_) => {
                return Err(TransferError::new(ErrorClass::Internal, "a body without a place"));
            }
        }
        self.gained += chunk.len() as u64;
        self.len += chunk.len() as u64;
        Ok(())
    }

    /// Takes off the chunk what is here already; false where that is not the same.
    async fn compare(&self, chunk: &mut Bytes, at: u64) -> Result<bool, TransferError> {
        let Sink::Part { path, .. } = &self.sink else { return Ok(false) };
        let known = usize::try_from(self.len - at).unwrap_or(usize::MAX).min(chunk.len());
        let here = read(path.clone(), at, known).await?;
        let same = here == chunk[..known];
        chunk.advance(known);
        Ok(same)
    }
}
