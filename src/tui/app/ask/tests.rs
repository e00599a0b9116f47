//! Questions: when they go, what they say meanwhile, and which answer Enter gives.

use std::time::{Duration, Instant};

use super::super::scenes::{empty, failed, finished, queued, started};
use super::super::tests::{app, fold, press, refused};
use super::*;
use crate::engine::request::JobId;

#[test]
fn a_question_goes_when_what_it_asks_about_is_over() {
    let now = Instant::now();
    let mut app = empty(now);
    fold(&mut app, &[queued(1, "1.jpg"), queued(2, "2.jpg"), started(1, "1.jpg", None), started(2, "2.jpg", None)]);
    app.select(JobId(1));
    press(&mut app, Action::Remove);
    fold(&mut app, &[finished(2, "2.jpg", 5, 1)]);
    assert!(matches!(app.mode(), Mode::Ask(Question::Rows { .. }, _)));
    press(&mut app, Action::No);
    press(&mut app, Action::Quit);
    assert!(matches!(app.mode(), Mode::Ask(Question::Quit, _)));
    fold(&mut app, &[finished(1, "1.jpg", 5, 1)]);
    assert!(matches!(app.mode(), Mode::List));
    assert_eq!(press(&mut app, Action::Yes), Vec::<String>::new());
    fold(&mut app, &[queued(3, "3.jpg"), started(3, "3.jpg", None)]);
    app.select(JobId(3));
    press(&mut app, Action::Remove);
    fold(&mut app, &[failed(3, refused())]);
    assert!(matches!(app.mode(), Mode::List));
}

#[test]
fn a_question_about_many_rows_is_looked_at_again_within_a_second() {
    let now = Instant::now();
    let mut app = empty(now);
    for id in 0..100 {
        fold(&mut app, &[queued(id, "a.jpg"), started(id, "a.jpg", None)]);
    }
    press(&mut app, Action::MarkAll);
    press(&mut app, Action::Remove);
    let words = |app: &App| app.question().map(|[.., long]| long);
    assert_eq!(words(&app).as_deref(), Some("100 are running. Take 100 off the list?"));
    for id in 0..99 {
        fold(&mut app, &[failed(id, refused())]);
    }
    app.tick(app.now() + Duration::from_secs(2));
    assert_eq!(words(&app).as_deref(), Some("1 is running. Take 100 off the list?"));
    // Nothing is left that would tick by itself.
    fold(&mut app, &[failed(99, refused())]);
    let due = app.next_tick().expect("the question is out of date");
    app.tick(due);
    assert!(matches!(app.mode(), Mode::List));
}

#[test]
fn the_focus_of_a_question_begins_at_no_and_enter_takes_what_it_is_on() {
    for (keys, effects) in [
        (vec![Action::Submit], vec![]),
        (vec![Action::Complete, Action::Submit], vec!["cancel 1".to_owned()]),
        (vec![Action::Complete, Action::Complete, Action::Submit], vec![]),
        (vec![Action::Complete, Action::Back], vec![]),
        (vec![Action::Complete, Action::No], vec![]),
        (vec![Action::Yes], vec!["cancel 1".to_owned()]),
    ] {
        let mut app = app();
        app.select(JobId(1));
        press(&mut app, Action::Remove);
        let done: Vec<_> = keys.iter().flat_map(|key| press(&mut app, key.clone())).collect();
        assert_eq!(done, effects, "{keys:?}");
        assert!(matches!(app.mode(), Mode::List), "{keys:?}");
    }
}
