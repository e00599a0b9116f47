//! The request itself, one hop at a time.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Version;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, COOKIE, HeaderMap, HeaderValue, IF_RANGE, LOCATION, RANGE,
};
use tokio::time::{Instant, sleep};
use url::Url;

use crate::engine::descriptors;
use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::options::{HostRule, Http, Login, Options, Secret};

use super::clients::{self, Clients};
use super::connected::Connected;
use super::connects::{Clock, with_stall_clock};
use super::error::{self, Failure};
use super::exchange::{Answer, Ask, Body, Opened, stalled};
use super::head;
use super::jar::Jar;
use super::limiter::{Account, Limiter};
use super::own::Own;
use super::redirect::{self, Chain};
use super::spares::Spares;
use super::turns::{Hosts, Turn};

/// A century.
const LONGEST_STALL: Duration = Duration::from_secs(100 * 365 * 86_400);

/// The clients and what every request carries.
#[derive(Debug)]
pub(in crate::engine) struct Net {
    clients: Clients,
    spares: Spares,
    http: Http,
    limiter: Arc<Limiter>,
    /// For the origin that a request names, and for no other.
    own: Own,
    /// The same for single hosts.
    rules: Vec<(HostRule, Own)>,
    logins: Vec<Login>,
    /// For every origin: a cookie belongs to the host that set it.
    jar: Option<Jar>,
    stall: Duration,
    hosts: Hosts,
    connected: Connected,
}

