//! What the terminal shows and does outside of its screen: the title of the window, how far it is on the taskbar, the
//! clipboard, a bell or a notification. Everything goes out with a frame, changes alone, and is taken back on every way
//! out. It must not know why.

use std::env;
use std::io::{self, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anstyle_progress::TermProgress;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::display;
use crate::tui::headline::Headline;
use crate::tui::look::Look;

/// Has the terminal keep the title that it has now.
pub(super) const KEEP_TITLE: &[u8] = b"\x1b[22;2t";
/// And go back to it.
const OLD_TITLE: &[u8] = b"\x1b[23;2t";

/// Numbers change no more often than this.
const PACE: Duration = Duration::from_secs(1);

/// The most that is copied. Longer ones are thrown away by some terminals without a word.
pub(in crate::tui) const MOST_COPIED: usize = 74_000;

/// True once the taskbar shows something.
static PROGRESS: AtomicBool = AtomicBool::new(false);

/// Says it, and knows what was said.
#[derive(Debug, Default)]
pub(in crate::tui) struct Outside {
    said: Option<(Headline, Instant)>,
}

impl Outside {
    /// Says what has changed, numbers once a second.
    ///
    /// # Errors
    /// Where the terminal takes nothing.
    pub(in crate::tui) fn say(
        &mut self,
        out: &mut impl Write,
        new: Headline,
        look: Look,
        now: Instant,
    ) -> io::Result<()> {
        if is_console() {
            return Ok(());
        }
        let old = match &self.said {
            Some((old, at)) if old.working && new.working && now.saturating_duration_since(*at) < PACE => {
                return Ok(());
            }
            said => said.as_ref().map(|(old, _)| old),
        };
        if old.is_none_or(|old| old.title != new.title) {
            write!(out, "\x1b]2;{}\x1b\\", display::safe(&new.title))?;
        }
        let seen = (new.percent, new.failed);
        if shows_progress(look) && old.map_or((None, false), |old| (old.percent, old.failed)) != seen {
            let shown = match (new.percent, new.failed) {
                (None, _) => TermProgress::remove(),
                (Some(percent), false) => TermProgress::start().percent(percent.min(100)),
                (Some(percent), true) => TermProgress::error().percent(percent.min(100)),
            };
            PROGRESS.store(true, Ordering::SeqCst);
            write!(out, "{shown}")?;
        }
        if old.is_none_or(|old| *old != new) {
            self.said = Some((new, now));
        }
        Ok(())
    }

    /// Somebody else had the terminal: nothing is known of it.
    pub(in crate::tui) fn forget(&mut self) {
        self.said = None;
    }
}

/// Takes it all back.
pub(super) fn leave() -> Vec<u8> {
    let mut bytes = OLD_TITLE.to_vec();
    if PROGRESS.swap(false, Ordering::SeqCst) {
        bytes.extend(TermProgress::remove().to_string().into_bytes());
    }
    bytes
}

/// Puts text on the clipboard.
///
/// # Errors
/// Where the terminal takes nothing.
pub(in crate::tui) fn copy(out: &mut impl Write, text: &str) -> io::Result<()> {
    write!(out, "\x1b]52;c;{}\x1b\\", STANDARD.encode(text))?;
    out.flush()
}

/// Has somebody who looks elsewhere look here: by a notification where the terminal has some, else by its bell.
///
/// # Errors
/// Where the terminal takes nothing.
pub(in crate::tui) fn notify(out: &mut impl Write, text: &str, look: Look) -> io::Result<()> {
    let way = Way::of(|name| env::var(name).ok()).filter(|_| look.notify && !is_console());
    let text = display::safe(text);
    match way {
        Some(Way::Kitty) => write!(out, "\x1b]99;;haul: {text}\x1b\\")?,
        Some(Way::Urxvt) => write!(out, "\x1b]777;notify;haul;{text}\x1b\\")?,
        Some(Way::Iterm) => write!(out, "\x1b]9;haul: {text}\x1b\\")?,
        None if look.bell => out.write_all(b"\x07")?,
        None => {}
    }
    out.flush()
}

/// How a terminal is asked for a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// OSC 99.
    Kitty,
    /// OSC 777.
    Urxvt,
    /// OSC 9.
    Iterm,
}

