//! Looking back, and forgetting: what `haul history` and `haul forget` do with a database that nobody of this process
//! works with.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rusqlite::{Connection, TransactionBehavior};
use url::Url;

use crate::engine::partial::part_path;
use crate::engine::request::JobId;

use super::error::OpenError;
use super::record::State;
use super::rows::Kept;
use super::schema;
use super::session::{Lives, Session};
use super::sum::address_sum;

/// A file that was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// Its job.
    pub id: JobId,
    /// Where it came from, without user and query.
    pub url: String,
    /// Where it went.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256 in hex, where somebody asked for it then.
    pub sha256: Option<String>,
    /// The image format of its bytes.
    pub format: Option<String>,
    /// Width and height in pixels.
    pub pixels: Option<(u32, u32)>,
    /// When it got its name.
    pub finished_at: SystemTime,
}

/// Gives every finished file of the database, the oldest first, to `take`, until that returns false. A database that
/// is not there has none.
///
/// # Errors
/// When the database cannot be used.
pub fn history(database: &Path, mut take: impl FnMut(Past) -> bool) -> Result<(), OpenError> {
    let Some(connection) = schema::existing(database)? else { return Ok(()) };
    let (rows, _) = all(&connection, "state = 'finished'").map_err(|error| failed(database, error))?;
    let mut past = rows
        .into_iter()
        .filter_map(|(kept, _)| {
            let file = *kept.record.file?;
            let finished_at = SystemTime::UNIX_EPOCH + Duration::from_millis(file.finished_at);
            Some(Past {
                id: JobId(kept.id.cast_unsigned()),
                url: kept.record.url,
                path: file.path.path(),
                bytes: file.bytes,
                sha256: file.sha256,
                format: file.format,
                pixels: file.pixels,
                finished_at,
            })
        })
        .collect::<Vec<_>>();
    past.sort_by_key(|past| past.finished_at);
    // A loop that stops where nobody listens any more.
    let _ = past.into_iter().all(&mut take);
    Ok(())
}

/// What to forget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Everything.
    All,
    /// What came from this address. Without a query it means every query of it.
    Address(Url),
    /// What went to this path.
    Path(PathBuf),
}

/// What was forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Forgotten {
    /// Jobs that are known no more. Finished files stay; part files go.
    pub jobs: usize,
    /// Jobs that stay, since a haul that runs works on them.
    pub busy: usize,
}

/// Forgets jobs, finished or not.
///
/// # Errors
/// When the database cannot be used.
pub fn forget(database: &Path, what: &What) -> Result<Forgotten, OpenError> {
    let Some(mut connection) = schema::existing(database)? else { return Ok(Forgotten::default()) };
    let (forgotten, parts) = forget_rows(&mut connection, database, what).map_err(|error| failed(database, error))?;
    for (dir, id, generation) in parts {
        // A small body may have left one that nobody took note of.
        for generation in [generation, generation + 1] {
            let _ = fs::remove_file(part_path(&dir, id, generation));
        }
    }
    // What is forgotten must not be found in the log.
    let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    Ok(forgotten)
}

type Parts = Vec<(Arc<Path>, JobId, u32)>;

fn forget_rows(connection: &mut Connection, database: &Path, what: &What) -> rusqlite::Result<(Forgotten, Parts)> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let session = Session::onlooker(database);
    let (mut lives, mut forgotten, mut parts) = (Lives::new(), Forgotten::default(), Vec::new());
    let (rows, unreadable) = all(&transaction, "1")?;
    for id in unreadable.into_iter().filter(|_| *what == What::All) {
        forgotten.jobs += transaction.execute("DELETE FROM jobs WHERE id = ?1", [id])?;
    }
    for (kept, address) in rows {
        if !is_meant(&kept, &address, what) {
            continue;
        }
        if kept.state == State::Queued && session.lives(kept.session, &mut lives) {
            forgotten.busy += 1;
            continue;
        }
        transaction.execute("DELETE FROM jobs WHERE id = ?1", [kept.id])?;
        forgotten.jobs += 1;
        if let Some(request) = kept.record.request().filter(|_| kept.state != State::Finished) {
            parts.push((request.dir, kept.job(), kept.record.generation));
        }
    }
    transaction.commit()?;
    Ok((forgotten, parts))
}

fn is_meant(kept: &Kept, address: &[u8], what: &What) -> bool {
    match what {
        What::All => true,
        What::Path(path) => kept.record.file.as_ref().is_some_and(|file| file.path.path() == *path),
        What::Address(url) => {
            let whole = address == address_sum(url);
            let kept = Url::parse(&kept.record.url).ok();
            let without_query = |mut url: Url| {
                url.set_query(None);
                crate::display::without_userinfo(&url)
            };
            whole
                || (url.query().is_none() && kept.is_some_and(|kept| without_query(kept) == without_query(url.clone())))
        }
    }
}

/// Jobs with the sums of their addresses, and the numbers of rows that cannot be read.
type Seen = (Vec<(Kept, Vec<u8>)>, Vec<i64>);

fn all(connection: &Connection, condition: &str) -> rusqlite::Result<Seen> {
    let sql = format!(
        "SELECT id, identity, session, state, boot, durable, record, sum, address FROM jobs WHERE {condition} \
         ORDER BY added"
    );
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let (mut all, mut unreadable) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next()? {
        match Kept::read(row)? {
            Some(kept) => all.push((kept, row.get(8).unwrap_or_default())),
            None => unreadable.push(row.get(0)?),
        }
    }
    Ok((all, unreadable))
}

fn failed(database: &Path, error: rusqlite::Error) -> OpenError {
    OpenError::new(database, &std::io::Error::other(error))
}
