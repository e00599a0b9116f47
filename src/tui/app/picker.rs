//! Keys among the images of a page, and what becomes of those that are marked.

use url::Url;

use super::{App, Mode};
use crate::input::page::Picture;
use crate::tui::action::Action;
use crate::tui::effects::Effect;
use crate::tui::help::Help;
use crate::tui::picker::Picker;

impl App {
    /// Opens the first of these pages; the others follow when that is done with.
    pub(in crate::tui) fn open_pages(&mut self, pages: Vec<Url>) -> Vec<Effect> {
        let Some(picker) = Picker::new(pages) else { return Vec::new() };
        let load = Effect::LoadPage(picker.page().clone());
        self.mode = Mode::Picker(Box::new(picker));
        vec![load]
    }

    pub(super) fn update_picker(&mut self, action: &Action) -> Vec<Effect> {
        let page = usize::from(self.size.height.saturating_sub(3)).max(1);
        let Mode::Picker(picker) = &mut self.mode else { return Vec::new() };
        if picker.take(action) {
            return Vec::new();
        }
        match action {
            Action::Step(step) => picker.step(*step, page),
            Action::Help => return self.over(Mode::Help(Box::<Help>::default())),
            Action::Back => return self.leave_page(),
            Action::Submit => {
                let pictures = picker.taken();
                if !pictures.is_empty() {
                    let mut effects = vec![Effect::AddPictures(pictures)];
                    effects.extend(self.leave_page());
                    return effects;
                }
                if picker.complaint().is_some() {
                    return self.leave_page();
                }
                if !picker.is_loading() {
                    let (one, all) = (self.key("pick"), self.key("pick-all"));
                    self.note(format!("no image is marked: {one} marks one, {all} all"));
                }
            }
            _ => {}
        }
        Vec::new()
    }

    /// Goes on with the page after this one, if there is one.
    fn leave_page(&mut self) -> Vec<Effect> {
        match std::mem::replace(&mut self.mode, Mode::List) {
            Mode::Picker(picker) => self.open_pages(picker.into_later()),
            _ => Vec::new(),
        }
    }

    /// What is on a page; nobody may be waiting for it any more.
    pub(super) fn page_read(&mut self, url: &Url, found: Result<Vec<Picture>, String>) {
        let open = std::iter::once(&mut self.mode).chain(&mut self.under).find_map(|mode| match mode {
            Mode::Picker(picker) if picker.is_loading() && picker.page() == url => Some(picker),
            _ => None,
        });
        if let Some(picker) = open {
            picker.fill(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::tui::action::Step;
    use crate::tui::app::scenes::empty;
    use crate::tui::pasted::Loaded;

    fn press(app: &mut App, action: Action) -> Vec<Effect> {
        app.update(action, app.now())
    }

    fn url(path: &str) -> Url {
        Url::parse(&format!("https://h.example/{path}")).expect("valid")
    }

    fn arrive(app: &mut App, page: &str, names: &[&str]) {
        let pictures = names.iter().map(|name| Picture { url: url(name), size: None, stranger: false }).collect();
        app.loaded(Loaded::Page(url(page), Ok(pictures)), app.now());
    }

    /// The paths of the images that are added, and the page that is read next.
    fn asked(effects: &[Effect]) -> String {
        let one = |effect: &Effect| match effect {
            Effect::LoadPage(url) => format!("page {}", url.path()),
            Effect::AddPictures(pictures) => pictures.iter().map(|picture| picture.url.path()).collect(),
            other => format!("{other:?}"),
        };
        effects.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    fn picker(app: &App) -> &Picker {
        match app.mode() {
            Mode::Picker(picker) => picker,
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn all_is_marked_at_first_and_what_is_shown_and_marked_is_added() {
        let mut app = empty(Instant::now());
        assert_eq!(asked(&app.open_pages(vec![url("p"), url("q")])), "page /p");
        assert!(press(&mut app, Action::Submit).is_empty() && picker(&app).is_loading());
        arrive(&mut app, "other", &["no.jpg"]);
        assert!(picker(&app).is_loading(), "another page is of no use here");
        arrive(&mut app, "p", &["a.jpg", "b.png", "c.jpg", "d.png"]);
        assert_eq!((picker(&app).count(), picker(&app).rows().len()), (4, 4));
        press(&mut app, Action::Mark);
        press(&mut app, Action::Step(Step::Last));
        press(&mut app, Action::Mark);
        assert_eq!((picker(&app).count(), picker(&app).at()), (2, 3));
        press(&mut app, Action::Invert);
        press(&mut app, Action::Invert);
        press(&mut app, Action::Search);
        press(&mut app, Action::Paste("PNG".to_owned()));
        assert_eq!((picker(&app).count(), picker(&app).rows().len()), (1, 2));
        press(&mut app, Action::Submit);
        press(&mut app, Action::Help);
        press(&mut app, Action::Back);
        assert_eq!(picker(&app).rows().len(), 2, "the help gives it back as it was");
        assert_eq!(asked(&press(&mut app, Action::Submit)), "/b.png page /q");
        arrive(&mut app, "q", &["e.jpg"]);
        press(&mut app, Action::MarkAll);
        assert!(press(&mut app, Action::Submit).is_empty(), "there is nothing to add");
        press(&mut app, Action::MarkAll);
        assert_eq!(asked(&press(&mut app, Action::Submit)), "/e.jpg");
        assert!(matches!(app.mode(), Mode::List));
    }

    #[test]
    fn esc_takes_the_search_away_first_and_a_page_without_images_says_why() {
        let mut app = empty(Instant::now());
        app.open_pages(vec![url("p"), url("q")]);
        press(&mut app, Action::Help);
        arrive(&mut app, "p", &["a.jpg"]);
        press(&mut app, Action::Back);
        press(&mut app, Action::Search);
        press(&mut app, Action::Paste("nothing".to_owned()));
        assert_eq!(picker(&app).rows().len(), 0);
        press(&mut app, Action::Mark);
        press(&mut app, Action::Back);
        assert_eq!(picker(&app).rows().len(), 1);
        assert_eq!(asked(&press(&mut app, Action::Back)), "page /q");
        app.loaded(Loaded::Page(url("q"), Err("status 404".to_owned())), app.now());
        assert_eq!(picker(&app).complaint(), Some("status 404"));
        assert!(press(&mut app, Action::Submit).is_empty());
        assert!(matches!(app.mode(), Mode::List));
        app.loaded(Loaded::Page(url("q"), Err("late".to_owned())), app.now());
        assert!(matches!(app.mode(), Mode::List));
    }

    #[test]
    fn a_page_is_asked_for_by_its_address() {
        let mut app = empty(Instant::now());
        press(&mut app, Action::AddPage);
        press(&mut app, Action::Paste("nowhere".to_owned()));
        assert!(press(&mut app, Action::Submit).is_empty());
        press(&mut app, Action::Back);
        press(&mut app, Action::AddPage);
        press(&mut app, Action::Paste("https://h.example/p".to_owned()));
        assert_eq!(asked(&press(&mut app, Action::Submit)), "page /p");
    }
}
