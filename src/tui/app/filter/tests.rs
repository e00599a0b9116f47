//! What filters choose, as a table over a few rows.

use std::time::Instant;

use super::*;
use crate::engine::event::Event;
use crate::engine::request::JobId;
use crate::jobs::Jobs;
use crate::tui::app::scenes::{connecting, failed, finished, progress, queued, retrying, started};

/// 1 waits, 2 comes, 3 is there, 4 and 5 have failed, 6 rests, 7 is about to be tried again.
fn jobs() -> Jobs {
    let mut jobs = Jobs::new();
    let names =
        ["Aurora.jpg", "fjord.jpg", "Fjord Nord.png", "gone.jpg", "slow.gif", "北極光.webp", "shy.jpg", "x.jpg"];
    let mut events: Vec<_> = (1..).zip(names).map(|(id, name)| queued(id, name)).collect();
    events.extend([
        started(2, "fjord.jpg", Some(6_000_000)),
        progress(2, 10, Some(6_000_000), 1),
        finished(3, "Fjord Nord.png", 4_000_000, 1),
        failed(4, TransferError::status(404, None)),
        failed(5, TransferError::new(ErrorClass::Timeout, "too slow")),
        Event::Paused { id: JobId(6), reason: "by the user".to_owned() },
        retrying(7, 2, 9, TransferError::new(ErrorClass::Tls, "no trust")),
        connecting(8, 1),
    ]);
    for event in &events {
        jobs.apply(event, Instant::now());
    }
    jobs
}

#[test]
fn filters_choose_rows() {
    let jobs = jobs();
    for (text, expected) in [
        ("", &[1, 2, 3, 4, 5, 6, 7, 8][..]),
        ("fjord", &[2, 3]),
        ("Fjord", &[3]),
        ("AURORA", &[]),
        ("jpg !gone !x", &[1, 2, 7]),
        ("  jpg   fj ", &[2]),
        ("北極", &[6]),
        ("nord", &[3]),
        ("state:failed", &[4, 5]),
        ("state:FA", &[4, 5]),
        ("state:active", &[2, 8]),
        ("state:done", &[3]),
        ("state:wait", &[7]),
        ("!state:failed !state:queued", &[2, 3, 6, 7, 8]),
        ("host:images", &[1, 2, 3, 4, 5, 6, 7, 8]),
        ("host:cdn", &[]),
        ("size:>5M", &[2]),
        ("size:<5M", &[3]),
        ("size:>=4M", &[2, 3]),
        ("size:<=4M", &[3]),
        ("size:>4M", &[2]),
        ("!size:>1", &[1, 4, 5, 6, 7, 8]),
        ("error:timeout", &[5]),
        ("error:404", &[4]),
        ("error:t", &[5, 7]),
        ("https://images.example/fj", &[2, 3]),
        ("example", &[]),
        ("!", &[1, 2, 3, 4, 5, 6, 7, 8]),
    ] {
        let filter = Filter::parse(text);
        assert_eq!(filter.complaint(), None, "{text}");
        let taken: Vec<_> = jobs.rows().iter().filter(|job| filter.takes(job)).map(|job| job.id.0).collect();
        assert_eq!(taken, expected, "{text}");
    }
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_chooses() {
    let jobs = jobs();
    for (text, complaint) in [
        ("fjord size:big", "size:big is no size"),
        ("size: fjord", "size: is no size"),
        ("size:5M fjord", "size:5M is no size"),
        ("fjord state:nowhere", "state:nowhere is no state"),
        ("fjord !error:nonsense size:x", "error:nonsense is no error"),
    ] {
        let filter = Filter::parse(text);
        assert!(filter.complaint().is_some_and(|said| said.starts_with(complaint)), "{text}: {filter:?}");
        assert_eq!(filter.text(), text);
        assert_eq!(jobs.rows().iter().filter(|job| filter.takes(job)).count(), 2, "{text}");
    }
}
