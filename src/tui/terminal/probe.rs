//! Asks the terminal once whether it draws pictures, before anybody reads keys, and waits for the answer no longer than
//! somebody at the keyboard would notice. Keys that come in between are handed on.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use crossterm::execute;
use crossterm::terminal::{Clear, ClearType, window_size};

use crate::tui::inbox::{Inbox, Wake};
use crate::tui::preview::{Answers, Choice, Way};

/// A local terminal answers at once; one that has not by then will not.
const PATIENCE: Duration = Duration::from_millis(150);
/// By kitty's protocol: can you draw this pixel? How large is a cell? And what every terminal answers: what are you?
const QUESTIONS: &[u8] = b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[16t\x1b[c";

/// How pictures are drawn here; asks the terminal where that makes a difference.
pub(in crate::tui) fn way(choice: Choice, inbox: &Inbox) -> Way {
    let env = |name: &str| std::env::var(name).unwrap_or_default();
    Way::of(choice, env, font(), || ask(inbox))
}

/// Width and height of a cell in pixels, where the system knows.
fn font() -> Option<(u16, u16)> {
    let size = window_size().ok()?;
    let (width, height) = (size.width.checked_div(size.columns)?, size.height.checked_div(size.rows)?);
    (width > 0 && height > 0).then_some((width, height))
}

/// Asks, and posts the keys that were pressed meanwhile.
fn ask(inbox: &Inbox) -> Answers {
    let mut out = io::stdout();
    if out.write_all(QUESTIONS).and_then(|()| out.flush()).is_err() {
        return Answers::default();
    }
    let heard = hear(&listen());
    // A terminal that does not know a question may show it.
    let _ = execute!(out, Clear(ClearType::All));
    for c in heard.typed {
        let key = KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
        inbox.post(Wake::Input(Event::Key(key), Instant::now()));
    }
    heard.answers
}

/// What comes until the last question is answered.
#[cfg(unix)]
fn listen() -> Vec<u8> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    const MOST: usize = 4096;
    let (terminal, until) = (io::stdin(), Instant::now() + PATIENCE);
    let mut bytes = Vec::new();
    while bytes.len() < MOST && !hear(&bytes).whole {
        let left = until.saturating_duration_since(Instant::now());
        let patience = Timespec { tv_sec: 0, tv_nsec: left.subsec_nanos().into() };
        let ready = poll(&mut [PollFd::new(&terminal, PollFlags::IN)], Some(&patience));
        let mut piece = [0; 256];
        match ready {
            Ok(n) if n > 0 => match rustix::io::read(&terminal, &mut piece) {
                Ok(read) if read > 0 => bytes.extend_from_slice(&piece[..read]),
                _ => break,
            },
            Err(rustix::io::Errno::INTR) => {}
            _ => break,
        }
    }
    bytes
}

#[cfg(not(unix))]
fn listen() -> Vec<u8> {
    Vec::new()
}

#[derive(Debug, Default, PartialEq)]
struct Heard {
    answers: Answers,
    /// The last question is answered.
    whole: bool,
    /// What is no answer.
    typed: Vec<char>,
}

fn hear(bytes: &[u8]) -> Heard {
    let mut heard = Heard::default();
    let text = String::from_utf8_lossy(bytes);
    let mut rest = &*text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        rest = if let Some(inside) = rest.strip_prefix("\x1b_G") {
            let (answer, rest) = inside.split_once("\x1b\\").unwrap_or((inside, ""));
            heard.answers.kitty |= answer.ends_with(";OK");
            rest
        } else if let Some(inside) = rest.strip_prefix("\x1b[") {
            let end = inside.find(|c: char| c.is_ascii_alphabetic() || c == '~').unwrap_or(inside.len());
            sequence(&inside[..end], inside[end..].chars().next(), &mut heard);
            inside.get(end + 1..).unwrap_or_default()
        } else {
            heard.typed.extend(Some(c).filter(|c| !c.is_control() && *c != char::REPLACEMENT_CHARACTER));
            after
        };
    }
    heard
}

fn sequence(inside: &str, last: Option<char>, heard: &mut Heard) {
    let (answer, numbers) = (inside.strip_prefix('?'), inside.split(';').map(str::parse::<u16>));
    match (last, answer) {
        (Some('c'), Some(answer)) => {
            heard.whole = true;
            heard.answers.sixel |= answer.split(';').skip(1).any(|feature| feature == "4");
        }
        (Some('t'), None) => {
            if let [Ok(6), Ok(height @ 1..), Ok(width @ 1..)] = numbers.collect::<Vec<_>>()[..] {
                heard.answers.font = Some((width, height));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_from_keys() {
        for (bytes, kitty, sixel, font, whole, typed) in [
            ("", false, false, None, false, ""),
            ("\x1b_Gi=31;OK\x1b\\\x1b[6;20;9t\x1b[?62;c", true, false, Some((9, 20)), true, ""),
            ("a\x1b[?62;4;22cb", false, true, None, true, "ab"),
            ("\x1b[?4c", false, false, None, true, ""),
            ("\x1b_Gi=31;EINVAL:no\x1b\\q\x1b[?6c", false, false, None, true, "q"),
            ("\x1b[6;0;0t\x1b[A\x1b[3~é", false, false, None, false, "é"),
            ("\x1b[6;20;", false, false, None, false, ""),
            ("\x1b_Gi=31", false, false, None, false, ""),
            ("\x1b", false, false, None, false, ""),
        ] {
            let answers = Answers { kitty, sixel, font };
            let expected = Heard { answers, whole, typed: typed.chars().collect() };
            assert_eq!(hear(bytes.as_bytes()), expected, "{}", bytes.escape_debug());
        }
    }
}
