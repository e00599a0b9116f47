//! What goes into an attempt and what it leaves. A leaf within the room.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::engine::checksum;
use crate::engine::content::Claims;
use crate::engine::disk::{Body, Buffers};
use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::event::Answered;
use crate::engine::file_name;
use crate::engine::head::Head;
use crate::engine::net::Net;
use crate::engine::options::{Checksum, Options};
use crate::engine::outbox::Outbox;
use crate::engine::request::{DownloadRequest, JobId};
use crate::engine::resume::Saved;

/// What all transfers of an engine share.
#[derive(Debug)]
pub(in crate::engine) struct Shared {
    pub(in crate::engine) net: Net,
    pub(in crate::engine) options: Options,
    pub(in crate::engine) outbox: Arc<Outbox>,
    pub(in crate::engine) buffers: Arc<Buffers>,
    /// Hears the address of a job as soon as its host has answered, and how long that took.
    pub(in crate::engine) answered: UnboundedSender<(Url, Duration)>,
}

/// A part file that another attempt can go on with.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Partial {
    pub(in crate::engine) path: PathBuf,
    pub(super) saved: Saved,
    pub(super) about: About,
}

/// What the first answer has said of a body; a later one need not repeat it.
#[derive(Debug, Clone)]
pub(in crate::engine) struct About {
    pub(in crate::engine) name: String,
    /// The address that answered, after redirects.
    pub(in crate::engine) last: Url,
    pub(in crate::engine) content_type: Option<String>,
    /// What the server says the whole file has.
    pub(in crate::engine) digests: Vec<Checksum>,
    /// The end of the connection was the end of the body.
    pub(in crate::engine) unframed: bool,
}

impl About {
    pub(super) fn new(head: &Head, request: &DownloadRequest, last: &Url) -> Self {
        let offered = head.content_disposition.as_deref();
        let name = request.name.clone().unwrap_or_else(|| file_name::choose(offered, &request.url, last));
        let digests = head.repr_digest.as_deref().map(checksum::of_header).unwrap_or_default();
        let content_type = head.content_type.clone();
        Self { name, last: last.clone(), content_type, digests, unframed: head.unframed }
    }

    /// What is claimed of the body, and what it is held against.
    pub(in crate::engine) fn claims<'a>(&'a self, request: &'a DownloadRequest, options: &Options) -> Claims<'a> {
        Claims {
            expect: options.expect,
            check: options.check,
            requested: &request.url,
            last: &self.last,
            content_type: self.content_type.as_deref(),
            unframed: self.unframed,
        }
    }
}

/// What the supervisor gives to an attempt.
#[derive(Debug)]
pub(in crate::engine) struct Assignment {
    pub(in crate::engine) id: JobId,
    pub(in crate::engine) request: DownloadRequest,
    /// The number of the attempt, from 1.
    pub(in crate::engine) attempt: u32,
    /// What an earlier attempt has left.
    pub(in crate::engine) partial: Option<Partial>,
    /// The generation of the next part file.
    pub(in crate::engine) generation: u32,
    pub(in crate::engine) deadline: Option<Instant>,
    /// The host has answered before, so a connection may be a used one.
    pub(in crate::engine) used_host: bool,
    pub(in crate::engine) cancel: CancellationToken,
}

/// How an attempt ended.
#[derive(Debug)]
pub(in crate::engine) enum Ending {
    /// Every byte is here.
    Whole { body: Body, path: PathBuf, about: About },
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
    /// Where the attempt began in the file.
    pub(in crate::engine) resumed_from: u64,
    /// How many bytes of the file it has added.
    pub(in crate::engine) gained: u64,
    /// What the server said, if it said anything.
    pub(in crate::engine) answered: Option<Box<Answered>>,
}

/// The error of a job that took longer than it may.
pub(in crate::engine) fn past_deadline(deadline: Option<Duration>) -> TransferError {
    let limit = crate::units::elapsed(deadline.unwrap_or_default());
    TransferError::new(ErrorClass::Timeout, format!("not done within the deadline of {limit}"))
}
