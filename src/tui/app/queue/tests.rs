//! Places in the queue: what is asked of the engine, and that its answers make the order that was wanted.

use std::time::Instant;

use ratatui::layout::Size;

use super::super::scenes::{connecting, empty, queued};
use super::super::tests::{fold, press};
use super::*;
use crate::engine::event::Event;

/// Rows 1 to 8; 1 is connecting, so 2 to 8 are queued.
fn app() -> App {
    let mut app = empty(Instant::now());
    app.resize(Size::new(80, 24));
    fold(&mut app, &(1..9).map(|id| queued(id, "x")).collect::<Vec<_>>());
    fold(&mut app, &[connecting(1, 1)]);
    app
}

fn shown(app: &App) -> Vec<u64> {
    (0..app.shown_len()).filter_map(|at| app.shown_at(at)).map(|job| job.id.0).collect()
}

/// The engine does what it was asked for.
fn obey(app: &mut App, effects: &[String]) {
    for effect in effects {
        let words: Vec<_> = effect.split(' ').collect();
        let id = |at: usize| JobId(words[at].parse().expect("a number"));
        let how = match words[0] {
            "swap" => Move::Swap(id(1), id(2)),
            "first" => Move::First(id(1)),
            _ => Move::Last(id(1)),
        };
        fold(app, &[Event::Moved(how)]);
    }
    app.refresh();
}

#[test]
fn rows_are_moved_and_moved_back() {
    for (marked, action, asked, expected) in [
        (&[4][..], Action::Sooner, &["swap 3 4"][..], [1, 2, 4, 3, 5, 6, 7, 8]),
        (&[4], Action::Later, &["swap 5 4"], [1, 2, 3, 5, 4, 6, 7, 8]),
        (&[4, 5], Action::Sooner, &["swap 3 4", "swap 3 5"], [1, 2, 4, 5, 3, 6, 7, 8]),
        (&[4, 5], Action::Later, &["swap 6 5", "swap 6 4"], [1, 2, 3, 6, 4, 5, 7, 8]),
        (&[2, 4], Action::Sooner, &["swap 3 4"], [1, 2, 4, 3, 5, 6, 7, 8]),
        (&[2], Action::Sooner, &[], [1, 2, 3, 4, 5, 6, 7, 8]),
        (&[1], Action::Later, &[], [1, 2, 3, 4, 5, 6, 7, 8]),
        (&[5, 7], Action::Soonest, &["first 7", "first 5"], [5, 7, 1, 2, 3, 4, 6, 8]),
        (&[2, 4], Action::Latest, &["last 2", "last 4"], [1, 3, 5, 6, 7, 8, 2, 4]),
        (&[2, 3], Action::Soonest, &[], [1, 2, 3, 4, 5, 6, 7, 8]),
    ] {
        let mut app = app();
        for id in marked {
            app.select(JobId(*id));
            press(&mut app, Action::Mark);
        }
        let effects = press(&mut app, action.clone());
        assert_eq!(effects, asked, "{action:?} {marked:?}");
        assert_eq!(shown(&app), [1, 2, 3, 4, 5, 6, 7, 8], "rows wait for the engine");
        obey(&mut app, &effects);
        assert_eq!(shown(&app), expected, "{action:?} {marked:?}");
        if asked.is_empty() {
            assert!(app.notice().is_some());
            continue;
        }
        let back = press(&mut app, Action::Undo);
        obey(&mut app, &back);
        let queue = |app: &App| shown(app).into_iter().filter(|id| *id != 1).collect::<Vec<_>>();
        assert_eq!(queue(&app), [2, 3, 4, 5, 6, 7, 8], "{action:?} {marked:?} back");
        let again = press(&mut app, Action::Redo);
        obey(&mut app, &again);
        assert_eq!(queue(&app), expected.into_iter().filter(|id| *id != 1).collect::<Vec<_>>());
    }
}

#[test]
fn keys_that_come_faster_than_answers_go_on_from_what_was_asked() {
    let mut app = app();
    app.select(JobId(7));
    let asked: Vec<_> = (0..3).flat_map(|_| press(&mut app, Action::Sooner)).collect();
    assert_eq!(asked, ["swap 6 7", "swap 5 7", "swap 4 7"]);
    obey(&mut app, &asked);
    assert_eq!(shown(&app), [1, 2, 3, 7, 4, 5, 6, 8]);
    // A move that was refused is forgotten after a while.
    assert_eq!(press(&mut app, Action::Sooner), ["swap 3 7"]);
    let later = app.now() + REFUSED * 2;
    app.tick(later);
    assert_eq!(press(&mut app, Action::Sooner), ["swap 3 7"]);
}

#[test]
fn up_is_later_where_the_last_comes_first_and_other_orders_have_no_queue() {
    let mut app = app();
    press(&mut app, Action::Sort(By::Added));
    app.select(JobId(7));
    let asked = press(&mut app, Action::Sooner);
    obey(&mut app, &asked);
    assert_eq!(shown(&app), [8, 6, 7, 5, 4, 3, 2, 1]);
    press(&mut app, Action::Sort(By::Name));
    assert!(press(&mut app, Action::Sooner).is_empty());
    assert!(app.notice().is_some_and(|notice| notice.line().starts_with("sort by added")));
}
