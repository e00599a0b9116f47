//! What the pieces of a file look like to somebody who watches.

use std::ops::Range;

use crate::engine::event::{MOST_PIECES, Piece};

use super::Segments;

impl Segments {
    /// All of the file, in order: what is here, what connections bring, and what nobody brings.
    pub(in crate::engine) fn map(&self) -> Vec<Piece> {
        let lies = |range: Range<u64>, done, active| Piece { from: range.start, to: range.end, done, active };
        let here = self.here.iter().map(|range| lies(range.clone(), range.end - range.start, false));
        let holes = self.holes().into_iter().map(|range| lies(range, 0, false));
        let brought = self.pieces.values().map(|piece| {
            let done = piece.cursor - piece.start;
            lies(piece.start..piece.end, done, piece.cursor < piece.end)
        });
        let mut all: Vec<_> = here.chain(holes).chain(brought).filter(|piece| piece.from < piece.to).collect();
        all.sort_unstable_by_key(|piece| piece.from);
        let together = all.len().div_ceil(MOST_PIECES).max(1);
        all.chunks(together).filter_map(|few| few.iter().copied().reduce(joined)).collect()
    }
}

fn joined(left: Piece, right: Piece) -> Piece {
    Piece { to: right.to, done: left.done + right.done, active: left.active || right.active, ..left }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::super::{Aim, PIECE};
    use super::*;

    fn told(segments: &Segments) -> Vec<(u64, u64, u64, bool)> {
        segments.map().iter().map(|piece| (piece.from, piece.to, piece.done, piece.active)).collect()
    }

    #[test]
    fn it_shows_what_is_here_what_comes_and_what_nobody_brings() {
        let now = Instant::now();
        let mut segments = Segments::new(8 * PIECE, vec![0..10, 7 * PIECE..7 * PIECE + 5]);
        assert_eq!(
            told(&segments),
            [
                (0, 10, 10, false),
                (10, 7 * PIECE, 0, false),
                (7 * PIECE, 7 * PIECE + 5, 5, false),
                (7 * PIECE + 5, 8 * PIECE, 0, false)
            ]
        );
        let first = segments.begin(10, 8 * PIECE, 0, now);
        segments.take(first, 90, Duration::ZERO, now);
        assert_eq!(told(&segments)[..2], [(0, 10, 10, false), (10, 7 * PIECE, 90, true)]);
        let aim = Aim { ttfb: Duration::ZERO, at_once: true, holes: false, now };
        let offers = segments.offer(2, aim);
        assert_eq!(told(&segments).len(), 4, "an offer moves nothing");
        for offer in &offers {
            segments.claim(offer.number, now);
        }
        let all = told(&segments);
        assert_eq!(all.iter().filter(|piece| piece.3).count(), 1 + offers.len(), "{all:?}");
        assert!(all.windows(2).all(|two| two[0].1 == two[1].0) && all[all.len() - 1].1 == 8 * PIECE, "{all:?}");
        assert_eq!(all.iter().map(|piece| piece.2).sum::<u64>(), segments.received());
        segments.take(first, usize::MAX, Duration::ZERO, now);
        assert!(!told(&segments)[1].3, "it brings nothing any more");
    }

    #[test]
    fn there_are_never_too_many_and_all_is_there() {
        for holes in [MOST_PIECES as u64 / 2, 200, 3000] {
            let segments = Segments::new(holes * 10, (0..holes).map(|n| n * 10..n * 10 + 3).collect());
            let all = segments.map();
            assert!(all.len() <= MOST_PIECES, "{}", all.len());
            assert_eq!((all[0].from, all[all.len() - 1].to), (0, holes * 10));
            assert!(all.windows(2).all(|two| two[0].to == two[1].from));
            assert_eq!(all.iter().map(|piece| piece.done).sum::<u64>(), segments.received());
        }
        assert_eq!(Segments::new(0, Vec::new()).map(), []);
    }
}
