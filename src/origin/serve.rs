//! Connections: accepting them, reading requests, and sending answers at the pace of a real network. It must not know
//! what the pictures show.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::answer::{Answer, Refusal};
use super::gallery::Gallery;
use super::http::{self, Method, Request};
use super::manners::Manners;
use super::pace::Pace;

const MAX_HEAD: usize = 16 * 1024;
const MAX_CONNECTIONS: usize = 256;
/// How long a connection may wait for its next request, or a client leave our bytes unread.
const IDLE: Duration = Duration::from_secs(30);
/// How long a request may take from its first byte to the end of its head.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// How long a refused client may take to read why.
const LINGER: Duration = Duration::from_secs(1);

/// A running server; dropping it ends it.
pub(super) struct Server {
    shared: Arc<Shared>,
    address: SocketAddr,
    acceptor: Option<JoinHandle<()>>,
}

struct Shared {
    manners: Manners,
    gallery: Gallery,
    state: Mutex<State>,
    /// A connection ended, or the server did.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    stopped: bool,
    next: u64,
    /// The open connections, so that stopping can cut them.
    open: HashMap<u64, TcpStream>,
}

impl Server {
    pub(super) fn start(manners: Manners, gallery: Gallery) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { manners, gallery, state: Mutex::default(), changed: Condvar::new() });
        let acceptor = thread::Builder::new().name("origin".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || accept(&listener, &shared)
        })?;
        Ok(Self { shared, address, acceptor: Some(acceptor) })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.stopped = true;
        for stream in state.open.values() {
            // A connection that is gone already is as good as cut.
            let _ = stream.shutdown(Shutdown::Both);
        }
        drop(state);
        self.shared.changed.notify_all();
        // `accept` has no time-out: a last connection wakes it. If none can be made, its thread is left to the process.
        let woken = TcpStream::connect_timeout(&self.address, LINGER).is_ok();
        if let Some(acceptor) = self.acceptor.take().filter(|_| woken) {
            let _ = acceptor.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for `until` or the end of the server; false at the end.
    fn sleep(&self, until: Instant) -> bool {
        let mut state = self.lock();
        while !state.stopped {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        false
    }
}

/// Takes connections until the server ends. Above the limit they wait in the kernel's queue, as at a busy server.
fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    loop {
        let mut state = shared.lock();
        while state.open.len() >= MAX_CONNECTIONS && !state.stopped {
            state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        let accepted = listener.accept().and_then(|(stream, _)| Ok((stream.try_clone()?, stream)));
        let mut state = shared.lock();
        if state.stopped {
            return;
        }
        let Ok((handle, stream)) = accepted else {
            drop(state);
            // Out of descriptors, most likely: some time must pass before it can go better.
            shared.sleep(Instant::now() + Duration::from_millis(50));
            continue;
        };
        let id = state.next;
        state.next += 1;
        state.open.insert(id, handle);
        drop(state);
        let open = Open { id, shared: Arc::clone(shared) };
        // Without a thread the connection closes, and its place is free again.
        let _ = thread::Builder::new().name("origin connection".to_owned()).spawn(move || serve(stream, &open));
    }
}

/// The place of a connection among the open ones; given back even when its thread panics.
struct Open {
    id: u64,
    shared: Arc<Shared>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.shared.lock().open.remove(&self.id);
        self.shared.changed.notify_all();
    }
}

/// Serves one connection. Its errors are the client's business: there is nobody here to tell.
fn serve(stream: TcpStream, open: &Open) {
    let mut connection = Connection { stream, unread: Vec::new() };
    while let Ok(true) = connection.exchange(&open.shared) {}
}

struct Connection {
    stream: TcpStream,
    /// What came after the last head.
    unread: Vec<u8>,
}

/// What arrived where a request was due.
enum Arrival {
    Request(Request),
    Refused(Refusal),
    End,
}

impl Connection {
    /// One request and its answer; true if the connection goes on.
    fn exchange(&mut self, shared: &Shared) -> io::Result<bool> {
        let request = match self.receive()? {
            Arrival::Request(request) => request,
            Arrival::Refused(refusal) => {
                let first_byte = Instant::now() + shared.manners.first_byte;
                let answer = Answer::refusal(refusal, Method::Get, true, now());
                self.send(shared, first_byte, &answer)?;
                return self.linger();
            }
            Arrival::End => return Ok(false),
        };
        // Drawing happens within the time to the first byte.
        let first_byte = Instant::now() + shared.manners.first_byte;
        let refuse = |refusal| Answer::refusal(refusal, request.method, request.close, now());
        let answer = match Gallery::find(&request.path) {
            _ if request.method == Method::Other => refuse(Refusal::BadMethod),
            None => refuse(Refusal::NotFound),
            Some(index) if shared.gallery.is_busy(index) => refuse(Refusal::Busy),
            Some(index) => match shared.gallery.photo(index) {
                Some(photo) => Answer::photo(&request, &photo, now()),
                None => refuse(Refusal::Internal),
            },
        };
        self.send(shared, first_byte, &answer)?;
        if request.close { self.linger() } else { Ok(true) }
    }

    /// Reads up to the end of the next head.
    fn receive(&mut self) -> io::Result<Arrival> {
        self.stream.set_read_timeout(Some(IDLE))?;
        let mut deadline = None;
        loop {
            if let Some(end) = http::head_end(&self.unread).filter(|end| *end <= MAX_HEAD) {
                let request = http::parse(&self.unread[..end]);
                self.unread.drain(..end);
                return Ok(request.map_or(Arrival::Refused(Refusal::BadRequest), Arrival::Request));
            }
            if self.unread.len() > MAX_HEAD {
                return Ok(Arrival::Refused(Refusal::HeadTooLarge));
            }
            if !self.unread.is_empty() {
                let deadline = *deadline.get_or_insert_with(|| Instant::now() + HEAD_TIME);
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Ok(Arrival::End);
                }
                self.stream.set_read_timeout(Some(left))?;
            }
            let mut buffer = [0; 4096];
            match self.stream.read(&mut buffer)? {
                0 => return Ok(Arrival::End),
                n => self.unread.extend_from_slice(&buffer[..n]),
            }
        }
    }

    /// Sends an answer: nothing before its time, then at the pace of the line.
    fn send(&mut self, shared: &Shared, first_byte: Instant, answer: &Answer) -> io::Result<()> {
        let stopped = || io::Error::from(io::ErrorKind::ConnectionAborted);
        self.stream.set_nodelay(true)?;
        self.stream.set_write_timeout(Some(IDLE))?;
        if !shared.sleep(first_byte) {
            return Err(stopped());
        }
        self.stream.write_all(answer.head.as_bytes())?;
        let pace = Pace::new(shared.manners.bytes_per_second);
        let start = Instant::now();
        let mut sent = 0;
        for slice in answer.body.chunks(pace.slice()) {
            sent += slice.len();
            if !shared.sleep(start + pace.due(sent)) {
                return Err(stopped());
            }
            self.stream.write_all(slice)?;
        }
        Ok(())
    }

    /// Ends the connection so that the client can still read the answer: closing over unread bytes would reset it.
    fn linger(&mut self) -> io::Result<bool> {
        self.stream.shutdown(Shutdown::Write)?;
        let deadline = Instant::now() + LINGER;
        let mut buffer = [0; 4096];
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(false);
            }
            self.stream.set_read_timeout(Some(left))?;
            if self.stream.read(&mut buffer)? == 0 {
                return Ok(false);
            }
        }
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
