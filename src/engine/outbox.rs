//! The way out of the engine: a queue of facts in which each job has at most one unread progress sample. The
//! engine never waits for the reader, so a face that hangs costs memory for its unread facts and nothing else;
//! whoever adds work waits for room first.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::event::Event;
use super::request::JobId;

type Waker = Box<dyn Fn() + Send>;

#[derive(Default)]
struct Queue {
    /// Facts, and a mark for every sample where its first version arrived; a mark whose sample is gone says nothing.
    entries: VecDeque<Entry>,
    /// The unread samples of each job, with the numbers of their marks.
    samples: HashMap<(JobId, Kind), (u64, Event)>,
    marks: u64,
    waker: Option<Waker>,
    closed: bool,
    /// Requests on their way to the supervisor.
    in_transit: usize,
    /// Jobs that wait for a slot.
    waiting: usize,
    /// How many [`Hold`]s there are.
    holds: usize,
    /// The engine ends: more requests make no sense.
    refusing: bool,
    /// Threads that wait for an event, and for room: to wake nobody is a system call too, for every event.
    readers: usize,
    adders: usize,
}

/// A reader of lists holds back while this many events are unread or this many jobs wait.
const MOST_UNREAD: usize = 4096;
const MOST_WAITING: usize = 10_000;

/// Whoever wants all of a list in at once holds back while this many requests are not jobs yet: each is in memory
/// several times on its way through the state database.
const MOST_IN_TRANSIT: usize = 4000;

enum Entry {
    Fact(Event),
    Sample((JobId, Kind), u64),
}

/// What a sample is of.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Progress,
    Pieces,
}

/// What a newer event of the same takes the place of, if any may.
fn sampled(event: &Event) -> Option<(JobId, Kind)> {
    match event {
        Event::Progress { id, .. } => Some((*id, Kind::Progress)),
        Event::Pieces { id, .. } => Some((*id, Kind::Pieces)),
        _ => None,
    }
}

impl Queue {
    fn pop(&mut self) -> Option<Event> {
        loop {
            match self.entries.pop_front()? {
                Entry::Fact(event) => return Some(event),
                Entry::Sample(of, mark) => {
                    if self.samples.get(&of).is_some_and(|(current, _)| *current == mark) {
                        return self.samples.remove(&of).map(|(_, sample)| sample);
                    }
                }
            }
        }
    }
}

/// The engine's end.
#[derive(Default)]
pub(super) struct Outbox {
    queue: Mutex<Queue>,
    filled: Condvar,
    drained: Condvar,
    /// Nothing more comes.
    closed: Condvar,
    /// The last [`Hold`] is gone.
    let_go: Notify,
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox").field("unread", &self.unread()).finish_non_exhaustive()
    }
}

impl Outbox {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        // No code below can leave the queue half changed, so a poisoned lock is as good as another.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an event. A sample takes the place of the job's unread one.
    pub(super) fn push(&self, event: Event) {
        let mut queue = self.lock();
        if let Some(of) = sampled(&event) {
            if let Some((_, sample)) = queue.samples.get_mut(&of) {
                *sample = event;
                return;
            }
            queue.marks += 1;
            let mark = queue.marks;
            queue.samples.insert(of, (mark, event));
            queue.entries.push_back(Entry::Sample(of, mark));
        } else {
            // Unread samples are out of date now, and later ones in their place would arrive before this fact.
            if let Some(id) = event.job() {
                for kind in [Kind::Progress, Kind::Pieces] {
                    queue.samples.remove(&(id, kind));
                }
            }
            queue.entries.push_back(Entry::Fact(event));
        }
        self.wake(&queue);
    }

    /// Says that nothing more will come.
    pub(super) fn close(&self) {
        let mut queue = self.lock();
        queue.closed = true;
        self.more_room(&queue);
        self.closed.notify_all();
        self.wake(&queue);
    }

    /// How many events nobody has read.
    fn unread(&self) -> usize {
        self.lock().entries.len()
    }

    /// Says that requests are on their way to the supervisor.
    pub(super) fn announce(&self, requests: usize) {
        self.lock().in_transit += requests;
    }

    /// Says that the supervisor has taken announced requests in, and how many jobs wait now. Both in one step: between
    /// two, the requests would count nowhere, and a reader of lists would see room that is not there.
    pub(super) fn took_in(&self, requests: usize, waiting: usize) {
        let mut queue = self.lock();
        queue.in_transit -= requests;
        queue.waiting = waiting;
        self.more_room(&queue);
    }

    /// Says how many jobs wait for a slot.
    pub(super) fn set_waiting(&self, waiting: usize) {
        let mut queue = self.lock();
        if queue.waiting != waiting {
            queue.waiting = waiting;
            self.more_room(&queue);
        }
    }

    /// Says that the engine ends.
    pub(super) fn refuse(&self) {
        let mut queue = self.lock();
        queue.refusing = true;
        self.more_room(&queue);
    }

    /// Waits until nobody holds requests in hand.
    pub(super) async fn none_held(&self) {
        // One permit is kept, so nothing is missed between the look and the wait.
        while self.lock().holds > 0 {
            self.let_go.notified().await;
        }
    }

