//! The one thread that writes: it takes all orders that have come, carries them out in one transaction, and answers
//! when that is kept. Where there is no room it tries again until there is, so that whoever waits for an answer waits,
//! and nothing new begins meanwhile.

use std::collections::HashSet;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::mpsc::UnboundedSender;

use crate::display::safe;
use crate::engine::durable;
use crate::engine::event::{Event, Notice};
use crate::engine::outbox::Outbox;
use crate::engine::request::JobMap;

use super::error::SaveError;
use super::leftovers::Leftovers;
use super::order::{Answer, Order, Standing, Unsynced, Waiting};
use super::record::Change;
use super::rows::{Kept, Rows};
use super::salvage;
use super::schema;
use super::secrets::Secrets;
use super::session::{Lives, Session};

/// Orders, and requests in them, that are carried out together at most: other processes wait meanwhile.
const BATCH: usize = 1024;
const REQUESTS: usize = 5000;

/// How long after a transaction the next one begins at the earliest, where nobody is in a hurry for it: the more it
/// holds the less each of its orders costs.
const GATHER: Duration = Duration::from_millis(8);

/// How often it is tried whether there is room.
const AGAIN: Duration = Duration::from_millis(250);

/// How long the end of a session waits for other processes.
const LAST_WAIT: Duration = Duration::from_millis(300);

/// The thread's end of the store.
pub(super) struct Keeper {
    pub(super) connection: Connection,
    /// None where everything is kept in memory.
    pub(super) path: Option<PathBuf>,
    pub(super) session: Session,
    pub(super) listed: HashSet<i64>,
    pub(super) fresh: Vec<i64>,
    pub(super) known: JobMap<Box<Kept>>,
    pub(super) leftovers: Leftovers,
    /// So many unfinished jobs of ended sessions were said to be damaged.
    pub(super) told_damaged: usize,
    pub(super) secrets: Secrets,
    pub(super) overwrite: bool,
    pub(super) sync: bool,
    /// How long there may be no room; none waits for ever.
    pub(super) patience: Option<Duration>,
    pub(super) outbox: Arc<Outbox>,
    pub(super) answers: UnboundedSender<Answer>,
    /// The engine ends: nobody waits for room any more.
    pub(super) ending: Arc<AtomicBool>,
    /// Room was waited for in vain, and there is none still.
    pub(super) full: Arc<AtomicBool>,
    /// There is nothing more to gather.
    pub(super) pressed: Arc<AtomicBool>,
}

/// What an order has come to, before it is kept.
enum Done {
    Nothing,
    Standings(Vec<Standing>),
    /// So many are left, and so many more damaged.
    Left(usize, usize),
    Owned(bool),
    Unsynced(Vec<Unsynced>),
}

impl Keeper {
    /// Works until it is told to end or nobody is left to tell it anything.
    pub(super) fn run(mut self, orders: &Receiver<Order>) {
        let mut ended = false;
        let mut last = Instant::now();
        while !ended && let Ok(first) = orders.recv() {
            let batch = self.gather(first, orders, last);
            ended = batch.iter().any(|order| matches!(order, Order::End));
            if batch.iter().any(|order| matches!(order, Order::Tidy)) {
                self.tidy();
            }
            self.keep(batch);
            last = Instant::now();
        }
        self.end();
    }

    /// What is to be carried out together. Orders that somebody waits for wait for no others.
    fn gather(&self, first: Order, orders: &Receiver<Order>, last: Instant) -> Vec<Order> {
        let (mut requests, mut can_wait) = (first.requests(), first.can_wait());
        let mut batch = vec![first];
        loop {
            while batch.len() < BATCH
                && requests < REQUESTS
                && let Ok(order) = orders.try_recv()
            {
                requests += order.requests();
                can_wait &= order.can_wait();
                batch.push(order);
            }
            if !can_wait || batch.len() == BATCH || last.elapsed() >= GATHER || self.pressed.load(Ordering::Acquire) {
                return batch;
            }
            thread::sleep(GATHER / 8);
        }
    }

