//! How an engine works: limits, clocks and what it says to servers. A leaf: every layer may name these.

use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

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
    /// This one, but for the hosts that `NO_PROXY` in the environment names.
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

/// Which HTTP is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Http {
    /// HTTP/2 where an https server offers it, else HTTP/1.1.
    #[default]
    Auto,
    /// HTTP/1.1 alone.
    One,
    /// HTTP/2 alone; on plain http without asking first (RFC 9113 section 3.3).
    Two,
}

/// What the files must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Expect {
    /// An image where the address or the server says so; no page where the address does not look like one.
    #[default]
    Auto,
    /// Images, all of them.
    Image,
    /// Whatever comes.
    Any,
}

/// How closely images are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Check {
    /// Their kind alone.
    None,
    /// By their structure, to their own end.
    #[default]
    Ends,
    /// Every pixel is decoded.
    Decode,
}

/// A way to make a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// SHA-256 (FIPS 180-4).
    Sha256,
    /// SHA-512 (FIPS 180-4).
    Sha512,
    /// SHA-1, for lists that have nothing better.
    Sha1,
    /// MD5, for lists that have nothing better.
    Md5,
}

impl Algorithm {
    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
            Self::Sha1 => "sha1",
            Self::Md5 => "md5",
        }
    }

    /// How many bytes its digests have.
    #[must_use]
    pub fn length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha512 => 64,
            Self::Sha1 => 20,
            Self::Md5 => 16,
        }
    }
}

/// The digest that a file must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checksum {
    /// How it was made.
    pub algorithm: Algorithm,
    /// As many bytes as the algorithm has.
    pub digest: Vec<u8>,
}

/// A cookie that is there from the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cookie {
    /// The host it belongs to.
    pub host: String,
    /// It goes to the hosts below that one too.
    pub subdomains: bool,
    /// The folder it belongs to.
    pub path: String,
    /// It goes over https alone.
    pub secure: bool,
    /// When it ends; none lasts as long as the engine.
    pub expires: Option<SystemTime>,
    /// Its name, without `=` and `;`.
    pub name: String,
    /// Its value, without `;`.
    pub value: Secret,
}

/// One entry of a list of logins, such as `~/.netrc`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The host it is for; none is for every host.
    pub host: Option<String>,
    /// An empty one means that this host gets no login.
    pub user: String,
    /// Sent with the user.
    pub password: Secret,
}

/// What holds for one host, or for all hosts below one, in place of what holds for every host. The first rule that fits
/// a host is the one that counts. Its headers come before those of the same name in [`Options::headers`], and its login
/// before [`Options::user`]; what a request brings along itself comes before both.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HostRule {
    /// The host as addresses have it (`example.com`, `192.0.2.1`), whatever the port; or `*.example.com` for every host
    /// below `example.com`, which is none of them.
    pub host: String,
    /// As [`Options::per_host`].
    pub per_host: Option<usize>,
    /// As [`Options::connections`].
    pub connections: Option<usize>,
    /// Headers for this host alone, where a request names it; never for one that a redirect leads to.
    pub headers: Vec<(String, Secret)>,
    /// User and password (Basic, RFC 7617), as those headers.
    pub user: Option<(String, Secret)>,
}

