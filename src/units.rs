//! Bytes, rates and durations, printed for people and parsed from what people type. Pure; it must not know
//! what the numbers measure. Sizes are decimal when printed, as browsers print them: 1 MB is 1,000,000 bytes.

use std::time::{Duration, SystemTime};

const DECIMAL: [&str; 7] = ["B", "KB", "MB", "GB", "TB", "PB", "EB"];

/// Prints a number of bytes with at most three significant digits: `999 B`, `2.9 MB`, `212 KB`.
#[must_use]
pub fn bytes(n: u64) -> String {
    let mut unit = 0;
    let mut scale = 1_u128;
    while u128::from(n) >= scale * 1000 {
        scale *= 1000;
        unit += 1;
    }
    if unit == 0 {
        return format!("{n} B");
    }
    let rounded = |times: u128| (u128::from(n) * times + scale / 2) / scale;
    let tenths = rounded(10);
    match rounded(1) {
        _ if tenths < 1000 => format!("{}.{} {}", tenths / 10, tenths % 10, DECIMAL[unit]),
        1000.. => format!("1.0 {}", DECIMAL[unit + 1]),
        whole => format!("{whole} {}", DECIMAL[unit]),
    }
}

/// Prints bytes per second: `34.3 MB/s`.
#[must_use]
pub fn rate(bytes_per_second: u64) -> String {
    format!("{}/s", bytes(bytes_per_second))
}

/// Prints how long something took: `0.32 s`, `1.21 s`, `23.2 s`, `4:05`, `1:02:03`.
#[must_use]
pub fn elapsed(d: Duration) -> String {
    let seconds = d.as_secs_f64();
    if seconds < 9.995 {
        format!("{seconds:.2} s")
    } else if seconds < 59.95 {
        format!("{seconds:.1} s")
    } else {
        clock(d)
    }
}

/// Prints a time to wait as a clock would: `0:46`, `12:03`, `1:02:03`; from 100 hours on, days: `5d`.
#[must_use]
pub fn clock(d: Duration) -> String {
    let s = d.as_secs_f64().ceil().min(u32::MAX.into());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to u32 above")]
    let s = s as u32;
    let (hours, minutes, seconds) = (s / 3600, s / 60 % 60, s % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        1..100 => format!("{hours}:{minutes:02}:{seconds:02}"),
        _ => format!("{}d", hours / 24),
    }
}

/// Prints a moment as RFC 3339 has it, in UTC with milliseconds: `2026-01-31T23:59:59.042Z`. Before 1970 is 1970.
#[must_use]
pub fn timestamp(time: SystemTime) -> String {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let (days, second) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    // Howard Hinnant's civil_from_days: years that begin in March, in eras of 400 years.
    let shifted = days + 719_468;
    let (era, day) = (shifted / 146_097, shifted % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let march = (5 * day + 2) / 153;
    let month = if march < 10 { march + 3 } else { march - 9 };
    let day = day - (153 * march + 2) / 5 + 1;
    let year = year + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", since.subsec_millis())
}

/// Reads a size: `500`, `5M` (5,000,000), `5Mi` (5 x 2^20), with an optional `B` at the end and a decimal part (`1.5G`).
///
/// # Errors
/// Says what was wrong with the text and how a size is written.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let bad = || format!("`{text}` is not a size: write 500, 20K, 5M, 5Mi or 1.5G");
    let lower = text.trim().to_ascii_lowercase();
    let body = lower.strip_suffix('b').unwrap_or(&lower);
    let (body, base) = match body.strip_suffix('i') {
        Some(body) => (body, 1024_u64),
        None => (body, 1000),
    };
    let (number, power) = match body.char_indices().next_back() {
        Some((at, letter)) if letter.is_ascii_alphabetic() => {
            let power = "kmgtp".find(letter).ok_or_else(bad)? + 1;
            (&body[..at], u32::try_from(power).map_err(|_| bad())?)
        }
        _ if base == 1024 => return Err(bad()),
        _ => (body, 0),
    };
    let scale = base.pow(power);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 9 || number.ends_with('.') {
        return Err(bad());
    }
    let whole = whole.parse::<u64>().ok().and_then(|w| w.checked_mul(scale)).ok_or_else(bad)?;
    let mut part = 0_u128;
    let mut divisor = 1_u128;
    for digit in fraction.bytes() {
        part = part * 10 + u128::from(digit - b'0');
        divisor *= 10;
    }
    let part = u64::try_from(part * u128::from(scale) / divisor).map_err(|_| bad())?;
    whole.checked_add(part).ok_or_else(bad)
}

