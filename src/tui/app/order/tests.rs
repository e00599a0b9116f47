//! Which rows are shown: tabs, filter, sorting and the queue, and the cursor that stays on its job.

use ratatui::layout::Size;

use super::super::scenes::{connecting, empty, failed, finished, progress, queued, retrying, started};
use super::super::{App, Effect};
use super::*;
use crate::engine::error::TransferError;
use crate::engine::event::Event;
use crate::engine::request::JobId;
use crate::tui::action::{Action, Step};

fn fold(app: &mut App, events: &[Event]) {
    for event in events {
        app.event(event, app.now());
    }
    app.refresh();
}

fn press(app: &mut App, action: Action) -> Vec<Effect> {
    app.update(action, app.now())
}

fn shown(app: &App) -> Vec<u64> {
    (0..app.shown_len()).filter_map(|at| app.shown_at(at)).map(|job| job.id.0).collect()
}

fn on(app: &App) -> Option<u64> {
    app.selected().map(|job| job.id.0)
}

/// Rows 1 to 9, one in each state.
fn app() -> App {
    let mut app = empty(Instant::now());
    app.resize(Size::new(80, 24));
    let names = ["", "pear", "fig", "Apple", "plum", "kiwi", "lime", "date", "nut", "melon"];
    let events = (1..10).map(|id| queued(id, names[usize::try_from(id).expect("a small number")]));
    fold(&mut app, &events.collect::<Vec<_>>());
    let refused = TransferError::status(404, None);
    fold(
        &mut app,
        &[
            connecting(2, 1),
            started(3, "Apple", Some(4000)),
            progress(3, 1000, Some(4000), 100),
            started(4, "plum", Some(100)),
            progress(4, 100, Some(100), 1),
            retrying(5, 2, 9, refused.clone()),
            Event::Paused { id: JobId(6), reason: "by the user".to_owned() },
            finished(7, "date", 3000, 1),
            failed(8, refused),
            Event::Cancelled { id: JobId(9), attempts: 1, record: super::super::scenes::record() },
        ],
    );
    app
}

#[test]
fn each_state_is_in_exactly_one_tab_and_the_counts_say_so() {
    let mut app = app();
    for (tab, rows) in [
        (Tab::All, &[1, 2, 3, 4, 5, 6, 7, 8, 9][..]),
        (Tab::Active, &[2, 3, 4]),
        (Tab::Queued, &[1, 5]),
        (Tab::Paused, &[6]),
        (Tab::Failed, &[8, 9]),
        (Tab::Done, &[7]),
    ] {
        press(&mut app, Action::Tab(tab));
        assert_eq!(shown(&app), rows, "{tab:?}");
        assert_eq!(app.count(tab), rows.len(), "{tab:?}");
    }
    press(&mut app, Action::NextTab);
    assert_eq!(app.tab(), Tab::All);
    press(&mut app, Action::PreviousTab);
    assert_eq!(app.tab(), Tab::Done);
}

#[test]
fn sorting_goes_by_the_value_and_the_same_again_turns_it_round() {
    let mut app = app();
    for (by, ascending, descending) in [
        (By::Name, [3, 7, 2, 5, 6, 9, 8, 1, 4], [4, 1, 8, 9, 6, 5, 2, 7, 3]),
        // What is not known comes last, either way.
        (By::Size, [4, 7, 3, 1, 2, 5, 6, 8, 9], [3, 7, 4, 9, 8, 6, 5, 2, 1]),
        (By::Progress, [3, 4, 7, 1, 2, 5, 6, 8, 9], [7, 4, 3, 9, 8, 6, 5, 2, 1]),
        (By::Eta, [3, 1, 2, 4, 5, 6, 7, 8, 9], [3, 9, 8, 7, 6, 5, 4, 2, 1]),
        (By::Host, [1, 2, 3, 4, 5, 6, 7, 8, 9], [9, 8, 7, 6, 5, 4, 3, 2, 1]),
        (By::Added, [1, 2, 3, 4, 5, 6, 7, 8, 9], [9, 8, 7, 6, 5, 4, 3, 2, 1]),
    ] {
        app.select(JobId(5));
        press(&mut app, Action::Sort(by));
        assert_eq!(shown(&app), ascending, "{by:?}");
        press(&mut app, Action::Sort(by));
        assert_eq!(shown(&app), descending, "{by:?}");
        assert_eq!(on(&app), Some(5));
    }
}

