//! Tables for what is offered, and a property: whatever happens in whatever order, every byte is in one place.

use proptest::prelude::*;

use super::*;

const MIB: u64 = 1024 * 1024;

fn aim(now: Instant) -> Aim {
    Aim { ttfb: Duration::from_millis(10), at_once: false, holes: false, now }
}

/// Here, on its way and holes are all there is, and nothing is in two of them.
fn check(segments: &Segments) {
    let pieces = segments.pieces.values().map(|piece| piece.start..piece.end);
    let mut all: Vec<_> = segments.here.iter().cloned().chain(pieces).chain(segments.holes()).collect();
    all.retain(|range| range.start < range.end);
    all.sort_by_key(|range| range.start);
    let end = all.iter().fold(0, |at, range| {
        assert_eq!(range.start, at, "{segments:?}");
        range.end
    });
    assert_eq!(end, segments.total);
    for piece in segments.pieces.values() {
        assert!(
            piece.start <= piece.written && piece.written <= piece.cursor && piece.cursor <= piece.end,
            "{piece:?}"
        );
    }
}

/// One connection that has got so many bytes, all with the kernel.
fn begun(total: u64, got: usize, start: Instant) -> Segments {
    let mut segments = Segments::new(total, Vec::new());
    let number = segments.begin(0, total, 0, start);
    segments.take(number, got, Duration::ZERO, start);
    segments.wrote(number, got as u64);
    segments
}

fn starts(offers: &[Offer]) -> Vec<u64> {
    offers.iter().map(|offer| offer.range.start / MIB).collect()
}

#[test]
fn what_is_left_is_shared_evenly() {
    let start = Instant::now();
    let once = Aim { at_once: true, ..aim(start) };
    for (count, expected) in [(1, &[32][..]), (3, &[16, 32, 48]), (7, &[8, 16, 24, 32, 40, 48, 56])] {
        let offers = begun(64 * MIB, 0, start).offer(count, once);
        assert_eq!(starts(&offers), expected);
        assert_eq!(offers.last().map(|offer| offer.range.end), Some(64 * MIB));
        assert!(offers.iter().all(|offer| !offer.behind), "nothing is there to compare with");
    }
    // No piece is much smaller than a mebibyte.
    assert_eq!(begun(4 * MIB, 0, start).offer(100, once).len(), 7);
    assert_eq!(begun(MIB - 1, 0, start).offer(100, once).len(), 0);
}

#[test]
fn what_has_stalled_after_a_burst_goes_to_others() {
    let start = Instant::now();
    let later = start + Duration::from_millis(80);
    let mut segments = begun(8 * MIB, 2 * 1024 * 1024, start);
    segments.tick(later);
    let offers = segments.offer(2, aim(later));
    assert_eq!(starts(&offers), [2, 5]);
    assert_eq!(offers.iter().map(|offer| offer.behind).collect::<Vec<_>>(), [true, false]);
    // The first byte of the other one ends it, and a byte that came meanwhile is not lost.
    segments.take(1, 1000, Duration::ZERO, later);
    let taken = segments.claim(offers[0].number, later).expect("in time");
    assert_eq!(taken, Taken { range: 2 * MIB + 1000..5 * MIB, relieved: Some(1) });
    assert_eq!(segments.take(1, 1000, Duration::ZERO, later), Step { kept: 0, done: true, relieved: true });
    check(&segments);
}

#[test]
fn who_comes_too_late_gets_nothing() {
    let start = Instant::now();
    let mut segments = begun(8 * MIB, 0, start);
    let offers = segments.offer(1, Aim { at_once: true, ..aim(start) });
    segments.take(1, 5 * 1024 * 1024, Duration::ZERO, start);
    assert_eq!(segments.claim(offers[0].number, start), None);
    assert_eq!(
        segments.take(1, 9 * 1024 * 1024, Duration::ZERO, start),
        Step { kept: 3 * 1024 * 1024, done: true, relieved: false }
    );
    check(&segments);
}

