//! How long connections take to make, and their names to be found. reqwest tells nobody, so the layer round its connector
//! looks at the clock, for the host that the request is meant for.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use url::{Origin, Url};

use crate::engine::event::ConnectTimes;

tokio::task_local! {
    /// Whom a request is meant for.
    static HOST: (Connected, Origin);
    /// How long the name of the connection that is being made took to be found.
    static NAMED: Arc<Mutex<Option<Duration>>>;
}

/// Where more hosts are known than this, all are forgotten: it is told of a host as long as it is known, and no longer.
const MOST_KNOWN: usize = 4096;

/// The last connection to each host.
#[derive(Debug, Clone, Default)]
pub(super) struct Connected(Arc<Mutex<HashMap<Origin, ConnectTimes>>>);

impl Connected {
    /// A request to this address; connections that are made for it count for its host.
    pub(super) fn watch<F: Future>(&self, url: &Url, request: F) -> impl Future<Output = F::Output> + use<F> {
        HOST.scope((self.clone(), url.origin()), request)
    }

    /// The last connection to this host.
    pub(super) fn last(&self, url: &Url) -> Option<ConnectTimes> {
        lock(&self.0).get(&url.origin()).copied()
    }

    fn note(&self, host: Origin, times: ConnectTimes) {
        let mut known = lock(&self.0);
        if known.len() >= MOST_KNOWN && !known.contains_key(&host) {
            known.clear();
        }
        known.insert(host, times);
    }
}

/// Makes a connection with an eye on the clock. Whom it is for is known from where this is called, though the connection
/// may be made elsewhere: a request that gets another one meanwhile leaves it to the pool.
pub(super) fn timed<T, E>(connecting: impl Future<Output = Result<T, E>>) -> impl Future<Output = Result<T, E>> {
    let host = HOST.try_with(Clone::clone).ok();
    async move {
        let (named, began) = (Arc::default(), Instant::now());
        let made = NAMED.scope(Arc::clone(&named), connecting).await;
        if let (Some((connected, host)), Ok(_)) = (host, &made) {
            let dns = *lock(&named);
            let connect = began.elapsed().saturating_sub(dns.unwrap_or_default());
            connected.note(host, ConnectTimes { dns, connect });
        }
        made
    }
}

/// A name is being asked for, until this is dropped.
pub(super) fn looks_up() -> LookUp {
    LookUp(Instant::now())
}

/// See [`looks_up`].
pub(super) struct LookUp(Instant);

impl Drop for LookUp {
    fn drop(&mut self) {
        // Nobody looks at the clock where no connection is made.
        let _ = NAMED.try_with(|named| *lock(named) = Some(self.0.elapsed()));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes a connection for a request to this address; its name takes so many seconds, the rest so many.
    async fn connect(connected: &Connected, url: &Url, name: Option<u64>, rest: u64, good: bool) {
        let wait = move |seconds| tokio::time::sleep(Duration::from_secs(seconds));
        let request = async {
            let made = timed(async move {
                if let Some(seconds) = name {
                    let _clock = looks_up();
                    wait(seconds).await;
                }
                wait(rest).await;
                if good { Ok(()) } else { Err(()) }
            });
            // As the pool does it.
            let _ = tokio::spawn(made).await;
            wait(100).await;
        };
        connected.watch(url, request).await;
    }

    #[test]
    fn the_last_connection_of_each_host_is_known() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime").block_on(async {
            let url = |text: &str| Url::parse(text).expect("a valid address");
            let (connected, here, there) = (Connected::default(), url("https://a/x"), url("https://b/"));
            let times = |dns: Option<u64>, connect| {
                let (dns, connect) = (dns.map(Duration::from_secs), Duration::from_secs(connect));
                Some(ConnectTimes { dns, connect })
            };
            connect(&connected, &here, Some(2), 3, true).await;
            assert_eq!((connected.last(&url("https://a/y")), connected.last(&there)), (times(Some(2), 3), None));
            connect(&connected, &here, None, 5, true).await;
            connect(&connected, &there, Some(1), 1, false).await;
            assert_eq!((connected.last(&here), connected.last(&there)), (times(None, 5), None));
            for host in 0..MOST_KNOWN {
                connected.note(url(&format!("https://h{host}/")).origin(), times(None, 1).expect("some"));
            }
            assert_eq!((connected.last(&here), connected.0.lock().map(|known| known.len()).ok()), (None, Some(1)));
        });
    }
}
