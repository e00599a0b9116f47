//! How many connections a file is worth: one at first, more while the whole gets faster by it, and as many as were best
//! where it gets slower or the server objects. Pure: time comes in as an argument.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// So many connections at most where the user has not said.
const MOST: usize = 16;

/// So much faster is faster.
const FASTER: f64 = 1.05;

/// So much faster shows at once, where bursts hide a little.
const FAR_FASTER: f64 = 1.5;

/// So much slower is slower, and for so long.
const SLOWER: f64 = 0.8;
const SURE: Duration = Duration::from_secs(1);

/// So much slower shows sooner, where nobody waits for longer than half of that.
const FAR_SLOWER: f64 = 0.5;
const SOON: Duration = Duration::from_millis(200);

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
    /// How long one of them has waited for bytes at most.
    pub(super) pause: Duration,
    /// From a request to its answer.
    pub(super) ttfb: Duration,
}

/// Growth by more than measuring would give, for a server that holds its connections back.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Leap {
    /// The last one has brought something.
    May,
    /// Nobody knows yet what it brings. What each new connection begins with counts: so it does in the rate before,
    /// which is this.
    Tried(f64),
    /// The last one has not.
    Never,
}

/// A time, and what had come by then.
#[derive(Debug, Clone, Copy)]
struct Mark {
    at: Instant,
    received: u64,
}

