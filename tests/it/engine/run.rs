//! An engine in a folder of its own, as a test drives it: send, wait for what the engine says of a job, look. At its
//! end the engine is drained and every job's events must have come in an order that the contract allows.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use haul::engine::error::TransferError;
use haul::engine::event::{Command, Event, FinishedFile, Notice};
use haul::engine::options::{Options, Proxy};
use haul::engine::request::{DownloadRequest, JobId};
use haul::engine::{Engine, Events, Received};

use super::order;
use crate::support::temp::TempDir;
use crate::support::{HUNG, fail};

/// No retries, no proxy from the environment, no wait that could pass for a hang.
pub(crate) fn options() -> Options {
    Options { retries: 0, proxy: Proxy::None, ..Options::default() }
}

/// One engine and all that it has said so far.
pub(crate) struct Run {
    pub(crate) dir: TempDir,
    engine: Option<Engine>,
    events: Events,
    seen: Vec<Event>,
    /// How far the events of each job were waited for.
    read: HashMap<JobId, usize>,
    /// How far new jobs were waited for.
    added: usize,
}

impl Run {
    pub(crate) fn new() -> Self {
        Self::with(options())
    }

    pub(crate) fn with(options: Options) -> Self {
        let (engine, events) = Engine::start(options).expect("the system has threads");
        let (seen, read) = (Vec::new(), HashMap::new());
        Self { dir: TempDir::new(), engine: Some(engine), events, seen, read, added: 0 }
    }

    /// Another handle to the engine.
    pub(crate) fn engine(&self) -> Engine {
        self.engine.clone().expect("the engine was not dropped")
    }

    /// Lets go of the test's own handle.
    pub(crate) fn drop_engine(&mut self) {
        self.engine = None;
    }

    pub(crate) fn send(&self, command: Command) {
        self.engine.as_ref().expect("the engine was not dropped").send(command);
    }

    pub(crate) fn request(&self, url: &str, name: Option<&str>) -> DownloadRequest {
        let url = url.parse().expect("a valid address");
        DownloadRequest { name: name.map(str::to_owned), ..DownloadRequest::new(url, Arc::from(self.dir.work())) }
    }

    /// Adds a job and waits until it is one.
    #[track_caller]
    pub(crate) fn add(&mut self, url: &str) -> JobId {
        self.add_requests(vec![self.request(url, None)])[0]
    }

    /// Adds jobs with one command.
    #[track_caller]
    pub(crate) fn add_all(&mut self, urls: &[String]) -> Vec<JobId> {
        let requests = urls.iter().map(|url| self.request(url, None)).collect();
        self.add_requests(requests)
    }

    #[track_caller]
    pub(crate) fn add_requests(&mut self, requests: Vec<DownloadRequest>) -> Vec<JobId> {
        let count = requests.len();
        let mut known: Vec<JobId> = self.seen[..self.added].iter().filter_map(Event::job).collect();
        let before = known.len();
        self.send(Command::Add(requests));
        while known.len() < before + count {
            while self.added >= self.seen.len() {
                self.next("new jobs");
            }
            let event = &self.seen[self.added];
            self.added += 1;
            if let Event::Queued { id, .. } = event
                && !known.contains(id)
            {
                known.push(*id);
            }
        }
        known.split_off(before)
    }

    /// Waits for the next event of this kind about the job, after those that were waited for already.
    #[track_caller]
    pub(crate) fn wait(&mut self, id: JobId, word: &str) -> Event {
        self.wait_until(id, word, |event| order::word(event) == word)
    }

    /// As [`Self::wait`], for anything that can be said of an event.
    #[track_caller]
    pub(crate) fn wait_until(&mut self, id: JobId, what: &str, is: impl Fn(&Event) -> bool) -> Event {
        let mut at = self.read.get(&id).copied().unwrap_or_default();
        loop {
            while at >= self.seen.len() {
                self.next(&format!("`{what}` of {id}"));
            }
            let event = &self.seen[at];
            at += 1;
            if event.job() == Some(id) && is(event) {
                self.read.insert(id, at);
                return event.clone();
            }
        }
    }

