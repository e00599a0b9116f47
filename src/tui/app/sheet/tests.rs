//! Walking among pictures, marking them, and what happens when they come and go.

use std::time::Instant;

use ratatui::layout::Size;

use crate::engine::event::Event;
use crate::engine::request::JobId;
use crate::tui::action::{Action, Step};
use crate::tui::app::scenes::{empty, finished, queued};
use crate::tui::app::{App, Mode};
use crate::tui::effects::Effect;
use crate::tui::preview::{Drawn, Ready, Wanted};

/// Ten rows on a screen with room for four columns and three rows of pictures: all but the first and the last finished.
fn app() -> App {
    let now = Instant::now();
    let mut app = empty(now).with_pictures(true, true);
    app.resize(Size::new(120, 35));
    for id in 0..10 {
        app.event(&queued(id, &format!("{id}.jpg")), now);
    }
    for id in 1..9 {
        app.event(&finished(id, &format!("{id}.jpg"), 1000, 10), now);
    }
    app
}

fn press(app: &mut App, action: Action) -> Vec<Effect> {
    app.update(action, app.now())
}

fn wanted(app: &mut App) -> Option<Vec<Wanted>> {
    app.want().map(|effect| match effect {
        Effect::Preview(wanted) => wanted,
        other => unreachable!("{other:?}"),
    })
}

fn names(wanted: &[Wanted]) -> String {
    wanted.iter().filter_map(|wanted| wanted.path.file_stem()?.to_str()).collect()
}

fn at(app: &App) -> Option<u64> {
    app.selected().map(|job| job.id.0)
}

#[test]
fn arrows_walk_among_the_pictures_alone() {
    let mut app = app();
    press(&mut app, Action::Sheet);
    assert_eq!(at(&app), Some(1), "the next picture below");
    for (step, to) in [
        (Step::Left, 1),
        (Step::Up, 1),
        (Step::Right, 2),
        (Step::Down, 6),
        (Step::Down, 6),
        (Step::Up, 2),
        (Step::Last, 8),
        (Step::Right, 8),
        (Step::PageUp, 1),
        (Step::Bottom, 8),
        (Step::Top, 1),
        (Step::Middle, 4),
        (Step::Down, 8),
        (Step::First, 1),
        (Step::HalfDown, 5),
    ] {
        press(&mut app, Action::Step(step));
        assert_eq!(at(&app), Some(to), "{step:?}");
    }
    press(&mut app, Action::Back);
    assert!(matches!(app.mode(), Mode::List) && at(&app) == Some(5));
}

#[test]
fn enter_shows_one_picture_on_the_whole_screen_and_again_goes_back() {
    let mut app = app();
    press(&mut app, Action::Sheet);
    let full = |app: &App| app.sheet().is_some_and(super::Sheet::is_full);
    press(&mut app, Action::Detail);
    assert!(full(&app));
    press(&mut app, Action::Step(Step::Down));
    assert_eq!(at(&app), Some(2));
    let one = wanted(&mut app).expect("another picture");
    assert_eq!((names(&one).as_str(), one[0].cells, one[0].small), ("2", Size::new(120, 33), false));
    press(&mut app, Action::Detail);
    assert!(!full(&app) && app.sheet().is_some());
    press(&mut app, Action::Detail);
    press(&mut app, Action::Back);
    assert!(!full(&app) && app.sheet().is_some());
    press(&mut app, Action::Back);
    assert!(app.sheet().is_none());
}

#[test]
fn what_is_in_sight_is_wanted_once() {
    let mut app = app();
    press(&mut app, Action::Sheet);
    let all = wanted(&mut app).expect("they are new");
    assert_eq!(names(&all), "12345678");
    assert!(all.iter().all(|one| one.small));
    assert_eq!(wanted(&mut app), None);
    for one in all.into_iter().skip(1) {
        app.pictured(Ready { wanted: one, drawn: Drawn::Card(String::new()) });
    }
    assert_eq!(wanted(&mut app), None, "what comes changes no wish");
    app.resize(Size::new(40, 10));
    assert_eq!(names(&wanted(&mut app).expect("another size")), "1");
    app.resize(Size::new(120, 35));
    assert_eq!(names(&wanted(&mut app).expect("the old size")), "1", "the others are there already");
    press(&mut app, Action::Back);
    app.select(JobId(0));
    assert_eq!(wanted(&mut app), Some(Vec::new()), "nothing is finished under the cursor");
}

