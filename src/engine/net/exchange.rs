//! What is asked and what is answered. A leaf within the room.

use bytes::Bytes;
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::head::Head;
use crate::engine::resume::Validator;

use super::error::in_body;

use std::time::Duration;

/// An unread body of an answer that is not used is read up to here, so that its connection can be used again.
const DRAIN_LIMIT: usize = 64 * 1024;
const DRAIN_TIME: Duration = Duration::from_millis(250);

/// One GET.
pub(in crate::engine) struct Ask {
    /// The address, with userinfo if there is any.
    pub(in crate::engine) url: Url,
    /// Ask for the bytes from this offset on, if the file is still this version.
    pub(in crate::engine) from: Option<(u64, Validator)>,
}

/// The head of the last answer, after redirects, with the body still to come.
#[derive(Debug)]
pub(in crate::engine) struct Answer {
    pub(in crate::engine) head: Head,
    /// The address that answered, without userinfo.
    pub(in crate::engine) url: Url,
    pub(in crate::engine) body: Body,
}

/// The body of an answer. Dropping it early ends the transfer.
#[derive(Debug)]
pub(in crate::engine) struct Body {
    response: reqwest::Response,
    stall: Duration,
    /// Since when the next bytes are waited for.
    waiting: Option<Instant>,
}

impl Body {
    pub(super) fn new(response: reqwest::Response, stall: Duration) -> Self {
        Self { response, stall, waiting: None }
    }

    /// The next bytes; `None` at the end, which the framing has confirmed. A call may be dropped and made again: no
    /// byte is lost, and the stall clock runs on. It stands still while nobody asks.
    pub(in crate::engine) async fn chunk(&mut self) -> Result<Option<Bytes>, TransferError> {
        loop {
            let until = *self.waiting.get_or_insert_with(Instant::now) + self.stall;
            let result = timeout_at(until, self.response.chunk()).await;
            self.waiting = None;
            match result {
                Ok(Ok(chunk)) => return Ok(chunk),
                Ok(Err(error)) => return Err(in_body(&error)),
                Err(_) if woke_late(until) => {}
                Err(_) => return Err(stalled(self.stall)),
            }
        }
    }
}

impl Body {
    /// Gives the body up, but reads a short rest of it in the background, so that its connection can be used again.
    pub(in crate::engine) fn discard(self) {
        let mut response = self.response;
        tokio::spawn(timeout(DRAIN_TIME, async move {
            let mut left = DRAIN_LIMIT;
            while let Ok(Some(chunk)) = response.chunk().await {
                match left.checked_sub(chunk.len()) {
                    Some(rest) => left = rest,
                    None => break,
                }
            }
        }));
    }
}

/// True where a clock that ended at `until` is heard so late that this whole process must have stood still, as after
/// Ctrl-Z: what has come meanwhile is unread, and the wait says nothing of the server.
pub(super) fn woke_late(until: Instant) -> bool {
    const LATE: Duration = Duration::from_millis(500);
    until.elapsed() > LATE
}

/// The error of a wait that was too long.
pub(super) fn stalled(limit: Duration) -> TransferError {
    TransferError::new(ErrorClass::Stalled, format!("nothing came for {}", crate::units::elapsed(limit)))
}
