//! What an attempt knows while it runs, and what it tells of that. A leaf within the room, but for its plan.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::task::JoinSet;
use tokio::time::{Interval, MissedTickBehavior, interval_at};

use crate::engine::disk::{Part, Writer};
use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::event::{Answered, Event, Protocol};
use crate::engine::net::Own;
use crate::engine::partial::{About, sum};
use crate::engine::rate::Meter;
use crate::engine::resume::Validator;

use super::connection::Ended;
use super::field::Field;
use super::plan::{Assignment, Loan, Shared};
use super::pulse::{Alone, SAMPLE};

/// How often at most the pieces are told.
const SHOW: Duration = Duration::from_millis(240);

/// Where received bytes are.
#[derive(Debug)]
pub(super) enum Sink {
    /// No answer yet.
    Closed,
    /// As it came, where it came in one piece; else gathered.
    Memory(Bytes, Vec<u8>),
    Part {
        writer: Writer,
        path: PathBuf,
    },
    /// In a part that several connections write to.
    Spread(Spread),
}

/// See [`Sink::Spread`].
#[derive(Debug)]
pub(super) struct Spread {
    pub(super) part: Part,
    pub(super) path: PathBuf,
    pub(super) field: Arc<Field>,
    pub(super) connections: JoinSet<Ended>,
    /// The most bytes that have been here: what is fetched again is no gain.
    pub(super) most: u64,
}

pub(super) struct Transfer {
    pub(super) shared: Arc<Shared>,
    pub(super) assignment: Assignment,
    /// What goes along with every request of this job, if anything does.
    pub(super) own: Option<Arc<Own>>,
    pub(super) sink: Sink,
    /// Bytes of the file that are here, all from its beginning unless it is [`Sink::Spread`].
    pub(super) len: u64,
    /// The ranges that an earlier attempt has left, the first `len` bytes among them; taken up when the server has
    /// answered. None where it has left none but those.
    pub(super) ranges: Vec<Range<u64>>,
    /// Requests that were lent for more connections.
    pub(super) loans: Vec<Loan>,
    /// How the one connection did before that.
    pub(super) alone: Option<Alone>,
    pub(super) total: Option<u64>,
    pub(super) validator: Option<Validator>,
    /// What the answers have said of the body.
    pub(super) about: Option<About>,
    pub(super) resumed_from: u64,
    pub(super) gained: u64,
    pub(super) answered: Option<Arc<Answered>>,
    /// [`Event::Started`] is out for the bytes that come now.
    pub(super) announced: bool,
    pub(super) meter: Meter,
    /// When the next sample is due.
    pub(super) sample: Interval,
    /// The last sample, so that nothing is told twice.
    pub(super) told: Option<(u64, u64, u32)>,
    /// When the pieces were told last.
    pub(super) shown: Option<Instant>,
}

impl Transfer {
    pub(super) fn new(shared: Arc<Shared>, assignment: Assignment) -> Self {
        let mut sample = interval_at(tokio::time::Instant::now() + SAMPLE, SAMPLE);
        sample.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            shared,
            assignment,
            own: None,
            sink: Sink::Closed,
            len: 0,
            ranges: Vec::new(),
            loans: Vec::new(),
            alone: None,
            total: None,
            validator: None,
            about: None,
            resumed_from: 0,
            gained: 0,
            answered: None,
            announced: false,
            meter: Meter::new(0, Instant::now()),
            sample,
            told: None,
            shown: None,
        }
    }

    /// How many bytes of the file are here.
    pub(super) fn here(&self) -> u64 {
        if self.ranges.is_empty() { self.len } else { sum(&self.ranges) }
    }

    /// Counts what several connections have brought.
    pub(super) fn count(&mut self) {
        let Sink::Spread(spread) = &mut self.sink else { return };
        self.len = spread.field.lock().segments.received();
        self.gained += self.len.saturating_sub(spread.most);
        spread.most = spread.most.max(self.len);
    }

    /// How many connections bring bytes.
    fn connections(&self) -> u32 {
        match &self.sink {
            Sink::Spread(spread) => u32::try_from(spread.field.lock().segments.running()).unwrap_or(u32::MAX),
            _ => 1,
        }
    }

    /// Tells that bytes follow, once in an attempt unless it starts over.
    pub(super) fn announce(&mut self) {
        let Some(about) = self.about.as_ref().filter(|_| !self.announced) else { return };
        let path = self.assignment.request.dir.join(about.file_name(&self.assignment.request, None));
        self.announced = true;
        self.meter = Meter::new(self.here(), Instant::now());
        self.shared.outbox.push(Event::Started {
            id: self.assignment.id,
            attempt: self.assignment.attempt,
            total: self.total,
            path,
            resumed_from: self.here(),
            answer: self.answered.clone().unwrap_or_else(|| Arc::new(self.unasked(about))),
        });
    }

    /// What an earlier run has left of an answer, where there is nothing to ask for.
    fn unasked(&self, about: &About) -> Answered {
        let (etag, last_modified) = match &self.validator {
            Some(Validator::ETag(tag)) => (Some(tag.clone()), None),
            Some(Validator::LastModified(date)) => (None, Some(date.clone())),
            None => (None, None),
        };
        Answered {
            final_url: about.last.clone(),
            content_type: about.content_type.clone(),
            etag,
            last_modified,
            ttfb: Duration::ZERO,
            status: 0,
            protocol: Protocol::default(),
            server: None,
            ranges: true,
            connect: None,
        }
    }

    pub(super) fn truncated(&self, at: u64) -> TransferError {
        let of = self.total.map_or_else(String::new, |total| format!(" of {total}"));
        TransferError::new(ErrorClass::Truncated, format!("the body ended after {at}{of} bytes"))
    }

    /// Tells somebody who watches which bytes are here, as often as that can be seen.
    pub(super) fn show(&mut self, now: Instant) {
        let Sink::Spread(spread) = &self.sink else { return };
        if !self.shared.is_watched(self.assignment.id) || self.shown.is_some_and(|at| now.duration_since(at) < SHOW) {
            return;
        }
        self.shown = Some(now);
        let pieces = spread.field.lock().segments.map();
        self.shared.outbox.push(Event::Pieces { id: self.assignment.id, pieces });
    }

    pub(super) fn tell(&mut self, now: Instant) {
        let (bytes, connections) = (self.here(), self.connections());
        let bytes_per_second = self.meter.sample(bytes, now);
        let sample = (bytes, bytes_per_second, connections);
        if self.told.replace(sample) != Some(sample) {
            self.shared.outbox.push(Event::Progress {
                id: self.assignment.id,
                bytes,
                total: self.total,
                bytes_per_second,
                connections,
            });
        }
    }
}

pub(super) fn too_large(limit: u64) -> TransferError {
    let detail = format!("larger than the limit of {}", crate::units::bytes(limit));
    TransferError::new(ErrorClass::TooLarge, detail)
}
