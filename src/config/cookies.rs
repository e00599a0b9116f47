//! The cookie files of browsers and curl: seven fields a line with tabs between them, as Netscape wrote them. Which
//! requests a cookie goes to is not known here. Values are secret: no message repeats any of a line.

use std::path::Path;
use std::time::{Duration, SystemTime};

use url::Host;

use super::bounded;
use crate::display;
use crate::engine::options::{Cookie, Secret};

/// Browsers keep some thousands of cookies, of 4 KiB at most.
const MOST_BYTES: u64 = 16 << 20;

/// Reads a file; cookies that have expired are left out.
pub(super) fn read(path: &Path) -> Result<Vec<Cookie>, String> {
    let shown = display::safe(&path.to_string_lossy());
    let text =
        bounded::text(path, MOST_BYTES).map_err(|error| format!("cannot read the cookies in `{shown}`: {error}"))?;
    parse(&text, SystemTime::now()).map_err(|(line, why)| format!("`{shown}`, line {line}: {why}"))
}

fn parse(text: &str, now: SystemTime) -> Result<Vec<Cookie>, (usize, &'static str)> {
    let mut cookies = Vec::new();
    for (line, number) in text.trim_start_matches('\u{feff}').lines().zip(1..) {
        // Looks like a comment and is none: only that pages must not see it, and there are no pages here.
        let line = line.strip_prefix("#HttpOnly_").unwrap_or(line);
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        let cookie = cookie(line).map_err(|why| (number, why))?;
        if cookie.expires.is_none_or(|expires| expires > now) {
            cookies.push(cookie);
        }
    }
    Ok(cookies)
}

fn cookie(line: &str) -> Result<Cookie, &'static str> {
    let fields: Vec<_> = line.split('\t').collect();
    let (first, value) = match *fields.as_slice() {
        [ref first @ .., value] if first.len() == 6 => (first, value),
        // Some writers leave an empty value out, with its tab.
        ref first if first.len() == 6 => (first, ""),
        _ => return Err("a cookie has seven fields with tabs between them"),
    };
    let &[domain, below, path, secure, expires, name] = first else { return Err("a cookie has seven fields") };
    let host = domain.strip_prefix('.').unwrap_or(domain);
    let host = parse_host(host).ok_or("the first field is no host")?;
    let switch = |field: &str| match field.to_ascii_uppercase().as_str() {
        "TRUE" => Ok(true),
        "FALSE" => Ok(false),
        _ => Err("the second and the fourth field are TRUE or FALSE"),
    };
    let clean = |field: &str| !field.contains(|c: char| c == ';' || c.is_control());
    if name.is_empty() || name.contains('=') || ![name, value, path].into_iter().all(clean) {
        return Err("a name, a value or a path that no cookie may have");
    }
    Ok(Cookie {
        subdomains: switch(below)? || domain.starts_with('.'),
        secure: switch(secure)?,
        expires: parse_expiry(expires)?,
        host,
        path: path.to_owned(),
        name: name.to_owned(),
        value: Secret(value.to_owned()),
    })
}

fn parse_host(text: &str) -> Option<String> {
    let bracketed = if text.contains(':') && !text.starts_with('[') { format!("[{text}]") } else { text.to_owned() };
    Host::parse(&bracketed).ok().map(|host| host.to_string())
}

/// Seconds since 1970, of which some writers give fractions; 0 means the end of the session.
fn parse_expiry(text: &str) -> Result<Option<SystemTime>, &'static str> {
    let whole = text.split('.').next().unwrap_or_default();
    let seconds: i64 = whole.parse().map_err(|_| "the fifth field is no time")?;
    let since_1970 = Duration::from_secs(seconds.try_into().unwrap_or(0));
    // Beyond what the clock can say is as good as never.
    Ok(if seconds == 0 { None } else { SystemTime::UNIX_EPOCH.checked_add(since_1970) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn lines_of_browsers_and_curl() {
        let text = "\u{feff}# Netscape HTTP Cookie File\r\n\n\
                    h.example\tFALSE\t/\tFALSE\t0\ta\t1\r\n\
                    .h.example\tTRUE\t/p\tTRUE\t2000000000\tb\tx=\"y z\"\n\
                    #HttpOnly_.h.example\tfalse\t/\tfalse\t2000000000.75\tc\t3\n\
                    # h.example\tTRUE\t/\tFALSE\t0\tno\tcomment\n\
                    h.example\tTRUE\t/\tFALSE\t999\told\t4\n\
                    h.example\tTRUE\t/\tFALSE\t-1\tolder\t4\n\
                    H.Example\tTRUE\t/\tFALSE\t9223372036854775807\tempty\n\
                    ::1\tFALSE\t/\tFALSE\t0\tsix\t\n";
        let cookies = parse(text, at(1000)).expect("a good file");
        let seen: Vec<_> = cookies
            .iter()
            .map(|c| (c.name.as_str(), c.host.as_str(), c.subdomains, c.path.as_str(), c.secure, c.value.0.as_str()))
            .collect();
        assert_eq!(
            seen,
            [
                ("a", "h.example", false, "/", false, "1"),
                ("b", "h.example", true, "/p", true, "x=\"y z\""),
                ("c", "h.example", true, "/", false, "3"),
                ("empty", "h.example", true, "/", false, ""),
                ("six", "[::1]", false, "/", false, ""),
            ]
        );
        assert_eq!((cookies[0].expires, cookies[1].expires), (None, Some(at(2_000_000_000))));
        assert_eq!(parse("", at(0)), Ok(Vec::new()));
    }

    #[test]
    fn mistakes_are_named_without_their_secrets() {
        for line in [
            "s3cret",
            "h.example FALSE / FALSE 0 a s3cret",
            "h.example\tFALSE\t/\tFALSE\t0\ta\ts3cret\tb",
            "\tFALSE\t/\tFALSE\t0\ta\ts3cret",
            "h example\tFALSE\t/\tFALSE\t0\ta\ts3cret",
            "h.example\ts3cret\t/\tFALSE\t0\ta\ts3cret",
            "h.example\tFALSE\t/\tmaybe\t0\ta\ts3cret",
            "h.example\tFALSE\t/\tFALSE\ts3cret\ta\tb",
            "h.example\tFALSE\t/\tFALSE\t0\t\ts3cret",
            "h.example\tFALSE\t/\tFALSE\t0\ta=b\ts3cret",
            "h.example\tFALSE\t/\tFALSE\t0\ta\ts3cret; Domain=com",
            "h.example\tFALSE\t/;Secure\tFALSE\t0\ta\ts3cret",
            "h.example\tFALSE\t/\tFALSE\t0\ta\ts3cret\u{1}",
        ] {
            let (number, why) = parse(&format!("# first\n{line}\n"), at(0)).expect_err(line);
            assert!(number == 2 && !why.contains("s3cret"), "{line}: {number} {why}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_upsets_the_reader(text in "(\t|\n|\r\n|#|#HttpOnly_|TRUE\t|h\\.example\t|-9|9{20}|=|\\PC){0,30}") {
            if let Err((line, _)) = parse(&text, at(0)) {
                assert!((1..=text.lines().count()).contains(&line), "{text:?}: {line}");
            }
        }
    }
}