/// A dead connection that has brought a few bytes, and those before them are not here: nobody could go on from there.
#[test]
fn no_start_is_offered_that_would_be_refused() {
    let start = Instant::now();
    let mut segments = begun(64 * MIB, 0, start);
    let dead = segments.offer(1, Aim { at_once: true, ..aim(start) }).remove(0);
    let taken = segments.claim(dead.number, start).expect("in time");
    segments.take(dead.number, 500, Duration::ZERO, start);
    segments.wrote(dead.number, taken.range.start + 500);
    let later = start + Duration::from_secs(5);
    segments.take(1, 1000, Duration::ZERO, later);
    segments.tick(later);
    let offers = segments.offer(1, aim(later));
    assert_eq!(offers[0].range, taken.range.start + 501..64 * MIB);
    assert!(segments.claim(offers[0].number, later).is_some());
    // The one byte that is left waits for those before it, and then goes as well.
    assert!(!starts(&segments.offer(9, aim(later))).contains(&(taken.range.start / MIB)));
    segments.take(1, usize::MAX, Duration::ZERO, later);
    segments.wrote(1, u64::MAX);
    let last = segments.offer(1, aim(later)).remove(0);
    assert_eq!((last.range.clone(), last.behind), (taken.range.start + 500..taken.range.start + 501, true));
    assert!(segments.claim(last.number, later).is_some());
    check(&segments);
}

/// As above, where what was offered has become a hole meanwhile.
#[test]
fn the_rest_of_a_hole_goes_only_to_who_can_show_its_file() {
    let now = Instant::now();
    let mut segments = Segments::new(100 * PIECE, std::iter::once(0..PIECE).collect());
    let first = segments.begin(PIECE, 100 * PIECE, 0, now);
    let offer = segments.offer(1, Aim { ttfb: Duration::ZERO, at_once: true, holes: false, now }).remove(0);
    assert!(!offer.behind);
    let bytes = usize::try_from(offer.range.start - PIECE + 5000).expect("fits");
    segments.take(first, bytes, Duration::ZERO, now);
    segments.wrote(first, offer.range.start + 5000);
    segments.end(first);
    assert_eq!(segments.claim(offer.number, now), None);
}

#[test]
fn a_place_where_nothing_comes_is_left_to_the_third() {
    let mut now = Instant::now();
    let mut segments = begun(2 * MIB, 1024 * 1024, now);
    for _ in 0..3 {
        now += Duration::from_secs(1);
        let offer = segments.offer(1, aim(now)).remove(0);
        assert_eq!(segments.claim(offer.number, now).and_then(|taken| taken.relieved), Some(offer.number - 1));
        segments.end(offer.number - 1);
    }
    now += Duration::from_secs(1);
    assert_eq!(segments.offer(1, aim(now)), []);
    // Whoever brings something may be followed.
    segments.take(4, 1, Duration::ZERO, now);
    segments.wrote(4, u64::MAX);
    assert_eq!(segments.offer(1, aim(now + Duration::from_secs(1))).len(), 1);
}

#[test]
fn a_refused_offer_moves_nothing_and_a_hole_is_offered_again() {
    let start = Instant::now();
    let mut segments = begun(8 * MIB, 0, start);
    let offers = segments.offer(3, Aim { at_once: true, ..aim(start) });
    segments.end(offers[2].number);
    assert_eq!((segments.running(), segments.offered(), segments.holes().len()), (1, 2, 0));
    // The middle one alone comes: what lies behind it is nobody's, but the first offer still stands.
    segments.claim(offers[1].number, start).expect("in time");
    assert!(matches!(&segments.holes()[..], [hole] if *hole == (6 * MIB..8 * MIB)));
    let again = segments.offer(1, Aim { holes: true, ..aim(start) });
    assert_eq!(again[0].range, 6 * MIB..8 * MIB);
    assert!(segments.claim(offers[0].number, start).is_some_and(|taken| taken.range == (2 * MIB..4 * MIB)));
    check(&segments);
}