    fn keep(&mut self, batch: Vec<Order>) {
        let (mut told, mut tried, started) = (false, false, Instant::now());
        let result = loop {
            let error = match self.carry_out(&batch) {
                Ok(done) => break Ok(done),
                Err(error) => error,
            };
            // Nothing of it was done. What went wrong once for another reason than room may go well at once, and would
            // cost every job of the batch.
            let passes = error.full || error.busy;
            if !passes && !std::mem::replace(&mut tried, true) {
                if error.damaged {
                    // Indexes can be made anew from the rows. Where that fails too, the next attempt says so.
                    let _ = self.connection.execute_batch("REINDEX");
                }
                continue;
            }
            let waited = self.full.load(Ordering::Acquire);
            let late = waited || self.patience.is_some_and(|patience| started.elapsed() >= patience);
            let hopeless = !passes || late || self.ending.load(Ordering::Acquire);
            self.full.store(error.full && late, Ordering::Release);
            if !told && !waited {
                told = true;
                let then = match hopeless {
                    true => "",
                    false if error.busy => "; it goes on when the other program lets it",
                    false => "; it goes on when there is room",
                };
                self.say(format!("cannot save the state: {}{then}", safe(&error.why)));
            }
            if hopeless {
                break Err(error);
            }
            thread::sleep(AGAIN);
        };
        match result {
            Ok(done) => {
                self.full.store(false, Ordering::Release);
                self.tell_damaged(&done);
                batch.into_iter().zip(done).for_each(|(order, done)| self.answer(order, done));
            }
            Err(error) => {
                self.leftovers = Leftovers::default();
                for order in batch {
                    self.refuse(order, &error);
                }
            }
        }
    }

    fn tell_damaged(&mut self, done: &[Done]) {
        let counted =
            done.iter().filter_map(|done| if let Done::Left(_, damaged) = done { Some(*damaged) } else { None });
        let damaged = counted.chain(self.leftovers.keep()).max().unwrap_or(0);
        if damaged > self.told_damaged {
            self.told_damaged = damaged;
            self.say(format!("damaged in the state database, and passed over: {}", salvage::jobs(damaged)));
        }
    }

    /// All orders or none.
    fn carry_out(&mut self, batch: &[Order]) -> Result<Vec<Done>, SaveError> {
        self.leftovers.forget_read();
        // What a batch that failed has listed is not.
        for id in self.fresh.drain(..) {
            self.listed.remove(&id);
        }
        // A panic here is a defect of ours, and costs the orders of one batch.
        let attempt = AssertUnwindSafe(|| {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut rows = Rows {
                connection: &transaction,
                session: &self.session,
                listed: &mut self.listed,
                fresh: &mut self.fresh,
                known: &mut self.known,
                leftovers: &mut self.leftovers,
                secrets: &self.secrets,
                overwrite: self.overwrite,
            };
            let mut lives = Lives::new();
            let done = batch.iter().map(|order| obey(&mut rows, order, &mut lives)).collect::<rusqlite::Result<_>>()?;
            durable::step()?;
            transaction.commit()?;
            self.fresh.clear();
            Ok(done)
        });
        let done = catch_unwind(attempt)
            .unwrap_or_else(|_| Err(io::Error::other("a defect of haul; please report it").into()));
        // Nor is anything as a batch that failed has left it.
        done.inspect_err(|_| self.known.clear())
    }

    fn answer(&self, order: Order, done: Done) {
        match (order, done) {
            (Order::Add(requests), Done::Standings(standings)) => {
                self.tell(Answer::Added(standings, Some(requests.len())));
            }
            (Order::Claim(..), Done::Standings(standings)) => {
                for standing in standings {
                    self.tell(Answer::Claimed(Box::new(standing)));
                }
            }
            (Order::Restore, Done::Standings(standings)) => {
                self.tell(Answer::Added(standings, None));
                self.tell(Answer::Restored { more: self.leftovers.is_pending() });
            }
            (Order::CountLeft, Done::Left(left, _)) => self.tell(Answer::Left(left)),
            (Order::Change(.., Waiting::One(waiting)), _) => drop(waiting.send(Ok(()))),
            (Order::Change(id, Change::Finished(finished), Waiting::Supervisor), _) => {
                self.tell(Answer::Finished(id, finished));
            }
            (Order::IsOwned(.., waiting), Done::Owned(owned)) => drop(waiting.send(owned)),
            (Order::Unsynced(waiting), Done::Unsynced(unsynced)) => drop(waiting.send(unsynced)),
            _ => {}
        }
    }

