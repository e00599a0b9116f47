//! The bytes of the last minute, in steps of half a second: the graph, its peak, and the rate that the totals show.
//! Pure: time comes in as an argument. It must not know where bytes come from.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// One step.
const STEP_MILLIS: u64 = 500;
/// Whole steps that are kept: a minute.
pub(super) const STEPS: usize = 120;
/// The rate is the mean over so many whole steps and the one that runs.
const RATE_STEPS: usize = 3;

/// What came when.
#[derive(Debug)]
pub(super) struct History {
    /// When the step that runs began.
    began: Instant,
    /// The first byte after silence; rates count from there.
    first: Option<Instant>,
    /// Bytes of the step that runs.
    running: u64,
    /// Bytes of whole steps, oldest first.
    steps: VecDeque<u64>,
}

impl History {
    /// Nothing yet.
    pub(super) fn new(now: Instant) -> Self {
        Self { began: now, first: None, running: 0, steps: VecDeque::new() }
    }

    /// Closes the steps that are over.
    pub(super) fn advance(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.began).as_millis() / u128::from(STEP_MILLIS);
        // After a long silence every step is empty; there is no need to close each one.
        for _ in 0..passed.min(STEPS as u128 + 1) {
            if self.steps.len() == STEPS {
                self.steps.pop_front();
            }
            self.steps.push_back(std::mem::take(&mut self.running));
        }
        let millis = u64::try_from(passed).unwrap_or(u64::MAX).saturating_mul(STEP_MILLIS);
        self.began = self.began.checked_add(Duration::from_millis(millis)).unwrap_or(now);
        if self.recent().sum::<u64>() + self.running == 0 {
            self.first = None;
        }
    }

    /// Counts bytes that arrived.
    pub(super) fn add(&mut self, bytes: u64, now: Instant) {
        self.advance(now);
        if bytes > 0 {
            self.first.get_or_insert(now);
            self.running += bytes;
        }
    }

    fn recent(&self) -> impl Iterator<Item = u64> {
        self.steps.iter().rev().take(RATE_STEPS).copied()
    }

    /// Bytes per second just now; 0 before there is enough to go by.
    pub(super) fn rate(&self, now: Instant) -> u64 {
        let Some(first) = self.first else { return 0 };
        let window = Duration::from_millis(STEP_MILLIS * RATE_STEPS as u64) + now.saturating_duration_since(self.began);
        let millis = now.saturating_duration_since(first).min(window).as_millis();
        if millis < 100 {
            return 0;
        }
        let bytes = u128::from(self.recent().sum::<u64>() + self.running);
        u64::try_from(bytes * 1000 / millis).unwrap_or(u64::MAX)
    }

    /// Bytes per second in each whole step of the last minute, oldest first; always [`STEPS`] of them.
    pub(super) fn rates(&self) -> Vec<u64> {
        let mut rates = vec![0; STEPS - self.steps.len()];
        rates.extend(self.steps.iter().map(|bytes| bytes.saturating_mul(1000) / STEP_MILLIS));
        rates
    }

    /// The highest of [`Self::rates`].
    pub(super) fn peak(&self) -> u64 {
        self.steps.iter().max().map_or(0, |bytes| bytes.saturating_mul(1000) / STEP_MILLIS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Duration = Duration::from_millis(STEP_MILLIS);

    #[test]
    fn bytes_land_in_their_step_and_leave_after_a_minute() {
        let start = Instant::now();
        let mut history = History::new(start);
        history.add(100, start);
        history.add(50, start + STEP / 2);
        history.add(7, start + STEP * 2);
        history.advance(start + STEP * 3);
        let rates = history.rates();
        assert_eq!(rates.len(), STEPS);
        assert_eq!(rates[STEPS - 3..], [300, 0, 14]);
        assert_eq!(history.peak(), 300);
        history.advance(start + STEP * 130);
        assert_eq!((history.peak(), history.rate(start + STEP * 130)), (0, 0));
        history.advance(start + Duration::from_secs(1_000_000_000));
        history.advance(start);
        assert_eq!(history.rates(), vec![0; STEPS]);
    }

    #[test]
    fn the_rate_is_right_from_the_first_moments_on() {
        let start = Instant::now();
        let mut history = History::new(start);
        let mut at = start;
        for tenth in 0..100 {
            at = start + Duration::from_millis(100 * tenth);
            history.add(1000, at);
            if tenth >= 10 {
                let rate = history.rate(at);
                assert!((9000..=12_000).contains(&rate), "{tenth}: {rate}");
            }
        }
        history.advance(at + STEP * 10);
        assert_eq!(history.rate(at + STEP * 10), 0);
    }
}