#[test]
fn the_slow_keep_what_they_manage() {
    let start = Instant::now();
    let mut segments = begun(64 * MIB, 0, start);
    let offer = segments.offer(1, Aim { at_once: true, ..aim(start) }).remove(0);
    segments.claim(offer.number, start);
    let mut now = start;
    for _ in 0..20 {
        now += Duration::from_millis(100);
        segments.take(1, 1_000_000, Duration::ZERO, now);
        segments.take(offer.number, 100_000, Duration::ZERO, now);
        segments.tick(now);
    }
    let offers = segments.offer(1, aim(now));
    let percent = (offers[0].range.end - offers[0].range.start) * 100 / (30 * MIB);
    assert!(offers[0].range.end == 64 * MIB && (75..95).contains(&percent), "{offers:?}");
}

#[derive(Debug, Clone)]
enum Event {
    Offer(usize, bool),
    Grab(usize),
    Claim(usize),
    Refuse(usize),
    Take(usize, usize),
    Wrote(usize),
    Doubt(usize),
    End(usize),
    Pass(u64),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (1..5_usize, any::<bool>()).prop_map(|(count, once)| Event::Offer(count, once)),
        (1..5_usize).prop_map(Event::Grab),
        (0..8_usize).prop_map(Event::Claim),
        (0..8_usize).prop_map(Event::Refuse),
        (0..8_usize, 1..4_000_000_usize).prop_map(|(which, bytes)| Event::Take(which, bytes)),
        (0..8_usize).prop_map(Event::Wrote),
        (0..8_usize).prop_map(Event::Doubt),
        (0..8_usize).prop_map(Event::End),
        (1..2000_u64).prop_map(Event::Pass),
    ]
}

fn nth<T>(map: &BTreeMap<u32, T>, which: usize) -> u32 {
    map.keys().nth(which % map.len().max(1)).copied().unwrap_or(u32::MAX)
}

proptest! {
    #[test]
    fn every_byte_is_in_one_place_and_comes_in_the_end(total in 2..64 * MIB, events in prop::collection::vec(event(), 0..80)) {
        let mut now = Instant::now();
        let mut segments = Segments::new(total, std::iter::once(0..1).collect());
        segments.begin(1, total, 0, now);
        for event in events {
            let (piece, offer) = (|segments: &Segments, which| nth(&segments.pieces, which), |segments: &Segments, which| nth(&segments.offers, which));
            match event {
                Event::Offer(count, at_once) => drop(segments.offer(count, Aim { at_once, ..aim(now) })),
                Event::Grab(count) => {
                    for offer in segments.offer(count, aim(now)) {
                        prop_assert!(segments.claim(offer.number, now).is_some(), "{offer:?} {segments:?}");
                    }
                }
                Event::Claim(which) => drop(segments.claim(offer(&segments, which), now)),
                Event::Refuse(which) => assert_eq!(segments.end(offer(&segments, which)), 0),
                Event::Take(which, bytes) => drop(segments.take(piece(&segments, which), bytes, Duration::ZERO, now)),
                Event::Wrote(which) => segments.wrote(piece(&segments, which), u64::MAX),
                Event::Doubt(which) => segments.doubt(piece(&segments, which)),
                Event::End(which) => {
                    segments.end(piece(&segments, which));
                }
                Event::Pass(millis) => {
                    now += Duration::from_millis(millis);
                    segments.tick(now);
                }
            }
            check(&segments);
            prop_assert!(partial::sound(&segments.written(), total));
        }
        // All that is left comes, one after the other.
        for _ in 0..10_000 {
            let offers: Vec<_> = segments.offers.keys().copied().collect();
            for number in offers {
                segments.end(number);
            }
            for number in segments.pieces.keys().copied().collect::<Vec<_>>() {
                segments.take(number, usize::MAX, Duration::ZERO, now);
                segments.wrote(number, u64::MAX);
                segments.end(number);
            }
            if segments.is_whole() {
                break;
            }
            for offer in segments.offer(2, aim(now)) {
                segments.claim(offer.number, now);
            }
            check(&segments);
        }
        prop_assert!(segments.is_whole(), "{segments:?}");
        prop_assert_eq!(segments.received(), total);
    }
}