impl Net {
    /// Builds the clients.
    ///
    /// # Errors
    /// Says in words which option cannot be used.
    pub(in crate::engine) fn new(options: &Options) -> Result<Self, String> {
        // Already installed by an earlier engine or by the program: just as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let rule = |rule: &HostRule| {
            rule.check()?;
            Ok((rule.clone(), Own::new(&rule.headers, rule.user.as_ref())?))
        };
        Ok(Self {
            clients: Clients::new(options)?,
            spares: clients::spares(options),
            http: options.http,
            limiter: Arc::new(Limiter::new(options.limit_rate)),
            own: Own::new(&options.headers, options.user.as_ref())?,
            rules: options.hosts.iter().map(rule).collect::<Result<_, String>>()?,
            logins: options.logins.clone(),
            jar: options.cookies.as_deref().map(Jar::new).transpose()?,
            // Clocks end somewhere; nobody waits for longer than this.
            stall: options.stall_timeout.min(LONGEST_STALL),
            hosts: Hosts::default(),
            connected: Connected::default(),
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
        let mut chain = Chain::new(&ask.url, ask.stranger);
        loop {
            let opened = self.patient_hop(ask, &chain).await?;
            let response = &opened.response;
            let status = response.status().as_u16();
            answered(chain.url(), status, head::protocol(response).word());
            if let Some(jar) = &self.jar {
                jar.take(response.headers(), chain.url());
            }
            if redirect::is_redirect(status) && response.headers().contains_key(LOCATION) {
                chain.follow(response.headers().get_all(LOCATION).iter().map(HeaderValue::as_bytes))?;
                self.body(opened, ask).discard();
                continue;
            }
            let head = head::read(response);
            let connect = self.connected.last(chain.url());
            return Ok(Answer { head, url: chain.url().clone(), connect, body: self.body(opened, ask) });
        }
    }

    /// Another limit from now on, in bytes a second over all bodies.
    pub(in crate::engine) fn limit_rate(&self, rate: Option<u64>) {
        self.limiter.set_rate(rate);
    }

    /// A limit is set.
    pub(in crate::engine) fn is_limited(&self) -> bool {
        self.limiter.is_set()
    }

    fn body(&self, opened: Opened, ask: &Ask) -> Body {
        Body::new(opened, self.stall, Account::new(&self.limiter), Arc::clone(&ask.flow))
    }

    /// Where too much is open for one more connection, it waits for others to close: that says nothing of the host, and
    /// is no attempt.
    async fn patient_hop(&self, ask: &Ask, chain: &Chain) -> Result<Opened, Failure> {
        let until = Instant::now() + descriptors::PATIENCE;
        loop {
            match self.hop(ask, chain).await {
                Err(failure) if failure.exhausted && Instant::now() < until => sleep(descriptors::PAUSE).await,
                result => return result,
            }
        }
    }

    async fn hop(&self, ask: &Ask, chain: &Chain) -> Result<Opened, Failure> {
        let fields = self.fields(ask, chain)?;
        let turn = self.hosts.turn(chain.url()).filter(|_| !ask.alone);
        let lane = turn.as_ref().map_or(0, Turn::lane);
        match self.send(ask, chain, fields.clone(), turn).await {
            // A host that takes no further connection goes on with the one it has.
            Err(failure) if failure.unconnected && !failure.exhausted && lane > 0 => {
                self.hosts.narrow(chain.url());
                self.send(ask, chain, fields, self.hosts.turn(chain.url())).await
            }
            result => result,
        }
    }

    async fn send(&self, ask: &Ask, chain: &Chain, fields: HeaderMap, turn: Option<Turn>) -> Result<Opened, Failure> {
        let place = self.spares.place(chain.url(), turn.as_ref().map(Turn::lane));
        let (lane, keep) = (turn.as_ref().map_or(0, Turn::lane), place.is_kept() && !ask.fresh);
        let client = self.clients.client(chain.url(), lane, ask.alone, keep).await;
        // A header of the user's own comes before every login that is not nearer, as in curl.
        let login = self.login(ask, chain).filter(|_| !fields.contains_key(AUTHORIZATION));
        let mut request = client.get(chain.url().clone()).headers(fields);
        if let Some((user, password)) = login {
            request = request.basic_auth(user, password);
        }
        let asked = Instant::now();
        let wait = |clock: &Clock| turn.as_ref().map(|turn| turn.wait(clock));
        let request = self.connected.watch(chain.url(), request.send());
        match with_stall_clock(self.stall, wait, request).await {
            Some(Ok(response)) => {
                let found = || (response.version() == Version::HTTP_2).then(|| self.hosts.found(chain.url()));
                let turn = turn.or_else(found);
                if let Some(turn) = &turn {
                    turn.moved();
                    self.hosts.answered(chain.url(), asked.elapsed());
                }
                Ok(Opened { response, turn, place })
            }
            Some(Err(error)) => {
                let failure = error::before_head(&error, self.http);
                if failure.unconnected {
                    self.clients.forget(chain.url());
                }
                Err(failure)
            }
            None => Err(stalled(self.stall).into()),
        }
    }

    /// What the options say for the host of this address alone.
    fn rule(&self, url: &Url) -> Option<&Own> {
        let fits = |(rule, _): &&(HostRule, Own)| url.host_str().is_some_and(|host| rule.fits(host));
        self.rules.iter().find(fits).map(|(_, own)| own)
    }

    /// User and password for where the chain stands: the address's own, else those of the request, else those of the
    /// options.
    fn login<'a>(&'a self, ask: &'a Ask, chain: &'a Chain) -> Option<(&'a str, Option<&'a str>)> {
        if !chain.is_home() {
            return None;
        }
        if let Some(user) = chain.user() {
            return Some(user);
        }
        let nearest = [ask.own.as_deref(), self.rule(chain.url()), Some(&self.own)];
        if let Some((user, Secret(password))) = nearest.into_iter().flatten().find_map(|own| own.user.as_ref()) {
            return Some((user, Some(password)));
        }
        // Lists of logins write IPv6 addresses without brackets.
        let here = chain.url().host_str()?.trim_matches(['[', ']']);
        let fits = |login: &&Login| login.host.as_ref().is_none_or(|host| host.eq_ignore_ascii_case(here));
        let login = self.logins.iter().find(fits).filter(|login| !login.user.is_empty())?;
        Some((&login.user, Some(&login.password.0)))
    }

    fn fields(&self, ask: &Ask, chain: &Chain) -> Result<HeaderMap, TransferError> {
        let mut fields = HeaderMap::new();
        if chain.is_home() {
            fields.clone_from(&self.own.headers);
            for own in [self.rule(chain.url()), ask.own.as_deref()].into_iter().flatten() {
                own.put_over(&mut fields);
            }
        }
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
