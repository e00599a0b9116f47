//! Where the bytes of an attempt are: in memory while they are few, in a part file that another attempt, or another
//! run, can go on with. What is needed for that is in the store before the first byte is in the file.

use std::io;
use std::mem;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::engine::disk::{self, Body, Part, Writer};
use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::event::Event;
use crate::engine::head::Head;
use crate::engine::partial::{About, Length, Partial, part_path};
use crate::engine::resume::{Saved, Validator};
use crate::engine::store::Change;

use super::plan::{Ending, Left};
use super::state::{Sink, Spread, Transfer};

/// Bodies of a known length up to this stay in memory and reach the disk in one hop.
const SMALL: u64 = 256 * 1024;

/// So many part files that somebody else has made are passed by.
const MOST_TAKEN: u32 = 8;

impl Transfer {
    /// Takes up the part that an earlier attempt has left, unless somebody has changed it.
    pub(super) async fn reopen(&mut self) -> Result<(), TransferError> {
        if mem::take(&mut self.assignment.strays) {
            self.remove_strays().await;
        }
        let Some(partial) = self.assignment.partial.take() else { return Ok(()) };
        let kept = partial.clone();
        self.total = partial.total;
        self.validator = Some(partial.validator);
        self.about = Some(partial.about);
        let (path, length, ranges) = (self.part_path(), partial.length, partial.ranges);
        let (open, beginning) = (path.clone(), ranges.first().map(|first| first.end));
        let least = ranges.last().map_or(length, |last| Length::AtLeast(last.end));
        self.ranges = ranges;
        let opened = move || {
            let mut part = Part::open(open, least)?;
            let Some(beginning) = beginning else { return Ok(part) };
            part.spread()?;
            Ok(part.hand(beginning))
        };
        match self.open(path, opened).await {
            Err(error) => {
                let (kind, error) = (error.kind(), disk::error("go on with the part file", &error));
                let gone = matches!(kind, io::ErrorKind::NotFound | io::ErrorKind::WouldBlock);
                if !gone && error.class != ErrorClass::Changed {
                    // Nothing is wrong with the part itself: another attempt may get at it.
                    self.sink = Sink::Closed;
                    self.assignment.partial = Some(kept);
                    return Err(error);
                }
                self.restart(error.detail).await;
            }
            Ok(0) => self.forget().await,
            Ok(len) if self.total.is_some_and(|total| len > total) => {
                self.restart("the part file is longer than the file".to_owned()).await;
            }
            Ok(len) => {
                self.len = len;
                self.resumed_from = self.here();
                if let Length::AtMost(_) = length {
                    // From here on it is known again what the part holds.
                    self.keep_partial().await?;
                }
            }
        }
        Ok(())
    }

    /// A run that was killed may have left part files that nobody took note of, or had no time to remove.
    async fn remove_strays(&self) {
        let (generation, dir) = (self.assignment.generation, Arc::clone(&self.assignment.request.dir));
        let (id, kept) = (self.assignment.id, self.assignment.partial.is_some());
        let strays = [generation.checked_sub(1), Some(generation + 1), (!kept).then_some(generation)];
        let remove = move || {
            strays.into_iter().flatten().for_each(|generation| disk::remove_part(&part_path(&dir, id, generation)));
        };
        // It cannot fail but by a defect, and then the strays stay.
        let _ = tokio::task::spawn_blocking(remove).await;
    }

    /// A body from its first byte: everything known before is void.
    pub(super) async fn begin(&mut self, head: &Head, last: &Url, total: Option<u64>) -> Result<(), TransferError> {
        if self.len > 0 {
            self.restart("the server sent the whole file".to_owned()).await;
        }
        self.total = total;
        self.validator = Validator::of(head);
        self.about = Some(About::new(head, &self.assignment.request, last));
        // Also for a body in memory: its file must not be taken for the beginning of another one.
        self.assignment.generation += 1;
        if total.is_some_and(|total| total <= SMALL) {
            self.sink = Sink::Memory(Bytes::new(), Vec::new());
            return Ok(());
        }
        for _ in 0..MOST_TAKEN {
            self.keep_partial().await?;
            let (path, create) = (self.part_path(), self.part_path());
            match self.open(path, move || Part::create(create)).await {
                // Whose it is nobody knows, so it stays.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.assignment.generation += 1,
                opened => return opened.map(drop).map_err(|error| disk::error("create the part file", &error)),
            }
        }
        self.sink = Sink::Closed;
        Err(TransferError::new(ErrorClass::Disk, "cannot create the part file: others stand in its place"))
    }

    /// Keeps what another run needs to go on with the part.
    async fn keep_partial(&self) -> Result<(), TransferError> {
        let partial = self.partial(Length::AtLeast(0)).map(Box::new);
        let change = Change::Begun(self.assignment.generation, partial);
        self.shared.store.keep(self.assignment.id, change).await
    }

    fn partial(&self, length: Length) -> Option<Partial> {
        Some(Partial {
            generation: self.assignment.generation,
            total: self.total,
            validator: self.validator.clone()?,
            about: self.about.clone()?,
            length,
            ranges: match &self.sink {
                Sink::Spread(spread) => spread.field.lock().kept(),
                _ => self.ranges.clone(),
            },
        })
    }

    /// What a request for the rest is made from.
    pub(super) fn saved(&self) -> Option<Saved> {
        let validator = self.validator.clone().filter(|_| self.len > 0)?;
        Some(Saved { len: self.len, total: self.total, validator, source: self.about.as_ref()?.last.clone() })
    }

