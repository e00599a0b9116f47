//! How many connections a file is worth: one at first, more while the whole gets faster by it, fewer where it gets
//! slower or the server objects. Pure: time comes in as an argument.

use std::time::{Duration, Instant};

/// So many connections at most where the user has not said.
const MOST: usize = 16;

/// So much faster is faster.
const FASTER: f64 = 1.05;

/// So much slower is slower, and for so long.
const SLOWER: f64 = 0.8;
const SURE: Duration = Duration::from_secs(1);

/// The shortest time that shows a rate.
const EPOCH: Duration = Duration::from_millis(95);

/// A server that holds every connection back gets so many times more at once, at most.
const LEAP: usize = 4;

/// Where more did not help, it is tried once more after so long.
const AGAIN: Duration = Duration::from_secs(2);

/// What the clock shows at one look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) now: Instant,
    /// Bytes that have come.
    pub(super) received: u64,
    /// Bytes that are still to come.
    pub(super) left: u64,
    /// Connections that bring some.
    pub(super) running: usize,
    /// Connections that are being asked for.
    pub(super) offered: usize,
    /// The server holds most of them back.
    pub(super) held: bool,
    /// What one connection has brought at most.
    pub(super) burst: u64,
    /// From a request to its answer.
    pub(super) ttfb: Duration,
}

/// See the head of this file.
#[derive(Debug)]
pub(super) struct Growth {
    most: usize,
    target: usize,
    /// The number before the last growth, and the rate that it had, in bytes per second.
    before: Option<(usize, f64)>,
    /// When the present number was there, and what had come by then.
    since: Instant,
    from: u64,
    /// The present number is there, and the burst that each begins with is over.
    measuring: bool,
    /// How often more has not helped.
    vain: u32,
}

impl Growth {
    /// `wanted` is what the user has said; else there are so many to begin with, where one had the rate `alone`.
    pub(super) fn new(wanted: Option<usize>, first: usize, alone: Option<f64>, since: Instant, from: u64) -> Self {
        let most = wanted.unwrap_or(MOST).max(1);
        let target = wanted.unwrap_or(first).min(most);
        let before = alone.filter(|_| wanted.is_none()).map(|rate| (1, rate));
        let vain = if wanted.is_some() { u32::MAX } else { 0 };
        Self { most, target, before, since, from, measuring: first == 1, vain }
    }

    /// How many connections there should be, as far as they get any.
    pub(super) fn target(&self) -> usize {
        self.target
    }

    /// The server objects: no more than there are.
    pub(super) fn trouble(&mut self, running: usize) {
        self.most = running.max(1);
        self.target = self.target.min(self.most);
    }

    /// Somebody else has made them fewer: what comes now says nothing of the number that there should be.
    pub(super) fn disturbed(&mut self) {
        (self.before, self.measuring) = (None, false);
    }

    /// Looks whether the number of connections is right.
    pub(super) fn look(&mut self, look: &Look) {
        if look.offered > 0 || look.running == 0 {
            self.measuring = false;
            return;
        }
        if look.held && self.vain < u32::MAX {
            // Each may bring as much again as the best of them before the server holds it back.
            let needed = look.left.div_ceil(look.burst.max(1));
            let leap = usize::try_from(needed).unwrap_or(LEAP).clamp(1, LEAP - 1);
            return self.grow(look.running + leap * look.running, None);
        }
        if !self.measuring {
            (self.measuring, self.since, self.from) = (true, look.now, look.received);
            return;
        }
        let time = look.now.duration_since(self.since);
        if time < EPOCH.max(look.ttfb * 2) {
            return;
        }
        let rate = rate(look.received.saturating_sub(self.from), time);
        match self.before {
            Some((fewer, before)) if time >= SURE && rate < before * SLOWER => {
                (self.most, self.target, self.before) = (fewer, fewer, None);
            }
            _ if self.vain > 1 || look.running < self.target || (self.vain > 0 && time < AGAIN) => {}
            Some((fewer, before)) if fewer < self.target && rate < before * FASTER => self.vain += 1,
            _ => self.grow(look.running * 2, Some(rate)),
        }
    }

    fn grow(&mut self, target: usize, rate: Option<f64>) {
        let target = target.clamp(self.target, self.most.max(self.target));
        if target > self.target {
            self.before = rate.map(|rate| (self.target, rate));
            (self.target, self.measuring) = (target, false);
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "rates are rough")]
fn rate(bytes: u64, time: Duration) -> f64 {
    bytes as f64 / time.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MB: u64 = 1_000_000;

    /// Looks ten times a second at a server whose total rate, in megabytes per second, depends on the number of
    /// connections; whoever is wanted is there at the next look. Tells the target after each.
    fn targets(mut growth: Growth, start: Instant, looks: u64, held: bool, rate: fn(usize) -> u64) -> Vec<usize> {
        let (mut received, mut running) = (0, growth.target());
        let look = |tenths: u64| {
            received += rate(running) * MB / 10;
            growth.look(&Look {
                now: start + Duration::from_millis(100 * tenths),
                received,
                left: 1000 * MB,
                running,
                offered: 0,
                held,
                burst: 2 * MB,
                ttfb: Duration::from_millis(10),
            });
            running = growth.target();
            running
        };
        (1..=looks).map(look).collect()
    }

    #[test]
    fn it_grows_while_that_helps_and_goes_back_where_it_harms() {
        type Case = (&'static str, Option<usize>, bool, fn(usize) -> u64, usize);
        let cases: [Case; 7] = [
            ("each has its own limit", None, false, |n| 10 * n as u64, 16),
            ("four fill the line", None, false, |n| 10 * n.min(4) as u64, 8),
            ("one fills the line", None, false, |_| 10, 2),
            ("more than four are punished", None, false, |n| if n > 4 { 5 } else { 10 * n as u64 }, 4),
            ("held back", None, true, |_| 10, 16),
            ("the user wants so many", Some(5), false, |_| 10, 5),
            ("and no other number", Some(5), true, |n| 100 / n as u64, 5),
        ];
        for (what, wanted, held, rate, expected) in cases {
            let start = Instant::now();
            let growth = Growth::new(wanted, 2, Some(1e7), start, 0);
            let targets = targets(growth, start, 60, held, rate);
            assert_eq!(targets.last(), Some(&expected), "{what}: {targets:?}");
        }
    }

    #[test]
    fn after_trouble_there_are_no_more_than_run() {
        let start = Instant::now();
        let mut growth = Growth::new(None, 8, None, start, 0);
        growth.trouble(3);
        assert_eq!(targets(growth, start, 30, true, |n| 10 * n as u64).last(), Some(&3));
        let mut alone = Growth::new(Some(16), 16, None, start, 0);
        alone.trouble(0);
        assert_eq!(alone.target(), 1);
    }
}
