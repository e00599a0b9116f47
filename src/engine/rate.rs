//! How fast bytes come. Pure: time comes in as an argument.

use std::time::{Duration, Instant};

/// How long a change of speed takes to show, about. Longer is calmer, shorter is truer.
const TIME_CONSTANT: Duration = Duration::from_secs(2);

/// A smoothed rate: an exponential moving average over time, corrected for its start so that the first seconds read
/// true (as Kingma and Ba do for Adam, arXiv 1412.6980 section 3).
#[derive(Debug, Clone)]
pub(super) struct Meter {
    bytes: u64,
    at: Instant,
    average: f64,
    /// How much of `average` is history and not the zero it began with; goes to 1.
    weight: f64,
}

impl Meter {
    /// Starts at `bytes`.
    pub(super) fn new(bytes: u64, now: Instant) -> Self {
        Self { bytes, at: now, average: 0.0, weight: 0.0 }
    }

    /// Takes the number of bytes up to now and gives the rate in bytes per second.
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub(super) fn sample(&mut self, bytes: u64, now: Instant) -> u64 {
        let elapsed = now.saturating_duration_since(self.at).as_secs_f64();
        if elapsed > 0.0 {
            let rate = bytes.saturating_sub(self.bytes) as f64 / elapsed;
            let share = 1.0 - (-elapsed / TIME_CONSTANT.as_secs_f64()).exp();
            self.average += share * (rate - self.average);
            self.weight += share * (1.0 - self.weight);
            self.bytes = bytes;
            self.at = now;
        }
        if self.weight == 0.0 { 0 } else { (self.average / self.weight) as u64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_stream_reads_true_at_once_and_a_stall_fades() {
        let start = Instant::now();
        let at = |tenths: u64| start + Duration::from_millis(tenths * 100);
        let mut meter = Meter::new(500, start);
        assert_eq!(meter.sample(500, start), 0);
        for tenth in 1..=50 {
            let rate = meter.sample(500 + tenth * 1000, at(tenth));
            assert!((9_990..=10_000).contains(&rate), "{tenth}: {rate}");
        }
        let rates: Vec<u64> = (51..=250).map(|tenth| meter.sample(50_500, at(tenth))).collect();
        assert!(rates.is_sorted_by(|a, b| a >= b) && rates[199] < 10, "{rates:?}");
    }
}
