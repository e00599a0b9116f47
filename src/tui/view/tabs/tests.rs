//! The line of the tabs, and what stands elsewhere where it has no room.

use std::time::Instant;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Cell;
use ratatui::layout::Size;

use crate::tui::action::{Action, By, Step};
use crate::tui::app::App;
use crate::tui::app::scenes::gallery;

fn line(app: &App, width: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, 1)).expect("memory does not fail");
    terminal.draw(|frame| super::render(frame, frame.area(), app)).expect("memory does not fail");
    terminal.backend().buffer().content().iter().map(Cell::symbol).collect::<String>().trim_end().to_owned()
}

fn press(app: &mut App, action: Action) {
    app.update(action, app.now());
}

#[test]
fn tabs_say_less_where_there_is_less_room() {
    let mut app = gallery(Instant::now());
    for (width, expected) in [
        (100, "[1 All 15] 2 Active 3  3 Queued 3  4 Paused 0  5 Failed 1  6 Done 8"),
        (60, "[All 15] Active 3  Queued 3  Failed 1  Done 8"),
        (40, "[All 15] Act 3  Que 3  Fail 1  Done 8"),
        (20, "[All 15] Act 3"),
        (3, ""),
    ] {
        assert_eq!(line(&app, width), expected, "{width}");
    }
    press(&mut app, Action::Tab(super::Tab::Paused));
    assert_eq!(line(&app, 60), " All 15  Active 3  Queued 3 [Paused 0] Failed 1  Done 8");
}

#[test]
fn what_else_was_chosen_stands_behind_them() {
    let mut app = gallery(Instant::now());
    press(&mut app, Action::Mark);
    app.set_filter("jpg !sea");
    press(&mut app, Action::Sort(By::Size));
    let text = line(&app, 120);
    assert!(text.ends_with("Done 8   1 marked  /jpg !sea  14  by size ▲"), "{text}");
    let text = line(&app, 70);
    assert!(text.ends_with("Done 8   1 marked  /jpg !sea  14"), "{text}");
    app.set_filter("size:big");
    let text = line(&app, 140);
    assert!(text.contains("/size:big: size:big is no size: write size:>5M"), "{text}");
}

#[test]
fn rows_that_are_not_shown_are_never_a_riddle() {
    // On a screen without tabs too, the totals tell what was chosen; done of total stays first.
    let mut app = gallery(Instant::now());
    for (width, height) in [(80, 24), (60, 15), (40, 10), (30, 5)] {
        let screen = |app: &mut App| {
            app.resize(Size::new(width, height));
            let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("memory does not fail");
            terminal.draw(|frame| crate::tui::view::render(frame, frame.area(), app)).expect("memory does not fail");
            let rows = terminal
                .backend()
                .buffer()
                .content()
                .chunks(usize::from(width))
                .map(|cells| cells.iter().map(Cell::symbol).collect::<String>().trim_end().to_owned());
            rows.collect::<Vec<_>>()
        };
        press(&mut app, Action::Tab(super::Tab::Failed));
        let lines = screen(&mut app);
        assert!(
            lines.iter().take(2).any(|line| line.contains("Failed 1]") || line.contains("Fail 1]")),
            "{width}x{height}: {lines:#?}"
        );
        assert!(lines[0].trim_start().starts_with("8/15"), "{lines:#?}");
        app.set_filter("nowhere");
        let lines = screen(&mut app);
        assert!(lines.iter().any(|line| line.contains("no match for \"now")), "{width}x{height}: {lines:#?}");
        app.set_filter("");
        press(&mut app, Action::Tab(super::Tab::Paused));
        let lines = screen(&mut app);
        assert!(lines.iter().any(|line| line.contains("nothing is paused")), "{lines:#?}");
        press(&mut app, Action::Tab(super::Tab::All));
        press(&mut app, Action::Step(Step::First));
        press(&mut app, Action::Mark);
        let lines = screen(&mut app);
        assert!(lines.iter().any(|line| line.starts_with(" ✓*")), "{width}x{height}: {lines:#?}");
        press(&mut app, Action::Back);
    }
}
