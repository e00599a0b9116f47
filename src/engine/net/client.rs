//! The HTTP clients and the request itself, one hop at a time.

use std::fs;
use std::time::Duration;

use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue, IF_RANGE, LOCATION, RANGE,
};
use reqwest::{Certificate, Client, ClientBuilder, Response, Version};
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};
use url::Url;

use crate::engine::descriptors;
use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::options::{Login, Options, Proxy, Secret};

use super::connects::{Clock, Counting, with_stall_clock};
use super::error::{self, Failure};
use super::exchange::{Answer, Ask, Body, stalled};
use super::head;
use super::jar::Jar;
use super::redirect::{self, Chain};
use super::turns::{Hosts, Turn};

/// What one HTTP/2 stream may have in flight. Wide enough for 40 MB/s over 100 ms; a connection gets room for a full
/// window of streams, since one that is not read would otherwise stall its neighbours.
const STREAM_WINDOW: u32 = 4 * 1024 * 1024;

/// A century.
const LONGEST_STALL: Duration = Duration::from_secs(100 * 365 * 86_400);

/// Below the 60 s or so after which servers close idle connections, so that we seldom race with them.
const IDLE: Duration = Duration::from_secs(20);
const IDLE_WHERE_SCARCE: Duration = Duration::from_secs(1);

/// Both clients and what every request carries.
#[derive(Debug)]
pub(in crate::engine) struct Net {
    /// For https: HTTP/2 where the server offers it by ALPN, else HTTP/1.1.
    negotiated: Client,
    /// For http, and for requests that want a connection of their own.
    http1: Client,
    /// For a request that met a dead connection: one of its own, since the next in the pool may be dead too. Few ever
    /// need it, so it is made for the first who does.
    fresh: OnceCell<Option<Client>>,
    options: Options,
    /// The user's own, for the first origin only.
    headers: HeaderMap,
    user: Option<(String, Secret)>,
    logins: Vec<Login>,
    /// For every origin: a cookie belongs to the host that set it.
    jar: Option<Jar>,
    stall: Duration,
    hosts: Hosts,
}

