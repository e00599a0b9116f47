//! The state: what follows from actions and events, with no terminal and no clock.

use std::time::{Duration, Instant};

use super::scenes::{connecting, empty, failed, finished, progress, queued, retrying, started};
use super::*;
use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::event::Command;
use crate::engine::event::{Event, Move};
use crate::jobs::JobState;
use crate::tui::action::Step;
use crate::tui::notice::Notice;

pub(super) fn refused() -> TransferError {
    TransferError::new(ErrorClass::Connect, "connection refused")
}

/// Ten rows on 80 x 24, one in each state and two more that wait for their turn.
pub(super) fn app() -> App {
    let now = Instant::now();
    let mut app = empty(now);
    app.resize(Size::new(80, 24));
    let mut events: Vec<_> = (0..10).map(|id| queued(id, &format!("{id}.jpg"))).collect();
    events.extend([
        connecting(1, 1),
        started(2, "2.jpg", Some(100)),
        started(3, "3.jpg", Some(100)),
        progress(3, 100, Some(100), 1),
        retrying(4, 2, 9, refused()),
        Event::Paused { id: JobId(5), reason: crate::engine::event::PAUSED_BY_USER.to_owned() },
        finished(6, "6.jpg", 100, 10),
        failed(7, TransferError::status(404, None)),
        Event::Cancelled { id: JobId(8), attempts: 1, record: scenes::record() },
    ]);
    fold(&mut app, &events);
    app
}

pub(super) fn fold(app: &mut App, events: &[Event]) {
    for event in events {
        app.event(event, app.now());
    }
}

pub(super) fn press(app: &mut App, action: Action) -> Vec<String> {
    let effects = app.update(action, app.now());
    effects.iter().map(said).collect()
}

pub(super) fn said(effect: &Effect) -> String {
    match effect {
        Effect::Engine(Command::Add(requests)) => format!("add {}", requests.len()),
        Effect::LoadText(pasted) => format!("load {:?}", pasted.text),
        Effect::Engine(Command::Cancel(id)) => format!("cancel {}", id.0),
        Effect::Engine(Command::Pause(id)) => format!("pause {}", id.0),
        Effect::Engine(Command::Resume(id)) => format!("resume {}", id.0),
        Effect::Engine(Command::Retry(id)) => format!("retry {}", id.0),
        Effect::Engine(Command::Remove(id)) => format!("remove {}", id.0),
        Effect::Engine(Command::Force(id)) => format!("force {}", id.0),
        Effect::Engine(Command::Move(Move::Swap(a, b))) => format!("swap {} {}", a.0, b.0),
        Effect::Engine(Command::Move(Move::First(id))) => format!("first {}", id.0),
        Effect::Engine(Command::Move(Move::Last(id))) => format!("last {}", id.0),
        Effect::Copy(text) => format!("copy {text}"),
        Effect::Open(path) => format!("open {}", path.display()),
        Effect::Delete(paths) => {
            format!("delete {}", paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" "))
        }
        other => format!("{other:?}").to_lowercase(),
    }
}

#[test]
fn each_state_takes_the_commands_that_make_sense_there() {
    // Row by state: cancel, retry, pause, remove. An empty text is a notice and no command, `?` is a question.
    for (id, state, expected) in [
        (0, "queued", ["cancel 0", "", "pause 0", "cancel 0"]),
        (1, "connecting", ["cancel 1", "", "pause 1", "?"]),
        (2, "downloading", ["cancel 2", "", "pause 2", "?"]),
        (3, "verifying", ["cancel 3", "", "pause 3", "?"]),
        (4, "waiting", ["cancel 4", "retry 4", "pause 4", "cancel 4"]),
        (5, "paused", ["cancel 5", "resume 5", "resume 5", ""]),
        (6, "finished", ["", "?", "", ""]),
        (7, "failed", ["", "retry 7", "", ""]),
        (8, "cancelled", ["", "retry 8", "", ""]),
    ] {
        let keys = [Action::Cancel, Action::Retry, Action::Pause, Action::Remove];
        for (action, expected) in keys.into_iter().zip(expected) {
            let mut app = app();
            app.select(JobId(id));
            assert_eq!(app.selected().expect("it is there").state.word(), state);
            let before = app.selected().map(|job| job.state.clone());
            let effects = press(&mut app, action.clone());
            match expected {
                "" => assert!(effects.is_empty() && app.notice().is_some(), "{action:?} on {state}"),
                "?" => assert!(effects.is_empty() && app.question().is_some(), "{action:?} on {state}"),
                effect => assert_eq!(effects, [effect], "{action:?} on {state}"),
            }
            let after = app.jobs().get(JobId(id)).map(|job| job.state.clone());
            let gone = action == Action::Remove && expected != "?";
            assert_eq!(after, before.filter(|_| !gone), "rows wait for the engine");
        }
    }
}

#[test]
fn all_failed_rows_are_tried_again_at_once() {
    let mut app = app();
    fold(&mut app, &[failed(0, refused())]);
    assert_eq!(press(&mut app, Action::RetryFailed), ["retry 0", "retry 7"]);
    let mut app = empty(Instant::now());
    assert!(press(&mut app, Action::RetryFailed).is_empty());
    assert!(app.notice().is_some());
}

