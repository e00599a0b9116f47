//! The store: which jobs there are, what is known of their parts, and what became of them, in a database that
//! survives this process. The only folder that names rusqlite. Several processes may share a database: a job belongs
//! to one session at a time, see [`session`]. Without a file the same is kept in memory, and ends with the engine.
//!
//! A `kill -9` loses nothing that was kept, and keeping costs no fsync: the kernel has the bytes. Losing power may cost
//! the last changes, never the database (WAL, `synchronous = normal`).

mod error;
mod history;
mod leftovers;
mod marks;
mod order;
mod part;
mod record;
mod restore;
mod rows;
mod salvage;
mod schema;
mod secrets;
mod session;
mod sum;
mod thread;
mod turn;

pub use error::OpenError;
pub use history::{Forgotten, Past, What, forget, history};
pub(super) use order::{Answer, Found, Left, LeftState, Standing, Synced, Trust, Unsynced};
pub(super) use record::{Change, Intent};
pub use sum::identity;

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::oneshot;

use super::durable;
use super::error::TransferError;
use super::event::{Event, FinishedFile, Notice, Record};
use super::options::Options;
use super::outbox::Outbox;
use super::request::{DownloadRequest, JobId, JobMap};

use error::SaveError;
use leftovers::Leftovers;
use order::{Order, Waiting};
use secrets::Secrets;
use session::Session;
use thread::Keeper;

/// A handle to the thread that keeps everything. Orders are carried out in the order in which they are given.
#[derive(Debug, Clone)]
pub(super) struct Store {
    orders: Sender<Order>,
    ending: Arc<AtomicBool>,
    full: Arc<AtomicBool>,
    pressed: Arc<AtomicBool>,
}

/// How long the end of a session may take where nobody is in a hurry. A slow disk may still be busy with the log then;
/// the next session finds it.
const ENDING: Duration = Duration::from_millis(1200);

/// The thread, and the word that it has ended.
#[derive(Debug)]
pub(super) struct Ending(mpsc::Receiver<()>);

impl Ending {
    /// Waits until everything is kept; not for ever.
    pub(super) fn wait(&self) {
        // Disconnected is what it waits for: nobody sends anything.
        let _ = self.0.recv_timeout(ENDING);
    }
}

impl Store {
    /// Opens the database of the options and begins a session.
    ///
    /// # Errors
    /// When it can be neither used nor made.
    pub(super) fn open(
        options: &Options,
        outbox: &Arc<Outbox>,
    ) -> Result<(Self, UnboundedReceiver<Answer>, Ending), OpenError> {
        let (connection, session) = match &options.state {
            None => (schema::in_memory()?, Session::alone()),
            Some(path) => {
                let mut opened = schema::open(path, options.sync, salvage::salvage)?;
                opened.news.into_iter().for_each(|line| outbox.push(Event::Notice(Notice::State(line))));
                let session = begin(&mut opened.connection, path).map_err(|error| OpenError::new(path, &error))?;
                (opened.connection, session)
            }
        };
        let (answers, receiver) = unbounded_channel();
        let [ending, full, pressed] = std::array::from_fn(|_| Arc::new(AtomicBool::new(false)));
        let keeper = Keeper {
            connection,
            path: options.state.clone(),
            session,
            listed: HashSet::new(),
            fresh: Vec::new(),
            known: JobMap::default(),
            leftovers: Leftovers::default(),
            told_damaged: 0,
            secrets: Secrets::of(options),
            overwrite: options.overwrite,
            sync: options.sync,
            patience: options.room,
            outbox: Arc::clone(outbox),
            answers,
            ending: Arc::clone(&ending),
            full: Arc::clone(&full),
            pressed: Arc::clone(&pressed),
        };
        let (orders, inbox) = mpsc::channel();
        let (alive, ended) = mpsc::channel();
        let thread: io::Result<JoinHandle<()>> = Builder::new().name("haul-store".to_owned()).spawn(move || {
            let _alive: Sender<()> = alive;
            keeper.run(&inbox);
        });
        let place = options.state.as_deref().unwrap_or(Path::new(":memory:"));
        thread.map_err(|error| OpenError::new(place, &error))?;
        Ok((Self { orders, ending, full, pressed }, receiver, Ending(ended)))
    }

    fn order(&self, order: Order) {
        // The thread ends only when it is told to; what comes after that is lost, and said to be.
        let _ = self.orders.send(order);
    }

    /// Asks for these requests to become jobs of this session; [`Answer::Added`] follows.
    pub(super) fn add(&self, requests: Vec<DownloadRequest>) {
        self.order(Order::Add(requests));
    }

    /// Asks for a job that rested; [`Answer::Claimed`] follows. `anew` says that its file is not there after all.
    pub(super) fn claim(&self, id: JobId, request: DownloadRequest, anew: bool) {
        self.order(Order::Claim(id, request, anew));
    }

