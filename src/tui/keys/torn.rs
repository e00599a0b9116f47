//! Keys that a terminal sends as several bytes and that arrive torn: Esc pressed right before an arrow, or a slow line in
//! between, and `Esc [ D` is read as Esc, as the tab before and as a file to delete. No hand is as fast as that, so the
//! pieces are put together again. Pure: times come in.

use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What follows Esc faster is a piece of one key.
const FAST: Duration = Duration::from_millis(25);

/// No key has more pieces.
const MOST: usize = 32;

/// See the head of this file.
#[derive(Debug, Default)]
pub(in crate::tui) struct Torn {
    last: Option<Instant>,
    /// What came since Esc, with its `[` or `O`.
    pieces: String,
}

impl Torn {
    /// A key as it was read at `at`, and what it is; none for a piece of one.
    pub(in crate::tui) fn key(&mut self, key: KeyEvent, at: Instant) -> Option<KeyEvent> {
        let soon = self.last.is_some_and(|last| at.saturating_duration_since(last) < FAST);
        let piece = match key.code {
            KeyCode::Char(c) if soon && c.is_ascii_graphic() && self.pieces.len() < MOST => c,
            code => {
                self.pieces.clear();
                self.last = (code == KeyCode::Esc).then_some(at);
                return Some(key);
            }
        };
        if self.pieces.is_empty() && !matches!(piece, '[' | 'O') {
            self.last = None;
            return Some(key);
        }
        self.pieces.push(piece);
        self.last = Some(at);
        // Parameters go on (ECMA-48 section 5.4); any other byte is the last one.
        if self.pieces.len() == 1 || (' '..='?').contains(&piece) {
            return None;
        }
        self.last = None;
        let code = whole(&std::mem::take(&mut self.pieces))?;
        Some(KeyEvent::new(code, KeyModifiers::NONE))
    }
}

/// The key that these pieces are; none for what is no key, such as what a mouse says.
fn whole(pieces: &str) -> Option<KeyCode> {
    Some(match pieces {
        "[A" | "OA" => KeyCode::Up,
        "[B" | "OB" => KeyCode::Down,
        "[C" | "OC" => KeyCode::Right,
        "[D" | "OD" => KeyCode::Left,
        "[H" | "OH" => KeyCode::Home,
        "[F" | "OF" => KeyCode::End,
        "[3~" => KeyCode::Delete,
        "[5~" => KeyCode::PageUp,
        "[6~" => KeyCode::PageDown,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_a_key_are_that_key_and_never_others() {
        const ESC: KeyCode = KeyCode::Esc;
        // What came, so many milliseconds apart (^ is Esc), and the keys that it is.
        let chars = |text: &str| text.chars().map(KeyCode::Char).collect::<Vec<_>>();
        for (text, gap, expected) in [
            ("^[D", 0, vec![ESC, KeyCode::Left]),
            ("^OAj", 24, vec![ESC, KeyCode::Up, KeyCode::Char('j')]),
            ("^[6~", 1, vec![ESC, KeyCode::PageDown]),
            ("^[<0;900;900Mx", 0, vec![ESC, KeyCode::Char('x')]),
            ("^^[D", 0, vec![ESC, ESC, KeyCode::Left]),
            ("^dD", 0, vec![ESC, KeyCode::Char('d'), KeyCode::Char('D')]),
            ("[D", 0, chars("[D")),
            // A hand.
            ("^[D", 25, vec![ESC, KeyCode::Char('['), KeyCode::Char('D')]),
        ] {
            let (mut torn, mut now, mut keys) = (Torn::default(), Instant::now(), Vec::new());
            for c in text.chars() {
                let code = if c == '^' { ESC } else { KeyCode::Char(c) };
                keys.extend(torn.key(KeyEvent::new(code, KeyModifiers::NONE), now).map(|key| key.code));
                now += Duration::from_millis(gap);
            }
            assert_eq!(keys, expected, "{text} {gap}");
        }
    }

    #[test]
    fn what_never_ends_is_let_go() {
        let (mut torn, now) = (Torn::default(), Instant::now());
        let text = format!("[{}x", "1".repeat(2 * MOST));
        torn.key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE), now);
        let keys: Vec<_> =
            text.chars().filter_map(|c| torn.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE), now)).collect();
        assert!(keys.last().is_some_and(|key| key.code == KeyCode::Char('x')), "{keys:?}");
    }
}
