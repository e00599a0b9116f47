//! How long a frame and a key take where very many rows are on the list. For people: it prints, and asserts no time.
//! `cargo test --release --lib -- --ignored --nocapture frames_and_keys`

use std::time::Instant;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Size;

use super::super::App;
use super::super::scenes::{empty, finished, progress, queued, started};
use crate::engine::event::{Event, Move};
use crate::engine::request::JobId;
use crate::tui::action::{Action, By, Step, Tab};
use crate::tui::view;

const ACTIVE: u64 = 64;

struct Screen {
    app: App,
    terminal: Terminal<TestBackend>,
    start: Instant,
}

impl Screen {
    fn of(rows: u64) -> Self {
        let start = Instant::now();
        let mut app = empty(start);
        app.resize(Size::new(120, 35));
        for id in 0..rows {
            app.event(&queued(id, &format!("some/folder/img_{:06}.jpg", id * 7919 % rows)), start);
        }
        for id in 0..ACTIVE {
            app.event(&started(id, &format!("img_{id}.jpg"), Some(9_000_000)), start);
        }
        for id in ACTIVE..rows / 10 {
            app.event(&finished(id, &format!("img_{:06}.jpg", id * 7919 % rows), id * 31 % 9999, 5), start);
        }
        let Ok(terminal) = Terminal::new(TestBackend::new(120, 35));
        Self { app, terminal, start }
    }

    /// The longest of some frames in each of which 64 rows move; from the second on.
    fn frame(&mut self) -> u128 {
        let mut longest = 0;
        for round in 0..25_u64 {
            let now = self.start + std::time::Duration::from_millis(100 * round);
            let began = Instant::now();
            for id in 0..ACTIVE {
                self.app.event(&progress(id, 90_000 * round + id * 999, Some(9_000_000), 900_000), now);
            }
            let id = ACTIVE + round;
            self.app.event(&queued(id, ""), now);
            self.app.event(&finished(id, "x.jpg", 5, 5), now);
            self.draw();
            if round > 0 {
                longest = longest.max(began.elapsed().as_micros());
            }
        }
        longest
    }

    fn draw(&mut self) {
        self.app.resize(Size::new(120, 35));
        let app = &self.app;
        let Ok(_) = self.terminal.draw(|frame| view::render(frame, frame.area(), app));
    }

    /// From a key to the frame that shows what it did.
    fn key(&mut self, action: Action) -> (u128, usize) {
        let began = Instant::now();
        let effects = self.app.update(action, self.app.now()).len();
        self.draw();
        (began.elapsed().as_micros(), effects)
    }
}

#[test]
#[ignore = "prints times"]
#[expect(clippy::print_stdout, reason = "they are for people")]
fn frames_and_keys() {
    for rows in [100_000, 1_000_000] {
        let mut screen = Screen::of(rows);
        println!("{rows} rows, 64 of them move; microseconds");
        println!("  frame, nothing chosen            {:>8}", screen.frame());
        for (name, action) in [
            ("tab Queued", Action::Tab(Tab::Queued)),
            ("tab All", Action::Tab(Tab::All)),
            ("sort by name", Action::Sort(By::Name)),
            ("sort by size", Action::Sort(By::Size)),
            ("sort by progress", Action::Sort(By::Progress)),
            ("sort by host", Action::Sort(By::Host)),
            ("sort by added", Action::Sort(By::Added)),
        ] {
            let (key, _) = screen.key(action);
            let step = screen.key(Action::Step(Step::Down)).0;
            println!("  {name:<20} key {key:>8}  step {step:>6}  frame {:>6}", screen.frame());
        }
        for text in ["img_0", "IMG", "7.jpg !3", "state:failed", "size:>1M"] {
            let began = Instant::now();
            screen.app.set_filter(text);
            screen.draw();
            let key = began.elapsed().as_micros();
            println!("  /{text:<19} key {key:>8}  {:>11}  frame {:>6}", screen.app.shown_len(), screen.frame());
        }
        screen.app.set_filter("");
        for (name, action) in [
            ("mark all", Action::MarkAll),
            ("last", Action::Step(Step::Last)),
            ("one down", Action::Later),
            ("first in queue", Action::Soonest),
            ("pause", Action::Pause),
            ("pause all", Action::PauseAll),
            ("copy", Action::Copy(crate::tui::action::Copied::Url)),
            ("remove", Action::Remove),
            ("yes", Action::Yes),
            ("undo", Action::Undo),
            ("clear finished", Action::Clear),
            ("undo", Action::Undo),
        ] {
            let (key, effects) = screen.key(action);
            println!("  {name:<20} key {key:>8}  {effects:>7} effects  frame {:>6}", screen.frame());
        }
        let now = screen.app.now();
        screen.app.event(&Event::Moved(Move::First(JobId(rows - 1))), now);
        screen.app.event(&Event::Moved(Move::Swap(JobId(rows / 2), JobId(rows / 2 + 1))), now);
        println!("  queue moved, frame {:>8}", screen.frame());
    }
}
