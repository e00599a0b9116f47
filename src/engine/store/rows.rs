//! Jobs as rows: found by what identifies them, taken over, changed. Every function runs within a transaction of its
//! caller's. A row whose sum is wrong is a damaged one, and counts as none.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use rusqlite::{Connection, Error, OptionalExtension as _, Row};

use crate::engine::event::FinishedFile;
use crate::engine::partial::{Length, Partial, part_path};
use crate::engine::request::{DownloadRequest, JobId, JobMap};

use super::leftovers::Leftovers;
use super::order::{Found, Left, LeftState, Standing, Trust};
use super::record::{Change, Record, State};
use super::secrets::Secrets;
use super::session::{Lives, Session};
use super::sum::{address_sum, identity, path_sum, sum};

/// A row, read and found sound.
pub(super) struct Kept {
    pub(super) id: i64,
    identity: Vec<u8>,
    pub(super) session: i64,
    pub(super) state: State,
    boot: String,
    pub(super) durable: i64,
    pub(super) record: Record,
}

pub(super) const COLUMNS: &str = "id, identity, session, state, boot, durable, record, sum";

impl Kept {
    /// None where the row is damaged.
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Option<Self>> {
        match Self::parse(row) {
            // No text, or no number, where only one was ever written.
            Err(Error::FromSqlConversionFailure(..) | Error::InvalidColumnType(..) | Error::Utf8Error(..)) => Ok(None),
            result => result,
        }
    }

    fn parse(row: &Row<'_>) -> rusqlite::Result<Option<Self>> {
        let (id, state): (i64, String) = (row.get(0)?, row.get(3)?);
        let (identity, record): (Vec<u8>, String) = (row.get(1)?, row.get(6)?);
        let sound = row.get::<_, i64>(7)? == sum(id, &identity, &state, &record);
        let state = State::ALL.into_iter().find(|known| known.word() == state);
        let record = serde_json::from_str(&record).ok();
        let (session, boot, durable) = (row.get(2)?, row.get(4)?, row.get(5)?);
        Ok(state.zip(record).filter(|_| sound).map(|(state, record)| Self {
            id,
            identity,
            session,
            state,
            boot,
            durable,
            record,
        }))
    }

    pub(super) fn job(&self) -> JobId {
        JobId(self.id.cast_unsigned())
    }
}

/// The rows of one database as one session sees them.
pub(super) struct Rows<'a> {
    pub(super) connection: &'a Connection,
    pub(super) session: &'a Session,
    /// Finished jobs of earlier sessions that this one was asked for.
    pub(super) listed: &'a mut HashSet<i64>,
    /// Those of them that were not before this transaction.
    pub(super) fresh: &'a mut Vec<i64>,
    /// New jobs as their rows have them, while nothing has changed them: most change once, when they are finished, and
    /// need not be read for that.
    pub(super) known: &'a mut JobMap<Box<Kept>>,
    pub(super) leftovers: &'a mut Leftovers,
    /// The passwords, cookies and headers that this engine has to give.
    pub(super) secrets: &'a Secrets,
    /// Files that are there are fetched all the same.
    pub(super) overwrite: bool,
}

/// So many new jobs are known by heart.
const MOST_KNOWN: usize = 4096;

