//! When a request has its connection. Connecting has a clock of its own, and the stall clock must not run meanwhile;
//! reqwest tells nobody, so a layer round its connector counts for the request that waits.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tower_layer::Layer;
use tower_service::Service;

use super::connected;

tokio::task_local! {
    static CURRENT: Clock;
}

/// The stall clock of one request that waits for its answer.
#[derive(Debug, Clone)]
pub(super) struct Clock(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    /// Connections that are being made for the request.
    open: usize,
    /// When the wait for an answer began: with the request, with the connection made for it, or with the last sign of
    /// life of those before it.
    waiting: Instant,
}

impl Clock {
    fn start() -> Self {
        Self(Arc::new(Mutex::new(State { open: 0, waiting: Instant::now() })))
    }

    /// The wait counts from now on.
    pub(super) fn restart(&self) {
        self.lock().waiting = Instant::now();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs a request; `None` where an answer took longer than `stall`, connecting apart. Whoever may start the clock anew
/// is told of it by `show`, whose guard lives as long as the wait.
pub(super) async fn with_stall_clock<G, F: Future>(
    stall: Duration,
    show: impl FnOnce(&Clock) -> G,
    request: F,
) -> Option<F::Output> {
    let clock = Clock::start();
    let _shown = show(&clock);
    let mut request = std::pin::pin!(CURRENT.scope(clock.clone(), request));
    loop {
        let until = clock.lock().waiting + stall;
        if let Ok(output) = timeout_at(until, request.as_mut()).await {
            return Some(output);
        }
        let mut state = clock.lock();
        if state.open > 0 || woke_late(until) {
            state.waiting = Instant::now();
        } else if state.waiting + stall <= Instant::now() {
            return None;
        }
    }
}

/// The layer.
#[derive(Debug, Clone)]
pub(super) struct Counting;

impl<S> Layer<S> for Counting {
    type Service = Counted<S>;

    fn layer(&self, connector: S) -> Counted<S> {
        Counted(connector)
    }
}

/// A connector that counts.
#[derive(Debug, Clone)]
pub(super) struct Counted<S>(S);

impl<S, R> Service<R> for Counted<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
    S::Response: 'static,
    S::Error: 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, address: R) -> Self::Future {
        // A connection that is made for the pool alone belongs to no request.
        let open = CURRENT.try_with(|current| Open::new(current.clone())).ok();
        let connecting = connected::timed(self.0.call(address));
        Box::pin(async move {
            let _open = open;
            connecting.await
        })
    }
}

/// Counts for as long as it lives, however the connecting ends.
struct Open(Clock);

impl Open {
    fn new(clock: Clock) -> Self {
        clock.lock().open += 1;
        Self(clock)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.open -= 1;
        state.waiting = Instant::now();
    }
}

/// True where a clock that ended at `until` is heard so late that this whole process must have stood still, as after
/// Ctrl-Z: what has come meanwhile is unread, and the wait says nothing of the server.
pub(super) fn woke_late(until: Instant) -> bool {
    const LATE: Duration = Duration::from_millis(500);
    until.elapsed() > LATE
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    #[derive(Clone)]
    struct Slow(Duration);

    impl Service<()> for Slow {
        type Response = ();
        type Error = Infallible;
        type Future = Pin<Box<dyn Future<Output = Result<(), Infallible>> + Send>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, (): ()) -> Self::Future {
            let time = self.0;
            Box::pin(async move {
                tokio::time::sleep(time).await;
                Ok(())
            })
        }
    }

    /// Connects for so many seconds, then waits so many for an answer; the clock stands at 10 s.
    async fn answered(connect: u64, answer: u64) -> bool {
        let request = async move {
            let mut connector = Counting.layer(Slow(Duration::from_secs(connect)));
            let _ = connector.call(()).await;
            tokio::time::sleep(Duration::from_secs(answer)).await;
        };
        with_stall_clock(Duration::from_secs(10), |_| (), request).await.is_some()
    }

    #[test]
    fn the_clock_stands_still_while_connecting() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime").block_on(async {
            for (connect, answer, expected) in
                [(0, 9, true), (0, 11, false), (60, 9, true), (9, 9, true), (25, 11, false), (9, 11, false)]
            {
                assert_eq!(answered(connect, answer).await, expected, "{connect} {answer}");
            }
        });
    }
}
