//! What the supervisor keeps of one job.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use tokio_util::sync::CancellationToken;
use url::Url;

use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::event::{Answered, Record};
use crate::engine::options::Options;
use crate::engine::partial::Partial;
use crate::engine::request::DownloadRequest;
use crate::engine::retry::{MOST_ATTEMPTS, PROGRESS, delay};
use crate::engine::store::{Left, LeftState};

use super::round::{Next, Round};

/// Where a job is on its way.
#[derive(Debug)]
pub(super) enum Phase {
    /// The store was asked for it.
    Claiming,
    /// Another haul works on it. When it is time the store is asked again.
    Held {
        until: Instant,
    },
    /// The file that stands there is being looked at. If the user wants the job gone, it goes after that.
    Looking {
        remove: bool,
    },
    /// In the queue of its host.
    Queued,
    /// An attempt runs. If it was told to stop, `then` says what for.
    Running {
        cancel: CancellationToken,
        then: Option<Then>,
    },
    /// Its file is being given its name. If the user wants it gone, it goes after that.
    Committing {
        remove: bool,
    },
    /// Waits for its next attempt.
    Waiting {
        until: Instant,
    },
    /// Until there is room on the disk. When it is time somebody looks.
    Full {
        until: Instant,
        error: TransferError,
        /// Nothing else begins in its folder meanwhile.
        shuts: bool,
    },
    /// Until the user resumes it.
    Paused {
        since: Instant,
        /// It needs what it was added with and is never kept; whoever adds it anew with that resumes it.
        locked: bool,
    },
    Failed,
    Cancelled,
}

/// Why a running attempt was told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    Pause,
    Cancel,
    Remove,
    /// It was paused, and then wanted again before the attempt had ended.
    Resume,
    /// It was cancelled, and then wanted again before the attempt had ended.
    Retry,
}

/// When the first attempt of a job began.
#[derive(Debug)]
pub(super) struct Begun {
    pub(super) at: Instant,
    /// The same moment as the calendar has it.
    pub(super) on: SystemTime,
    /// How long the job was paused since then.
    pub(super) paused: Duration,
}

#[derive(Debug)]
pub(super) struct Job {
    pub(super) request: DownloadRequest,
    pub(super) phase: Phase,
    /// Which of its addresses is asked, where there are several. Boxed as what follows.
    round: Option<Box<Round>>,
    /// Boxed: most jobs have none, and there may be many jobs.
    pub(super) partial: Option<Box<Partial>>,
    /// The number of the last part file.
    pub(super) generation: u32,
    /// An earlier run may have left files that nobody took note of.
    pub(super) strays: bool,
    /// The server has refused ranges of the file.
    pub(super) unsplit: bool,
    /// Everybody knows that another haul works on it.
    pub(super) elsewhere: bool,
    /// How often there was no room since the last byte that fitted.
    pub(super) fulls: u32,
    pub(super) attempts: u32,
    /// The furthest byte that any attempt has reached.
    pub(super) reached: u64,
    /// Failed attempts since the last one that gained much.
    pub(super) failures: u32,
    /// The first attempt. Boxed: most jobs wait for theirs.
    pub(super) begun: Option<Box<Begun>>,
    /// Where the last attempt began in the file.
    pub(super) resumed_from: u64,
    /// The last answer that an attempt got.
    pub(super) answered: Option<Arc<Answered>>,
}

impl Job {
    pub(super) fn new(request: DownloadRequest) -> Self {
        Self {
            round: round(&request),
            request,
            phase: Phase::Queued,
            partial: None,
            generation: 0,
            strays: false,
            unsplit: false,
            elsewhere: false,
            fulls: 0,
            attempts: 0,
            reached: 0,
            failures: 0,
            begun: None,
            resumed_from: 0,
            answered: None,
        }
    }

    /// Takes up what an earlier run has left, and tells how that stood.
    pub(super) fn take_over(&mut self, left: Left) -> LeftState {
        (self.generation, self.strays) = (left.generation, left.known);
        self.partial = left.partial.map(Box::new);
        self.reached = left.bytes;
        left.state
    }

    /// Takes over what a later request for the same job brings along, while nothing of it waits or runs under its
    /// present address. A mere repetition of the address brings nothing.
    pub(super) fn adopt(&mut self, request: DownloadRequest) {
        let busy = matches!(self.phase, Phase::Queued | Phase::Running { .. } | Phase::Committing { .. });
        if !busy && (request.has_secrets() || request.addresses().count() > 1) {
            self.round = round(&request);
            (self.request.url, self.request.more) = (request.url, request.more);
        }
    }

