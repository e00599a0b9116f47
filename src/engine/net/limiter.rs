//! The limit on the rate of all bodies together, as each of them feels it: it waits before it reads on, so that the
//! system's own windows fill and the servers send no faster.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::engine::rate::Bucket;

/// What all bodies share.
#[derive(Debug)]
pub(super) struct Limiter {
    bucket: Mutex<Bucket>,
    /// The rate, for those who wait by an old one.
    rate: watch::Sender<Option<u64>>,
}

impl Limiter {
    pub(super) fn new(rate: Option<u64>) -> Self {
        Self { bucket: Mutex::new(Bucket::new(rate, now())), rate: watch::Sender::new(rate) }
    }

    pub(super) fn set_rate(&self, rate: Option<u64>) {
        self.lock().set_rate(rate, now());
        self.rate.send_replace(rate);
    }

    pub(super) fn is_set(&self) -> bool {
        self.rate.borrow().is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// By the clock of the waits.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// The account of one body.
#[derive(Debug)]
pub(super) struct Account {
    limiter: Arc<Limiter>,
    rate: watch::Receiver<Option<u64>>,
    /// What was handed on last is not paid for before this mark is.
    owed: Option<u64>,
    /// Bytes that have come and wait for their turn.
    kept: Bytes,
}

impl Account {
    pub(super) fn new(limiter: &Arc<Limiter>) -> Self {
        Self { limiter: Arc::clone(limiter), rate: limiter.rate.subscribe(), owed: None, kept: Bytes::new() }
    }

    /// Waits until what was handed on is paid for; true where that took a while. May be dropped and called again.
    pub(super) async fn pay(&mut self) -> bool {
        let Some(mark) = self.owed else { return false };
        let mut waited = false;
        loop {
            // Seen before the wait is worked out, so that a change after that ends it.
            self.rate.mark_unchanged();
            let wait = self.limiter.lock().wait(mark, now());
            if wait.is_zero() {
                self.owed = None;
                return waited;
            }
            waited = true;
            tokio::select! {
                () = sleep(wait) => {}
                // The limiter lives as long as this.
                _ = self.rate.changed() => {}
            }
        }
    }

    /// What came before and was kept.
    pub(super) fn kept(&mut self) -> Option<Bytes> {
        (!self.kept.is_empty()).then(|| std::mem::take(&mut self.kept)).map(|bytes| self.take(bytes))
    }

    /// As much of the bytes as may be handed on at once; the rest is kept.
    pub(super) fn take(&mut self, mut bytes: Bytes) -> Bytes {
        if self.rate.borrow().is_none() {
            return bytes;
        }
        let mut bucket = self.limiter.lock();
        let piece = bucket.piece().and_then(|piece| usize::try_from(piece).ok()).unwrap_or(usize::MAX);
        if bytes.len() > piece {
            self.kept = bytes.split_off(piece);
        }
        self.owed = Some(bucket.take(bytes.len() as u64, now()));
        bytes
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// The bytes that each of so many bodies hands on in so many milliseconds of a clock that only the waits move.
    async fn handed_on(limiter: &Arc<Limiter>, bodies: usize, millis: u64) -> Vec<usize> {
        let until = tokio::time::Instant::now() + Duration::from_millis(millis);
        let each = |_| {
            let mut account = Account::new(limiter);
            tokio::spawn(async move {
                let mut sum = 0;
                while tokio::time::timeout_at(until, account.pay()).await.is_ok() {
                    let bytes = account.kept().unwrap_or_else(|| account.take(Bytes::from(vec![0; 100_000])));
                    sum += bytes.len();
                }
                sum
            })
        };
        let mut sums = Vec::new();
        for body in (0..bodies).map(each).collect::<Vec<_>>() {
            sums.push(body.await.expect("no body panics"));
        }
        sums
    }

    #[test]
    fn bodies_share_the_rate_evenly_and_a_new_one_counts_at_once() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime").block_on(async {
            let limiter = Arc::new(Limiter::new(Some(1_000_000)));
            let sums = handed_on(&limiter, 5, 2000).await;
            // Each may have handed on one piece of 10,000 bytes that is not paid for; the burst of 100,000 is the first's.
            assert!((2_000_000..=2_150_000).contains(&sums.iter().sum::<usize>()), "{sums:?}");
            assert!(sums.iter().all(|sum| (400_000..=520_000).contains(sum)), "{sums:?}");
            // Who waits by a slow clock wakes with a quick one.
            limiter.set_rate(Some(1));
            let change = async {
                sleep(Duration::from_secs(1)).await;
                limiter.set_rate(Some(500_000));
            };
            let (sums, ()) = tokio::join!(handed_on(&limiter, 2, 3000), change);
            assert!((900_000..=1_100_000).contains(&sums.iter().sum::<usize>()), "{sums:?}");
        });
    }

    #[test]
    fn without_a_limit_bodies_pass_whole() {
        let mut account = Account::new(&Arc::new(Limiter::new(None)));
        assert_eq!(account.take(Bytes::from(vec![0; 5_000_000])).len(), 5_000_000);
        assert!(account.kept().is_none() && account.owed.is_none());
    }
}
