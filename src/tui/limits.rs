//! Limits that the user changes while it runs: their steps, and how they are written. Pure. It must not know who keeps
//! to them.

use crate::units;

/// The limits as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    /// Transfers at once.
    pub(super) jobs: usize,
    /// The most of them that the system has room for.
    pub(super) most_jobs: usize,
    /// Bytes a second; none is no limit.
    pub(super) rate: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { jobs: 64, most_jobs: MOST_JOBS, rate: None }
    }
}

/// As many as the command line takes.
pub(super) const MOST_JOBS: usize = 10_000;

/// The steps of the rate limit: 1, 2 and 5 of each power of ten, from 10 KB/s to 1 GB/s.
fn steps() -> impl DoubleEndedIterator<Item = u64> {
    (4..=8_u32).flat_map(|power| [1, 2, 5].map(|times| times * 10_u64.pow(power))).chain([1_000_000_000])
}

/// The step below; from no limit, the step below the rate that there is now.
pub(super) fn lower(limit: Option<u64>, now: u64) -> u64 {
    let first = steps().next().unwrap_or_default();
    let below = match limit {
        Some(limit) => steps().rev().find(|step| *step < limit),
        // At rest there is nothing to go by: this is felt, and stops nobody.
        None if now == 0 => Some(5_000_000),
        None => steps().rev().find(|step| *step <= now),
    };
    below.unwrap_or(first)
}

/// The step above; none above the last one.
pub(super) fn higher(limit: Option<u64>) -> Option<u64> {
    steps().find(|step| limit.is_some_and(|limit| *step > limit))
}

/// A limit as people write it: `5M`, `500k/s`; `0` is none.
pub(super) fn parse_rate(text: &str) -> Result<Option<u64>, String> {
    match text.trim() {
        "none" | "off" => Ok(None),
        text => units::parse_size(text.trim_end_matches("/s")).map(|rate| Some(rate).filter(|rate| *rate > 0)),
    }
}

/// A limit as people write it, and as it is read back: to the byte.
pub(super) fn rate_text(rate: u64) -> String {
    const UNITS: [(u64, usize, &str); 3] = [(1_000_000_000, 9, "G"), (1_000_000, 6, "M"), (1000, 3, "K")];
    let Some((unit, digits, letter)) = UNITS.into_iter().find(|(unit, ..)| rate >= *unit) else {
        return rate.to_string();
    };
    let number = format!("{}.{:0digits$}", rate / unit, rate % unit);
    format!("{}{letter}", number.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_goes_by_steps_that_people_use() {
        for (limit, now, slower, faster) in [
            (None, 48_200_000, 20_000_000, None),
            (None, 50_000_000, 50_000_000, None),
            (None, 0, 5_000_000, None),
            (None, 900, 10_000, None),
            (Some(5_000_000), 1, 2_000_000, Some(10_000_000)),
            (Some(3_333_333), 1, 2_000_000, Some(5_000_000)),
            (Some(10_000), 1, 10_000, Some(20_000)),
            (Some(1_000_000_000), 1, 500_000_000, None),
        ] {
            assert_eq!((lower(limit, now), higher(limit)), (slower, faster), "{limit:?} at {now}");
        }
    }

    #[test]
    fn a_limit_is_written_to_the_byte() {
        for (rate, text) in [
            (1, "1"),
            (999, "999"),
            (10_000, "10K"),
            (1_500_000, "1.5M"),
            (5_242_880, "5.24288M"),
            (1_234_567, "1.234567M"),
            (1_000_000_001, "1.000000001G"),
            (u64::MAX, "18446744073.709551615G"),
        ] {
            assert_eq!(rate_text(rate), text);
            assert_eq!(parse_rate(text), Ok(Some(rate)));
        }
    }

    #[test]
    fn limits_are_read_as_people_write_them() {
        for (text, rate) in [
            ("5M", Some(Some(5_000_000))),
            (" 500k/s ", Some(Some(500_000))),
            ("0", Some(None)),
            ("none", Some(None)),
            ("fast", None),
            ("", None),
        ] {
            assert_eq!(parse_rate(text).ok(), rate, "{text}");
        }
    }
}
