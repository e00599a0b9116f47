//! Whole screens at the sizes that people have, and every size with anything on it.

mod panels;

use std::time::Instant;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;
use ratatui::style::{Color, Modifier};

use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::request::JobId;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::app::scenes::{empty, failed, finished, gallery, progress, queued, started};
use crate::tui::effects::Effect;
use crate::tui::preview::{Blocks, Depth, Drawn, Ready};

fn draw(app: &mut App, width: u16, height: u16) -> Buffer {
    app.resize(Size::new(width, height));
    picture(app);
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("memory does not fail");
    terminal.draw(|frame| super::render(frame, frame.area(), app)).expect("memory does not fail");
    terminal.backend().buffer().clone()
}

/// Draws the pictures that are wanted, the second of several larger than it should be.
fn picture(app: &mut App) {
    let Some(Effect::Preview(wanted)) = app.want() else { return };
    for (n, wanted) in wanted.into_iter().enumerate() {
        let image = image::RgbaImage::from_pixel(9 + 300 * u32::from(n == 1), 9, image::Rgba([9, 9, 200, 255]));
        let drawn = match n {
            2 => Drawn::Card("it is damaged".to_owned()),
            _ => Drawn::Blocks(Blocks::of(&image, Depth::True)),
        };
        app.pictured(Ready { wanted, drawn });
    }
}

fn lines(buffer: &Buffer) -> Vec<String> {
    (0..buffer.area.height)
        .map(|y| {
            let mut line = String::new();
            let mut x = 0;
            while x < buffer.area.width {
                let symbol = buffer[(x, y)].symbol();
                line.push_str(symbol);
                // A wide character covers a second cell.
                x += u16::try_from(crate::display::width(symbol)).expect("a cell is short").max(1);
            }
            line.trim_end().to_owned()
        })
        .collect()
}

pub(super) fn screen(app: &mut App, width: u16, height: u16) -> String {
    lines(&draw(app, width, height)).join("\n")
}

#[test]
fn screens_from_wide_to_one_line() {
    let mut app = gallery(Instant::now());
    for (width, height) in [(160, 40), (120, 35), (80, 24), (60, 15), (50, 12), (40, 10), (20, 5), (20, 3), (10, 1)] {
        insta::assert_snapshot!(format!("gallery_{width}x{height}"), screen(&mut app, width, height));
    }
}

#[test]
fn done_of_total_comes_first_at_every_size() {
    let mut app = gallery(Instant::now());
    for (width, height) in
        (4..=30).chain([40, 59, 80, 100, 160, 200]).flat_map(|w| [1, 2, 3, 5, 6, 10, 24, 60].map(|h| (w, h)))
    {
        for action in [Action::Back, Action::Help, Action::Back, Action::Quit, Action::Back, Action::Add, Action::Back]
        {
            app.update(action, app.now());
            if height == 1 && matches!(app.mode(), crate::tui::app::Mode::Add(_)) {
                // Who types must see it, and there is no other line.
                continue;
            }
            let first = lines(&draw(&mut app, width, height)).swap_remove(0);
            assert!(first.trim_start().starts_with("8/15"), "{width}x{height}: {first}");
        }
    }
}

#[test]
fn an_empty_screen_teaches() {
    for (width, height) in [(80, 24), (40, 10), (20, 5)] {
        let text = screen(&mut empty(Instant::now()), width, height);
        assert!(text.contains("Paste addresses"), "{width}x{height}");
        assert!(text.starts_with(" 0/0 done"), "{width}x{height}");
    }
}

#[test]
fn a_failed_row_says_why_in_short_and_the_detail_in_full() {
    let now = Instant::now();
    for (error, short) in [
        (TransferError::status(404, None), "404"),
        (TransferError::status(429, None), "429"),
        (TransferError::new(ErrorClass::Connect, "connection refused by 127.0.0.1:9"), "refused"),
        (TransferError::new(ErrorClass::Dns, "no address for images.example"), "dns"),
        (TransferError::new(ErrorClass::DiskFull, "no room in photos"), "disk full"),
    ] {
        for (width, height) in [(120, 35), (80, 24), (60, 15), (40, 10)] {
            let mut app = empty(now);
            app.event(&queued(1, "gone.jpg"), now);
            app.event(&failed(1, error.clone()), now);
            let lines = lines(&draw(&mut app, width, height));
            let row = lines.iter().find(|l| l.contains('✗')).expect("the row is there");
            let row = row.split('│').next().unwrap_or_default().trim_end();
            assert!(row.ends_with(short), "{width}x{height}: {row}");
            let whole = |l: &String| l.contains(&error.detail) && !l.contains("gone.jpg  ");
            assert!(lines.iter().any(whole), "{width}x{height}: {lines:#?}");
        }
    }
}

