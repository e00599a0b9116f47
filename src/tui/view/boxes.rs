//! Menu, palette, prompt and search as they are drawn.

use std::time::Instant;

use super::tests::screen;
use crate::tui::action::{Action, Menu, Step};
use crate::tui::app::App;
use crate::tui::app::scenes::gallery;

fn press(app: &mut App, action: Action) {
    app.update(action, app.now());
}

#[test]
fn menus_stand_at_the_bottom_right() {
    for menu in [Menu::Sort, Menu::Show, Menu::Copy, Menu::Place] {
        let mut app = gallery(Instant::now());
        press(&mut app, Action::Menu(menu));
        insta::assert_snapshot!(format!("menu_{menu:?}_60x15"), screen(&mut app, 60, 15));
    }
    let mut app = gallery(Instant::now());
    press(&mut app, Action::Menu(Menu::Sort));
    insta::assert_snapshot!("menu_Sort_20x5", screen(&mut app, 20, 5));
}

#[test]
fn the_palette_shows_what_matches_with_its_keys() {
    let mut app = gallery(Instant::now());
    press(&mut app, Action::Palette);
    press(&mut app, Action::Paste("pa".to_owned()));
    press(&mut app, Action::Step(Step::Down));
    insta::assert_snapshot!("palette_80x24", screen(&mut app, 80, 24));
    insta::assert_snapshot!("palette_20x5", screen(&mut app, 20, 5));
    press(&mut app, Action::Paste("qqqq".to_owned()));
    press(&mut app, Action::Submit);
    assert!(screen(&mut app, 80, 24).contains("there is no such action"));
}

#[test]
fn prompts_take_the_bottom_line() {
    for (action, text) in [(Action::Filter, "state:failed"), (Action::Limit, "fast"), (Action::AddList, "")] {
        let mut app = gallery(Instant::now());
        press(&mut app, action.clone());
        press(&mut app, Action::Paste(text.to_owned()));
        if action != Action::Filter {
            press(&mut app, Action::Submit);
        }
        for (width, height) in [(100, 12), (40, 10), (20, 3)] {
            let shown = screen(&mut app, width, height);
            let end: Vec<_> = shown.lines().rev().take(2).collect();
            insta::assert_snapshot!(format!("prompt_{action:?}_{width}x{height}"), format!("{}\n{}", end[1], end[0]));
        }
    }
}

#[test]
fn the_help_shows_what_is_looked_for_under_its_heading() {
    let mut app = gallery(Instant::now());
    press(&mut app, Action::Help);
    press(&mut app, Action::Search);
    press(&mut app, Action::Paste("queue".to_owned()));
    insta::assert_snapshot!("search_80x24", screen(&mut app, 80, 24));
    press(&mut app, Action::Paste(" nothing".to_owned()));
    assert!(screen(&mut app, 80, 24).contains("nothing here says that"));
}

#[test]
fn the_add_box_has_its_folder_where_there_is_room() {
    let mut app = gallery(Instant::now());
    press(&mut app, Action::Add);
    press(&mut app, Action::Paste("https://h.example/{01-99}.jpg\nhttps://h.example/7.jpg\nnope".to_owned()));
    insta::assert_snapshot!("add_expanded_80x24", screen(&mut app, 80, 24));
    press(&mut app, Action::Complete);
    press(&mut app, Action::Paste("/new".to_owned()));
    insta::assert_snapshot!("add_folder_40x10", screen(&mut app, 40, 10));
    insta::assert_snapshot!("add_folder_20x5", screen(&mut app, 20, 5));
}