impl Net {
    /// Builds the clients.
    ///
    /// # Errors
    /// Says in words which option cannot be used.
    pub(in crate::engine) fn new(options: &Options) -> Result<Self, String> {
        // Already installed by an earlier engine or by the program: just as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut headers = HeaderMap::new();
        for (name, value) in &options.headers {
            let bad =
                |what: &str| format!("the header `{}` has {what} that HTTP does not allow", crate::display::safe(name));
            let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("a name"))?;
            let mut value = HeaderValue::from_str(&value.0).map_err(|_| bad("a value"))?;
            value.set_sensitive(true);
            headers.append(parsed, value);
        }
        let build =
            |builder: ClientBuilder| builder.build().map_err(|e| format!("cannot set up HTTP: {}", error::chain(&e)));
        Ok(Self {
            negotiated: build(builder(options)?)?,
            http1: build(builder(options)?.http1_only())?,
            fresh: OnceCell::new(),
            options: options.clone(),
            headers,
            user: options.user.clone(),
            logins: options.logins.clone(),
            jar: options.cookies.as_deref().map(Jar::new).transpose()?,
            // Clocks end somewhere; nobody waits for longer than this.
            stall: options.stall_timeout.min(LONGEST_STALL),
            hosts: Hosts::default(),
        })
    }

    /// Asks and follows redirects; the answer of the last hop comes back whatever its status.
    ///
    /// `answered` hears of every answer on the way: address, status, protocol.
    pub(in crate::engine) async fn get(
        &self,
        ask: &Ask,
        answered: impl Fn(&Url, u16, &str),
    ) -> Result<Answer, Failure> {
        let mut chain = Chain::new(&ask.url);
        loop {
            let (response, turn) = self.patient_hop(ask, &chain).await?;
            let status = response.status().as_u16();
            answered(chain.url(), status, head::version(&response));
            if let Some(jar) = &self.jar {
                jar.take(response.headers(), chain.url());
            }
            if redirect::is_redirect(status) && response.headers().contains_key(LOCATION) {
                chain.follow(response.headers().get_all(LOCATION).iter().map(HeaderValue::as_bytes))?;
                Body::new(response, turn, self.stall).discard();
                continue;
            }
            let head = head::read(&response);
            return Ok(Answer { head, url: chain.url().clone(), body: Body::new(response, turn, self.stall) });
        }
    }

    async fn client(&self, ask: &Ask, url: &Url) -> &Client {
        let pooled = if url.scheme() == "https" && !ask.alone { &self.negotiated } else { &self.http1 };
        if !ask.fresh {
            return pooled;
        }
        let make = || async {
            let options = self.options.clone();
            // It reads the authorities from the disk.
            let make = move || builder(&options).ok()?.pool_max_idle_per_host(0).build().ok();
            spawn_blocking(make).await.ok().flatten()
        };
        self.fresh.get_or_init(make).await.as_ref().unwrap_or(pooled)
    }

    /// Where too much is open for one more connection, it waits for others to close: that says nothing of the host, and
    /// is no attempt.
    async fn patient_hop(&self, ask: &Ask, chain: &Chain) -> Result<(Response, Option<Turn>), Failure> {
        let until = Instant::now() + descriptors::PATIENCE;
        loop {
            match self.hop(ask, chain).await {
                Err(failure) if failure.exhausted && Instant::now() < until => sleep(descriptors::PAUSE).await,
                result => return result,
            }
        }
    }

    async fn hop(&self, ask: &Ask, chain: &Chain) -> Result<(Response, Option<Turn>), Failure> {
        let client = self.client(ask, chain.url()).await;
        let fields = self.fields(ask, chain)?;
        // A header of the user's own comes before every login, as in curl.
        let login = self.login(chain).filter(|_| !fields.contains_key(AUTHORIZATION));
        let mut request = client.get(chain.url().clone()).headers(fields);
        if let Some((user, password)) = login {
            request = request.basic_auth(user, password);
        }
        let turn = self.hosts.turn(chain.url()).filter(|_| !ask.alone);
        let wait = |clock: &Clock| turn.as_ref().map(|turn| turn.wait(clock));
        match with_stall_clock(self.stall, wait, request.send()).await {
            Some(Ok(response)) => {
                let found = || (response.version() == Version::HTTP_2).then(|| self.hosts.found(chain.url()));
                let turn = turn.or_else(found);
                turn.iter().for_each(Turn::moved);
                Ok((response, turn))
            }
            Some(Err(error)) => Err(error::before_head(&error)),
            None => Err(stalled(self.stall).into()),
        }
    }

    /// User and password for where the chain stands: the address's own, else those of the options.
    fn login<'a>(&'a self, chain: &'a Chain) -> Option<(&'a str, Option<&'a str>)> {
        if !chain.is_home() {
            return None;
        }
        if let Some(user) = chain.user() {
            return Some(user);
        }
        if let Some((user, Secret(password))) = &self.user {
            return Some((user, Some(password)));
        }
        // Lists of logins write IPv6 addresses without brackets.
        let here = chain.url().host_str()?.trim_matches(['[', ']']);
        let fits = |login: &&Login| login.host.as_ref().is_none_or(|host| host.eq_ignore_ascii_case(here));
        let login = self.logins.iter().find(fits).filter(|login| !login.user.is_empty())?;
        Some((&login.user, Some(&login.password.0)))
    }

    fn fields(&self, ask: &Ask, chain: &Chain) -> Result<HeaderMap, TransferError> {
        let mut fields = if chain.is_home() { self.headers.clone() } else { HeaderMap::new() };
        if let Some(cookies) = self.jar.as_ref().and_then(|jar| jar.field(chain.url())) {
            fields.entry(COOKIE).or_insert(cookies);
        }
        fields.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        // Also with the first request: a tag of the coded form would not fit the plain bytes.
        fields.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if let Some(range) = &ask.range {
            let bad = |_| TransferError::new(ErrorClass::Internal, "a saved validator is no header value");
            fields.insert(RANGE, HeaderValue::from_str(&range.to_string()).map_err(bad)?);
            fields.insert(IF_RANGE, HeaderValue::from_str(range.validator.value()).map_err(bad)?);
        }
        Ok(fields)
    }
}

fn builder(options: &Options) -> Result<ClientBuilder, String> {
    let slots = u32::try_from(options.per_host.min(63)).unwrap_or(63) + 1;
    let mut builder = Client::builder()
        .user_agent(&options.user_agent)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(options.connect_timeout)
        .connector_layer(Counting)
        .pool_idle_timeout(if descriptors::scarce() { IDLE_WHERE_SCARCE } else { IDLE })
        .http2_initial_stream_window_size(STREAM_WINDOW)
        .http2_initial_connection_window_size(STREAM_WINDOW * slots)
        .http2_keep_alive_interval(IDLE)
        .tls_danger_accept_invalid_certs(options.insecure);
    if let Some(path) = &options.ca_cert {
        let shown = crate::display::safe(&path.to_string_lossy());
        let pem = fs::read(path).map_err(|e| format!("cannot read the authorities in `{shown}`: {e}"))?;
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