/// See the head of this file.
#[derive(Debug)]
pub(super) struct Growth {
    /// What the user has said, or the most that anybody gets.
    limit: usize,
    /// The user has said it.
    fixed: bool,
    /// As above, but less for a while after the server has objected.
    most: usize,
    /// The same after more has done harm.
    harmless: usize,
    target: usize,
    /// What each number of connections has brought when it was last there, in bytes per second.
    rates: BTreeMap<usize, f64>,
    /// When the present number was asked for.
    asked: Mark,
    /// When it was there, or has been measured last.
    there: Option<Mark>,
    leap: Leap,
    /// How often more has not helped.
    vain: u32,
    /// How often more has done harm, and how often that is still to be remembered.
    falls: u32,
    remembered: u32,
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
        let limit = wanted.unwrap_or(MOST).max(1);
        // What comes in bursts looks faster than it is, up to twice.
        let rates = alone.map(|(rate, steady)| (1, if steady { rate } else { rate / 2.0 }));
        let leap = match alone {
            // Two more at once, or further ones, are a leap.
            Some((rate, false)) if first > 2 => Leap::Tried(rate),
            _ => Leap::May,
        };
        Self {
            limit,
            fixed: wanted.is_some(),
            most: limit,
            harmless: limit,
            target: wanted.unwrap_or(first).clamp(1, limit),
            rates: rates.into_iter().collect(),
            asked: Mark { at: since, received: from },
            there: None,
            leap,
            vain: 0,
            falls: 0,
            remembered: 0,
        }
    }

    /// How many connections there should be, as far as they get any.
    pub(super) fn target(&self) -> usize {
        self.target
    }

    /// The trouble is long over. Where the user has said a number it holds again; else it grows by itself.
    pub(super) fn forgive(&mut self) {
        self.most = self.limit;
        match self.remembered.checked_sub(1) {
            Some(left) => self.remembered = left,
            None => self.harmless = self.limit,
        }
        if self.fixed {
            self.target = self.most;
        }
    }

    /// The server objects: no more than there are, for now.
    pub(super) fn trouble(&mut self, running: usize) {
        self.most = running.max(1);
        self.target = self.target.min(self.most);
        self.rates.retain(|count, _| *count <= self.most);
        self.there = None;
    }

    /// Somebody else has made them fewer: what comes now says nothing of the number that there should be.
    pub(super) fn disturbed(&mut self) {
        self.rates.clear();
        self.there = None;
        if let Leap::Tried(_) = self.leap {
            self.leap = Leap::Never;
        }
    }

    /// Looks whether the number of connections is right.
    pub(super) fn look(&mut self, look: &Look) {
        if look.offered > 0 || look.running == 0 || look.running > self.target {
            self.there = None;
        } else if !self.fixed {
            let (time, rate) = self.there.get_or_insert(Mark::of(look)).until(look);
            // A window shorter than two waits may hold a burst too many.
            let epoch = EPOCH.max(look.ttfb * 2).max(look.pause.min(SURE / 2) * 2);
            if let Some(better) = self.is_slower(look, time, rate) {
                self.go_to(better, look, rate);
            } else if !self.leaps(look) && time >= epoch {
                self.measure(look, time, rate);
            }
        }
    }

    /// The number that was so much better that there should be as many again.
    fn is_slower(&self, look: &Look, time: Duration, rate: f64) -> Option<usize> {
        let others = self.rates.iter().filter(|(count, _)| **count != look.running);
        let (better, best) = others.max_by(|a, b| a.1.total_cmp(b.1))?;
        // Not for more of them: a server may not have noticed yet that there are fewer.
        let far = *better < look.running && time >= look.soon() && rate < best * FAR_SLOWER;
        (far || (time >= SURE && rate < best * SLOWER)).then_some(*better)
    }

    /// So many have brought far more.
    fn is_far_slower(&self, count: usize, rate: f64) -> bool {
        self.rates.get(&count).is_some_and(|before| rate < before * FAR_SLOWER)
    }

    fn go_to(&mut self, better: usize, look: &Look, rate: f64) {
        if better < look.running {
            // What lies between may be better still.
            (self.harmless, self.leap) = (better.max(look.running / 2), Leap::Never);
            self.falls += 1;
            self.remembered = self.falls;
        } else if self.is_far_slower(look.running, rate) {
            // Everything has become slower, so that the number was not to blame.
            (self.harmless, self.falls) = (self.limit, 0);
        } else {
            self.harmless = self.harmless.max(better);
        }
        self.rates.insert(look.running, rate);
        (self.target, self.vain) = (better.min(self.most), 0);
        (self.asked, self.there) = (Mark::of(look), None);
    }

    /// True where a leap begins, or nobody knows yet what it brings.
    fn leaps(&mut self, look: &Look) -> bool {
        let (time, rate) = self.asked.until(look);
        if let Leap::Tried(before) = self.leap {
            let gain = rate / before.max(1.0);
            if time < EPOCH.max(look.ttfb * 2) || (time < SURE && gain < FAR_FASTER) {
                return true;
            }
            if gain < FASTER {
                (self.leap, self.vain) = (Leap::Never, 1);
                return false;
            }
            self.leap = Leap::May;
        }
        // Each may bring as much again as the best of them before the server holds it back.
        let needed = look.left.div_ceil(look.burst.max(1));
        let more = usize::try_from(needed).unwrap_or(LEAP).clamp(1, LEAP - 1);
        let leaps = look.held && self.leap == Leap::May && time >= EPOCH && self.grow(look.running * (1 + more), look);
        if leaps {
            self.leap = Leap::Tried(rate);
        }
        leaps
    }

    /// Takes note of what so many bring, and has more of them where that is more than fewer brought.
    fn measure(&mut self, look: &Look, time: Duration, rate: f64) {
        let fewer = self.rates.range(..look.running).map(|(_, rate)| *rate).fold(0.0, f64::max);
        if time < SURE && (rate < fewer * FAR_SLOWER || self.is_far_slower(look.running, rate)) {
            // It shows soon whether that stays so.
            return;
        }
        self.rates.insert(look.running, rate);
        if time >= SURE {
            self.there = None;
        }
        let again = look.now.duration_since(self.asked.at) >= AGAIN;
        if self.vain > 1 || look.running < self.target || (self.vain > 0 && !again) {
            return;
        }
        if rate >= fewer * FASTER {
            self.grow(look.running * 2, look);
        } else {
            self.vain += 1;
        }
    }

    /// True where there should be more now.
    fn grow(&mut self, target: usize, look: &Look) -> bool {
        let target = target.min(self.most).min(self.harmless);
        let more = target > self.target;
        if more {
            self.target = target;
            (self.asked, self.there) = (Mark::of(look), None);
        }
        more
    }
}

impl Look {
    /// After so long it shows that something is far slower.
    fn soon(&self) -> Duration {
        (self.pause * 2).clamp(SOON, SURE)
    }
}

impl Mark {
    fn of(look: &Look) -> Self {
        Self { at: look.now, received: look.received }
    }

    /// The time since then, and the rate in it.
    #[expect(clippy::cast_precision_loss, reason = "rates are rough")]
    fn until(&self, look: &Look) -> (Duration, f64) {
        let time = look.now.duration_since(self.at);
        (time, look.received.saturating_sub(self.received) as f64 / time.as_secs_f64().max(0.001))
    }
}

#[cfg(test)]
mod tests;
