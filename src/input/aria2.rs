//! What aria2's option lines mean: `out=`, `dir=`, `header=` and the rest of what may stand below an address in its
//! input and session files (aria2c(1), Input File). Values may be secret, so nothing here repeats one.

use std::path::{self, PathBuf};

use super::entry::Entry;
use super::header::header;
use super::places::own_path;
use crate::display;
use crate::engine::options::Secret;
use crate::engine::parse_checksum;
use crate::nearest;

/// Name and value of an option line; none if the line is something else.
pub(super) fn option(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    let name = name.trim_end();
    // What is almost an option is not an address either, and its value not for messages.
    let fits = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    fits.then(|| (name, value.trim()))
}

/// An entry that is still being read.
pub(super) struct Described {
    pub(super) entry: Entry,
    /// Folders that `out` names, below the entry's own.
    below: PathBuf,
    /// So many bytes of options belong to it.
    bytes: usize,
}

/// An option of an entry may be a cookie of some length; this is junk.
const MOST_BYTES: usize = 256 * 1024;

impl From<Entry> for Described {
    fn from(entry: Entry) -> Self {
        Self { entry, below: PathBuf::new(), bytes: 0 }
    }
}

impl Described {
    /// Takes one more option. What comes back is to be said, once for each name: that it has no effect.
    ///
    /// # Errors
    /// Says in words, safe to show, why the value makes no sense.
    pub(super) fn set(&mut self, name: &str, value: &str) -> Result<Option<String>, String> {
        self.charge(value.len())?;
        let wrong = |why: String| format!("`{name}`: {why}");
        let Entry { url, dir, checksum, more, name: own } = &mut self.entry;
        let mut send = |name: &str, value: &str| more.headers.push((name.to_owned(), Secret(value.to_owned())));
        match name {
            "out" => {
                let (below, name) = own_path(value).map_err(wrong)?;
                (self.below, *own) = (below, Some(name));
            }
            "dir" if value.is_empty() => return Err(wrong("it names no folder".to_owned())),
            "dir" => *dir = Some(path::absolute(value).map_err(|error| wrong(error.to_string()))?),
            "checksum" => {
                let (algorithm, hex) = value.split_once('=').unwrap_or((value, ""));
                let known = format!("{}:{hex}", algorithm.replace('-', ""));
                *checksum = Some(parse_checksum(&known).map_err(wrong)?);
            }
            "header" => more.headers.extend(header(value).map_err(wrong)?),
            "referer" | "user-agent" if value.is_empty() => {}
            // As a browser has it: the login in an address is for its server alone.
            "referer" if value == "*" => send("Referer", display::without_userinfo(url).as_str()),
            "referer" => send("Referer", value),
            "user-agent" => send("User-Agent", value),
            "http-no-cache" if value == "true" => send("Cache-Control", "no-cache"),
            "http-user" => value.clone_into(&mut login(&mut more.user).0),
            "http-passwd" => login(&mut more.user).1 = Secret(value.to_owned()),
            _ => return Ok(without_effect(name, value)),
        }
        Ok(None)
    }

    /// Counts bytes that an entry grows by.
    ///
    /// # Errors
    /// Says in words that these are too many.
    pub(super) fn charge(&mut self, bytes: usize) -> Result<(), String> {
        self.bytes += bytes + 1;
        if self.bytes > MOST_BYTES {
            return Err(format!("more than {MOST_BYTES} bytes of options for one address"));
        }
        Ok(())
    }

    /// The entry with all that was said of it.
    pub(super) fn finish(self) -> Entry {
        let Self { mut entry, below, .. } = self;
        if !below.as_os_str().is_empty() {
            entry.dir = Some(entry.dir.map_or_else(|| below.clone(), |dir| dir.join(&below)));
        }
        // A password for nobody is for nobody.
        entry.more.user = entry.more.user.filter(|(user, _)| !user.is_empty());
        entry
    }
}

fn login(user: &mut Option<(String, Secret)>) -> &mut (String, Secret) {
    user.get_or_insert_with(|| (String::new(), Secret(String::new())))
}

/// True where an option has an effect here.
pub(super) fn matters(name: &str) -> bool {
    is_among(name, KNOWN)
}

