//! The download engine: [`Command`]s go in, [`Event`](event::Event)s come out. It knows no terminal and no command line.
//!
//! [`Engine::start`] puts a tokio runtime on a thread of its own; callers stay on plain threads. One supervisor task
//! owns all jobs, `hosts` says who may start next, `transfer` makes one attempt at one job, over several connections
//! where that helps, `segments` says which bytes come over which, `net` speaks HTTP, `disk` writes files, and the outbox
//! carries what happened to whoever reads [`Events`]. [`Engine::page`] brings one answer past all of that, for a look into it.
//!
//! A request may bring more than an address: [mirrors](request::More::mirrors) of the file, which are asked in turn, and
//! headers and a login of its own. What holds for one host alone is a [`HostRule`](options::HostRule). Whatever the user
//! gives that may be secret goes to the origins that the request names, mirrors included, never to one that a redirect
//! leads to, and is never kept. Of a header or a login the nearest counts: the request's own, then that of its host, then
//! that of all; but a login in the address comes before every other login, and an `Authorization` header before them all.
//!
//! ```no_run
//! use std::path::Path;
//! use haul::engine::event::{Command, Event};
//! use haul::engine::options::Options;
//! use haul::engine::request::DownloadRequest;
//! use haul::engine::{Engine, prepare_folder};
//!
//! let (engine, events) = Engine::start(Options::default())?;
//! let url = "https://example.com/photo.jpg".parse()?;
//! let dir = prepare_folder(Path::new("."))?.into();
//! engine.add(vec![DownloadRequest::new(url, dir)]);
//! engine.send(Command::Close);
//! while let Some(event) = events.recv() {
//!     if let Event::Finished { file, .. } = event {
//!         println!("{}", file.path.display());
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod checksum;
mod content;
mod descriptors;
mod disk;
mod durable;
pub mod error;
pub mod event;
mod file_name;
mod head;
mod hosts;
mod net;
pub mod options;
mod outbox;
mod page;
mod partial;
mod rate;
pub mod request;
mod resume;
mod retry;
pub mod robots;
mod segments;
mod store;
mod supervisor;
mod transfer;

pub use checksum::parse as parse_checksum;
pub use disk::{prepare_folder, same_files};
pub use file_name::{
    check_own as check_file_name, clean as clean_file_name, foreseen as foreseen_name, numbered as numbered_name,
};
pub use outbox::{Events, Hold, Received};
pub use page::Page;
pub use store::{Forgotten, OpenError, Past, What, forget, history, identity};

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;

use tokio::runtime::Handle;
use tokio::sync::mpsc;
use url::Url;

use error::{ErrorClass, TransferError};
use event::{ADD_LIMIT, Command};
use net::Net;
use options::Options;
use outbox::Outbox;
use request::DownloadRequest;
use store::{Ending, Store};
use supervisor::Supervisor;
use transfer::Shared;

/// A handle to a running engine. Clones drive the same engine; when the last one is gone, it stops.
#[derive(Clone)]
pub struct Engine {
    commands: mpsc::UnboundedSender<Command>,
    outbox: Arc<Outbox>,
    ending: Arc<Mutex<Ending>>,
    runtime: Handle,
    /// Gone when the engine has ended.
    shared: Weak<Shared>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("ended", &self.commands.is_closed()).finish_non_exhaustive()
    }
}

/// Why an engine cannot start. `Display` says in words.
#[derive(Debug)]
pub enum StartError {
    /// An option cannot be used, or the system gives no threads.
    Options(String),
    /// The state database can be neither used nor made.
    State(OpenError),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Options(why) => f.write_str(why),
            Self::State(why) => why.fmt(f),
        }
    }
}

impl std::error::Error for StartError {}

