//! The pace of a line: how many bytes may be out how long after the first. Pure; it must not know clocks or sockets.

use std::time::Duration;

/// Slices a second.
const SLICES: u64 = 100;

/// A rate without bursts: slices on an absolute schedule, each sent only when its last byte is due.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    bytes_per_second: u64,
}

impl Pace {
    pub(super) fn new(bytes_per_second: u64) -> Self {
        Self { bytes_per_second: bytes_per_second.max(1) }
    }

    /// How many bytes go out at a time: about 10 ms worth.
    pub(super) fn slice(self) -> usize {
        usize::try_from(self.bytes_per_second / SLICES).unwrap_or(usize::MAX).max(1)
    }

    /// When the first `bytes` bytes may all be out, counted from the start of the body. Rounded up: never early.
    pub(super) fn due(self, bytes: usize) -> Duration {
        let rate = u128::from(self.bytes_per_second);
        let nanoseconds = (bytes as u128 * 1_000_000_000).div_ceil(rate);
        Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_due_before_its_time() {
        for rate in [1, 3, 99, 1_000, 2_000_000, 7_654_321, 1_000_000_000] {
            let pace = Pace::new(rate);
            let mut sent = 0;
            for _ in 0..300 {
                sent += pace.slice();
                let allowed = pace.due(sent).as_nanos() * u128::from(rate) / 1_000_000_000;
                assert!(allowed >= sent as u128, "{rate}: {sent} bytes where {allowed} are allowed");
                assert!(allowed <= sent as u128 + u128::from(rate / 1_000_000_000) + 1, "{rate}: too slow");
            }
        }
    }

    #[test]
    fn a_picture_takes_what_its_size_says() {
        let pace = Pace::new(2_000_000);
        assert_eq!(pace.slice(), 20_000);
        assert_eq!(pace.due(20_000), Duration::from_millis(10));
        assert_eq!(pace.due(2_500_000), Duration::from_millis(1250));
        assert_eq!(Pace::new(0).slice(), 1);
        assert_eq!(Pace::new(u64::MAX).due(1), Duration::from_nanos(1));
    }
}
