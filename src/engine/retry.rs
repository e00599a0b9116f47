//! When to try again. Pure: time and jitter come in as arguments.

use std::time::{Duration, SystemTime};

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
/// names a longer time gets it: `wish`.
pub(super) fn delay(failures: u32, jitter: f64, wish: Option<Duration>) -> Duration {
    let doubled = FIRST.saturating_mul(1 << failures.saturating_sub(1).min(16));
    let backoff = doubled.min(LONGEST).mul_f64(1.0 - jitter.clamp(0.0, 1.0) / 2.0);
    backoff.max(wish.unwrap_or_default())
}

/// Reads a `Retry-After` value: seconds or a date (RFC 9110 section 10.2.3). Junk and negative numbers are nothing. A
/// date is one of the server's clock, so it is read by the `Date` of the same answer; `now` is for answers without. From
/// there on a wait is a duration, which no wall clock can change any more.
pub(super) fn parse_retry_after(value: &str, sent: Option<&str>, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().map_or(MOST_SECONDS, |seconds: u64| seconds.min(MOST_SECONDS))));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    let now = sent.and_then(|sent| httpdate::parse_http_date(sent).ok()).unwrap_or(now);
    let wait = date.duration_since(now).unwrap_or(Duration::ZERO);
    Some(wait.min(Duration::from_secs(MOST_SECONDS)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_to_a_minute_and_yield_to_the_server() {
        for (failures, jitter, millis) in [
            (1, 0.0, 500),
            (2, 0.0, 1000),
            (3, 0.0, 2000),
            (8, 0.0, 60_000),
            (99, 0.0, 60_000),
            (1, 1.0, 250),
            (2, 0.5, 750),
        ] {
            assert_eq!(delay(failures, jitter, None), Duration::from_millis(millis), "{failures} {jitter}");
        }
        assert_eq!(delay(1, 1.0, Some(Duration::from_secs(90))), Duration::from_secs(90));
        assert_eq!(delay(2, 0.0, Some(Duration::ZERO)), Duration::from_secs(1));
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
            assert_eq!(parse_retry_after(value, None, now), seconds.map(Duration::from_secs), "{value}");
        }
    }

    /// 68: a clock that is a day off brings nobody back early and keeps nobody waiting.
    #[test]
    fn a_date_is_read_by_the_clock_of_the_server() {
        let (sent, until) = ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:50:37 GMT");
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let day = Duration::from_secs(86_400);
        for ours in [now, now + day, now - day, SystemTime::UNIX_EPOCH] {
            assert_eq!(parse_retry_after(until, Some(sent), ours), Some(Duration::from_secs(60)), "{ours:?}");
            assert_eq!(parse_retry_after(sent, Some(until), ours), Some(Duration::ZERO), "{ours:?}");
        }
        assert_eq!(parse_retry_after(until, Some("today"), now), Some(Duration::from_secs(60)));
        // Without a date of the server's own, the shortest wait is still that of any failure.
        let past = parse_retry_after(until, None, now + day);
        assert!(delay(1, 1.0, past) >= FIRST / 2);
    }

    proptest::proptest! {
        #[test]
        fn any_retry_after_is_nothing_or_a_bounded_wait(value in "\\PC{0,40}|-?[0-9]{0,30}", now in 0..u64::from(u32::MAX)) {
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(now);
            let wait = parse_retry_after(&value, None, now);
            proptest::prop_assert!(wait.is_none_or(|wait| wait <= Duration::from_secs(MOST_SECONDS)));
            let digits = !value.trim().is_empty() && value.trim().bytes().all(|b| b.is_ascii_digit());
            proptest::prop_assert!(!digits || wait.is_some());
            // No clock overflows by it.
            let waits = delay(1, 0.0, wait);
            proptest::prop_assert!(std::time::Instant::now().checked_add(waits).is_some());
        }

        #[test]
        fn seconds_and_dates_say_the_same(at in 0..2_000_000_000_u64, wait in 0..100_000_000_u64) {
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(at);
            let wait = Duration::from_secs(wait);
            let date = httpdate::fmt_http_date(now + wait);
            proptest::prop_assert_eq!(parse_retry_after(&date, None, now), Some(wait));
            proptest::prop_assert_eq!(parse_retry_after(&wait.as_secs().to_string(), None, now), Some(wait));
        }

        #[test]
        fn a_delay_is_never_shorter_than_asked_for(failures in 0..=u32::MAX, jitter in -1.0..2.0_f64, asked in 0..=MOST_SECONDS) {
            let asked = Duration::from_secs(asked);
            let waits = delay(failures, jitter, Some(asked));
            proptest::prop_assert!(waits >= asked.max(FIRST / 2) && waits <= asked.max(LONGEST));
        }
    }
}
