//! The help: where it is scrolled to, and what is looked for in it. It must not know how it is drawn.

use super::action::Action;
use super::keys::{Keymap, Line};
use super::line::LineEdit;

/// See the head of this file.
#[derive(Debug, Default)]
pub(super) struct Help {
    scroll: usize,
    search: Option<LineEdit>,
    typing: bool,
}

impl Help {
    /// The lines that hold what is looked for, under their headings.
    pub(super) fn lines<'a>(&self, keymap: &'a Keymap) -> Vec<Line<'a>> {
        let words = self.search.as_ref().map(|line| line.text().to_lowercase()).unwrap_or_default();
        let (mut lines, mut heading) = (Vec::new(), None);
        for line in keymap.help() {
            match line {
                Line::Blank => {}
                Line::Group(_) => heading = Some(line),
                Line::Keys(bound) => {
                    let text =
                        format!("{} {} {}", bound.names(), bound.binding.name, bound.binding.help).to_lowercase();
                    if !words.split_whitespace().all(|word| text.contains(word)) {
                        continue;
                    }
                    if let Some(heading) = heading.take() {
                        lines.extend((!lines.is_empty()).then_some(Line::Blank));
                        lines.push(heading);
                    }
                    lines.push(line);
                }
            }
        }
        lines
    }

    /// The first line shown.
    pub(super) fn scroll(&self) -> usize {
        self.scroll
    }

    /// What is looked for, if anything is.
    pub(super) fn search(&self) -> Option<&LineEdit> {
        self.search.as_ref()
    }

    /// Keys write what is looked for.
    pub(super) fn is_typing(&self) -> bool {
        self.typing
    }

    /// Pasted text is looked for.
    pub(super) fn paste(&mut self, text: &str) {
        self.search.get_or_insert_default().paste(text);
        self.scroll = 0;
    }

    /// Where it is scrolled to.
    pub(super) fn scroll_mut(&mut self) -> &mut usize {
        &mut self.scroll
    }

    /// Takes a key while something is looked for; false for one that means what it means without.
    pub(super) fn take(&mut self, action: &Action) -> bool {
        match action {
            Action::Search => {
                self.typing = true;
                self.search.get_or_insert_default();
            }
            Action::Back if self.search.is_some() => {
                *self = Self::default();
            }
            Action::Edit(key) if self.typing => {
                self.search.get_or_insert_default().key(*key);
                self.scroll = 0;
            }
            Action::Submit => {
                self.typing = false;
                self.search.take_if(|line| line.text().trim().is_empty());
            }
            _ => return false,
        }
        true
    }
}
