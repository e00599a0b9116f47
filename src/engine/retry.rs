//! When to try again. Pure: time and jitter come in as arguments.

use std::time::{Duration, SystemTime};

use super::error::TransferError;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(60);

/// An attempt that gained this many bytes has earned a fresh count of retries.
pub(super) const PROGRESS: u64 = 1024 * 1024;

/// No job makes more attempts than this, however much each of them gains.
pub(super) const MOST_ATTEMPTS: u32 = 100;

/// No server is waited for longer than this; a century is as good as never, and no clock overflows by it.
const MOST_SECONDS: u64 = u32::MAX as u64;

/// How long to wait after the `failures`-th failure in a row (from 1): 500 ms, doubling to 60 s, of which `jitter`
/// (0 to 1) takes away up to a half, so that many jobs that failed together do not come back together. A server that
/// names a longer time gets it.
pub(super) fn delay(failures: u32, jitter: f64, error: &TransferError) -> Duration {
    let doubled = FIRST.saturating_mul(1 << failures.saturating_sub(1).min(16));
    let backoff = doubled.min(LONGEST).mul_f64(1.0 - jitter.clamp(0.0, 1.0) / 2.0);
    backoff.max(error.retry_after.unwrap_or_default())
}

/// Reads a `Retry-After` value: seconds or a date (RFC 9110 section 10.2.3). Junk and negative numbers are nothing.
pub(super) fn parse_retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().map_or(MOST_SECONDS, |seconds: u64| seconds.min(MOST_SECONDS))));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    let wait = date.duration_since(now).unwrap_or(Duration::ZERO);
    Some(wait.min(Duration::from_secs(MOST_SECONDS)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::error::ErrorClass;

    #[test]
    fn delays_double_to_a_minute_and_yield_to_the_server() {
        let plain = TransferError::new(ErrorClass::Connect, "refused");
        for (failures, jitter, millis) in [
            (1, 0.0, 500),
            (2, 0.0, 1000),
            (3, 0.0, 2000),
            (8, 0.0, 60_000),
            (99, 0.0, 60_000),
            (1, 1.0, 250),
            (2, 0.5, 750),
        ] {
            assert_eq!(delay(failures, jitter, &plain), Duration::from_millis(millis), "{failures} {jitter}");
        }
        let asked = TransferError::status(503, Some(Duration::from_secs(90)));
        assert_eq!(delay(1, 1.0, &asked), Duration::from_secs(90));
        assert_eq!(delay(2, 0.0, &TransferError::status(503, Some(Duration::ZERO))), Duration::from_secs(1));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        for (value, seconds) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
            ("Sun, 06 Nov 1994 08:49:27 GMT", Some(0)),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
            ("99999999999999999999999", Some(MOST_SECONDS)),
            ("9999999999999999999", Some(MOST_SECONDS)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(MOST_SECONDS)),
        ] {
            assert_eq!(parse_retry_after(value, now), seconds.map(Duration::from_secs), "{value}");
        }
    }
}
