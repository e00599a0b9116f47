//! Text from outside made safe and short, names checked, numbers printed.

use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use haul::{display, engine, units};

pub(crate) fn all(c: &mut Criterion) {
    let mut group = c.benchmark_group("texts");
    for (kind, name) in [
        ("plain", "photo-1516117172878-fd2c41f4a759-at-dawn.jpg"),
        ("wide", "北極光北極光北極光北極光-レイキャビク.webp"),
        ("hostile", "a\x1b[2J\u{202e}gpj.\u{200b}exe\u{9b}31m\u{feff}.jpg"),
    ] {
        group.bench_function(format!("safe and fit, {kind}"), |b| {
            b.iter(|| display::fit_name(&display::safe(black_box(name)), 30));
        });
    }
    group
        .bench_function("a name checked", |b| b.iter(|| engine::check_file_name(black_box("aurora-over-lofoten.jpg"))));
    group.bench_function("a row's numbers", |b| {
        b.iter(|| {
            let (size, rate) = (units::bytes(black_box(12_345_678)), units::rate(black_box(9_876_543)));
            (size, rate, units::clock(black_box(Duration::from_secs(95))))
        });
    });
    group.finish();
}
