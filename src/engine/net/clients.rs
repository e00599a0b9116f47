//! The HTTP clients: which pool of connections a request goes through. They differ in the protocol they speak and in
//! nothing else.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::time::Duration;

use reqwest::{Certificate, Client, ClientBuilder};
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;
use url::Url;

use crate::engine::descriptors;
use crate::engine::options::{Http, Options, Proxy};

use super::connects::Counting;
use super::error;
use super::names::Names;
use super::spares::Spares;
use super::turns::{LANES, STREAMS};

/// What one HTTP/2 stream may have in flight. Wide enough for 40 MB/s over 100 ms; a connection gets room for a full
/// window of streams, since one that is not read would otherwise stall its neighbours.
const STREAM_WINDOW: u32 = 4 * 1024 * 1024;

/// The same where the rate is limited on purpose: what is in flight waits in memory.
const SMALL_STREAM_WINDOW: u32 = 64 * 1024;

/// Below the 60 s or so after which servers close idle connections, so that we seldom race with them.
const IDLE: Duration = Duration::from_secs(20);
const IDLE_WHERE_SCARCE: Duration = Duration::from_secs(1);

/// How long a connection waits to be used again.
fn idle() -> Duration {
    if descriptors::scarce() { IDLE_WHERE_SCARCE } else { IDLE }
}

/// Keeps account of those. The library looks as often as they may wait, so one may be open for twice as long.
pub(super) fn spares(options: &Options) -> Spares {
    Spares::new(descriptors::spares(options.jobs), 2 * idle())
}

/// A client that few runs need. It is made for the first request that does, off the async threads: making one reads
/// the authorities from the disk.
type Late = OnceCell<Client>;

/// See the head of this file.
#[derive(Debug)]
pub(super) struct Clients {
    options: Options,
    names: Names,
    /// HTTP/2 where the server offers it by ALPN, else HTTP/1.1; or what `--http` says.
    main: Client,
    /// HTTP/1.1 alone: for http, and for ranges that want a connection of their own, unless `--http` says otherwise.
    http1: Client,
    /// HTTP/2 alone, each over one connection to a host: for streams that are too many for one.
    lanes: [Late; LANES - 1],
    /// As `main` and as `http1`, over connections that close behind the request: where no more may wait to be used again,
    /// and for a request that met a dead connection, since the next in the pool may be dead too.
    passing: [Late; 2],
}

impl Clients {
    /// Makes those that every run needs.
    ///
    /// # Errors
    /// Says in words which option cannot be used.
    pub(super) fn new(options: &Options) -> Result<Self, String> {
        let names = Names::default();
        let build =
            |builder: ClientBuilder| builder.build().map_err(|e| format!("cannot set up HTTP: {}", error::chain(&e)));
        Ok(Self {
            main: build(main(options, &names)?)?,
            http1: build(builder(options, &names)?.http1_only())?,
            lanes: Default::default(),
            passing: Default::default(),
            options: options.clone(),
            names,
        })
    }

    /// The client for a request to this address; `lane` counts the connections to one HTTP/2 host, and `keep` says that
    /// the connection may be used again.
    pub(super) async fn client(&self, url: &Url, lane: usize, alone: bool, keep: bool) -> &Client {
        let https = url.scheme() == "https" && !alone;
        let is_main = https || self.options.http == Http::Two;
        let pooled = if is_main { &self.main } else { &self.http1 };
        let made = match lane.checked_sub(1).and_then(|lane| self.lanes.get(lane)) {
            _ if !keep && is_main => self.late(&self.passing[0], |o, n| Ok(passing(main(o, n)?))).await,
            _ if !keep => self.late(&self.passing[1], |o, n| Ok(passing(builder(o, n)?.http1_only()))).await,
            // Not by ALPN: of many requests that need a connection at the same time, each would begin one of its own.
            Some(lane) => self.late(lane, |o, n| Ok(builder(o, n)?.http2_prior_knowledge())).await,
            None => return pooled,
        };
        made.unwrap_or(pooled)
    }

