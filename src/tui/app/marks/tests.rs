//! Marks and ranges: what is marked, and that nothing is acted on that is out of sight.

use super::super::scenes::finished;
use super::super::tests::{app, fold, press};
use super::*;
use crate::engine::event::Event;
use crate::engine::request::JobId;
use crate::tui::action::{By, Tab};

/// The numbers of ids 0 to 9 of the scene are 1 to 10.
fn ids(app: &App) -> Vec<u64> {
    app.targets().into_iter().filter_map(|n| app.jobs().numbered(n)).map(|job| job.id.0).collect()
}

#[test]
fn marks_come_and_go() {
    let mut app = app();
    for (action, targets, marked) in [
        (Action::Mark, &[0][..], 1),
        (Action::Mark, &[0, 1], 2),
        (Action::Step(Step::Up), &[0, 1], 2),
        (Action::Mark, &[0], 1),
        (Action::Range, &[0, 2], 2),
        (Action::Step(Step::Down), &[0, 2, 3], 3),
        (Action::Step(Step::Down), &[0, 2, 3, 4], 4),
        (Action::Step(Step::Up), &[0, 2, 3], 3),
        (Action::Range, &[0, 2, 3], 3),
        (Action::Invert, &[1, 4, 5, 6, 7, 8, 9], 7),
        (Action::Range, &[1, 3, 4, 5, 6, 7, 8, 9], 8),
        (Action::Step(Step::First), &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 10),
        // One step back at a time.
        (Action::Back, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 10),
        (Action::Back, &[0], 0),
        (Action::MarkAll, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 10),
        (Action::Back, &[0], 0),
        (Action::Range, &[0], 1),
        (Action::Step(Step::Down), &[0, 1], 2),
        (Action::Mark, &[0, 1], 2),
    ] {
        press(&mut app, action.clone());
        assert_eq!((ids(&app), app.marked()), (targets.to_vec(), marked), "{action:?}");
    }
}

#[test]
fn marks_out_of_sight_wait_and_those_of_gone_rows_go() {
    let mut app = app();
    press(&mut app, Action::MarkAll);
    press(&mut app, Action::Tab(Tab::Failed));
    assert_eq!((ids(&app), app.marked()), (vec![7, 8], 2));
    app.set_filter("9");
    assert_eq!((ids(&app), app.marked()), (vec![], 0));
    app.set_filter("");
    press(&mut app, Action::Tab(Tab::All));
    fold(&mut app, &[Event::Removed { id: JobId(3) }]);
    assert_eq!(app.marked(), 9);
    press(&mut app, Action::Sort(By::Name));
    press(&mut app, Action::Sort(By::Name));
    assert_eq!(ids(&app), [9, 8, 7, 6, 5, 4, 2, 1, 0], "as they are shown");
}

#[test]
fn a_range_ends_with_the_row_where_it_began_and_says_so() {
    for gone in [Event::Removed { id: JobId(2) }, finished(2, "2.jpg", 5, 5)] {
        let mut app = app();
        press(&mut app, Action::Tab(Tab::Active));
        app.select(JobId(2));
        press(&mut app, Action::Stretch(Step::Down));
        assert_eq!(ids(&app), [2, 3]);
        fold(&mut app, &[gone]);
        app.refresh();
        assert!(!app.marks.is_ranging());
        assert!(app.notice().is_some_and(|notice| notice.line().starts_with("the range has ended")));
        // The next one begins anew.
        press(&mut app, Action::Stretch(Step::Up));
        assert_eq!(ids(&app), [1, 3]);
    }
}

#[test]
fn among_the_pictures_only_pictures_are_acted_on() {
    let mut app = app();
    app.select(JobId(7));
    press(&mut app, Action::Mark);
    app.select(JobId(5));
    press(&mut app, Action::Range);
    press(&mut app, Action::Sheet);
    assert!(!app.marks.is_ranging());
    assert_eq!(ids(&app), [6]);
    press(&mut app, Action::Back);
    assert_eq!(ids(&app), [5, 7]);
}
