//! A server that wants fewer connections may say so by sending next to nothing over all of them. What new connections
//! begin with hides that from a short look, so stretches of time are held against the best one that there was.

use std::time::{Duration, Instant};

use super::{Look, rate};

/// A rate below this part of the best one has collapsed.
const COLLAPSE: f64 = 0.5;

/// How long a stretch is at least; it is twice as long as a request takes there and back, twice.
const STRETCH: Duration = Duration::from_millis(300);

/// What a look shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing special.
    Fine,
    /// The rate has collapsed: so many connections had the best one.
    BackTo(usize),
    /// It has, and there are fewer already.
    Gone,
    /// Fewer did not help: begin them anew.
    Anew,
    /// That did not help either: the best rate was a burst that no number brings again.
    Burst,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Stretch {
    /// The first with this number: what each new connection begins with says nothing of what it brings.
    First,
    /// A later one.
    Later,
    /// The first after a collapse: the server has not heard yet that there are fewer.
    Leaving,
    /// The one after that: is it better again?
    Back,
    /// The same, after all connections were begun anew: a server may have slowed down for good those that were left.
    Anew,
}

/// See the head of this file.
#[derive(Debug)]
pub(super) struct Collapse {
    /// The number that had the best rate so far, and that rate in bytes per second.
    best: Option<(usize, f64)>,
    stretch: Stretch,
    /// When it began, and what had come by then.
    since: Instant,
    from: u64,
}

impl Collapse {
    pub(super) fn new(best: Option<(usize, f64)>, since: Instant, from: u64) -> Self {
        Self { best, stretch: Stretch::First, since, from }
    }

    /// There are to be more connections from now on.
    pub(super) fn changed(&mut self, look: &Look) {
        self.begin(Stretch::First, look);
    }

    fn begin(&mut self, stretch: Stretch, look: &Look) {
        (self.stretch, self.since, self.from) = (stretch, look.now, look.received);
    }

    /// Looks at the clock while `target` connections are wanted.
    pub(super) fn look(&mut self, look: &Look, target: usize) -> Verdict {
        if look.running == 0 {
            self.begin(self.stretch, look);
            return Verdict::Fine;
        }
        let time = look.now.duration_since(self.since);
        if time < STRETCH.max(look.ttfb * 4) {
            return Verdict::Fine;
        }
        let rate = rate(look.received.saturating_sub(self.from), time);
        let stretch = self.stretch;
        self.begin(if stretch == Stretch::Leaving { Stretch::Back } else { Stretch::Later }, look);
        let Some((count, best)) = self.best else {
            self.best = (stretch == Stretch::Later).then_some((look.running, rate));
            return Verdict::Fine;
        };
        let collapsed = rate < best * COLLAPSE;
        match stretch {
            Stretch::Leaving if collapsed => Verdict::Gone,
            Stretch::Back if collapsed => {
                self.stretch = Stretch::Anew;
                Verdict::Anew
            }
            Stretch::Anew if collapsed => {
                self.best = Some((look.running, rate));
                Verdict::Burst
            }
            _ if collapsed && count < target => {
                self.stretch = Stretch::Leaving;
                Verdict::BackTo(count)
            }
            Stretch::Later if rate > best => {
                self.best = Some((look.running, rate));
                Verdict::Fine
            }
            _ => Verdict::Fine,
        }
    }
}
