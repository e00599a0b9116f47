//! A frame of the screen where a hundred thousand rows are on the list and 64 of them move.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use criterion::Criterion;
use haul::Still;

use crate::events::{progress, queued, started};

const ROWS: u64 = 100_000;
const ACTIVE: u64 = 64;

pub(crate) fn all(c: &mut Criterion) {
    let now = Instant::now();
    let dir: Arc<Path> = Arc::from(Path::new("/home/ann/photos"));
    let mut still = Still::new(120, 35, now);
    for id in 1..=ROWS {
        still.hear(&queued(id, &dir), now);
    }
    for id in 1..=ACTIVE {
        still.hear(&started(id, &dir), now);
    }
    still.draw();
    assert!(still.text().contains("0/100000 done"), "{}", still.text());
    let mut bytes = 0;
    c.bench_function("frame of 100,000 rows", |b| {
        b.iter(|| {
            bytes = (bytes + 731) % 50_000;
            for id in 1..=ACTIVE {
                still.hear(&progress(id, bytes), now);
            }
            still.draw();
        });
    });
}
