//! From a whole body to a finished file, on a blocking thread: what the bytes are, the ending that calls for, the name.

use std::io;
use std::path::{Path, PathBuf};

use crate::engine::content::{self, Format};
use crate::engine::disk::{self, Body, Finals};
use crate::engine::file_name;

/// A file that has its final name.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    pub(super) format: Option<Format>,
    pub(super) pixels: Option<(u32, u32)>,
    /// The same bytes stood there already.
    pub(super) skipped: bool,
}

/// Commits `body`, whose part stands or would stand at `part`. A name of the user's `own` is kept as it is; others get
/// the ending of an image if the bytes are one.
pub(super) fn settle(body: &Body, part: &Path, name: &str, own: bool, finals: &Finals) -> io::Result<Settled> {
    let beginning = body.beginning(content::BEGINNING)?;
    let (format, pixels) = (content::sniff(&beginning), content::pixels(&beginning));
    drop(beginning);
    let name = match format {
        Some(format) if !own => file_name::with_ending(name, format.ending),
        _ => name.to_owned(),
    };
    let committed = disk::commit(body, part, &name, finals)?;
    Ok(Settled { path: committed.path, bytes: body.len(), format, pixels, skipped: committed.skipped })
}
