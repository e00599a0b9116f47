//! Why is it slow? Names the limit that holds a row back, where something tells which it is. Pure: it is given what is
//! known, and looks nothing up.

use std::time::Duration;

use crate::jobs::{Job, JobState};
use crate::units;

/// A server that has answered by then is not slow.
const SLOW_ANSWER: Duration = Duration::from_secs(2);
/// A file with less than this left is not worth a second connection.
const SMALL: u64 = 1 << 20;

/// What is known around a row.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Around {
    /// The limit that the user has set, in bytes per second.
    pub(super) limit: Option<u64>,
    /// Bytes per second over all rows.
    pub(super) rate: u64,
    /// Requests of its host in flight, and how many that takes.
    pub(super) host: Option<(usize, usize)>,
    /// How long its host wants to be left alone.
    pub(super) rests: Option<Duration>,
    /// Transfers that run, and how many may.
    pub(super) slots: (usize, usize),
    /// Whether the server gives ranges; none before it has answered.
    pub(super) ranges: Option<bool>,
    /// How long the server has been asked.
    pub(super) asked: Option<Duration>,
}

/// The limit in words; none where nothing is known.
pub(super) fn why(job: &Job, around: &Around) -> Option<String> {
    let full = around.host.filter(|(active, window)| active >= window).map(|(_, window)| window);
    match &job.state {
        JobState::Queued if job.elsewhere => Some("another haul works on it".to_owned()),
        JobState::Queued => {
            if let Some(left) = around.rests {
                return Some(format!("the host wants to be left alone for {}", units::clock(left)));
            }
            if let Some(window) = full {
                return Some(format!("the host takes {} at once, and all run", requests(window)));
            }
            let (active, most) = around.slots;
            (active >= most).then(|| format!("all {most} transfers at once are taken; + allows more"))
        }
        JobState::Waiting { error, .. } => {
            let pause = error.retry_after?;
            Some(format!("the server asked for {} of rest (Retry-After)", units::clock(pause)))
        }
        JobState::Connecting => {
            let asked = around.asked.filter(|asked| *asked >= SLOW_ANSWER)?;
            Some(format!("the server: no answer for {}", units::clock(asked)))
        }
        JobState::Downloading => downloading(job, around, full),
        _ => None,
    }
}

fn downloading(job: &Job, around: &Around, full: Option<usize>) -> Option<String> {
    // A limit is met from below, and never quite.
    if let Some(limit) = around.limit.filter(|limit| around.rate >= limit - limit / 8) {
        return Some(format!("your rate limit of {}; > raises it", units::rate(limit)));
    }
    if job.bytes_per_second == 0 {
        return Some("the server: nothing comes just now".to_owned());
    }
    let small = job.total.is_some_and(|total| total.saturating_sub(job.bytes) < SMALL);
    if job.connections > 1 || small {
        return None;
    }
    if around.ranges == Some(false) {
        return Some("one connection: the server gives no ranges".to_owned());
    }
    full.map(|window| format!("one connection: the host takes {} at once", requests(window)))
}

fn requests(n: usize) -> String {
    if n == 1 { "1 request".to_owned() } else { format!("{n} requests") }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::super::scenes::{connecting, empty, failed, finished, progress, queued, retrying, started};
    use super::*;
    use crate::engine::error::{ErrorClass, TransferError};
    use crate::engine::event::Event;
    use crate::engine::request::JobId;

    fn job(events: &[Event]) -> Job {
        let now = Instant::now();
        let mut app = empty(now);
        for event in events {
            app.event(event, now);
        }
        app.jobs().get(JobId(1)).expect("it is there").clone()
    }

    #[test]
    fn it_names_the_limit_and_nothing_that_it_does_not_know() {
        let seconds = Duration::from_secs;
        let (big, none) = (Some(100_000_000), Around { slots: (1, 64), ..Around::default() });
        let row = |event: Event| job(&[queued(1, "a.jpg"), started(1, "a.jpg", big), event]);
        let comes = row(progress(1, 10, big, 500));
        let waits = job(&[queued(1, "a.jpg")]);
        let asks = job(&[queued(1, "a.jpg"), connecting(1, 1)]);
        let (full, room) = (Some((4, 4)), Some((3, 4)));
        let mut rests = TransferError::status(429, None);
        rests.retry_after = Some(seconds(90));
        let limit = Around { limit: Some(1000), rate: 900, ..none };
        let cases = [
            (&comes, limit, Some("your rate limit of 1.0 KB/s; > raises it")),
            (&comes, Around { rate: 400, ..limit }, None),
            (
                &comes,
                Around { ranges: Some(false), host: full, ..none },
                Some("one connection: the server gives no ranges"),
            ),
            (
                &comes,
                Around { ranges: Some(true), host: full, ..none },
                Some("one connection: the host takes 4 requests at once"),
            ),
            (&comes, Around { ranges: Some(true), host: room, ..none }, None),
            (&comes, none, None),
            (&row(progress(1, 99_999_999, big, 5)), Around { ranges: Some(false), ..none }, None),
            (&row(progress(1, 10, big, 0)), none, Some("the server: nothing comes just now")),
            (
                &waits,
                Around { rests: Some(seconds(12)), host: full, ..none },
                Some("the host wants to be left alone for 0:12"),
            ),
            (&waits, Around { host: Some((1, 1)), ..none }, Some("the host takes 1 request at once, and all run")),
            (
                &waits,
                Around { slots: (64, 64), host: room, ..none },
                Some("all 64 transfers at once are taken; + allows more"),
            ),
            (&waits, Around { slots: (63, 64), ..none }, None),
            (&asks, Around { asked: Some(seconds(3)), ..none }, Some("the server: no answer for 0:03")),
            (&asks, Around { asked: Some(seconds(1)), ..none }, None),
            (&row(retrying(1, 2, 90, rests)), none, Some("the server asked for 1:30 of rest (Retry-After)")),
            (&row(retrying(1, 2, 90, TransferError::new(ErrorClass::Connect, "reset"))), none, None),
            (&row(failed(1, TransferError::status(404, None))), limit, None),
            (&row(finished(1, "a.jpg", 100, 9)), limit, None),
        ];
        for (job, around, said) in cases {
            assert_eq!(why(job, &around).as_deref(), said, "{:?} {around:?}", job.state);
        }
    }
}
