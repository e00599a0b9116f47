//! The threads of an origin: one accepts, one a connection reads requests and plays their answers.

use std::io::{self, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use super::answer::{Answer, End, Step};
use super::gate::Gate;
use super::request::Request;
use super::{Script, Shared};

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
        let thread = std::thread::spawn({
            let shared = Arc::clone(shared);
            move || Connection { stream, number, shared }.serve()
        });
        state.threads.push(thread);
    }
}

/// A script, and how many of its answers were given before.
type Turn = (Arc<Script>, usize);

/// Called without the lock: an answer may wait or fail.
fn choose(request: &Request, turn: Option<Turn>) -> Answer {
    match turn {
        Some((script, turn)) => {
            let last = script.0.len().checked_sub(1).expect("a script has answers");
            (script.0[turn.min(last)])(request)
        }
        None => Answer::html(404, "Not Found"),
    }
}

struct Connection {
    stream: TcpStream,
    number: usize,
    shared: Arc<Shared>,
}

impl Connection {
    fn serve(self) {
        // Pieces must leave as they are sent; the option may fail on a client that has gone, which is fine.
        let _ = self.stream.set_nodelay(true);
        let Ok(copy) = self.stream.try_clone() else { return };
        let mut reader = BufReader::new(copy);
        // A client may go at any time: that is its right, and the log shows it.
        while let Ok(Some(request)) = Request::read(&mut reader, self.number) {
            let (request, key, turn) = self.log(request);
            let flight = Flight::enter(&self.shared, key);
            let answer = if request.is_http() { choose(&request, turn) } else { Answer::status(400).close() };
            let method = request.method;
            if !matches!(self.play(answer, &method, flight, &mut reader), Ok(true)) {
                break;
            }
        }
    }

    /// Notes the request and finds the script that it belongs to, with its turn: in one step, so that answers are given
    /// in the order of the log.
    fn log(&self, mut request: Request) -> (Request, String, Option<Turn>) {
        let mut state = self.shared.lock();
        request.at = state.log.len();
        state.log.push(request.clone());
        let exact = state.scripts.contains_key(&request.target);
        let key = if exact { &request.target } else { request.path() };
        let key = key.to_owned();
        let turn = state.scripts.get_mut(&key).map(|(script, given)| {
            *given += 1;
            (Arc::clone(script), *given - 1)
        });
        self.shared.changed.notify_all();
        (request, key, turn)
    }

    /// Sends an answer; true where another request may follow.
    fn play(&self, answer: Answer, method: &str, flight: Flight, reader: &mut impl Read) -> io::Result<bool> {
        let keep = match answer.end {
            End::Natural => answer.is_framed(),
            End::Keep => true,
            End::Close | End::Reset | End::Stall => false,
        };
        let end = answer.end;
        let mut steps = answer.opening();
        if method != "HEAD" {
            steps.extend(answer.body);
        }
        steps.retain(|step| !matches!(step, Step::Send(bytes) if bytes.is_empty()));
        // A stalled answer is in flight until its client goes.
        let mut flight = Some(flight);
        let final_send = steps.iter().rposition(|step| matches!(step, Step::Send(_))).filter(|_| end != End::Stall);
        for (index, step) in steps.into_iter().enumerate() {
            match step {
                Step::Send(bytes) if Some(index) == final_send => {
                    let (most, last) = bytes.split_at(bytes.len() - 1);
                    self.send(most)?;
                    flight.take();
                    self.send(last)?;
                }
                Step::Send(bytes) => self.send(&bytes)?,
                Step::Repeat(bytes) => loop {
                    self.send(&bytes)?;
                },
                Step::Wait(gate) => {
                    if !self.wait(&gate) {
                        return Ok(false);
                    }
                }
            }
        }
        match end {
            _ if keep => return Ok(true),
            End::Stall => drain(reader),
            End::Reset => drop(socket2::SockRef::from(&self.stream).set_linger(Some(Duration::ZERO))),
            End::Natural | End::Keep | End::Close => {
                // Closing with bytes unread would send a reset in place of an end.
                self.stream.shutdown(Shutdown::Write)?;
                drain(reader);
            }
        }
        Ok(false)
    }

    fn send(&self, bytes: &[u8]) -> io::Result<()> {
        (&self.stream).write_all(bytes)
    }

    fn wait(&self, gate: &Gate) -> bool {
        {
            let mut state = self.shared.lock();
            if state.stopping {
                return false;
            }
            state.gates.push(gate.clone());
        }
        gate.wait()
    }
}

/// Reads until the client closes, or the origin ends.
fn drain(reader: &mut impl Read) {
    let _ = io::copy(reader, &mut io::sink());
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.shared.lock().sockets.remove(&self.number);
        self.shared.changed.notify_all();
    }
}

/// One request in flight, for as long as this lives.
struct Flight {
    shared: Arc<Shared>,
    key: String,
}

impl Flight {
    fn enter(shared: &Arc<Shared>, key: String) -> Self {
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
