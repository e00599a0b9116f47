//! The options of the engine, from those of the command line.

use std::path::Path;

use url::Url;

use super::job::Face;
use super::secrets::user;
use super::{bounded, cookies, netrc};
use crate::cli::CommonOptions;
use crate::display;
use crate::engine::options::{Options, Proxy, Secret, SecretUrl};
use crate::input::header;

pub(super) fn options(options: CommonOptions, face: Face) -> Result<Options, String> {
    let defaults = Options::default();
    Ok(Options {
        jobs: options.jobs as usize,
        per_host: options.per_host.map(|n| n as usize),
        limit_rate: options.limit_rate,
        connections: options.connections.map(|connections| connections as usize),
        retries: options.retries,
        connect_timeout: options.connect_timeout,
        stall_timeout: options.stall_timeout,
        deadline: options.deadline,
        max_size: options.max_size,
        // A person can see a long wait and decide; a script cannot.
        patience: if face == Face::Screen { None } else { defaults.patience },
        headers: headers(&options.header)?,
        user_agent: options.user_agent.unwrap_or(defaults.user_agent),
        user: options.user.as_deref().and_then(user),
        hosts: defaults.hosts,
        logins: if options.netrc { netrc::read()? } else { defaults.logins },
        cookies: options.cookies.as_deref().map(cookies::read).transpose()?,
        http: options.http,
        proxy: options.proxy.as_deref().map(proxy).transpose()?.map_or(Proxy::System, Proxy::Url),
        ca_cert: options.ca_cert,
        insecure: options.insecure,
        expect: options.expect,
        check: options.check,
        remote_time: options.remote_time,
        digest: defaults.digest,
        dedupe: options.dedupe.is_some(),
        state: defaults.state,
        // A person can make room; a script cannot.
        room: if face == Face::Screen { None } else { defaults.room },
        overwrite: options.overwrite,
        sync: options.sync,
        verbose: defaults.verbose,
    })
}

// What follows may be secret, so no message repeats it.

/// `Name: value` or `Name;` for an empty one, or `@FILE` with one a line.
fn headers(given: &[String]) -> Result<Vec<(String, Secret)>, String> {
    let mut headers = Vec::new();
    for text in given {
        match text.strip_prefix('@') {
            None => headers.extend(header(text).map_err(|why| format!("--header: {why}"))?),
            Some(file) => {
                let shown = display::safe(file);
                let lines = bounded::text(Path::new(file), bounded::WRITTEN)
                    .map_err(|error| format!("cannot read the headers of `--header @{shown}`: {error}"))?;
                for (line, number) in lines.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
                    let why = |why| format!("--header @{shown}, line {number}: {why}");
                    headers.extend(header(line).map_err(why)?);
                }
            }
        }
    }
    Ok(headers)
}

fn proxy(text: &str) -> Result<SecretUrl, String> {
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    match Url::parse(&with_scheme) {
        Ok(url) if url.has_host() && PROXIES.contains(&url.scheme()) => Ok(SecretUrl(url)),
        _ => Err("--proxy is no address: write http://HOST:PORT, https://… or socks5://…".to_owned()),
    }
}

const PROXIES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_named_without_their_secrets() {
        for result in [
            headers(&["Authorization s3cret".to_owned()]).map(drop),
            proxy("ftp://u:s3cret@h").map(drop),
            proxy("http://u:s3cret@").map(drop),
        ] {
            let message = result.expect_err("a mistake");
            assert!(!message.contains("s3cret"), "{message}");
        }
        assert!(headers(&["@/nowhere/at/all".to_owned()]).is_err());
        for (text, expected) in [
            ("X-A:  b:c ", Some(("X-A", "b:c"))),
            ("X-A;", Some(("X-A", ""))),
            ("Host: h", Some(("Host", "h"))),
            ("User-Agent:", None),
            (":authority: x", None),
        ] {
            let expected = expected.map(|(name, value)| (name.to_owned(), Secret(value.to_owned())));
            assert_eq!(headers(&[text.to_owned()]), Ok(expected.into_iter().collect()), "{text}");
        }
        for good in ["localhost:3128", "http://u:p@h:1", "socks5h://h"] {
            assert!(proxy(good).is_ok(), "{good}");
        }
    }
}
