//! New addresses: what is pasted, what is written in the box, where it goes, and what is there already.

use std::path::Path;

use super::super::tests::{app, press, said};
use super::*;
use crate::engine::event::{Event, Notice as Told};
use crate::engine::request::JobId;
use crate::tui::keys::Context;
use crate::tui::notice::Notice;
use crate::tui::pasted::{Added, Loaded};

#[test]
fn a_paste_is_added_at_once_and_says_what_it_refused() {
    let mut app = app();
    let text = "http://h/1\nnope\n";
    assert_eq!(press(&mut app, Action::Paste(text.to_owned())), [format!("load {text:?}")]);
    for (added, refused, why, line) in [
        (2, 0, None, "2 added"),
        (2, 1, Some("line 3: x"), "2 added, refused line 3: x"),
        (0, 4, Some("line 3: x"), "0 added, 4 refused: line 3: x"),
        (0, 0, None, "there is no address in it"),
    ] {
        press(&mut app, Action::Back);
        let told = Added { addresses: added, refused, why: why.map(str::to_owned) };
        app.loaded(Loaded::Added(told), app.now());
        assert_eq!(app.notice().map(Notice::line).as_deref(), Some(line));
    }
}

#[test]
fn the_add_box_takes_pastes_and_keeps_what_is_refused() {
    let mut app = app();
    press(&mut app, Action::Add);
    assert!(press(&mut app, Action::Paste("nope".to_owned())).is_empty());
    assert!(press(&mut app, Action::Submit).is_empty());
    let Mode::Add(add) = app.mode() else { unreachable!("the box stays open") };
    assert!(add.complaint().is_some());
    press(&mut app, Action::NewLine);
    press(&mut app, Action::Paste("http://h/1".to_owned()));
    assert_eq!(press(&mut app, Action::Submit), ["load \"nope\\nhttp://h/1\""]);
    assert_eq!(app.context(), Context::List);
}

#[test]
fn the_add_box_stays_until_its_folder_is_there() {
    let mut app = app();
    press(&mut app, Action::Add);
    press(&mut app, Action::Paste("http://h/1".to_owned()));
    press(&mut app, Action::Complete);
    press(&mut app, Action::Paste("/x".to_owned()));
    assert_eq!(press(&mut app, Action::Submit).len(), 1);
    assert_eq!(app.context(), Context::Add);
    app.loaded(Loaded::NoFolder("no room".to_owned()), app.now());
    let Mode::Add(add) = app.mode() else { unreachable!("the box stays open") };
    assert_eq!(add.complaint(), Some("no room"));
    assert_eq!(press(&mut app, Action::Submit).len(), 1);
    app.loaded(Loaded::Begun, app.now());
    assert_eq!(app.context(), Context::List);
    // Whoever has left the box hears of it all the same.
    app.loaded(Loaded::NoFolder("no room".to_owned()), app.now());
    assert_eq!(app.notice().map(Notice::line).as_deref(), Some("no room"));
}

#[test]
fn another_folder_is_the_folder_from_then_on() {
    let mut app = app();
    app.loaded(Loaded::Folder("/there".into()), app.now());
    assert_eq!(**app.dir(), *Path::new("/there"));
    assert_eq!(app.notice().map(Notice::line).as_deref(), Some("new addresses go to /there"));
}

#[test]
fn what_is_added_twice_is_shown_and_goes_again_if_it_has_stopped() {
    for (id, effects) in [(2, vec![]), (5, vec!["resume 5"]), (6, vec![]), (7, vec!["retry 7"]), (8, vec!["retry 8"])] {
        let mut app = app();
        let told = Event::Notice(Told::Duplicate(JobId(id)));
        let said: Vec<_> = app.event(&told, app.now()).iter().map(said).collect();
        assert_eq!(said, effects, "{id}");
        assert_eq!(app.selected, Some(JobId(id)));
        assert!(app.notice().is_some_and(|n| n.line().starts_with("already on the list")));
    }
}
