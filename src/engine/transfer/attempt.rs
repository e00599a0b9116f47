//! The attempt itself, from the request to the last byte. Any await in it may be the last one when the job is told to
//! stop; [`Transfer::wind_up`] then finds everything in place.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use url::Url;

use crate::engine::content;
use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::event::Answered;
use crate::engine::head::Head;
use crate::engine::net::{Answer, Ask, Own, Range};
use crate::engine::partial::About;
use crate::engine::resume::{self, Action};
use crate::engine::robots;

use super::plan::claims;
use super::state::{Transfer, too_large};
use super::stream::Flow;

/// A server that sends a body in ranges of its own choice may do so this often.
const MOST_ROUNDS: u32 = 1000;

/// What one request has come to.
enum Round {
    /// Every byte is here.
    Whole,
    /// There is more to ask for.
    More,
    /// What is here is of no use, for this reason.
    Over(String),
}

impl Transfer {
    /// Fetches the body to its last byte.
    pub(super) async fn fetch(&mut self) -> Result<(), TransferError> {
        self.set_clock().await;
        if let Some(more) = self.assignment.request.more.as_deref().filter(|more| more.has_secrets()) {
            self.own = Some(Arc::new(Own::of(more)?));
        }
        self.reopen().await?;
        if self.len > 0 && self.total == Some(self.here()) {
            // All of it came before the last attempt ended; there is nothing to ask for.
            self.announce();
            return Ok(());
        }
        for _ in 0..MOST_ROUNDS {
            let answer = self.ask().await?;
            self.check_robots(&answer.head)?;
            match self.take(answer).await? {
                Round::Whole => return Ok(()),
                Round::More => {}
                // The next request has no range, so this happens once.
                Round::Over(reason) => self.restart(reason).await,
            }
        }
        Err(TransferError::new(ErrorClass::Protocol, "the server sends the file in too many pieces"))
    }

    /// Has the runtime know when the next sample is due. The sooner the better: a time that is nearer than all others
    /// costs a system call, and most of those that come with the body of a small file would be.
    async fn set_clock(&mut self) {
        poll_fn(|context| Poll::Ready(_ = self.sample.poll_tick(context))).await;
    }

    async fn take(&mut self, mut answer: Answer) -> Result<Round, TransferError> {
        let saved = self.saved();
        let action = match &saved {
            Some(saved) if matches!(answer.head.status, 206 | 416) && !saved.holds_at(&answer.url) => {
                Action::AskAgain("the file comes from another address now".to_owned())
            }
            saved => resume::judge(&answer.head, saved.as_ref()),
        };
        let (first, end) = match action {
            Action::Complete => {
                answer.body.discard();
                self.announce();
                return Ok(Round::Whole);
            }
            Action::FromStart { total } => {
                self.check_size(total)?;
                self.begin(&answer.head, &answer.url, total).await?;
                (0, total)
            }
            Action::Continue { first, end, total } => {
                self.check_size(total)?;
                self.total = total;
                self.flush().await?;
                (first, Some(end))
            }
            Action::Empty(status) => return Err(self.empty(&answer.head, &answer.url, status)),
            Action::Fail(error) => {
                answer.body.discard();
                return Err(error);
            }
            // Without a range there is nothing to ask again without.
            Action::AskAgain(reason) if saved.is_none() => {
                return Err(TransferError::new(ErrorClass::Protocol, reason));
            }
            Action::AskAgain(reason) => {
                answer.body.discard();
                return Ok(Round::Over(reason));
            }
        };
        self.announce();
        let before = self.len;
        let flow =
            if self.ranges.is_empty() { self.stream(&mut answer.body, first, end).await? } else { Flow::Splits(first) };
        let flow = match flow {
            Flow::Splits(at) => self.split(answer.body, at, end).await?,
            flow => flow,
        };
        match flow {
            Flow::Differs => return Ok(Round::Over("the server has other bytes than the part file".to_owned())),
            Flow::Refused(reason) => return Ok(Round::Over(reason.to_owned())),
            Flow::Ended | Flow::Splits(_) => {}
        }
        match self.total {
            Some(total) if self.len < total && self.len > before && self.validator.is_some() => Ok(Round::More),
            Some(total) if self.len < total => Err(self.truncated(self.len)),
            _ if self.len == 0 => Err(self.empty(&answer.head, &answer.url, answer.head.status)),
            // A range of a file whose size nobody has said: only the server knows whether there is more.
            None if end.is_some() => Ok(Round::More),
            _ => Ok(Round::Whole),
        }
    }

    /// Sends the request. A used connection that ends without an answer is the server's ordinary time-out: asked once
    /// more at once, uncounted.
    async fn ask(&mut self) -> Result<Answer, TransferError> {
        let asked = Instant::now();
        let mut ask = Ask {
            url: self.assignment.address().clone(),
            range: self.saved().map(|saved| Range { first: saved.from(), last: None, validator: saved.validator }),
            own: self.own.clone(),
            fresh: false,
            flow: Arc::clone(&self.assignment.flow),
            alone: false,
            stranger: self.assignment.request.is_strange(),
        };
        let mut result = self.shared.get(self.assignment.id, &ask).await;
        if self.assignment.used_host && result.as_ref().is_err_and(|failure| failure.unanswered) {
            ask.fresh = true;
            result = self.shared.get(self.assignment.id, &ask).await;
        }
        let mut answer = result.map_err(|failure| failure.error)?;
        let head = &mut answer.head;
        self.answered = Some(Arc::new(Answered {
            final_url: answer.url.clone(),
            content_type: head.content_type.clone(),
            etag: head.etag.clone(),
            last_modified: head.last_modified.clone(),
            ttfb: asked.elapsed(),
            status: head.status,
            protocol: head.protocol,
            // Nobody else wants it.
            server: head.server.take(),
            ranges: head.accepts_ranges || head.status == 206,
            connect: answer.connect,
        }));
        Ok(answer)
    }

    /// An answer that asks to be left alone is, where the request is for that.
    fn check_robots(&self, head: &Head) -> Result<(), TransferError> {
        let obeys = self.assignment.request.more.as_ref().is_some_and(|more| more.obeys_robots);
        match robots::leave_alone(&head.robots).filter(|_| obeys && matches!(head.status, 200 | 206)) {
            Some(directive) => Err(robots::refused("its X-Robots-Tag", directive)),
            None => Ok(()),
        }
    }

    fn check_size(&self, total: Option<u64>) -> Result<(), TransferError> {
        match (total, self.shared.options.max_size) {
            (Some(total), Some(max)) if total > max => Err(too_large(max)),
            _ => Ok(()),
        }
    }

    fn empty(&self, head: &Head, answered: &Url, status: u16) -> TransferError {
        let request = &self.assignment.request;
        content::empty(&claims(&About::new(head, request, answered), request, &self.shared.options), status)
    }
}
