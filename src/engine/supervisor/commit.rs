//! From a whole body to a finished file, on a blocking thread: whether the bytes are what was asked for, the ending that
//! they call for, the name.

use std::io::{self, BufReader, Cursor};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crate::engine::checksum::Digests;
use crate::engine::content::{self, Accepted, Claims};
use crate::engine::disk::{self, Body, Books, Finals, Manner, Name, Part};
use crate::engine::error::TransferError;
use crate::engine::event::{Answered, FinishedFile, Record};
use crate::engine::file_name;
use crate::engine::options::{Algorithm, Options};
use crate::engine::partial::About;
use crate::engine::request::{DownloadRequest, JobId};
use crate::engine::store::{Change, Intent, Store};
use crate::engine::transfer::{Shared, claims};

/// A body, and what it must be to get its name.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) body: Body,
    /// Where its part stands or would stand.
    pub(super) part: PathBuf,
    pub(super) about: About,
    pub(super) request: DownloadRequest,
}

/// A file that has its final name.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    pub(super) seen: Accepted,
    pub(super) sha256: Option<String>,
    /// The same bytes stood there already.
    pub(super) skipped: bool,
}

/// Why there is no file.
#[derive(Debug)]
pub(super) struct Unsettled {
    pub(super) error: TransferError,
    /// The bytes themselves are wrong: nobody may go on with them.
    pub(super) refused: bool,
}

impl Unsettled {
    fn refused(error: TransferError) -> Self {
        Self { error, refused: true }
    }

    fn disk(doing: &str, error: &io::Error) -> Self {
        Self { error: disk::error(doing, error), refused: false }
    }
}

/// Judges the body and commits it. A name of the user's own is kept as it is; others get the ending of an image if the
/// bytes are one. Bytes that are refused leave nothing behind.
pub(super) fn settle(whole: &Whole, id: JobId, shared: &Shared, finals: &Finals) -> Result<Settled, Unsettled> {
    let Whole { body, part, about, request } = whole;
    let options = &shared.options;
    let result = examine(whole, options);
    if let (Err(Unsettled { refused: true, .. }), Body::Part(part)) = (&result, body) {
        part.remove();
    }
    let (seen, sha256) = result?;
    let with_ending = seen.ending.map(|ending| file_name::with_ending(&about.name, ending));
    let name = match &request.name {
        Some(own) => Name::Own(own),
        None => Name::Given(with_ending.as_deref().unwrap_or(&about.name)),
    };
    let manner = Manner { overwrite: options.overwrite, sync: options.sync };
    let books = StoreBooks { store: &shared.store, id };
    let committed = disk::commit(body, part, name, finals, manner, &books)
        .map_err(|error| Unsettled::disk("give the file its name", &error))?;
    Ok(Settled { path: committed.path, bytes: body.len(), seen, sha256, skipped: committed.skipped })
}

/// The books of names are in the store.
struct StoreBooks<'a> {
    store: &'a Store,
    id: JobId,
}

impl Books for StoreBooks<'_> {
    fn is_owned(&self, path: &Path) -> bool {
        self.store.is_owned(self.id, path)
    }

    fn intend(&self, part: &Part, path: &Path) -> io::Result<()> {
        let intent = Intent::new(path, part.len(), part.inode());
        self.store.keep_blocking(self.id, Change::Intended(intent))
    }
}

/// What is known of a job whose file is about to get its name.
#[derive(Debug)]
pub(super) struct Finishing {
    pub(super) attempts: u32,
    pub(super) started: Option<Instant>,
    pub(super) started_at: Option<SystemTime>,
    pub(super) resumed_from: u64,
    pub(super) answered: Option<Arc<Answered>>,
}

impl Finishing {
    pub(super) fn finished(self, settled: Settled) -> Box<(FinishedFile, Record)> {
        let file = FinishedFile {
            path: settled.path,
            bytes: settled.bytes,
            format: settled.seen.format.map(str::to_owned),
            verified: settled.seen.verified,
            sha256: settled.sha256,
            pixels: settled.seen.pixels,
            elapsed: self.started.map_or(Duration::ZERO, |started| started.elapsed()),
            attempts: self.attempts,
            resumed_from: self.resumed_from,
            skipped: settled.skipped,
        };
        let record = Record { started_at: self.started_at, finished_at: SystemTime::now(), answered: self.answered };
        Box::new((file, record))
    }
}

pub(super) fn examine(whole: &Whole, options: &Options) -> Result<(Accepted, Option<String>), Unsettled> {
    let Whole { body, about, request, .. } = whole;
    let unreadable = |error: io::Error| Unsettled::disk("read the part file", &error);
    let claims = claims(about, request, options);
    let seen = inspect(body, &claims).map_err(unreadable)?.map_err(Unsettled::refused)?;
    let digests = digests(whole, options).map_err(unreadable)?;
    if let Some(wanted) = &request.checksum {
        digests.check(wanted, "asked for was").map_err(Unsettled::refused)?;
    }
    for promised in &about.digests {
        digests.check(promised, "the server promised").map_err(Unsettled::refused)?;
    }
    Ok((seen, digests.hex(Algorithm::Sha256)))
}

fn inspect(body: &Body, claims: &Claims<'_>) -> io::Result<Result<Accepted, TransferError>> {
    let beginning = body.beginning(content::BEGINNING)?;
    match body {
        Body::Memory(bytes) => content::inspect(claims, &beginning, body.len(), || Ok(Cursor::new(bytes))),
        Body::Part(part) => {
            content::inspect(claims, &beginning, body.len(), || Ok(BufReader::with_capacity(READ, part.reader()?)))
        }
    }
}

/// How much of a part is read at once.
const READ: usize = 128 * 1024;

/// Every digest that somebody asked for; without any, the body is not read.
fn digests(whole: &Whole, options: &Options) -> io::Result<Digests> {
    let Whole { body, about, request, .. } = whole;
    let mut wanted: Vec<_> = request.checksum.iter().chain(&about.digests).map(|sum| sum.algorithm).collect();
    if options.digest || request.checksum.is_some() {
        wanted.push(Algorithm::Sha256);
    }
    wanted.sort_unstable();
    wanted.dedup();
    match body {
        _ if wanted.is_empty() => Digests::read(io::empty(), &[]),
        Body::Memory(bytes) => Digests::read(&bytes[..], &wanted),
        Body::Part(part) => Digests::read(part.reader()?, &wanted),
    }
}
