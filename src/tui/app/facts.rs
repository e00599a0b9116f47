//! What is known of single rows beyond their line in the list: answers, attempts, pieces. Kept for the rows that had news
//! last, and of those the last attempts alone. A leaf.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crate::engine::error::TransferError;
use crate::engine::event::{Answered, Event, Piece};
use crate::engine::request::JobId;

/// Rows that something is kept of.
const ROWS: usize = 1000;
/// Attempts that are kept of a row.
const ATTEMPTS: usize = 20;
/// Seconds in which rows were added, that are kept.
const SECONDS: usize = 4096;

/// How an attempt went.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Attempt {
    /// Its number, from 1.
    pub(in crate::tui) n: u32,
    /// When the server was asked.
    pub(in crate::tui) asked: Instant,
    /// When it answered.
    pub(in crate::tui) answered: Option<Instant>,
    /// Bytes that were here then.
    pub(in crate::tui) from: u64,
    /// When it was over.
    pub(in crate::tui) ended: Option<Instant>,
    /// Why it failed.
    pub(in crate::tui) error: Option<TransferError>,
}

impl Attempt {
    /// How long the answer and the body took, up to `now` where they are not there yet.
    pub(in crate::tui) fn times(&self, now: Instant) -> (Duration, Duration) {
        let end = self.ended.unwrap_or(now);
        let answered = self.answered.unwrap_or(end);
        (answered.saturating_duration_since(self.asked), end.saturating_duration_since(answered))
    }
}

/// All about a row that its line does not say.
#[derive(Debug, Default)]
pub(in crate::tui) struct Known {
    /// What the server said last.
    pub(in crate::tui) answer: Option<Arc<Answered>>,
    /// The last attempts, oldest first.
    pub(in crate::tui) attempts: VecDeque<Attempt>,
    /// When it had news; see [`Facts::ages`].
    age: u64,
}

/// See the head of this file.
#[derive(Debug, Default)]
pub(in crate::tui) struct Facts {
    rows: HashMap<JobId, Known>,
    /// The rows in the order of their last news.
    ages: BTreeMap<u64, JobId>,
    newest: u64,
    /// The row whose pieces are told, and those.
    pieces: Option<(JobId, Vec<Piece>)>,
    /// The number of the first row that was added in a second, and that second; a row is never asked for its own.
    added: VecDeque<(usize, SystemTime)>,
}

impl Facts {
    /// Folds one event in.
    pub(super) fn apply(&mut self, event: &Event, now: Instant) {
        let Some(id) = event.job() else { return };
        match event {
            Event::Connecting { attempt, .. } => self.begins(id, *attempt, now),
            Event::Started { attempt, resumed_from, answer, .. } => {
                let known = self.row(id);
                known.answer = Some(Arc::clone(answer));
                if known.attempts.back().is_none_or(|last| last.n != *attempt || last.ended.is_some()) {
                    self.begins(id, *attempt, now);
                }
                if let Some(last) = self.row(id).attempts.back_mut() {
                    last.answered = Some(now);
                    last.from = *resumed_from;
                }
            }
            Event::Retrying { error, .. } => self.ends(id, Some(error), now),
            Event::Failed { error, record, .. } => {
                self.ends(id, Some(error), now);
                self.answered(id, record.answered.as_ref());
            }
            Event::Finished { record, .. } => {
                self.ends(id, None, now);
                self.answered(id, record.answered.as_ref());
            }
            Event::Paused { .. } | Event::Cancelled { .. } => self.ends(id, None, now),
            // News, so that a long transfer is not forgotten while a thousand short ones pass.
            Event::Progress { .. } if self.rows.contains_key(&id) => {
                self.row(id);
            }
            Event::Pieces { pieces, .. } => self.pieces = Some((id, pieces.clone())),
            Event::Removed { .. } => {
                if let Some(known) = self.rows.remove(&id) {
                    self.ages.remove(&known.age);
                }
            }
            _ => {}
        }
    }

    fn begins(&mut self, id: JobId, n: u32, now: Instant) {
        let attempts = &mut self.row(id).attempts;
        if attempts.len() == ATTEMPTS {
            attempts.pop_front();
        }
        attempts.push_back(Attempt { n, asked: now, answered: None, from: 0, ended: None, error: None });
    }

    fn ends(&mut self, id: JobId, error: Option<&TransferError>, now: Instant) {
        if self.pieces.as_ref().is_some_and(|(of, _)| *of == id) {
            self.pieces = None;
        }
        let Some(last) = self.rows.get_mut(&id).and_then(|known| known.attempts.back_mut()) else { return };
        if last.ended.is_none() {
            last.ended = Some(now);
            last.error = error.cloned();
        }
    }

