//! The embedded origin of `haul demo` and `haul compare`: a small HTTP/1.1 server on a free loopback port that offers
//! fifteen pictures, drawn by the program itself, with the manners of a real network: a wait before the first byte, a
//! limited rate on each connection. It must not know the downloader: to the engine it is one more host.

mod answer;
mod draw;
mod gallery;
mod http;
mod manners;
mod pace;
mod serve;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use draw::aurora;
pub use manners::Manners;

use std::io;

use url::Url;

use gallery::Gallery;
use serve::Server;

/// A running origin. Dropping it closes its port and its connections.
pub struct Origin {
    urls: Vec<Url>,
    /// Held for its drop.
    _server: Server,
}

impl Origin {
    /// Starts an origin on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When no port or no thread is to be had.
    pub fn start(manners: Manners) -> io::Result<Self> {
        let server = Server::start(manners, Gallery::new(manners.busy_once))?;
        let address = server.address();
        let url = |path| Url::parse(&format!("http://{address}{path}")).map_err(io::Error::other);
        let urls = Gallery::paths().map(url).collect::<io::Result<_>>()?;
        Ok(Self { urls, _server: server })
    }

    /// The addresses of the pictures, in the order of the list.
    #[must_use]
    pub fn urls(&self) -> Vec<Url> {
        self.urls.clone()
    }
}
