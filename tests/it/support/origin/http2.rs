//! The same scripts over HTTP/2, through an honest library: a stream an answer, on one runtime a connection. What that
//! library would never send is in [`super::frames`].

use std::future::poll_fn;
use std::io;
use std::net::TcpStream;
use std::panic;
use std::sync::Arc;

use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Reason, SendStream};
use hyper::{Request as Head, Response};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::Shared;
use super::answer::{Answer, End, Step};
use super::gate::Gate;
use super::request::Request;
use super::serve::{Flight, choose};

/// The most that is buffered for a stream. Room for all of it means that everything before is on its way: a reset must
/// not overtake the bytes that it follows.
const PIECE: usize = 16 * 1024;

/// Serves one connection to its end, behind TLS or without.
pub(super) fn serve(
    stream: TcpStream,
    config: Option<Arc<ServerConfig>>,
    streams: Option<u32>,
    number: usize,
    shared: &Arc<Shared>,
) -> io::Result<()> {
    stream.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async {
        let stream = tokio::net::TcpStream::from_std(stream)?;
        match config {
            Some(config) => speak(TlsAcceptor::from(config).accept(stream).await?, streams, number, shared).await,
            None => speak(stream, streams, number, shared).await,
        }
    })
}

async fn speak<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    streams: Option<u32>,
    number: usize,
    shared: &Arc<Shared>,
) -> io::Result<()> {
    let mut builder = h2::server::Builder::new();
    builder.max_send_buffer_size(PIECE);
    if let Some(most) = streams {
        builder.max_concurrent_streams(most);
    }
    let mut connection = builder.handshake(stream).await.map_err(io::Error::other)?;
    let (leave, mut leaving) = unbounded_channel();
    let mut answers = JoinSet::new();
    loop {
        tokio::select! {
            accepted = connection.accept() => match accepted {
                Some(Ok((head, respond))) => {
                    let request = read(&head, number);
                    answers.spawn(answer(Arc::clone(shared), request, respond, leave.clone()));
                }
                Some(Err(_)) | None => break,
            },
            Some(()) = leaving.recv() => connection.graceful_shutdown(),
            Some(ended) = answers.join_next() => pass_on(ended),
        }
    }
    drop(connection);
    while let Some(ended) = answers.join_next().await {
        pass_on(ended);
    }
    Ok(())
}

/// A script that fails fails the test.
fn pass_on(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        panic::resume_unwind(error.into_panic());
    }
}

/// The request as HTTP/1.1 would have written it.
fn read<B>(head: &Head<B>, connection: usize) -> Request {
    let target = head.uri().path_and_query().map_or("/", |target| target.as_str());
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let headers = head.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes())));
    Request { headers: headers.collect(), ..Request::to(target, connection) }
}

async fn answer(shared: Arc<Shared>, request: Request, respond: SendResponse<Bytes>, leave: UnboundedSender<()>) {
    let (request, key, turn) = shared.log(request);
    let flight = Flight::enter(&shared, key);
    let answer = choose(&request, turn);
    // A client may give a stream up at any time: that is its right.
    let _ = play(&shared, answer, respond, flight, &leave).await;
}

async fn play(
    shared: &Arc<Shared>,
    answer: Answer,
    mut respond: SendResponse<Bytes>,
    flight: Flight,
    leave: &UnboundedSender<()>,
) -> Result<(), h2::Error> {
    let (status, fields) = answer.fields();
    for gate in answer.before_head {
        if !wait(shared, gate).await {
            return Ok(());
        }
    }
    let Some(status) = status else {
        match answer.end {
            End::Reset(code) => respond.send_reset(Reason::from(code)),
            _ => drop(poll_fn(|context| respond.poll_reset(context)).await?),
        }
        return Ok(());
    };
    let head = fields
        .iter()
        .fold(Response::builder().status(status), |head, (name, value)| head.header(name.as_str(), value.as_slice()));
    let mut body = respond.send_response(head.body(()).expect("fields that HTTP/2 allows"), false)?;
    for step in answer.body {
        match step {
            Step::Send(bytes) => send(&mut body, &bytes).await?,
            Step::Repeat(bytes) => loop {
                send(&mut body, &bytes).await?;
            },
            Step::GoAway => leave.send(()).expect("the connection outlives its streams"),
            Step::Wait(gate) => {
                if !wait(shared, gate).await {
                    return Ok(());
                }
            }
        }
    }
    room(&mut body).await?;
    match answer.end {
        End::Stall => drop(poll_fn(|context| body.poll_reset(context)).await?),
        End::Reset(code) => body.send_reset(Reason::from(code)),
        End::Natural | End::Keep | End::Close | End::CloseSilently => {
            drop(flight);
            body.send_data(Bytes::new(), true)?;
        }
    }
    Ok(())
}

/// In frames of the sizes that the script has; an empty one is an empty frame.
async fn send(body: &mut SendStream<Bytes>, bytes: &[u8]) -> Result<(), h2::Error> {
    let mut pieces = bytes.chunks(PIECE);
    let first = pieces.next().unwrap_or_default();
    for piece in std::iter::once(first).chain(pieces) {
        room(body).await?;
        body.send_data(Bytes::copy_from_slice(piece), false)?;
    }
    Ok(())
}

async fn room(body: &mut SendStream<Bytes>) -> Result<(), h2::Error> {
    body.reserve_capacity(PIECE);
    while body.capacity() < PIECE {
        // Nothing: the stream is closed.
        poll_fn(|context| body.poll_capacity(context)).await.transpose()?.ok_or(Reason::STREAM_CLOSED)?;
    }
    Ok(())
}

/// Waits at the gate; false if the origin ended first.
async fn wait(shared: &Arc<Shared>, gate: Gate) -> bool {
    let shared = Arc::clone(shared);
    tokio::task::spawn_blocking(move || shared.wait_at(&gate)).await.unwrap_or(false)
}
