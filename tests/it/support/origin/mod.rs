//! A fault origin: raw-socket HTTP/1.1 on threads of its own, on a free port of 127.0.0.1, with a script per path; on
//! demand behind TLS, and over HTTP/2. Every request is kept verbatim, and what breaks is broken at a byte that the test chose. It must not know who
//! asks.

mod answer;
pub(crate) mod frames;
mod gate;
mod http2;
mod pace;
mod request;
mod resource;
mod serve;
#[cfg(test)]
mod tests;
mod wire;

pub(crate) use answer::Answer;
pub(crate) use gate::Gate;
pub(crate) use pace::Pace;
pub(crate) use request::Request;
pub(crate) use resource::Resource;
pub(crate) use wire::Opening;

use std::collections::HashMap;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::{HUNG, fail};

type Answering = Box<dyn Fn(&Request) -> Answer + Send + Sync>;

/// The answers of one path: the first request gets the first, and so on; the last repeats.
#[derive(Default)]
pub(crate) struct Script(Vec<Answering>);

impl Script {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A good server with this file.
    pub(crate) fn body(bytes: impl Into<Vec<u8>>) -> Self {
        Resource::new(bytes).script()
    }

    /// The next answer.
    pub(crate) fn answer(mut self, answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        self.0.push(Box::new(answer));
        self
    }

    /// As [`Self::answer`], for answers that do not look at the request.
    pub(crate) fn then(self, answer: impl Fn() -> Answer + Send + Sync + 'static) -> Self {
        self.answer(move |_| answer())
    }
}

#[derive(Default)]
struct Traffic {
    in_flight: usize,
    peak: usize,
}

impl Traffic {
    fn enter(&mut self) {
        self.in_flight += 1;
        self.peak = self.peak.max(self.in_flight);
    }
}

#[derive(Default)]
struct State {
    /// Each with how many of its answers were given.
    scripts: HashMap<String, (Arc<Script>, usize)>,
    log: Vec<Request>,
    traffic: Traffic,
    traffic_by_path: HashMap<String, Traffic>,
    connections: usize,
    most_open: usize,
    /// Clones of the open connections, for waking their threads at the end.
    sockets: HashMap<usize, TcpStream>,
    threads: Vec<JoinHandle<()>>,
    gates: Vec<Gate>,
    stopping: bool,
}

/// What the threads of an origin share.
#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    /// The first connection gets the first, and so on; the last repeats. None at all: no TLS.
    openings: Vec<Opening>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves until it is dropped. Dropping asserts that none of its threads panicked.
pub(crate) struct Origin {
    shared: Arc<Shared>,
    address: SocketAddr,
    acceptor: Option<JoinHandle<()>>,
}

impl Origin {
    pub(crate) fn start() -> Self {
        Self::open(Vec::new(), Ipv4Addr::LOCALHOST)
    }

    /// At every address of the loopback, 127.0.0.1 to 127.255.255.254: as many hosts as a test wants.
    #[cfg(target_os = "linux")]
    pub(crate) fn everywhere() -> Self {
        Self::open(Vec::new(), Ipv4Addr::UNSPECIFIED)
    }

    /// Behind TLS: the first connection begins as the first of these says, and so on; the last repeats.
    pub(crate) fn secure(openings: impl Into<Vec<Opening>>) -> Self {
        Self::open(openings.into(), Ipv4Addr::LOCALHOST)
    }

    fn open(openings: Vec<Opening>, at: Ipv4Addr) -> Self {
        let listener = TcpListener::bind((at, 0)).expect("the loopback has free ports");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let address = (Ipv4Addr::LOCALHOST, port).into();
        let shared = Arc::new(Shared { openings, ..Shared::default() });
        let acceptor = std::thread::spawn({
            let shared = Arc::clone(&shared);
            move || serve::accept(&listener, &shared)
        });
        Self { shared, address, acceptor: Some(acceptor) }
    }

    /// What `path` answers from now on. A path may have a query; one without a query answers for all queries that
    /// have no script of their own. Other paths are 404.
    pub(crate) fn script(&self, path: &str, script: Script) {
        self.shared.lock().scripts.insert(path.to_owned(), (Arc::new(script), 0));
    }

    pub(crate) fn url(&self, path: &str) -> String {
        let scheme = if self.shared.openings.is_empty() { "http" } else { "https" };
        format!("{scheme}://{}{path}", self.address)
    }

    /// Host and port.
    pub(crate) fn authority(&self) -> String {
        self.address.to_string()
    }

    /// The requests to this path so far, with any query if the path has none.
    pub(crate) fn requests(&self, path: &str) -> Vec<Request> {
        self.shared.lock().log.iter().filter(|request| is_to(request, path)).cloned().collect()
    }

    /// All requests so far.
    pub(crate) fn all_requests(&self) -> Vec<Request> {
        self.shared.lock().log.clone()
    }

