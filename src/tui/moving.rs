//! Moves in the queue that the engine has not answered yet. A leaf.

use std::time::Instant;

use crate::engine::event::Move;

/// Moves that the engine has not answered yet.
#[derive(Debug, Default)]
pub(super) struct Moving {
    pub(super) moves: Vec<Move>,
    pub(super) since: Option<Instant>,
}

impl Moving {
    /// The engine has done this one, and whatever came before it.
    pub(super) fn done(&mut self, how: Move) {
        if let Some(at) = self.moves.iter().position(|asked| *asked == how) {
            self.moves.drain(..=at);
        }
    }
}