    /// Waits until anything of this kind has been said, of whatever job or host.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, what: &str, is: impl Fn(&Event) -> bool) {
        while !self.seen.iter().any(&is) {
            self.next(what);
        }
    }

    /// Waits until the last fact of a job is of this kind.
    #[track_caller]
    pub(crate) fn wait_last(&mut self, id: JobId, word: &str) {
        while !self.facts(id).ends_with(word) {
            self.next(&format!("`{word}` as the last fact of {id}"));
        }
    }

    /// Waits until this many bytes of the file are there.
    #[track_caller]
    pub(crate) fn wait_bytes(&mut self, id: JobId, count: usize) {
        let reached = |event: &Event| matches!(event, Event::Progress { bytes, .. } if *bytes == count as u64);
        self.wait_until(id, &format!("{count} bytes"), reached);
    }

    #[track_caller]
    pub(crate) fn finished(&mut self, id: JobId) -> FinishedFile {
        let end = self.wait_until(id, "finished", is_end);
        match end {
            Event::Finished { file, .. } => file,
            other => fail(&format!("not finished but {other:?}")),
        }
    }

    #[track_caller]
    pub(crate) fn failed(&mut self, id: JobId) -> TransferError {
        match self.wait_until(id, "failed", is_end) {
            Event::Failed { error, .. } => error,
            other => fail(&format!("not failed but {other:?}")),
        }
    }

    /// The job's file must have this name and these bytes.
    #[track_caller]
    pub(crate) fn check(&mut self, id: JobId, name: &str, bytes: &[u8]) -> FinishedFile {
        let file = self.finished(id);
        assert_eq!(file.path, self.dir.path(name));
        assert!(std::fs::read(&file.path).is_ok_and(|there| there == bytes), "{name} has other bytes");
        assert_eq!(file.bytes, bytes.len() as u64, "{name}");
        file
    }

    /// Waits until every command so far was obeyed: one more comes back with an answer.
    #[track_caller]
    pub(crate) fn obeyed(&mut self, duplicate_of: &str) {
        let before = self.duplicates();
        self.send(Command::Add(vec![self.request(duplicate_of, None)]));
        while self.duplicates() == before {
            self.next("the notice of a duplicate");
        }
    }

    pub(crate) fn duplicates(&self) -> usize {
        self.seen.iter().filter(|event| matches!(event, Event::Notice(Notice::Duplicate(_)))).count()
    }

    /// Says that no more comes and reads to the end.
    #[track_caller]
    pub(crate) fn close(&mut self) {
        self.send(Command::Close);
        self.drain();
    }

    /// Stops everything and reads to the end.
    #[track_caller]
    pub(crate) fn stop(&mut self) {
        self.send(Command::Stop);
        self.drain();
    }

    /// Reads to the end, which must come.
    #[track_caller]
    pub(crate) fn drain(&mut self) {
        while self.read_next("the end of the engine") {}
    }

    /// The facts of a job so far, in their order.
    pub(crate) fn facts(&self, id: JobId) -> String {
        let words = self.seen.iter().filter(|event| event.job() == Some(id)).map(order::word);
        words.filter(|word| !matches!(*word, "progress" | "pieces")).collect::<Vec<_>>().join(" ")
    }

    /// Everything that was said so far.
    pub(crate) fn seen(&self) -> &[Event] {
        &self.seen
    }

    /// The part files in the folder.
    pub(crate) fn parts(&self) -> Vec<String> {
        self.dir.names().into_iter().filter(|name| name.starts_with(".haul-")).collect()
    }

    #[track_caller]
    fn next(&mut self, waiting_for: &str) {
        if !self.read_next(waiting_for) {
            fail(&format!("the engine ended before {waiting_for}; seen: {:#?}", self.seen));
        }
    }

    #[track_caller]
    fn read_next(&mut self, waiting_for: &str) -> bool {
        match self.events.recv_timeout(HUNG) {
            Received::Event(event) => self.seen.push(event),
            Received::Closed => return false,
            Received::Nothing => fail(&format!("waited {HUNG:?} for {waiting_for}; seen: {:#?}", self.seen)),
        }
        true
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        self.drop_engine();
        self.drain();
        order::check(&self.seen);
    }
}

fn is_end(event: &Event) -> bool {
    matches!(order::word(event), "finished" | "failed" | "cancelled" | "removed" | "paused")
}

/// The name of a finished file.
pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
