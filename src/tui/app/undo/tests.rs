//! What can be taken back, until when, and what the engine hears of it.

use std::time::{Duration, Instant};

use super::super::scenes::{empty, finished, queued, record};
use super::super::tests::{app, fold, press, said};
use super::*;
use crate::engine::event::{Event, Notice};

fn all(app: &App) -> Vec<u64> {
    app.jobs().rows().iter().map(|job| job.id.0).collect()
}

fn later(app: &mut App, by: Duration) -> Vec<String> {
    app.tick(app.now() + by).iter().map(said).collect()
}

#[test]
fn a_removal_is_taken_back_and_made_again() {
    let mut app = app();
    for id in [0, 5, 6] {
        app.select(JobId(id));
        press(&mut app, Action::Mark);
    }
    assert_eq!(press(&mut app, Action::Remove), ["cancel 0"]);
    assert_eq!(all(&app), [1, 2, 3, 4, 7, 8, 9]);
    let lines = app.log().in_sight(99).count();
    fold(&mut app, &[Event::Cancelled { id: JobId(0), attempts: 0, record: record() }]);
    assert_eq!(app.log().in_sight(99).count(), lines, "nobody sees the row that was stopped");
    // What was going goes again; what rested rests.
    assert_eq!(press(&mut app, Action::Undo), ["retry 0", "retry 5", "pause 5"]);
    assert_eq!(all(&app), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!((app.selected().map(|job| job.id), app.marked()), (Some(JobId(0)), 0));
    assert_eq!(press(&mut app, Action::Redo), ["cancel 0"]);
    assert_eq!(all(&app), [1, 2, 3, 4, 7, 8, 9]);
    assert!(later(&mut app, GRACE / 2).is_empty());
    assert_eq!(later(&mut app, GRACE), ["remove 0", "remove 5", "remove 6"]);
    assert!(press(&mut app, Action::Undo).is_empty(), "it is too late");
    assert!(press(&mut app, Action::Redo).is_empty());
}

#[test]
fn the_end_of_the_screen_says_what_has_not_been_said() {
    let mut app = empty(Instant::now());
    fold(&mut app, &[queued(1, "a"), queued(2, "b"), finished(1, "a", 5, 5), finished(2, "b", 5, 5)]);
    assert!(press(&mut app, Action::Remove).is_empty());
    assert_eq!(app.next_tick(), Some(app.now() + Duration::from_secs(3)), "the notice");
    let due = app.now() + GRACE;
    later(&mut app, Duration::from_secs(3));
    assert_eq!(app.next_tick(), Some(due));
    assert!(press(&mut app, Action::Clear).is_empty());
    assert!(all(&app).is_empty());
    let words: Vec<_> = app.last_words().iter().map(said).collect();
    assert_eq!(words, ["remove 1", "remove 2"]);
    assert!(app.last_words().is_empty() && app.undo.next_due().is_none());
}

#[test]
fn clear_and_cancel_are_taken_back_and_anything_new_forgets_what_was_undone() {
    let mut app = app();
    assert!(press(&mut app, Action::Clear).is_empty());
    assert_eq!(app.jobs().totals().finished, 0);
    app.select(JobId(2));
    assert_eq!(press(&mut app, Action::Cancel), ["cancel 2"]);
    fold(&mut app, &[Event::Cancelled { id: JobId(2), attempts: 1, record: record() }]);
    assert_eq!(press(&mut app, Action::Undo), ["retry 2"]);
    assert!(press(&mut app, Action::Undo).is_empty());
    assert_eq!(app.jobs().totals().finished, 1);
    app.select(JobId(0));
    assert_eq!(press(&mut app, Action::Cancel), ["cancel 0"]);
    assert!(press(&mut app, Action::Redo).is_empty());
    assert_eq!(app.jobs().totals().finished, 1);
}

#[test]
fn what_is_added_again_while_it_is_out_of_sight_comes_back() {
    let mut app = app();
    app.select(JobId(0));
    press(&mut app, Action::Remove);
    fold(&mut app, &[Event::Cancelled { id: JobId(0), attempts: 0, record: record() }]);
    let effects = app.event(&Event::Notice(Notice::Duplicate(JobId(0))), app.now());
    assert_eq!(effects.iter().map(said).collect::<Vec<_>>(), ["retry 0"]);
    assert_eq!(all(&app), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert!(later(&mut app, GRACE).is_empty(), "and nothing removes it");
}

#[test]
fn a_removed_row_that_the_engine_takes_off_by_itself_stays_gone() {
    let mut app = app();
    app.select(JobId(6));
    press(&mut app, Action::Remove);
    fold(&mut app, &[Event::Removed { id: JobId(6) }]);
    assert!(press(&mut app, Action::Undo).is_empty());
    assert_eq!(all(&app), [0, 1, 2, 3, 4, 5, 7, 8, 9]);
}

#[test]
fn only_so_many_changes_are_kept_and_the_oldest_is_said() {
    let mut app = empty(Instant::now());
    let ids = 0..MOST as u64 + 1;
    fold(&mut app, &ids.clone().flat_map(|id| [queued(id, "x"), finished(id, "x", 5, 5)]).collect::<Vec<_>>());
    let said: Vec<_> = ids.flat_map(|_| press(&mut app, Action::Remove)).collect();
    assert_eq!(said, ["remove 0"]);
    for _ in 0..MOST {
        press(&mut app, Action::Undo);
    }
    assert_eq!(all(&app), (1..=MOST as u64).collect::<Vec<_>>());
    press(&mut app, Action::Undo);
    assert!(app.notice().is_some_and(|notice| notice.line() == "nothing to take back"));
}

#[test]
fn what_is_removed_again_is_taken_as_it_is_by_then() {
    let mut app = app();
    app.select(JobId(7));
    assert!(press(&mut app, Action::Remove).is_empty());
    press(&mut app, Action::Undo);
    // It was tried again meanwhile, and runs.
    fold(&mut app, &[queued(7, "7.jpg"), super::super::scenes::connecting(7, 1)]);
    assert_eq!(press(&mut app, Action::Redo), ["cancel 7"]);
    assert_eq!(press(&mut app, Action::Undo), ["retry 7"]);
}