#[test]
fn unknown_sizes_are_shown_as_such() {
    let now = Instant::now();
    let mut app = empty(now);
    app.event(&queued(1, "a.jpg"), now);
    app.event(&started(1, "a.jpg", None), now);
    app.event(&progress(1, 12_400_000, None, 1000), now);
    for (width, height) in [(120, 35), (80, 24)] {
        let text = screen(&mut app, width, height);
        assert!(text.contains("12.4 MB of ?") && text.contains("···") && !text.contains('%'), "{text}");
    }
}

#[test]
fn nothing_moves_while_numbers_change() {
    let now = Instant::now();
    let mut app = empty(now);
    app.event(&queued(1, "a.jpg"), now);
    app.event(&started(1, "a.jpg", Some(2_000_000_000)), now);
    for (width, height) in [(120, 35), (80, 24), (60, 15), (40, 10), (20, 5)] {
        let mut ends = Vec::new();
        for (bytes, rate) in [(1, 1), (999, 999), (99_900_000, 99_900_000), (1_999_999_999, 1_000_000_000)] {
            app.event(&progress(1, bytes, Some(2_000_000_000), rate), now);
            let lines = lines(&draw(&mut app, width, height));
            let row = lines.iter().find(|l| l.starts_with('▌')).expect("the row is there").clone();
            ends.push((row.find("a.jpg"), crate::display::width(&row)));
        }
        assert!(ends.iter().all(|end| *end == ends[0]), "{width}x{height}: {ends:?}");
    }
}

#[test]
fn text_from_outside_cannot_act_on_the_terminal() {
    let now = Instant::now();
    let mut app = empty(now);
    app.event(&queued(1, "x"), now);
    app.event(&started(1, "evil\x1b]0;pwned\x07\u{202e}gpj.exe\u{9b}2J", Some(10)), now);
    let detail = "status 500 \x1b[2J\u{200b}";
    app.event(&failed(1, TransferError::new(ErrorClass::Protocol, detail)), now);
    for (width, height) in [(160, 50), (80, 24), (40, 10)] {
        let text = screen(&mut app, width, height);
        let bad = |c: char| c != '\n' && (c.is_control() || crate::display::safe(&c.to_string()) != c.to_string());
        assert!(!text.contains(bad), "{text:?}");
    }
}

#[test]
fn the_selection_is_reversed_and_no_other_background_is_set() {
    let mut app = gallery(Instant::now());
    app.select(JobId(4));
    let buffer = draw(&mut app, 120, 35);
    for y in 0..35 {
        let reversed = (0..120).any(|x| buffer[(x, y)].modifier.contains(Modifier::REVERSED));
        assert_eq!(reversed, lines(&buffer)[usize::from(y)].starts_with('▌'), "line {y}");
    }
    assert!(buffer.content().iter().all(|cell| cell.bg == Color::Reset));
    let ansi = |c: Color| !matches!(c, Color::Rgb(..) | Color::Indexed(_) | Color::DarkGray | Color::Black);
    assert!(buffer.content().iter().all(|cell| ansi(cell.fg)));
}