impl Way {
    fn of(env: impl Fn(&str) -> Option<String>) -> Option<Self> {
        // What lies between takes it away.
        if env("TMUX").is_some() || env("STY").is_some() {
            return None;
        }
        let term = env("TERM").unwrap_or_default();
        match env("TERM_PROGRAM").as_deref() {
            Some("iTerm.app" | "WezTerm") => return Some(Self::Iterm),
            Some("ghostty") => return Some(Self::Urxvt),
            _ => {}
        }
        match &*term {
            "xterm-kitty" => Some(Self::Kitty),
            "xterm-ghostty" => Some(Self::Urxvt),
            term if term.starts_with("foot") || term.starts_with("rxvt") => Some(Self::Urxvt),
            _ => None,
        }
    }
}

fn shows_progress(look: Look) -> bool {
    static KNOWN: OnceLock<bool> = OnceLock::new();
    look.osc_progress.unwrap_or_else(|| *KNOWN.get_or_init(|| anstyle_progress::supports_term_progress(true)))
}

/// The console of Linux shows such words in place of acting on them.
fn is_console() -> bool {
    static KNOWN: OnceLock<bool> = OnceLock::new();
    *KNOWN.get_or_init(|| env::var_os("TERM").is_some_and(|term| term == "linux"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headline(title: &str, percent: Option<u8>, failed: bool, working: bool) -> Headline {
        Headline { title: title.to_owned(), percent, failed, working }
    }

    #[test]
    fn changes_alone_are_said_and_numbers_once_a_second() {
        let now = Instant::now();
        let look = Look { osc_progress: Some(true), ..Look::default() };
        let mut outside = Outside::default();
        let mut said = |headline: Headline, millis: u64| {
            let mut bytes = Vec::new();
            let at = now + Duration::from_millis(millis);
            outside.say(&mut bytes, headline, look, at).expect("memory takes everything");
            String::from_utf8(bytes).expect("text")
        };
        assert_eq!(said(headline("haul", None, false, false), 0), "\x1b]2;haul\x1b\\");
        assert_eq!(said(headline("haul", None, false, false), 5000), "");
        // Work that begins, or ends, does not wait.
        assert_eq!(said(headline("1% - haul", Some(1), false, true), 5001), "\x1b]2;1% - haul\x1b\\\x1b]9;4;1;1\x1b\\");
        assert_eq!(said(headline("2% - haul", Some(2), false, true), 5500), "");
        assert_eq!(said(headline("3% - haul", Some(3), false, true), 6100), "\x1b]2;3% - haul\x1b\\\x1b]9;4;1;3\x1b\\");
        assert_eq!(said(headline("end", Some(100), true, false), 6200), "\x1b]2;end\x1b\\\x1b]9;4;2;100\x1b\\");
        assert_eq!(said(headline("haul", None, false, false), 9000), "\x1b]2;haul\x1b\\\x1b]9;4;0;\x1b\\");
    }

    #[test]
    fn terminals_are_asked_in_their_own_way() {
        for (env, way) in [
            (&[("TERM", "xterm-kitty")][..], Some(Way::Kitty)),
            (&[("TERM", "foot-extra")], Some(Way::Urxvt)),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "iTerm.app")], Some(Way::Iterm)),
            (&[("TERM", "xterm-kitty"), ("TMUX", "/tmp/x")], None),
            (&[("TERM", "xterm-256color")], None),
        ] {
            let get = |name: &str| env.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(Way::of(get), way, "{env:?}");
        }
    }

    #[test]
    fn text_is_copied_as_it_is_and_a_call_is_a_bell_where_there_is_nothing_better() {
        let mut bytes = Vec::new();
        copy(&mut bytes, "https://h/a\u{1b}.jpg").expect("memory takes everything");
        assert_eq!(bytes, b"\x1b]52;c;aHR0cHM6Ly9oL2EbLmpwZw==\x1b\\");
        for (bell, said) in [(true, &b"\x07"[..]), (false, b"")] {
            let (mut bytes, look) = (Vec::new(), Look { bell, notify: false, ..Look::default() });
            notify(&mut bytes, "3/3 done", look).expect("memory takes everything");
            assert_eq!(bytes, said);
        }
    }
}