/// Reads a length of time: `500ms`, `10s`, `10` (seconds), `2m`, `1h30` (minutes follow hours, seconds follow minutes).
///
/// # Errors
/// Says what was wrong with the text and how a time is written.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let bad = || format!("`{text}` is not a length of time: write 500ms, 10s, 2m or 1h30");
    let lower = text.trim().to_ascii_lowercase();
    let mut rest = lower.as_str();
    let mut total = Duration::ZERO;
    // What a bare number means: seconds alone, otherwise the unit below the one before it.
    let mut bare = "s";
    if rest.is_empty() {
        return Err(bad());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number = &rest[..digits];
        let tail = &rest[digits..];
        let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let unit = if letters == 0 { bare } else { &tail[..letters] };
        rest = &tail[letters..];
        let (seconds, next) = match unit {
            "d" => (86_400.0, "h"),
            "h" => (3600.0, "m"),
            "m" | "min" => (60.0, "s"),
            "s" => (1.0, "ms"),
            "ms" => (0.001, ""),
            _ => return Err(bad()),
        };
        if number.is_empty() || number.starts_with('.') {
            return Err(bad());
        }
        let number: f64 = number.parse().map_err(|_| bad())?;
        let part = Duration::try_from_secs_f64(number * seconds).map_err(|_| bad())?;
        total = total.checked_add(part).ok_or_else(bad)?;
        bare = next;
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_short_and_rounded() {
        for (n, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 KB"),
            (2_949_999, "2.9 MB"),
            (2_950_000, "3.0 MB"),
            (44_900_000, "44.9 MB"),
            (99_949_999, "99.9 MB"),
            (99_950_000, "100 MB"),
            (212_400, "212 KB"),
            (999_499, "999 KB"),
            (999_500, "1.0 MB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(bytes(n), text, "{n}");
        }
    }

    #[test]
    fn times_read_as_people_write_them() {
        for (millis, text) in [
            (0, "0.00 s"),
            (320, "0.32 s"),
            (1210, "1.21 s"),
            (23_200, "23.2 s"),
            (59_960, "1:00"),
            (245_000, "4:05"),
            (3_723_000, "1:02:03"),
        ] {
            assert_eq!(elapsed(Duration::from_millis(millis)), text, "{millis}");
        }
        assert_eq!(clock(Duration::from_millis(45_100)), "0:46");
        assert_eq!(clock(Duration::from_secs(500_000)), "5d");
        assert_eq!(clock(Duration::MAX), "49710d");
    }

    #[test]
    fn sizes_parse() {
        for (text, n) in [
            ("500", 500),
            ("5M", 5_000_000),
            ("5Mi", 5 << 20),
            ("5MiB", 5 << 20),
            ("20kb", 20_000),
            ("1.5G", 1_500_000_000),
            ("0", 0),
            ("7b", 7),
        ] {
            assert_eq!(parse_size(text), Ok(n), "{text}");
        }
        for text in ["", "M", "5X", "5i", "-1", "1.", ".5", "1e3", "99999999999G", "5 M", "1.2.3"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations_parse() {
        for (text, millis) in [
            ("500ms", 500),
            ("10s", 10_000),
            ("10", 10_000),
            ("1.5", 1500),
            ("2m", 120_000),
            ("1h30", 5_400_000),
            ("1m30", 90_000),
            ("1h2m3s", 3_723_000),
            ("0", 0),
        ] {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "s", "10x", "-1", "1.2.3", ".5s", "9e99", "999999999999999999999d", "1ms5"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn moments_are_utc_with_milliseconds() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (784_111_777_042, "1994-11-06T08:49:37.042Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (951_868_799_999, "2000-02-29T23:59:59.999Z"),
            (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
            (1_735_689_599_000, "2024-12-31T23:59:59.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (253_402_300_799_000, "9999-12-31T23:59:59.000Z"),
        ] {
            assert_eq!(timestamp(SystemTime::UNIX_EPOCH + Duration::from_millis(millis)), text);
        }
    }
}
