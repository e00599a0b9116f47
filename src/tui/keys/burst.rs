//! Pastes that arrive as keystrokes: Windows' own console marks none. Nobody types a character every ten milliseconds, so
//! in the add box Enter right behind a character is a new line, and in the list an address that comes that fast is pasted
//! and no row of commands. Pure: times come in. It must not know what keys mean.

use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::binding::Context;

/// Keys that follow each other faster come from no hand.
const FAST: Duration = Duration::from_millis(10);
/// So many of them are no accident.
const MANY: usize = 8;
/// How an address begins.
const BEGIN: &str = "http";

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum Typed {
    /// A key.
    Key(KeyEvent),
    /// A text.
    Paste(String),
}

/// See the head of this file.
#[derive(Debug, Default)]
pub(in crate::tui) struct Burst {
    /// Keys that may turn out to be a paste.
    held: Vec<KeyEvent>,
    /// They were pressed in the add box, where any text may come.
    in_box: bool,
    last: Option<Instant>,
}

impl Burst {
    /// A key that was pressed at `at`; what is now known to have come.
    pub(in crate::tui) fn key(&mut self, context: Context, key: KeyEvent, at: Instant) -> Vec<Typed> {
        let fast = self.last.is_some_and(|last| at.saturating_duration_since(last) < FAST);
        let mut typed = if fast { Vec::new() } else { self.release() };
        if !self.goes_on(context, key, fast) {
            typed.extend(self.release());
            if !self.goes_on(context, key, fast) {
                self.last = character(key).map(|_| at);
                typed.push(Typed::Key(key));
                return typed;
            }
        }
        if self.held.is_empty() {
            self.in_box = context == Context::Add;
        }
        self.held.push(key);
        self.last = Some(at);
        typed
    }

    /// The key may be part of the text that is held.
    fn goes_on(&self, context: Context, key: KeyEvent, fast: bool) -> bool {
        let in_box = if self.held.is_empty() { context == Context::Add } else { self.in_box };
        let part = character(key).is_some() || key.code == KeyCode::Enter;
        match BEGIN.chars().nth(self.held.len()) {
            _ if in_box => fast && part,
            Some(begin) => character(key) == Some(begin) && (context == Context::List || !self.held.is_empty()),
            None => part,
        }
    }

    /// When it is known what came, if keys are held back.
    pub(in crate::tui) fn due(&self) -> Option<Instant> {
        self.last.filter(|_| !self.held.is_empty()).map(|last| last + FAST)
    }

    /// Time has passed; what is now known to have come.
    pub(in crate::tui) fn flush(&mut self, now: Instant) -> Vec<Typed> {
        if self.due().is_some_and(|due| due <= now) { self.release() } else { Vec::new() }
    }

    fn release(&mut self) -> Vec<Typed> {
        let held = std::mem::take(&mut self.held);
        if held.is_empty() || !self.in_box && held.len() < MANY {
            return held.into_iter().map(Typed::Key).collect();
        }
        vec![Typed::Paste(held.into_iter().map(|key| character(key).unwrap_or('\n')).collect())]
    }
}

fn character(key: KeyEvent) -> Option<char> {
    match key.code {
        KeyCode::Char(c) if (key.modifiers - KeyModifiers::SHIFT).is_empty() => Some(c),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Types `text` with so many milliseconds between keys; `⏎` is Enter and `^` is Ctrl-c.
    fn typed(context: Context, text: &str, gap: u64) -> String {
        let (mut burst, mut now, mut out) = (Burst::default(), Instant::now(), Vec::new());
        for c in text.chars() {
            let key = match c {
                '⏎' => KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE),
                '^' => KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL),
                c => KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE),
            };
            out.extend(burst.flush(now));
            out.extend(burst.key(context, key, now));
            now += Duration::from_millis(gap);
        }
        out.extend(burst.flush(now + FAST));
        assert_eq!(burst.due(), None, "nothing is kept for ever");
        let word = |typed: Typed| match typed {
            Typed::Key(key) if key.modifiers == KeyModifiers::CONTROL => "^".to_owned(),
            Typed::Key(key) => character(key).map_or("⏎".to_owned(), |c| c.to_string()),
            Typed::Paste(text) => format!("<{}>", text.replace('\n', "\\n")),
        };
        out.into_iter().map(word).collect()
    }

    #[test]
    fn an_address_that_comes_faster_than_a_hand_is_pasted() {
        for (context, text, gap, expected) in [
            (Context::List, "http://h/1⏎http://h/2⏎", 0, "<http://h/1\\nhttp://h/2\\n>"),
            (Context::List, "http://h/1⏎⏎http://h/2", 9, "<http://h/1\\n\\nhttp://h/2>"),
            (Context::List, "http://h/1", 10, "http://h/1"),
            (Context::List, "hhhhjjjjkkkkxxxx", 0, "hhhhjjjjkkkkxxxx"),
            (Context::List, "httpjj", 0, "httpjj"),
            (Context::List, "htp://h/1/2/3", 0, "htp://h/1/2/3"),
            (Context::List, "jhttp://h/1", 0, "j<http://h/1>"),
            (Context::List, "hhhttp://h/1", 0, "hh<http://h/1>"),
            (Context::List, "⏎", 0, "⏎"),
            (Context::List, "http://h/1^", 0, "<http://h/1>^"),
            (Context::Add, "http://h/1⏎⏎http://h/2⏎", 0, "h<ttp://h/1\\n\\nhttp://h/2\\n>"),
            (Context::Add, "a⏎", 9, "a<\\n>"),
            (Context::Add, "ab⏎", 10, "ab⏎"),
            (Context::Add, "⏎a", 0, "⏎a"),
            (Context::Add, "abc^", 0, "a<bc>^"),
            (Context::Prompt, "ab⏎", 0, "ab⏎"),
        ] {
            assert_eq!(typed(context, text, gap), expected, "{text} every {gap} ms in {context:?}");
        }
    }
}
