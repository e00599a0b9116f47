//! Text into addresses.

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, Throughput};
use haul::input::lines::Lines;
use haul::input::list;

pub(crate) fn all(c: &mut Criterion) {
    let mut text = String::new();
    for n in 0..10_000 {
        let _ = writeln!(text, "https://images.example/2026/08/photo-{n:06}.jpg?ixid=M3wxMjA3fDB8&w=1600");
    }
    let mut group = c.benchmark_group("lists");
    group.throughput(Throughput::Elements(10_000));
    group.bench_function("10,000 lines", |b| {
        b.iter(|| {
            let mut lines = Lines::new(text.as_bytes());
            let mut count = 0;
            while let Some((_, line)) = lines.next(|_| {}).expect("memory does not fail") {
                let _ = black_box(list::line(str::from_utf8(line).expect("text")));
                count += 1;
            }
            assert_eq!(count, 10_000);
        });
    });
    group.finish();
}