    /// How many connections were taken so far.
    pub(crate) fn connections(&self) -> usize {
        self.shared.lock().connections
    }

    /// The most connections that were open at once.
    pub(crate) fn most_open(&self) -> usize {
        self.shared.lock().most_open
    }

    /// The most requests to this script's path that were in flight at once. A request is in flight from its head to
    /// the last byte of its answer, that byte not included: so the origin never counts more than the client had.
    pub(crate) fn peak(&self, path: &str) -> usize {
        self.shared.lock().traffic_by_path.get(path).map_or(0, |traffic| traffic.peak)
    }

    /// The most requests that were in flight at once.
    pub(crate) fn peak_all(&self) -> usize {
        self.shared.lock().traffic.peak
    }

    /// Holds the test until this path has been asked for `count` times.
    #[track_caller]
    pub(crate) fn wait_requests(&self, path: &str, count: usize) {
        let asked = |state: &State| state.log.iter().filter(|request| is_to(request, path)).count();
        self.wait(|state| asked(state) >= count, &format!("{count} requests to {path}"));
    }

    /// Holds the test until no request is in flight and no connection is open: the client has let go of everything.
    #[track_caller]
    pub(crate) fn wait_idle(&self) {
        self.wait(|state| state.traffic.in_flight == 0 && state.sockets.is_empty(), "every connection closed");
    }

    #[track_caller]
    fn wait(&self, reached: impl Fn(&State) -> bool, what: &str) {
        let (state, limit) = self
            .shared
            .changed
            .wait_timeout_while(self.shared.lock(), HUNG, |state| !reached(state))
            .unwrap_or_else(PoisonError::into_inner);
        let seen: Vec<_> = state.log.iter().map(|request| request.line.clone()).collect();
        let (in_flight, open) = (state.traffic.in_flight, state.sockets.len());
        drop(state);
        if limit.timed_out() {
            fail(&format!("waited {HUNG:?} for: {what}; {in_flight} in flight, {open} connections; seen: {seen:#?}"));
        }
    }
}

fn is_to(request: &Request, path: &str) -> bool {
    request.target == path || request.path() == path
}

impl Drop for Origin {
    fn drop(&mut self) {
        {
            let mut state = self.shared.lock();
            state.stopping = true;
            state.gates.iter().for_each(Gate::abandon);
            for socket in state.sockets.values() {
                // A client that has gone already is no failure.
                let _ = socket.shutdown(Shutdown::Both);
            }
        }
        // Wakes the acceptor, which then sees that it is over.
        let _ = TcpStream::connect(self.address);
        let mut failures: Vec<_> = self.acceptor.take().map(join).into_iter().flatten().collect();
        let threads = std::mem::take(&mut self.shared.lock().threads);
        failures.extend(threads.into_iter().filter_map(join));
        if !std::thread::panicking() {
            assert!(failures.is_empty(), "threads of the origin panicked: {failures:#?}");
        }
    }
}

fn join(thread: JoinHandle<()>) -> Option<String> {
    let reason = thread.join().err()?;
    let text = reason.downcast_ref::<String>().cloned();
    let text = text.or_else(|| reason.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    Some(text.unwrap_or_else(|| "no reason given".to_owned()))
}

/// A port that refuses connections for as long as this lives: taken, but nobody listens.
pub(crate) struct RefusedPort(socket2::Socket);

impl RefusedPort {
    pub(crate) fn new() -> Self {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        socket.bind(&any.into()).expect("the loopback has free ports");
        Self(socket)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        let address = self.0.local_addr().ok().and_then(|address| address.as_socket());
        format!("http://{}{path}", address.expect("a bound socket has an address"))
    }
}

/// A port that never answers for as long as this lives: its queue is full, and the system drops what else knocks.
pub(crate) struct BlackHole {
    listener: socket2::Socket,
    _waiting: Vec<socket2::Socket>,
}

impl BlackHole {
    pub(crate) fn new() -> Self {
        let socket = || socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
        let listener = socket();
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        listener.bind(&any.into()).expect("the loopback has free ports");
        // Not 0, which some systems take for as many as they can.
        listener.listen(1).expect("a bound socket can listen");
        let address = listener.local_addr().expect("a bound socket has an address");
        // More than any system queues for a backlog of one.
        let knock = |_| {
            let knocking = socket();
            knocking.set_nonblocking(true).expect("sockets can be told not to wait");
            // Under way, or dropped already: both fill the queue.
            let _ = knocking.connect(&address);
            knocking
        };
        let waiting = (0..16).map(knock).collect();
        Self { listener, _waiting: waiting }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        let address = self.listener.local_addr().ok().and_then(|address| address.as_socket());
        format!("http://{}{path}", address.expect("a bound socket has an address"))
    }
}
