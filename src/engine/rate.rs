//! How fast bytes come, and how fast they may. Pure: time comes in as an argument.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long a change of speed takes to show, about. Longer is calmer, shorter is truer.
const TIME_CONSTANT: Duration = Duration::from_secs(2);

/// Bytes that a host has sent, counted where they are received; and whether whoever receives some over connections that
/// were lent is to give those back.
#[derive(Debug, Default)]
pub(super) struct Flow {
    bytes: AtomicU64,
    wanted: AtomicBool,
}

impl Flow {
    pub(super) fn add(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Jobs of the host wait for requests that were lent, or do so no more.
    pub(super) fn want_back(&self, wanted: bool) {
        self.wanted.store(wanted, Ordering::Relaxed);
    }

    pub(super) fn is_wanted_back(&self) -> bool {
        self.wanted.load(Ordering::Relaxed)
    }
}

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

/// How many bytes may come: a bucket that fills at a rate, and may be owed to. All transfers share the one debt, and
/// each waits for the moment at which its own bytes, and those taken before them, are paid for.
#[derive(Debug)]
pub(super) struct Bucket {
    rate: Option<u64>,
    /// Bytes taken so far.
    taken: u64,
    /// Bytes that time has paid for, up to `at`.
    paid: u64,
    at: Instant,
}

impl Bucket {
    /// `rate` in bytes a second.
    pub(super) fn new(rate: Option<u64>, now: Instant) -> Self {
        Self { rate: rate.map(|rate| rate.max(1)), taken: 0, paid: 0, at: now }
    }

    /// Another rate from now on. Who waits has to ask anew for how long.
    pub(super) fn set_rate(&mut self, rate: Option<u64>, now: Instant) {
        self.settle(now);
        (self.rate, self.at) = (rate.map(|rate| rate.max(1)), now);
        if rate.is_none() {
            // A later limit has nothing to do with what came without one.
            self.paid = self.taken;
        }
    }

    /// Takes so many bytes, and gives the mark to wait for.
    pub(super) fn take(&mut self, bytes: u64, now: Instant) -> u64 {
        self.settle(now);
        self.taken += bytes;
        self.taken
    }

    /// How long it takes until this mark is paid for, but for a burst of 100 ms that is always free.
    pub(super) fn wait(&mut self, mark: u64, now: Instant) -> Duration {
        self.settle(now);
        let Some(rate) = self.rate else { return Duration::ZERO };
        let missing = mark.saturating_sub(self.paid + rate / 10);
        // Rounded up: whoever comes back then must not be a moment too early.
        Duration::from_nanos(
            u64::try_from((u128::from(missing) * NANOS).div_ceil(u128::from(rate))).unwrap_or(u64::MAX),
        )
    }

    /// The most that is handed on before it is waited for: 10 ms worth, so that transfers take short turns.
    pub(super) fn piece(&self) -> Option<u64> {
        self.rate.map(|rate| (rate / 100).clamp(4 * 1024, 256 * 1024))
    }

    /// Pays for the time that has passed. What is not taken is not saved up.
    fn settle(&mut self, now: Instant) {
        let Some(rate) = self.rate.map(u128::from) else { return };
        let elapsed = now.saturating_duration_since(self.at).as_nanos();
        let earned = elapsed * rate / NANOS;
        // The rest of a byte is not lost: time goes on from where the last whole one was earned.
        let nanos = u64::try_from((earned * NANOS).div_ceil(rate)).unwrap_or(u64::MAX);
        self.at += Duration::from_nanos(nanos);
        self.paid = self.paid.saturating_add(u64::try_from(earned).unwrap_or(u64::MAX)).min(self.taken);
    }
}

const NANOS: u128 = 1_000_000_000;

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

    #[test]
    fn a_bucket_lets_through_what_its_rate_says() {
        let start = Instant::now();
        let at = |millis: u64| start + Duration::from_millis(millis);
        let mut bucket = Bucket::new(Some(100_000), start);
        // 10,000 are free; each byte after that takes 10 us, whoever asks for it.
        for (now, bytes, wait) in [
            (0, 10_000, 0),
            (0, 5_000, 50),
            (50, 5_000, 50),
            (140, 1_000, 0),
            // What was not taken is not saved up.
            (10_000, 10_000, 0),
            (10_000, 1_000, 10),
        ] {
            let mark = bucket.take(bytes, at(now));
            assert_eq!(bucket.wait(mark, at(now)), Duration::from_millis(wait), "{now}");
            assert_eq!(bucket.wait(mark, at(now + wait)), Duration::ZERO, "{now}");
        }
    }

    #[test]
    fn a_new_rate_counts_for_those_who_wait_already() {
        let start = Instant::now();
        let at = |millis: u64| start + Duration::from_millis(millis);
        let mut bucket = Bucket::new(None, start);
        assert_eq!(
            (bucket.take(1 << 40, at(5)), bucket.wait(1 << 40, at(5)), bucket.piece()),
            (1 << 40, Duration::ZERO, None)
        );
        let mut bucket = Bucket::new(Some(1_000), start);
        let mark = bucket.take(10_100, start);
        assert_eq!((bucket.wait(mark, start), bucket.piece()), (Duration::from_secs(10), Some(4096)));
        bucket.set_rate(Some(2_000), at(5_000));
        assert_eq!(bucket.wait(mark, at(5_000)), Duration::from_millis(2_450));
        bucket.set_rate(None, at(6_000));
        assert_eq!(bucket.wait(mark, at(6_000)), Duration::ZERO);
        // What came before is paid for, and nothing at all is a byte a second.
        bucket.set_rate(Some(0), at(7_000));
        let mark = bucket.take(2, at(7_000));
        assert_eq!(bucket.wait(mark, at(7_000)), Duration::from_secs(2));
    }

    #[test]
    fn small_steps_lose_nothing() {
        let (start, mut bucket) = (Instant::now(), Bucket::new(Some(3), Instant::now()));
        let mark = bucket.take(300, start);
        for millis in (0..100_000).step_by(7) {
            bucket.wait(mark, start + Duration::from_millis(millis));
        }
        assert!(bucket.wait(mark, start + Duration::from_secs(99)) <= Duration::from_secs(1));
        assert_eq!(bucket.wait(mark, start + Duration::from_secs(101)), Duration::ZERO);
    }
}
