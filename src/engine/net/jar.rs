//! The cookies of one run, by the rules of RFC 6265. They belong to the hosts that set them, not to a request, so every
//! hop asks for its own. Nothing here is ever written anywhere.

use std::cmp::Reverse;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use cookie_store::{CookieStore, RawCookie};
use reqwest::header::{HeaderMap, HeaderValue, SET_COOKIE};
use url::Url;

use crate::engine::options::{Cookie, Secret};

/// What one server, and all of them together, may make us remember (RFC 6265 section 6.1).
const LONGEST: usize = 4096;
const MOST_A_HOST: usize = 50;
const MOST: usize = 3000;

/// Servers refuse longer fields, so that too many cookies would lock their host out.
const LONGEST_FIELD: usize = 8 * 1024;

/// Its `Debug` shows no cookie.
pub(super) struct Jar(Mutex<CookieStore>);

impl fmt::Debug for Jar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jar")
    }
}

impl Jar {
    /// A jar with the user's own cookies in it.
    pub(super) fn new(cookies: &[Cookie]) -> Result<Self, String> {
        let mut store = CookieStore::new();
        for cookie in cookies {
            let inserted = source(cookie).and_then(|url| parse(&set_cookie(cookie), &url).map(|cookie| (cookie, url)));
            let (cookie, url) = inserted.ok_or("a cookie has a name, a path or a host that no cookie may have")?;
            // An old one is taken to be gone, which is no mistake.
            let _ = store.insert(cookie, &url);
        }
        Ok(Self(Mutex::new(store)))
    }

    /// The `Cookie` field for a request to `url`, longer paths first (RFC 6265 section 5.4).
    pub(super) fn field(&self, url: &Url) -> Option<HeaderValue> {
        let store = self.lock();
        let mut cookies = store.matches(url);
        cookies.sort_by_key(|cookie| Reverse(cookie.path.len()));
        let mut field = String::new();
        for (name, value) in cookies.iter().map(|cookie| cookie.name_value()) {
            if field.len() + name.len() + value.len() + 3 > LONGEST_FIELD {
                continue;
            }
            if !field.is_empty() {
                field.push_str("; ");
            }
            field.extend([name, "=", value]);
        }
        let mut field = HeaderValue::try_from(field).ok().filter(|field| !field.is_empty())?;
        field.set_sensitive(true);
        Some(field)
    }

