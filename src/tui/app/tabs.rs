//! Tabs, sorting and filter as actions.

use super::App;
use super::filter::Filter;
use super::sorting::Sort;
use crate::tui::action::{Action, By, Tab};
use crate::tui::effects::Effect;

impl App {
    /// Another tab, another order.
    pub(super) fn show_rows(&mut self, action: &Action) -> Vec<Effect> {
        let beside = |by: usize| {
            let at = Tab::ALL.iter().position(|tab| *tab == self.order.tab).unwrap_or(0);
            Tab::ALL[(at + by) % Tab::ALL.len()]
        };
        match action {
            Action::Tab(tab) => self.show_tab(*tab),
            Action::NextTab => self.show_tab(beside(1)),
            Action::PreviousTab => self.show_tab(beside(Tab::ALL.len() - 1)),
            Action::Sort(by) => self.sort_by(*by),
            _ => {}
        }
        Vec::new()
    }

    fn show_tab(&mut self, tab: Tab) {
        self.end_range();
        self.order.tab = tab;
        self.choose();
    }

    fn sort_by(&mut self, by: By) {
        self.end_range();
        let reversed = self.order.sort.by == by && !self.order.sort.reversed;
        self.order.sort = Sort { by, reversed };
        self.choose();
    }

    /// Shows the rows that this filter takes; an empty one takes all. What of it cannot be read is named on the screen.
    pub(in crate::tui) fn set_filter(&mut self, text: &str) {
        if text.trim() != self.order.filter.text() {
            self.end_range();
            self.order.filter = Filter::parse(text);
            self.choose();
        }
    }

    fn choose(&mut self) {
        self.order.choose();
        self.refresh();
    }

    /// Esc on the list: ends the range, then takes the marks away, then the filter, then the tab.
    pub(super) fn step_back(&mut self) -> Vec<Effect> {
        if self.marks.is_ranging() {
            self.end_range();
        } else if !self.marks.is_empty() {
            self.marks.clear();
        } else if !self.order.filter.is_empty() {
            self.set_filter("");
        } else {
            self.show_tab(Tab::All);
        }
        Vec::new()
    }

    /// The tab shown.
    pub(in crate::tui) fn tab(&self) -> Tab {
        self.order.tab
    }

    /// How many rows a tab has, whatever the filter takes.
    pub(in crate::tui) fn count(&self, tab: Tab) -> usize {
        let totals = self.jobs.totals();
        match tab {
            Tab::All => totals.jobs,
            Tab::Active => totals.active,
            Tab::Queued => totals.queued + totals.waiting,
            Tab::Paused => totals.paused,
            Tab::Failed => totals.failed + totals.cancelled,
            Tab::Done => totals.finished,
        }
    }

    /// The filter as it was typed.
    pub(in crate::tui) fn filter(&self) -> &str {
        self.order.filter.text()
    }

    /// What of the filter cannot be read, and how to write it.
    pub(in crate::tui) fn filter_complaint(&self) -> Option<&str> {
        self.order.filter.complaint()
    }

    /// What the rows are sorted by.
    pub(in crate::tui) fn sort(&self) -> Sort {
        self.order.sort
    }
}
