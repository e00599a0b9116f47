//! How values are spread, in little memory however many there are: exact up to 1023, and within a 500th above. Pure.

use serde::Serialize;

/// Values below it are counted one by one; above, this many steps double a value twice.
const EXACT: u64 = 1024;

/// See the head of this file.
#[derive(Debug, Default)]
pub(super) struct Spread {
    counts: Vec<u64>,
    count: u64,
    max: u64,
}

/// What is told of them: the value that so many percent are not above, and the largest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Percentiles {
    pub(super) p50: u64,
    pub(super) p90: u64,
    pub(super) p99: u64,
    pub(super) max: u64,
}

impl Spread {
    pub(super) fn add(&mut self, value: u64) {
        let at = step(value);
        if self.counts.len() <= at {
            self.counts.resize(at + 1, 0);
        }
        self.counts[at] += 1;
        self.count += 1;
        self.max = self.max.max(value);
    }

    /// None where there was no value.
    pub(super) fn percentiles(&self) -> Option<Percentiles> {
        let of = |percent| self.percentile(percent);
        (self.count > 0).then(|| Percentiles { p50: of(50), p90: of(90), p99: of(99), max: self.max })
    }

    fn percentile(&self, percent: u64) -> u64 {
        let rank = (self.count * percent).div_ceil(100);
        let mut seen = 0;
        let reached = |count: &u64| {
            seen += count;
            seen >= rank
        };
        self.counts.iter().position(reached).map_or(self.max, |at| largest(at).min(self.max))
    }
}

/// The step that a value belongs to: its first ten binary digits, and how many there are.
fn step(value: u64) -> usize {
    let shift = (value / EXACT).checked_ilog2().map_or(0, |log| log + 1);
    let first = value >> shift;
    usize::try_from(u64::from(shift) * (EXACT / 2) + first).unwrap_or(usize::MAX)
}

/// The largest value of a step.
fn largest(step: usize) -> u64 {
    let step = step as u64;
    if step < EXACT {
        return step;
    }
    let shift = step / (EXACT / 2) - 1;
    let first = step - shift * (EXACT / 2);
    (u128::from(first + 1) << shift).saturating_sub(1).try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_are_told_as_they_are() {
        assert_eq!(Spread::default().percentiles(), None);
        for (values, p50, p90, p99, max) in [
            (vec![7], 7, 7, 7, 7),
            (vec![1, 2], 1, 2, 2, 2),
            ((1..=100).collect(), 50, 90, 99, 100),
            ((1..=1000).rev().collect(), 500, 900, 990, 1000),
            (vec![0, 0, 0, u64::MAX], 0, u64::MAX, u64::MAX, u64::MAX),
        ] {
            let mut spread = Spread::default();
            for value in &values {
                spread.add(*value);
            }
            assert_eq!(spread.percentiles(), Some(Percentiles { p50, p90, p99, max }), "{values:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_value_is_told_within_a_500th(value in proptest::prelude::any::<u64>(), shift in 0..64_u32) {
            let value = value >> shift;
            let told = largest(step(value));
            proptest::prop_assert!(told >= value && told - value <= value / 500, "{} {}", value, told);
            proptest::prop_assert!(told == u64::MAX || step(told + 1) == step(value) + 1);
        }
    }
}
