//! The read model: a storm of small files, and the numbers over many rows.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use criterion::{BatchSize, Criterion, Throughput};
use haul::engine::event::{Answered, Event, FinishedFile, Protocol, Record};
use haul::engine::request::JobId;
use haul::jobs::Jobs;

pub(crate) fn queued(id: u64, dir: &Arc<Path>) -> Event {
    let url = format!("https://images.example/2026/08/photo-{id:06}.jpg?w=1600").parse().expect("a valid address");
    Event::Queued {
        id: JobId(id),
        url,
        dir: Arc::clone(dir),
        name: None,
        elsewhere: false,
        bytes: 0,
        total: None,
        columns: None,
    }
}

pub(crate) fn started(id: u64, dir: &Path) -> Event {
    let path = dir.join(format!("photo-{id:06}.jpg"));
    Event::Started { id: JobId(id), attempt: 1, total: Some(50_000), path, resumed_from: 0, answer: answer() }
}

fn answer() -> Arc<Answered> {
    Arc::new(Answered {
        final_url: "https://images.example/".parse().expect("a valid address"),
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

pub(crate) fn progress(id: u64, bytes: u64) -> Event {
    Event::Progress { id: JobId(id), bytes, total: Some(50_000), bytes_per_second: 10_000, connections: 1 }
}

pub(crate) fn finished(id: u64, path: PathBuf) -> Event {
    let file = FinishedFile {
        path,
        bytes: 50_000,
        format: Some("jpeg".to_owned()),
        verified: Some(true),
        sha256: None,
        pixels: Some((1600, 1067)),
        elapsed: Duration::from_millis(12),
        attempts: 1,
        resumed_from: 0,
        skipped: false,
    };
    let record = Record { started_at: None, finished_at: SystemTime::UNIX_EPOCH, answered: None };
    Event::Finished { id: JobId(id), file, record }
}

/// All that the engine says of so many small files.
fn storm(files: u64) -> Vec<Event> {
    let dir: Arc<Path> = Arc::from(Path::new("/home/ann/photos"));
    let whole = |id| {
        let path = dir.join(format!("photo-{id:06}.jpg"));
        let connecting = Event::Connecting { id: JobId(id), attempt: 1 };
        [queued(id, &dir), connecting, started(id, &dir), progress(id, 50_000), finished(id, path)]
    };
    (1..=files).flat_map(whole).collect()
}

pub(crate) fn all(c: &mut Criterion) {
    let events = storm(5000);
    let mut group = c.benchmark_group("events");
    group.throughput(Throughput::Elements(events.len() as u64));
    for (name, rows_kept) in [("a storm, rows kept", true), ("a storm, rows let go", false)] {
        group.bench_function(name, |b| {
            let fold = |mut jobs: Jobs| {
                let now = Instant::now();
                for event in &events {
                    jobs.apply(event, now);
                    if !rows_kept {
                        jobs.shed_finished();
                    }
                }
                jobs
            };
            b.iter_batched(Jobs::new, fold, BatchSize::LargeInput);
        });
    }
    group.finish();
}