    /// Puts a part file in its place and waits until it is open; tells its length.
    async fn open(
        &mut self,
        path: PathBuf,
        open: impl FnOnce() -> io::Result<Part> + Send + 'static,
    ) -> io::Result<u64> {
        // In its place first: when the wait is cut off, the part is found there.
        self.sink = Sink::Part { writer: Writer::open(Arc::clone(&self.shared.buffers), open), path };
        match &mut self.sink {
            Sink::Part { writer, .. } => writer.ready().await.map(|()| writer.len()),
            _ => Ok(0),
        }
    }

    /// Has every byte that came so far in the part file.
    pub(super) async fn flush(&mut self) -> Result<(), TransferError> {
        match &mut self.sink {
            Sink::Part { writer, .. } => {
                writer.flush().await.map_err(|error| disk::error("write the part file", &error))
            }
            _ => Ok(()),
        }
    }

    /// Keeps which ranges are with the kernel.
    pub(super) fn ranges_changed(&self) -> Change {
        let ranges = match &self.sink {
            Sink::Spread(spread) => spread.field.lock().kept(),
            _ => Vec::new(),
        };
        Change::Spread(self.assignment.generation, ranges)
    }

    fn part_path(&self) -> PathBuf {
        part_path(&self.assignment.request.dir, self.assignment.id, self.assignment.generation)
    }

    /// Drops what is here and says so.
    pub(super) async fn restart(&mut self, reason: String) {
        self.forget().await;
        self.shared.outbox.push(Event::Restarted { id: self.assignment.id, reason });
    }

    /// Drops what is here.
    async fn forget(&mut self) {
        match mem::replace(&mut self.sink, Sink::Closed) {
            Sink::Closed => {}
            Sink::Memory(..) => self.assignment.generation -= 1,
            Sink::Part { writer, path } => {
                let (part, _) = writer.finish().await;
                drop(part);
                remove(path).await;
            }
            Sink::Spread(mut spread) => {
                spread.stop().await;
                let path = spread.path.clone();
                drop(spread);
                remove(path).await;
            }
        }
        self.len = 0;
        self.ranges.clear();
        self.resumed_from = 0;
        self.total = None;
        self.validator = None;
        self.about = None;
        self.told = None;
        self.announced = false;
    }

    /// Brings everything on its way to the disk, and keeps only what another attempt can use.
    pub(super) async fn wind_up(mut self, ending: Option<Ending>) -> Left {
        let mut generation = self.assignment.generation;
        if let Some(partial) = self.assignment.partial.take() {
            // Told to stop before it began: what earlier attempts have left is as it was.
            let ending = ending.unwrap_or(Ending::Stopped);
            let strays = self.assignment.strays;
            return Left {
                ending,
                partial: Some(partial),
                generation,
                strays,
                resumed_from: 0,
                gained: 0,
                unsplit: self.assignment.unsplit,
                answered: None,
            };
        }
        let path = self.part_path();
        let (mut body, mut partial) = (None, None);
        let mut ending = ending;
        if let Sink::Spread(spread) = &mut self.sink {
            spread.stop().await;
            self.count();
            // Where that cannot be read, it is not kept.
            if self.seams_hold().await.unwrap_or(true) {
                self.shared.store.note(self.assignment.id, self.ranges_changed());
                partial = self.partial(Length::AtLeast(0));
            } else {
                self.assignment.unsplit = true;
            }
        }
        match mem::replace(&mut self.sink, Sink::Closed) {
            Sink::Closed => {}
            Sink::Memory(whole, gathered) => {
                // The store has not heard of it: a run that comes after a crash looks one further, and no more.
                generation -= 1;
                body = Some(Body::Memory(if gathered.is_empty() { whole } else { gathered.into() }));
            }
            Sink::Part { writer, .. } => {
                let (part, result) = writer.finish().await;
                if let (Err(error), None) = (result, &ending) {
                    ending = Some(Ending::Failed(disk::error("write the part file", &error)));
                }
                let len = part.as_ref().map_or(0, Part::len);
                partial = self.partial(Length::Exactly(len)).filter(|_| len > 0);
                body = part.map(Body::Part);
            }
            Sink::Spread(spread) => {
                let whole = self.total.filter(|_| spread.field.lock().segments.is_whole());
                body = whole.map(|total| Body::Part(spread.part.hand(total)));
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
                Ending::Whole { body, path, about: Box::new(About { unframed, ..about }) }
            }
            (None, None) => Ending::Failed(TransferError::new(ErrorClass::Internal, "a body without a place")),
        };
        Left {
            ending,
            partial,
            generation,
            strays: self.assignment.strays,
            resumed_from: self.resumed_from,
            gained: self.gained,
            unsplit: self.assignment.unsplit,
            answered: self.answered,
        }
    }
}

impl Spread {
    /// Ends all connections, with all that they have got.
    async fn stop(&mut self) {
        self.field.lock().stops.values().for_each(CancellationToken::cancel);
        while self.connections.join_next().await.is_some() {}
    }
}

async fn remove(path: PathBuf) {
    for _ in 0..2 {
        let part = path.clone();
        if tokio::task::spawn_blocking(move || disk::remove_part(&part)).await.is_ok() {
            return;
        }
        // A panic, and nobody may ever look here again.
    }
}
