//! Places in the queue. Moves are asked of the engine, and rows change places when it has done so. Keys come faster than
//! it answers, so the next move is reckoned from the order that those under way will make.

use std::collections::HashMap;
use std::time::Duration;

use super::App;
use crate::engine::event::{Command, Move};
use crate::engine::request::JobId;
use crate::jobs::JobState;
use crate::tui::action::{Action, By};
use crate::tui::effects::Effect;
use crate::tui::undo::Change;

/// A move that is not answered for so long was refused: one of the jobs runs by now.
const REFUSED: Duration = Duration::from_secs(2);
/// To take back a move past more rows than these would take too many moves.
const FURTHEST: usize = 10_000;

impl App {
    /// Other places in the queue.
    pub(super) fn reorder(&mut self, action: &Action) -> Vec<Effect> {
        if self.sort().by != By::Added {
            self.news(format!("sort by added ({}) to move rows in the queue", self.key("sort-added")));
            return Vec::new();
        }
        let (queue, wanted) = self.queue();
        if !wanted.contains(&true) {
            self.news("only queued rows can be moved");
            return Vec::new();
        }
        let (there, back) = match action {
            Action::Sooner => by_one(&queue, &wanted),
            Action::Later => {
                let reversed = |flags: &[bool]| flags.iter().rev().copied().collect::<Vec<_>>();
                by_one(&queue.iter().rev().copied().collect::<Vec<_>>(), &reversed(&wanted))
            }
            Action::Soonest => to_end(&queue, &wanted, true),
            _ => to_end(&queue, &wanted, false),
        };
        if there.is_empty() {
            self.news("it is there already");
            return Vec::new();
        }
        let mut effects = self.ask_moves(&there);
        match back {
            Some(back) => effects.extend(self.changed(Change::Moved(there, back))),
            None => self.news("moved; too far to be taken back"),
        }
        effects
    }

    /// Asks for moves.
    pub(super) fn ask_moves(&mut self, moves: &[Move]) -> Vec<Effect> {
        self.moving.moves.extend(moves);
        self.moving.since = Some(self.now);
        moves.iter().map(|how| Effect::Engine(Command::Move(*how))).collect()
    }

    /// The queued rows shown, next one first, as they will stand when all moves under way are done; and which of them
    /// are to be moved.
    fn queue(&mut self) -> (Vec<JobId>, Vec<bool>) {
        let now = self.now;
        if self.moving.since.is_none_or(|since| now.saturating_duration_since(since) > REFUSED) {
            self.moving.moves.clear();
        }
        let len = self.shown_len();
        let line = |at: usize| if self.sort().reversed { len - 1 - at } else { at };
        let rows = (0..len).filter_map(|at| self.shown_at(line(at)));
        let mut queue: Vec<_> = rows.filter(|job| job.state == JobState::Queued).map(|job| job.id).collect();
        foresee(&mut queue, &self.moving.moves);
        let targets: crate::tui::numbers::Numbers = self.targets().into_iter().collect();
        let is_target = |id: &JobId| self.jobs.get(*id).is_some_and(|job| targets.contains(job.n));
        let wanted = queue.iter().map(is_target).collect();
        (queue, wanted)
    }
}

/// Has the rows in the order that these moves make.
fn foresee(queue: &mut Vec<JobId>, moves: &[Move]) {
    if moves.is_empty() {
        return;
    }
    let mut places = places(queue);
    for how in moves {
        match how {
            Move::Swap(a, b) => {
                if let (Some(at), Some(to)) = (places.get(a).copied(), places.get(b).copied()) {
                    queue.swap(at, to);
                    places.extend([(*a, to), (*b, at)]);
                }
            }
            Move::First(id) | Move::Last(id) => {
                if let Some(at) = places.get(id) {
                    let id = queue.remove(*at);
                    let to = if matches!(how, Move::First(_)) { 0 } else { queue.len() };
                    queue.insert(to, id);
                    places = self::places(queue);
                }
            }
        }
    }
}

fn places(queue: &[JobId]) -> HashMap<JobId, usize> {
    queue.iter().copied().enumerate().map(|(at, id)| (id, at)).collect()
}

/// Each wanted row changes places with the one before it, unless that is wanted too.
fn by_one(queue: &[JobId], wanted: &[bool]) -> (Vec<Move>, Option<Vec<Move>>) {
    let (mut queue, mut wanted) = (queue.to_vec(), wanted.to_vec());
    let mut moves = Vec::new();
    for at in 1..queue.len() {
        if wanted[at] && !wanted[at - 1] {
            moves.push(Move::Swap(queue[at - 1], queue[at]));
            queue.swap(at - 1, at);
            wanted.swap(at - 1, at);
        }
    }
    let back = moves.iter().rev().copied().collect();
    (moves, Some(back))
}

/// The wanted rows go to the front or to the end, in their order.
fn to_end(queue: &[JobId], wanted: &[bool], front: bool) -> (Vec<Move>, Option<Vec<Move>>) {
    let pick = |want: bool| queue.iter().zip(wanted).filter(move |(_, wanted)| **wanted == want).map(|(id, _)| *id);
    let (moved, rest): (Vec<_>, Vec<_>) = (pick(true).collect(), pick(false).collect());
    let (there, after): (Vec<_>, Vec<_>) = if front {
        (moved.iter().rev().map(|id| Move::First(*id)).collect(), [moved, rest].concat())
    } else {
        (moved.iter().map(|id| Move::Last(*id)).collect(), [rest, moved].concat())
    };
    if after == queue {
        return (Vec::new(), None);
    }
    let back = swaps(after, queue);
    (there, back)
}

/// What makes the order `to` of `from`; none where it is too much.
fn swaps(mut from: Vec<JobId>, to: &[JobId]) -> Option<Vec<Move>> {
    let mut places = places(&from);
    let mut moves = Vec::new();
    for (at, id) in to.iter().enumerate() {
        let (there, other) = (*places.get(id)?, from[at]);
        if there != at {
            moves.push(Move::Swap(other, *id));
            from.swap(at, there);
            places.insert(other, there);
        }
        if moves.len() > FURTHEST {
            return None;
        }
    }
    Some(moves)
}

#[cfg(test)]
mod tests;
