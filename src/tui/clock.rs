//! The time of day where the user is. The state counts in moments that only go forward; this says what the clock on the
//! wall shows then. Pure: the loop sets it.

use std::time::{Instant, SystemTime};

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// See the head of this file.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    zone: TimeZone,
    /// One moment on both clocks.
    set: (Instant, SystemTime),
}

impl Clock {
    /// A clock in this zone that shows `wall` at `now`.
    pub(super) fn new(zone: TimeZone, now: Instant, wall: SystemTime) -> Self {
        Self { zone, set: (now, wall) }
    }

    /// Sets it, as the wall clock may be moved, or go on while the machine sleeps.
    pub(super) fn set(&mut self, now: Instant, wall: SystemTime) {
        self.set = (now, wall);
    }

    /// What the wall clock showed at a moment.
    pub(super) fn wall(&self, at: Instant) -> SystemTime {
        let (now, wall) = self.set;
        let shown = match at.checked_duration_since(now) {
            Some(later) => wall.checked_add(later),
            None => wall.checked_sub(now.saturating_duration_since(at)),
        };
        shown.unwrap_or(wall)
    }

    /// `14:02:11`; nothing for a time that no calendar has.
    pub(super) fn time(&self, wall: SystemTime) -> String {
        let Ok(stamp) = Timestamp::try_from(wall) else { return String::new() };
        let time = self.zone.to_datetime(stamp).time();
        format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn it_shows_the_time_of_its_zone_before_and_after_it_was_set() {
        let before = Instant::now();
        let now = before + Duration::from_secs(100);
        let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(12 * 3600);
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let clock = Clock::new(zone, now, noon);
        for (at, shown) in [(now, "14:00:00"), (now + Duration::from_secs(61), "14:01:01"), (before, "13:58:20")] {
            assert_eq!(clock.time(clock.wall(at)), shown);
        }
    }
}
