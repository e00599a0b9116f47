//! What is asked and what is answered. A leaf within the room.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::body::Body as _;
use reqwest::Version;
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::event::ConnectTimes;
use crate::engine::head::Head;
use crate::engine::rate::Flow;
use crate::engine::resume::Validator;

use super::connects::woke_late;
use super::error::in_body;
use super::limiter::Account;
use super::own::Own;
use super::spares::Place;
use super::turns::Turn;

/// An unread body of an answer that is not used is read up to here, so that its connection can be used again.
const DRAIN_LIMIT: usize = 64 * 1024;
const DRAIN_TIME: Duration = Duration::from_millis(250);

/// One GET.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Ask {
    /// The address, with userinfo if there is any.
    pub(in crate::engine) url: Url,
    /// Ask for these bytes, if the file is still this version.
    pub(in crate::engine) range: Option<Range>,
    /// What the request brings along for the origin of the address.
    pub(in crate::engine) own: Option<Arc<Own>>,
    /// Over a new connection.
    pub(in crate::engine) fresh: bool,
    /// Counts what comes.
    pub(in crate::engine) flow: Arc<Flow>,
    /// Over HTTP/1.1 alone, and so over a connection that nobody shares.
    pub(in crate::engine) alone: bool,
    /// Without the user's headers and logins, from the start.
    pub(in crate::engine) stranger: bool,
}

/// Bytes of one version of a file.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Range {
    pub(in crate::engine) first: u64,
    /// The last byte, if not that of the file.
    pub(in crate::engine) last: Option<u64>,
    pub(in crate::engine) validator: Validator,
}

impl fmt::Display for Range {
    /// As the field `Range` has it (RFC 9110 section 14.1.2).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bytes={}-", self.first)?;
        self.last.map_or(Ok(()), |last| write!(f, "{last}"))
    }
}

/// The head of the last answer, after redirects, with the body still to come.
#[derive(Debug)]
pub(in crate::engine) struct Answer {
    pub(in crate::engine) head: Head,
    /// The address that answered, without userinfo.
    pub(in crate::engine) url: Url,
    pub(in crate::engine) connect: Option<ConnectTimes>,
    pub(in crate::engine) body: Body,
}

/// One hop's answer, whose body is still to come.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) response: reqwest::Response,
    pub(super) turn: Option<Turn>,
    pub(super) place: Place,
}

/// The body of an answer. Dropping it early ends the transfer.
#[derive(Debug)]
pub(in crate::engine) struct Body {
    bytes: reqwest::Body,
    /// HTTP/2 has a mark of its own at the end of every body.
    marked: bool,
    /// Hears of every sign of life; requests behind this one may be waiting for it.
    turn: Option<Turn>,
    /// Its connection counts until then.
    _place: Place,
    stall: Duration,
    /// Since when the next bytes are waited for.
    waiting: Option<Instant>,
    account: Account,
    flow: Arc<Flow>,
}

impl Body {
    pub(super) fn new(opened: Opened, stall: Duration, account: Account, flow: Arc<Flow>) -> Self {
        let Opened { response, turn, place } = opened;
        let marked = response.version() == Version::HTTP_2;
        Self { bytes: response.into(), marked, turn, _place: place, stall, waiting: None, account, flow }
    }

    /// The next bytes; `None` at the end, which the framing has confirmed. A call may be dropped and made again: no
    /// byte is lost, and the stall clock runs on. It stands still while nobody asks, and while the rate is limited.
    pub(in crate::engine) async fn chunk(&mut self) -> Result<Option<Bytes>, TransferError> {
        if self.account.pay().await
            && let Some(turn) = &self.turn
        {
            // Those behind this one wait for as long as it does.
            turn.moved();
        }
        if let Some(kept) = self.account.kept() {
            return Ok(Some(kept));
        }
        loop {
            let until = *self.waiting.get_or_insert_with(Instant::now) + self.stall;
            let result = timeout_at(until, self.next()).await;
            self.waiting = None;
            match result {
                Ok(result) => return result.map(|bytes| bytes.map(|bytes| self.account.take(bytes))),
                Err(_) if woke_late(until) => {}
                Err(_) => return Err(stalled(self.stall)),
            }
        }
    }

    async fn next(&mut self) -> Result<Option<Bytes>, TransferError> {
        loop {
            let next = poll_fn(|context| Pin::new(&mut self.bytes).poll_frame(context)).await;
            if let Some(turn) = &self.turn {
                turn.moved();
            }
            match next {
                Some(Ok(frame)) => {
                    if let Ok(bytes) = frame.into_data() {
                        self.flow.add(bytes.len() as u64);
                        return Ok(Some(bytes));
                    }
                    // Trailers: nothing that we know of follows a body.
                }
                Some(Err(error)) => return Err(in_body(&error)),
                // hyper takes a stream that is given up without an error for one that ends well.
                None if self.marked && !self.bytes.is_end_stream() => {
                    return Err(TransferError::new(
                        ErrorClass::Truncated,
                        "the server gave the stream up before the end of the body",
                    ));
                }
                None => return Ok(None),
            }
        }
    }

    /// Gives the body up, but reads a short rest of it in the background, so that its connection can be used again.
    pub(in crate::engine) fn discard(mut self) {
        tokio::spawn(timeout(DRAIN_TIME, async move {
            let mut left = DRAIN_LIMIT;
            while let Ok(Some(chunk)) = self.next().await {
                match left.checked_sub(chunk.len()) {
                    Some(rest) => left = rest,
                    None => break,
                }
            }
        }));
    }
}

/// The error of a wait that was too long.
pub(in crate::engine) fn stalled(limit: Duration) -> TransferError {
    TransferError::new(ErrorClass::Stalled, format!("nothing came for {}", crate::units::elapsed(limit)))
}
