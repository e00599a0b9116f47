//! How many connections a file is worth: one at first, more while the whole gets faster by it, fewer where it gets
//! slower or the server objects. Pure: time comes in as an argument.

mod collapse;

use std::time::{Duration, Instant};

use collapse::{Collapse, Verdict};

/// So many connections at most where the user has not said.
const MOST: usize = 16;

/// So much faster is faster.
const FASTER: f64 = 1.05;

/// So much faster shows at once, where bursts hide a little.
const FAR_FASTER: f64 = 1.5;

/// So much slower is slower, and for so long.
const SLOWER: f64 = 0.8;
const SURE: Duration = Duration::from_secs(1);

/// The shortest time that shows a rate.
const EPOCH: Duration = Duration::from_millis(95);

/// A server that holds every connection back gets so many times more at once, at most.
const LEAP: usize = 4;

/// Where more did not help, it is tried once more after so long.
const AGAIN: Duration = Duration::from_secs(2);

/// What the clock shows at one look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) now: Instant,
    /// Bytes that have come.
    pub(super) received: u64,
    /// Bytes that are still to come.
    pub(super) left: u64,
    /// Connections that bring some.
    pub(super) running: usize,
    /// Connections that are being asked for.
    pub(super) offered: usize,
    /// The server holds most of them back.
    pub(super) held: bool,
    /// What one connection has brought at most.
    pub(super) burst: u64,
    /// From a request to its answer.
    pub(super) ttfb: Duration,
}

/// Growth by more than measuring would give, for a server that holds its connections back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leap {
    /// The last one has brought something.
    May,
    /// Nobody knows yet what it brings. What each new connection begins with counts: so it does in the rate before.
    Tried,
    /// The last one has not.
    Never,
}

/// See the head of this file.
#[derive(Debug)]
pub(super) struct Growth {
    most: usize,
    /// What that was before any trouble.
    untroubled: usize,
    target: usize,
    /// The number before the last growth, and the rate that it had, in bytes per second.
    before: Option<(usize, f64)>,
    /// When the present number was wanted, or was there, and what had come by then.
    since: Instant,
    from: u64,
    leap: Leap,
    /// The present number is there, and the burst that each begins with is over.
    measuring: bool,
    /// How often more has not helped.
    vain: u32,
    collapse: Collapse,
    /// All connections are to be begun anew.
    anew: bool,
}

impl Growth {
    /// `wanted` is what the user has said; else there are so many to begin with, where one had the rate `alone`, which
    /// was steady or not.
    pub(super) fn new(
        wanted: Option<usize>,
        first: usize,
        alone: Option<(f64, bool)>,
        since: Instant,
        from: u64,
    ) -> Self {
        let most = wanted.unwrap_or(MOST).max(1);
        let target = wanted.unwrap_or(first).min(most);
        let (leap, before) = match alone.filter(|_| wanted.is_none()) {
            Some((rate, true)) => (Leap::May, Some((1, rate))),
            // Two more at once, or further ones, are a leap.
            Some((rate, false)) if first > 2 => (Leap::Tried, Some((1, rate))),
            _ => (Leap::May, None),
        };
        let vain = if wanted.is_some() { u32::MAX } else { 0 };
        let collapse = Collapse::new(alone.map(|(rate, _)| (1, rate)), since, from);
        Self {
            most,
            untroubled: most,
            target,
            before,
            since,
            from,
            leap,
            measuring: first == 1,
            vain,
            collapse,
            anew: false,
        }
    }

    /// How many connections there should be, as far as they get any.
    pub(super) fn target(&self) -> usize {
        self.target
    }

    /// The trouble is long over. Where the user has said a number it holds again; else it grows by itself.
    pub(super) fn forgive(&mut self) {
        self.most = self.untroubled;
        if self.vain == u32::MAX {
            self.target = self.most;
        }
    }

    /// The server objects: no more than there are, for now.
    pub(super) fn trouble(&mut self, running: usize) {
        self.most = running.max(1);
        self.target = self.target.min(self.most);
    }

    /// Somebody else has made them fewer: what comes now says nothing of the number that there should be.
    pub(super) fn disturbed(&mut self) {
        (self.before, self.measuring) = (None, false);
    }

