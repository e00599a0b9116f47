//! Threads for work that is quick and comes by the thousand: small bodies on their way to the disk. One thread mostly
//! does it all, and where the disk is slow more join in. It must not know what the work is.

use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How long a thread that has nothing to do waits for more before it lies down: under load it is woken once for what
/// has gathered meanwhile, instead of once for each.
const GATHER: Duration = Duration::from_millis(1);

/// What waits while nothing at all is taken up for so long waits behind work that is held up.
const PATIENCE: Duration = Duration::from_millis(50);

type Work = Box<dyn FnOnce() + Send>;

/// See the head of this file. The threads end when it is dropped, and do first what waits.
#[derive(Debug)]
pub(in crate::engine) struct Crew(Arc<Yard>);

struct Yard {
    state: Mutex<State>,
    called: Condvar,
    most: usize,
    each: usize,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Work>,
    /// How much was ever taken up.
    taken: u64,
    threads: usize,
    /// Those of them that have lain down.
    idle: usize,
    /// One of them looks on while others work, and joins in where they are held up.
    watching: bool,
    /// One of them was called and is not up yet.
    calling: bool,
    closed: bool,
}

/// What a thread does next.
enum Part {
    Work,
    Watch,
    Rest,
}

impl fmt::Debug for Yard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Yard").field("waiting", &self.lock().waiting.len()).finish_non_exhaustive()
    }
}

impl State {
    /// What one thread more could do, where so many work.
    fn part(&self, working: usize, each: usize) -> Part {
        match self.waiting.len() {
            0 => Part::Rest,
            waiting if working == 0 || waiting > each * working => Part::Work,
            _ if self.watching => Part::Rest,
            _ => Part::Watch,
        }
    }

    fn working(&self) -> usize {
        self.threads - self.idle - usize::from(self.watching)
    }
}

impl Yard {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has another thread come where one could do something; true where there is none.
    fn call(self: &Arc<Self>, state: &mut State) -> bool {
        if state.calling || matches!(state.part(state.working(), self.each), Part::Rest) {
            return false;
        }
        if state.idle > 0 {
            state.calling = true;
            self.called.notify_one();
        } else if state.threads < self.most {
            let yard = Arc::clone(self);
            let started = thread::Builder::new().name("haul-disk".to_owned()).spawn(move || yard.work());
            if started.is_ok() {
                (state.threads, state.calling) = (state.threads + 1, true);
            }
        }
        state.threads == 0
    }

    fn work(self: &Arc<Self>) {
        let mut state = self.lock();
        state.calling = false;
        loop {
            match state.part(state.working() - 1, self.each) {
                Part::Work => state = self.take_up(state),
                Part::Watch => state = self.watch(state),
                Part::Rest if state.closed => return,
                Part::Rest => {
                    state.idle += 1;
                    state = self.called.wait(state).unwrap_or_else(PoisonError::into_inner);
                    (state.idle, state.calling) = (state.idle - 1, false);
                }
            }
        }
    }

    /// Works until nothing more comes.
    fn take_up<'a>(self: &'a Arc<Self>, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let mut gathered = false;
        loop {
            if let Some(work) = state.waiting.pop_front() {
                state.taken += 1;
                self.call(&mut state);
                drop(state);
                // Whoever gave it hears of its end in his own way.
                let _ = catch_unwind(AssertUnwindSafe(work));
                gathered = false;
            } else if gathered || state.closed {
                return state;
            } else {
                drop(state);
                thread::sleep(GATHER);
                gathered = true;
            }
            state = self.lock();
        }
    }

    /// Looks on until nothing waits any more, or what waits has to be taken up here.
    fn watch<'a>(self: &'a Arc<Self>, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        state.watching = true;
        while let (taken, false) = (state.taken, state.waiting.is_empty()) {
            let timed = self.called.wait_timeout(state, PATIENCE).unwrap_or_else(PoisonError::into_inner);
            state = timed.0;
            state.calling = false;
            if state.taken == taken && timed.1.timed_out() || state.waiting.len() > self.each * state.working() {
                state.watching = false;
                return self.take_up(state);
            }
        }
        state.watching = false;
        state
    }
}

impl Crew {
    /// At most so many threads, and none before there is work. Another one joins in while more than `each` waits for
    /// every thread that works, and where those that work are held up.
    pub(in crate::engine) fn new(most: usize, each: usize) -> Self {
        Self(Arc::new(Yard { state: Mutex::default(), called: Condvar::new(), most: most.max(1), each }))
    }

    /// Has the work done soon, here and now where the system gives no thread. It must not wait for other work.
    pub(in crate::engine) fn run(&self, work: impl FnOnce() + Send + 'static) {
        let mut state = self.0.lock();
        state.waiting.push_back(Box::new(work));
        if self.0.call(&mut state)
            && let Some(work) = state.waiting.pop_back()
        {
            drop(state);
            work();
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.called.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn everything_is_done_also_what_comes_after_a_panic_and_before_the_end() {
        let (crew, (done, heard)) = (Crew::new(3, 8), mpsc::channel());
        for n in 0..1000 {
            let done = done.clone();
            crew.run(move || {
                assert!(n != 500, "this one panics");
                done.send(n).expect("the test listens");
            });
        }
        drop((crew, done));
        let mut all: Vec<_> = heard.iter().collect();
        all.sort_unstable();
        assert_eq!(all, (0..1000).filter(|n| *n != 500).collect::<Vec<_>>());
    }

    /// So many pieces of work behind one, or two, that are held up.
    #[test]
    fn others_join_in_where_some_are_held_up() {
        for (held, behind) in [(1, 64), (1, 31), (1, 1), (2, 3), (15, 1)] {
            let (crew, (done, heard)) = (Crew::new(16, 32), mpsc::channel());
            let gates: Vec<_> = (0..held)
                .map(|_| {
                    let (go, gate) = mpsc::channel::<()>();
                    crew.run(move || gate.recv().expect("the test lets it go"));
                    go
                })
                .collect();
            for n in 0..behind {
                let done = done.clone();
                crew.run(move || done.send(n).expect("the test listens"));
            }
            assert_eq!(heard.iter().take(behind).count(), behind, "{held}");
            for go in gates {
                go.send(()).expect("it waits");
            }
        }
    }
}
