//! What lies over what, and what comes to light again.

use super::super::tests::{app, press};
use super::*;
use crate::engine::request::JobId;
use crate::tui::action::{Action, Tab};

#[test]
fn help_lies_over_a_box_and_gives_it_back_as_it_was() {
    for open in [Action::Add, Action::Filter, Action::Palette] {
        let mut app = app();
        app.select(JobId(1));
        press(&mut app, Action::Detail);
        press(&mut app, Action::Detail);
        assert!(matches!(app.mode(), Mode::Detail(_)));
        press(&mut app, open.clone());
        press(&mut app, Action::Paste("https://h.example/1.jpg".to_owned()));
        let before = format!("{:?}", app.mode());
        press(&mut app, Action::Help);
        assert!(matches!(app.mode(), Mode::Help(_)), "{open:?}");
        press(&mut app, Action::Back);
        assert_eq!(format!("{:?}", app.mode()), before, "{open:?}");
        press(&mut app, Action::Back);
        assert!(matches!(app.mode(), Mode::Detail(_)), "{open:?}");
    }
}

#[test]
fn another_tab_leaves_the_detail() {
    for action in [Action::Tab(Tab::Failed), Action::NextTab, Action::PreviousTab] {
        let mut app = app();
        press(&mut app, Action::Error);
        assert!(matches!(app.mode(), Mode::Detail(_)));
        press(&mut app, action);
        assert!(matches!(app.mode(), Mode::List) && app.tab() != Tab::All);
    }
}