    /// Looks whether the number of connections is right.
    pub(super) fn look(&mut self, look: &Look) {
        if self.vain < u32::MAX && self.has_collapsed(look) {
            return;
        }
        if look.offered > 0 || look.running == 0 {
            self.measuring = false;
            return;
        }
        let epoch = EPOCH.max(look.ttfb * 2);
        let time = look.now.duration_since(self.since);
        let rate = rate(look.received.saturating_sub(self.from), time);
        if let (Leap::Tried, Some((fewer, before))) = (self.leap, self.before) {
            if time >= epoch {
                self.judge(look, fewer, rate / before.max(1.0), time);
            }
            return;
        }
        if look.held && self.vain < u32::MAX && self.leap == Leap::May {
            if time >= EPOCH {
                self.leap(look, rate);
            }
            return;
        }
        if !self.measuring {
            return self.measure(look);
        }
        if time < epoch {
            return;
        }
        match self.before {
            Some((fewer, before)) if time >= SURE && rate < before * SLOWER => self.go_back(fewer, look),
            _ if self.vain > 1 || look.running < self.target || (self.vain > 0 && time < AGAIN) => {}
            Some((fewer, before)) if fewer < self.target && rate < before * FASTER => self.vain += 1,
            _ => {
                self.grow(look.running * 2, rate, look);
            }
        }
    }

    /// True where the rate has collapsed, and what follows from that was done.
    fn has_collapsed(&mut self, look: &Look) -> bool {
        match self.collapse.look(look, self.target) {
            Verdict::Fine => return false,
            Verdict::Gone => {}
            Verdict::Anew => self.anew = true,
            Verdict::Burst => {
                (self.most, self.untroubled) = (MOST, MOST);
                return false;
            }
            Verdict::BackTo(count) => {
                let less = (self.target / 2).max(count);
                self.go_back(count, look);
                (self.most, self.untroubled) = (less, less);
            }
        }
        true
    }

    /// True once where all connections are to be begun anew.
    pub(super) fn begins_anew(&mut self) -> bool {
        std::mem::take(&mut self.anew)
    }

    /// What has a leap brought, which has multiplied the rate by `gain`?
    fn judge(&mut self, look: &Look, fewer: usize, gain: f64, time: Duration) {
        if gain >= FAR_FASTER || (time >= SURE && gain >= FASTER) {
            let rate = rate(look.received.saturating_sub(self.from), time);
            (self.leap, self.before) = (Leap::May, None);
            if look.held { self.leap(look, rate) } else { self.measure(look) }
        } else if time >= SURE && gain < SLOWER {
            self.go_back(fewer, look);
        } else if time >= SURE {
            // The rate before may have been that of a burst, which no later one is held against.
            (self.leap, self.before, self.vain) = (Leap::Never, None, 1);
            self.measure(look);
        }
    }

    /// Each may bring as much again as the best of them before the server holds it back.
    fn leap(&mut self, look: &Look, rate: f64) {
        let needed = look.left.div_ceil(look.burst.max(1));
        let leap = usize::try_from(needed).unwrap_or(LEAP).clamp(1, LEAP - 1);
        if self.grow(look.running + leap * look.running, rate, look) {
            self.leap = Leap::Tried;
        }
    }

    /// True where there should be more now.
    fn grow(&mut self, target: usize, rate: f64, look: &Look) -> bool {
        let target = target.clamp(self.target, self.most.max(self.target));
        let more = target > self.target;
        if more {
            self.before = Some((self.target, rate));
            self.target = target;
            self.measure(look);
            self.measuring = false;
            self.collapse.changed(look);
        }
        more
    }

    fn go_back(&mut self, fewer: usize, look: &Look) {
        // For good: this was measured.
        (self.untroubled, self.most, self.target) = (fewer, fewer, fewer);
        (self.before, self.leap) = (None, Leap::Never);
        self.measure(look);
    }

    /// Counts from now on.
    fn measure(&mut self, look: &Look) {
        (self.measuring, self.since, self.from) = (true, look.now, look.received);
    }
}

#[expect(clippy::cast_precision_loss, reason = "rates are rough")]
fn rate(bytes: u64, time: Duration) -> f64 {
    bytes as f64 / time.as_secs_f64()
}

#[cfg(test)]
mod tests;
