//! How an engine works: limits, clocks and what it says to servers. A leaf: every layer may name these.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

/// A text that must never reach disk, log or screen. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// Which proxy requests go through.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Proxy {
    /// The one that the environment or the system names (`HTTPS_PROXY`, `NO_PROXY` and so on).
    #[default]
    System,
    /// None at all, whatever the environment says.
    None,
    /// This one, for every request.
    Url(SecretUrl),
}

/// An address that may carry a password.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretUrl(pub Url);

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::display::address(&self.0))
    }
}

/// Everything that an engine is told once, at its start.
#[derive(Debug, Clone)]
pub struct Options {
    /// Transfers at once, over all hosts; at least 1.
    pub jobs: usize,
    /// Requests at once to one host; at least 1.
    pub per_host: usize,
    /// Attempts after the first, for transient errors.
    pub retries: u32,
    /// The longest wait for a connection, with DNS and TLS.
    pub connect_timeout: Duration,
    /// The longest wait for a head or for more of a body.
    pub stall_timeout: Duration,
    /// The longest a job may take from its first attempt on, its waits included and paused time apart.
    pub deadline: Option<Duration>,
    /// Bodies larger than this are refused, in bytes.
    pub max_size: Option<u64>,
    /// A `Retry-After` longer than this fails the job; `None` waits as long as the server asks.
    pub patience: Option<Duration>,
    /// Headers of the user's own. They stay with the origin that the request named.
    pub headers: Vec<(String, Secret)>,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// User and password for servers (Basic, RFC 7617), for addresses that carry none themselves.
    pub user: Option<(String, Secret)>,
    /// The way out.
    pub proxy: Proxy,
    /// A PEM file of the authorities to trust, in place of the system's.
    pub ca_cert: Option<PathBuf>,
    /// Accept any certificate. For people who know why.
    pub insecure: bool,
    /// Say on [`Notice::Wire`](super::event::Notice::Wire) what happens on the network.
    pub verbose: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            jobs: 64,
            per_host: 16,
            retries: 5,
            connect_timeout: Duration::from_secs(10),
            stall_timeout: Duration::from_secs(30),
            deadline: None,
            max_size: None,
            patience: Some(Duration::from_secs(600)),
            headers: Vec::new(),
            user_agent: concat!("haul/", env!("CARGO_PKG_VERSION")).to_owned(),
            user: None,
            proxy: Proxy::System,
            ca_cert: None,
            insecure: false,
            verbose: false,
        }
    }
}
