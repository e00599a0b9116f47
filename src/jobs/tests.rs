//! The read model, event by event.

use super::*;
use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::event::{Answered, FinishedFile, Protocol, Record};
use std::path::{Path, PathBuf};
use url::Url;

fn queued(id: u64) -> Event {
    Event::Queued {
        id: JobId(id),
        url: Url::parse(&format!("https://h.example/%E5%8C%97/img%20{id}?w=1")).expect("a valid address"),
        dir: Arc::from(Path::new("out")),
        name: None,
        elsewhere: false,
        bytes: 0,
        total: None,
        columns: None,
    }
}

fn started(id: u64, total: Option<u64>) -> Event {
    let path = PathBuf::from(format!("out/{id}.jpg"));
    Event::Started { id: JobId(id), attempt: 1, total, path, resumed_from: 0, answer: answer() }
}

fn answer() -> Arc<Answered> {
    Arc::new(Answered {
        final_url: Url::parse("https://h.example/").expect("a valid address"),
        content_type: None,
        etag: None,
        last_modified: None,
        ttfb: Duration::ZERO,
        status: 200,
        protocol: Protocol::Http1,
        server: None,
        ranges: false,
        connect: None,
    })
}

fn progress(id: u64, bytes: u64, total: Option<u64>, rate: u64) -> Event {
    Event::Progress { id: JobId(id), bytes, total, bytes_per_second: rate, connections: 1 }
}

fn finished(id: u64, bytes: u64, skipped: bool) -> Event {
    let file = FinishedFile {
        path: PathBuf::from("out/a.jpg"),
        bytes,
        format: None,
        verified: None,
        sha256: None,
        pixels: None,
        elapsed: Duration::ZERO,
        attempts: 1,
        resumed_from: 0,
        skipped,
    };
    Event::Finished { id: JobId(id), file, record: record() }
}

fn record() -> Record {
    Record { started_at: None, finished_at: std::time::UNIX_EPOCH, answered: None }
}

fn fold(events: &[Event]) -> Jobs {
    let mut jobs = Jobs::new();
    for event in events {
        jobs.apply(event, Instant::now());
    }
    jobs
}

#[test]
fn a_job_goes_from_queued_to_finished() {
    let mut jobs = fold(&[queued(1), Event::Connecting { id: JobId(1), attempt: 1 }]);
    assert_eq!(jobs.rows()[0].name(), "img 1");
    assert_eq!((jobs.totals().active, jobs.totals().queued), (1, 0));
    jobs.apply(&started(1, Some(100)), Instant::now());
    jobs.apply(&progress(1, 50, Some(100), 10), Instant::now());
    assert_eq!(jobs.rows()[0].name(), "1.jpg");
    assert_eq!(jobs.eta(), Some(Duration::from_secs(5)));
    jobs.apply(&progress(1, 100, Some(100), 10), Instant::now());
    assert_eq!(jobs.rows()[0].state.word(), "verifying");
    jobs.apply(&finished(1, 100, false), Instant::now());
    let totals = *jobs.totals();
    assert_eq!((totals.finished, totals.active, totals.bytes, totals.unfinished()), (1, 0, 100, 0));
    assert_eq!(jobs.eta(), None);
}

#[test]
fn totals_survive_every_order_of_states() {
    let error = TransferError::new(ErrorClass::Connect, "refused");
    let retrying = Event::Retrying { id: JobId(2), attempt: 2, delay: Duration::from_secs(1), error: error.clone() };
    let mut jobs = fold(&[
        queued(1),
        queued(2),
        queued(3),
        started(1, None),
        progress(1, 70, None, 7),
        retrying,
        Event::Failed { id: JobId(2), error, attempts: 3, record: record() },
        Event::Paused { id: JobId(3), reason: String::new() },
        Event::Notice(Notice::Duplicate(JobId(1))),
    ]);
    let t = *jobs.totals();
    assert_eq!((t.jobs, t.active, t.failed, t.paused, t.unfinished()), (3, 1, 1, 1, 2));
    assert_eq!((jobs.duplicates(), t.bytes_per_second), (1, 7));
    for event in [queued(2), finished(2, 5, true), Event::Removed { id: JobId(1) }, Event::Removed { id: JobId(1) }] {
        jobs.apply(&event, Instant::now());
    }
    let t = *jobs.totals();
    assert_eq!((t.jobs, t.finished, t.skipped, t.failed, t.bytes), (2, 1, 1, 0, 5));
    assert_eq!((jobs.bytes_received(), jobs.position(JobId(3)), jobs.position(JobId(1))), (70, Some(1), None));
    jobs.apply(&queued(1), Instant::now());
    assert_eq!(jobs.rows().iter().map(|job| job.n).collect::<Vec<_>>(), [2, 3, 4]);
    for id in [1, 2, 3] {
        jobs.apply(&Event::Removed { id: JobId(id) }, Instant::now());
    }
    assert_eq!(*jobs.totals(), Totals::default());
}