#[test]
fn the_cursor_goes_to_the_neighbour_when_its_row_leaves_the_tab() {
    let mut app = app();
    press(&mut app, Action::Tab(Tab::Active));
    app.select(JobId(3));
    fold(&mut app, &[finished(3, "Apple", 4000, 1)]);
    assert_eq!((shown(&app), on(&app)), (vec![2, 4], Some(4)));
    fold(&mut app, &[finished(4, "plum", 100, 1), connecting(1, 1)]);
    assert_eq!((shown(&app), on(&app)), (vec![1, 2], Some(2)), "the one above, where none is below");
    fold(&mut app, &[failed(1, TransferError::status(500, None)), failed(2, TransferError::status(500, None))]);
    assert_eq!((shown(&app), on(&app)), (vec![], None));
    assert!(press(&mut app, Action::Cancel).is_empty());
    press(&mut app, Action::Tab(Tab::All));
    assert_eq!(on(&app), Some(2), "an empty tab does not lose the place");
}

#[test]
fn a_row_that_is_removed_or_not_chosen_gives_its_cursor_away() {
    let mut app = app();
    app.select(JobId(8));
    press(&mut app, Action::Tab(Tab::Done));
    assert_eq!(on(&app), Some(7), "the one that was nearest");
    press(&mut app, Action::Tab(Tab::Failed));
    app.select(JobId(8));
    fold(&mut app, &[Event::Removed { id: JobId(8) }]);
    assert_eq!((shown(&app), on(&app)), (vec![9], Some(9)));
}

#[test]
fn filter_and_tab_are_both_asked() {
    let mut app = app();
    app.set_filter("e");
    press(&mut app, Action::Tab(Tab::Active));
    app.set_filter("pl");
    assert_eq!(shown(&app), [3, 4]);
    fold(&mut app, &[queued(20, "plane"), connecting(20, 1), connecting(1, 1)]);
    assert_eq!(shown(&app), [3, 4, 20]);
    // Esc: the filter, then the tab; never out.
    press(&mut app, Action::Back);
    assert_eq!(shown(&app), [1, 2, 3, 4, 20]);
    press(&mut app, Action::Back);
    assert_eq!(app.shown_len(), 10);
    assert!(press(&mut app, Action::Back).is_empty());
}

#[test]
fn rows_that_move_wait_for_a_calm_second() {
    let mut app = app();
    press(&mut app, Action::Tab(Tab::Active));
    press(&mut app, Action::Sort(By::Progress));
    assert_eq!(shown(&app), [3, 4, 2]);
    app.select(JobId(3));
    let start = app.now();
    fold(&mut app, &[started(2, "fig", Some(1000)), progress(2, 1, Some(1000), 1)]);
    assert_eq!(shown(&app), [3, 4, 2], "somebody has just pressed a key");
    assert_eq!(app.next_tick(), Some(start + SETTLE), "the numbers go on");
    app.tick(start + SETTLE);
    assert_eq!(shown(&app), [3, 4, 2]);
    app.tick(start + CALM);
    assert_eq!((shown(&app), on(&app)), (vec![2, 3, 4], Some(3)));
    // Without a key, once a second.
    let since = app.now();
    app.event(&progress(3, 4000, Some(4000), 1), since + SETTLE / 2);
    app.refresh();
    assert_eq!(shown(&app), [2, 3, 4]);
    app.tick(since + SETTLE);
    assert_eq!(shown(&app), [2, 3, 4], "it is whole, as the other is");
    app.event(&progress(2, 1000, Some(1000), 1), since + SETTLE * 2);
    app.tick(since + SETTLE * 2);
    assert_eq!(shown(&app), [2, 3, 4]);
    // A range holds all of them still, and wakes nobody.
    press(&mut app, Action::Range);
    fold(&mut app, &[progress(4, 1, Some(100), 1)]);
    app.tick(app.now() + CALM * 9);
    assert_eq!(shown(&app), [2, 3, 4]);
    assert!(app.next_tick().is_none_or(|tick| tick > app.now()));
    press(&mut app, Action::Range);
    app.tick(app.now() + CALM);
    assert_eq!(shown(&app), [4, 2, 3]);
}

