//! Fetching one file over several connections: whether it is worth it, how many, and what follows when one of them has
//! ended. The connections work by themselves; here somebody looks at the clock.

use std::collections::BTreeSet;
use std::ops::Range;
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
use crate::engine::segments::{Aim, BURST, Segments};
use crate::engine::store::Change;

use super::connection::{Connection, Ended, Trouble};
use super::field::{Field, Seam, read};
use super::growth::{Growth, Look};
use super::plan::{Loan, Wish};
use super::state::{Sink, Spread, Transfer};
use super::stream::Flow;
use super::worth::granted;

/// How often somebody looks at the clock, and keeps which ranges are here: what comes between that and a `kill -9` is
/// fetched again.
const LOOK: Duration = Duration::from_millis(50);

/// After a look that comes so late this process has stood still.
const LATE: Duration = Duration::from_millis(500);

/// How often at most it is told how far the file is.
const TELL: Duration = Duration::from_millis(95);

/// So many connections may break early, one after the other, before the file is left alone with more.
const MOST_TROUBLES: u32 = 3;

/// One of them is forgotten after so long.
const FORGET: Duration = Duration::from_secs(10);

/// Connections that all break within so long were broken by the network: that says nothing of ranges.
const TOGETHER: Duration = Duration::from_secs(5);

/// So many that come too late are as bad as one that breaks.
const MOST_LATE: u32 = 32;

/// What is known while several connections bring a file.
struct Course {
    growth: Growth,
    ask: Ask,
    wanted: Wanted,
    ttfb: Duration,
    /// The requests that are free: the job's own, and those that were lent.
    seats: Vec<Option<Loan>>,
    /// The connections that were begun by what was lent, by their numbers; some have ended.
    lent: BTreeSet<u32>,
    /// The first connections begin at once.
    at_once: bool,
    /// Nobody takes from another any more; only holes are asked for.
    still: bool,
    troubles: u32,
    /// When one of them was forgotten, or came.
    troubled: Instant,
    /// When there were too many of them.
    given_up: Option<Instant>,
    /// Connections that came too late.
    late: u32,
    /// Nobody is sent before then.
    not_before: Instant,
    /// Something has changed since requests were asked for in vain.
    may_ask: bool,
    told: Instant,
    /// What was kept last: bytes that have come may reach the kernel much later.
    ranges: Vec<Range<u64>>,
    looked: Instant,
    /// When more was here than ever before, and how much.
    rose: Instant,
    most: u64,
}

