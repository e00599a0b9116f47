//! Who may start next: slots over all hosts, a window for each host, and turns among hosts; and what a host's trouble
//! means for its window. Pure: time comes in as an argument, and jobs are known by their ids alone.

mod host;
mod queues;
mod turns;
mod window;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use url::{Origin, Url};

use super::error::{ErrorClass, TransferError};
use super::event::Move;
use super::options::HostRule;
use super::rate::Flow;
use super::request::JobId;

use host::Host;
use queues::Queues;
use turns::{HostNo, Stand, Turns};

/// How many strikes an error is: a server that says so itself is believed at once, other troubles at the second.
fn strikes(error: &TransferError) -> u32 {
    match (error.class, error.status) {
        (ErrorClass::RateLimited, _) => 2,
        (ErrorClass::Status, Some(503))
        | (ErrorClass::Connect | ErrorClass::Timeout | ErrorClass::Stalled | ErrorClass::Truncated, _) => 1,
        _ => 0,
    }
}

/// So many requests are lent at once over all hosts: each is a connection with buffers of its own for the disk, two of
/// 64 KiB, and all buffers together take no more than 16 MiB.
const MOST_LENT: usize = 64;

/// Where more hosts are known than this, idle ones are forgotten.
const MOST_KNOWN: usize = 4096;

/// Slots, windows and turns.
#[derive(Debug)]
pub(super) struct Hosts {
    slots: usize,
    per_host: Option<usize>,
    rules: Vec<HostRule>,
    in_flight: usize,
    lent: usize,
    numbers: HashMap<Origin, HostNo>,
    known: HashMap<HostNo, Host>,
    last: HostNo,
    queues: Queues,
    turns: Turns,
    /// Hosts to which something has happened since the last look.
    stirred: BTreeSet<HostNo>,
    /// Hosts whose window has found another size, until somebody is told.
    changed: Vec<HostNo>,
}

impl Hosts {
    /// `slots` jobs at once in all. `per_host` requests at once to one host, or as many as are found to bring something;
    /// the rules say otherwise for single hosts.
    pub(super) fn new(slots: usize, per_host: Option<usize>, rules: Vec<HostRule>) -> Self {
        Self {
            slots: slots.max(1),
            per_host,
            rules,
            in_flight: 0,
            lent: 0,
            numbers: HashMap::new(),
            known: HashMap::new(),
            last: 0,
            queues: Queues::default(),
            turns: Turns::default(),
            stirred: BTreeSet::new(),
            changed: Vec::new(),
        }
    }

    /// How many jobs wait for a slot.
    pub(super) fn waiting(&self) -> usize {
        self.queues.len()
    }

    /// True once the host has answered anything.
    pub(super) fn has_answered(&self, url: &Url) -> bool {
        self.of(url).is_some_and(|host| host.answered)
    }

    fn of(&self, url: &Url) -> Option<&Host> {
        self.known.get(self.numbers.get(&url.origin())?)
    }

    /// Requests at once to the host of this address, where the user has said.
    fn per_host(&self, url: &Url) -> Option<usize> {
        let fits = |rule: &&HostRule| url.host_str().is_some_and(|host| rule.fits(host));
        self.rules.iter().find(fits).and_then(|rule| rule.per_host).or(self.per_host)
    }

    /// The host, to which something happens.
    fn stir(&mut self, url: &Url) -> Option<(HostNo, &mut Host)> {
        let number = *self.numbers.get(&url.origin())?;
        let host = self.known.get_mut(&number)?;
        self.stirred.insert(number);
        Some((number, host))
    }

    /// Puts a job at the end of its host's queue, or before all others of it.
    pub(super) fn enqueue(&mut self, url: &Url, id: JobId, first: bool) {
        let origin = url.origin();
        if !self.numbers.contains_key(&origin) {
            let per_host = self.per_host(url);
            self.last += 1;
            self.numbers.insert(origin.clone(), self.last);
            self.known.insert(self.last, Host::new(origin, per_host));
        }
        let turn = self.turns.draw();
        let Some((number, host)) = self.stir(url) else { return };
        host.negotiates = url.scheme() == "https";
        if !self.queues.has(number)
            && let Some(host) = self.known.get_mut(&number)
        {
            host.turn = turn;
        }
        self.queues.push(number, id, first);
    }

