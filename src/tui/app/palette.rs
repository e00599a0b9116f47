//! Keys in the palette, and what its commands do.

use std::path::PathBuf;

use super::{App, Mode};
use crate::display;
use crate::nearest::did_you_mean;
use crate::tui::action::{Action, By};
use crate::tui::effects::Effect;
use crate::tui::limits::{MOST_JOBS, parse_rate};
use crate::tui::palette::{Found, Palette};
use crate::tui::pasted::Pasted;
use crate::tui::theme::Theme;

const ORDERS: [(&str, By); 6] = [
    ("added", By::Added),
    ("name", By::Name),
    ("size", By::Size),
    ("progress", By::Progress),
    ("eta", By::Eta),
    ("host", By::Host),
];

/// A file of such a name is not read as a list.
const TABLES: [&str; 5] = ["csv", "json", "jsonl", "ndjson", "tsv"];

impl App {
    pub(super) fn open_palette(&mut self) -> Vec<Effect> {
        self.over(Mode::Palette(Box::new(Palette::new(&self.keymap))))
    }

    pub(super) fn update_palette(&mut self, action: &Action) -> Vec<Effect> {
        let Mode::Palette(palette) = &mut self.mode else { return Vec::new() };
        match action {
            Action::Edit(key) => palette.key(*key, &self.keymap),
            Action::Step(step) => palette.step(*step),
            Action::Complete => match palette.found().get(palette.chosen()).copied() {
                Some(Found::Action(binding)) => palette.write(binding.name, &self.keymap),
                Some(Found::Command(command)) if palette.command().is_none() => {
                    palette.write(&format!("{} ", command.name), &self.keymap);
                }
                _ => {}
            },
            Action::Submit => return self.submit_palette(),
            Action::Help => return self.open_help(),
            Action::Back => self.close(),
            _ => {}
        }
        Vec::new()
    }

    fn submit_palette(&mut self) -> Vec<Effect> {
        let Mode::Palette(palette) = &mut self.mode else { return Vec::new() };
        if let Some((command, word)) = palette.command() {
            let (name, word) = (command.name, word.to_owned());
            return match self.typed(name, &word) {
                Ok(effects) => effects,
                Err(why) => {
                    if let Mode::Palette(palette) = &mut self.mode {
                        palette.complain(display::safe(&why));
                    }
                    Vec::new()
                }
            };
        }
        match palette.found().get(palette.chosen()).copied() {
            Some(Found::Action(binding)) => {
                self.close();
                if !binding.contexts.contains(&self.context()) {
                    self.mode = Mode::List;
                }
                self.update(binding.action.clone(), self.now)
            }
            Some(Found::Command(command)) => {
                palette.write(&format!("{} ", command.name), &self.keymap);
                Vec::new()
            }
            None => {
                palette.complain("there is no such action".to_owned());
                Vec::new()
            }
        }
    }

    /// Does what a typed command says; the palette is closed then.
    fn typed(&mut self, name: &str, word: &str) -> Result<Vec<Effect>, String> {
        let missing = || Err(format!("`{name}` needs a word more"));
        if word.is_empty() && name != "filter" {
            return missing();
        }
        let done = match name {
            "jobs" => {
                let jobs = word.parse().ok().filter(|jobs| (1..=MOST_JOBS).contains(jobs));
                let jobs = jobs.ok_or_else(|| format!("`{word}` is no number from 1 to {MOST_JOBS}"))?;
                self.limit_jobs(jobs)
            }
            "limit" => {
                let rate = parse_rate(word)?;
                self.limit_rate(rate)
            }
            "sort" => {
                let names = ORDERS.iter().map(|(name, _)| *name);
                let order = ORDERS.iter().find(|(name, _)| *name == word);
                let (_, by) =
                    order.ok_or_else(|| format!("nothing is sorted by `{word}`{}", did_you_mean(word, names)))?;
                self.show_rows(&Action::Sort(*by))
            }
            "theme" => {
                self.look.theme = Theme::named(word)?;
                Vec::new()
            }
            "add" => {
                crate::input::expand::Pattern::parse(word)?;
                vec![Effect::LoadText(Pasted { text: word.to_owned(), folder: None, expand: true })]
            }
            "dir" => vec![Effect::Folder(PathBuf::from(word))],
            "export" => vec![self.export(word)?],
            _ => {
                self.set_filter(word);
                Vec::new()
            }
        };
        self.close();
        Ok(done)
    }

