//! The threads of an origin: one accepts, one a connection reads requests and plays their answers.

use std::io::{self, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;

use super::answer::{Answer, End, Step};
use super::frames::Frames;
use super::gate::Gate;
use super::pace::{self, Pace};
use super::request::Request;
use super::wire::{Kind, Opening, Wire};
use super::{Script, Shared, http2};

/// Takes connections until the origin ends.
pub(super) fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.lock().stopping {
            return;
        }
        let stream = stream.expect("the loopback takes connections");
        let wake = stream.try_clone().expect("there are file descriptors left");
        let mut state = shared.lock();
        let number = state.connections;
        state.connections += 1;
        state.sockets.insert(number, wake);
        state.most_open = state.most_open.max(state.sockets.len());
        let thread = std::thread::spawn({
            let shared = Arc::clone(shared);
            move || {
                let _open = Open { number, shared: Arc::clone(&shared) };
                // A client may go at any time: that is its right, and the log shows it.
                let _ = serve(stream, number, &shared);
            }
        });
        state.threads.push(thread);
    }
}

/// One open connection, for as long as this lives.
struct Open {
    number: usize,
    shared: Arc<Shared>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.shared.lock().sockets.remove(&self.number);
        self.shared.changed.notify_all();
    }
}

fn serve(stream: TcpStream, number: usize, shared: &Arc<Shared>) -> io::Result<()> {
    // Pieces must leave as they are sent.
    stream.set_nodelay(true)?;
    let connection = |wire| Connection { wire, number, shared: Arc::clone(shared) };
    let Some(Opening(kind)) = shared.opening(number) else { return connection(Wire::plain(stream)).serve() };
    match kind {
        Kind::Http1(config) => connection(Wire::tls(stream, config)).serve(),
        Kind::Http2(config, streams) => http2::serve(stream, config, streams, number, shared),
        Kind::Either(config) => {
            // What the client offers stands in its hello, which loopback carries whole.
            let mut hello = [0; 4096];
            let length = stream.peek(&mut hello)?;
            if hello[..length].windows(3).any(|name| name == b"\x02h2") {
                http2::serve(stream, Some(config), None, number, shared)
            } else {
                connection(Wire::tls(stream, config)).serve()
            }
        }
        Kind::Frames(config, play) => {
            let mut frames = Frames::open(Wire::tls(stream, config), Arc::clone(shared), number)?;
            play(&mut frames)
        }
        Kind::Bytes(bytes) => {
            hello(&stream)?;
            (&stream).write_all(&bytes)?;
            stream.shutdown(Shutdown::Write)?;
            io::copy(&mut &stream, &mut io::sink()).map(drop)
        }
        Kind::Reset => {
            hello(&stream)?;
            Wire::plain(stream).reset();
            Ok(())
        }
    }
}

/// Waits for the first bytes of the client.
fn hello(stream: &TcpStream) -> io::Result<()> {
    (&*stream).read_exact(&mut [0; 5])
}

/// A script, and how many of its answers were given before.
pub(super) type Turn = (Arc<Script>, usize);

/// Called without the lock: an answer may wait or fail.
pub(super) fn choose(request: &Request, turn: Option<Turn>) -> Answer {
    match turn {
        Some((script, turn)) => {
            let last = script.0.len().checked_sub(1).expect("a script has answers");
            (script.0[turn.min(last)])(request)
        }
        None => Answer::html(404, "Not Found"),
    }
}

impl Shared {
    /// What this connection begins with; nothing where there is no TLS.
    fn opening(&self, number: usize) -> Option<Opening> {
        let last = self.openings.len().checked_sub(1)?;
        Some(self.openings[number.min(last)].clone())
    }

    /// Notes the request and finds the script that it belongs to, with its turn: in one step, so that answers are given
    /// in the order of the log.
    pub(super) fn log(&self, mut request: Request) -> (Request, String, Option<Turn>) {
        let mut state = self.lock();
        request.at = state.log.len();
        state.log.push(request.clone());
        let exact = state.scripts.contains_key(&request.target);
        let key = if exact { &request.target } else { request.path() };
        let key = key.to_owned();
        let turn = state.scripts.get_mut(&key).map(|(script, given)| {
            *given += 1;
            (Arc::clone(script), *given - 1)
        });
        self.changed.notify_all();
        (request, key, turn)
    }

