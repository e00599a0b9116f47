//! Redirects, hop by hop, under our own policy: ten hops, http and https only, never from https to http, and
//! whatever the user gave for one origin stays with that origin.

use percent_encoding::percent_decode_str;
use url::{Origin, Url};

use crate::display::without_userinfo;
use crate::engine::error::{ErrorClass, TransferError};

const MOST_HOPS: u32 = 10;

/// No server takes a longer address.
const LONGEST: usize = 64 * 1024;

/// Statuses whose `Location` says where the file is now (RFC 9110 section 15.4).
pub(super) fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// The way from the address that was asked for to the one that answers.
pub(super) struct Chain {
    url: Url,
    origin: Origin,
    user: Option<(String, Option<String>)>,
    hops: u32,
    /// The first origin is one that the user named, and was never left. What was dropped on the way out stays dropped on the way back.
    home: bool,
}

impl Chain {
    /// A stranger is never at home.
    pub(super) fn new(url: &Url, stranger: bool) -> Self {
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let named = !url.username().is_empty() || url.password().is_some();
        let user = named.then(|| (decode(url.username()), url.password().map(decode)));
        Self { url: without_userinfo(url), origin: url.origin(), user, hops: 0, home: !stranger }
    }

    /// Where to ask next, without userinfo.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// True while the user's headers and credentials may be sent.
    pub(super) fn is_home(&self) -> bool {
        self.home
    }

    /// User and password of the address, while they may be sent.
    pub(super) fn user(&self) -> Option<(&str, Option<&str>)> {
        let (user, password) = self.user.as_ref().filter(|_| self.home)?;
        Some((user, password.as_deref()))
    }

    /// Goes where the `Location` fields of an answer say, of which there is at least one.
    pub(super) fn follow<'a>(&mut self, locations: impl IntoIterator<Item = &'a [u8]>) -> Result<(), TransferError> {
        let fail = |detail: String| Err(TransferError::new(ErrorClass::Redirect, detail));
        let refuse = |detail: &str| Err(TransferError::new(ErrorClass::Refused, detail));
        self.hops += 1;
        if self.hops > MOST_HOPS {
            return fail(format!("more than {MOST_HOPS} redirects"));
        }
        let mut locations = locations.into_iter();
        let first = locations.next().unwrap_or_default();
        if locations.any(|other| other != first) {
            return fail("the redirect leads to two places".to_owned());
        }
        if first.len() > LONGEST {
            return fail("the redirect's address is too long".to_owned());
        }
        let text = str::from_utf8(first).ok().map(str::trim).filter(|text| !text.is_empty());
        let Some(next) = text.and_then(|text| self.url.join(text).ok()) else {
            return fail("the redirect leads to no address".to_owned());
        };
        match (self.url.scheme(), next.scheme()) {
            ("https", "http") => return refuse("the redirect leads from https to http"),
            (_, "http" | "https") => {}
            (_, other) => return fail(format!("the redirect leads to `{other}:`, which is not fetched")),
        }
        if !next.username().is_empty() || next.password().is_some() {
            return refuse("the redirect carries a user name");
        }
        self.home &= next.origin() == self.origin;
        // A fragment names a place inside the file and is never sent (RFC 9110 section 10.2.2).
        self.url = without_userinfo(&next);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(url: &str) -> Chain {
        Chain::new(&Url::parse(url).expect("a valid address"), false)
    }

    #[test]
    fn hops_are_judged_one_by_one() {
        for (from, location, expected) in [
            ("http://h/a/b", "c", Ok("http://h/a/c")),
            ("http://h/a", "https://h/a", Ok("https://h/a")),
            ("https://h/a", "//cdn/x#f", Ok("https://cdn/x")),
            ("https://h/a", "http://h/a", Err(ErrorClass::Refused)),
            ("http://h/a", "ftp://h/a", Err(ErrorClass::Redirect)),
            ("http://h/a", "file:///etc/passwd", Err(ErrorClass::Redirect)),
            ("http://h/a", "http://u:p@h/a", Err(ErrorClass::Refused)),
            ("http://h/a", "http://[bad", Err(ErrorClass::Redirect)),
            ("http://h/a", "http://h/\u{e9}", Ok("http://h/%C3%A9")),
            ("http://h/a", "/b%0d%0aX-A:%201", Ok("http://h/b%0d%0aX-A:%201")),
            ("http://h/a", " ", Err(ErrorClass::Redirect)),
        ] {
            let mut chain = chain(from);
            let result = chain.follow([location.as_bytes()]).map_err(|e| e.class);
            assert_eq!(result.map(|()| chain.url().as_str()), expected, "{from} -> {location}");
        }
    }

    #[test]
    fn places_must_be_one_and_readable() {
        let long = vec![b'a'; LONGEST + 1];
        for (locations, follows) in [
            (vec![b"/b".as_slice()], true),
            (vec![b"/b".as_slice(), b"/b"], true),
            (vec![b"/b".as_slice(), b"/c"], false),
            (vec![b"/\xff".as_slice()], false),
            (vec![&long[..LONGEST]], true),
            (vec![long.as_slice()], false),
        ] {
            let count = locations.len();
            assert_eq!(chain("http://h/a").follow(locations).is_ok(), follows, "{count}");
        }
    }

    #[test]
    fn what_left_home_stays_away() {
        let mut chain = chain("http://us%40er:pw@a.example/x");
        assert_eq!(chain.url().as_str(), "http://a.example/x");
        assert_eq!(chain.user(), Some(("us@er", Some("pw"))));
        for (location, home) in [("/y", true), ("http://a.example:81/", false), ("http://a.example/x", false)] {
            assert!(chain.follow([location.as_bytes()]).is_ok());
            assert_eq!((chain.is_home(), chain.user().is_some()), (home, home), "{location}");
        }
    }

    #[test]
    fn a_stranger_gets_nothing_anywhere() {
        let mut chain = Chain::new(&Url::parse("http://u:p@h/").expect("a valid address"), true);
        assert!(!chain.is_home() && chain.user().is_none());
        assert!(chain.follow([b"/b".as_slice()]).is_ok() && !chain.is_home());
    }

    #[test]
    fn loops_end() {
        let mut chain = chain("http://h/");
        assert_eq!((0..20).take_while(|_| chain.follow([b"/".as_slice()]).is_ok()).count(), 10);
    }
}