#[test]
fn without_pictures_nothing_is_wanted() {
    for (able, panel, look) in [(false, true, false), (true, false, false), (true, true, true)] {
        let now = app().now();
        let mut app = app().with_pictures(able, panel);
        app.look.ascii = look;
        app.select(JobId(1));
        assert_eq!(wanted(&mut app), None, "{able} {panel} {look}");
        press(&mut app, Action::Sheet);
        assert_eq!(wanted(&mut app).is_some(), able && !look, "{able} {panel} {look} {now:?}");
    }
}

#[test]
fn verbs_work_on_the_picture_and_marks_are_those_of_the_list() {
    let mut app = app();
    press(&mut app, Action::Sheet);
    press(&mut app, Action::Step(Step::Right));
    press(&mut app, Action::Mark);
    assert_eq!((at(&app), app.marked()), (Some(3), 1));
    assert!(app.is_marked(app.jobs().get(JobId(2)).expect("a row")));
    press(&mut app, Action::Invert);
    assert_eq!(app.marked(), 7);
    press(&mut app, Action::MarkAll);
    assert_eq!(app.marked(), 8, "the rows that are no pictures are not marked");
    app.marks.clear();
    let effects = press(&mut app, Action::OpenFile);
    assert!(matches!(&effects[..], [Effect::Open(path)] if path.ends_with("3.jpg")), "{effects:?}");
    press(&mut app, Action::RemoveFile);
    assert!(matches!(app.mode(), Mode::Ask(..)) && app.sheet().is_some());
    press(&mut app, Action::No);
    assert!(matches!(app.mode(), Mode::Sheet(_)));
    app.event(&Event::Removed { id: JobId(3) }, app.now());
    app.want();
    assert_eq!(at(&app), Some(4));
}

#[test]
fn a_sheet_without_pictures_does_nothing_to_rows() {
    let now = Instant::now();
    let mut app = empty(now);
    app.event(&queued(1, "1.jpg"), now);
    press(&mut app, Action::Sheet);
    for action in [Action::Mark, Action::Cancel, Action::Remove, Action::Detail, Action::Step(Step::Down)] {
        assert!(press(&mut app, action).is_empty());
        assert!(matches!(app.mode(), Mode::Sheet(_)) && app.marked() == 0);
    }
}

#[test]
fn a_picture_over_the_text_goes_while_something_lies_there() {
    use ratatui_image::protocol::{Protocol, sixel::Sixel};
    let mut app = app();
    app.select(JobId(1));
    let one = wanted(&mut app).expect("it is finished").remove(0);
    assert!(app.over_text().is_none(), "it is not here yet");
    let protocol = Box::new(Protocol::Sixel(Sixel::default()));
    app.pictured(Ready { wanted: one, drawn: Drawn::Graphic { protocol, over_text: true } });
    let shown = |app: &mut App| {
        app.want();
        app.over_text().map(|(_, toasts)| toasts)
    };
    assert_eq!(shown(&mut app), Some(0));
    app.note("careful".to_owned());
    assert_eq!(shown(&mut app), Some(1));
    for action in [Action::Help, Action::Palette, Action::Add, Action::Sheet] {
        press(&mut app, action.clone());
        assert_eq!(shown(&mut app), None, "{action:?}");
        press(&mut app, Action::Back);
        assert_eq!(shown(&mut app), Some(0), "{action:?}");
    }
    press(&mut app, Action::Redraw);
    assert_eq!(wanted(&mut app).map(|wanted| names(&wanted)).as_deref(), Some("1"), "drawn anew");
}
