//! Bytes that new connections could take, and how they share them; sums and gaps of ranges. A leaf within the room.

use std::ops::Range;

/// A piece with less to fetch than this is not split, since asking would not pay.
pub(in crate::engine) const PIECE: u64 = 1024 * 1024;

/// Bytes that new connections could take.
#[derive(Debug)]
pub(super) struct Zone {
    pub(super) range: Range<u64>,
    /// What its connection keeps, measured in what each newcomer gets.
    pub(super) keeps: f64,
    pub(super) newcomers: u32,
}

impl Zone {
    #[expect(clippy::cast_precision_loss, reason = "shares are rough")]
    fn len(&self) -> f64 {
        (self.range.end - self.range.start) as f64
    }

    /// How much one more newcomer is needed: nobody brings what lies in holes, so they come first.
    pub(super) fn need(&self) -> f64 {
        if self.keeps == 0.0 && self.newcomers == 0 { f64::INFINITY } else { self.share() }
    }

    /// What one more newcomer would get.
    fn share(&self) -> f64 {
        self.len() / (self.keeps + f64::from(self.newcomers) + 1.0)
    }

    #[expect(clippy::cast_precision_loss, reason = "shares are rough")]
    pub(super) fn can_take_one_more(&self) -> bool {
        let alone = self.newcomers == 0 && self.keeps < 1.0;
        self.range.start < self.range.end && (alone || self.share() >= (PIECE / 2) as f64)
    }

    /// The shares of the newcomers.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "shares are rough")]
    pub(super) fn ranges(&self) -> Vec<Range<u64>> {
        let weight = self.keeps + f64::from(self.newcomers);
        let cut = |count: u32| {
            let share = self.len() * (self.keeps + f64::from(count)) / weight;
            self.range.end.min(self.range.start + share as u64)
        };
        let ranges = (0..self.newcomers).map(|count| {
            let end = if count + 1 == self.newcomers { self.range.end } else { cut(count + 1) };
            cut(count)..end
        });
        ranges.filter(|range| range.start < range.end).collect()
    }
}

/// In order, and joined where they touch.
pub(in crate::engine) fn merged(mut ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    ranges.retain(|range| range.start < range.end);
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<u64>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

/// What of `whole` is in none of these, which are in order.
pub(in crate::engine) fn gaps(whole: Range<u64>, known: &[Range<u64>]) -> Vec<Range<u64>> {
    let mut at = whole.start;
    let mut gaps = Vec::new();
    for range in known.iter().filter(|range| range.end > whole.start && range.start < whole.end) {
        if at < range.start {
            gaps.push(at..range.start);
        }
        at = at.max(range.end);
    }
    if at < whole.end {
        gaps.push(at..whole.end);
    }
    gaps
}