#[test]
fn a_hidden_row_lives_on_and_comes_back_to_its_place() {
    let mut jobs = fold(&[queued(1), queued(2), queued(3), started(2, Some(100)), progress(2, 10, Some(100), 5)]);
    jobs.hide(|job| job.id == JobId(2));
    assert!(jobs.get(JobId(2)).is_none() && jobs.numbered(2).is_none());
    assert_eq!(jobs.numbered(3).map(|job| job.id), Some(JobId(3)));
    let t = *jobs.totals();
    assert_eq!((t.jobs, t.active, t.queued, t.bytes, t.bytes_per_second), (2, 0, 2, 0, 0));
    jobs.apply(&progress(2, 60, Some(100), 5), Instant::now());
    assert_eq!((jobs.totals().bytes, jobs.bytes_received()), (0, 60), "what comes has come");
    jobs.apply(&queued(2), Instant::now());
    assert_eq!((jobs.rows().len(), jobs.totals().jobs), (2, 2), "it is no new job");
    jobs.apply(&finished(2, 100, false), Instant::now());
    assert_eq!((jobs.show([JobId(2), JobId(9)]), jobs.show([JobId(2)])), (1, 0));
    let t = *jobs.totals();
    assert_eq!((t.jobs, t.finished, t.queued, t.bytes, jobs.bytes_received()), (3, 1, 2, 100, 100));
    assert_eq!(jobs.rows().iter().map(|job| job.id.0).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(jobs.position(JobId(2)), Some(1));
    jobs.hide(|job| job.id != JobId(2));
    for id in [1, 3] {
        jobs.apply(&Event::Removed { id: JobId(id) }, Instant::now());
        assert_eq!(jobs.show([JobId(id)]), 0, "the engine has taken it off the list");
    }
    jobs.apply(&queued(1), Instant::now());
    assert_eq!(jobs.rows().iter().map(|job| job.n).collect::<Vec<_>>(), [2, 4]);
}

#[test]
fn a_list_without_end_keeps_no_finished_rows_and_loses_no_number() {
    let mut jobs = fold(&[queued(0)]);
    let error = TransferError::new(ErrorClass::Connect, "refused");
    for id in 1..=10_000 {
        jobs.apply(&queued(id), Instant::now());
        if id % 100 == 0 {
            let error = error.clone();
            jobs.apply(&Event::Failed { id: JobId(id), error, attempts: 1, record: record() }, Instant::now());
        } else {
            jobs.apply(&finished(id, 5, false), Instant::now());
        }
        jobs.shed_finished();
        assert!(jobs.rows().len() <= 3 * SHED_AT, "{}", jobs.rows().len());
    }
    let t = *jobs.totals();
    assert_eq!((t.jobs, t.finished, t.failed, t.queued, t.bytes), (10_001, 9900, 100, 1, 49_500));
    let kept = |id| jobs.get(JobId(id)).map(|job| job.n as u64);
    assert_eq!((kept(0), kept(1), kept(100), kept(10_000)), (Some(1), None, Some(101), Some(10_001)));
    jobs.apply(&finished(0, 7, false), Instant::now());
    assert_eq!((jobs.totals().finished, jobs.totals().queued, jobs.totals().bytes), (9901, 0, 49_507));
}

#[test]
fn lying_sizes_do_no_harm() {
    let huge = Some(u64::MAX - 2);
    let jobs = fold(&[queued(1), queued(2), started(1, huge), started(2, huge), progress(1, 5, huge, 1)]);
    assert!(jobs.eta().is_some());
}

#[test]
fn the_eta_counts_unknown_sizes_by_the_mean() {
    let jobs = fold(&[queued(1), queued(2), queued(3), started(1, Some(1000)), progress(1, 500, Some(1000), 100)]);
    assert_eq!(jobs.eta(), Some(Duration::from_secs(25)));
}