    /// Waits at the gate; false if the origin ended first.
    pub(super) fn wait_at(&self, gate: &Gate) -> bool {
        {
            let mut state = self.lock();
            if state.stopping {
                return false;
            }
            state.gates.push(gate.clone());
        }
        gate.wait()
    }
}

struct Connection {
    wire: Wire,
    number: usize,
    shared: Arc<Shared>,
}

impl Connection {
    fn serve(self) -> io::Result<()> {
        let mut reader = BufReader::new(&self.wire);
        while let Some(request) = Request::read(&mut reader, self.number)? {
            let (request, key, turn) = self.shared.log(request);
            let flight = Flight::enter(&self.shared, key);
            let answer = if request.is_http() { choose(&request, turn) } else { Answer::status(400).close() };
            if !self.play(answer, &request.method, flight)? {
                break;
            }
        }
        Ok(())
    }

    /// Sends an answer; true where another request may follow.
    fn play(&self, answer: Answer, method: &str, flight: Flight) -> io::Result<bool> {
        let keep = match answer.end {
            End::Natural => answer.is_framed(),
            End::Keep => true,
            End::Close | End::CloseSilently | End::Reset(_) | End::Stall => false,
        };
        let (end, pace) = (answer.end, answer.pace.clone());
        let mut steps = answer.opening();
        let opening = steps.len();
        if method != "HEAD" {
            steps.extend(answer.body);
        }
        steps.retain(|step| !matches!(step, Step::Send(bytes) if bytes.is_empty()));
        let line = |index: usize| pace.as_ref().filter(|_| index >= opening);
        // A stalled answer is in flight until its client goes.
        let mut flight = Some(flight);
        let final_send = steps.iter().rposition(|step| matches!(step, Step::Send(_))).filter(|_| end != End::Stall);
        for (index, step) in steps.into_iter().enumerate() {
            match step {
                Step::Send(bytes) if Some(index) == final_send => {
                    let (most, last) = bytes.split_at(bytes.len() - 1);
                    self.send_over(line(index), most)?;
                    flight.take();
                    self.send_over(line(index), last)?;
                }
                Step::Send(bytes) => self.send_over(line(index), &bytes)?,
                Step::Repeat(bytes) => loop {
                    self.send(&bytes)?;
                },
                // Only HTTP/2 can announce the end of a connection.
                Step::GoAway => {}
                Step::Wait(gate) => {
                    if !self.shared.wait_at(&gate) {
                        return Ok(false);
                    }
                }
            }
        }
        match end {
            _ if keep => return Ok(true),
            End::Stall => self.wire.drain(),
            End::Reset(_) => self.wire.reset(),
            End::Natural | End::Keep | End::Close | End::CloseSilently => {
                // Closing with bytes unread would send a reset in place of an end.
                self.wire.end(end != End::CloseSilently)?;
                self.wire.drain();
            }
        }
        Ok(false)
    }

    fn send_over(&self, pace: Option<&Pace>, bytes: &[u8]) -> io::Result<()> {
        let Some(pace) = pace else { return self.send(bytes) };
        for piece in bytes.chunks(pace::PIECE) {
            pace.take_turn(piece.len());
            if self.wire.is_gone() {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            self.send(piece)?;
            pace.note(piece.len());
        }
        Ok(())
    }

    fn send(&self, bytes: &[u8]) -> io::Result<()> {
        (&self.wire).write_all(bytes)
    }
}

/// One request in flight, for as long as this lives.
pub(super) struct Flight {
    shared: Arc<Shared>,
    key: String,
}

impl Flight {
    pub(super) fn enter(shared: &Arc<Shared>, key: String) -> Self {
        let mut state = shared.lock();
        state.traffic.enter();
        state.traffic_by_path.entry(key.clone()).or_default().enter();
        Self { shared: Arc::clone(shared), key }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.traffic.in_flight -= 1;
        if let Some(traffic) = state.traffic_by_path.get_mut(&self.key) {
            traffic.in_flight -= 1;
        }
        drop(state);
        self.shared.changed.notify_all();
    }
}
