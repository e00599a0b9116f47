//! Servers of every temper, and the numbers of connections that come of it.

use super::*;

const MB: u64 = 1_000_000;

/// Looks ten times a second at a server whose total rate, in megabytes per second, depends on the number of
/// connections; whoever is wanted is there at the next look. Tells the target after each.
fn targets(mut growth: Growth, start: Instant, looks: u64, held: bool, rate: fn(usize) -> u64) -> Vec<usize> {
    let (mut received, mut running) = (0, growth.target());
    let look = |tenths: u64| {
        received += rate(running) * MB / 10;
        growth.look(&Look {
            now: start + Duration::from_millis(100 * tenths),
            received,
            left: 1000 * MB,
            running,
            offered: 0,
            held,
            burst: 2 * MB,
            ttfb: Duration::from_millis(10),
        });
        running = growth.target();
        running
    };
    (1..=looks).map(look).collect()
}

#[test]
fn it_grows_while_that_helps_and_goes_back_where_it_harms() {
    type Case = (&'static str, Option<usize>, bool, fn(usize) -> u64, usize);
    let cases: [Case; 9] = [
        ("each has its own limit", None, false, |n| 10 * n as u64, 16),
        ("four fill the line", None, false, |n| 10 * n.min(4) as u64, 8),
        ("one fills the line", None, false, |_| 10, 2),
        ("more than four are punished", None, false, |n| if n > 4 { 5 } else { 10 * n as u64 }, 4),
        ("held back", None, true, |n| 10 * n as u64, 16),
        ("held back as a whole", None, true, |_| 10, 16),
        ("held back, and more than four are punished", None, true, |n| if n > 4 { 5 } else { 10 * n as u64 }, 2),
        ("the user wants so many", Some(5), false, |_| 10, 5),
        ("and no other number", Some(5), true, |n| 100 / n as u64, 5),
    ];
    for (what, wanted, held, rate, expected) in cases {
        let start = Instant::now();
        let growth = Growth::new(wanted, 2, Some((1e7, true)), start, 0);
        let targets = targets(growth, start, 60, held, rate);
        assert_eq!(targets.last(), Some(&expected), "{what}: {targets:?}");
    }
}

/// One connection has been held back, so that eight were asked for at once, before anything was measured.
#[test]
fn the_first_leap_is_taken_back_where_it_harms() {
    let start = Instant::now();
    let all =
        |rate: fn(usize) -> u64| targets(Growth::new(None, 8, Some((6e6, false)), start, 0), start, 30, true, rate);
    assert_eq!(all(|n| if n > 4 { 1 } else { 6 * n as u64 }).last(), Some(&4));
    // The first rate was that of a burst, and no number brings it again.
    assert_eq!(all(|n| n as u64 / 4).last(), Some(&16));
    // While it helps, the next one does not wait for long.
    let targets = all(|n| 6 * n as u64);
    assert_eq!((targets[1], targets.last()), (16, Some(&16)), "{targets:?}");
}

/// Every new connection begins with a burst, which makes any number look good at first.
#[test]
fn bursts_do_not_hide_a_punishment_for_long() {
    for (allowed, within) in [(1, 20), (2, 20), (4, 20), (8, 20)] {
        let start = Instant::now();
        let mut growth = Growth::new(None, 8, Some((6e6, false)), start, 0);
        let (mut received, mut running, mut slow) = (0, 1, 0);
        for tenth in 1..=100 {
            received += if running > allowed { running as u64 * 10_000 } else { running as u64 * 600_000 };
            received += growth.target().saturating_sub(running).min(allowed) as u64 * 600_000;
            slow += u64::from(running > allowed);
            running = growth.target();
            let now = start + Duration::from_millis(100 * tenth);
            let ttfb = Duration::from_millis(1);
            growth.look(&Look { now, received, left: 1000 * MB, running, offered: 0, held: true, burst: MB, ttfb });
        }
        assert_eq!(running, allowed, "{allowed}");
        assert!(slow < within, "{allowed}: {slow} tenths of a second are lost");
    }
}

#[test]
fn after_trouble_there_are_no_more_than_run() {
    let start = Instant::now();
    let mut growth = Growth::new(None, 8, None, start, 0);
    growth.trouble(3);
    assert_eq!(targets(growth, start, 30, true, |n| 10 * n as u64).last(), Some(&3));
    let mut alone = Growth::new(Some(16), 16, None, start, 0);
    alone.trouble(0);
    assert_eq!(alone.target(), 1);
    alone.forgive();
    assert_eq!(alone.target(), 16);
}