impl Rows<'_> {
    /// Makes the request a job, or says whose job it is.
    pub(super) fn add(&mut self, request: &DownloadRequest, lives: &mut Lives) -> rusqlite::Result<Standing> {
        let standing = |id, found| Standing { id, request: request.clone(), found };
        // Mostly nobody has asked for it before.
        if let Some(id) = self.insert(request, None, "IGNORE")? {
            return Ok(standing(id, Found::Open(Box::default())));
        }
        let Some(kept) = self.find(request)? else {
            // A row of this identity that cannot be read says nothing any more.
            let id = JobId(fastrand::u64(..));
            self.insert(request, Some(id), "REPLACE")?;
            return Ok(standing(id, Found::Open(Box::default())));
        };
        let mine = kept.session == self.session.id || self.listed.contains(&kept.id);
        let id = kept.job();
        let found = if mine { Found::Mine } else { self.look(kept, request, lives, false)? };
        Ok(standing(id, found))
    }

    /// Makes a job that rested, or that another session held, this session's work again, unless it is another one's by
    /// now. `anew` says that the file is known not to be there.
    pub(super) fn claim(
        &mut self,
        id: JobId,
        request: &DownloadRequest,
        anew: bool,
        lives: &mut Lives,
    ) -> rusqlite::Result<Standing> {
        let found = match self.find(request)? {
            Some(mut kept) if kept.session == self.session.id && kept.id == id.0.cast_signed() => {
                kept.record.intent = kept.record.intent.filter(|_| !anew);
                let found = self.take(kept, request)?;
                // Where nobody else has touched it, this engine knows more of its part than the row does.
                if anew { found } else { Found::Mine }
            }
            Some(kept) if kept.id == id.0.cast_signed() => self.look(kept, request, lives, anew)?,
            // Forgotten meanwhile, and asked for by somebody else since, who works on it or has it.
            Some(kept)
                if kept.state == State::Queued
                    && (kept.session == self.session.id || self.session.lives(kept.session, lives)) =>
            {
                Found::Held
            }
            Some(kept) if !anew && !self.overwrite && kept.record.finished().as_ref().is_some_and(is_there) => {
                self.look(kept, request, lives, anew)?
            }
            _ => {
                self.insert(request, Some(id), "REPLACE")?;
                Found::Open(Box::new(Left { known: true, ..Left::default() }))
            }
        };
        Ok(Standing { id, request: request.clone(), found })
    }

    fn find(&self, request: &DownloadRequest) -> rusqlite::Result<Option<Kept>> {
        let sql = format!("SELECT {COLUMNS} FROM jobs WHERE identity = ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        Ok(statement.query_row([&identity(request)[..]], Kept::read).optional()?.flatten())
    }

    /// What is known of a job of another session.
    fn look(
        &mut self,
        kept: Kept,
        request: &DownloadRequest,
        lives: &mut Lives,
        anew: bool,
    ) -> rusqlite::Result<Found> {
        if kept.state == State::Finished {
            let trust = self.trust(&kept);
            let stands = |file: &FinishedFile| match trust {
                Trust::Sure => is_there(file),
                // Whatever is left of it, somebody has to look at that.
                Trust::Doubtful => fs::symlink_metadata(&file.path).is_ok_and(|metadata| metadata.is_file()),
            };
            let file = kept.record.finished().filter(|file| !self.overwrite && !anew && stands(file));
            if let Some(file) = file {
                if self.listed.insert(kept.id) {
                    self.fresh.push(kept.id);
                }
                return Ok(Found::Done(Box::new(file), kept.record.content_type(), trust));
            }
        } else if kept.state == State::Queued && self.session.lives(kept.session, lives) {
            return Ok(Found::Held);
        }
        self.take(kept, request)
    }

    /// Makes a row, with this id if there is one already. What else stands there of this identity is replaced, or keeps
    /// this one from being made: then there is no id.
    fn insert(&mut self, request: &DownloadRequest, id: Option<JobId>, or: &str) -> rusqlite::Result<Option<JobId>> {
        let kept = Kept {
            id: id.map_or_else(|| fastrand::i64(..), |id| id.0.cast_signed()),
            identity: identity(request).into(),
            session: self.session.id,
            state: State::Queued,
            boot: String::new(),
            durable: 0,
            record: Record::new(request, self.secrets.are_for(request)),
        };
        let (state, record) = (kept.state.word(), json(&kept.record));
        let added = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
        let sql = format!(
            "INSERT OR {or} INTO jobs (id, identity, address, added, session, state, boot, record, sum) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, '', ?7, ?8)"
        );
        let sum = sum(kept.id, &kept.identity, state, &record);
        let address = address_sum(&request.url);
        let added = i64::try_from(added).unwrap_or(i64::MAX);
        let row = (kept.id, &kept.identity, &address[..], added, kept.session, state, record, sum);
        let made = self.connection.prepare_cached(&sql)?.execute(row)? > 0;
        let id = made.then(|| kept.job());
        if made && self.known.len() < MOST_KNOWN {
            self.known.insert(kept.job(), Box::new(kept));
        }
        Ok(id)
    }

    /// Makes a job of nobody's this session's: work again, unless its file turns out to be there.
    fn take(&mut self, mut kept: Kept, request: &DownloadRequest) -> rusqlite::Result<Found> {
        let before = kept.state;
        kept.state = kept.record.change(kept.state, &Change::Queued);
        // The query of a finished job was dropped; digest and secrets are for the present request to say.
        kept.record.ask(Record::new(request, self.secrets.are_for(request)));
        self.take_as(kept, request, before)
    }

    pub(super) fn take_as(
        &mut self,
        mut kept: Kept,
        request: &DownloadRequest,
        before: State,
    ) -> rusqlite::Result<Found> {
        kept.session = self.session.id;
        self.update(&kept)?;
        let part = fs::symlink_metadata(part_path(&request.dir, kept.job(), kept.record.generation)).ok();
        if let Some(file) = kept.record.intended().filter(|_| before != State::Finished)
            && part.is_none()
            && is_there(&file)
            && kept.record.intent.as_ref().and_then(|intent| intent.inode).is_none_or(|inode| is_inode(&file, inode))
        {
            // The process ended between the rename and the note of it.
            return Ok(Found::Done(Box::new(file), kept.record.content_type(), Trust::Doubtful));
        }
        let (durable, same_boot) = (kept.durable.cast_unsigned(), self.is_boot(&kept));
        let length = if same_boot { Length::AtLeast(durable) } else { Length::AtMost(durable) };
        let partial = kept.record.partial(length).filter(|_| part.is_some());
        let bytes = part.filter(|_| partial.is_some()).map_or(0, |part| part.len());
        let bytes = if same_boot { bytes } else { bytes.min(durable) };
        // The length of one that was written in several places says nothing.
        let bytes = partial.as_ref().filter(|partial| !partial.ranges.is_empty()).map_or(bytes, Partial::bytes);
        let (known, generation, state) = (true, kept.record.generation, LeftState::Queued);
        Ok(Found::Open(Box::new(Left { known, generation, partial, bytes, state })))
    }

    fn trust(&self, kept: &Kept) -> Trust {
        if kept.durable > 0 || self.is_boot(kept) { Trust::Sure } else { Trust::Doubtful }
    }

    fn is_boot(&self, kept: &Kept) -> bool {
        kept.boot == self.session.boot
    }

    pub(super) fn update(&mut self, kept: &Kept) -> rusqlite::Result<()> {
        self.known.remove(&kept.job());
        let (state, record) = (kept.state.word(), json(&kept.record));
        let sum = sum(kept.id, &kept.identity, state, &record);
        let sql = "UPDATE jobs SET session = ?2, state = ?3, boot = ?4, durable = ?5, record = ?6, sum = ?7, path = ?8 \
                   WHERE id = ?1";
        let path = kept.record.file.as_ref().map(|file| path_sum(&file.path.path()));
        let row = (kept.id, kept.session, state, &kept.boot, kept.durable, record, sum, path);
        self.connection.prepare_cached(sql)?.execute(row)?;
        Ok(())
    }

    pub(super) fn mine(&mut self, id: JobId) -> rusqlite::Result<Option<Kept>> {
        if let Some(kept) = self.known.remove(&id) {
            return Ok(Some(*kept));
        }
        let sql = format!("SELECT {COLUMNS} FROM jobs WHERE id = ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let kept = statement.query_row([id.0.cast_signed()], Kept::read).optional()?.flatten();
        Ok(kept.filter(|kept| kept.session == self.session.id || self.listed.contains(&kept.id)))
    }

    /// Changes a job, if it is still this session's.
    pub(super) fn change(&mut self, id: JobId, change: &Change) -> rusqlite::Result<()> {
        let Some(mut kept) = self.mine(id)? else { return Ok(()) };
        let generation = kept.record.generation;
        kept.state = kept.record.change(kept.state, change);
        match change {
            Change::Begun(..) => {
                // Another run of the system has the part already cut to what is durable.
                kept.durable = if kept.record.generation == generation { kept.durable } else { 0 };
                kept.boot.clone_from(&self.session.boot);
            }
            Change::Finished(finished) => {
                kept.durable = 0;
                kept.boot.clone_from(&self.session.boot);
                // The file that another job had there is gone: its size alone must not make this one that job's.
                // Mostly there was none, and to look costs less than to delete nothing.
                if self.is_owned(id, &finished.0.path)? {
                    let sql = "DELETE FROM jobs WHERE path = ?1 AND id <> ?2 AND state = 'finished'";
                    self.connection.prepare_cached(sql)?.execute((&path_sum(&finished.0.path)[..], kept.id))?;
                }
            }
            _ => {}
        }
        self.update(&kept)
    }

    /// Forgets a job of this session. A finished one is history, and stays.
    pub(super) fn remove(&mut self, id: JobId) -> rusqlite::Result<()> {
        self.known.remove(&id);
        let id = id.0.cast_signed();
        self.listed.remove(&id);
        let sql = "DELETE FROM jobs WHERE id = ?1 AND session = ?2 AND state <> 'finished'";
        self.connection.prepare_cached(sql)?.execute((id, self.session.id))?;
        // Whoever asks for the same file again finds it there.
        let sql = "UPDATE jobs SET session = 0 WHERE id = ?1 AND session = ?2";
        self.connection.prepare_cached(sql)?.execute((id, self.session.id))?;
        Ok(())
    }

    /// True where the file at this path is that of another job.
    pub(super) fn is_owned(&self, id: JobId, path: &Path) -> rusqlite::Result<bool> {
        let sql = "SELECT 1 FROM jobs WHERE path = ?1 AND id <> ?2";
        self.connection.prepare_cached(sql)?.exists((&path_sum(path)[..], id.0.cast_signed()))
    }
}

fn json(record: &Record) -> String {
    // Fails only for maps with keys that are no texts, and there are none.
    serde_json::to_string(record).unwrap_or_default()
}

/// True where a plain file of the right size stands where it should.
fn is_there(file: &FinishedFile) -> bool {
    fs::symlink_metadata(&file.path).is_ok_and(|metadata| metadata.is_file() && metadata.len() == file.bytes)
}

#[cfg(unix)]
fn is_inode(file: &FinishedFile, inode: u64) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::symlink_metadata(&file.path).is_ok_and(|metadata| metadata.ino() == inode)
}

#[cfg(not(unix))]
fn is_inode(_: &FinishedFile, _: u64) -> bool {
    true
}
