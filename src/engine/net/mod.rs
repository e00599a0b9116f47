//! The network: clients, redirects, heads, bodies, and what their errors mean. The only folder that names reqwest.
//! It knows addresses and bytes, no jobs and no files.

mod client;
mod error;
mod head;
mod redirect;

pub(super) use client::Net;
pub(super) use error::CLOSED;

use bytes::Bytes;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::error::{ErrorClass, TransferError};
use super::head::Head;
use super::resume::Validator;

use std::time::Duration;

/// One GET.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    /// The address, with userinfo if there is any.
    pub(super) url: Url,
    /// Ask for the bytes from this offset on, if the file is still this version.
    pub(super) from: Option<(u64, Validator)>,
}

/// The head of the last answer, after redirects, with the body still to come.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) head: Head,
    /// The address that answered, without userinfo.
    pub(super) url: Url,
    pub(super) body: Body,
}

/// The body of an answer. Dropping it early ends the transfer.
#[derive(Debug)]
pub(super) struct Body {
    response: reqwest::Response,
    stall: Duration,
    /// Since when the next bytes are waited for.
    waiting: Option<Instant>,
}

impl Body {
    fn new(response: reqwest::Response, stall: Duration) -> Self {
        Self { response, stall, waiting: None }
    }

    /// The next bytes; `None` at the end, which the framing has confirmed. A call may be dropped and made again: no
    /// byte is lost, and the stall clock runs on. It stands still while nobody asks.
    pub(super) async fn chunk(&mut self) -> Result<Option<Bytes>, TransferError> {
        let since = *self.waiting.get_or_insert_with(Instant::now);
        let result = timeout_at(since + self.stall, self.response.chunk()).await;
        self.waiting = None;
        match result {
            Ok(Ok(chunk)) => Ok(chunk),
            Ok(Err(error)) => Err(error::in_body(&error)),
            Err(_) => Err(stalled(self.stall)),
        }
    }
}

fn stalled(limit: Duration) -> TransferError {
    TransferError::new(ErrorClass::Stalled, format!("nothing came for {}", crate::units::elapsed(limit)))
}
