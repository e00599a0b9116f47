//! The attempt itself, from the request to the last byte. Any await in it may be the last one when the job is told to
//! stop; [`Transfer::wind_up`] then finds everything in place.

use std::io;
use std::mem;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval_at};
use url::Url;

use crate::engine::content;
use crate::engine::disk::{self, Body, Part, Writer, part_path};
use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::event::{Answered, Event, Notice};
use crate::engine::head::Head;
use crate::engine::net::{self, Answer, Ask, Failure};
use crate::engine::rate::Meter;
use crate::engine::resume::{self, Action, Saved, Validator};

use super::plan::{About, Assignment, Ending, Left, Partial, Shared};

/// Bodies of a known length up to this stay in memory and reach the disk in one hop.
const SMALL: u64 = 256 * 1024;

/// How often progress is told. Received bytes go to the kernel at every second of these moments.
const SAMPLE: Duration = Duration::from_millis(100);

/// A server that sends a body in ranges of its own choice may do so this often.
const MOST_ROUNDS: u32 = 1000;

/// Where received bytes are.
#[derive(Debug)]
enum Sink {
    /// No answer yet.
    Closed,
    Memory(Vec<u8>),
    Part {
        writer: Writer,
        path: PathBuf,
    },
}

pub(super) struct Transfer {
    shared: Arc<Shared>,
    assignment: Assignment,
    sink: Sink,
    /// Bytes of the file that are here.
    len: u64,
    total: Option<u64>,
    validator: Option<Validator>,
    /// What the answers have said of the body.
    about: Option<About>,
    resumed_from: u64,
    gained: u64,
    answered: Option<Box<Answered>>,
    /// [`Event::Started`] is out for the bytes that come now.
    announced: bool,
    meter: Meter,
    /// The last sample, so that nothing is told twice.
    told: Option<(u64, u64)>,
}

impl Transfer {
    pub(super) fn new(shared: Arc<Shared>, assignment: Assignment) -> Self {
        Self {
            shared,
            assignment,
            sink: Sink::Closed,
            len: 0,
            total: None,
            validator: None,
            about: None,
            resumed_from: 0,
            gained: 0,
            answered: None,
            announced: false,
            meter: Meter::new(0, Instant::now()),
            told: None,
        }
    }

    /// Fetches the body to its last byte.
    pub(super) async fn fetch(&mut self) -> Result<(), TransferError> {
        self.reopen().await;
        for _ in 0..MOST_ROUNDS {
            let mut answer = self.ask().await?;
            let saved = self.saved();
            let mut action = match &saved {
                Some(saved) if matches!(answer.head.status, 206 | 416) && !saved.holds_at(&answer.url) => {
                    Action::AskAgain("the file comes from another address now".to_owned())
                }
                saved => resume::judge(&answer.head, saved.as_ref()),
            };
            if let Action::AskAgain(reason) = action {
                answer.body.discard();
                self.restart(reason).await;
                answer = self.ask().await?;
                action = resume::judge(&answer.head, None);
            }
            let end = match action {
                Action::Complete => {
                    answer.body.discard();
                    return self.started(&answer.head, &answer.url);
                }
                Action::FromStart { total } => {
                    self.begin(&answer.head, total).await?;
                    total
                }
                Action::Continue { end, total } => {
                    self.total = total;
                    Some(end)
                }
                Action::Empty(status) => return Err(self.empty(&answer.head, &answer.url, status)),
                Action::Fail(error) => {
                    answer.body.discard();
                    return Err(error);
                }
                // Without a range there is nothing to ask again without.
                Action::AskAgain(reason) => return Err(TransferError::new(ErrorClass::Protocol, reason)),
            };
            self.started(&answer.head, &answer.url)?;
            let before = self.len;
            self.stream(&mut answer.body, end).await?;
            match self.total {
                Some(total) if self.len < total && self.len > before && self.validator.is_some() => {}
                Some(total) if self.len < total => return Err(self.truncated()),
                _ if self.len == 0 => return Err(self.empty(&answer.head, &answer.url, answer.head.status)),
                // A range of a file whose size nobody has said: only the server knows whether there is more.
                None if end.is_some() => {}
                _ => return Ok(()),
            }
        }
        Err(TransferError::new(ErrorClass::Protocol, "the server sends the file in too many pieces"))
    }

    /// Takes up the part that an earlier attempt has left, unless somebody has changed it.
    async fn reopen(&mut self) {
        let Some(partial) = self.assignment.partial.take() else { return };
        self.len = partial.saved.len;
        self.resumed_from = self.len;
        self.total = partial.saved.total;
        self.validator = Some(partial.saved.validator);
        self.about = Some(partial.about);
        let (path, len) = (partial.path.clone(), self.len);
        if let Err(error) = self.open(partial.path, move || Part::open(path, len)).await {
            self.restart(disk::error("go on with the part file", &error).detail).await;
        }
    }

