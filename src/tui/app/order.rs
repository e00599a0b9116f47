//! Which rows are shown, in which order. While nothing is chosen it is all of them as they came, and costs nothing.
//! Otherwise it is a list of row numbers (`Job::n`) that follows the rows: what has changed since the last frame is
//! looked at before the next one, in one walk over the list at most. Pure: time comes in.

use std::time::{Duration, Instant};

use super::filter::Filter;
use super::sorting::{Key, Ranks, Sort};
use crate::engine::event::Move;
use crate::jobs::{Job, JobState, Jobs};
use crate::tui::action::{By, Tab};
use crate::tui::numbers::Numbers;

/// Rows that have changed change places no more often than this.
const SETTLE: Duration = Duration::from_secs(1);
/// Nor so soon after a key: whoever is about to act on a row must find it where it was.
const CALM: Duration = Duration::from_secs(2);
/// Where more rows than this and than a quarter of the list have changed, the list is made anew.
const MANY: usize = 8192;

/// See the head of this file.
#[derive(Debug, Default)]
pub(super) struct Order {
    pub(super) tab: Tab,
    pub(super) filter: Filter,
    pub(super) sort: Sort,
    ranks: Ranks,
    list: Vec<usize>,
    /// Those that are in the list.
    inside: Numbers,
    /// Those that have changed since the last frame.
    changed: Vec<usize>,
    /// Those in the list that may stand in the wrong place.
    loose: Numbers,
    /// The list must be made anew.
    stale: bool,
    settled: Option<Instant>,
    key: Option<Instant>,
    /// Where the cursor was last seen; a guess.
    at: usize,
}

impl Tab {
    /// The tab of a state, besides the one of all.
    pub(super) fn of(state: &JobState) -> Self {
        match state {
            JobState::Connecting | JobState::Downloading | JobState::Verifying => Self::Active,
            JobState::Queued | JobState::Waiting { .. } => Self::Queued,
            JobState::Paused(_) => Self::Paused,
            JobState::Failed(_) | JobState::Cancelled => Self::Failed,
            JobState::Finished(_) => Self::Done,
        }
    }
}

impl Order {
    /// True where the rows are not simply shown as they came.
    pub(super) fn is_chosen(&self) -> bool {
        self.tab != Tab::All || !self.filter.is_empty() || self.sort != Sort::default() || !self.ranks.is_empty()
    }

    /// Something else was chosen.
    pub(super) fn choose(&mut self) {
        self.stale = true;
    }

    /// A key was pressed.
    pub(super) fn touch(&mut self, now: Instant) {
        self.key = Some(now);
    }

    /// How many rows are shown.
    pub(super) fn len(&self, jobs: &Jobs) -> usize {
        if self.is_chosen() { self.list.len() } else { jobs.rows().len() }
    }

