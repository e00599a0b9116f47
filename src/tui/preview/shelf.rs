//! What was drawn lately, within a limit: what was looked at longest ago goes first.

use std::collections::HashMap;

use super::picture::{Drawn, Ready, Wanted};

/// Memory for all of them.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// Thumbnails are small; so many are enough for any screen.
const MOST: usize = 512;

/// See the head of this file.
#[derive(Debug, Default)]
pub(in crate::tui) struct Shelf {
    kept: HashMap<Wanted, (u64, Drawn)>,
    bytes: usize,
    looks: u64,
}

impl Shelf {
    /// What became of it.
    pub(in crate::tui) fn get(&self, wanted: &Wanted) -> Option<&Drawn> {
        self.kept.get(wanted).map(|(_, drawn)| drawn)
    }

    /// Somebody looks at it; false where it is not there.
    pub(in crate::tui) fn look(&mut self, wanted: &Wanted) -> bool {
        self.looks += 1;
        let found = self.kept.get_mut(wanted);
        found.map(|kept| kept.0 = self.looks).is_some()
    }

    /// Keeps it, and lets others go.
    pub(in crate::tui) fn put(&mut self, ready: Ready) {
        self.take(&ready.wanted);
        self.looks += 1;
        self.bytes += ready.drawn.bytes();
        self.kept.insert(ready.wanted, (self.looks, ready.drawn));
        while self.kept.len() > 1 && (self.bytes > MOST_BYTES || self.kept.len() > MOST) {
            let oldest = self.kept.iter().min_by_key(|(_, (look, _))| look).map(|(wanted, _)| wanted.clone());
            let Some(oldest) = oldest else { return };
            self.take(&oldest);
        }
    }

    fn take(&mut self, wanted: &Wanted) {
        if let Some((_, drawn)) = self.kept.remove(wanted) {
            self.bytes -= drawn.bytes();
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Size;

    use super::*;

    fn wanted(n: usize) -> Wanted {
        Wanted { path: format!("{n}.jpg").into(), len: 1, cells: Size::new(9, 9), small: false }
    }

    fn put(shelf: &mut Shelf, n: usize, bytes: usize) {
        shelf.put(Ready { wanted: wanted(n), drawn: Drawn::Card("x".repeat(bytes)) });
    }

    #[test]
    fn what_was_not_looked_at_goes_first() {
        let mut shelf = Shelf::default();
        (0..MOST).for_each(|n| put(&mut shelf, n, 1));
        assert!(shelf.look(&wanted(0)) && !shelf.look(&wanted(MOST)));
        put(&mut shelf, MOST, 1);
        assert!(shelf.get(&wanted(0)).is_some() && shelf.get(&wanted(1)).is_none());
        put(&mut shelf, MOST, 5);
        assert_eq!((shelf.kept.len(), shelf.bytes), (MOST, MOST + 4));
        // One that is larger than all of the room is there alone.
        put(&mut shelf, 7, MOST_BYTES + 1);
        assert_eq!((shelf.kept.len(), shelf.bytes), (1, MOST_BYTES + 1));
    }
}