#[test]
fn boxes_and_questions() {
    let mut app = gallery(Instant::now());
    app.update(Action::Add, app.now());
    app.update(Action::Paste("https://h.example/1.jpg\nnope".to_owned()), app.now());
    insta::assert_snapshot!("add_80x24", screen(&mut app, 80, 24));
    insta::assert_snapshot!("add_20x5", screen(&mut app, 20, 5));
    app.update(Action::Back, app.now());
    app.update(Action::Help, app.now());
    insta::assert_snapshot!("help_80x40", screen(&mut app, 80, 40));
    insta::assert_snapshot!("help_40x10", screen(&mut app, 40, 10));
    app.update(Action::Back, app.now());
    app.update(Action::Quit, app.now());
    for (width, height, words) in [
        (80, 24, " 6 downloads are not done. Quit? yes [no]"),
        (40, 10, " 6 downloads are not done. Quit? y [n]"),
        (30, 10, " 6 not done. Quit? yes [no]"),
        (20, 5, " quit? yes [no]"),
        (20, 3, " quit? yes [no]"),
        (20, 1, "8/15 quit? y [n]"),
    ] {
        let text = screen(&mut app, width, height);
        assert_eq!(text.lines().last(), Some(words), "{width}x{height}");
    }
    app.update(Action::No, app.now());
    app.select(JobId(7));
    app.update(Action::RemoveFile, app.now());
    app.update(Action::Complete, app.now());
    for (width, height, words) in [
        (
            120,
            24,
            " Take puffins-on-the-cliff.jpg off the list and delete 1 file, 14.1 MB? This cannot be undone. [yes] no",
        ),
        (80, 24, " Delete puffins-on-the-cliff.jpg: 1 file, 14.1 MB? [yes] no"),
        (57, 12, " Delete puffins-on-the-cliff.jpg: 1 file, 14.1 MB? [y] n"),
        (40, 10, " delete? [yes] no"),
    ] {
        let text = screen(&mut app, width, height);
        assert_eq!(text.lines().last(), Some(words), "{width}x{height}");
    }
}

#[test]
fn a_sheet_of_pictures_at_every_size() {
    let now = Instant::now();
    let mut app = empty(now).with_pictures(true, true);
    for id in 0..5 {
        app.event(&queued(id, &format!("{id}.jpg")), now);
        app.event(&finished(id, &format!("北極光-{id}.jpg"), 2_900_000, 10), now);
    }
    app.update(Action::Sheet, now);
    app.update(Action::Mark, now);
    for (width, height) in [(120, 35), (60, 15), (40, 10), (20, 5)] {
        insta::assert_snapshot!(format!("sheet_{width}x{height}"), screen(&mut app, width, height));
    }
    app.update(Action::Detail, now);
    insta::assert_snapshot!("sheet_full_60x15", screen(&mut app, 60, 15));
    let mut none = empty(now);
    none.update(Action::Sheet, now);
    let text = screen(&mut none, 40, 10);
    assert!(text.contains("No finished pictures here yet"), "{text}");
}

mod any_state {
    //! Any keys, any events, any size: nothing panics, the cursor sits on a row that is in sight.

    use std::time::{Duration, Instant};

    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use proptest::prelude::*;

    use super::{Size, draw};
    use crate::engine::error::{ErrorClass, TransferError};
    use crate::engine::event::{Event, Move, Notice};
    use crate::engine::request::JobId;
    use crate::tui::action::Action;
    use crate::tui::app::App;
    use crate::tui::app::scenes::{connecting, empty, failed, finished, progress, queued, retrying, started};
    use crate::tui::keys;
    use crate::tui::pasted::{Added, Loaded};

    #[derive(Debug, Clone)]
    enum Step {
        Key(KeyEvent),
        Paste(String),
        Event(Event),
        Tick(u64),
        Note,
        Loaded(Loaded),
        Filter(String),
        Mouse(u8, u16, u16),
        Resize(u16, u16),
    }

    fn name() -> impl Strategy<Value = String> {
        prop_oneof!["[a-z]{1,9}\\.jpg", "\\PC{0,90}", Just("\x1b[2J\u{202e}北極光\u{301}".repeat(9))]
    }

    fn event() -> impl Strategy<Value = Event> {
        let number = prop_oneof![0..5_u64, Just(u64::MAX / 64), 0..1_u64 << 40];
        (0..12_u64, 0..12_u8, name(), number.clone(), proptest::option::of(number)).prop_map(
            |(id, kind, name, n, total)| match kind {
                0 | 1 => queued(id, &name),
                2 => connecting(id, 1),
                3 => started(id, &name, total),
                4 | 5 => progress(id, n, total, n / 3),
                6 => finished(id, &name, n, n % 100_000),
                7 => failed(id, TransferError::new(ErrorClass::Tls, name)),
                8 => retrying(id, 2, n % 1_000_000, TransferError::status(503, None)),
                9 => Event::Removed { id: JobId(id) },
                10 => Event::Moved(
                    [Move::Swap(JobId(id), JobId(n % 12)), Move::First(JobId(id)), Move::Last(JobId(id))]
                        [usize::try_from(n % 3).unwrap_or(0)],
                ),
                _ => Event::Notice(Notice::Duplicate(JobId(id))),
            },
        )
    }