#[test]
fn leaving_asks_only_while_work_runs() {
    assert_eq!(press(&mut empty(Instant::now()), Action::Quit), ["quit"]);
    for (answer, effects) in [
        (Action::Yes, vec!["quit"]),
        (Action::Quit, vec!["quit"]),
        (Action::No, vec![]),
        (Action::Back, vec![]),
        (Action::Stop, vec!["stop"]),
    ] {
        let mut app = app();
        assert!(press(&mut app, Action::Quit).is_empty());
        assert!(app.question().is_some_and(|[.., long]| long.starts_with("6 downloads are not done")));
        assert_eq!(press(&mut app, answer.clone()), effects, "{answer:?}");
    }
}

#[test]
fn esc_never_leaves() {
    let mut app = app();
    for mode in [Action::Back, Action::Add, Action::Help, Action::Quit] {
        press(&mut app, mode);
        assert!(press(&mut app, Action::Back).is_empty());
        assert_eq!(app.context(), Context::List);
    }
}

#[test]
fn removing_a_running_row_asks_and_the_cursor_goes_to_the_neighbour() {
    let mut app = app();
    app.select(JobId(2));
    press(&mut app, Action::Remove);
    assert_eq!(press(&mut app, Action::Yes), ["cancel 2"]);
    assert_eq!(app.selected, Some(JobId(3)));
    fold(&mut app, &[Event::Removed { id: JobId(2) }]);
    press(&mut app, Action::Step(Step::Last));
    fold(&mut app, &[Event::Removed { id: JobId(9) }]);
    assert_eq!(app.selected, Some(JobId(8)));
    // A question about a row that goes meanwhile goes with it.
    app.select(JobId(1));
    press(&mut app, Action::Remove);
    fold(&mut app, &[Event::Removed { id: JobId(1) }]);
    assert!(app.question().is_none());
    for id in 0..10 {
        fold(&mut app, &[Event::Removed { id: JobId(id) }]);
    }
    assert_eq!(app.selected, None);
    assert!(press(&mut app, Action::Cancel).is_empty());
    fold(&mut app, &[queued(70, "x.jpg")]);
    assert_eq!(app.selected, Some(JobId(70)));
}

#[test]
fn the_cursor_stays_on_its_job_and_in_sight() {
    let mut app = empty(Instant::now());
    app.resize(Size::new(80, 24));
    fold(&mut app, &(0..100).map(|id| queued(id, "x.jpg")).collect::<Vec<_>>());
    let page = usize::from(app.plan().list.height);
    for (action, at) in [
        (Action::Step(Step::Down), 1),
        (Action::Step(Step::PageDown), 1 + page),
        (Action::Step(Step::Last), 99),
        (Action::Step(Step::Down), 99),
        (Action::Step(Step::Up), 98),
        (Action::Step(Step::PageUp), 98 - page),
        (Action::Step(Step::First), 0),
        (Action::Step(Step::Up), 0),
    ] {
        press(&mut app, action.clone());
        assert_eq!(app.cursor(), Some(at), "{action:?}");
        let top = app.top(page);
        assert!((top..top + page).contains(&at), "{action:?}");
    }
    press(&mut app, Action::Step(Step::PageDown));
    let id = app.selected;
    fold(&mut app, &(0..10).map(|id| Event::Removed { id: JobId(id) }).collect::<Vec<_>>());
    app.resize(Size::new(40, 10));
    assert_eq!(app.selected, id);
    assert!(app.cursor().is_some_and(|at| (app.top..app.top + 7).contains(&at)));
}

#[test]
fn ctrl_c_leaves_a_box_and_stops_elsewhere() {
    for open in [Action::Add, Action::AddList, Action::Filter, Action::Limit, Action::Palette] {
        let mut app = app();
        press(&mut app, open.clone());
        assert_ne!(app.context(), Context::List, "{open:?}");
        assert_eq!(press(&mut app, Action::Stop), Vec::<String>::new(), "{open:?}");
        assert_eq!(app.context(), Context::List, "{open:?}");
        assert_eq!(press(&mut app, Action::Stop), ["stop"], "{open:?}");
    }
    for open in [Action::Help, Action::Menu(Menu::Sort)] {
        let mut app = app();
        press(&mut app, open);
        assert_eq!(press(&mut app, Action::Stop), ["stop"]);
    }
}

#[test]
fn a_menu_takes_one_key_and_closes_at_any_other() {
    let mut app = app();
    for (key, effects) in [(Action::Back, 0), (Action::Soonest, 0)] {
        press(&mut app, Action::Menu(Menu::Place));
        assert_eq!(app.context(), Context::Menu(Menu::Place));
        assert_eq!(press(&mut app, key).len(), effects);
        assert_eq!(app.context(), Context::List);
    }
}