    /// The address that is asked next where it is not the first.
    pub(super) fn mirror(&self) -> Option<&Url> {
        let mirror = self.round.as_ref()?.at().checked_sub(1)?;
        self.request.more.as_ref()?.mirrors.get(mirror)
    }

    /// The address that is asked next, or is being asked.
    pub(super) fn address(&self) -> &Url {
        self.mirror().unwrap_or(&self.request.url)
    }

    /// An attempt has come from one byte of the file to another. True where its address may go on, see [`Round::gains`].
    pub(super) fn gains(&mut self, from: u64, to: u64) -> bool {
        let gains = self.round.as_mut().is_some_and(|round| round.gains(from, to));
        // Bytes that were there before are no gain, however often they come.
        let further = to >= self.reached + PROGRESS;
        if further {
            self.fulls = 0;
        }
        // What another address has brought may be gone by now; what goes on where this one was is as good as further.
        if further || gains && from > 0 {
            self.failures = 0;
        }
        self.reached = self.reached.max(to);
        gains
    }

    /// An attempt has failed for a reason that may lie with its address: how long to wait for the next one, which asks
    /// another address where there is one and this one has not brought much (`gains`); none where the job has failed.
    /// The error is made to say what that needs.
    pub(super) fn next_attempt(
        &mut self,
        error: &mut TransferError,
        gains: bool,
        options: &Options,
    ) -> Option<Duration> {
        let patient = |asked: &Duration| options.patience.is_none_or(|patience| *asked <= patience);
        let too_long = error.retry_after.filter(|asked| error.is_transient() && !patient(asked));
        let (host, for_good) = (authority(self.address()), !error.is_transient() || too_long.is_some());
        let mut wish = error.retry_after;
        let next = match &mut self.round {
            None if for_good => Next::Nothing,
            None => Next::Again,
            Some(_) if gains && !for_good && self.failures < options.retries => Next::Again,
            Some(round) => {
                let (before, next) = (round.at(), round.failed(for_good));
                if round.at() != before {
                    // What one server refuses another may give, and at once.
                    (self.unsplit, wish) = (false, None);
                }
                next
            }
        };
        // A round over all addresses is one attempt.
        let spent = self.attempts >= MOST_ATTEMPTS || (next != Next::Another && self.failures >= options.retries);
        if let Some(asked) = too_long.filter(|_| !spent) {
            error.class = ErrorClass::RateLimited;
            error.detail = format!("the server asks to wait for {}", crate::units::clock(asked));
        }
        if self.round.is_some() {
            error.detail = format!("{host}: {}", error.detail);
        }
        match next {
            Next::Another if !spent => Some(Duration::ZERO),
            Next::Again if !spent => {
                self.failures += 1;
                Some(delay(self.failures, fastrand::f64(), wish))
            }
            _ => None,
        }
    }

    /// An attempt begins.
    pub(super) fn begins(&mut self) {
        self.attempts += 1;
        let begun = || Box::new(Begun { at: Instant::now(), on: SystemTime::now(), paused: Duration::ZERO });
        self.begun.get_or_insert_with(begun);
    }

    /// What reports want to know of a job that ends now.
    pub(super) fn record(&mut self) -> Record {
        let started_at = self.begun.as_ref().map(|begun| begun.on);
        Record { started_at, finished_at: SystemTime::now(), answered: self.answered.take() }
    }

    /// When the job's time is up.
    pub(super) fn deadline(&self, limit: Option<Duration>) -> Option<Instant> {
        let begun = self.begun.as_ref()?;
        begun.at.checked_add(limit?.checked_add(begun.paused)?)
    }

    /// True when the job's time is up.
    pub(super) fn is_late(&self, limit: Option<Duration>) -> bool {
        self.deadline(limit).is_some_and(|deadline| deadline <= Instant::now())
    }

    /// Time and attempts are counted anew; what is on the disk stays.
    pub(super) fn refresh(&mut self) {
        if let Some(round) = &mut self.round {
            round.begin_anew();
        }
        self.attempts = 0;
        self.failures = 0;
        self.begun = None;
    }
}

/// Host and port of an address, as people write them.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn round(request: &DownloadRequest) -> Option<Box<Round>> {
    let mirrors = request.addresses().count() - 1;
    (mirrors > 0).then(|| Box::new(Round::new(mirrors)))
}

/// A folder that had no room lately.
#[derive(Debug, Default)]
pub(super) struct Full {
    /// The jobs that wait and keep others from starting.
    pub(super) shut_by: usize,
    /// Since when nothing has fitted.
    pub(super) since: Option<Instant>,
}

impl Full {
    pub(super) fn is_shut(&self) -> bool {
        self.shut_by > 0
    }

    /// Something has fitted: whoever still waits does so from the next look on.
    pub(super) fn has_fitted(&mut self) {
        self.since = None;
    }
}
