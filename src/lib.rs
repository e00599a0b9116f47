//! A terminal download manager for images and anything else that comes by the hundred: one engine, and three faces
//! over it (a live screen, plain lines, JSON lines).
//!
//! # Layers
//!
//! Each may name only what stands before it; a test reads the sources and holds this.
//!
//! | layer | what it is |
//! |---|---|
//! | [`units`] [`display`] [`nearest`] | sizes, rates and times as text; text from outside made safe for a terminal; what was meant by a slip |
//! | [`engine`]: `request options error event head outbox descriptors durable` | leaf types; the queue of events; what the system lets us open; one counter before every durable call |
//! | `engine`: `resume partial file_name retry rate checksum robots` | pure rules, and what is known of a part file |
//! | `engine`: `net disk store content` | HTTP (reqwest lives here alone), files, the state database (rusqlite lives here alone), what bytes are |
//! | `engine`: `hosts segments transfer page` | who may start next; which bytes come over which connection; one attempt at one job; a page that is read for its images |
//! | `engine`: `supervisor` | the one owner of all jobs |
//! | [`engine::Engine`] | the facade: commands in, events out |
//! | [`jobs`] [`input`] [`origin`] | the read model; text into requests; the embedded origin of demo and compare |
//! | `report` | files that tell what became of every job: rows, the list of failures, the log of the screen; and hooks, programs that are told |
//! | `cli` `config` `signals` | options as typed (clap lives here alone), what they mean, how a run is ended from outside |
//! | `headless` `tui` `compare` `commands` | the faces (ratatui and crossterm live in `tui` alone) and what looks back at earlier runs; none names another |
//! | `session` | one run: opens the engine and hands it to a face; the only place that knows them all |
//!
//! # One download
//!
//! A word, a list or a paste becomes a [`DownloadRequest`](engine::request::DownloadRequest) in `input`.
//! `Command::Add` takes it to the supervisor and on to the `store`, which makes it a job with a
//! [`JobId`](engine::request::JobId) in the state database, or says what an earlier run has left of the same one: a
//! part file, a finished file, another process that works on it. Only then is the job in the queue of its host, and
//! `Event::Queued` out. `hosts` grants a slot, and `transfer` makes an attempt: the first GET is the download, there is
//! no probe. How many requests a host takes at once is found by trial, between 1 and 64; its bytes are counted where they
//! are received, which is also where a limit on the rate is kept. What the head says of the body is in the store before the first byte is in a part file, so that whoever
//! comes after a crash can go on with it. Chunks are gathered into large writes on blocking threads; small bodies stay
//! in memory. The rest of a large body may come over several connections: the host lends the requests, each answer is
//! checked before anything is taken from the connection that has the bytes, pieces are compared where they meet, and the
//! store hears of a range only when the kernel has it. With the last byte the slot goes back. Then `content` says whether the bytes are what was asked for; the
//! body gets the ending that they call for and, by a rename that never replaces anything, its name; the store takes
//! note, and `Event::Finished` is out. A failed attempt comes back to the supervisor, which decides on another one,
//! at the next address where the file has several: that goes on where the last one stopped if the server's strong validator allows it and the last 1 KiB are the same.
//!
//! # Threads
//!
//! One thread is the network: tokio, the supervisor and all transfers, so that nobody has to be woken for what happens
//! there. A file of fifty kilobytes is quickly done, and what it costs is mostly handing it on; so it is handed on in
//! batches: a crew of disk threads gives small bodies their names (`disk::Crew`), one thread keeps everything that has
//! ended meanwhile in one transaction of the store, and the face reads all events that have gathered. What may take
//! long (a large body, a name to look up) has threads of its own. A lone file meets no batch and no wait.
//!
//! # One keystroke
//!
//! A thread blocks in crossterm's `read` and posts to the one inbox of the screen, where engine events and signals
//! arrive too. What the engine has said until then is folded in first; otherwise that waits for the next frame, and one
//! frame shows a storm of it. The UI loop on the main thread turns the key into an `Action` by the one table that also
//! makes help, footer, menus and palette; `App::update` gives effects, such as a `Command`. The row changes when the event
//! comes back. Where a new panel, key or column goes is on the first page of `tui`.
//!
//! # As a library
//!
//! [`Engine`](engine::Engine) is all that a program needs; [`Jobs`](jobs::Jobs) folds its events into rows and sums that
//! can be shown. This fetches a list and draws a line of its own:
//!
//! ```
//! use std::time::{Duration, Instant};
//!
//! use haul::engine::event::{Command, Event};
//! use haul::engine::options::Options;
//! use haul::engine::request::DownloadRequest;
//! use haul::engine::{Engine, Received, prepare_folder};
//! use haul::input::list;
//! use haul::jobs::Jobs;
//! use haul::units;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let origin = haul::origin::Origin::start(haul::origin::Manners::default())?;
//! # let text = origin.urls()[..3].iter().map(|url| format!("{url}\n")).collect::<String>();
//! # let folder = std::env::temp_dir().join(format!("haul-doc-{}", std::process::id()));
//! # let options = Options { proxy: haul::engine::options::Proxy::None, ..Options::default() };
//! # #[cfg(any())]
//! let options = Options { jobs: 8, ..Options::default() };
//! let (engine, events) = Engine::start(options)?;
//! let dir = prepare_folder(&folder)?.into();
//! let urls = text.lines().map(list::line).collect::<Result<Vec<_>, _>>()?;
//! engine.add(urls.into_iter().flatten().map(|url| DownloadRequest::new(url, std::sync::Arc::clone(&dir))).collect());
//! engine.send(Command::Close); // No more will come: end when all is done.
//!
//! let mut jobs = Jobs::new();
//! loop {
//!     match events.recv_timeout(Duration::from_millis(200)) {
//!         Received::Event(event) => {
//!             if let Event::Failed { error, .. } = &event {
//!                 eprintln!("{error}");
//!             }
//!             jobs.apply(&event, Instant::now());
//!         }
//!         Received::Nothing => {}
//!         Received::Closed => break,
//!     }
//!     let totals = jobs.totals();
//!     eprint!("\r{} of {}, {}", totals.finished, totals.jobs, units::bytes(jobs.bytes_received()));
//! }
//! # assert_eq!(jobs.totals().finished, 3);
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok(())
//! # }
//! ```

mod cli;
mod commands;
mod compare;
mod config;
pub mod display;
pub mod engine;
mod headless;
pub mod input;
pub mod jobs;
pub mod nearest;
pub mod origin;
mod report;
mod session;
mod signals;
mod tui;
pub mod units;

pub use tui::Still;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;

/// Runs the program: reads the command line, does the work, gives the exit status.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let typed = match cli::parse::parse(args) {
        Ok(typed) => typed,
        Err(status) => return status,
    };
    let result = config::settings(typed).map_err(session::Refused::Usage).and_then(session::run);
    match result {
        Ok(status) => ExitCode::from(status),
        Err(refused) => {
            // Where standard error is gone the exit status has to do.
            let _ = writeln!(io::stderr(), "haul: {refused}");
            ExitCode::from(refused.exit_status())
        }
    }
}