#[test]
fn limits_change_at_once_and_say_so() {
    let mut app = app();
    for (action, said, line) in [
        (Action::MoreJobs, "engine(jobs(65))", "jobs 65"),
        (Action::FewerJobs, "engine(jobs(64))", "jobs 64"),
        (Action::Slower, "engine(limitrate(some(5000000)))", "limit 5.0 MB/s"),
        (Action::Slower, "engine(limitrate(some(2000000)))", "limit 2.0 MB/s"),
        (Action::Faster, "engine(limitrate(some(5000000)))", "limit 5.0 MB/s"),
    ] {
        assert_eq!(press(&mut app, action.clone()), [said], "{action:?}");
        assert_eq!(app.notice().map(Notice::line).as_deref(), Some(line), "{action:?}");
    }
    assert_eq!(app.limits(), Limits { rate: Some(5_000_000), ..Limits::default() });
}

#[test]
fn there_is_a_timer_only_while_something_changes_by_itself() {
    let now = Instant::now();
    let mut app = empty(now);
    assert_eq!(app.next_tick(), None);
    app.event(&queued(1, "a.jpg"), now);
    assert_eq!(app.next_tick(), Some(now + TICK));
    app.tick(now + TICK);
    assert_eq!(app.next_tick(), Some(now + TICK * 2));
    app.event(&Event::Paused { id: JobId(1), reason: crate::engine::event::PAUSED_BY_USER.to_owned() }, now + TICK);
    assert_eq!(app.next_tick(), None);
    // News goes after a while, and takes its timer along.
    app.update(Action::Cancel, now + TICK);
    app.event(&finished(1, "a.jpg", 5, 5), now + TICK);
    app.update(Action::Cancel, now + TICK);
    let gone = app.next_tick().expect("news is shown");
    app.tick(gone);
    assert!(app.notice().is_none());
    assert_eq!(app.next_tick(), None);
    // Trouble stays until a key.
    app.note("line 3 is refused".to_owned());
    assert_eq!(app.next_tick(), None);
    app.tick(gone + Duration::from_secs(100));
    assert!(app.notice().is_some());
    app.update(Action::Step(Step::Down), gone);
    assert!(app.notice().is_none());
}

#[test]
fn rates_count_what_came_over_the_wire_alone() {
    let now = Instant::now();
    let mut app = empty(now);
    let resumed = Event::Started {
        id: JobId(1),
        attempt: 2,
        total: Some(9_000_000),
        path: "x".into(),
        resumed_from: 5_000_000,
        answer: scenes::answer("a.jpg"),
    };
    let mut events = vec![queued(1, "a.jpg"), queued(2, "b.jpg"), resumed, progress(1, 5_001_000, Some(9_000_000), 10)];
    let mut there = finished(2, "b.jpg", 7_000_000, 0);
    if let Event::Finished { file, .. } = &mut there {
        file.skipped = true;
    }
    events.push(there);
    fold(&mut app, &events);
    app.tick(now + TICK);
    assert_eq!(app.history().peak(), 2000, "1,000 bytes in half a second");
    assert_eq!(app.pace().rate, 1000);
    app.event(&Event::Cancelled { id: JobId(1), attempts: 2, record: scenes::record() }, now + TICK);
    assert_eq!(app.pace().rate, 0);
}

#[test]
fn an_engine_that_has_ended_lets_the_user_go() {
    let mut app = app();
    app.engine_ended();
    assert_eq!(app.next_tick(), None);
    assert!(app.notice().is_some_and(|n| n.line().contains("stopped")));
    assert_eq!(press(&mut app, Action::Quit), ["quit"]);
    assert!(matches!(app.jobs().get(JobId(0)).map(|job| &job.state), Some(JobState::Queued)));
}

#[test]
fn the_help_scrolls_to_its_end_and_no_further() {
    let mut app = app();
    app.resize(Size::new(40, 10));
    press(&mut app, Action::Help);
    for _ in 0..1000 {
        press(&mut app, Action::Step(Step::Down));
    }
    let scroll = |app: &App| match app.mode() {
        Mode::Help(help) => help.scroll(),
        _ => unreachable!("the help is open"),
    };
    let last = scroll(&app);
    press(&mut app, Action::Step(Step::First));
    press(&mut app, Action::Step(Step::Last));
    assert!(scroll(&app) == last && last > 0);
}

#[test]
fn the_help_shows_what_is_looked_for() {
    let mut app = app();
    press(&mut app, Action::Help);
    press(&mut app, Action::Search);
    press(&mut app, Action::Paste("Queue FIRST".to_owned()));
    assert_eq!(app.context(), Context::Prompt);
    let lines = |app: &App| match app.mode() {
        Mode::Help(help) => help.lines(app.keymap()).len(),
        _ => 0,
    };
    // Its heading and its line.
    assert_eq!(lines(&app), 2);
    press(&mut app, Action::Submit);
    assert_eq!((app.context(), lines(&app)), (Context::Help, 2));
    press(&mut app, Action::Back);
    assert!(lines(&app) > 80, "Esc shows all");
    press(&mut app, Action::Search);
    press(&mut app, Action::Stop);
    assert_eq!(app.context(), Context::Help);
    press(&mut app, Action::Back);
    assert_eq!(app.context(), Context::List);
}
