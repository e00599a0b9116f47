//! What readers get to see, and who waits for whom.

use super::*;
use crate::engine::event::Piece;
use std::sync::mpsc;

fn progress(id: u64, bytes: u64) -> Event {
    Event::Progress { id: JobId(id), bytes, total: None, bytes_per_second: 0, connections: 1 }
}

fn read(events: &Events) -> Vec<String> {
    let mut seen = Vec::new();
    while let Received::Event(event) = events.try_recv() {
        seen.push(match event {
            Event::Progress { id, bytes, .. } => format!("{}:{bytes}", id.0),
            Event::Pieces { id, pieces } => format!("{}:{} pieces", id.0, pieces.len()),
            Event::Removed { id } => format!("removed {}", id.0),
            other => format!("{other:?}"),
        });
    }
    seen
}

#[test]
fn samples_replace_each_other_and_never_pass_a_fact_that_ends_them() {
    let outbox = Arc::new(Outbox::default());
    let events = Events::new(Arc::clone(&outbox));
    for n in 0..1000 {
        outbox.push(progress(1, n));
        outbox.push(progress(2, n));
    }
    assert_eq!(outbox.unread(), 2);
    outbox.push(Event::Removed { id: JobId(1) });
    outbox.push(progress(1, 7));
    assert_eq!(read(&events), ["2:999", "removed 1", "1:7"]);
    outbox.push(progress(2, 5));
    outbox.close();
    assert_eq!(read(&events), ["2:5"]);
    assert!(events.recv().is_none());
}

#[test]
fn samples_of_two_kinds_do_not_replace_each_other() {
    let outbox = Arc::new(Outbox::default());
    let events = Events::new(Arc::clone(&outbox));
    let piece = Piece { from: 0, to: 1, done: 0, active: true };
    let pieces = |count| Event::Pieces { id: JobId(1), pieces: vec![piece; count] };
    let push = |n| {
        outbox.push(pieces(n));
        outbox.push(progress(1, n as u64));
    };
    (1..5).for_each(push);
    assert_eq!(read(&events), ["1:4 pieces", "1:4"]);
    push(1);
    outbox.push(Event::Removed { id: JobId(1) });
    assert_eq!(read(&events), ["removed 1"]);
}

#[test]
fn the_waker_is_told_of_the_first_and_of_the_end() {
    let outbox = Arc::new(Outbox::default());
    let events = Events::new(Arc::clone(&outbox));
    let (tx, rx) = mpsc::channel();
    events.wake_with(move || tx.send(()).expect("the test listens"));
    outbox.push(progress(1, 1));
    outbox.push(Event::Removed { id: JobId(1) });
    assert_eq!(rx.try_iter().count(), 1);
    read(&events);
    outbox.close();
    assert_eq!(rx.try_iter().count(), 1);
}

#[test]
fn who_wants_all_in_waits_for_what_is_on_its_way_and_not_for_slots() {
    // A reader that does not wait looks too early in some of so many rounds.
    for _ in 0..200 {
        let outbox = Arc::new(Outbox::default());
        outbox.announce(MOST_IN_TRANSIT + 1);
        let reading = Arc::clone(&outbox);
        let reader = std::thread::spawn(move || (reading.wait_for_turn(), reading.lock().in_transit));
        std::thread::yield_now();
        outbox.took_in(1000, 10 * MOST_WAITING);
        assert_eq!(reader.join().expect("no panic"), (true, MOST_IN_TRANSIT - 999));
    }
    let outbox = Outbox::default();
    outbox.refuse();
    assert!(!outbox.wait_for_turn());
}

#[test]
fn events_gather_until_the_end_at_most() {
    let outbox = Arc::new(Outbox::default());
    let events = Events::new(Arc::clone(&outbox));
    let reader = std::thread::spawn(move || {
        events.gather(Duration::from_secs(3600));
        read(&events)
    });
    outbox.push(progress(1, 1));
    outbox.push(Event::Removed { id: JobId(1) });
    outbox.push(Event::Removed { id: JobId(2) });
    outbox.close();
    assert_eq!(reader.join().expect("no panic"), ["removed 1", "removed 2"]);
}

#[tokio::test]
async fn an_end_waits_for_requests_in_hand_and_wakes_whoever_waits_for_room() {
    let outbox = Arc::new(Outbox::default());
    outbox.none_held().await;
    let (first, second) = (Hold::new(&outbox), Hold::new(&outbox));
    drop(first);
    outbox.announce(MOST_WAITING + 1);
    let waiting = Arc::clone(&outbox);
    let reader = std::thread::spawn(move || {
        let room = waiting.wait_for_room();
        drop(second);
        room
    });
    outbox.refuse();
    outbox.none_held().await;
    assert!(!reader.join().expect("no panic"));
}