    /// The row at this place; none also where it has gone since the last frame.
    pub(super) fn at<'a>(&self, at: usize, jobs: &'a Jobs) -> Option<&'a Job> {
        if self.is_chosen() { jobs.numbered(*self.list.get(at)?) } else { jobs.rows().get(at) }
    }

    /// Where a row stands.
    pub(super) fn place_of(&self, job: &Job, jobs: &Jobs) -> Option<usize> {
        if !self.is_chosen() {
            return jobs.position(job.id);
        }
        if self.list.get(self.at) == Some(&job.n) {
            return Some(self.at);
        }
        self.inside.contains(job.n).then(|| self.list.iter().position(|n| *n == job.n)).flatten()
    }

    /// The cursor is here.
    pub(super) fn remember(&mut self, at: usize) {
        self.at = at;
    }

    /// How many of these are shown.
    pub(super) fn shared(&self, numbers: &Numbers) -> usize {
        if self.is_chosen() { numbers.shared(&self.inside) } else { numbers.len() }
    }

    /// A row has changed, come or gone.
    pub(super) fn changed(&mut self, n: usize) {
        if self.stale || !self.is_chosen() {
            return;
        }
        self.changed.push(n);
        if self.changed.len() > MANY.max(self.list.len() / 4) {
            self.stale = true;
        }
    }

    /// Rows have changed places in the queue.
    pub(super) fn moved(&mut self, how: Move, jobs: &Jobs) {
        self.stale |= !self.is_chosen();
        let number = |id| jobs.get(id).map(|job| job.n);
        match how {
            Move::Swap(a, b) => {
                let (Some(a), Some(b)) = (number(a), number(b)) else { return };
                self.ranks.swap(a, b);
                self.loosen(b);
                self.loosen(a);
            }
            Move::First(id) | Move::Last(id) => {
                let Some(n) = number(id) else { return };
                match how {
                    Move::Last(_) => self.ranks.put_last(n, jobs.rows().last().map_or(n, |job| job.n)),
                    _ => self.ranks.put_first(n),
                }
                self.loosen(n);
            }
        }
        self.stale |= self.loose.len() > MANY;
    }

    fn loosen(&mut self, n: usize) {
        if self.inside.contains(n) {
            self.loose.insert(n);
        }
    }

    /// When rows change places without an event. None while nothing waits for it.
    pub(super) fn next_settle(&self) -> Option<Instant> {
        let after = |last: Option<Instant>, wait| last.map(|last| last + wait);
        let due = after(self.settled, SETTLE).max(after(self.key, CALM));
        due.filter(|_| self.is_chosen() && !self.loose.is_empty())
    }

    /// Brings the list up to date. `cursor` is the row under the cursor; what comes back is the one that takes it, where
    /// that row is not shown any more. `still` says that no row may change places.
    pub(super) fn refresh(&mut self, jobs: &Jobs, cursor: Option<usize>, now: Instant, still: bool) -> Option<usize> {
        if !self.is_chosen() {
            *self = Self { key: self.key, ..Self::default() };
            return cursor;
        }
        let heir = if self.stale { self.rebuild(jobs, cursor) } else { self.follow(jobs, cursor) };
        // The queue moves only when it is told to, and then at once.
        let due = self.sort.by == By::Added || !still && self.next_settle().is_none_or(|due| due <= now);
        if due && !self.loose.is_empty() {
            self.settle(jobs);
            self.settled = Some(now);
        }
        heir
    }

    fn takes(&self, job: &Job) -> bool {
        (self.tab == Tab::All || self.tab == Tab::of(&job.state)) && self.filter.takes(job)
    }

    fn rebuild(&mut self, jobs: &Jobs, cursor: Option<usize>) -> Option<usize> {
        self.stale = false;
        self.changed.clear();
        self.loose = Numbers::default();
        let rows = jobs.rows().iter().filter(|job| self.takes(job));
        let by_queue = self.sort == Sort::default() && self.ranks.len() <= MANY;
        let list: Vec<usize> =
            if by_queue { rows.map(|job| job.n).collect() } else { self.sort.sorted(rows, &self.ranks) };
        self.inside = list.iter().copied().collect();
        let before = std::mem::replace(&mut self.list, list);
        if by_queue {
            for n in self.ranks.moved().collect::<Vec<_>>() {
                self.loosen(n);
            }
            self.settle(jobs);
        }
        let cursor = cursor?;
        if before.is_empty() {
            let rows = jobs.rows();
            let at = rows.partition_point(|job| job.n < cursor);
            self.heir(|at| rows.get(at).map(|job| job.n), at, rows.len())
        } else {
            let at = before.iter().position(|n| *n == cursor).unwrap_or(0);
            self.heir(|at| before.get(at).copied(), at, before.len())
        }
        .or_else(|| self.list.first().copied())
    }

    /// Looks at the rows that have changed.
    fn follow(&mut self, jobs: &Jobs, cursor: Option<usize>) -> Option<usize> {
        let mut changed = std::mem::take(&mut self.changed);
        changed.sort_unstable();
        changed.dedup();
        let (mut coming, mut left) = (Vec::new(), false);
        for n in changed {
            let taken = jobs.numbered(n).is_some_and(|job| self.takes(job));
            match (self.inside.contains(n), taken) {
                (true, false) => left |= self.inside.remove(n),
                (false, true) => coming.push(n),
                (true, true) if self.sort.moves() => self.loosen(n),
                _ => {}
            }
        }
        let mut heir = cursor;
        if left {
            if let Some(n) = cursor.filter(|n| !self.inside.contains(*n)) {
                let at = self.list.iter().position(|other| *other == n).unwrap_or(self.at);
                heir = self.heir(|at| self.list.get(at).copied(), at, self.list.len());
            }
            self.list.retain(|n| self.inside.contains(*n));
            for n in self.loose.iter().filter(|n| !self.inside.contains(*n)).collect::<Vec<_>>() {
                self.loose.remove(n);
            }
        }
        for n in &coming {
            self.inside.insert(*n);
        }
        if self.sort.moves() {
            // Among rows that stand wrong they may be put wrong.
            for n in &coming {
                self.loosen(*n);
            }
        }
        self.put(&coming, jobs);
        heir.filter(|n| self.inside.contains(*n)).or_else(|| self.list.first().copied())
    }

    /// The row that takes the cursor from the one that was at `at`: itself, the next one below, else one above.
    fn heir(&self, line: impl Fn(usize) -> Option<usize>, at: usize, len: usize) -> Option<usize> {
        (at..len).chain((0..at.min(len)).rev()).filter_map(line).find(|n| self.inside.contains(*n))
    }

    /// Puts the loose rows where they belong.
    fn settle(&mut self, jobs: &Jobs) {
        let loose = std::mem::take(&mut self.loose);
        self.list.retain(|n| !loose.contains(*n));
        self.put(&loose.iter().collect::<Vec<_>>(), jobs);
    }

    /// Puts rows among those in the list.
    fn put(&mut self, numbers: &[usize], jobs: &Jobs) {
        let rows = numbers.iter().filter_map(|n| jobs.numbered(*n));
        let mut keyed: Vec<(Key, usize)> = rows.map(|job| (self.sort.key(job, &self.ranks), job.n)).collect();
        keyed.sort_unstable_by(|a, b| self.sort.compare(&a.0, &b.0));
        let Some((first, _)) = keyed.first() else { return };
        let from = self.list.partition_point(|n| self.is_before(*n, first, jobs));
        let behind = self.list.split_off(from);
        let mut passed = 0;
        for (key, n) in keyed {
            let at = passed + behind[passed..].partition_point(|n| self.is_before(*n, &key, jobs));
            self.list.extend_from_slice(&behind[passed..at]);
            self.list.push(n);
            passed = at;
        }
        self.list.extend_from_slice(&behind[passed..]);
    }

    fn is_before(&self, n: usize, key: &Key, jobs: &Jobs) -> bool {
        jobs.numbered(n).is_none_or(|job| self.sort.compare(&self.sort.key(job, &self.ranks), key).is_lt())
    }
}

#[cfg(test)]
impl super::App {
    /// The numbers of the rows that must be shown, made anew.
    pub(in crate::tui) fn expected(&self) -> Vec<usize> {
        let Order { sort, ranks, .. } = &self.order;
        let rows = self.jobs.rows().iter().filter(|job| self.order.takes(job));
        let mut keyed: Vec<_> = rows.map(|job| (sort.key(job, ranks), job.n)).collect();
        keyed.sort_by(|a, b| sort.compare(&a.0, &b.0));
        keyed.into_iter().map(|(_, n)| n).collect()
    }
}

#[cfg(test)]
mod pace;
#[cfg(test)]
mod tests;
