//! When the bytes of a stream come: how fast, and whether its server holds it back. A leaf within the room.

use std::time::{Duration, Instant};

use crate::engine::segments::QUIET;

/// How often progress is told.
pub(super) const SAMPLE: Duration = Duration::from_millis(100);

/// How long bytes wait for more before they go to the kernel, where they outlive the process.
pub(super) const WAIT: Duration = Duration::from_millis(50);

/// A connection as fast as this, in bytes per second, is held back by this machine and not by the server: others would
/// but share its time.
const FAST: u64 = 200_000_000;

/// When bytes of one stream came.
pub(super) struct Pulse {
    /// What was here before.
    pub(super) from: u64,
    pub(super) began: Option<Instant>,
    last: Option<Instant>,
    /// The longest wait for bytes that came since the last look.
    waited: Duration,
}

impl Pulse {
    pub(super) fn new(from: u64) -> Self {
        Self { from, began: None, last: None, waited: Duration::ZERO }
    }

    /// Some came, which were waited for since then; true for the first.
    pub(super) fn beat(&mut self, since: Instant) -> bool {
        let now = Instant::now();
        let first = self.began.is_none();
        if !first {
            self.waited = self.waited.max(now.duration_since(since));
        }
        self.last = Some(now);
        self.began.get_or_insert(now);
        first
    }

    /// What can be said of it where so much of the file is here.
    #[expect(clippy::cast_precision_loss, reason = "rates are rough")]
    pub(super) fn alone(&self, len: u64) -> Option<Alone> {
        let (began, last, brought) = (self.began?, self.last?, len - self.from);
        let rate = brought as f64 / began.elapsed().as_secs_f64().max(0.001);
        // The first bytes come in a burst, which says nothing of those that follow.
        let steady = began.elapsed() > 2 * SAMPLE && !self.is_quiet();
        Some(Alone { brought, last, rate, steady })
    }

    pub(super) fn is_fast(&self, len: u64) -> bool {
        let time = self.began.map_or(Duration::ZERO, |began| began.elapsed());
        u128::from(len - self.from) * 1000 > u128::from(FAST) * time.as_millis()
    }

    /// It has waited, or waits now, although it could go on.
    pub(super) fn is_quiet(&self) -> bool {
        self.waited.max(self.last.map_or(Duration::ZERO, |last| last.elapsed())) >= QUIET
    }

    /// Begins to look for the next wait.
    pub(super) fn look(&mut self) {
        self.waited = Duration::ZERO;
    }
}

/// What one connection has brought before it got company.
#[derive(Debug, Clone, Copy)]
pub(super) struct Alone {
    pub(super) brought: u64,
    /// When its last byte came.
    pub(super) last: Instant,
    /// Bytes per second.
    pub(super) rate: f64,
    /// It flows without a break.
    pub(super) steady: bool,
}