    /// None where it cannot be made now: the authorities may not be readable while too much is open.
    async fn late<'a>(
        &self,
        cell: &'a Late,
        make: fn(&Options, &Names) -> Result<ClientBuilder, String>,
    ) -> Option<&'a Client> {
        let start = || async {
            let (options, names) = (self.options.clone(), self.names.clone());
            let client = spawn_blocking(move || make(&options, &names).ok()?.build().ok());
            client.await.ok().flatten().ok_or(())
        };
        cell.get_or_try_init(start).await.ok()
    }

    /// No connection to this host could be made: its name, or that of the proxy, may stand for other addresses now.
    pub(super) fn forget(&self, url: &Url) {
        let proxy = if let Proxy::Url(proxy) = &self.options.proxy { Some(&proxy.0) } else { None };
        for host in proxy.into_iter().chain([url]).filter_map(Url::host_str) {
            self.names.forget(host);
        }
    }
}

/// All of a file, unless it has more than any bundle of authorities: a device has no end.
fn bounded(path: &Path) -> io::Result<Vec<u8>> {
    const MOST: u64 = 16 << 20;
    let mut bytes = Vec::new();
    match File::open(path)?.take(MOST + 1).read_to_end(&mut bytes)? as u64 {
        0..=MOST => Ok(bytes),
        _ => Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is too long")),
    }
}

/// Leaves no connection behind.
fn passing(builder: ClientBuilder) -> ClientBuilder {
    builder.pool_max_idle_per_host(0)
}

fn main(options: &Options, names: &Names) -> Result<ClientBuilder, String> {
    let builder = builder(options, names)?;
    Ok(match options.http {
        Http::Auto => builder,
        Http::One => builder.http1_only(),
        Http::Two => builder.http2_prior_knowledge(),
    })
}

fn builder(options: &Options, names: &Names) -> Result<ClientBuilder, String> {
    let most = options.per_host.unwrap_or(options.jobs);
    let most = options.hosts.iter().filter_map(|rule| rule.per_host).fold(most, usize::max);
    // Lanes share the streams between them, once there are more than one of them should carry.
    let streams = u32::try_from(most.min(STREAMS).max(most / LANES).min(63)).unwrap_or(63) + 1;
    let window = if options.limit_rate.is_some() { SMALL_STREAM_WINDOW } else { STREAM_WINDOW };
    let mut builder = Client::builder()
        .user_agent(&options.user_agent)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(options.connect_timeout)
        .connector_layer(Counting)
        .dns_resolver(names.clone())
        .pool_idle_timeout(idle())
        .http2_initial_stream_window_size(window)
        .http2_initial_connection_window_size(window * streams)
        .http2_keep_alive_interval(IDLE)
        .tls_danger_accept_invalid_certs(options.insecure);
    if let Some(path) = &options.ca_cert {
        let shown = crate::display::safe(&path.to_string_lossy());
        let pem = bounded(path).map_err(|e| format!("cannot read the authorities in `{shown}`: {e}"))?;
        let authorities = Certificate::from_pem_bundle(&pem).ok().filter(|a| !a.is_empty());
        let authorities = authorities.ok_or_else(|| format!("`{shown}` holds no certificate in PEM form"))?;
        builder = builder.tls_certs_only(authorities);
    }
    Ok(match &options.proxy {
        Proxy::System => builder,
        Proxy::None => builder.no_proxy(),
        Proxy::Url(url) => {
            let proxy = reqwest::Proxy::all(url.0.clone())
                .map_err(|_| format!("`{}` cannot be a proxy", crate::display::address(&url.0)))?;
            builder.proxy(proxy.no_proxy(reqwest::NoProxy::from_env()))
        }
    })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::engine::options::SecretUrl;

    #[tokio::test]
    async fn without_a_connection_the_proxys_name_is_asked_for_again_too() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = |text| Url::parse(text).expect("a valid address");
        let proxy = Proxy::Url(SecretUrl(url("http://proxy:8080/")));
        let clients = Clients::new(&Options { proxy, ..Options::default() }).expect("the options are sound");
        let asked = Cell::new(0);
        for expected in [3, 5] {
            for name in ["host", "proxy", "other"] {
                let ask = |_| async {
                    asked.set(asked.get() + 1);
                    Ok(Vec::new())
                };
                assert!(clients.names.look_up(name, ask).await.is_ok());
            }
            assert_eq!(asked.get(), expected);
            clients.forget(&url("http://host/"));
        }
    }
}
