//! Which bytes of a large file come over which connection: pieces that never overlap, offers of what a further
//! connection could take, and holes that nobody fetches. Pure: time comes in as an argument, connections are numbers.
//! It must not know of requests or files.
//!
//! An offer moves nothing. Only when its connection has shown that it really brings those bytes does it take them from
//! whoever has them, so that a refused request costs nothing.

mod map;
mod piece;
mod zone;

pub(super) use piece::{Aim, BURST, QUIET, SLOW_PIECE, SPENT_PIECE};
pub(super) use zone::{PIECE, gaps, merged};

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::{Duration, Instant};

use super::partial;
use super::resume::OVERLAP;

use piece::Piece;
use zone::Zone;

/// What a new connection could take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) number: u32,
    pub(super) range: Range<u64>,
    /// Bytes before it are here, so that the answer can be held against them.
    pub(super) behind: bool,
}

/// What becomes of bytes that have come.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// So many of them belong to the connection's piece.
    pub(super) kept: usize,
    /// The piece is whole.
    pub(super) done: bool,
    /// It is so because another connection goes on from there, and has shown that it may.
    pub(super) relieved: bool,
}

/// What a connection has got.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) range: Range<u64>,
    /// This connection has nothing left to bring.
    pub(super) relieved: Option<u32>,
}

/// See the head of this file.
#[derive(Debug)]
pub(super) struct Segments {
    total: u64,
    /// What is here and nobody's any more; in order, none touches the next.
    here: Vec<Range<u64>>,
    pieces: BTreeMap<u32, Piece>,
    offers: BTreeMap<u32, Offer>,
    /// How long any connection has waited for its next bytes and got them.
    pause: Duration,
    next: u32,
}

impl Segments {
    /// A file of so many bytes, of which these are here.
    pub(super) fn new(total: u64, here: Vec<Range<u64>>) -> Self {
        Self { total, here, pieces: BTreeMap::new(), offers: BTreeMap::new(), pause: Duration::ZERO, next: 0 }
    }

    /// Connections that bring bytes.
    pub(super) fn running(&self) -> usize {
        self.pieces.len()
    }

    /// Connections that may bring some.
    pub(super) fn offered(&self) -> usize {
        self.offers.len()
    }

    /// How many bytes have come.
    pub(super) fn received(&self) -> u64 {
        partial::sum(&self.here) + self.pieces.values().map(|piece| piece.cursor - piece.start).sum::<u64>()
    }

    /// The ranges that are with the kernel.
    pub(super) fn written(&self) -> Vec<Range<u64>> {
        let pieces = self.pieces.values().map(|piece| piece.start..piece.written);
        merged(self.here.iter().cloned().chain(pieces).collect())
    }

    /// Where the next piece begins behind those that are whole, but whose connection has not ended.
    pub(super) fn closing(&self) -> impl Iterator<Item = u64> {
        let whole = |piece: &&Piece| !piece.relieved && piece.cursor == piece.end && piece.end < self.total;
        self.pieces.values().filter(whole).map(|piece| piece.end)
    }

