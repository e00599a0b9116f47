//! A job as the database keeps it: a state, and a record in JSON, which people can read with any tool for `SQLite` and later
//! versions can add to. Pure: what each change does to a record. A record is input like any other: what it says is checked before it is used.

use std::ffi::OsString;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::display::without_userinfo;
use crate::engine::checksum;
use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::event::{FinishedFile, Record as Answers};
use crate::engine::file_name::check_own;
use crate::engine::partial::{Length, Partial};
use crate::engine::request::{DownloadRequest, More};

use super::part::{PartRecord, address, pairs};

/// Where a kept job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Somebody works on it, or would if the session had not ended.
    Queued,
    Paused,
    Failed,
    Cancelled,
    Finished,
}

impl State {
    pub(super) const ALL: [Self; 5] = [Self::Queued, Self::Paused, Self::Failed, Self::Cancelled, Self::Finished];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Paused => "paused",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Finished => "finished",
        }
    }
}

/// What is known of one job. Boxed is what most have none of while many are in memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a quality of its own")]
pub(super) struct Record {
    /// Without userinfo; without its query too once the job is finished.
    pub(super) url: String,
    pub(super) dir: PathText,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pattern: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    checksum: Option<String>,
    /// Other addresses of the same file, as `url`; none once the job is finished.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    mirrors: Vec<String>,
    /// It was asked for with a password, cookies or headers, none of which are kept.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) secret: bool,
    /// Headers or a login were its alone: no run has them until the request comes again.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) own: bool,
    /// What the server says to robots is obeyed.
    #[serde(default, skip_serializing_if = "is_default")]
    obeys_robots: bool,
    /// A page has named it, and nothing that the user gives for a run is sent there.
    #[serde(default, skip_serializing_if = "is_default")]
    stranger: bool,
    /// The last part file that was begun.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) generation: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    part: Option<Box<PartRecord>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) intent: Option<Intent>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<ErrorRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<Box<FileRecord>>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A path, which on some systems is no text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum PathText {
    Text(String),
    Bytes(Vec<u8>),
}

impl From<&Path> for PathText {
    fn from(path: &Path) -> Self {
        match path.to_str() {
            Some(text) => Self::Text(text.to_owned()),
            None => Self::Bytes(path.as_os_str().as_encoded_bytes().to_vec()),
        }
    }
}

impl PathText {
    pub(super) fn path(&self) -> PathBuf {
        match self {
            Self::Text(text) => text.into(),
            #[cfg(unix)]
            Self::Bytes(bytes) => {
                use std::os::unix::ffi::OsStringExt as _;
                OsString::from_vec(bytes.clone()).into()
            }
            #[cfg(not(unix))]
            Self::Bytes(bytes) => OsString::from(String::from_utf8_lossy(bytes).into_owned()).into(),
        }
    }
}

/// The name that a whole part is about to get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::engine) struct Intent {
    pub(super) path: PathText,
    pub(super) bytes: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) inode: Option<u64>,
}

impl Intent {
    pub(in crate::engine) fn new(path: &Path, bytes: u64, inode: Option<u64>) -> Self {
        Self { path: path.into(), bytes, inode }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ErrorRecord {
    class: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    detail: String,
    #[serde(default)]
    attempts: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileRecord {
    pub(super) path: PathText,
    pub(super) bytes: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sha256: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) format: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verified: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) pixels: Option<(u32, u32)>,
    #[serde(default, skip_serializing_if = "is_default")]
    elapsed_ms: u64,
    /// Milliseconds since 1970.
    pub(super) finished_at: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
}

impl FileRecord {
    fn new(file: &FinishedFile, answers: &Answers) -> Self {
        let since = answers.finished_at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Self {
            path: file.path.as_path().into(),
            bytes: file.bytes,
            sha256: file.sha256.clone(),
            format: file.format.clone(),
            verified: file.verified,
            pixels: file.pixels,
            elapsed_ms: millis(file.elapsed),
            finished_at: millis(since),
            content_type: answers.answered.as_ref().and_then(|answered| answered.content_type.clone()),
        }
    }

    /// The file as a job has it that finds it there.
    fn finished(&self) -> FinishedFile {
        FinishedFile {
            path: self.path.path(),
            bytes: self.bytes,
            format: self.format.clone(),
            verified: self.verified,
            sha256: self.sha256.clone(),
            pixels: self.pixels,
            elapsed: Duration::ZERO,
            attempts: 0,
            resumed_from: 0,
            skipped: true,
        }
    }
}

/// What becomes of a job.
#[derive(Debug, Clone)]
pub(in crate::engine) enum Change {
    /// It is somebody's work again.
    Queued,
    Paused,
    Failed(TransferError, u32),
    Cancelled,
    /// A part file of this generation is about to be made; another attempt can go on with it if it is described.
    Begun(u32, Option<Box<Partial>>),
    /// These ranges of the part of this generation are with the kernel.
    Spread(u32, Vec<Range<u64>>),
    /// The whole part is about to get its name.
    Intended(Intent),
    Finished(Box<(FinishedFile, Answers)>),
}

impl Record {
    pub(super) fn new(request: &DownloadRequest, secret: bool) -> Self {
        Self {
            url: without_userinfo(&request.url).into(),
            dir: (&*request.dir).into(),
            name: request.name.clone(),
            pattern: request.pattern().map(Box::from),
            checksum: request.checksum.as_ref().map(checksum::text),
            mirrors: request.addresses().skip(1).map(|url| without_userinfo(url).into()).collect(),
            secret: secret || request.has_secrets(),
            own: request.more.as_ref().is_some_and(|more| more.has_secrets()),
            stranger: request.is_strange(),
            obeys_robots: request.more.as_ref().is_some_and(|more| more.obeys_robots),
            generation: 0,
            part: None,
            intent: None,
            error: None,
            file: None,
        }
    }