    /// Takes a waiting job out.
    pub(super) fn remove(&mut self, url: &Url, id: JobId) {
        if self.queues.remove(id).is_some() {
            self.stir(url);
        }
    }

    /// Has waiting jobs change places; false where not all of them wait.
    pub(super) fn reorder(&mut self, how: Move) -> bool {
        self.queues.reorder(how)
    }

    /// So many jobs at once from now on; those that have a slot keep it.
    pub(super) fn set_slots(&mut self, slots: usize) {
        self.slots = slots.max(1);
    }

    /// True where fewer than so many run beyond the slots.
    pub(super) fn has_room_beyond(&self, most: usize) -> bool {
        self.in_flight < self.slots + most
    }

    /// Grants a slot to a waiting job beyond all limits; false where it does not wait.
    pub(super) fn force(&mut self, id: JobId, now: Instant) -> bool {
        let Some(number) = self.queues.remove(id) else { return false };
        self.begins(number, now);
        self.place(number, now);
        true
    }

    /// Grants a slot to the next job that `may` start, if any may now; the others keep their places until
    /// [`Self::reopen`]. Hosts take turns: the one that was granted something longest ago comes first. A host that has
    /// answered nothing yet never gets the last slot, so that dead hosts cannot keep the others from their work.
    pub(super) fn next(&mut self, now: Instant, may: impl Fn(JobId) -> bool) -> Option<JobId> {
        if self.in_flight >= self.slots {
            return None;
        }
        while let Some(number) = self.stirred.pop_first().or_else(|| self.turns.due(now)) {
            self.place(number, now);
        }
        let last_slot = self.slots > 1 && self.in_flight + 1 == self.slots;
        while let Some(number) = self.turns.first(last_slot) {
            let granted = self.queues.take(number, &may);
            if granted.is_some() {
                self.begins(number, now);
            }
            self.place(number, now);
            if granted.is_some() {
                return granted;
            }
        }
        None
    }

    /// A request of a job goes out to the host.
    fn begins(&mut self, number: HostNo, now: Instant) {
        let Some(host) = self.known.get_mut(&number) else { return };
        if host.in_flight == 0 {
            host.window.begins(host.count(), now);
        }
        (host.in_flight, host.turn) = (host.in_flight + 1, self.turns.draw());
        self.in_flight += 1;
    }

    /// Jobs that could not start may be able to by now; until then nobody asks for them again.
    pub(super) fn reopen(&mut self) {
        self.stirred.extend(self.queues.reopen());
    }

    /// Finds out where a host stands now.
    fn place(&mut self, number: HostNo, now: Instant) {
        let many = self.known.len() > MOST_KNOWN;
        let Some(host) = self.known.get_mut(&number) else { return };
        let waits = self.queues.has(number);
        if waits && host.wants(1, now) {
            self.changed.push(number);
        }
        host.want_back(waits, now);
        let memory = host.memory(now);
        let stand = match memory {
            _ if waits => host.stand(now),
            // It can be forgotten then.
            Some(until) if many => Stand::Later(until),
            _ => Stand::Away,
        };
        self.turns.change(number, std::mem::replace(&mut host.stand, stand), stand);
        if many && memory.is_none() && host.in_flight == 0 && !self.queues.knows(number) {
            self.forget(number);
        }
    }

    /// The host has answered a request, so long after it was sent.
    pub(super) fn answered(&mut self, url: &Url, ttfb: Duration) {
        if let Some((_, host)) = self.stir(url) {
            host.answered = true;
            host.window.answered(ttfb);
        }
    }