    /// Every byte is with the kernel.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self.here.as_slice(), [all] if *all == (0..self.total))
    }

    /// All that has come is with the kernel.
    pub(super) fn is_written(&self) -> bool {
        self.pieces.values().all(|piece| piece.written == piece.cursor)
    }

    /// Gives a connection that brings bytes from `start` on, up to `end` at most, what is missing there. It has brought
    /// so many before, the last of them then.
    pub(super) fn begin(&mut self, start: u64, end: u64, brought: u64, last: Instant) -> u32 {
        let end = self.holes().iter().find(|hole| hole.contains(&start)).map_or(start, |hole| hole.end.min(end));
        self.next += 1;
        self.insert(self.next, start..end, last);
        self.pieces.entry(self.next).and_modify(|piece| piece.brought = brought);
        self.next
    }

    fn insert(&mut self, number: u32, range: Range<u64>, now: Instant) {
        self.pieces.insert(number, Piece::new(range, now));
    }

    /// So many bytes have come over the connection, which has waited so long for them.
    pub(super) fn take(&mut self, number: u32, bytes: usize, waited: Duration, now: Instant) -> Step {
        let Some(piece) = self.pieces.get_mut(&number) else {
            return Step { kept: 0, done: true, relieved: true };
        };
        let kept = usize::try_from(piece.end - piece.cursor).map_or(bytes, |left| bytes.min(left));
        piece.cursor += kept as u64;
        piece.brought += kept as u64;
        piece.last = now;
        piece.waited = piece.waited.max(waited);
        if piece.brought > kept as u64 {
            // Not the wait for the first ones, which is that for an answer.
            self.pause = self.pause.max(waited);
        }
        Step { kept, done: piece.cursor == piece.end, relieved: piece.relieved }
    }

    /// The kernel has what the connection brought up to here.
    pub(super) fn wrote(&mut self, number: u32, written: u64) {
        if let Some(piece) = self.pieces.get_mut(&number) {
            piece.written = written.clamp(piece.written, piece.cursor);
        }
    }

    /// Nothing shows that what the connection brought last goes together with what follows: it is fetched again.
    pub(super) fn doubt(&mut self, number: u32) {
        if let Some(piece) = self.pieces.get_mut(&number) {
            piece.written = piece.start.max(piece.written.saturating_sub(OVERLAP));
        }
    }

    /// The connection brings no more; what it has not written is a hole. Tells how much it has brought.
    pub(super) fn end(&mut self, number: u32) -> u64 {
        self.offers.remove(&number);
        let Some(piece) = self.pieces.remove(&number) else { return 0 };
        self.here = merged(self.here.drain(..).chain(std::iter::once(piece.start..piece.written)).collect());
        piece.brought
    }

    /// The connection has shown that it brings what it was offered, and gets what is still to fetch of it.
    pub(super) fn claim(&mut self, number: u32, now: Instant) -> Option<Taken> {
        let Offer { range: offer, behind, .. } = self.offers.remove(&number)?;
        let owner = self.pieces.iter_mut().find(|(_, piece)| piece.cursor < offer.end && offer.start < piece.end);
        let mut vain = 0;
        let (range, relieved) = if let Some((owner, piece)) = owner {
            if piece.cursor >= offer.start && !behind {
                // Too late, and nothing would show that the two bring the same file.
                return None;
            }
            let range = offer.start.max(piece.cursor)..offer.end.min(piece.end);
            piece.end = range.start;
            piece.relieved = piece.cursor == piece.end;
            vain = if piece.relieved && piece.brought == 0 { piece.vain + 1 } else { 0 };
            (range, piece.relieved.then_some(*owner))
        } else {
            let hole = self.holes().into_iter().find(|hole| hole.start < offer.end && offer.start < hole.end)?;
            if hole.start > offer.start && !behind {
                // Somebody has brought its beginning meanwhile: as above.
                return None;
            }
            (offer.start.max(hole.start)..offer.end.min(hole.end), None)
        };
        self.insert(number, range.clone(), now);
        self.pieces.entry(number).and_modify(|piece| piece.vain = vain);
        Some(Taken { range, relieved })
    }

    /// What is neither here nor on its way.
    pub(super) fn holes(&self) -> Vec<Range<u64>> {
        let pieces = self.pieces.values().map(|piece| piece.start..piece.end);
        let known = merged(self.here.iter().cloned().chain(pieces).collect());
        gaps(0..self.total, &known)
    }

    /// Looks at the clock: how fast is each?
    #[expect(clippy::cast_precision_loss, reason = "rates are rough")]
    pub(super) fn tick(&mut self, now: Instant) {
        for piece in self.pieces.values_mut() {
            piece.rate = piece.meter.sample(piece.cursor, now) as f64;
            let waited = std::mem::take(&mut piece.waited).max(now.duration_since(piece.last));
            piece.held = waited >= QUIET && piece.brought >= BURST;
        }
    }

    /// The server holds most connections back, so that more of them would bring more.
    pub(super) fn is_held(&self) -> bool {
        self.pieces.values().filter(|piece| piece.held).count() * 2 > self.pieces.len()
    }

    /// What the connection that got most has got: a burst, where it has stalled since.
    pub(super) fn largest(&self) -> u64 {
        self.pieces.values().map(|piece| piece.brought).max().unwrap_or_default()
    }

    /// How long any connection has waited for bytes that came, or waits now.
    pub(super) fn pause(&self, now: Instant) -> Duration {
        self.pieces.values().map(|piece| now.duration_since(piece.last)).fold(self.pause, Duration::max)
    }

    /// The connections that began last, all but so many.
    pub(super) fn newest(&self, but: usize) -> Vec<u32> {
        self.pieces.keys().skip(but).copied().collect()
    }

    /// True where there would be one more offer.
    pub(super) fn could_offer(&self, aim: Aim) -> bool {
        self.zones(aim).iter().any(Zone::can_take_one_more)
    }

    /// Offers for so many new connections, or for fewer where more make no sense.
    pub(super) fn offer(&mut self, count: usize, aim: Aim) -> Vec<Offer> {
        let mut zones = self.zones(aim);
        for _ in 0..count {
            let free = zones.iter_mut().filter(|zone| zone.can_take_one_more());
            match free.max_by(|a, b| a.need().total_cmp(&b.need())) {
                Some(zone) => zone.newcomers += 1,
                None => break,
            }
        }
        let ranges: Vec<_> = zones.iter().flat_map(Zone::ranges).collect();
        let written = self.written();
        let number = |range: Range<u64>| {
            self.next += 1;
            let behind = is_behind(&written, range.start);
            let offer = Offer { number: self.next, range, behind };
            self.offers.insert(self.next, offer.clone());
            offer
        };
        ranges.into_iter().map(number).collect()
    }

    /// Where new connections could help.
    fn zones(&self, aim: Aim) -> Vec<Zone> {
        let offered: Vec<_> = self.offers.values().map(|offer| offer.range.clone()).collect();
        let mut zones = Vec::new();
        for hole in self.holes() {
            let free = gaps(hole, &merged(offered.clone()));
            zones.extend(free.into_iter().map(|range| Zone { range, keeps: 0.0, newcomers: 0 }));
        }
        if aim.holes {
            return zones;
        }
        let usual = self.usual_rate();
        let first_offer = |piece: &Piece| {
            let inside = |offer: &&Range<u64>| piece.start <= offer.start && offer.start < piece.end;
            offered.iter().filter(inside).map(|offer| offer.start).min()
        };
        let written = self.written();
        for piece in self.pieces.values() {
            let range = piece.cursor..first_offer(piece).unwrap_or(piece.end).max(piece.cursor);
            zones.extend(piece.zone(range, usual, self.pause, aim).and_then(|mut zone| {
                // Nothing would show that a newcomer goes on with the same file: the next byte stays with its owner.
                let bare = zone.keeps == 0.0 && !is_behind(&written, piece.cursor);
                zone.range.start += u64::from(bare);
                (!zone.range.is_empty()).then_some(zone)
            }));
        }
        zones
    }

    /// What a connection brings in a second.
    fn usual_rate(&self) -> f64 {
        let (sum, count) = self.pieces.values().fold((0.0, 0_u32), |(sum, count), piece| (sum + piece.rate, count + 1));
        if count == 0 { 0.0 } else { sum / f64::from(count) }
    }
}

/// Enough is there before this place for an answer to be held against.
fn is_behind(written: &[Range<u64>], at: u64) -> bool {
    written.iter().any(|range| range.start <= at.saturating_sub(OVERLAP) && at <= range.end)
}

#[cfg(test)]
mod tests;
