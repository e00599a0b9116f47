//! New addresses: from the add box, or pasted straight onto the list. Reading them is for others, what became of it comes
//! back.

use std::sync::Arc;
use std::time::Instant;

use super::{App, Mode};
use crate::display;
use crate::tui::action::Action;
use crate::tui::add::AddBox;
use crate::tui::effects::Effect;
use crate::tui::pasted::{Added, Loaded, Pasted};

impl App {
    pub(super) fn open_add(&mut self) -> Vec<Effect> {
        // As text: paths are compared part by part, and there may be a hundred thousand.
        let dir = self.dir.as_os_str();
        let there = self.jobs.rows().iter().filter(|job| job.dir.as_os_str() == dir).map(|job| &*job.url);
        let add = AddBox::new(&self.dir.to_string_lossy(), there);
        self.over(Mode::Add(Box::new(add)))
    }

    pub(super) fn update_add(&mut self, action: &Action) -> Vec<Effect> {
        let Mode::Add(add) = &mut self.mode else { return Vec::new() };
        match action {
            Action::Back => self.close(),
            // While it waits it may close by itself, and could not from below.
            Action::Help if !add.is_waiting() => return self.open_help(),
            Action::NewLine => add.new_line(),
            Action::Complete => add.next_field(),
            Action::Edit(key) => add.edit(*key),
            Action::Submit => {
                let Some(pasted) = add.submit() else { return Vec::new() };
                if !add.is_waiting() {
                    self.close();
                }
                return vec![Effect::LoadText(pasted)];
            }
            _ => {}
        }
        Vec::new()
    }

    /// A paste goes into the box that is open; anywhere else it is added at once.
    pub(super) fn paste(&mut self, text: String) -> Vec<Effect> {
        match &mut self.mode {
            Mode::Add(add) => add.paste(&text),
            Mode::Prompt(_) => return self.paste_prompt(&text),
            Mode::Palette(palette) => palette.paste(&text, &self.keymap),
            Mode::Help(help) if help.is_typing() => help.paste(&text),
            Mode::Picker(picker) if picker.is_typing() => picker.paste(&text),
            _ => return vec![Effect::LoadText(Pasted { text, folder: None, expand: false })],
        }
        Vec::new()
    }

    /// What became of text, a list or a folder.
    pub(in crate::tui) fn loaded(&mut self, loaded: Loaded, now: Instant) {
        self.now = now;
        match loaded {
            Loaded::NoFolder(why) => match &mut self.mode {
                Mode::Add(add) if add.is_waiting() => add.refuse_folder(why),
                _ => self.note(why),
            },
            Loaded::Begun => {
                if matches!(&self.mode, Mode::Add(add) if add.is_waiting()) {
                    self.close();
                }
            }
            Loaded::Added(added) => self.tell(added),
            Loaded::Page(url, found) => self.page_read(&url, found),
            Loaded::Folder(dir) => {
                self.news(format!("new addresses go to {}", display::safe(&dir.to_string_lossy())));
                self.dir = Arc::from(dir);
            }
            Loaded::Exported(urls, path) => {
                let word = if urls == 1 { "address" } else { "addresses" };
                self.news(format!("{urls} {word} in {}", display::safe(&path.to_string_lossy())));
            }
            Loaded::Unread(why) => self.note(why),
        }
    }

    fn tell(&mut self, Added { addresses, refused, why }: Added) {
        match (refused, why) {
            (1, Some(why)) => self.note(format!("{addresses} added, refused {why}")),
            (refused, Some(why)) => self.note(format!("{addresses} added, {refused} refused: {why}")),
            (_, None) if addresses == 0 => self.news("there is no address in it"),
            (_, None) => self.news(format!("{addresses} added")),
        }
    }
}

#[cfg(test)]
mod tests;
