//! Keys in a box of one line: a filter, a limit, a list file, a page. Up and Down bring back what was written there before.

use std::path::PathBuf;

use super::{App, Mode};
use crate::display;
use crate::input;
use crate::tui::action::{Action, Step};
use crate::tui::effects::Effect;
use crate::tui::limits::{parse_rate, rate_text};
use crate::tui::prompt::{Ask, Prompt};

impl App {
    pub(super) fn open_prompt(&mut self, action: &Action) -> Vec<Effect> {
        let (ask, text) = match action {
            Action::Filter => (Ask::Filter, self.filter().to_owned()),
            Action::Limit => (Ask::Limit, self.limits.rate.map(rate_text).unwrap_or_default()),
            Action::AddPage => (Ask::Page, String::new()),
            _ => (Ask::List, String::new()),
        };
        self.over(Mode::Prompt(Box::new(Prompt::new(ask, &text))))
    }

    pub(super) fn update_prompt(&mut self, action: &Action) -> Vec<Effect> {
        let Mode::Prompt(prompt) = &mut self.mode else { return Vec::new() };
        match action {
            Action::Edit(key) => prompt.line_mut().key(*key),
            Action::Step(Step::Up) => prompt.recall(&self.past, true),
            Action::Step(Step::Down) => prompt.recall(&self.past, false),
            Action::Submit => return self.submit_prompt(),
            Action::Help => return self.open_help(),
            Action::Back => {
                let ask = prompt.ask();
                self.close();
                if ask == Ask::Filter {
                    self.set_filter("");
                }
                return Vec::new();
            }
            _ => return Vec::new(),
        }
        self.prompt_changed()
    }

    pub(super) fn paste_prompt(&mut self, text: &str) -> Vec<Effect> {
        if let Mode::Prompt(prompt) = &mut self.mode {
            prompt.line_mut().paste(text);
        }
        self.prompt_changed()
    }

    /// A filter works as it is typed.
    fn prompt_changed(&mut self) -> Vec<Effect> {
        let Mode::Prompt(prompt) = &self.mode else { return Vec::new() };
        if prompt.ask() == Ask::Filter {
            let text = prompt.line().text().to_owned();
            self.set_filter(&text);
        }
        Vec::new()
    }

    fn submit_prompt(&mut self) -> Vec<Effect> {
        let Mode::Prompt(prompt) = &mut self.mode else { return Vec::new() };
        let (ask, text) = (prompt.ask(), prompt.line().text().trim().to_owned());
        let wish = match ask {
            Ask::Limit => parse_rate(&text).map(Some),
            Ask::List if text.is_empty() => Err("write the name of a file that lists addresses".to_owned()),
            Ask::Page => input::address(&text).map(|_| None),
            Ask::Filter | Ask::List => Ok(None),
        };
        let rate = match wish {
            Ok(rate) => rate,
            Err(why) => {
                prompt.complain(display::safe(&why));
                return Vec::new();
            }
        };
        self.past.add(ask, &text);
        self.close();
        match (ask, rate) {
            (Ask::Limit, Some(rate)) => self.limit_rate(rate),
            (Ask::Page, _) => self.open_pages(input::address(&text).into_iter().collect()),
            (Ask::List, _) => vec![Effect::LoadList(PathBuf::from(text))],
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    use super::*;
    use crate::engine::event::Command;
    use crate::tui::app::scenes::empty;

    fn press(app: &mut App, action: Action) -> Vec<Effect> {
        app.update(action, app.now())
    }

    fn type_line(app: &mut App, text: &str) -> Vec<Effect> {
        let key = |c| Action::Edit(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        text.chars().for_each(|c| drop(press(app, key(c))));
        press(app, Action::Submit)
    }

    fn shown(app: &App) -> Option<(&str, Option<&str>)> {
        match app.mode() {
            Mode::Prompt(prompt) => Some((prompt.line().text(), prompt.complaint())),
            _ => None,
        }
    }

    #[test]
    fn a_limit_is_typed_and_nonsense_says_why() {
        let mut app = empty(Instant::now());
        press(&mut app, Action::Limit);
        assert_eq!(shown(&app), Some(("", None)));
        assert!(type_line(&mut app, "fast").is_empty());
        assert_eq!(shown(&app), Some(("fast", Some("`fast` is not a size: write 500, 20K, 5M, 5Mi or 1.5G"))));
        press(&mut app, Action::Edit(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
        let effects = type_line(&mut app, "5M");
        assert!(matches!(effects.as_slice(), [Effect::Engine(Command::LimitRate(Some(5_000_000)))]), "{effects:?}");
        assert_eq!((app.limits().rate, shown(&app)), (Some(5_000_000), None));
        press(&mut app, Action::Limit);
        assert_eq!(shown(&app), Some(("5M", None)), "it begins with the limit that there is");
        press(&mut app, Action::Stop);
        assert_eq!(shown(&app), None, "Ctrl-c leaves the box, and the program stays");
        let effects = press(&mut app, Action::Stop);
        assert!(matches!(effects.as_slice(), [Effect::Stop]));
    }

    #[test]
    fn what_was_written_comes_back_and_what_is_being_written_is_not_lost() {
        let mut app = empty(Instant::now());
        for name in ["a.txt", "b.txt", "a.txt"] {
            press(&mut app, Action::AddList);
            assert!(matches!(type_line(&mut app, name).as_slice(), [Effect::LoadList(path)] if path.ends_with(name)));
        }
        press(&mut app, Action::AddList);
        assert!(press(&mut app, Action::Submit).is_empty() && shown(&app).is_some_and(|(_, why)| why.is_some()));
        press(&mut app, Action::Paste("new\nx".to_owned()));
        for (step, text) in [
            (Step::Down, "new"),
            (Step::Up, "a.txt"),
            (Step::Up, "b.txt"),
            (Step::Up, "b.txt"),
            (Step::Down, "a.txt"),
            (Step::Down, "new"),
        ] {
            press(&mut app, Action::Step(step));
            assert_eq!(shown(&app), Some((text, None)), "{step:?}");
        }
    }

    #[test]
    fn a_filter_works_as_it_is_typed_enter_keeps_it_and_esc_takes_it_away() {
        let mut app = empty(Instant::now());
        press(&mut app, Action::Filter);
        press(&mut app, Action::Paste("state:fai".to_owned()));
        assert_eq!(app.filter(), "state:fai");
        type_line(&mut app, "led");
        assert_eq!((app.filter(), shown(&app)), ("state:failed", None));
        press(&mut app, Action::Filter);
        assert_eq!(shown(&app), Some(("state:failed", None)));
        press(&mut app, Action::Back);
        assert_eq!((app.filter(), shown(&app)), ("", None));
    }
}