    /// Puts a part file in its place and waits until it is open.
    async fn open(
        &mut self,
        path: PathBuf,
        open: impl FnOnce() -> io::Result<Part> + Send + 'static,
    ) -> io::Result<()> {
        // In its place first: when the wait is cut off, the part is found there.
        self.sink = Sink::Part { writer: Writer::open(Arc::clone(&self.shared.buffers), open), path };
        match &mut self.sink {
            Sink::Part { writer, .. } => writer.ready().await,
            _ => Ok(()),
        }
    }

    fn saved(&self) -> Option<Saved> {
        let validator = self.validator.clone().filter(|_| self.len > 0)?;
        Some(Saved { len: self.len, total: self.total, validator, source: self.about.as_ref()?.last.clone() })
    }

    /// Sends the request. A used connection that ends without an answer is the server's ordinary time-out: asked once
    /// more at once, uncounted.
    async fn ask(&mut self) -> Result<Answer, TransferError> {
        let asked = Instant::now();
        let ask = Ask {
            url: self.assignment.request.url.clone(),
            from: self.saved().map(|saved| (saved.len, saved.validator)),
        };
        let mut result = self.get(&ask).await;
        if self.assignment.used_host && result.as_ref().is_err_and(|failure| failure.unanswered) {
            result = self.get(&ask).await;
        }
        let answer = result.map_err(|failure| failure.error)?;
        self.answered = Some(Box::new(Answered {
            final_url: answer.url.clone(),
            content_type: answer.head.content_type.clone(),
            etag: answer.head.etag.clone(),
            last_modified: answer.head.last_modified.clone(),
            ttfb: asked.elapsed(),
        }));
        Ok(answer)
    }

    async fn get(&self, ask: &Ask) -> Result<Answer, Failure> {
        let asked = Instant::now();
        let answered = |url: &Url, status: u16, version: &str| {
            // Also when this is but a redirect: the host is alive. The receiver lives as long as the supervisor, which
            // outlives every transfer.
            let _ = self.shared.answered.send((ask.url.clone(), asked.elapsed()));
            if self.shared.options.verbose {
                let range = ask.from.as_ref().map_or_else(String::new, |(from, _)| format!(" from byte {from}"));
                let line =
                    format!("{} GET {}{range} -> {status} {version}", self.assignment.id, crate::display::address(url));
                self.shared.outbox.push(Event::Notice(Notice::Wire(line)));
            }
        };
        self.shared.net.get(ask, answered).await
    }

    /// A body from its first byte: everything known before is void.
    async fn begin(&mut self, head: &Head, total: Option<u64>) -> Result<(), TransferError> {
        if self.len > 0 {
            self.restart("the server sent the whole file".to_owned()).await;
        }
        self.total = total;
        self.validator = Validator::of(head);
        if let Some(small) = total.filter(|total| *total <= SMALL) {
            self.sink = Sink::Memory(Vec::with_capacity(usize::try_from(small).unwrap_or_default()));
            return Ok(());
        }
        self.assignment.generation += 1;
        let (path, create) = (self.part_path(), self.part_path());
        let opened = self.open(path, move || Part::create(create)).await;
        opened.map_err(|error| disk::error("create the part file", &error))
    }

    fn part_path(&self) -> PathBuf {
        part_path(&self.assignment.request.dir, self.assignment.id, self.assignment.generation)
    }

    /// Drops what is here and says so.
    async fn restart(&mut self, reason: String) {
        self.drop_part().await;
        self.len = 0;
        self.resumed_from = 0;
        self.total = None;
        self.validator = None;
        self.about = None;
        self.told = None;
        self.announced = false;
        self.shared.outbox.push(Event::Restarted { id: self.assignment.id, reason });
    }

    async fn drop_part(&mut self) {
        if let Sink::Part { writer, path } = mem::replace(&mut self.sink, Sink::Closed) {
            let (part, _) = writer.finish().await;
            drop(part);
            remove(path).await;
        }
    }

    /// Tells that bytes follow, once in an attempt unless it starts over.
    fn started(&mut self, head: &Head, answered: &Url) -> Result<(), TransferError> {
        let request = &self.assignment.request;
        if let (Some(total), Some(max)) = (self.total, self.shared.options.max_size)
            && total > max
        {
            return Err(too_large(max));
        }
        if mem::replace(&mut self.announced, true) {
            return Ok(());
        }
        let about = self.about.get_or_insert_with(|| About::new(head, request, answered));
        let path = request.dir.join(&about.name);
        self.meter = Meter::new(self.len, Instant::now());
        self.shared.outbox.push(Event::Started {
            id: self.assignment.id,
            attempt: self.assignment.attempt,
            total: self.total,
            path,
            resumed_from: self.len,
        });
        Ok(())
    }

