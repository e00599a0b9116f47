//! From a whole body to a finished file, on a blocking thread: whether the bytes are what was asked for, the ending that
//! they call for, the name.

use std::io::{self, BufReader, Cursor};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crate::engine::checksum::Digests;
use crate::engine::content::{self, Accepted, Claims};
use crate::engine::disk::{self, Body, Books, Finals, Manner, Name, Twins};
use crate::engine::error::TransferError;
use crate::engine::event::{Answered, FinishedFile, Record};
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
    /// A path beside that for a moment's use; after a crash somebody cleans up there.
    pub(super) spare: PathBuf,
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
pub(super) fn settle(
    whole: &Whole,
    id: JobId,
    shared: &Shared,
    finals: &Finals,
    twins: &Twins,
) -> Result<Settled, Unsettled> {
    let Whole { body, part, spare, about, request } = whole;
    let options = &shared.options;
    let result = examine(whole, options);
    if let (Err(Unsettled { refused: true, .. }), Body::Part(part)) = (&result, body) {
        part.remove();
    }
    let (seen, sha256) = result?;
    let file_name = about.file_name(request, seen.ending);
    let name = if request.name.is_some() { Name::Own(&file_name) } else { Name::Given(&file_name) };
    let modified = about.modified.filter(|_| options.remote_time);
    let manner = Manner { overwrite: options.overwrite, sync: options.sync, modified };
    let books = StoreBooks { store: &shared.store, id };
    let digest = sha256.as_deref().filter(|_| options.dedupe);
    // Of bodies that come at the same time one is first.
    let _turn = digest.map(|digest| twins.turn(digest));
    let twin = digest.and_then(|digest| twins.find(digest));
    let whole = disk::Whole { body, part, spare, twin: twin.as_deref() };
    let committed = disk::commit(whole, name, finals, manner, &books)
        .map_err(|error| Unsettled::disk("give the file its name", &error))?;
    if let Some(digest) = digest {
        twins.keep(digest, &request.dir, &committed.path);
    }
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

    fn intend(&self, path: &Path, bytes: u64, inode: Option<u64>) -> io::Result<()> {
        let intent = Intent::new(path, bytes, inode);
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
    if options.wants_digest() || request.checksum.is_some() {
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
