//! Tables of servers: what the number of connections comes to at each, and how long harm lasts.

use super::*;

const MB: u64 = 1_000_000;

/// Looks ten times a second at a server whose total rate, in megabytes per second, depends on the number of
/// connections; whoever is wanted is there at the next look. Tells the target after each.
fn targets(growth: &mut Growth, looks: u64, held: bool, mut rate: impl FnMut(usize) -> u64) -> Vec<usize> {
    let (mut received, mut running, start) = (growth.asked.received, growth.target(), growth.asked.at);
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
            pause: Duration::from_millis(10),
            ttfb: Duration::from_millis(10),
        });
        running = growth.target();
        running
    };
    (1..=looks).map(look).collect()
}

fn grown(first: usize, alone: (f64, bool)) -> Growth {
    Growth::new(None, first, Some(alone), Instant::now(), 0)
}

#[test]
fn it_grows_while_that_helps_and_goes_back_where_it_harms() {
    type Case = (&'static str, Option<usize>, bool, fn(usize) -> u64, usize);
    let cases: [Case; 13] = [
        ("each has its own limit", None, false, |n| 10 * n as u64, 16),
        ("four fill the line", None, false, |n| 10 * n.min(4) as u64, 8),
        ("one fills the line", None, false, |_| 10, 2),
        ("more than eight are punished", None, false, |n| if n > 8 { 1 } else { 10 * n as u64 }, 8),
        ("more than four are punished", None, false, |n| if n > 4 { 1 } else { 10 * n as u64 }, 4),
        ("more than four are punished a little", None, false, |n| if n > 4 { 25 } else { 10 * n as u64 }, 4),
        ("more than two are punished", None, false, |n| if n > 2 { 1 } else { 10 * n as u64 }, 2),
        ("more than one is punished", None, false, |n| if n > 1 { 1 } else { 10 }, 1),
        ("held back", None, true, |n| 10 * n as u64, 16),
        ("held back as a whole", None, true, |_| 10, 8),
        ("held back, and more than four are punished", None, true, |n| if n > 4 { 1 } else { 10 * n as u64 }, 4),
        ("the user wants so many", Some(5), false, |_| 10, 5),
        ("and no other number", Some(5), true, |n| 100 / n as u64, 5),
    ];
    for (what, wanted, held, rate, expected) in cases {
        let mut growth = Growth::new(wanted, 2, Some((1e7, true)), Instant::now(), 0);
        let targets = targets(&mut growth, 60, held, rate);
        assert_eq!(targets.last(), Some(&expected), "{what}: {targets:?}");
    }
}

/// One connection has been held back, so that eight were asked for at once, before anything was measured.
#[test]
fn the_first_leap_is_taken_back_where_it_harms() {
    let leapt = || grown(8, (6e6, false));
    for most in [1, 2, 4] {
        let punished = |n| if n > most { 1 } else { 6 * n as u64 };
        let targets = targets(&mut leapt(), 30, true, punished);
        assert_eq!((targets[2], targets.last()), (1, Some(&most)), "{targets:?}");
    }
    // While it helps, the next one does not wait for long.
    let targets = targets(&mut leapt(), 30, true, |n| 6 * n as u64);
    assert_eq!((targets[1], targets.last()), (16, Some(&16)), "{targets:?}");
}

/// The first bursts of new connections look good, and only then come the punished ones.
#[test]
fn what_bursts_have_promised_is_not_believed_for_long() {
    let mut before = 0;
    let rate = |n| {
        let fresh = n > std::mem::replace(&mut before, n);
        if fresh || n <= 4 { 6 * n as u64 } else { 1 }
    };
    let targets = targets(&mut grown(8, (12e6, false)), 30, true, rate);
    let harmed = targets.iter().filter(|count| **count > 4).count();
    assert_eq!((targets.last(), harmed < 15), (Some(&4), true), "{targets:?}");
}

/// All become slower, however many there are: fewer are tried once, and not for long.
#[test]
fn a_server_that_gets_slower_as_a_whole_keeps_all_connections() {
    let mut looks = 0;
    let rate = |n| {
        looks += 1;
        if looks < 20 { 10 * n as u64 } else { n as u64 }
    };
    let targets = targets(&mut grown(2, (1e7, true)), 60, false, rate);
    let fewer = targets[10..].iter().filter(|count| **count < 16).count();
    assert!(fewer < 16 && targets.last() == Some(&16), "{targets:?}");
}

/// The first bytes of every connection come at once, and then they come slowly.
#[test]
fn a_first_burst_is_no_rate_to_go_back_to() {
    let rate = |n| n as u64;
    let targets = targets(&mut grown(2, (20e6, false)), 30, false, rate);
    assert_eq!((targets.contains(&1), targets.last()), (true, Some(&16)), "{targets:?}");
}

/// What has done harm is tried again after a while, and less often each time.
#[test]
fn harm_is_remembered_longer_each_time() {
    let mut growth = grown(2, (1e7, true));
    let punished = |n| if n > 4 { 1 } else { 10 * n as u64 };
    let mut tries = Vec::new();
    for ten in 0..10 {
        let targets = targets(&mut growth, 100, false, punished);
        tries.extend(targets.contains(&8).then_some(ten));
        assert_eq!(targets.last(), Some(&4), "{targets:?}");
        // The clock starts anew.
        (growth.asked.at, growth.there) = (Instant::now(), None);
        growth.forgive();
    }
    assert_eq!(tries, [0, 2, 5, 9]);
}

#[test]
fn after_trouble_there_are_no_more_than_run() {
    let mut growth = Growth::new(None, 8, None, Instant::now(), 0);
    growth.trouble(3);
    assert_eq!(targets(&mut growth, 30, true, |n| 10 * n as u64).last(), Some(&3));
    let mut alone = Growth::new(Some(16), 16, None, Instant::now(), 0);
    alone.trouble(0);
    assert_eq!(alone.target(), 1);
    alone.forgive();
    assert_eq!(alone.target(), 16);
}
