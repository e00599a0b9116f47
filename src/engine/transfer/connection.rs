//! One of several connections of a file: asks for a range, has the answer judged before anybody relies on it, and
//! brings its bytes to their place until another connection has taken what is left. It knows nothing of the others but
//! what the field says.

use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use bytes::{Buf as _, Bytes};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::engine::disk::{self, Part, Writer};
use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::net::{self, Answer, Ask, Range};
use crate::engine::request::JobId;
use crate::engine::resume::{OVERLAP, Refusal, Wanted, judge_range};
use crate::engine::segments::Offer;

use super::field::{Field, Seam, read, seam};
use super::plan::{Loan, Shared};
use super::pulse::WAIT;

/// Why a connection has ended before its time.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The server does not give ranges of this file.
    Refused(&'static str),
    /// No answer, or not all of it.
    Failed(TransferError),
    /// Somebody else brings what it was to bring.
    Late,
    /// It brings another file.
    Differs,
    /// The disk does not take the bytes.
    Disk(TransferError),
}

impl From<TransferError> for Trouble {
    fn from(error: TransferError) -> Self {
        Self::Failed(error)
    }
}

/// What is left of one.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) result: Result<(), Trouble>,
    /// How many bytes it has brought.
    pub(super) brought: u64,
    /// What its request was lent by; the job's own where it is none.
    pub(super) loan: Option<Loan>,
}

/// See the head of this file.
pub(super) struct Connection {
    pub(super) id: JobId,
    pub(super) shared: Arc<Shared>,
    pub(super) field: Arc<Field>,
    pub(super) number: u32,
    pub(super) stop: CancellationToken,
    pub(super) hand: Part,
    pub(super) path: PathBuf,
    pub(super) total: u64,
    pub(super) loan: Option<Loan>,
    pub(super) writer: Option<Writer>,
    /// Its piece is whole, but nothing shows yet that it goes together with the next one.
    pub(super) owes: bool,
}

impl Connection {
    /// Asks for what was offered and brings it. `ask` and `wanted` are those of the file.
    pub(super) async fn fetch(mut self, offer: Offer, ask: Ask, wanted: Wanted) -> Ended {
        let stop = self.stop.clone();
        let result = tokio::select! {
            biased;
            () = stop.cancelled() => Ok(()),
            result = self.ask_and_bring(offer, ask, wanted) => result,
        };
        self.close(result).await
    }

    /// Goes on with an answer whose body begins at `at`: what lies before `start` is compared.
    pub(super) async fn go_on(mut self, mut body: net::Body, at: u64, start: u64) -> Ended {
        let stop = self.stop.clone();
        self.begin(start);
        let result = tokio::select! {
            biased;
            () = stop.cancelled() => Ok(()),
            result = self.bring(&mut body, at, start, start) => result,
        };
        self.close(result).await
    }

    fn begin(&mut self, start: u64) {
        self.writer = Some(Writer::on(Arc::clone(&self.shared.buffers), self.hand.hand(start)));
    }

    async fn ask_and_bring(&mut self, offer: Offer, ask: Ask, wanted: Wanted) -> Result<(), Trouble> {
        let Offer { range, behind, .. } = offer;
        let first = if behind { range.start.saturating_sub(OVERLAP) } else { range.start };
        let last = range.end + seam(range.end, self.total) as u64 - 1;
        let wanted = Wanted { first, last, ..wanted };
        let validator = wanted.validator.clone();
        let ask = Ask { range: Some(Range { first, last: Some(last), validator }), ..ask };
        let answer = self.shared.get(self.id, &ask).await;
        let Answer { head, url, mut body, .. } = answer.map_err(|failure| failure.error)?;
        match judge_range(&head, &url, &wanted) {
            Ok(()) => {}
            Err(refusal) => {
                body.discard();
                return Err(match refusal {
                    Refusal::Ranges(reason) => Trouble::Refused(reason),
                    Refusal::Failed(error) => Trouble::Failed(error),
                });
            }
        }
        let Some(taken) = self.field.claim(self.number) else { return Err(Trouble::Late) };
        self.begin(taken.range.start);
        self.bring(&mut body, first, range.start, taken.range.start).await
    }

