//! Whether a body is worth more connections than the one that brings it, and asking for them.

use std::future::pending;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::engine::disk;
use crate::engine::error::TransferError;
use crate::engine::segments::{BURST, PIECE, SLOW_PIECE, SPENT_PIECE};

use super::one_shot::is_one_shot;
use super::plan::{Loan, Wish};
use super::pulse::Pulse;
use super::state::{Sink, Transfer};

/// A server that holds one connection back gets so many more at once.
const FIRST_LEAP: usize = 7;

/// A rest that comes sooner than this is not worth another connection.
const SOON: Duration = Duration::from_millis(500);

/// Waits for what was asked for.
pub(super) async fn granted(lent: &mut Option<oneshot::Receiver<Vec<Loan>>>) -> Vec<Loan> {
    let Some(receiver) = lent else { return pending().await };
    // A supervisor that has ended lends nothing.
    let loans = receiver.await.unwrap_or_default();
    *lent = None;
    loans
}

impl Transfer {
    /// True where more connections would bring the body sooner. Never before its first byte: what is kept of a part that
    /// is written in several places begins with that.
    pub(super) fn is_worth_splitting(&self, pulse: &Pulse) -> bool {
        let Some(left) = self.total.and_then(|total| total.checked_sub(self.len)) else { return false };
        let wanted = self.assignment.connections;
        let can = matches!(self.sink, Sink::Part { .. }) && self.validator.is_some();
        if !can || self.assignment.unsplit || wanted == Some(1) || left < SPENT_PIECE || self.is_one_shot() {
            return false;
        }
        let Some(began) = pulse.began.filter(|_| self.len > 0) else { return false };
        if wanted.is_some() {
            return left >= 2 * PIECE;
        }
        // What our own limit holds back, no connection brings sooner.
        if pulse.is_fast(self.len) || self.shared.net.is_limited() {
            return false;
        }
        let soon = SOON.max(self.ttfb() * 2).as_secs_f64();
        let bytes = self.len - pulse.from;
        if pulse.is_quiet() {
            return bytes >= BURST || left >= SLOW_PIECE;
        }
        left >= PIECE && seconds(left, bytes, began.elapsed()) > soon
    }

    pub(super) fn is_one_shot(&self) -> bool {
        let last = self.about.as_ref().map(|about| &about.last);
        is_one_shot(self.assignment.address()) || last.is_some_and(is_one_shot)
    }

    pub(super) fn ttfb(&self) -> Duration {
        self.answered.as_ref().map_or(Duration::ZERO, |answered| answered.ttfb)
    }

    /// Asks for the first requests more.
    pub(super) fn wish(&self, pulse: &Pulse) -> oneshot::Receiver<Vec<Loan>> {
        let count = match self.assignment.connections {
            Some(wanted) => wanted - 1,
            None if pulse.is_quiet() => FIRST_LEAP,
            None => 1,
        };
        self.ask_for(count)
    }

    pub(super) fn ask_for(&self, count: usize) -> oneshot::Receiver<Vec<Loan>> {
        let (reply, lent) = oneshot::channel();
        // A supervisor that has ended lends nothing.
        let _ = self.shared.wishes.send(Wish::Lend { url: self.assignment.address().clone(), count, reply });
        lent
    }

    /// Makes the part one that several connections can write to; false where the system has no such thing.
    pub(super) async fn spread(&mut self) -> Result<bool, TransferError> {
        let Sink::Part { writer, .. } = &mut self.sink else { return Ok(false) };
        let spread = writer.spread().await.map_err(|error| disk::error("write the part file", &error))?;
        self.assignment.unsplit |= !spread;
        Ok(spread)
    }
}

/// How long so many bytes take where others have taken so long.
#[expect(clippy::cast_precision_loss, reason = "rates are rough")]
fn seconds(left: u64, bytes: u64, time: Duration) -> f64 {
    left as f64 * time.as_secs_f64() / bytes.max(1) as f64
}