    fn refuse(&self, order: Order, error: &SaveError) {
        match order {
            Order::Add(requests) => self.tell(Answer::Refused(requests, error.clone().into())),
            Order::Claim(id, ..) => self.tell(Answer::Unclaimed(id, error.clone().into())),
            Order::Restore => {
                self.outbox.push(Event::Notice(Notice::NotRestored));
                self.tell(Answer::Restored { more: false });
            }
            Order::CountLeft => self.tell(Answer::Left(0)),
            Order::Change(.., Waiting::One(waiting)) => drop(waiting.send(Err(error.clone()))),
            // The file is there all the same.
            Order::Change(id, Change::Finished(finished), Waiting::Supervisor) => {
                self.tell(Answer::Finished(id, finished));
            }
            _ => {}
        }
    }

    fn tell(&self, answer: Answer) {
        // The supervisor may have ended; then nobody needs to know.
        let _ = self.answers.send(answer);
    }

    fn say(&self, line: String) {
        self.outbox.push(Event::Notice(Notice::State(line)));
    }

    /// Sees to it that the database has its name still.
    fn tidy(&mut self) {
        let Some(path) = self.path.clone() else { return };
        if self.session.is_at(&path) {
            return;
        }
        // Somebody has removed it. All that is known is in the open one still.
        match schema::restore(&self.connection, &path)
            .map_err(SaveError::from)
            .and_then(|written| if written { self.move_to(&path).map(|()| true) } else { Ok(false) })
        {
            Ok(true) => return self.say("the state database was removed; it was written anew".to_owned()),
            Ok(false) => self.say(
                "another file has taken the place of the state database; this run keeps its own to itself".to_owned(),
            ),
            Err(error) => {
                self.say(format!("the state database was removed, and cannot be written anew: {}", safe(&error.why)));
            }
        }
        // Told once; what is kept from now on ends with the process.
        self.path = None;
    }

    /// Goes on in the database that was just written, in a session of its own.
    fn move_to(&mut self, path: &Path) -> Result<(), SaveError> {
        let opened = schema::open(path, self.sync, salvage::salvage).map_err(io::Error::other)?;
        self.connection = opened.connection;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let session = Session::begin(&transaction, path)?;
        transaction.execute("UPDATE jobs SET session = ?1 WHERE session = ?2", (session.id, self.session.id))?;
        transaction.commit()?;
        self.session = session;
        self.known.clear();
        Ok(())
    }

    /// Ends the session; the last one to go empties the log, so that nothing that was deleted stays in it.
    fn end(mut self) {
        self.tidy();
        if self.path.is_none() {
            return;
        }
        let mut connection = self.connection;
        // Nobody waits long for an end.
        let _ = connection.busy_timeout(LAST_WAIT);
        let ended = || -> Result<(), SaveError> {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            self.session.end(&transaction)?;
            durable::step()?;
            transaction.commit()?;
            Ok(())
        };
        // What fails here is found by the next session.
        let _ = catch_unwind(AssertUnwindSafe(ended));
        let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    }
}

fn obey(rows: &mut Rows<'_>, order: &Order, lives: &mut Lives) -> rusqlite::Result<Done> {
    Ok(match order {
        Order::Add(requests) => {
            Done::Standings(requests.iter().map(|request| rows.add(request, lives)).collect::<rusqlite::Result<_>>()?)
        }
        Order::Claim(id, request, anew) => Done::Standings(vec![rows.claim(*id, request, *anew, lives)?]),
        Order::Restore => Done::Standings(rows.restore(lives)?),
        Order::CountLeft => {
            let (left, damaged) = rows.count_left(lives)?;
            Done::Left(left, damaged)
        }
        Order::Change(id, change, _) => {
            rows.change(*id, change)?;
            Done::Nothing
        }
        Order::IsOwned(id, path, _) => Done::Owned(rows.is_owned(*id, path)?),
        Order::Remove(id) => {
            rows.remove(*id)?;
            Done::Nothing
        }
        Order::Unsynced(_) => Done::Unsynced(rows.unsynced()?),
        Order::Synced(synced) => {
            rows.synced(synced)?;
            Done::Nothing
        }
        Order::Tidy | Order::End => Done::Nothing,
    })
}
