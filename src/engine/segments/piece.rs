//! What one connection fetches, and when others should take of it: because it has stalled, is slow, or has more to bring
//! than asking costs. A leaf within the room, but for its zones.

use std::ops::Range;
use std::time::{Duration, Instant};

use crate::engine::rate::Meter;

use super::zone::{PIECE, Zone};

/// As [`PIECE`], for one that hardly moves.
pub(in crate::engine) const SLOW_PIECE: u64 = PIECE / 2;

/// As [`PIECE`], for one that waits for its next burst.
pub(in crate::engine) const SPENT_PIECE: u64 = 64 * 1024;

/// A connection without a byte for so long has stalled: servers that limit the rate of each send in bursts.
pub(in crate::engine) const QUIET: Duration = Duration::from_millis(70);

/// After so many bytes a stall is no start of a slow connection any more, but the end of a burst.
pub(in crate::engine) const BURST: u64 = 1024 * 1024;

/// The shortest wait that another connection is worth.
const SHORTEST: Duration = Duration::from_millis(100);

/// A place where so many have brought nothing is left to the last of them.
const MOST_VAIN: u32 = 2;

/// So many times slower than the others is slow.
const SLOW: f64 = 4.0;

/// What new connections are for.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct Aim {
    /// What asking costs.
    pub(in crate::engine) ttfb: Duration,
    /// Do not ask whether it pays.
    pub(in crate::engine) at_once: bool,
    /// Holes alone.
    pub(in crate::engine) holes: bool,
    pub(in crate::engine) now: Instant,
}

/// What one connection fetches.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) start: u64,
    /// What its connection has brought, since it was asked for.
    pub(super) brought: u64,
    /// The next byte that it brings.
    pub(super) cursor: u64,
    /// All before this is with the kernel.
    pub(super) written: u64,
    pub(super) end: u64,
    /// When its last byte came, or when it began.
    pub(super) last: Instant,
    /// How long it has waited for bytes at most, since the last look at the clock.
    pub(super) waited: Duration,
    /// The server holds it back: it waits although it could go on.
    pub(super) held: bool,
    pub(super) meter: Meter,
    /// Bytes per second.
    pub(super) rate: f64,
    /// So many before it in this place have brought nothing.
    pub(super) vain: u32,
    /// See [`super::Step`].
    pub(super) relieved: bool,
}

impl Piece {
    /// One of which nothing has come yet.
    pub(super) fn new(range: Range<u64>, now: Instant) -> Self {
        let Range { start, end } = range;
        Self {
            start,
            brought: 0,
            cursor: start,
            written: start,
            end,
            last: now,
            waited: Duration::ZERO,
            held: false,
            meter: Meter::new(start, now),
            rate: 0.0,
            vain: 0,
            relieved: false,
        }
    }

    /// What of this piece others could take, if they should.
    #[expect(clippy::cast_precision_loss, reason = "shares are rough")]
    pub(super) fn zone(&self, range: Range<u64>, usual: f64, pause: Duration, aim: Aim) -> Option<Zone> {
        let Aim { ttfb, at_once, now, .. } = aim;
        let left = range.end - range.start;
        let patience = SHORTEST.max(ttfb * 2);
        let silence = now.duration_since(self.last);
        // Longer than this server makes anybody wait.
        let quiet = silence >= QUIET && silence > pause * 3 / 2;
        // Nothing comes any more, or the next burst is far away: all of it may go.
        let dead = silence >= patience * 5;
        let burst = self.brought >= BURST;
        // Where not all of it is with the kernel, nothing shows that another connection goes on with the same file.
        let spent = (dead || quiet && burst) && self.written == self.cursor;
        let seconds = left as f64 / self.rate.max(1.0);
        let late = seconds > patience.as_secs_f64() * 5.0;
        let least = match () {
            () if dead => 1,
            () if spent || late => SPENT_PIECE,
            () if quiet || self.rate * SLOW < usual => SLOW_PIECE,
            () => PIECE,
        };
        let pays = at_once || quiet || seconds > patience.as_secs_f64();
        let keeps = match () {
            () if spent => 0.0,
            // Nobody knows yet.
            () if at_once || self.rate < 1.0 => 1.0,
            () => (self.rate / usual.max(1.0)).clamp(0.05, 1.0),
        };
        let fruitless = self.brought == 0 && self.vain >= MOST_VAIN;
        (pays && left >= least && !fruitless).then_some(Zone { range, keeps, newcomers: 0 })
    }
}