    /// Asks for the next of what ended sessions have left; [`Answer::Restored`] follows it, and says whether there is more.
    pub(super) fn restore(&self) {
        self.order(Order::Restore);
    }

    /// Asks how much ended sessions have left; [`Answer::Left`] follows.
    pub(super) fn count_left(&self) {
        self.order(Order::CountLeft);
    }

    /// Keeps a change; nobody waits for it.
    pub(super) fn note(&self, id: JobId, change: Change) {
        self.order(Order::Change(id, change, Waiting::Nobody));
    }

    /// Keeps a finished file; [`Answer::Finished`] follows.
    pub(super) fn finish(&self, id: JobId, finished: Box<(FinishedFile, Record)>) {
        self.order(Order::Change(id, Change::Finished(finished), Waiting::Supervisor));
    }

    /// Keeps a change, and returns when it is kept.
    pub(super) async fn keep(&self, id: JobId, change: Change) -> Result<(), TransferError> {
        let (waiting, kept) = oneshot::channel();
        self.order(Order::Change(id, change, Waiting::One(waiting)));
        kept.await.unwrap_or_else(|_| Err(SaveError::ended())).map_err(TransferError::from)
    }

    /// As [`Self::keep`], for threads that may wait.
    pub(super) fn keep_blocking(&self, id: JobId, change: Change) -> io::Result<()> {
        let (waiting, kept) = oneshot::channel();
        self.order(Order::Change(id, change, Waiting::One(waiting)));
        let kept = kept.blocking_recv().unwrap_or_else(|_| Err(SaveError::ended()));
        kept.map_err(|error| {
            let kind = if error.full { io::ErrorKind::StorageFull } else { io::ErrorKind::Other };
            io::Error::new(kind, format!("cannot save the state: {}", error.why))
        })
    }

    /// True where the file at this path is that of a job other than this one. For threads that may wait.
    pub(super) fn is_owned(&self, id: JobId, path: &Path) -> bool {
        let (waiting, owned) = oneshot::channel();
        self.order(Order::IsOwned(id, path.to_path_buf(), waiting));
        // Where nobody knows, another name does no harm.
        owned.blocking_recv().unwrap_or(true)
    }

    /// Says whether anything else is under way: where nothing is, nobody gains from waiting for more to keep.
    pub(super) fn press(&self, pressed: bool) {
        self.pressed.store(pressed, Ordering::Release);
    }

    /// Forgets a job.
    pub(super) fn remove(&self, id: JobId) {
        self.order(Order::Remove(id));
    }

    /// What would not survive the loss of power yet.
    pub(super) fn unsynced(&self) -> Vec<Unsynced> {
        let (waiting, unsynced) = oneshot::channel();
        self.order(Order::Unsynced(waiting));
        unsynced.blocking_recv().unwrap_or_default()
    }

    /// Notes what would, and sees to it that the database has its name still.
    pub(super) fn synced(&self, synced: Vec<Synced>) {
        if !synced.is_empty() {
            self.order(Order::Synced(synced));
        }
        self.order(Order::Tidy);
    }

    /// True where its disk is full and has been for as long as anybody waits.
    pub(super) fn is_full(&self) -> bool {
        self.full.load(Ordering::Acquire)
    }

    /// Nothing waits for room any more.
    pub(super) fn hurry(&self) {
        self.ending.store(true, Ordering::Release);
    }

    /// Keeps everything and ends the session.
    pub(super) fn end(&self) {
        self.hurry();
        self.order(Order::End);
    }
}

/// A log that is longer begins anew. Without that it would grow for as long as somebody writes.
const LONGEST_LOG: u64 = 32 * 1024 * 1024;

/// How long a writer may be in the way of that.
const WRITER: Duration = Duration::from_secs(1);

/// Moves what the log of a database holds to its place, on a connection of its own: that waits for the disk.
pub(super) fn checkpoint(path: &Path) {
    // One that somebody has removed is not for this to make.
    if let Ok(connection) = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE) {
        // Whatever stays in the log is there the next time.
        let move_all = |how| connection.query_row(&format!("PRAGMA wal_checkpoint({how})"), [], |_| Ok(()));
        let _ = move_all("PASSIVE");
        if is_log_long(path) {
            // Nobody writes meanwhile; but little is left to move.
            let _ = connection.busy_timeout(WRITER).and_then(|()| move_all("TRUNCATE"));
        }
    }
}

fn is_log_long(path: &Path) -> bool {
    fs::metadata(schema::beside(path, "-wal")).is_ok_and(|log| log.len() > LONGEST_LOG)
}

fn begin(connection: &mut Connection, path: &Path) -> io::Result<Session> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(io::Error::other)?;
    let session = Session::begin(&transaction, path)?;
    durable::step()?;
    transaction.commit().map_err(io::Error::other)?;
    Ok(session)
}
