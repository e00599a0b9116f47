//! Several addresses of one file: which of them is asked next. Pure; it knows them by their numbers, the first is 0.

use crate::engine::retry::PROGRESS;

/// See the head of this file.
#[derive(Debug)]
pub(super) struct Round {
    at: usize,
    /// Those that have failed for good.
    dead: Vec<bool>,
    /// The furthest byte that has come from the one that is asked, since it was its turn.
    best: u64,
}

/// What follows where an address has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Another one, at once.
    Another,
    /// All that are left were asked: one of them again, after a pause.
    Again,
    /// None is left.
    Nothing,
}

impl Round {
    /// Over the first address and so many mirrors.
    pub(super) fn new(mirrors: usize) -> Self {
        Self { at: 0, dead: vec![false; mirrors + 1], best: 0 }
    }

    /// The address that is asked, or is asked next.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// From byte `from` of the file it has come to byte `to`. True where that is much more than it ever brought: it may
    /// go on, since the next one may have another version of the file, and all that is here would be lost.
    pub(super) fn gains(&mut self, from: u64, to: u64) -> bool {
        let gains = to >= self.best.max(from) + PROGRESS;
        self.best = self.best.max(to);
        gains
    }

    /// That one has failed, for good or not.
    pub(super) fn failed(&mut self, for_good: bool) -> Next {
        self.dead[self.at] |= for_good;
        let alive = |at: &usize| !self.dead[*at];
        let next = (self.at + 1..self.dead.len()).find(alive);
        let Some(at) = next.or_else(|| (0..=self.at).find(alive)) else { return Next::Nothing };
        if at != self.at {
            (self.at, self.best) = (at, 0);
        }
        if next.is_some() { Next::Another } else { Next::Again }
    }

    /// All of them from the first on, whatever has failed.
    pub(super) fn begin_anew(&mut self) {
        *self = Self::new(self.dead.len() - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_asked_once_in_a_round_and_the_dead_never_again() {
        let mut round = Round::new(2);
        for (for_good, next, at) in [
            (false, Next::Another, 1),
            (true, Next::Another, 2),
            (false, Next::Again, 0),
            (false, Next::Another, 2),
            (true, Next::Again, 0),
            (false, Next::Again, 0),
        ] {
            assert_eq!((round.failed(for_good), round.at()), (next, at));
        }
        assert_eq!(round.failed(true), Next::Nothing);
        round.begin_anew();
        assert_eq!((round.at(), round.failed(true), round.failed(true)), (0, Next::Another, Next::Another));
        assert_eq!((round.failed(false), round.at(), round.failed(true)), (Next::Again, 2, Next::Nothing));
    }

    #[test]
    fn gains_are_those_of_the_address_that_is_asked() {
        let mut round = Round::new(1);
        for (from, to, gains) in [
            (0, 3 * PROGRESS, true),
            (3 * PROGRESS, 4 * PROGRESS, true),
            (4 * PROGRESS, 5 * PROGRESS - 1, false),
            // What it brings once more.
            (0, 5 * PROGRESS, false),
        ] {
            assert_eq!(round.gains(from, to), gains, "{from} {to}");
        }
        round.failed(false);
        // What the other one has brought is no gain of this one, and no measure for it.
        assert!(!round.gains(5 * PROGRESS, 5 * PROGRESS + 1));
        round.failed(false);
        assert!(round.gains(0, PROGRESS));
    }
}