    fn answered(&mut self, id: JobId, answer: Option<&Arc<Answered>>) {
        if let Some(answer) = answer {
            self.row(id).answer.get_or_insert_with(|| Arc::clone(answer));
        }
    }

    /// The row as the one that had news last; the one whose news is oldest goes where there are too many.
    fn row(&mut self, id: JobId) -> &mut Known {
        if self.rows.len() >= ROWS
            && !self.rows.contains_key(&id)
            && let Some((_, oldest)) = self.ages.pop_first()
        {
            self.rows.remove(&oldest);
        }
        self.newest += 1;
        let known = self.rows.entry(id).or_default();
        self.ages.remove(&known.age);
        known.age = self.newest;
        self.ages.insert(self.newest, id);
        known
    }

    /// What is known of a row.
    pub(in crate::tui) fn get(&self, id: JobId) -> Option<&Known> {
        self.rows.get(&id)
    }

    /// The pieces of a row, where they are told.
    pub(in crate::tui) fn pieces(&self, id: JobId) -> Option<&[Piece]> {
        self.pieces.as_ref().filter(|(of, _)| *of == id).map(|(_, pieces)| &**pieces)
    }

    /// The row with the number `n` was added at this time.
    pub(super) fn was_added(&mut self, n: usize, at: SystemTime) {
        let same = |last: &(usize, SystemTime)| at.duration_since(last.1).is_ok_and(|gap| gap < Duration::from_secs(1));
        if self.added.back().is_some_and(same) {
            return;
        }
        if self.added.len() == SECONDS {
            self.added.pop_front();
        }
        self.added.push_back((n, at));
    }

    /// When the row with this number was added, to the second.
    pub(in crate::tui) fn added(&self, n: usize) -> Option<SystemTime> {
        let after = self.added.partition_point(|(first, _)| *first <= n);
        self.added.get(after.checked_sub(1)?).map(|(_, at)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::super::scenes::{connecting, failed, finished, progress, retrying, started};
    use super::*;

    #[test]
    fn attempts_have_their_times_and_errors() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut facts = Facts::default();
        facts.apply(&connecting(1, 1), at(0));
        facts.apply(&retrying(1, 2, 9, TransferError::status(503, None)), at(2));
        facts.apply(&connecting(1, 2), at(11));
        let Event::Started { id, total, path, answer, .. } = started(1, "a.jpg", Some(100)) else { return };
        facts.apply(&Event::Started { id, attempt: 2, total, path, resumed_from: 40, answer }, at(12));
        facts.apply(&progress(1, 70, Some(100), 10), at(15));
        let known = facts.get(JobId(1)).expect("it is known");
        let times: Vec<_> = known.attempts.iter().map(|a| (a.n, a.times(at(16)))).collect();
        let seconds = Duration::from_secs;
        assert_eq!(times, [(1, (seconds(2), seconds(0))), (2, (seconds(1), seconds(4)))]);
        assert_eq!((known.attempts[0].error.as_ref().and_then(|e| e.status), known.attempts[1].from), (Some(503), 40));
        facts.apply(&finished(1, "a.jpg", 100, 18_000), at(18));
        assert_eq!(facts.get(JobId(1)).expect("it is known").attempts[1].times(at(99)).1, seconds(6));
    }

    #[test]
    fn it_forgets_what_had_no_news_for_longest() {
        let now = Instant::now();
        let mut facts = Facts::default();
        for id in 0..3 * ROWS as u64 {
            facts.apply(&connecting(id, 1), now);
            facts.apply(&progress(7, id, None, 1), now);
        }
        assert_eq!((facts.rows.len(), facts.ages.len()), (ROWS, ROWS));
        assert!(facts.get(JobId(7)).is_some() && facts.get(JobId(8)).is_none());
        for attempt in 1..100 {
            facts.apply(&connecting(7, attempt), now);
            facts.apply(&failed(7, TransferError::status(500, None)), now);
        }
        let known = facts.get(JobId(7)).expect("it is known");
        assert_eq!((known.attempts.len(), known.attempts[0].n), (ATTEMPTS, 80));
        facts.apply(&Event::Removed { id: JobId(7) }, now);
        assert_eq!((facts.rows.len(), facts.ages.len()), (ROWS - 1, ROWS - 1));
    }

    #[test]
    fn rows_know_when_they_were_added() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let mut facts = Facts::default();
        for (n, second) in [(1, 5), (2, 5), (3, 5), (4, 9)] {
            facts.was_added(n, at(second));
        }
        let added: Vec<_> = (0..6).map(|n| facts.added(n)).collect();
        assert_eq!(added, [None, Some(at(5)), Some(at(5)), Some(at(5)), Some(at(9)), Some(at(9))]);
    }
}
