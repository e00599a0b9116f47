//! Marked rows: every verb works on those in sight of the tab and the filter, where there are any. What cannot be seen is
//! not acted on.

use std::ops::RangeInclusive;

use super::App;
use super::sheet::is_picture;
use crate::jobs::Job;
use crate::tui::action::{Action, Step};
use crate::tui::effects::Effect;

impl App {
    /// Marks rows, or takes marks away.
    pub(super) fn mark(&mut self, action: &Action) -> Vec<Effect> {
        match action {
            Action::Mark | Action::Range if self.marks.is_ranging() => self.end_range(),
            Action::Mark => {
                self.toggle_mark();
                self.step(&Action::Step(Step::Down));
            }
            Action::Range => self.marks.range = self.selected,
            Action::Stretch(step) => {
                self.marks.range = self.marks.range.or(self.selected);
                self.step(&Action::Step(*step));
            }
            Action::MarkAll => {
                self.marks.range = None;
                let all = self.numbers_shown(|_, _| true);
                self.marks.marked.extend(all);
            }
            Action::Invert => {
                self.end_range();
                let others = self.numbers_shown(|_, job| !self.is_marked(job));
                self.marks.marked = others.into_iter().collect();
            }
            _ => {}
        }
        Vec::new()
    }

    /// Marks the row under the cursor, or takes its mark away.
    pub(super) fn toggle_mark(&mut self) {
        let Some(n) = self.selected().map(|job| job.n) else { return };
        if !self.marks.marked.remove(n) {
            self.marks.marked.insert(n);
        }
    }

    /// The range becomes marks.
    pub(super) fn end_range(&mut self) {
        let Some(range) = self.range() else {
            self.marks.range = None;
            return;
        };
        let numbers: Vec<_> = range.filter_map(|at| self.shown_at(at)).map(|job| job.n).collect();
        self.marks.marked.extend(numbers);
        self.marks.range = None;
    }

    /// The lines of the range that is being marked.
    pub(in crate::tui) fn range(&self) -> Option<RangeInclusive<usize>> {
        let (from, to) = (self.place_of(self.marks.range?)?, self.cursor()?);
        Some(from.min(to)..=from.max(to))
    }

    /// True where the row is marked, the range aside.
    pub(in crate::tui) fn is_marked(&self, job: &Job) -> bool {
        self.marks.marked.contains(job.n)
    }

    /// How many rows in sight of the tab and the filter are marked.
    pub(in crate::tui) fn marked(&self) -> usize {
        let more = |range: RangeInclusive<usize>| {
            range.filter_map(|at| self.shown_at(at)).filter(|job| !self.is_marked(job)).count()
        };
        self.order.shared(&self.marks.marked) + self.range().map_or(0, more)
    }

    /// The rows that a verb works on, as they are shown: the marked ones, else the one under the cursor.
    pub(super) fn targets(&self) -> Vec<usize> {
        let marked = self.numbers_marked();
        if marked.is_empty() { self.selected().map(|job| job.n).into_iter().collect() } else { marked }
    }

    /// The marked rows as they are shown, else all that are shown.
    pub(super) fn marked_or_shown(&self) -> Vec<usize> {
        let marked = self.numbers_marked();
        if marked.is_empty() { self.numbers_shown(|_, job| self.is_seen(job)) } else { marked }
    }

    fn numbers_marked(&self) -> Vec<usize> {
        let range = self.range();
        if range.is_none() && self.marks.is_empty() {
            return Vec::new();
        }
        let ranged = |at| range.as_ref().is_some_and(|range| range.contains(&at));
        self.numbers_shown(|at, job| self.is_seen(job) && (self.is_marked(job) || ranged(at)))
    }

    /// Among the pictures, what is none is not seen.
    fn is_seen(&self, job: &Job) -> bool {
        self.sheet().is_none() || is_picture(job)
    }

    fn numbers_shown(&self, which: impl Fn(usize, &Job) -> bool) -> Vec<usize> {
        let rows = (0..self.shown_len()).filter_map(|at| Some((at, self.shown_at(at)?)));
        rows.filter(|(at, job)| which(*at, job)).map(|(_, job)| job.n).collect()
    }
}

#[cfg(test)]
mod tests;
