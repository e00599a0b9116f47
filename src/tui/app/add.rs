//! New addresses: from the add box, or pasted straight onto the list.

use std::sync::Arc;

use super::{App, Effect, Mode};
use crate::engine::event::{ADD_LIMIT, Command};
use crate::engine::request::DownloadRequest;
use crate::input::{self, Refusal};
use crate::tui::action::Action;
use crate::tui::add::AddBox;

impl App {
    /// Opens the add box, or asks for a list file.
    pub(super) fn open_add(&mut self, action: &Action) -> Vec<Effect> {
        if *action == Action::Add {
            self.mode = Mode::Add(Box::new(AddBox::new(Arc::clone(&self.dir))));
        }
        Vec::new()
    }

    pub(super) fn update_add(&mut self, action: &Action) -> Vec<Effect> {
        let Mode::Add(add) = &mut self.mode else { return Vec::new() };
        match action {
            Action::Back => self.mode = Mode::List,
            Action::NewLine => add.new_line(),
            Action::Edit(key) => add.edit(*key),
            Action::Submit => {
                if let Some((requests, refusals)) = add.submit() {
                    self.mode = Mode::List;
                    return self.add(requests, &refusals);
                }
            }
            _ => {}
        }
        Vec::new()
    }

    /// A paste goes into the box where it is open; anywhere else it is added at once.
    pub(super) fn paste(&mut self, text: &str) -> Vec<Effect> {
        if let Mode::Add(add) = &mut self.mode {
            add.paste(text);
            return Vec::new();
        }
        let (requests, refusals) = input::paste(text, &self.dir);
        self.add(requests, &refusals)
    }

    fn add(&mut self, mut requests: Vec<DownloadRequest>, refusals: &[Refusal]) -> Vec<Effect> {
        self.tell(requests.len(), refusals);
        let mut effects = Vec::new();
        while !requests.is_empty() {
            let rest = requests.split_off(requests.len().min(ADD_LIMIT));
            effects.push(Effect::Engine(Command::Add(requests)));
            requests = rest;
        }
        effects
    }

    fn tell(&mut self, added: usize, refusals: &[Refusal]) {
        match (added, refusals) {
            (0, []) => self.news("nothing to add in what was pasted"),
            (n, []) => self.news(format!("{n} added")),
            (n, [only]) => self.note(format!("{n} added, refused {only}")),
            (n, [first, ..]) => self.note(format!("{n} added, {} refused: {first}", refusals.len())),
        }
    }
}
