//! One attempt at one job: ask, judge the answer, stream the body to the disk, tell the outbox how far it is. It
//! knows nothing of other jobs, and it is the supervisor that says how the job ended.

mod attempt;
mod connection;
mod field;
mod growth;
mod one_shot;
mod plan;
mod pulse;
mod sink;
mod split;
mod state;
mod stream;
mod worth;

pub(super) use plan::{Assignment, Ending, Left, Loan, Shared, Wish, claims, past_deadline};

use std::sync::Arc;

use super::event::Event;
use state::Transfer;

/// Runs one attempt to its end. When this returns, nothing of it is left running and no event of it is still to come.
pub(super) async fn run(shared: Arc<Shared>, assignment: Assignment) -> Left {
    let Assignment { id, attempt, cancel, deadline, .. } = &assignment;
    shared.outbox.push(Event::Connecting { id: *id, attempt: *attempt });
    let (cancel, deadline, limit) = (cancel.clone(), *deadline, shared.options.deadline);
    let mut transfer = Transfer::new(shared, assignment);
    let out_of_time = async {
        match deadline {
            Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
            None => std::future::pending().await,
        }
    };
    let ending = tokio::select! {
        biased;
        () = cancel.cancelled() => Some(Ending::Stopped),
        () = out_of_time => Some(Ending::Failed(past_deadline(limit))),
        result = transfer.fetch() => result.err().map(Ending::Failed),
    };
    transfer.wind_up(ending).await
}
