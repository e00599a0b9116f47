//! Fetching one file over several connections: whether it is worth it, how many, and what follows when one of them has
//! ended. The connections work by themselves; here somebody looks at the clock.

use std::future::pending;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use tokio::time::{MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;

use crate::engine::disk::Part;
use crate::engine::error::TransferError;
use crate::engine::net::{self, Ask};
use crate::engine::resume::Wanted;
use crate::engine::segments::{Aim, BURST, PIECE, QUIET, SLOW_PIECE, SPENT_PIECE, Segments};

use super::connection::{Connection, Ended, Trouble};
use super::field::{Field, Seam};
use super::growth::{Growth, Look};
use super::one_shot::is_one_shot;
use super::plan::{Loan, Wish};
use super::state::{Alone, Sink, Spread, Transfer};
use super::stream::{Flow, SAMPLE, read};

/// A rest that comes sooner than this is not worth another connection.
const SOON: Duration = Duration::from_millis(500);

/// How often it is kept which ranges are here.
const KEEP: Duration = Duration::from_millis(250);

/// So many connections may break before the file is left alone with more.
const MOST_TROUBLES: u32 = 3;

/// When bytes of one stream came.
pub(super) struct Pulse {
    /// What was here before.
    from: u64,
    began: Option<Instant>,
    last: Option<Instant>,
    /// The longest wait for bytes that came since the last look.
    waited: Duration,
}

impl Pulse {
    pub(super) fn new(from: u64) -> Self {
        Self { from, began: None, last: None, waited: Duration::ZERO }
    }

    /// Some came, which were waited for since then; true for the first.
    pub(super) fn beat(&mut self, since: Instant) -> bool {
        let now = Instant::now();
        let first = self.began.is_none();
        if !first {
            self.waited = self.waited.max(now.duration_since(since));
        }
        self.last = Some(now);
        self.began.get_or_insert(now);
        first
    }

    /// What can be said of it where so much of the file is here.
    #[expect(clippy::cast_precision_loss, reason = "rates are rough")]
    pub(super) fn alone(&self, len: u64) -> Option<Alone> {
        let (began, last, brought) = (self.began?, self.last?, len - self.from);
        let rate = brought as f64 / began.elapsed().as_secs_f64().max(0.001);
        // The first bytes come in a burst, which says nothing of those that follow.
        let steady = began.elapsed() > 2 * SAMPLE && !self.is_quiet();
        Some(Alone { brought, last, rate: steady.then_some(rate) })
    }

    /// It has waited, or waits now, although it could go on.
    fn is_quiet(&self) -> bool {
        self.waited.max(self.last.map_or(Duration::ZERO, |last| last.elapsed())) >= QUIET
    }

    /// Begins to look for the next wait.
    pub(super) fn look(&mut self) {
        self.waited = Duration::ZERO;
    }
}

/// Waits for what was asked for.
pub(super) async fn granted(lent: &mut Option<oneshot::Receiver<Vec<Loan>>>) -> Vec<Loan> {
    let Some(receiver) = lent else { return pending().await };
    // A supervisor that has ended lends nothing.
    let loans = receiver.await.unwrap_or_default();
    *lent = None;
    loans
}

/// What is known while several connections bring a file.
struct Course {
    growth: Growth,
    ask: Ask,
    wanted: Wanted,
    ttfb: Duration,
    /// The job's own request is free.
    own: bool,
    loans: Vec<Loan>,
    /// The first connections begin at once.
    at_once: bool,
    /// Nobody takes from another any more; only holes are asked for.
    still: bool,
    troubles: u32,
    /// Something has changed since requests were asked for in vain.
    may_ask: bool,
    kept: Instant,
    kept_bytes: u64,
}

impl Transfer {
    /// True where more connections would bring the body sooner. Never before its first byte: what is kept of a part that
    /// is written in several places begins with that.
    pub(super) fn is_worth_splitting(&self, pulse: &Pulse) -> bool {
        let Some(left) = self.total.and_then(|total| total.checked_sub(self.len)) else { return false };
        let wanted = self.shared.options.connections;
        let can = matches!(self.sink, Sink::Part { .. }) && self.validator.is_some();
        if !can || self.assignment.unsplit || wanted == Some(1) || left < SPENT_PIECE || self.is_one_shot() {
            return false;
        }
        let Some(began) = pulse.began.filter(|_| self.len > 0) else { return false };
        if wanted.is_some() {
            return left >= 2 * PIECE;
        }
        let soon = SOON.max(self.ttfb() * 2).as_secs_f64();
        let bytes = self.len - pulse.from;
        match pulse.is_quiet() {
            true => bytes >= BURST || left >= SLOW_PIECE,
            false => left >= PIECE && seconds(left, bytes, began.elapsed()) > soon,
        }
    }

    fn is_one_shot(&self) -> bool {
        let last = self.about.as_ref().map(|about| &about.last);
        is_one_shot(&self.assignment.request.url) || last.is_some_and(is_one_shot)
    }

    fn ttfb(&self) -> Duration {
        self.answered.as_ref().map_or(Duration::ZERO, |answered| answered.ttfb)
    }

    /// Asks for the first requests more.
    pub(super) fn wish(&self, pulse: &Pulse) -> oneshot::Receiver<Vec<Loan>> {
        let count = match self.shared.options.connections {
            Some(wanted) => wanted - 1,
            None if pulse.is_quiet() => 3,
            None => 1,
        };
        self.ask_for(count)
    }

    fn ask_for(&self, count: usize) -> oneshot::Receiver<Vec<Loan>> {
        let (reply, lent) = oneshot::channel();
        // A supervisor that has ended lends nothing.
        let _ = self.shared.wishes.send(Wish::Lend { url: self.assignment.request.url.clone(), count, reply });
        lent
    }

    /// Makes the part one that several connections can write to; false where the system has no such thing.
    pub(super) async fn spread(&mut self) -> Result<bool, TransferError> {
        self.flush().await?;
        let Sink::Part { writer, .. } = &mut self.sink else { return Ok(false) };
        let spread = writer.part().is_some_and(|part| part.spread().is_ok());
        self.assignment.unsplit |= !spread;
        Ok(spread)
    }

    /// Brings the rest over several connections, of which this one, whose next byte is at `at` and which ends at `end`,
    /// is the first.
    pub(super) async fn split(&mut self, body: net::Body, at: u64, end: Option<u64>) -> Result<Flow, TransferError> {
        let mut course = self.set_out(body, at, end).await?;
        let mut tick = interval_at(tokio::time::Instant::now() + SAMPLE, SAMPLE);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut lent = None;
        self.refill(&mut course, &mut lent);
        loop {
            let Sink::Spread(spread) = &mut self.sink else { return Err(TransferError::defect()) };
            tokio::select! {
                Some(ended) = spread.connections.join_next() => {
                    let ended = ended.map_err(|_| TransferError::defect())?;
                    if let Some(flow) = self.ended(ended, &mut course).await? {
                        return Ok(flow);
                    }
                }
                _ = tick.tick() => {
                    if !self.look(&mut course).await? {
                        return Ok(self.differs());
                    }
                }
                loans = granted(&mut lent) => course.loans = loans,
            }
            self.refill(&mut course, &mut lent);
        }
    }

    async fn set_out(&mut self, body: net::Body, at: u64, end: Option<u64>) -> Result<Course, TransferError> {
        let (Some(total), Some(validator), Some(about)) = (self.total, self.validator.clone(), &self.about) else {
            return Err(TransferError::defect());
        };
        let (source, now) = (about.last.clone(), Instant::now());
        let ranges = match self.ranges.is_empty() {
            true => std::iter::once(0..self.len).collect(),
            false => std::mem::take(&mut self.ranges),
        };
        let start = self.len;
        let mut segments = Segments::new(total, ranges);
        let (brought, last) = self.alone.map_or((0, now), |alone| (alone.brought, alone.last));
        let number = segments.begin(start, end.unwrap_or(total), brought, last);
        self.len = segments.received();
        let field = Arc::new(Field::new(segments));
        let Some((part, path)) = self.take_part() else { return Err(TransferError::defect()) };
        self.sink = Sink::Spread(Spread { part, path, field, connections: tokio::task::JoinSet::new() });
        // Before any byte is beyond the first hole.
        self.shared.store.keep(self.assignment.id, self.ranges_changed()).await?;
        self.start(number, None, |connection| connection.go_on(body, at, start));
        let url = self.assignment.request.url.clone();
        let wanted = if self.assignment.unsplit { Some(1) } else { self.shared.options.connections };
        let growth = Growth::new(wanted, self.loans.len() + 1, self.alone.take().and_then(|alone| alone.rate), now, self.len);
        Ok(Course {
            growth,
            ask: Ask { url, range: None, fresh: false, alone: true },
            wanted: Wanted { first: 0, last: 0, total, validator, source },
            ttfb: self.ttfb(),
            own: false,
            loans: std::mem::take(&mut self.loans),
            at_once: self.shared.options.connections.is_some(),
            still: self.assignment.unsplit || self.is_one_shot(),
            troubles: 0,
            may_ask: true,
            kept: now,
            kept_bytes: self.len,
        })
    }

    /// Takes the part from its writer, which has nothing under way.
    fn take_part(&mut self) -> Option<(Part, PathBuf)> {
        match std::mem::replace(&mut self.sink, Sink::Closed) {
            Sink::Part { writer, path } => Some((writer.into_part()?, path)),
            other => {
                self.sink = other;
                None
            }
        }
    }

    /// Sets a connection to work.
    fn start<F>(&mut self, number: u32, loan: Option<Loan>, run: impl FnOnce(Connection) -> F)
    where
        F: Future<Output = Ended> + Send + 'static,
    {
        let Sink::Spread(Spread { part, path, field, connections }) = &mut self.sink else { return };
        let stop = CancellationToken::new();
        field.lock().stops.insert(number, stop.clone());
        connections.spawn(run(Connection {
            id: self.assignment.id,
            shared: Arc::clone(&self.shared),
            field: Arc::clone(field),
            number,
            stop,
            hand: part.hand(0),
            path: path.clone(),
            total: self.total.unwrap_or_default(),
            loan,
            writer: None,
            owes: false,
        }));
    }

    /// Sets as many connections to work as there should be and may be.
    fn refill(&mut self, course: &mut Course, lent: &mut Option<oneshot::Receiver<Vec<Loan>>>) {
        let Sink::Spread(spread) = &self.sink else { return };
        let missing = course.growth.target().saturating_sub(spread.connections.len());
        let seats = usize::from(course.own) + course.loans.len();
        let aim = Aim { ttfb: course.ttfb, at_once: course.at_once, holes: course.still, now: Instant::now() };
        let (offers, more) = {
            let mut state = spread.field.lock();
            let offers = state.segments.offer(missing.min(seats), aim);
            let unmet = missing > seats && offers.len() == seats;
            (offers, unmet && state.segments.could_offer(aim))
        };
        course.at_once &= offers.is_empty();
        for offer in offers {
            let loan = if std::mem::take(&mut course.own) { None } else { course.loans.pop() };
            let (ask, wanted) = (course.ask.clone(), course.wanted.clone());
            self.start(offer.number, loan, |connection| connection.fetch(offer, ask, wanted));
        }
        course.loans.clear();
        if more && lent.is_none() && std::mem::take(&mut course.may_ask) {
            *lent = Some(self.ask_for(missing - seats));
        }
    }

    /// What follows when a connection has ended; how the whole ends, if it does.
    async fn ended(&mut self, ended: Ended, course: &mut Course) -> Result<Option<Flow>, TransferError> {
        let Sink::Spread(spread) = &self.sink else { return Err(TransferError::defect()) };
        let running = spread.connections.len();
        match ended.loan {
            Some(loan) => course.loans.push(loan),
            None => course.own = true,
        }
        course.may_ask = true;
        let whole = spread.field.lock().segments.is_whole();
        match ended.result {
            Ok(()) => {}
            Err(Trouble::Disk(error)) => return Err(error),
            Err(Trouble::Differs) => return Ok(Some(self.differs())),
            Err(_) if whole => {}
            Err(Trouble::Refused(reason)) => {
                self.assignment.unsplit = true;
                course.still = true;
                course.growth.trouble(running);
                if running == 0 {
                    return Ok(Some(Flow::Refused(reason)));
                }
            }
            Err(Trouble::Failed(error)) => {
                course.troubles += 1;
                if error.status.is_some() || course.troubles >= MOST_TROUBLES {
                    self.assignment.unsplit = true;
                    course.still = true;
                }
                course.growth.trouble(running);
                if running == 0 {
                    return Err(error);
                }
                // A supervisor that has ended hears of nothing.
                let _ = self.shared.wishes.send(Wish::Failed(course.ask.url.clone(), error));
            }
        }
        self.count();
        if !whole {
            return Ok(None);
        }
        let same = self.seams_hold().await?;
        Ok(Some(if same { Flow::Ended } else { self.differs() }))
    }

    /// The server has two files under one name; nothing of this is tried again.
    fn differs(&mut self) -> Flow {
        self.assignment.unsplit = true;
        Flow::Differs
    }

    /// Looks at the clock; false where two connections bring different files.
    async fn look(&mut self, course: &mut Course) -> Result<bool, TransferError> {
        self.count();
        let Sink::Spread(spread) = &self.sink else { return Err(TransferError::defect()) };
        {
            let now = Instant::now();
            let mut state = spread.field.lock();
            state.segments.tick(now);
            course.growth.look(&Look {
                now,
                received: self.len,
                left: self.total.unwrap_or_default().saturating_sub(self.len),
                running: state.segments.running(),
                offered: state.segments.offered(),
                held: state.segments.is_held(),
                burst: state.segments.largest(),
                ttfb: course.ttfb,
            });
            let surplus = state.segments.newest(course.growth.target());
            surplus.iter().filter_map(|number| state.stops.get(number)).for_each(CancellationToken::cancel);
        }
        course.may_ask = true;
        self.tell(Instant::now());
        if course.kept.elapsed() >= KEEP && course.kept_bytes != self.len {
            (course.kept, course.kept_bytes) = (Instant::now(), self.len);
            self.shared.store.note(self.assignment.id, self.ranges_changed());
        }
        self.seams_hold().await
    }

    /// Counts what has come.
    fn count(&mut self) {
        let Sink::Spread(spread) = &self.sink else { return };
        let len = spread.field.lock().segments.received();
        // What is fetched again is no gain.
        self.gained += len.saturating_sub(self.len);
        self.len = len;
    }

    /// Compares what two connections have brought of the same place.
    async fn seams_hold(&self) -> Result<bool, TransferError> {
        let Sink::Spread(spread) = &self.sink else { return Err(TransferError::defect()) };
        let seams = spread.field.lock().seams();
        for Seam { at, bytes } in seams {
            if read(spread.path.clone(), at, bytes.len()).await? != bytes {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// How long so many bytes take where others have taken so long.
#[expect(clippy::cast_precision_loss, reason = "rates are rough")]
fn seconds(left: u64, bytes: u64, time: Duration) -> f64 {
    left as f64 * time.as_secs_f64() / bytes.max(1) as f64
}
