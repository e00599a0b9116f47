//! Host names and their addresses. An answer is shared by all connections that want it at the same time and kept for a
//! minute, so that a list with thousands of addresses at one host does not ask for each.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;
use tokio::time::Instant;

use super::connected;

/// How long an answer is good for. The system does not say; a minute is what browsers take.
const KEPT: Duration = Duration::from_secs(60);

/// With more names than this the old ones go.
const MOST: usize = 1024;

/// The addresses, or why there are none.
type Found = Arc<OnceCell<Result<Vec<SocketAddr>, String>>>;

/// See the head of this file.
#[derive(Debug, Clone, Default)]
pub(super) struct Names(Arc<Mutex<HashMap<String, (Instant, Found)>>>);

impl Names {
    /// No connection came of the answer.
    pub(super) fn forget(&self, name: &str) {
        self.lock().remove(name);
    }

    /// The look-up of this name: one that is under way, or an answer that is fresh enough, or a new one.
    fn found(&self, name: &str) -> Found {
        let (mut names, now) = (self.lock(), Instant::now());
        let fresh = |(since, _): &(Instant, Found)| *since + KEPT > now;
        if let Some((_, found)) = names.get(name).filter(|entry| fresh(entry)) {
            return Arc::clone(found);
        }
        if names.len() >= MOST {
            names.retain(|_, entry| fresh(entry));
        }
        if names.len() >= MOST {
            names.clear();
        }
        let found = Found::default();
        names.insert(name.to_owned(), (now, Arc::clone(&found)));
        found
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, (Instant, Found)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The addresses of this name, by this way of finding out.
    pub(super) async fn look_up<F>(&self, name: &str, ask: impl FnOnce(String) -> F) -> Result<Vec<SocketAddr>, String>
    where
        F: Future<Output = Result<Vec<SocketAddr>, String>>,
    {
        let found = self.found(name);
        let _clock = (!found.initialized()).then(connected::looks_up);
        let answer = found.get_or_init(|| ask(name.to_owned())).await.clone();
        // Those who waited share the bad news; the next one asks anew.
        if answer.is_err() {
            let mut names = self.lock();
            if names.get(name).is_some_and(|(_, kept)| Arc::ptr_eq(kept, &found)) {
                names.remove(name);
            }
        }
        answer
    }
}

/// Asks the system.
async fn ask(name: String) -> Result<Vec<SocketAddr>, String> {
    let asked = spawn_blocking(move || (name, 0).to_socket_addrs().map(Vec::from_iter)).await;
    asked.map_err(io::Error::other).flatten().map_err(|error| error.to_string())
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let names = self.clone();
        Box::pin(async move {
            let found = names.look_up(name.as_str(), ask).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn answers_are_shared_and_kept_and_forgotten() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime").block_on(async {
            let (names, asked) = (Names::default(), Cell::new(0));
            let here = || vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))];
            let look_up = |name: &'static str, good: bool| {
                let (names, asked, here) = (&names, &asked, here());
                async move {
                    let ask = |_| async {
                        asked.set(asked.get() + 1);
                        tokio::time::sleep(Duration::from_secs(1)).await;
                        if good { Ok(here) } else { Err("no such name".to_owned()) }
                    };
                    names.look_up(name, ask).await.is_ok()
                }
            };
            assert_eq!(tokio::join!(look_up("a", true), look_up("a", true), look_up("b", true)), (true, true, true));
            assert_eq!(asked.get(), 2, "those who ask at once share an answer");
            tokio::time::advance(Duration::from_secs(58)).await;
            assert!(look_up("a", true).await && asked.get() == 2, "it is kept for a while");
            tokio::time::advance(Duration::from_secs(2)).await;
            assert!(look_up("a", true).await && asked.get() == 3, "and not for ever");
            names.forget("a");
            assert!(look_up("a", true).await && asked.get() == 4, "nor where it was of no use");
            assert_eq!(tokio::join!(look_up("c", false), look_up("c", false)), (false, false));
            assert_eq!(asked.get(), 5, "bad news is shared");
            assert!(look_up("c", true).await && asked.get() == 6, "and not kept");
        });
    }

    #[test]
    fn names_do_not_pile_up() {
        let names = Names::default();
        for name in 0..=MOST {
            names.found(&name.to_string());
        }
        assert!(names.lock().len() <= MOST);
    }
}