    /// Takes what an answer from `url` sets. What breaks a rule is left out, as browsers do.
    pub(super) fn take(&self, headers: &HeaderMap, url: &Url) {
        for text in headers.get_all(SET_COOKIE).iter().filter_map(|value| str::from_utf8(value.as_bytes()).ok()) {
            let cookie = if text.len() > LONGEST { None } else { parse(text, url) };
            if let Some(cookie) = cookie {
                admit(&mut self.lock(), cookie, url);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, CookieStore> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An address that may set this cookie.
fn source(cookie: &Cookie) -> Option<Url> {
    Url::parse(&format!("https://{}/", cookie.host)).ok()
}

/// The cookie as its server would set it.
fn set_cookie(cookie: &Cookie) -> String {
    let Cookie { host, subdomains, path, secure, expires, name, value: Secret(value) } = cookie;
    let mut parts = vec![format!("{name}={value}"), format!("Path={path}")];
    if *subdomains {
        parts.push(format!("Domain={host}"));
    }
    if *secure {
        parts.push("Secure".to_owned());
    }
    if let Some(expires) = expires {
        let left = expires.duration_since(SystemTime::now()).unwrap_or_default();
        parts.push(format!("Max-Age={}", left.as_secs()));
    }
    parts.join("; ")
}

fn parse(text: &str, url: &Url) -> Option<cookie_store::Cookie<'static>> {
    let mut cookie = RawCookie::parse(text.to_owned()).ok()?;
    // `Domain=com` would be for half of the world. A list of all such domains is not worth its size here, so `co.uk`
    // gets through, as it does with a curl that was built without one.
    if let Some(domain) = cookie.domain().map(|domain| domain.trim_matches('.')).filter(|domain| !domain.contains('.'))
    {
        if !url.host_str()?.eq_ignore_ascii_case(domain) {
            return None;
        }
        cookie.unset_domain();
    }
    cookie_store::Cookie::try_from_raw_cookie(&cookie, url).ok()
}

fn admit(store: &mut CookieStore, cookie: cookie_store::Cookie<'static>, url: &Url) {
    let Some(domain) = cookie.domain.as_cow() else { return };
    match store.get(&domain, &cookie.path, cookie.name()) {
        // Whoever sits on an unprotected line must not change what was meant for protected ones.
        Some(old) if old.secure() == Some(true) && url.scheme() != "https" => return,
        Some(_) => {}
        None => {
            forget_expired(store);
            let (all, of_host) = store.iter_any().fold((0, 0), |(all, of_host), other| {
                (all + 1, of_host + usize::from(other.domain.as_cow() == Some(domain.clone())))
            });
            if all >= MOST || of_host >= MOST_A_HOST {
                return;
            }
        }
    }
    // Refused means that it is not for this host, or long gone.
    let _ = store.insert(cookie, url);
}

fn forget_expired(store: &mut CookieStore) {
    let key = |cookie: &cookie_store::Cookie<'_>| {
        Some((cookie.domain.as_cow()?.into_owned(), cookie.path.to_string(), cookie.name().to_owned()))
    };
    let expired: Vec<_> = store.iter_any().filter(|cookie| cookie.is_expired()).filter_map(key).collect();
    for (domain, path, name) in expired {
        store.remove(&domain, &path, &name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a valid address")
    }

    fn set(jar: &Jar, from: &str, cookies: &[&str]) {
        let value = |text: &&str| (SET_COOKIE, HeaderValue::from_str(text).expect("a valid value"));
        let mut headers = HeaderMap::new();
        headers.extend(cookies.iter().map(value));
        jar.take(&headers, &url(from));
    }

    fn sent(jar: &Jar, to: &str) -> String {
        jar.field(&url(to)).map_or_else(String::new, |field| String::from_utf8_lossy(field.as_bytes()).into_owned())
    }

    fn jar() -> Jar {
        Jar::new(&[]).expect("nothing in it is wrong")
    }

    #[test]
    fn a_cookie_goes_where_it_belongs() {
        for (from, cookie, to, goes) in [
            ("http://a.h.example/", "c=1", "http://a.h.example/x", true),
            ("http://a.h.example/", "c=1", "https://a.h.example:81/x", true),
            ("http://a.h.example/", "c=1", "http://b.a.h.example/", false),
            ("http://a.h.example/", "c=1", "http://h.example/", false),
            ("http://a.h.example/", "c=1; Domain=h.example", "http://b.h.example/", true),
            ("http://a.h.example/", "c=1; Domain=.H.Example", "http://b.h.example/", true),
            ("http://a.h.example/", "c=1; Domain=h.example", "http://evilh.example/", false),
            ("http://a.h.example/", "c=1; Domain=b.h.example", "http://b.h.example/", false),
            ("http://a.h.example/", "c=1; Domain=example", "http://a.h.example/", false),
            ("http://a.h.example/", "c=1; Domain=example", "http://b.example/", false),
            ("http://a.h.example./", "c=1; Domain=example.", "http://b.example./", false),
            ("http://com/", "c=1; Domain=com", "http://b.com/", false),
            ("http://com/", "c=1; Domain=COM", "http://com/", true),
            ("http://127.0.0.1/", "c=1; Domain=0.0.1", "http://127.0.0.1/", false),
            ("http://127.0.0.1/", "c=1; Domain=127.0.0.1", "http://127.0.0.1/", true),
            ("http://[::1]/", "c=1", "http://[::1]/", true),
            ("http://h.example/a/b", "c=1", "http://h.example/a/c", true),
            ("http://h.example/a/b", "c=1", "http://h.example/ab", false),
            ("http://h.example/a/b", "c=1; Path=/", "http://h.example/", true),
            ("http://h.example/", "c=1; Secure", "https://h.example/", true),
            ("http://h.example/", "c=1; Secure", "http://h.example/", false),
            ("http://h.example/", "c=1; Max-Age=0", "http://h.example/", false),
            ("http://h.example/", "c=1; Max-Age=99999999999999999999", "http://h.example/", true),
            ("http://h.example/", "c=1; Expires=Thu, 01 Jan 1970 00:00:01 GMT", "http://h.example/", false),
            ("http://h.example/", "no cookie", "http://h.example/", false),
            ("http://h.example/", "", "http://h.example/", false),
        ] {
            let jar = jar();
            set(&jar, from, &[cookie]);
            assert_eq!(sent(&jar, to), if goes { "c=1" } else { "" }, "{from} sets {cookie}, for {to}");
        }
    }

    #[test]
    fn cookies_are_replaced_ended_and_sorted() {
        let jar = jar();
        set(&jar, "http://h.example/", &["a=1", "b=1; Path=/deep", "c=1"]);
        assert_eq!(sent(&jar, "http://h.example/deep/x"), "b=1; a=1; c=1");
        set(&jar, "http://h.example/", &["a=2", "c=; Max-Age=0"]);
        assert_eq!(sent(&jar, "http://h.example/deep/x"), "b=1; a=2");
        set(&jar, "https://h.example/", &["s=1; Secure"]);
        set(&jar, "http://h.example/", &["s=evil", "s=evil; Max-Age=0"]);
        assert_eq!(sent(&jar, "https://h.example/"), "a=2; s=1");
    }

    #[test]
    fn no_server_fills_the_jar() {
        let jar = jar();
        let long = format!("long={}", "x".repeat(LONGEST));
        set(&jar, "http://h.example/", &[&long]);
        assert_eq!(sent(&jar, "http://h.example/"), "");
        for number in 0..200 {
            set(&jar, "http://h.example/", &[&format!("c{number}=1")]);
            set(&jar, "http://gone.example/", &[&format!("c{number}=1"), &format!("c{number}=; Max-Age=0")]);
        }
        assert_eq!(sent(&jar, "http://h.example/").split("; ").count(), MOST_A_HOST);
        set(&jar, "http://h.example/", &["c0=2"]);
        assert!(sent(&jar, "http://h.example/").starts_with("c0=2; c1=1"));
        set(&jar, "http://gone.example/", &["last=1"]);
        assert_eq!(sent(&jar, "http://gone.example/"), "last=1");
        for number in 0..MOST {
            set(&jar, &format!("http://h{number}.example/"), &["c=1"]);
        }
        assert_eq!(jar.lock().iter_any().count(), MOST);
        for number in 0..MOST_A_HOST {
            set(&jar, "http://h.example/", &[&format!("c{number}={}", "x".repeat(1000))]);
        }
        let field = sent(&jar, "http://h.example/");
        assert!((7000..=LONGEST_FIELD).contains(&field.len()), "{}", field.len());
    }

    #[test]
    fn the_users_own_cookies_go_by_the_same_rules() {
        let own = |host: &str, name: &str| Cookie {
            host: host.to_owned(),
            subdomains: false,
            path: "/".to_owned(),
            secure: false,
            expires: None,
            name: name.to_owned(),
            value: Secret("1".to_owned()),
        };
        let soon = Some(SystemTime::now() + Duration::from_secs(3600));
        let cookies = [
            own("h.example", "host"),
            Cookie { subdomains: true, ..own("h.example", "below") },
            Cookie { secure: true, ..own("h.example", "tls") },
            Cookie { path: "/p".to_owned(), ..own("h.example", "path") },
            Cookie { expires: soon, ..own("h.example", "soon") },
            Cookie { expires: Some(SystemTime::UNIX_EPOCH), ..own("h.example", "old") },
            Cookie { subdomains: true, ..own("example", "top") },
        ];
        let jar = Jar::new(&cookies).expect("nothing in it is wrong");
        assert_eq!(sent(&jar, "http://h.example/"), "host=1; below=1; soon=1");
        assert_eq!(sent(&jar, "https://h.example/p/x"), "path=1; host=1; below=1; tls=1; soon=1");
        assert_eq!(sent(&jar, "http://a.h.example/"), "below=1");
        assert_eq!(sent(&jar, "http://example/"), "top=1");
        assert!(Jar::new(&[own("h example", "c")]).is_err());
        let hushed = Cookie { value: Secret("hush".to_owned()), ..own("h.example", "c") };
        assert!(!format!("{hushed:?}{:?}", Jar::new(std::slice::from_ref(&hushed))).contains("hush"));
    }

    proptest::proptest! {
        #[test]
        fn no_server_upsets_the_jar(text in "(c=1|=|;|; (Domain|Path|Expires|Max-Age)=|h\\.example|9{20}|[ -~]){0,9}") {
            let jar = jar();
            set(&jar, "http://a.h.example/x/y", &[&text]);
            for to in ["http://a.h.example/x/y", "http://[::1]/", "https://h.example/", "http://other.example/"] {
                let field = sent(&jar, to);
                assert!(field.is_empty() || !to.contains("other") && !to.contains("::"), "{text:?}: {field}");
            }
        }
    }
}