impl HostRule {
    /// True for hosts that the rule is for. IPv6 addresses may stand in brackets.
    #[must_use]
    pub fn fits(&self, host: &str) -> bool {
        let brackets = ['[', ']'];
        let host = host.trim_matches(brackets);
        match self.host.strip_prefix('*') {
            Some(end) => {
                let from = host.len().checked_sub(end.len()).filter(|from| *from > 0);
                from.and_then(|from| host.get(from..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
            }
            None => host.eq_ignore_ascii_case(self.host.trim_matches(brackets)),
        }
    }

    /// Checks the name of the host.
    ///
    /// # Errors
    /// Says in words why no address has it.
    pub fn check(&self) -> Result<(), String> {
        let shown = crate::display::safe(&self.host);
        let host = self.host.strip_prefix("*.").unwrap_or(&self.host).trim_matches(['[', ']']);
        let text = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        let known = url::Host::parse(&text).ok().filter(|_| !host.contains('*')).map(|host| host.to_string());
        match known.as_deref().map(|known| known.trim_matches(['[', ']'])) {
            None => Err(format!("`{shown}` is no host: write `example.com` or `*.example.com`, without a port")),
            Some(known) if known.eq_ignore_ascii_case(host) => Ok(()),
            Some(known) => Err(format!("the host `{shown}` stands as `{known}` in addresses: write it so")),
        }
    }

    /// True where there is something that is never kept.
    #[must_use]
    pub fn has_secrets(&self) -> bool {
        !self.headers.is_empty() || self.user.is_some()
    }
}

/// Everything that an engine is told once, at its start.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Options {
    /// Transfers at once, over all hosts; at least 1.
    pub jobs: usize,
    /// Requests at once to one host, at least 1; none starts at 16 and finds what brings something, up to 64.
    pub per_host: Option<usize>,
    /// Bytes a second over all transfers; none is no limit. [`Command::LimitRate`](super::event::Command::LimitRate)
    /// changes it.
    pub limit_rate: Option<u64>,
    /// Connections for one file: at least 1, which never splits it; none finds the number by itself, 16 at most.
    pub connections: Option<usize>,
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
    /// Logins by host, where neither the address nor [`Self::user`] has one. The first that fits counts. They stay with
    /// the origin that the request named, even where another one has an entry of its own.
    pub logins: Vec<Login>,
    /// What holds for single hosts.
    pub hosts: Vec<HostRule>,
    /// The cookies to begin with. They and those that servers set go to whichever host they belong to; none keeps no
    /// cookies at all.
    pub cookies: Option<Vec<Cookie>>,
    /// Which HTTP is spoken.
    pub http: Http,
    /// The way out.
    pub proxy: Proxy,
    /// A PEM file of the authorities to trust, in place of the system's.
    pub ca_cert: Option<PathBuf>,
    /// Accept any certificate. For people who know why.
    pub insecure: bool,
    /// What the files must be.
    pub expect: Expect,
    /// How closely images are looked at.
    pub check: Check,
    /// The state database; none keeps it in memory.
    pub state: Option<PathBuf>,
    /// How long a full disk is waited for; `None` waits for ever.
    pub room: Option<Duration>,
    /// Give a file its name although a plain file stands there, which goes.
    pub overwrite: bool,
    /// Call a file finished only when it would survive the loss of power.
    pub sync: bool,
    /// Tell the SHA-256 of every file.
    pub digest: bool,
    /// Say on [`Notice::Wire`](super::event::Notice::Wire) what happens on the network.
    pub verbose: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            jobs: 64,
            per_host: None,
            limit_rate: None,
            connections: None,
            retries: 5,
            connect_timeout: Duration::from_secs(10),
            stall_timeout: Duration::from_secs(30),
            deadline: None,
            max_size: None,
            patience: Some(Duration::from_secs(600)),
            headers: Vec::new(),
            user_agent: concat!("haul/", env!("CARGO_PKG_VERSION")).to_owned(),
            user: None,
            logins: Vec::new(),
            hosts: Vec::new(),
            cookies: None,
            http: Http::Auto,
            proxy: Proxy::System,
            ca_cert: None,
            insecure: false,
            expect: Expect::Auto,
            check: Check::Ends,
            state: None,
            room: Some(Duration::from_secs(60)),
            overwrite: false,
            sync: false,
            digest: false,
            verbose: false,
        }
    }
}

impl Options {
    /// True where there is something that a job may need and that is never kept: headers, passwords, cookies.
    #[must_use]
    pub fn has_secrets(&self) -> bool {
        !self.headers.is_empty() || self.user.is_some() || !self.logins.is_empty() || self.cookies.is_some()
    }
}