    /// Takes the body up to `end`, the offset in the file at which this answer must stop.
    async fn stream(&mut self, body: &mut net::Body, end: Option<u64>) -> Result<(), TransferError> {
        // Not at once: a rate over no time at all says nothing.
        let mut sample = interval_at(tokio::time::Instant::now() + SAMPLE, SAMPLE);
        sample.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let limit = self.shared.options.max_size.unwrap_or(u64::MAX);
        let mut flush = false;
        loop {
            let chunk = tokio::select! {
                chunk = body.chunk() => chunk?,
                _ = sample.tick() => {
                    self.tell(Instant::now());
                    flush = !flush;
                    if let Sink::Part { writer, .. } = &mut self.sink
                        && !flush
                    {
                        writer.nudge().await.map_err(|error| disk::error("write the part file", &error))?;
                    }
                    continue;
                }
            };
            let Some(chunk) = chunk else { break };
            let len = self.len + chunk.len() as u64;
            if len > limit {
                return Err(too_large(limit));
            }
            if end.is_some_and(|end| len > end) {
                return Err(TransferError::new(ErrorClass::Protocol, "the body is longer than announced"));
            }
            match &mut self.sink {
                Sink::Memory(bytes) => bytes.extend_from_slice(&chunk),
                Sink::Part { writer, .. } => {
                    writer.push(&chunk).await.map_err(|error| disk::error("write the part file", &error))?;
                }
                Sink::Closed => return Err(TransferError::new(ErrorClass::Internal, "a body without a place")),
            }
            self.gained += chunk.len() as u64;
            self.len = len;
        }
        if end.is_some_and(|end| self.len < end) { Err(self.truncated()) } else { Ok(()) }
    }

    fn empty(&self, head: &Head, answered: &Url, status: u16) -> TransferError {
        let request = &self.assignment.request;
        content::empty(&About::new(head, request, answered).claims(request, &self.shared.options), status)
    }

    fn truncated(&self) -> TransferError {
        let of = self.total.map_or_else(String::new, |total| format!(" of {total}"));
        TransferError::new(ErrorClass::Truncated, format!("the body ended after {}{of} bytes", self.len))
    }

    fn tell(&mut self, now: Instant) {
        let bytes_per_second = self.meter.sample(self.len, now);
        let sample = (self.len, bytes_per_second);
        if self.told.replace(sample) != Some(sample) {
            self.shared.outbox.push(Event::Progress {
                id: self.assignment.id,
                bytes: self.len,
                total: self.total,
                bytes_per_second,
            });
        }
    }

    /// Brings everything on its way to the disk, and keeps only what another attempt can use.
    pub(super) async fn wind_up(mut self, ending: Option<Ending>) -> Left {
        if let Some(partial) = self.assignment.partial.take() {
            // Told to stop before it began: what earlier attempts have left is as it was.
            let ending = ending.unwrap_or(Ending::Stopped);
            let generation = self.assignment.generation;
            return Left { ending, partial: Some(partial), generation, resumed_from: 0, gained: 0, answered: None };
        }
        let saved = self.saved();
        let path = self.part_path();
        let (mut body, mut partial) = (None, None);
        let mut ending = ending;
        match mem::replace(&mut self.sink, Sink::Closed) {
            Sink::Closed => {}
            Sink::Memory(bytes) => body = Some(Body::Memory(bytes)),
            Sink::Part { writer, path } => {
                let (part, result) = writer.finish().await;
                if let (Err(error), None) = (result, &ending) {
                    ending = Some(Ending::Failed(disk::error("write the part file", &error)));
                }
                let len = part.as_ref().map_or(0, Part::len);
                let kept = saved.filter(|_| len > 0).zip(self.about.clone());
                partial = kept.map(|(saved, about)| Partial { path, saved: Saved { len, ..saved }, about });
                body = part.map(Body::Part);
            }
        }
        if ending.is_some() && partial.is_none() && self.assignment.generation > 0 {
            body = None;
            remove(path.clone()).await;
        }
        let ending = match (ending, body.zip(self.about.take())) {
            (Some(ending), _) => ending,
            (None, Some((body, about))) => {
                self.tell(Instant::now());
                // A total of whatever origin is a length.
                let unframed = about.unframed && self.total.is_none();
                Ending::Whole { body, path, about: About { unframed, ..about } }
            }
            (None, None) => Ending::Failed(TransferError::new(ErrorClass::Internal, "a body without a place")),
        };
        Left {
            ending,
            partial,
            generation: self.assignment.generation,
            resumed_from: self.resumed_from,
            gained: self.gained,
            answered: self.answered,
        }
    }
}

/// Removes a part file; one that is gone already is as good.
async fn remove(path: PathBuf) {
    let _ = tokio::task::spawn_blocking(move || std::fs::remove_file(path)).await;
}

fn too_large(limit: u64) -> TransferError {
    let detail = format!("larger than the limit of {}", crate::units::bytes(limit));
    TransferError::new(ErrorClass::TooLarge, detail)
}
