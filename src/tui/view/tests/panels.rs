//! Detail, hosts, log, toasts and graph as they look at each tier.

use std::time::{Duration, Instant};

use super::{draw, lines, screen};
use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::event::{Command, Event, Piece};
use crate::engine::request::JobId;
use crate::tui::action::{Action, Step, Toggle};
use crate::tui::app::scenes::{connecting, empty, failed, gallery, progress, queued, retrying, started};
use crate::tui::app::{App, Focus};
use crate::tui::effects::Effect;

/// The gallery with one file over four connections, and trouble with a second host.
fn scene() -> App {
    let mut app = gallery(Instant::now());
    let now = app.now();
    let piece = |from: u64, to: u64, done: u64| Piece { from, to, done, active: done < to - from };
    let mb = 1_000_000;
    let pieces = [(0, 8, 8), (8, 16, 6), (16, 23, 7), (23, 29, 3)];
    let pieces = pieces.map(|(from, to, done)| piece(from * mb, to * mb, done * mb)).to_vec();
    app.event(&Event::Pieces { id: JobId(8), pieces }, now);
    let host = "https://images.example".to_owned();
    app.event(&Event::HostChanged { host, window: 24, pause: None, by_trial: true }, now);
    let host = "https://slow.example".to_owned();
    let pause = Some(Duration::from_secs(42));
    app.event(&Event::HostChanged { host, window: 1, pause, by_trial: false }, now);
    app
}

fn press(app: &mut App, actions: &[Action]) -> Vec<Effect> {
    actions.iter().flat_map(|action| app.update(action.clone(), app.now())).collect()
}

#[test]
fn tiers_with_everything_on() {
    let mut app = scene();
    press(&mut app, &[Action::Toggle(Toggle::Hosts)]);
    for (width, height) in [(220, 60), (160, 45), (120, 35), (110, 24), (80, 24)] {
        insta::assert_snapshot!(format!("all_{width}x{height}"), screen(&mut app, width, height));
    }
}

#[test]
fn the_detail_over_the_list() {
    let mut app = scene();
    screen(&mut app, 80, 24);
    press(&mut app, &[Action::Detail]);
    for (width, height) in [(80, 24), (60, 15), (40, 10), (20, 5)] {
        insta::assert_snapshot!(format!("over_{width}x{height}"), screen(&mut app, width, height));
    }
    let now = app.now();
    let long =
        "the certificate is not valid for images.example: it is for *.example.org and example.org, and ended long ago";
    app.event(&retrying(8, 2, 9, TransferError::status(503, Some(Duration::from_secs(30)))), now);
    app.event(&failed(8, TransferError::new(ErrorClass::Tls, long)), now + Duration::from_secs(9));
    press(&mut app, &[Action::Error]);
    insta::assert_snapshot!("error_80x24", screen(&mut app, 80, 24));
    press(&mut app, &[Action::Error]);
    insta::assert_snapshot!("failed_80x24", screen(&mut app, 80, 24));
    press(&mut app, &[Action::Back]);
    assert!(screen(&mut app, 120, 35).contains("no file, so no picture"));
}

#[test]
fn keys_go_round_the_panels_that_are_there() {
    let mut app = scene();
    screen(&mut app, 120, 35);
    let mut round = Vec::new();
    for _ in 0..3 {
        press(&mut app, &[Action::Focus]);
        round.push(app.focus());
    }
    assert_eq!(round, [Focus::Detail, Focus::Log, Focus::List]);
    press(&mut app, &[Action::FocusBack]);
    assert_eq!(app.focus(), Focus::Log);
    let selected = app.selected().map(|job| job.id);
    press(&mut app, &[Action::Step(Step::Down), Action::Step(Step::Last)]);
    assert_eq!(app.selected().map(|job| job.id), selected, "the cursor of the list stays");
    assert!(screen(&mut app, 120, 35).contains("above"), "the log scrolls");
    press(&mut app, &[Action::Back]);
    assert_eq!(app.focus(), Focus::List);
    press(&mut app, &[Action::Focus, Action::Focus]);
    screen(&mut app, 60, 15);
    assert_eq!(app.focus(), Focus::List, "what is not there has no keys");
}

#[test]
fn the_detail_scrolls_beside_the_list_and_over_it_and_closes() {
    let mut app = scene();
    screen(&mut app, 120, 30);
    press(&mut app, &[Action::Detail]);
    assert!(app.focus() == Focus::Detail && screen(&mut app, 120, 30).contains("waterfall-long-exposure.jpg\n"));
    press(&mut app, &[Action::Step(Step::Last)]);
    let text = screen(&mut app, 120, 30);
    assert!(text.contains("above ─") && text.contains("DNS 12 ms + 31 ms"), "{text}");
    press(&mut app, &[Action::Step(Step::First), Action::Back]);
    assert_eq!(app.focus(), Focus::List);
    screen(&mut app, 40, 10);
    press(&mut app, &[Action::Detail, Action::Step(Step::Last), Action::Step(Step::Up)]);
    let text = screen(&mut app, 40, 10);
    assert!(text.contains("1 below") && text.contains("Attempts"), "{text}");
    press(&mut app, &[Action::Back]);
    assert!(!screen(&mut app, 40, 10).contains("Detail"));
}

