//! Changes of the list that can be taken back: cancel, remove, clear, move. What is removed is out of sight at once, and
//! the engine hears of it half a minute later, or when the user leaves; until then it can come back.

use super::App;
use crate::engine::event::Command;
use crate::engine::request::JobId;
use crate::tui::action::Action;
use crate::tui::effects::Effect;
use crate::tui::numbers::Numbers;
use crate::tui::undo::{Before, Change, GRACE, MOST, Was};

impl App {
    /// Remembers a change; what can no longer be taken back for lack of room is said to the engine.
    pub(super) fn changed(&mut self, change: Change) -> Vec<Effect> {
        self.undo.undone.clear();
        self.undo.done.push_back(change);
        let oldest = if self.undo.done.len() > MOST { self.undo.done.pop_front() } else { None };
        oldest.into_iter().flat_map(Change::unsaid).collect()
    }

    /// Takes rows off the list: out of sight, stopped, and gone for good later.
    pub(super) fn take_off(&mut self, rows: &[usize]) -> Vec<Effect> {
        let rows: Vec<_> = rows.iter().filter_map(|n| self.jobs.numbered(*n)).map(Was::of).collect();
        if rows.is_empty() {
            return Vec::new();
        }
        let mut effects = self.put_away(&rows);
        effects.extend(self.changed(Change::Removed(rows, self.now + GRACE)));
        effects
    }

    fn put_away(&mut self, rows: &[Was]) -> Vec<Effect> {
        let ids = rows.iter().filter_map(|row| self.jobs.get(row.id));
        self.hide(&ids.map(|job| job.n).collect());
        let going = rows.iter().filter(|row| row.before == Before::Going);
        going.map(|row| Effect::Engine(Command::Cancel(row.id))).collect()
    }

    /// Takes these rows out of sight.
    pub(super) fn hide(&mut self, numbers: &Numbers) {
        self.leave(|job| numbers.contains(job.n));
        self.jobs.hide(|job| numbers.contains(job.n));
        for n in numbers.iter() {
            self.marks.forget(n);
            self.order.changed(n);
        }
        self.refresh();
    }

    fn show(&mut self, rows: &[Was]) -> usize {
        let shown = self.jobs.show(rows.iter().map(|row| row.id));
        for n in rows.iter().filter_map(|row| self.jobs.get(row.id)).map(|job| job.n).collect::<Vec<_>>() {
            self.order.changed(n);
        }
        self.refresh();
        shown
    }

    /// Shows a row again that was taken off the list and is asked for anew.
    pub(super) fn bring_back(&mut self, id: JobId) {
        if self.jobs.get(id).is_none() && self.show(&[Was { id, before: Before::Ended }]) > 0 {
            for change in &mut self.undo.done {
                if let Change::Removed(rows, _) = change {
                    rows.retain(|row| row.id != id);
                }
            }
        }
    }

    /// Takes the last change back, or makes it again.
    pub(super) fn change_back(&mut self, action: &Action) -> Vec<Effect> {
        let undo = *action == Action::Undo;
        let change = if undo { self.undo.done.pop_back() } else { self.undo.undone.pop() };
        let Some(mut change) = change else {
            self.news(if undo { "nothing to take back" } else { "nothing to do again" });
            return Vec::new();
        };
        let effects = if undo { self.take_back(&change) } else { self.do_again(&mut change) };
        if undo {
            self.undo.undone.push(change);
        } else {
            self.undo.done.push_back(change);
        }
        effects
    }

    fn take_back(&mut self, change: &Change) -> Vec<Effect> {
        match change {
            Change::Cancelled(rows) => {
                self.news(format!("{} on their way again", rows.len()));
                restart(rows)
            }
            Change::Removed(rows, _) => {
                let shown = self.show(rows);
                if let Some(first) = rows.first() {
                    self.select(first.id);
                }
                self.news(format!("{shown} back on the list"));
                restart(rows).into_iter().filter(|_| shown > 0).collect()
            }
            Change::Moved(_, back) => self.ask_moves(back),
        }
    }

    fn do_again(&mut self, change: &mut Change) -> Vec<Effect> {
        match change {
            Change::Cancelled(rows) => {
                self.news(format!("{} cancelled again", rows.len()));
                rows.iter().map(|row| Effect::Engine(Command::Cancel(row.id))).collect()
            }
            Change::Removed(rows, due) => {
                *due = self.now + GRACE;
                self.news(format!("{} off the list again", rows.len()));
                // What rested then may run by now; what was to go again may not have begun.
                for row in rows.iter_mut() {
                    if self.jobs.get(row.id).is_some_and(|job| job.state.is_pending()) {
                        row.before = Before::Going;
                    }
                }
                let rows = rows.clone();
                self.put_away(&rows)
            }
            Change::Moved(there, _) => self.ask_moves(there),
        }
    }

    /// Says to the engine what can no longer be taken back.
    pub(super) fn removals_due(&mut self) -> Vec<Effect> {
        let now = self.now;
        let (due, kept) = std::mem::take(&mut self.undo.done)
            .into_iter()
            .partition(|change: &Change| change.due().is_some_and(|due| due <= now));
        self.undo.done = kept;
        let due: std::collections::VecDeque<Change> = due;
        due.into_iter().flat_map(Change::unsaid).collect()
    }

    /// What the engine must still hear when the screen ends.
    pub(in crate::tui) fn last_words(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.undo.done).into_iter().flat_map(Change::unsaid).collect()
    }
}

/// What sets rows going again that were stopped.
fn restart(rows: &[Was]) -> Vec<Effect> {
    let mut effects = Vec::new();
    for row in rows.iter().filter(|row| row.before != Before::Ended) {
        effects.push(Effect::Engine(Command::Retry(row.id)));
        if row.before == Before::Paused {
            effects.push(Effect::Engine(Command::Pause(row.id)));
        }
    }
    effects
}

#[cfg(test)]
mod tests;