#[test]
fn the_list_shows_the_queue_as_it_is() {
    let mut app = empty(Instant::now());
    app.resize(Size::new(80, 24));
    fold(&mut app, &(1..6).map(|id| queued(id, "x")).collect::<Vec<_>>());
    app.select(JobId(3));
    for (how, expected) in [
        (Move::Swap(JobId(3), JobId(2)), vec![1, 3, 2, 4, 5]),
        (Move::First(JobId(5)), vec![5, 1, 3, 2, 4]),
        (Move::Last(JobId(1)), vec![5, 3, 2, 4, 1]),
        (Move::Swap(JobId(5), JobId(1)), vec![1, 3, 2, 4, 5]),
        (Move::First(JobId(99)), vec![1, 3, 2, 4, 5]),
    ] {
        fold(&mut app, &[Event::Moved(how)]);
        assert_eq!(shown(&app), expected, "{how:?}");
        assert_eq!(on(&app), Some(3));
    }
    fold(&mut app, &[queued(6, "x"), Event::Removed { id: JobId(2) }]);
    assert_eq!(shown(&app), [1, 3, 4, 5, 6]);
    assert_eq!(app.jobs().get(JobId(3)).map(|job| job.n), Some(3), "reports number rows as they came");
    press(&mut app, Action::Sort(By::Added));
    assert_eq!(shown(&app), [6, 5, 4, 3, 1]);
    press(&mut app, Action::Tab(Tab::Queued));
    assert_eq!(shown(&app), [6, 5, 4, 3, 1]);
}

#[test]
fn the_cursor_goes_far_in_one_step_and_finds_what_has_failed() {
    let mut app = empty(Instant::now());
    app.resize(Size::new(80, 24));
    fold(&mut app, &(0..100).map(|id| queued(id, "x")).collect::<Vec<_>>());
    fold(&mut app, &[20, 70].map(|id| failed(id, TransferError::status(404, None))));
    let page = u64::from(app.plan().list.height);
    let mut go = |action: Action| {
        press(&mut app, action);
        on(&app).expect("a row")
    };
    for (action, at) in [
        (Action::Step(Step::HalfDown), page.div_ceil(2)),
        (Action::Step(Step::HalfUp), 0),
        (Action::Step(Step::Bottom), page - 1),
        (Action::Step(Step::Middle), (page - 1) / 2),
        (Action::Step(Step::Top), 0),
        (Action::NextFailed, 20),
        (Action::NextFailed, 70),
        (Action::NextFailed, 20),
        (Action::PreviousFailed, 70),
        (Action::Step(Step::Last), 99),
        (Action::PreviousFailed, 70),
    ] {
        assert_eq!(go(action.clone()), at, "{action:?}");
    }
    press(&mut app, Action::Tab(Tab::Queued));
    press(&mut app, Action::NextFailed);
    assert!(app.notice().is_some_and(|notice| notice.line().contains("no other row")));
}

#[test]
fn what_changes_while_very_many_change_is_shown_all_the_same() {
    let mut app = empty(Instant::now());
    app.resize(Size::new(80, 24));
    press(&mut app, Action::Tab(Tab::Paused));
    for id in 0..(MANY as u64 * 2) {
        app.event(&queued(id, "x"), app.now());
        app.event(&Event::Paused { id: JobId(id), reason: String::new() }, app.now());
    }
    app.refresh();
    assert_eq!(app.shown_len(), MANY * 2);
    assert_eq!(on(&app), Some(0));
}