    /// Takes over what a later request for the same job says.
    pub(super) fn ask(&mut self, fresh: Self) {
        (self.url, self.mirrors) = (fresh.url, fresh.mirrors);
        (self.checksum, self.secret, self.own) = (fresh.checksum, fresh.secret, fresh.own);
        (self.obeys_robots, self.stranger) = (fresh.obeys_robots, fresh.stranger);
    }

    /// Does the change, and says where the job stands then.
    pub(super) fn change(&mut self, state: State, change: &Change) -> State {
        match change {
            // Said of a job that was not known to have ended.
            Change::Paused | Change::Cancelled | Change::Failed(..) if state == State::Finished => state,
            Change::Queued => {
                self.error = None;
                // What stands there is no more known to be the file.
                self.file = None;
                State::Queued
            }
            Change::Paused => State::Paused,
            Change::Cancelled => State::Cancelled,
            Change::Failed(error, attempts) => {
                self.error = Some(ErrorRecord {
                    class: error.class.word().to_owned(),
                    status: error.status,
                    detail: error.detail.clone(),
                    attempts: *attempts,
                });
                State::Failed
            }
            Change::Begun(generation, partial) => {
                self.generation = *generation;
                self.part = partial.as_deref().map(|partial| Box::new(PartRecord::new(partial)));
                self.intent = None;
                state
            }
            Change::Spread(generation, ranges) => {
                if let Some(part) = self.part.as_mut().filter(|_| self.generation == *generation) {
                    part.ranges = pairs(ranges);
                }
                state
            }
            Change::Intended(intent) => {
                self.intent = Some(intent.clone());
                state
            }
            Change::Finished(finished) => {
                let (file, answers) = &**finished;
                self.file = Some(Box::new(FileRecord::new(file, answers)));
                (self.part, self.intent, self.error) = (None, None, None);
                // A query may be a signature; the identity stays as a hash.
                self.url = without_query(&self.url);
                self.mirrors.clear();
                State::Finished
            }
        }
    }

    /// The request, made anew; none where the record cannot be trusted.
    pub(super) fn request(&self) -> Option<DownloadRequest> {
        let url = address(&self.url)?;
        let dir = self.dir.path();
        if !is_real(&dir) || self.name.as_deref().is_some_and(|name| check_own(name).is_err()) {
            return None;
        }
        let checksum = self.checksum.as_deref().map(checksum::parse).transpose().ok()?;
        let pattern = self.pattern.as_deref().map(str::to_owned);
        let mirrors = self.mirrors.iter().map(|mirror| address(mirror)).collect::<Option<Vec<_>>>()?;
        let (obeys_robots, stranger) = (self.obeys_robots, self.stranger);
        let more = More { mirrors, pattern, obeys_robots, stranger, ..More::default() };
        let more = (more != More::default()).then(|| Box::new(more));
        Some(DownloadRequest { url, dir: Arc::from(dir), name: self.name.clone(), checksum, more })
    }

    /// The part file, if there is one that can be gone on with and the record can be trusted.
    pub(super) fn partial(&self, length: Length) -> Option<Partial> {
        self.part.as_ref()?.partial(self.generation, length)
    }

    /// What is said to be here of a body that comes in ranges.
    pub(super) fn recorded(&self) -> Vec<(u64, u64)> {
        self.part.as_ref().map(|part| part.ranges.clone()).unwrap_or_default()
    }

    /// So much of that would survive the loss of power.
    pub(super) fn synced(&mut self, ranges: Vec<(u64, u64)>) {
        if let Some(part) = &mut self.part {
            part.durable = ranges;
        }
    }

    /// Why it failed, after how many attempts.
    pub(super) fn error(&self) -> Option<(TransferError, u32)> {
        let error = self.error.as_ref()?;
        let class = ErrorClass::ALL.into_iter().find(|class| class.word() == error.class)?;
        let detail = error.detail.clone();
        Some((TransferError { class, status: error.status, retry_after: None, detail }, error.attempts))
    }

    /// The file that it became, if it did.
    pub(super) fn finished(&self) -> Option<FinishedFile> {
        self.file.as_ref().filter(|file| self.is_own(&file.path)).map(|file| file.finished())
    }

    /// True for paths within the job's folder: a record must lead to no other file.
    fn is_own(&self, path: &PathText) -> bool {
        let (path, dir) = (path.path(), self.dir.path());
        is_real(&dir) && is_real(&path) && path != dir && path.starts_with(&dir)
    }

    /// The file that it is about to become, as far as that is known.
    pub(super) fn intended(&self) -> Option<FinishedFile> {
        let intent = self.intent.as_ref().filter(|intent| self.is_own(&intent.path))?;
        Some(FinishedFile {
            path: intent.path.path(),
            bytes: intent.bytes,
            format: None,
            verified: None,
            sha256: None,
            pixels: None,
            elapsed: Duration::ZERO,
            attempts: 0,
            resumed_from: 0,
            skipped: true,
        })
    }

    /// What the server said that its bytes are.
    pub(super) fn content_type(&self) -> Option<String> {
        let part = self.part.as_ref().and_then(|part| part.content_type.clone());
        part.or_else(|| self.file.as_ref()?.content_type.clone())
    }
}

/// True for paths as the system gives them: from the root, and never back.
fn is_real(path: &Path) -> bool {
    path.is_absolute() && !path.components().any(|part| part == Component::ParentDir)
}

fn without_query(url: &str) -> String {
    url.split_once('?').map_or(url, |(before, _)| before).to_owned()
}

#[cfg(test)]
mod tests;
