//! What a connection begins with, before any HTTP: nothing, TLS with a good or a bad certificate, or a handshake that
//! breaks. Then the bytes both ways, in the clear or not.

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, Stream};

use super::frames::Frames;
use crate::support::tls::Certificate;

/// How a connection to an origin behind TLS begins.
#[derive(Clone)]
pub(crate) struct Opening(pub(super) Kind);

type Play = dyn Fn(&mut Frames) -> io::Result<()> + Send + Sync;

#[derive(Clone)]
pub(super) enum Kind {
    Http1(Arc<ServerConfig>),
    Http2(Option<Arc<ServerConfig>>, Option<u32>),
    Either(Arc<ServerConfig>),
    Frames(Arc<ServerConfig>, Arc<Play>),
    Bytes(Vec<u8>),
    Reset,
}

impl Opening {
    /// TLS with this certificate, then HTTP/1.1.
    pub(crate) fn http1(certificate: Certificate) -> Self {
        Self(Kind::Http1(certificate.server(&[b"http/1.1"])))
    }

    /// HTTP/2, with a limit on the streams at once if there is one.
    pub(crate) fn http2(streams: Option<u32>) -> Self {
        Self(Kind::Http2(Some(Certificate::Good.server(&[b"h2"])), streams))
    }

    /// HTTP/2 from the first byte, without TLS; addresses of the origin say `https` all the same.
    pub(crate) fn plain_http2() -> Self {
        Self(Kind::Http2(None, None))
    }

    /// Whichever of the two the client takes, HTTP/2 before HTTP/1.1.
    pub(crate) fn http2_or_1() -> Self {
        Self(Kind::Either(Certificate::Good.server(&[b"h2", b"http/1.1"])))
    }

    /// TLS that agrees on HTTP/2, and then whatever this writes: frames by hand.
    pub(crate) fn frames(play: impl Fn(&mut Frames) -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self(Kind::Frames(Certificate::Good.server(&[b"h2"]), Arc::new(play)))
    }

    /// These bytes in answer to the client's hello, then the end of the connection.
    pub(crate) fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Kind::Bytes(bytes.into()))
    }

    /// A reset in answer to the client's hello.
    pub(crate) fn reset() -> Self {
        Self(Kind::Reset)
    }
}

/// The two directions of a connection. One thread has it: reading and writing take turns.
pub(super) struct Wire {
    stream: TcpStream,
    tls: Option<RefCell<ServerConnection>>,
}

impl Wire {
    pub(super) fn plain(stream: TcpStream) -> Self {
        Self { stream, tls: None }
    }

    pub(super) fn tls(stream: TcpStream, config: Arc<ServerConfig>) -> Self {
        let session = ServerConnection::new(config).expect("a configuration that works");
        Self { stream, tls: Some(RefCell::new(session)) }
    }

    /// No more bytes follow. With `notify`, TLS says so itself (`close_notify`); without, only TCP does.
    pub(super) fn end(&self, notify: bool) -> io::Result<()> {
        if let Some(tls) = self.tls.as_ref().filter(|_| notify) {
            let mut session = tls.borrow_mut();
            session.send_close_notify();
            while session.wants_write() {
                session.write_tls(&mut &self.stream)?;
            }
        }
        self.stream.shutdown(Shutdown::Write)
    }

    /// The end of this connection will be a reset.
    pub(super) fn reset(&self) {
        // On a connection that has broken already, nothing is left to do.
        let _ = socket2::SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
    }

    /// True where the client has closed the connection.
    pub(super) fn is_gone(&self) -> bool {
        super::pace::is_gone(&self.stream)
    }

    /// Reads until the client closes, or the origin ends.
    pub(super) fn drain(&self) {
        let _ = io::copy(&mut &self.stream, &mut io::sink());
    }
}

impl Read for &Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &self.tls {
            Some(tls) => Stream::new(&mut *tls.borrow_mut(), &mut &self.stream).read(buffer),
            None => (&self.stream).read(buffer),
        }
    }
}

impl Write for &Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &self.tls {
            Some(tls) => Stream::new(&mut *tls.borrow_mut(), &mut &self.stream).write(bytes),
            None => (&self.stream).write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &self.tls {
            Some(tls) => Stream::new(&mut *tls.borrow_mut(), &mut &self.stream).flush(),
            None => (&self.stream).flush(),
        }
    }
}