#[test]
fn a_panel_that_has_no_room_says_so() {
    let mut app = scene();
    screen(&mut app, 60, 15);
    press(&mut app, &[Action::Toggle(Toggle::Hosts)]);
    assert!(screen(&mut app, 60, 15).contains("hosts on; it shows where"));
    screen(&mut app, 80, 24);
    press(&mut app, &[Action::Toggle(Toggle::Hosts), Action::Toggle(Toggle::Hosts)]);
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("─ Hosts ─") && !text.contains("it shows where"), "{text}");
}

#[test]
fn the_engine_is_asked_once_for_the_pieces_of_the_row_that_is_looked_at() {
    let mut app = scene();
    let watched = |effects: Vec<Effect>| {
        let watch =
            |effect| if let Effect::Engine(Command::Watch(id)) = effect { Some(id.map(|id| id.0)) } else { None };
        effects.into_iter().filter_map(watch).collect::<Vec<_>>()
    };
    screen(&mut app, 120, 35);
    press(&mut app, &[]);
    assert_eq!(watched(press(&mut app, &[Action::Step(Step::Down)])), [Some(9)]);
    assert_eq!(watched(press(&mut app, &[Action::Help, Action::Back])), []);
    assert_eq!(watched(press(&mut app, &[Action::Toggle(Toggle::Detail)])), [None]);
    assert_eq!(watched(press(&mut app, &[Action::Detail])), [Some(9)]);
    assert_eq!(watched(press(&mut app, &[Action::Back])), [None]);
    screen(&mut app, 80, 24);
    assert_eq!(watched(press(&mut app, &[Action::Step(Step::Up)])), []);
}

#[test]
fn toasts_stand_above_the_bottom_line_where_there_is_room() {
    let mut app = scene();
    for text in ["line 3 is refused: no address", "line 9 is refused: no address", "line 9 is refused: no address"] {
        app.note(text.to_owned());
    }
    press(&mut app, &[]);
    let text = lines(&draw(&mut app, 80, 24));
    assert!(text[21].ends_with("line 3 is refused: no address"), "{text:#?}");
    assert!(text[22].ends_with("line 9 is refused: no address  x2"), "{text:#?}");
    assert!(text[23].contains("? help"), "{text:#?}");
    let text = lines(&draw(&mut app, 60, 15));
    assert_eq!(text[14], " line 9 is refused: no address  x2  (and 1 more before)");
    press(&mut app, &[Action::Step(Step::Down)]);
    assert!(!screen(&mut app, 80, 24).contains("refused"));
    assert_eq!(screen(&mut app, 160, 45).matches("! line 9 is refused").count(), 2, "the log has them all");
}

#[test]
fn many_hosts_end_in_a_sum() {
    let now = Instant::now();
    let mut app = empty(now);
    for id in 0..60 {
        let Event::Queued { id, dir, .. } = queued(id, "a.jpg") else { return };
        let url = url::Url::parse(&format!("http://h{}.example:8080/a.jpg", id.0)).expect("a valid address");
        app.event(
            &Event::Queued { id, url, dir, name: None, elsewhere: false, bytes: 0, total: None, columns: None },
            now,
        );
        app.event(&connecting(id.0, 1), now);
    }
    screen(&mut app, 120, 35);
    press(&mut app, &[Action::Toggle(Toggle::Hosts)]);
    let text = screen(&mut app, 120, 35);
    assert!(text.contains("60 of 60 active") && text.contains("and 56 more"), "{text}");
}

#[test]
fn empty_panels_say_what_will_stand_there() {
    let mut app = empty(Instant::now());
    screen(&mut app, 120, 35);
    press(&mut app, &[Action::Toggle(Toggle::Hosts)]);
    insta::assert_snapshot!("empty_120x35", screen(&mut app, 120, 35));
}

#[test]
fn no_server_can_write_beyond_its_place_in_the_detail() {
    let now = Instant::now();
    let mut app = empty(now);
    app.event(&queued(1, "x"), now);
    let Event::Started { id, attempt, total, resumed_from, answer, .. } = started(1, "x", Some(10)) else { return };
    let evil = "\x1b[2J\u{202e}\u{9b}31m\r\n".repeat(40);
    let mut answered = (*answer).clone();
    answered.etag = Some(evil.clone());
    answered.server = Some(evil.clone());
    answered.content_type = Some(evil.clone());
    answered.last_modified = Some(evil.clone());
    let path = std::path::PathBuf::from(format!("photos/{evil}"));
    app.event(&Event::Started { id, attempt, total, path, resumed_from, answer: answered.into() }, now);
    app.event(&progress(1, 5, Some(10), 0), now);
    app.event(&retrying(1, 2, 9, TransferError::new(ErrorClass::Protocol, evil)), now);
    for whole in [Action::Detail, Action::Error] {
        press(&mut app, &[Action::Back, whole]);
        for (width, height) in [(200, 60), (120, 35), (80, 24), (40, 10), (20, 5)] {
            let text = screen(&mut app, width, height);
            let bad = |c: char| c != '\n' && (c.is_control() || crate::display::safe(&c.to_string()) != c.to_string());
            assert!(!text.contains(bad), "{width}x{height}: {text:?}");
        }
    }
}

#[test]
fn the_map_has_an_ascii_form() {
    let mut app = scene();
    screen(&mut app, 80, 40);
    press(&mut app, &[Action::Toggle(Toggle::Ascii), Action::Detail]);
    let text = screen(&mut app, 80, 40);
    let map = text.lines().find(|line| line.contains('>') && line.contains('#')).expect("the map is there");
    assert!(map.is_ascii(), "{map}");
}
