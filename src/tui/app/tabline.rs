//! What the line of the tabs says: the tabs, each with its count, and what else decides which rows are shown. The view
//! draws it, and a click finds its tab by it.

use ratatui::style::Style;

use super::App;
use super::sorting::Sort;
use crate::display;
use crate::tui::action::{By, Tab};

/// How much a tab says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    /// `2 Active 6`.
    Key,
    /// `Active 6`, and nothing of tabs without rows.
    Word,
    /// `Act 6`.
    Short,
}

impl App {
    /// The tabs with their texts, from left to right, in a line of so many columns.
    pub(in crate::tui) fn tab_texts(&self, room: usize) -> Vec<(Tab, String)> {
        let parts = self.choice();
        let widths = parts.iter().map(|(text, _)| display::width(text) + 2);
        // As much as possible of what stands behind them, then as long words as possible.
        let behind = (0..=parts.len()).rev().map(|count| widths.clone().take(count).sum::<usize>());
        let texts = |length| self.texts(length).collect::<Vec<_>>();
        let width = |texts: &[(Tab, String)]| texts.iter().map(|(_, text)| display::width(text)).sum::<usize>();
        behind
            .flat_map(|behind| [Length::Key, Length::Word, Length::Short].map(|length| (texts(length), behind)))
            .find(|(texts, behind)| width(texts) + behind <= room)
            .map_or_else(|| texts(Length::Short), |(texts, _)| texts)
    }

    /// The tab that stands at this column of a line of so many.
    pub(super) fn tab_at(&self, column: usize, room: usize) -> Option<Tab> {
        let mut end = 0;
        let mut tabs = self.tab_texts(room).into_iter();
        tabs.find_map(|(tab, text)| {
            end += display::width(&text);
            (column < end.min(room)).then_some(tab)
        })
    }

    fn texts(&self, length: Length) -> impl Iterator<Item = (Tab, String)> {
        let needed =
            move |tab: &Tab| length == Length::Key || [Tab::All, self.tab()].contains(tab) || self.count(*tab) > 0;
        Tab::ALL.into_iter().filter(needed).map(move |tab| (tab, self.text(tab, length)))
    }

    fn text(&self, tab: Tab, length: Length) -> String {
        let count = self.count(tab);
        let key = Tab::ALL.iter().position(|other| *other == tab).unwrap_or(0) + 1;
        let words = match length {
            Length::Key => format!("{key} {} {count}", word(tab)),
            Length::Word => format!("{} {count}", word(tab)),
            Length::Short => format!("{} {count}", short(tab)),
        };
        if tab == self.tab() { format!("[{words}]") } else { format!(" {words} ") }
    }

    /// What was chosen beside the tab, what matters most first.
    pub(in crate::tui) fn choice(&self) -> Vec<(String, Style)> {
        let theme = self.theme();
        let mut parts = Vec::new();
        let marked = self.marked();
        if marked > 0 {
            parts.push((format!("{marked} marked"), theme.warning().patch(theme.strong())));
        }
        let filter = self.filter();
        if let Some(complaint) = self.filter_complaint() {
            parts.push((format!("/{}: {}", display::safe(filter), display::safe(complaint)), theme.error()));
        } else if !filter.is_empty() {
            let text = format!("/{}  {}", display::safe(filter), self.shown_len());
            parts.push((text, theme.lively().patch(theme.strong())));
        }
        let sort = self.sort();
        if sort != Sort::default() {
            let by = match sort.by {
                By::Added => "added",
                By::Name => "name",
                By::Size => "size",
                By::Progress => "progress",
                By::Eta => "ETA",
                By::Host => "host",
            };
            parts.push((format!("by {by} {}", if sort.reversed { "▼" } else { "▲" }), theme.quiet()));
        }
        parts
    }

    /// The same for a screen where the tabs have no line: the tab too, where it is not the first.
    pub(in crate::tui) fn chosen(&self) -> Vec<(String, Style)> {
        let tab = self.tab();
        let current =
            (tab != Tab::All).then(|| (format!("[{} {}]", word(tab), self.count(tab)), self.theme().strong()));
        current.into_iter().chain(self.choice()).collect()
    }
}

fn word(tab: Tab) -> &'static str {
    match tab {
        Tab::All => "All",
        Tab::Active => "Active",
        Tab::Queued => "Queued",
        Tab::Paused => "Paused",
        Tab::Failed => "Failed",
        Tab::Done => "Done",
    }
}

fn short(tab: Tab) -> &'static str {
    match tab {
        Tab::All => "All",
        Tab::Active => "Act",
        Tab::Queued => "Que",
        Tab::Paused => "Pau",
        Tab::Failed => "Fail",
        Tab::Done => "Done",
    }
}
