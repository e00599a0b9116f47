//! What goes into an attempt and what it leaves. A leaf within the room.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::engine::content::Claims;
use crate::engine::disk::{Body, Buffers};
use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::event::{Answered, Event, Notice};
use crate::engine::net::{Answer, Ask, Failure, Net};
use crate::engine::options::Options;
use crate::engine::outbox::Outbox;
use crate::engine::partial::{About, Partial};
use crate::engine::rate::Flow;
use crate::engine::request::{DownloadRequest, JobId};
use crate::engine::store::Store;

/// What all transfers of an engine share.
#[derive(Debug)]
pub(in crate::engine) struct Shared {
    pub(in crate::engine) net: Net,
    pub(in crate::engine) store: Store,
    pub(in crate::engine) options: Options,
    pub(in crate::engine) outbox: Arc<Outbox>,
    pub(in crate::engine) buffers: Arc<Buffers>,
    /// Hears of a job as soon as its host has answered, and how long that took.
    pub(in crate::engine) answered: UnboundedSender<(JobId, Duration)>,
    /// Hears what running transfers want of the hosts.
    pub(in crate::engine) wishes: UnboundedSender<Wish>,
    /// The job whose pieces are told.
    pub(in crate::engine) watched: Mutex<Option<JobId>>,
}

impl Shared {
    /// Tells the pieces of this job from now on, and of no other.
    pub(in crate::engine) fn watch(&self, job: Option<JobId>) {
        *self.watched.lock().unwrap_or_else(PoisonError::into_inner) = job;
    }

    /// Somebody watches this job.
    pub(super) fn is_watched(&self, id: JobId) -> bool {
        *self.watched.lock().unwrap_or_else(PoisonError::into_inner) == Some(id)
    }

    /// Sends a request of this job.
    pub(super) async fn get(&self, id: JobId, ask: &Ask) -> Result<Answer, Failure> {
        let asked = Instant::now();
        let answered = |url: &Url, status: u16, version: &str| {
            // Also when this is but a redirect: the host is alive. The receiver lives as long as the supervisor, which
            // outlives every transfer.
            let _ = self.answered.send((id, asked.elapsed()));
            if self.options.verbose {
                let range = ask.range.as_ref().map_or_else(String::new, |range| format!(" {range}"));
                let line = format!("{id} GET {}{range} -> {status} {version}", crate::display::address(url));
                self.outbox.push(Event::Notice(Notice::Wire(line)));
            }
        };
        self.net.get(ask, answered).await
    }
}

/// What a running transfer wants of its host.
#[derive(Debug)]
pub(in crate::engine) enum Wish {
    /// More requests at once, at most so many. Whoever is not there any more to take them gives them back by that.
    Lend { url: Url, count: usize, reply: oneshot::Sender<Vec<Loan>> },
    /// One is given back.
    Back(Url),
    /// A request that was not the job's first has failed, though the job goes on. Its address, and where it led.
    Failed { url: Url, answered: Option<Url>, error: TransferError },
}

/// One request of a host's window, for as long as this lives.
#[derive(Debug)]
pub(in crate::engine) struct Loan {
    url: Url,
    wishes: UnboundedSender<Wish>,
}

impl Loan {
    pub(in crate::engine) fn new(url: &Url, shared: &Shared) -> Self {
        Self { url: url.clone(), wishes: shared.wishes.clone() }
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        // Where nobody hears it, the engine has ended.
        let _ = self.wishes.send(Wish::Back(self.url.clone()));
    }
}

/// What is claimed of a body, and what it is held against.
pub(in crate::engine) fn claims<'a>(about: &'a About, request: &'a DownloadRequest, options: &Options) -> Claims<'a> {
    Claims {
        expect: options.expect,
        check: options.check,
        requested: &request.url,
        last: &about.last,
        content_type: about.content_type.as_deref(),
        unframed: about.unframed,
    }
}

/// What the supervisor gives to an attempt.
#[derive(Debug)]
pub(in crate::engine) struct Assignment {
    pub(in crate::engine) id: JobId,
    pub(in crate::engine) request: DownloadRequest,
    /// The address that is asked, where that is not the request's first.
    pub(in crate::engine) mirror: Option<Url>,
    /// Connections for the file, where the user has said.
    pub(in crate::engine) connections: Option<usize>,
    /// The number of the attempt, from 1.
    pub(in crate::engine) attempt: u32,
    /// What an earlier attempt has left.
    pub(in crate::engine) partial: Option<Partial>,
    /// The generation of the last part file.
    pub(in crate::engine) generation: u32,
    /// A run before this one may have left files that nobody took note of.
    pub(in crate::engine) strays: bool,
    pub(in crate::engine) deadline: Option<Instant>,
    /// Counts what the host sends.
    pub(in crate::engine) flow: Arc<Flow>,
    /// The host has answered before, so a connection may be a used one.
    pub(in crate::engine) used_host: bool,
    /// One request at once: the server has refused more for this file.
    pub(in crate::engine) unsplit: bool,
    pub(in crate::engine) cancel: CancellationToken,
}

impl Assignment {
    /// The address that is asked.
    pub(super) fn address(&self) -> &Url {
        self.mirror.as_ref().unwrap_or(&self.request.url)
    }
}

/// How an attempt ended.
#[derive(Debug)]
pub(in crate::engine) enum Ending {
    /// Every byte is here.
    Whole { body: Body, path: PathBuf, about: Box<About> },
    /// No more bytes come.
    Failed(TransferError),
    /// Told to stop.
    Stopped,
}

/// What an attempt leaves behind.
#[derive(Debug)]
pub(in crate::engine) struct Left {
    pub(in crate::engine) ending: Ending,
    pub(in crate::engine) partial: Option<Partial>,
    pub(in crate::engine) generation: u32,
    pub(in crate::engine) strays: bool,
    /// Where the attempt began in the file.
    pub(in crate::engine) resumed_from: u64,
    /// How many bytes of the file it has added.
    pub(in crate::engine) gained: u64,
    /// The server has refused ranges of the file, or has shown that it is better left alone with them.
    pub(in crate::engine) unsplit: bool,
    /// What the server said, if it said anything.
    pub(in crate::engine) answered: Option<Arc<Answered>>,
}

/// The error of a job that took longer than it may.
pub(in crate::engine) fn past_deadline(deadline: Option<Duration>) -> TransferError {
    let limit = crate::units::elapsed(deadline.unwrap_or_default());
    TransferError::new(ErrorClass::Timeout, format!("not done within the deadline of {limit}"))
}
