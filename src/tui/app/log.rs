//! The log: the latest facts as lines, so that whoever looks away misses nothing. A leaf. It must not know where it is
//! shown.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

/// Lines that are kept.
const MOST: usize = 1000;
/// Jobs that come within this time of the last one are one line.
const ONE_BATCH: Duration = Duration::from_secs(2);

/// A host line like one of the last few says nothing.
const AGAIN: usize = 4;

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Kind {
    /// Jobs were added: so many.
    Added(usize),
    /// A file is there.
    Finished,
    /// There will be no file.
    Failed,
    /// It is tried again.
    Retrying,
    /// A job rests, or was stopped.
    Stopped,
    /// A host takes more or fewer requests.
    Host,
    /// What a toast said.
    News,
    /// The same, of trouble.
    Trouble,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct Line {
    /// When.
    pub(in crate::tui) at: SystemTime,
    /// What about.
    pub(in crate::tui) kind: Kind,
    /// Safe text.
    pub(in crate::tui) text: Box<str>,
}

/// See the head of this file.
#[derive(Debug, Default)]
pub(in crate::tui) struct Log {
    /// Newest first.
    lines: VecDeque<Line>,
    /// Lines above the first one shown.
    scroll: usize,
}

impl Log {
    /// One more line. Whoever reads older ones goes on reading them.
    pub(super) fn push(&mut self, at: SystemTime, kind: Kind, text: impl Into<Box<str>>) {
        let line = Line { at, kind, text: text.into() };
        // Each request that a host refuses says the same of it.
        if kind == Kind::Host && self.lines.iter().take(AGAIN).any(|old| old.kind == kind && old.text == line.text) {
            return;
        }
        // A thousand addresses that are there already are no thousand news.
        let again = |last: &Line| last.kind == line.kind && last.text == line.text;
        if kind == Kind::News && self.lines.front().is_some_and(again) {
            return;
        }
        self.lines.push_front(line);
        self.lines.truncate(MOST);
        if self.scroll > 0 {
            self.scroll = (self.scroll + 1).min(self.lines.len() - 1);
        }
    }

    /// One job more was added; those that come together share a line.
    pub(super) fn added(&mut self, at: SystemTime) {
        if let Some(Line { at: last, kind: Kind::Added(n), .. }) = self.lines.front_mut()
            && at.duration_since(*last).is_ok_and(|gap| gap < ONE_BATCH)
        {
            *n += 1;
            *last = at;
            return;
        }
        self.push(at, Kind::Added(1), "");
    }

    /// Nothing has happened yet.
    pub(in crate::tui) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The lines that `height` lines show, newest first.
    pub(in crate::tui) fn in_sight(&self, height: usize) -> impl Iterator<Item = &Line> {
        self.lines.iter().skip(self.scroll.min(self.last_top(height))).take(height)
    }

    /// How many lines are above and below those.
    pub(in crate::tui) fn out_of_sight(&self, height: usize) -> (usize, usize) {
        let above = self.scroll.min(self.last_top(height));
        (above, self.lines.len().saturating_sub(above + height))
    }

    /// Moves what is in sight so many lines down, or up.
    pub(super) fn scroll(&mut self, by: isize, height: usize) {
        self.scroll = self.scroll.saturating_add_signed(by).min(self.last_top(height));
    }

    fn last_top(&self, height: usize) -> usize {
        self.lines.len().saturating_sub(height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: SystemTime = SystemTime::UNIX_EPOCH;

    #[test]
    fn it_keeps_the_latest_and_holds_still_for_a_reader() {
        let mut log = Log::default();
        for n in 0..MOST + 10 {
            log.push(START, Kind::News, n.to_string());
        }
        let shown = |log: &Log| log.in_sight(3).map(|line| line.text.to_string()).collect::<Vec<_>>();
        assert_eq!(shown(&log), ["1009", "1008", "1007"]);
        assert_eq!(log.out_of_sight(3), (0, MOST - 3));
        log.scroll(5, 3);
        assert_eq!(shown(&log), ["1004", "1003", "1002"]);
        log.push(START, Kind::News, "new");
        assert_eq!(shown(&log), ["1004", "1003", "1002"]);
        log.scroll(isize::MAX, 3);
        assert_eq!((shown(&log)[2].as_str(), log.out_of_sight(3).1), ("11", 0));
        log.scroll(isize::MIN, 3);
        assert_eq!(shown(&log)[0], "new");
    }

    #[test]
    fn a_host_says_the_same_once() {
        let mut log = Log::default();
        for text in ["a rests", "b rests", "a rests", "b rests"] {
            log.push(START, Kind::Host, text);
        }
        assert_eq!(log.in_sight(9).count(), 2);
    }

    #[test]
    fn jobs_that_come_together_are_one_line() {
        let mut log = Log::default();
        for second in [0, 1, 2, 30] {
            log.added(START + Duration::from_secs(second));
        }
        let kinds: Vec<_> = log.in_sight(9).map(|line| line.kind).collect();
        assert_eq!(kinds, [Kind::Added(1), Kind::Added(3)]);
    }
}
