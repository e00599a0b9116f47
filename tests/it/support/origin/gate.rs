//! A latch in the test's hand: an answer waits at it, the test opens it. This is how a test holds a download in the
//! middle without a sleep.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::support::{HUNG, fail};

/// Waits are numbered as they come, so that [`Gate::pass`] lets those through that came first, and none of them twice.
#[derive(Default)]
struct State {
    open: bool,
    abandoned: bool,
    arrived: usize,
    admitted: usize,
}

impl State {
    fn waiting(&self) -> usize {
        if self.open { 0 } else { self.arrived.saturating_sub(self.admitted) }
    }
}

/// Clones are the same gate.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<(Mutex<State>, Condvar)>);

impl Gate {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Lets everyone through, from now on.
    pub(crate) fn open(&self) {
        self.change(|state| state.open = true);
    }

    /// Lets `count` waits through, those that wait already or come later.
    pub(crate) fn pass(&self, count: usize) {
        self.change(|state| state.admitted += count);
    }

    /// Holds the test until `count` answers wait at the gate at the same time.
    #[track_caller]
    pub(crate) fn wait_for(&self, count: usize) {
        let (_, changed) = &*self.0;
        let (state, limit) = changed
            .wait_timeout_while(self.lock(), HUNG, |state| state.waiting() < count)
            .unwrap_or_else(PoisonError::into_inner);
        let waiting = state.waiting();
        drop(state);
        if limit.timed_out() {
            fail(&format!("{waiting} of {count} answers reached the gate within {HUNG:?}"));
        }
    }

    /// Waits; false if the origin ended first.
    pub(super) fn wait(&self) -> bool {
        let (_, changed) = &*self.0;
        let mut state = self.lock();
        let number = state.arrived;
        state.arrived += 1;
        changed.notify_all();
        let state = changed
            .wait_while(state, |state| !state.open && state.admitted <= number && !state.abandoned)
            .unwrap_or_else(PoisonError::into_inner);
        !state.abandoned
    }

    pub(super) fn abandon(&self) {
        self.change(|state| state.abandoned = true);
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.0.1.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
