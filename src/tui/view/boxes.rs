//! Menu, palette, prompt, search and the images of a page as they are drawn.

use std::time::Instant;

use super::tests::screen;
use crate::input::page::Picture;
use crate::tui::action::{Action, Menu, Step};
use crate::tui::app::App;
use crate::tui::app::scenes::gallery;
use crate::tui::pasted::Loaded;

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

#[test]
fn the_images_of_a_page_stand_over_the_list_with_their_marks() {
    let url = |path: &str| url::Url::parse(&format!("https://images.example/{path}")).expect("valid");
    let mut app = gallery(Instant::now());
    app.open_pages(vec![url("gallery/2026?token=secret")]);
    insta::assert_snapshot!("picker_loading_80x24", screen(&mut app, 80, 24));
    let sized =
        |path: &str, size: Option<&str>| Picture { url: url(path), size: size.map(str::to_owned), stranger: false };
    let mut pictures = vec![
        sized("a/aurora%20borealis.jpg?w=9", Some("1600w")),
        sized("a/\u{202e}evil\u{7}.png", None),
        sized("b/", Some("2x")),
        sized("c/a-name-that-is-far-longer-than-any-screen-is-wide-and-then-some-more-of-it-until-the-end.webp", None),
    ];
    pictures.extend((1..=40).map(|n| sized(&format!("n/{n}.jpg"), Some("800w"))));
    app.loaded(Loaded::Page(url("gallery/2026?token=secret"), Ok(pictures)), app.now());
    press(&mut app, Action::Step(Step::Down));
    press(&mut app, Action::Mark);
    for (width, height) in [(120, 35), (80, 24), (40, 10), (20, 3)] {
        insta::assert_snapshot!(format!("picker_{width}x{height}"), screen(&mut app, width, height));
    }
    for (width, height) in (1..=30).chain([59, 60, 200]).flat_map(|w| [1, 2, 3, 4, 5, 6, 40].map(|h| (w, h))) {
        screen(&mut app, width, height);
    }
    press(&mut app, Action::Search);
    press(&mut app, Action::Paste("n/1".to_owned()));
    insta::assert_snapshot!("picker_search_60x15", screen(&mut app, 60, 15));
    press(&mut app, Action::Paste(" nothing".to_owned()));
    assert!(screen(&mut app, 80, 24).contains("no image here has that"));
    app.open_pages(vec![url("p")]);
    app.loaded(Loaded::Page(url("p"), Err("https://images.example/p: status 404 (status)".to_owned())), app.now());
    assert!(screen(&mut app, 80, 24).contains(" https://images.example/p: status 404 (status)"));
}