/// What is to be said of an option that has none; nothing where nobody would miss it.
pub(super) fn without_effect(name: &str, value: &str) -> Option<String> {
    if let Some((_, here)) = ELSEWHERE.iter().find(|(names, _)| is_among(name, names)) {
        // As it is anyway.
        let idle = matches!(value, "" | "0" | "false");
        return (!idle).then(|| format!("`{name}` has no effect in a list: {here}"));
    }
    if is_among(name, QUIET) || QUIET_FAMILIES.iter().any(|family| name.starts_with(family)) || matters(name) {
        return None;
    }
    let elsewhere = ELSEWHERE.iter().flat_map(|(names, _)| names.split_whitespace());
    let meant = nearest::did_you_mean(name, KNOWN.split_whitespace().chain(QUIET.split_whitespace()).chain(elsewhere));
    Some(format!("the option `{}` is unknown and has no effect{meant}", display::fit(name, 40)))
}

/// What haul does too, but for a whole run, with what is to be said instead.
const ELSEWHERE: &[(&str, &str)] = &[
    (
        "all-proxy all-proxy-passwd all-proxy-user http-proxy http-proxy-passwd http-proxy-user https-proxy \
         https-proxy-passwd https-proxy-user",
        "--proxy is for the whole run",
    ),
    ("no-proxy", "the variable NO_PROXY is for the whole run"),
    ("allow-overwrite", "--overwrite is for the whole run"),
    ("connect-timeout", "--connect-timeout is for the whole run"),
    ("dry-run hash-check-only", "the file is fetched"),
    ("lowest-speed-limit timeout", "--stall-timeout is for the whole run"),
    ("max-download-limit", "--limit-rate is for the whole run"),
    ("max-tries", "--retries is for the whole run"),
    ("parameterized-uri", "--glob is for the whole run"),
    ("remote-time", "--remote-time is for the whole run"),
];

/// What says how aria2 works, and nothing about what is fetched: haul finds that out by itself, or has no use for it.
const QUIET: &str = "allow-piece-length-change always-resume async-dns auto-file-renaming check-integrity \
    conditional-get content-disposition-default-utf8 continue enable-http-keep-alive enable-http-pipelining \
    enable-mmap enable-peer-exchange file-allocation follow-metalink follow-torrent force-save gid http-accept-gzip \
    http-auth-challenge index-out max-connection-per-server max-file-not-found max-mmap-limit \
    max-resume-failure-tries max-upload-limit min-split-size no-file-allocation-limit no-netrc no-want-digest-header \
    pause pause-metadata piece-length proxy-method realtime-chunk-checksum remove-control-file retry-wait reuse-uri \
    rpc-save-upload-metadata select-file split ssh-host-key-md stream-piece-selector uri-selector use-head";

/// All of them are about `BitTorrent`, FTP and Metalink.
const QUIET_FAMILIES: [&str; 4] = ["bt-", "ftp-", "metalink-", "seed-"];

/// What has an effect.
const KNOWN: &str = "out dir checksum header referer user-agent http-no-cache http-user http-passwd";