    fn key() -> impl Strategy<Value = KeyEvent> {
        let bound: Vec<_> = keys::TABLE.iter().flat_map(|b| b.keys).map(|key| key.event()).collect();
        let any = (any::<char>(), 0..8_u8)
            .prop_map(|(c, bits)| KeyEvent::new(KeyCode::Char(c), KeyModifiers::from_bits_truncate(bits)));
        prop_oneof![4 => proptest::sample::select(bound), 1 => any]
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            6 => key().prop_map(Step::Key),
            6 => event().prop_map(Step::Event),
            1 => "(http://h/[a-z]{1,20}\n|\\PC{0,40}\r){0,5}".prop_map(Step::Paste),
            1 => (0..100_000_u64).prop_map(Step::Tick),
            1 => Just(Step::Note),
            1 => prop_oneof![
                Just(Loaded::Begun),
                Just(Loaded::NoFolder("no room".to_owned())),
                Just(Loaded::Folder("elsewhere".into())),
                Just(Loaded::Added(Added { addresses: 3, refused: 1, why: Some("line 2".to_owned()) })),
            ]
            .prop_map(Step::Loaded),
            1 => "[a-z!]{0,2}|size:>1|!state:f|state:queued|error:x".prop_map(Step::Filter),
            1 => (0..4_u8, 0..=220_u16, 0..=90_u16).prop_map(|(kind, x, y)| Step::Mouse(kind, x, y)),
            1 => (0..=200_u16, 0..=80_u16).prop_map(|(w, h)| Step::Resize(w, h)),
        ]
    }

    fn take(app: &mut App, step: Step, now: &mut Instant) {
        match step {
            Step::Key(key) => {
                if let Some(action) = app.keymap().find(app.context(), key) {
                    app.update(action, *now);
                }
            }
            Step::Paste(text) => drop(app.update(Action::Paste(text), *now)),
            Step::Event(event) => drop(app.event(&event, *now)),
            Step::Tick(millis) => {
                *now += Duration::from_millis(millis);
                app.tick(*now);
            }
            Step::Filter(text) => app.set_filter(&text),
            Step::Mouse(kind, x, y) => {
                use crate::tui::action::Mouse;
                let all = [Mouse::Click, Mouse::ShiftClick, Mouse::WheelUp, Mouse::WheelDown];
                drop(app.update(Action::Mouse(all[usize::from(kind)], x, y), *now));
            }
            Step::Note => app.note("a line of a list is refused".to_owned()),
            Step::Loaded(loaded) => app.loaded(loaded, *now),
            Step::Resize(width, height) => app.resize(Size::new(width, height)),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn holds(
            steps in proptest::collection::vec(step(), 0..60),
            width in 0..=200_u16,
            height in 0..=80_u16,
            ascii in any::<bool>(),
        ) {
            let mut now = Instant::now();
            let mut app = empty(now).with_pictures(true, true);
            if ascii {
                app.update(Action::Toggle(crate::tui::action::Toggle::Ascii), now);
            }
            for (count, step) in steps.into_iter().enumerate() {
                take(&mut app, step, &mut now);
                app.refresh();
                let shown: Vec<_> = (0..app.shown_len()).filter_map(|at| app.shown_at(at)).collect();
                prop_assert_eq!(shown.len(), app.shown_len());
                prop_assert_eq!(shown.len(), app.expected().len());
                if !app.sort().moves() {
                    prop_assert_eq!(shown.iter().map(|job| job.n).collect::<Vec<_>>(), app.expected());
                }
                prop_assert_eq!(app.selected().is_some(), !shown.is_empty());
                prop_assert_eq!(app.cursor().is_some(), !shown.is_empty());
                if count % 16 == 0 {
                    draw(&mut app, width, height);
                }
            }
            let buffer = draw(&mut app, width, height);
            prop_assert!(!app.ascii() || buffer.content().iter().all(|cell| cell.symbol().is_ascii()));
            let plan = app.plan();
            let sight = usize::from(plan.list.height);
            if let Some(at) = app.cursor() {
                let top = app.top(sight);
                prop_assert!(sight == 0 || (top..top + sight).contains(&at));
            }
        }
    }
}