impl Engine {
    /// Starts an engine on threads of its own. It runs until [`Command::Stop`], or [`Command::Close`] and its last job.
    ///
    /// # Errors
    /// When an option cannot be used, the state database cannot, or the system gives no threads.
    pub fn start(options: Options) -> Result<(Self, Events), StartError> {
        let options = Options { jobs: options.jobs.min(descriptors::transfers()), ..options };
        let net = Net::new(&options).map_err(StartError::Options)?;
        let threads = |error: io::Error| StartError::Options(format!("cannot start threads: {error}"));
        // One thread for all of the network: nothing on it ever waits, and nobody has to be woken for anything that
        // happens there. Disk and state have threads of their own.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .thread_name("haul-wait")
            .enable_all()
            .build()
            .map_err(threads)?;
        let outbox = Arc::new(Outbox::default());
        let (store, kept, ending) = Store::open(&options, &outbox).map_err(StartError::State)?;
        let (commands, receiver) = mpsc::unbounded_channel();
        let (answered, answers) = mpsc::unbounded_channel();
        let (wishes, wanted) = mpsc::unbounded_channel();
        let (told, buffers, watched) = (Arc::clone(&outbox), Arc::default(), Mutex::default());
        let shared = Shared { net, store, options, outbox: told, buffers, answered, wishes, watched };
        let shared = Arc::new(shared);
        let (handle, weak) = (runtime.handle().clone(), Arc::downgrade(&shared));
        let supervisor = Supervisor::new(shared, receiver, answers, wanted, kept);
        let closing = Closing(Arc::clone(&outbox));
        thread::Builder::new()
            .name("haul-net".to_owned())
            .spawn(move || {
                // Also when the supervisor panics, readers must learn that nothing more comes.
                let _closing = closing;
                // Spawned, since whatever wakes the future that a thread blocks on is a system call.
                let supervisor = runtime.spawn(supervisor.run());
                // A panic of it ends everything too.
                let _ = runtime.block_on(supervisor);
                // A look-up of a dead name may hold its thread for long; nobody waits for it.
                runtime.shutdown_background();
            })
            .map_err(threads)?;
        let ending = Arc::new(Mutex::new(ending));
        let engine = Self { commands, outbox: Arc::clone(&outbox), ending, runtime: handle, shared: weak };
        Ok((engine, Events::new(outbox)))
    }

    /// Sends a command. After the engine has ended it does nothing.
    pub fn send(&self, command: Command) {
        if let Command::Add(requests) = &command {
            self.outbox.announce(requests.len());
        }
        // Closed means ended, and an ended engine has nothing left to do.
        let _ = self.commands.send(command);
    }

    /// The most transfers at once that the system has room for: [`Command::Jobs`] sets no more.
    #[must_use]
    pub fn most_jobs(&self) -> usize {
        descriptors::transfers()
    }

    /// Adds any number of requests.
    pub fn add(&self, mut requests: Vec<DownloadRequest>) {
        while requests.len() > ADD_LIMIT {
            let rest = requests.split_off(ADD_LIMIT);
            self.send(Command::Add(std::mem::replace(&mut requests, rest)));
        }
        if !requests.is_empty() {
            self.send(Command::Add(requests));
        }
    }

    /// Fetches a page, the way that downloads come: through the same clients, with the same logins, clocks and retries. It
    /// waits for that, but is no job.
    ///
    /// # Errors
    /// As a job would fail; a page of more than 10 MiB is too large, and none comes once the engine is told to stop.
    pub fn page(&self, url: Url) -> Result<Page, TransferError> {
        let ended = || TransferError::new(ErrorClass::Cancelled, "the engine has ended");
        let shared = self.shared.upgrade().ok_or_else(ended)?;
        let (reply, answer) = std::sync::mpsc::sync_channel(1);
        self.runtime.spawn(async move {
            // Whoever asked waits for it.
            let _ = reply.send(page::fetch(&shared, &url).await);
        });
        // A runtime that ends drops all that it still has to do.
        answer.recv().unwrap_or_else(|_| Err(ended()))
    }

    /// Waits until an engine that has ended has closed its state database; a few seconds at most. Nothing is lost where
    /// nobody waits, but the next one has to clean up.
    pub fn wait_for_state(&self) {
        self.ending.lock().unwrap_or_else(PoisonError::into_inner).wait();
    }

    /// Keeps the engine from ending, once it is told to stop, before requests in hand have been added and jobs removed.
    /// None of the requests is started then, but all of them are jobs.
    #[must_use]
    pub fn hold(&self) -> Hold {
        Hold::new(&self.outbox)
    }

    /// Waits until more requests make sense: for readers of long lists, which would fill the memory otherwise. False
    /// when the engine ends or has ended.
    #[must_use]
    pub fn wait_for_room(&self) -> bool {
        self.outbox.wait_for_room()
    }

    /// Waits until the engine has made jobs of most requests that it was given: for readers of lists whose user wants
    /// to see all of them at once. False when the engine ends or has ended.
    #[must_use]
    pub fn wait_for_turn(&self) -> bool {
        self.outbox.wait_for_turn()
    }
}

/// Closes the outbox when it is dropped.
struct Closing(Arc<Outbox>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close();
    }
}