    /// Waits until more requests make sense; false when the engine ends or has ended and none do.
    pub(super) fn wait_for_room(&self) -> bool {
        self.wait_while(|queue| queue.entries.len() > MOST_UNREAD || queue.in_transit + queue.waiting > MOST_WAITING)
    }

    /// Waits until few requests are on their way to the supervisor, however many jobs there are; false when the engine
    /// ends or has ended.
    pub(super) fn wait_for_turn(&self) -> bool {
        self.wait_while(|queue| queue.in_transit > MOST_IN_TRANSIT)
    }

    fn wait_while(&self, full: impl Fn(&Queue) -> bool) -> bool {
        let mut queue = self.lock();
        while !queue.closed && !queue.refusing && full(&queue) {
            queue.adders += 1;
            queue = self.drained.wait(queue).unwrap_or_else(PoisonError::into_inner);
            queue.adders -= 1;
        }
        !queue.closed && !queue.refusing
    }

    fn more_room(&self, queue: &Queue) {
        if queue.adders > 0 {
            self.drained.notify_all();
        }
    }

    fn wake(&self, queue: &Queue) {
        if queue.readers > 0 {
            self.filled.notify_one();
        }
        // A reader that was told once drains everything, so only the first of many needs to tell it.
        if (queue.entries.len() <= 1 || queue.closed)
            && let Some(waker) = &queue.waker
        {
            waker();
        }
    }
}

/// Somebody has requests in hand that the engine must hear of, also when it is told to stop meanwhile. Hand them over
/// before this is dropped, and never wait for anything but [`Engine::wait_for_room`](super::Engine::wait_for_room).
#[derive(Debug)]
pub struct Hold(Arc<Outbox>);

impl Hold {
    pub(super) fn new(outbox: &Arc<Outbox>) -> Self {
        outbox.lock().holds += 1;
        Self(Arc::clone(outbox))
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut queue = self.0.lock();
        queue.holds -= 1;
        if queue.holds == 0 {
            self.0.let_go.notify_one();
        }
    }
}

/// What [`Events::recv_timeout`] found.
#[derive(Debug)]
pub enum Received {
    /// An event.
    Event(Event),
    /// Nothing, for as long as the caller wanted to wait.
    Nothing,
    /// The engine has ended and everything has been read.
    Closed,
}

/// So many events are taken out together at most: a lock for each would be in the engine's way.
const BUNCH: usize = 256;

/// A face's end: everything that the engine says, in order.
#[derive(Debug)]
pub struct Events {
    outbox: Arc<Outbox>,
    /// What was taken out and not read.
    bunch: Mutex<VecDeque<Event>>,
}

impl Events {
    pub(super) fn new(outbox: Arc<Outbox>) -> Self {
        Self { outbox, bunch: Mutex::default() }
    }

    /// Waits for the next event; `None` when the engine has ended and everything has been read.
    pub fn recv(&self) -> Option<Event> {
        match self.recv_until(None) {
            Received::Event(event) => Some(event),
            // Without an end of the wait there is nothing else.
            Received::Nothing | Received::Closed => None,
        }
    }

    /// Waits for the next event, but not longer than `limit`.
    pub fn recv_timeout(&self, limit: Duration) -> Received {
        self.recv_until(Some(Instant::now() + limit))
    }

    /// The next event, if there is one now.
    #[must_use]
    pub fn try_recv(&self) -> Received {
        self.recv_timeout(Duration::ZERO)
    }

    fn recv_until(&self, until: Option<Instant>) -> Received {
        let mut bunch = self.bunch.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(event) = bunch.pop_front() {
            return Received::Event(event);
        }
        let mut queue = self.outbox.lock();
        loop {
            bunch.extend(std::iter::from_fn(|| queue.pop()).take(BUNCH));
            if let Some(event) = bunch.pop_front() {
                self.outbox.more_room(&queue);
                return Received::Event(event);
            }
            if queue.closed {
                return Received::Closed;
            }
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Received::Nothing;
            }
            queue.readers += 1;
            let filled = &self.outbox.filled;
            queue = match left {
                Some(left) => filled.wait_timeout(queue, left).unwrap_or_else(PoisonError::into_inner).0,
                None => filled.wait(queue).unwrap_or_else(PoisonError::into_inner),
            };
            queue.readers -= 1;
        }
    }

    /// Lets events gather for so long, or until the engine has ended. Whoever reads them in a storm one by one is woken
    /// for each, which costs more than what is done with it.
    pub fn gather(&self, limit: Duration) {
        let queue = self.outbox.lock();
        drop(self.outbox.closed.wait_timeout_while(queue, limit, |queue| !queue.closed));
    }

    /// Has `waker` called, on a thread of the engine, whenever the first unread event arrives and when the engine
    /// ends; read until nothing is left then. It must return at once. It is called now if something is unread.
    pub fn wake_with(&self, waker: impl Fn() + Send + 'static) {
        let mut queue = self.outbox.lock();
        if queue.closed || !queue.entries.is_empty() {
            waker();
        }
        queue.waker = Some(Box::new(waker));
    }
}

#[cfg(test)]
mod tests;