    /// Brings a body that begins at `at`. What lies before `known` is here and must be the same; what lies before
    /// `start` somebody else has brought meanwhile.
    async fn bring(&mut self, body: &mut net::Body, mut at: u64, known: u64, start: u64) -> Result<(), Trouble> {
        let mut write = pin!(sleep(WAIT));
        let mut waiting = false;
        let mut since = Instant::now();
        loop {
            let chunk = tokio::select! {
                chunk = body.chunk() => chunk?,
                () = &mut write, if waiting => {
                    waiting = self.nudge().await?;
                    write.as_mut().reset(tokio::time::Instant::now() + WAIT);
                    continue;
                }
            };
            let Some(mut chunk) = chunk else {
                return Err(TransferError::new(ErrorClass::Truncated, "the body of a range ended early").into());
            };
            if at < known && !self.compare(&mut chunk, &mut at, known).await? {
                return Err(Trouble::Differs);
            }
            if at < start {
                let skipped = usize::try_from(start - at).map_or(chunk.len(), |known| chunk.len().min(known));
                chunk.advance(skipped);
                at += skipped as u64;
            }
            if chunk.is_empty() {
                continue;
            }
            let step = self.field.take(self.number, chunk.len(), since.elapsed());
            at += step.kept as u64;
            self.owes = step.done && !step.relieved && seam(at, self.total) > 0;
            self.push(&chunk[..step.kept]).await?;
            if self.owes {
                chunk.advance(step.kept);
                return self.sew(body, chunk, at).await;
            }
            if step.done {
                return Ok(());
            }
            if !waiting {
                waiting = true;
                write.as_mut().reset(tokio::time::Instant::now() + WAIT);
            }
            // The wait for the disk is none for the server.
            since = Instant::now();
        }
    }

    /// Takes what follows the piece, to be compared with what others bring there.
    async fn sew(&mut self, body: &mut net::Body, chunk: Bytes, at: u64) -> Result<(), Trouble> {
        let wanted = seam(at, self.total);
        let mut bytes = chunk[..chunk.len().min(wanted)].to_vec();
        while bytes.len() < wanted {
            // A few will do where it ends here.
            let Ok(Some(more)) = body.chunk().await else { break };
            bytes.extend_from_slice(&more[..more.len().min(wanted - bytes.len())]);
        }
        if bytes.is_empty() {
            return Err(TransferError::new(ErrorClass::Truncated, "the body of a range ended early").into());
        }
        self.owes = false;
        self.field.sew(Seam { at, bytes });
        Ok(())
    }

    /// Takes off the chunk what is here already; false where that is not the same.
    async fn compare(&self, chunk: &mut Bytes, at: &mut u64, known: u64) -> Result<bool, Trouble> {
        let len = usize::try_from(known - *at).map_or(chunk.len(), |known| chunk.len().min(known));
        let here = read(self.path.clone(), *at, len).await.map_err(Trouble::Disk)?;
        let same = here == chunk[..len];
        chunk.advance(len);
        *at += len as u64;
        Ok(same)
    }

    async fn push(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let Some(writer) = &mut self.writer else { return Err(TransferError::defect().into()) };
        writer.push(bytes).await.map_err(|error| Trouble::Disk(disk::error("write the part file", &error)))
    }

    /// Sends what waits on its way to the disk; true where something is not there yet.
    async fn nudge(&mut self) -> Result<bool, Trouble> {
        let Some(writer) = &mut self.writer else { return Ok(false) };
        let waits = writer.nudge().await;
        let waits = waits.map_err(|error| Trouble::Disk(disk::error("write the part file", &error)))?;
        self.field.wrote(self.number, writer.written());
        Ok(waits || writer.is_writing())
    }

    /// Brings everything on its way to the disk.
    async fn close(mut self, mut result: Result<(), Trouble>) -> Ended {
        if let Some(writer) = self.writer.take() {
            let (part, written) = writer.finish().await;
            if let Err(error) = written {
                result = Err(Trouble::Disk(disk::error("write the part file", &error)));
            }
            if let Some(part) = part {
                self.field.wrote(self.number, part.len());
            }
        }
        let brought = self.field.end(self.number, self.owes);
        Ended { result, brought, loan: self.loan }
    }
}