fn is_among(name: &str, names: &str) -> bool {
    names.split_whitespace().any(|known| known == name)
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::engine::request::More;

    fn described(options: &[(&str, &str)]) -> Result<Entry, String> {
        let url = Url::parse("http://ann:pw@h/x.jpg#f").expect("an address");
        let mut described = Described::from(Entry::from(url));
        for (name, value) in options {
            described.set(name, value)?;
        }
        Ok(described.finish())
    }

    #[test]
    fn lines_are_options_or_something_else() {
        assert_eq!(option("out=a=b "), Some(("out", "a=b")));
        assert_eq!(option("http-user = x"), Some(("http-user", "x")));
        for line in ["http://h/?a=b", "h/?a=b", "=x", "out", "o!t=x", ""] {
            assert_eq!(option(line), None, "{line}");
        }
    }

    #[test]
    fn every_option_that_matters_is_in_the_entry() {
        let hex = "0123456789abcdef".repeat(4);
        let entry = described(&[
            ("out", "a/b.jpg"),
            ("dir", "/else/where"),
            ("checksum", &format!("sha-256={hex}")),
            ("header", "X-A: 1"),
            ("header", "X-A: 2"),
            ("header", "Range: bytes=0-1"),
            ("referer", "*"),
            ("user-agent", "UA/1"),
            ("http-passwd", "s:cret"),
            ("http-user", "ann"),
            ("http-no-cache", "true"),
        ])
        .expect("it makes sense");
        let headers = [
            ("X-A", "1"),
            ("X-A", "2"),
            ("Referer", "http://h/x.jpg"),
            ("User-Agent", "UA/1"),
            ("Cache-Control", "no-cache"),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), Secret(value.to_owned()))).to_vec();
        let user = Some(("ann".to_owned(), Secret("s:cret".to_owned())));
        let expected = Entry {
            dir: Some("/else/where/a".into()),
            name: Some("b.jpg".to_owned()),
            checksum: parse_checksum(&format!("sha256:{hex}")).ok(),
            more: More { headers, user, ..More::default() },
            ..Entry::from(entry.url.clone())
        };
        assert!(entry == expected);
        assert!(described(&[("referer", ""), ("user-agent", "")]).is_ok_and(|entry| entry.more == More::default()));
        let dir = |options: &[(&str, &str)]| described(options).expect("it makes sense").dir;
        let here = std::env::current_dir().expect("there is one");
        assert_eq!(dir(&[("dir", "x/y")]), Some(here.join("x/y")));
        assert_eq!(dir(&[("out", "x/y")]), Some("x".into()));
        assert_eq!(dir(&[("out", "x/y"), ("out", "z")]), None);
        assert!(described(&[("http-passwd", "x")]).is_ok_and(|entry| entry.more == More::default()));
        for algorithm in ["sha-1", "sha-512", "md5"] {
            let digits = parse_checksum(&format!("{}:", algorithm.replace('-', ""))).expect_err("no digits");
            let count = digits.split_whitespace().find_map(|word| word.parse().ok()).expect("it says how many");
            let entry = described(&[("checksum", &format!("{algorithm}={}", "0".repeat(count)))]);
            assert!(entry.is_ok_and(|entry| entry.checksum.is_some()), "{algorithm}");
        }
    }

    #[test]
    fn values_that_make_no_sense_are_refused_without_being_shown() {
        for (name, value, said) in [
            ("out", "../x", "`out`: `../x` leaves its folder"),
            ("out", "/x", "`out`: `/x` begins with a slash"),
            ("dir", "", "`dir`: it names no folder"),
            ("checksum", "sha-256=12", "`checksum`: a sha256 has 64 hex digits"),
            ("checksum", "adler32=12345678", "`checksum`: the kinds are"),
            ("header", "s3cret", "`header`: a header has no colon"),
            ("header", &"X: ".repeat(MOST_BYTES), "more than 262144 bytes"),
        ] {
            let why = described(&[(name, value)]).err().unwrap_or_default();
            assert!(why.starts_with(said) && !why.contains("s3cret"), "{why}");
        }
    }

    /// The options that aria2's manual allows below an address, for HTTP at least, say nothing where nothing is lost.
    #[test]
    fn what_has_no_effect_is_said_only_where_it_is_missed() {
        for (name, value, said) in [
            ("gid", "0123456789abcdef", None),
            ("split", "5", None),
            ("bt-tracker", "x", None),
            ("seed-time", "0", None),
            ("allow-overwrite", "false", None),
            ("max-download-limit", "0", None),
            ("max-download-limit", "1M", Some("`max-download-limit` has no effect in a list: --limit-rate")),
            ("https-proxy-user", "x", Some("`https-proxy-user` has no effect in a list: --proxy")),
            ("chekcsum", "x", Some("the option `chekcsum` is unknown and has no effect: did you mean `checksum`?")),
            ("zzz", "x", Some("the option `zzz` is unknown and has no effect")),
        ] {
            let found = without_effect(name, value);
            assert_eq!(found.is_some(), said.is_some(), "{name}");
            assert!(found.unwrap_or_default().starts_with(said.unwrap_or_default()), "{name}");
        }
    }
}
