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

type Work = Box<dyn FnOnce() + Send>;

/// See the head of this file. The threads end when it is dropped, and do first what waits.
#[derive(Debug)]
pub(in crate::engine) struct Crew {
    yard: Arc<Yard>,
    most: usize,
    each: usize,
}

#[derive(Default)]
struct Yard {
    state: Mutex<State>,
    called: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Work>,
    threads: usize,
    /// Those of them that have lain down.
    idle: usize,
    /// One of them was called and is not up yet.
    calling: bool,
    closed: bool,
}

impl fmt::Debug for Yard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Yard").field("waiting", &self.lock().waiting.len()).finish_non_exhaustive()
    }
}

impl Yard {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        let mut gathered = true;
        loop {
            let next = self.lock().waiting.pop_front();
            match next {
                Some(work) => {
                    gathered = false;
                    // Whoever gave it hears of its end in his own way.
                    let _ = catch_unwind(AssertUnwindSafe(work));
                }
                None if !gathered => {
                    thread::sleep(GATHER);
                    gathered = true;
                }
                None => {
                    let mut state = self.lock();
                    if !state.waiting.is_empty() {
                        continue;
                    }
                    if state.closed {
                        return;
                    }
                    state.idle += 1;
                    state = self.called.wait(state).unwrap_or_else(PoisonError::into_inner);
                    (state.idle, state.calling) = (state.idle - 1, false);
                }
            }
        }
    }
}

impl Crew {
    /// At most so many threads, and none before there is work. Another one joins in while more than `each` waits for
    /// every thread that is up.
    pub(in crate::engine) fn new(most: usize, each: usize) -> Self {
        Self { yard: Arc::default(), most: most.max(1), each }
    }

    /// Has the work done soon, here and now where the system gives no thread. It must not wait for other work.
    pub(in crate::engine) fn run(&self, work: impl FnOnce() + Send + 'static) {
        let mut state = self.yard.lock();
        state.waiting.push_back(Box::new(work));
        let up = state.threads - state.idle;
        if state.calling || state.waiting.len() <= self.each * up {
            return;
        }
        if state.idle > 0 {
            state.calling = true;
            self.yard.called.notify_one();
        } else if state.threads < self.most {
            state.threads += 1;
            let yard = Arc::clone(&self.yard);
            let started = thread::Builder::new().name("haul-disk".to_owned()).spawn(move || yard.work());
            if started.is_err() {
                state.threads -= 1;
                let alone = if state.threads == 0 { state.waiting.pop_back() } else { None };
                drop(state);
                if let Some(work) = alone {
                    work();
                }
            }
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.yard.lock().closed = true;
        self.yard.called.notify_all();
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

    #[test]
    fn more_join_in_where_one_is_held_up() {
        let (crew, (done, heard)) = (Crew::new(2, 32), mpsc::channel());
        let (go, gate) = mpsc::channel::<()>();
        crew.run(move || gate.recv().expect("the test lets it go"));
        for n in 0..64 {
            let done = done.clone();
            crew.run(move || done.send(n).expect("the test listens"));
        }
        // The first is held up still.
        assert_eq!(heard.iter().take(64).count(), 64);
        go.send(()).expect("it waits");
    }
}