    /// The addresses of the marked rows, else of all that are shown, for a new list.
    fn export(&self, word: &str) -> Result<Effect, String> {
        let path = PathBuf::from(word);
        if let Some(ending) = path.extension().and_then(|ending| TABLES.iter().find(|table| ending == **table)) {
            return Err(format!("a list is no table: `{word}` must not end in .{ending}"));
        }
        let numbers = self.marked_or_shown();
        let jobs = numbers.iter().filter_map(|n| self.jobs.numbered(*n));
        let urls: Vec<_> = jobs.map(|job| job.url.clone()).collect();
        if urls.is_empty() { Err("no row is shown here".to_owned()) } else { Ok(Effect::Export(path, urls)) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    use super::*;
    use crate::tui::action::{Menu, Step};
    use crate::tui::app::scenes::{empty, failed, queued};

    fn press(app: &mut App, action: Action) -> Vec<Effect> {
        app.update(action, app.now())
    }

    fn run(app: &mut App, text: &str) -> Result<String, String> {
        press(app, Action::Palette);
        press(app, Action::Paste(text.to_owned()));
        let effects = press(app, Action::Submit);
        let complaint = match app.mode() {
            Mode::Palette(palette) => Some(palette.complaint().unwrap_or_default().to_owned()),
            _ => None,
        };
        match complaint {
            Some(complaint) => {
                press(app, Action::Back);
                Err(complaint)
            }
            None => Ok(format!("{effects:?}")),
        }
    }

    #[test]
    fn enter_does_what_is_chosen() {
        let mut app = empty(Instant::now());
        app.event(&queued(1, "a.jpg"), app.now());
        app.event(&failed(1, crate::engine::error::TransferError::status(404, None)), app.now());
        assert_eq!(run(&mut app, "retry-failed").as_deref(), Ok("[Engine(Retry(JobId(1)))]"));
        press(&mut app, Action::Palette);
        press(&mut app, Action::Paste("pause".to_owned()));
        press(&mut app, Action::Step(Step::Down));
        let Mode::Palette(palette) = app.mode() else { unreachable!("it is open") };
        assert_eq!(palette.chosen(), 1);
        press(&mut app, Action::Stop);
        assert!(matches!(app.mode(), Mode::List), "Ctrl-c leaves the box alone");
        run(&mut app, "sort").expect("it runs");
        assert!(matches!(app.mode(), Mode::Menu(Menu::Sort)));
    }

    #[test]
    fn commands_take_a_word_and_say_what_is_wrong_with_it() {
        let mut app = empty(Instant::now());
        for (text, done) in [
            ("limit 5M", Ok("[Engine(LimitRate(Some(5000000)))]")),
            ("set limit 500k", Ok("[Engine(LimitRate(Some(500000)))]")),
            ("  set  jobs 7", Ok("[Engine(Jobs(7))]")),
            ("set colour red", Err("there is no such action")),
            ("export list.txt", Err("no row is shown here")),
            ("export list.jsonl", Err("a list is no table: `list.jsonl` must not end in .jsonl")),
            ("limit 0", Ok("[Engine(LimitRate(None))]")),
            ("jobs 12", Ok("[Engine(Jobs(12))]")),
            ("dir ~/x", Ok("[Folder(\"~/x\")]")),
            ("filter state:failed", Ok("[]")),
            ("sort size", Ok("[]")),
            ("add http://h/{1-2}", Ok("[LoadText(Pasted { text: \"http://h/{1-2}\", folder: None, expand: true })]")),
            ("limit fast", Err("`fast` is not a size: write 500, 20K, 5M, 5Mi or 1.5G")),
            ("jobs 0", Err("`0` is no number from 1 to 10000")),
            ("jobs ", Err("`jobs` needs a word more")),
            ("sort nmae", Err("nothing is sorted by `nmae`: did you mean `name`?")),
            ("add http://h/{2-1}", Err("`{2-1}` runs backwards: write {1-2}")),
            ("qqqq", Err("there is no such action")),
        ] {
            assert_eq!(run(&mut app, text), done.map(str::to_owned).map_err(str::to_owned), "{text}");
        }
        assert_eq!((app.limits().jobs, app.filter()), (12, "state:failed"));
        for (_, name) in Theme::ALL {
            assert!(run(&mut app, &format!("theme {name}")).is_ok(), "{name}");
        }
        assert!(run(&mut app, "theme nothing").is_err());
    }

    #[test]
    fn marked_rows_are_exported_else_all_that_are_shown() {
        let mut app = empty(Instant::now());
        for (id, name) in [(1, "a.jpg"), (2, "b.jpg"), (3, "c.png")] {
            app.event(&queued(id, name), app.now());
        }
        let exported = |names: &[&str]| {
            let urls: Vec<_> = names.iter().map(|name| format!("https://images.example/{name}?w=1600")).collect();
            Ok(format!("[Export(\"x y.txt\", {urls:?})]"))
        };
        assert_eq!(run(&mut app, "export x y.txt"), exported(&["a.jpg", "b.jpg", "c.png"]));
        assert!(run(&mut app, "filter jpg").is_ok());
        assert_eq!(run(&mut app, "export x y.txt"), exported(&["a.jpg", "b.jpg"]));
        press(&mut app, Action::Step(Step::First));
        press(&mut app, Action::Mark);
        assert_eq!(run(&mut app, "export x y.txt"), exported(&["a.jpg"]));
    }

    #[test]
    fn a_command_without_its_word_asks_for_it() {
        let mut app = empty(Instant::now());
        press(&mut app, Action::Palette);
        press(&mut app, Action::Paste("job".to_owned()));
        press(&mut app, Action::Complete);
        press(&mut app, Action::Edit(KeyEvent::new(KeyCode::Char('7'), KeyModifiers::NONE)));
        press(&mut app, Action::Submit);
        assert_eq!(app.limits().jobs, 7);
    }
}