impl Transfer {
    /// Brings the rest over several connections, of which this one, whose next byte is at `at` and which ends at `end`,
    /// is the first.
    pub(super) async fn split(&mut self, body: net::Body, at: u64, end: Option<u64>) -> Result<Flow, TransferError> {
        let mut course = self.set_out(body, at, end).await?;
        let mut tick = interval_at(tokio::time::Instant::now() + LOOK, LOOK);
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
                loans = granted(&mut lent) => course.seats.extend(loans.into_iter().map(Some)),
            }
            self.refill(&mut course, &mut lent);
        }
    }

    async fn set_out(&mut self, body: net::Body, at: u64, end: Option<u64>) -> Result<Course, TransferError> {
        let (Some(total), Some(validator), Some(about)) = (self.total, self.validator.clone(), &self.about) else {
            return Err(TransferError::defect());
        };
        let (source, now) = (about.last.clone(), Instant::now());
        let mut ranges = std::mem::take(&mut self.ranges);
        if ranges.is_empty() {
            ranges.push(0..self.len);
        }
        let start = self.len;
        let mut segments = Segments::new(total, ranges);
        let (brought, last) = self.alone.map_or((0, now), |alone| (alone.brought, alone.last));
        let number = segments.begin(start, end.unwrap_or(total), brought, last);
        self.len = segments.received();
        let field = Arc::new(Field::new(segments));
        let Some((part, path)) = self.take_part() else { return Err(TransferError::defect()) };
        self.sink =
            Sink::Spread(Spread { part, path, field, connections: tokio::task::JoinSet::new(), most: self.len });
        // Before any byte is beyond the first hole.
        self.shared.store.keep(self.assignment.id, self.ranges_changed()).await?;
        self.start(number, None, |connection| connection.go_on(body, at, start));
        let (url, own) = (self.assignment.address().clone(), self.own.clone());
        let (flow, stranger) = (Arc::clone(&self.assignment.flow), self.assignment.request.is_strange());
        let wanted = if self.assignment.unsplit { Some(1) } else { self.assignment.connections };
        let alone = self.alone.take().map(|alone| (alone.rate, alone.steady));
        let growth = Growth::new(wanted, self.loans.len() + 1, alone, now, self.len);
        Ok(Course {
            growth,
            ask: Ask { url, range: None, own, fresh: false, alone: true, flow, stranger },
            wanted: Wanted { first: 0, last: 0, total, validator, source },
            ttfb: self.ttfb(),
            seats: std::mem::take(&mut self.loans).into_iter().map(Some).collect(),
            lent: BTreeSet::new(),
            at_once: self.assignment.connections.is_some(),
            still: self.assignment.unsplit || self.is_one_shot(),
            troubles: 0,
            troubled: now,
            given_up: None,
            late: 0,
            not_before: now,
            may_ask: true,
            told: now,
            ranges: Vec::new(),
            looked: now,
            rose: now,
            most: self.len,
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
        let Sink::Spread(Spread { part, path, field, connections, .. }) = &mut self.sink else { return };
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
        if self.assignment.flow.is_wanted_back() {
            course.seats.retain(Option::is_none);
        }
        if Instant::now() < course.not_before {
            return;
        }
        let missing = course.growth.target().saturating_sub(spread.connections.len());
        let seats = course.seats.len();
        let aim = Aim { ttfb: course.ttfb, at_once: course.at_once, holes: course.still, now: Instant::now() };
        let (offers, more) = {
            let mut state = spread.field.lock();
            let offers = state.segments.offer(missing.min(seats), aim);
            let unmet = missing > seats && offers.len() == seats;
            (offers, unmet && state.segments.could_offer(aim))
        };
        course.at_once &= offers.is_empty();
        for offer in offers {
            let loan = course.seats.pop().flatten();
            course.lent.extend(loan.is_some().then_some(offer.number));
            let (ask, wanted) = (course.ask.clone(), course.wanted.clone());
            self.start(offer.number, loan, |connection| connection.fetch(offer, ask, wanted));
        }
        course.seats.retain(Option::is_none);
        if more && lent.is_none() && std::mem::take(&mut course.may_ask) {
            *lent = Some(self.ask_for(missing - seats));
        }
    }

    /// What follows when a connection has ended; how the whole ends, if it does.
    async fn ended(&mut self, ended: Ended, course: &mut Course) -> Result<Option<Flow>, TransferError> {
        let Sink::Spread(spread) = &self.sink else { return Err(TransferError::defect()) };
        let running = spread.connections.len();
        course.seats.push(ended.loan);
        course.may_ask = true;
        let whole = spread.field.lock().segments.is_whole();
        match ended.result {
            Ok(()) => {}
            Err(Trouble::Disk(error)) => return Err(error),
            Err(Trouble::Differs) => return Ok(Some(self.differs())),
            Err(_) if whole => {}
            Err(Trouble::Late) => {
                (course.not_before, course.late) = (Instant::now() + LOOK, course.late + 1);
                if course.late.is_multiple_of(MOST_LATE) {
                    self.trouble(course);
                }
            }
            Err(Trouble::Refused(reason)) => {
                course.given_up = None;
                self.leave_alone(course);
                course.growth.trouble(running);
                if running == 0 {
                    return Ok(Some(Flow::Refused(reason)));
                }
            }
            Err(Trouble::Failed(error)) => {
                let early = ended.brought <= BURST;
                if early {
                    self.trouble(course);
                }
                if error.status.is_some() {
                    course.given_up = None;
                    self.leave_alone(course);
                }
                if early || course.still {
                    course.growth.trouble(running);
                }
                if running == 0 && (early || course.still) {
                    if error.status.is_none() && course.given_up.is_some_and(|at| at.elapsed() < TOGETHER) {
                        self.assignment.unsplit = false;
                    }
                    return Err(error);
                }
                // A supervisor that has ended hears of nothing.
                let answered = self.answered.as_ref().map(|answered| answered.final_url.clone());
                let _ = self.shared.wishes.send(Wish::Failed { url: course.ask.url.clone(), answered, error });
            }
        }
        self.count();
        if !whole {
            return Ok(None);
        }
        let same = self.seams_hold().await?;
        Ok(Some(if same { Flow::Ended } else { self.differs() }))
    }

    /// A connection was for nothing, and nobody is sent in its place at once.
    fn trouble(&mut self, course: &mut Course) {
        course.troubles += 1;
        course.troubled = Instant::now();
        course.not_before = course.troubled + LOOK;
        if course.troubles >= MOST_TROUBLES && !self.assignment.unsplit {
            course.given_up = Some(course.troubled);
            self.leave_alone(course);
        }
    }

    /// From here on the file comes over those connections that there are, and later over one.
    fn leave_alone(&mut self, course: &mut Course) {
        self.assignment.unsplit = true;
        course.still = true;
    }

    /// The server has two files under one name; nothing of this is tried again.
    fn differs(&mut self) -> Flow {
        self.assignment.unsplit = true;
        Flow::Differs
    }

    /// Looks at the clock; false where two connections bring different files.
    async fn look(&mut self, course: &mut Course) -> Result<bool, TransferError> {
        self.count();
        let now = Instant::now();
        self.check_stall(course, now)?;
        let Sink::Spread(spread) = &self.sink else { return Err(TransferError::defect()) };
        {
            let mut state = spread.field.lock();
            state.segments.tick(now);
            let look = Look {
                now,
                received: self.len,
                left: self.total.unwrap_or_default().saturating_sub(self.len),
                running: state.segments.running(),
                offered: state.segments.offered(),
                held: state.segments.is_held(),
                burst: state.segments.largest(),
                pause: state.segments.pause(now),
                ttfb: course.ttfb,
            };
            // A rate of our own making says nothing of the server.
            if !self.shared.net.is_limited() {
                course.growth.look(&look);
            }
            let surplus = state.segments.newest(course.growth.target());
            surplus.iter().filter_map(|number| state.stops.get(number)).for_each(CancellationToken::cancel);
            // One at a look: others may give some back too.
            course.lent.retain(|number| state.stops.contains_key(number));
            if self.assignment.flow.is_wanted_back()
                && let Some(stop) = course.lent.pop_last().and_then(|newest| state.stops.get(&newest))
            {
                stop.cancel();
                course.growth.disturbed();
            }
        }
        course.may_ask = true;
        if now.duration_since(course.troubled) >= FORGET {
            (course.troubles, course.troubled) = (course.troubles.saturating_sub(1), now);
            if !course.still {
                course.growth.forgive();
            }
        }
        let ranges = spread.field.lock().kept();
        if course.ranges != ranges {
            course.ranges.clone_from(&ranges);
            self.shared.store.note(self.assignment.id, Change::Spread(self.assignment.generation, ranges));
        }
        if course.told.elapsed() >= TELL {
            course.told = Instant::now();
            self.tell(course.told);
        }
        self.show(now);
        self.seams_hold().await
    }

    /// Each connection has a stall clock of its own, but others may take its place without end.
    fn check_stall(&self, course: &mut Course, now: Instant) -> Result<(), TransferError> {
        let Sink::Spread(spread) = &self.sink else { return Err(TransferError::defect()) };
        // The wait for the disk or for our own limit is none for the server, nor is that of a process that stood still.
        let late = now.duration_since(course.looked) > LATE;
        let excused = late || self.shared.net.is_limited() || !spread.field.lock().segments.is_written();
        course.looked = now;
        if spread.most > course.most || excused {
            (course.rose, course.most) = (now, spread.most);
        }
        let limit = self.shared.options.stall_timeout;
        if now.duration_since(course.rose) < limit { Ok(()) } else { Err(net::stalled(limit)) }
    }

    /// Compares what two connections have brought of the same place.
    pub(super) async fn seams_hold(&self) -> Result<bool, TransferError> {
        let Sink::Spread(spread) = &self.sink else { return Err(TransferError::defect()) };
        let seams = spread.field.lock().ready();
        for Seam { at, bytes } in &seams {
            if read(spread.path.clone(), *at, bytes.len()).await? != *bytes {
                return Ok(false);
            }
        }
        spread.field.lock().hold(&seams);
        Ok(true)
    }
}