    /// A request to the host has failed. 429, or two other troubles in one epoch, halve its window, once an epoch;
    /// a `Retry-After` pauses the whole host. True where the host has to do with less from now on.
    pub(super) fn failed(&mut self, url: &Url, error: &TransferError, now: Instant) -> bool {
        let Some((number, host)) = self.stir(url) else { return false };
        let mut less = host.window.failed(strikes(error), now);
        let until = error.retry_after.filter(|_| error.is_transient()).and_then(|wait| now.checked_add(wait));
        if until > host.paused && until > Some(now) {
            host.paused = until;
            less = true;
        }
        self.place(number, now);
        less
    }

    /// Ends the host's pause before its time: the user wants it so. True where it had one.
    pub(super) fn lift(&mut self, url: &Url) -> bool {
        self.stir(url).is_some_and(|(_, host)| host.paused.take().is_some())
    }

    /// The window of the host, and until when it is paused.
    pub(super) fn state(&self, url: &Url, now: Instant) -> (usize, Option<Instant>) {
        let stranger = || (self.per_host(url).unwrap_or(window::START), None);
        self.of(url).map_or_else(stranger, |host| (host.window.size(), host.pause(now)))
    }

    /// When time alone changes something next: a pause of a host with waiting jobs ends, or a full window has been
    /// watched for long enough.
    pub(super) fn next_opening(&self, now: Instant) -> Option<Instant> {
        self.turns.next(now)
    }

    /// The hosts whose windows have found other sizes since the last call, with those sizes.
    pub(super) fn take_changed(&mut self) -> Vec<(Origin, usize)> {
        let changed = std::mem::take(&mut self.changed).into_iter();
        changed
            .filter_map(|number| self.known.get(&number).map(|host| (host.origin.clone(), host.window.size())))
            .collect()
    }

    /// Where the bytes of the host are counted.
    pub(super) fn flow(&self, url: &Url) -> Arc<Flow> {
        self.of(url).map(|host| Arc::clone(&host.flow)).unwrap_or_default()
    }

    /// Gives out up to `wish` requests for parts of a file that a job of the host fetches already. They count in the
    /// host's window and take no slot. Jobs that wait come first, and [`Flow::is_wanted_back`] says so where some begin
    /// to wait later; what is refused is demand all the same.
    pub(super) fn lend(&mut self, url: &Url, wish: usize, now: Instant) -> usize {
        let number = self.numbers.get(&url.origin()).copied();
        if number.is_none_or(|number| self.queues.has(number)) {
            return 0;
        }
        let most = MOST_LENT - self.lent;
        let Some((number, host)) = self.stir(url) else { return 0 };
        let wish = wish.min(most);
        let changed = wish > host.room(now) && host.wants(wish, now);
        let lent = wish.min(host.room(now));
        host.in_flight += lent;
        host.lent += lent;
        self.lent += lent;
        if changed {
            self.changed.push(number);
        }
        lent
    }

    /// Takes back what was lent.
    pub(super) fn give_back(&mut self, url: &Url, lent: usize) {
        if let Some((_, host)) = self.stir(url) {
            host.in_flight -= lent;
            host.lent -= lent;
            self.lent -= lent;
        }
    }

    /// Gives a slot back.
    pub(super) fn release(&mut self, url: &Url) {
        let Some((number, host)) = self.stir(url) else { return };
        host.in_flight -= 1;
        host.files += 1;
        host.tried = true;
        let stays = host.in_flight > 0 || host.answered || host.paused.is_some();
        self.in_flight -= 1;
        if !stays && !self.queues.knows(number) {
            self.forget(number);
        } else if !self.queues.has(number)
            && let Some(host) = self.known.get_mut(&number)
        {
            host.window.lapses();
        }
    }

    fn forget(&mut self, number: HostNo) {
        if let Some(host) = self.known.remove(&number) {
            self.turns.change(number, host.stand, Stand::Away);
            self.numbers.remove(&host.origin);
        }
    }
}

#[cfg(test)]
mod tests;
