//! A curl command line, as browsers copy it: its addresses with the headers that it sends. What would make another
//! request of it, or is for a whole run here, is refused by its name; only which HTTP it speaks, and how it gets to the
//! server, is left to the run without a word. Values may be secret, so nothing here repeats one.

use std::borrow::Cow;

pub use super::address::is_curl;

use super::address::address;
use super::entry::Entry;
use super::glob::glob;
use super::header::header;
use super::places::own_path;
use super::shell;
use crate::display;
use crate::engine::options::Secret;
use crate::engine::request::More;

/// Lines, where those of a curl command are one: each with its number from 1.
pub fn lines<'a>(lines: impl Iterator<Item = &'a str>) -> impl Iterator<Item = (u64, Cow<'a, str>)> {
    let mut lines = (1..).zip(lines);
    std::iter::from_fn(move || {
        let (number, first) = lines.next()?;
        let mut line = Cow::Borrowed(first);
        while is_curl(first) && line.trim_end().ends_with(['\\', '^']) {
            let Some((_, next)) = lines.next() else { break };
            let end = line.trim_end().len();
            line.to_mut().replace_range(end.., "\n");
            line.to_mut().push_str(next);
        }
        Some((number, line))
    })
}

/// The files that a curl command fetches.
///
/// # Errors
/// Says in words, safe to show, what in it cannot be done.
pub fn entries(command: &str) -> Result<Vec<Entry>, String> {
    let command = command.replace("\r\n", "\n");
    let command = command.trim();
    if !is_curl(command) {
        return Err("this is no curl command: it begins with `curl `".to_owned());
    }
    let goes_on = command.lines().rev().skip(1).any(|line| line.trim_end().ends_with('^'));
    if goes_on || command.split_whitespace().nth(1).is_some_and(|word| word.starts_with("^\"")) {
        return Err("this is the form for cmd on Windows: copy it as cURL (bash), or as cURL (POSIX)".to_owned());
    }
    let words = shell::words(command).map_err(|why| format!("in the curl command {why}"))?;
    let mut asked = Asked::default();
    let mut words = words.into_iter().skip(1);
    let mut only_words = false;
    while let Some(word) = words.next() {
        match word.strip_prefix('-') {
            None if word == "curl" => {
                return Err("this is more than one curl command: give one to each --from-curl".to_owned());
            }
            None => asked.urls.push(word),
            Some(_) if only_words => asked.urls.push(word),
            Some("-") => only_words = true,
            Some(long) if long.starts_with('-') => asked.long(&word, &mut words)?,
            Some(letters) => asked.short(letters, &mut words)?,
        }
    }
    asked.entries()
}

#[derive(Default)]
struct Asked {
    urls: Vec<String>,
    /// What stands for an address in its place: a name, or that it is the server's.
    names: Vec<Option<String>>,
    more: More,
    literal: bool,
}

/// Options that say how curl talks and what it shows: nothing is lost without them.
const QUIET: &str = "-L --location -s --silent -S --show-error -f --fail --fail-with-body \
    --remote-name-all -J --remote-header-name -v --verbose -# --progress-bar --no-progress-meter -N --no-buffer \
    --compressed --create-dirs --http1.1 --http2 -4 --ipv4 -6 --ipv6 -Z --parallel -G --get";

/// Options with a value that is of no use here.
const QUIET_WITH_VALUE: &str = "--retry --retry-delay --retry-max-time -C --continue-at -w --write-out --max-redirs";

/// Options that ask for something that is no file.
const OTHER_REQUEST: &str = "-d --data --data-raw --data-binary --data-ascii --data-urlencode --json -F --form \
    --form-string -T --upload-file -I --head -r --range";

/// What is for the whole run here.
const RUN: &[(&str, &str)] = &[
    ("-k --insecure", "--insecure"),
    ("-x --proxy -U --proxy-user --socks5 --socks5-hostname", "--proxy"),
    ("--cacert", "--ca-cert"),
    ("-m --max-time", "--deadline"),
    ("--connect-timeout", "--connect-timeout"),
    ("--limit-rate", "--limit-rate"),
    ("--max-filesize", "--max-size"),
    ("-R --remote-time", "--remote-time"),
    ("-n --netrc", "--netrc"),
    ("--http2-prior-knowledge", "--http 2"),
    ("--output-dir", "--dir"),
];

fn is_among(name: &str, names: &str) -> bool {
    names.split_whitespace().any(|known| known == name)
}

impl Asked {
    fn long(&mut self, name: &str, words: &mut impl Iterator<Item = String>) -> Result<(), String> {
        self.option(name, &mut || words.next()).map(drop)
    }

    /// Several letters in one word; the rest of the word may be the value of the last.
    fn short(&mut self, letters: &str, words: &mut impl Iterator<Item = String>) -> Result<(), String> {
        if letters.is_empty() {
            return Err("`-` is standard input: curl has no file there".to_owned());
        }
        let mut rest = letters;
        while let Some(letter) = rest.chars().next() {
            rest = &rest[letter.len_utf8()..];
            let mut value = || if rest.is_empty() { words.next() } else { Some(rest.to_owned()) };
            if self.option(&format!("-{letter}"), &mut value)? {
                break;
            }
        }
        Ok(())
    }

    /// One option; true where it has taken a value.
    fn option(&mut self, name: &str, value: &mut dyn FnMut() -> Option<String>) -> Result<bool, String> {
        let shown = display::fit(&display::safe(name), 40);
        if is_among(name, QUIET) {
            return Ok(false);
        }
        if is_among(name, OTHER_REQUEST) {
            return Err(format!("`{shown}` of curl is refused: haul fetches whole files, and sends none"));
        }
        if let Some((_, here)) = RUN.iter().find(|(names, _)| is_among(name, names)) {
            return Err(format!("`{shown}` of curl is refused: write haul's own {here}, which is for the whole run"));
        }
        let quiet = is_among(name, QUIET_WITH_VALUE);
        let known = "-g --globoff -O --remote-name -H --header -A --user-agent -e --referer -b --cookie -u --user -o --output --url -X \
                     --request";
        if !quiet && !is_among(name, known) {
            return Err(format!("`{shown}` of curl is not known here: leave it out"));
        }
        if matches!(name, "-g" | "--globoff") {
            self.literal = true;
            return Ok(false);
        }
        if matches!(name, "-O" | "--remote-name") {
            self.names.push(None);
            return Ok(false);
        }
        let value = value().ok_or_else(|| format!("`{shown}` of curl has no value"))?;
        if !quiet {
            self.valued(name, value).map_err(|why| format!("`{shown}` of curl: {why}"))?;
        }
        Ok(true)
    }

    fn valued(&mut self, name: &str, value: String) -> Result<(), String> {
        match name {
            "-H" | "--header" if value.starts_with('@') => {
                return Err(format!("a file of headers is for the whole run: write -H {}", display::safe(&value)));
            }
            "-H" | "--header" => self.more.headers.extend(header(&value)?),
            "-A" | "--user-agent" => self.send("User-Agent", &value)?,
            "-e" | "--referer" => self.send("Referer", value.strip_suffix(";auto").unwrap_or(&value))?,
            "-b" | "--cookie" if !value.contains('=') => {
                return Err("this is a file of cookies: write haul's own --cookies".to_owned());
            }
            "-b" | "--cookie" => self.send("Cookie", &value)?,
            "-u" | "--user" => {
                let (user, password) = value.split_once(':').ok_or("there is no password: write NAME:PASSWORD")?;
                self.more.user = Some((user.to_owned(), Secret(password.to_owned())));
            }
            "-o" | "--output" if value == "-" => return Err("haul writes files, and prints none".to_owned()),
            "-o" | "--output" => self.names.push(Some(value)),
            "--url" => self.urls.push(value),
            // `-X`, which some browsers write always.
            _ if value == "GET" => {}
            _ => return Err("haul fetches files, by GET alone".to_owned()),
        }
        Ok(())
    }

    /// curl sends no header that is empty.
    fn send(&mut self, name: &str, value: &str) -> Result<(), String> {
        self.more.headers.extend(header(&format!("{name}: {value}")).map(|sent| sent.filter(|_| !value.is_empty()))?);
        Ok(())
    }

    fn entries(self) -> Result<Vec<Entry>, String> {
        if self.urls.is_empty() {
            return Err("the curl command has no address".to_owned());
        }
        let mut names = self.names.into_iter();
        let mut entries = Vec::new();
        for text in self.urls {
            let text = if self.literal { text } else { unglobbed(&text)? };
            // As curl, which takes http for granted.
            let text = if text.contains("://") { text } else { format!("http://{text}") };
            let (dir, name) = match names.next().flatten() {
                Some(path) => {
                    let (below, name) = own_path(&path).map_err(|why| format!("`--output` of curl: {why}"))?;
                    (Some(below), Some(name))
                }
                None => (None, None),
            };
            let dir = dir.filter(|dir| !dir.as_os_str().is_empty());
            entries.push(Entry { dir, name, more: self.more.clone(), ..Entry::from(address(&text)?) });
        }
        Ok(entries)
    }
}

/// Browsers put backslashes before brackets, since curl would read them as a pattern.
fn unglobbed(text: &str) -> Result<String, String> {
    let pattern = glob(text)?;
    match pattern.count() {
        1 => Ok(pattern.texts().next().unwrap_or_default()),
        count => Err(format!("the curl command stands for {count} addresses: give haul the address, with --glob")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file a line: address, name, headers, login.
    fn read(command: &str) -> Result<Vec<String>, String> {
        let entries = entries(command)?;
        let lines = entries.into_iter().map(|entry| {
            let name = entry.name.map(|name| {
                let below = entry.dir.map(|dir| format!("{}/", dir.display())).unwrap_or_default();
                format!(" -> {below}{name}")
            });
            let headers = entry.more.headers.iter().map(|(name, Secret(value))| format!(" [{name}: {value}]"));
            let user = entry.more.user.map(|(user, Secret(password))| format!(" {user}/{password}"));
            [entry.url.to_string(), name.unwrap_or_default(), headers.collect(), user.unwrap_or_default()].concat()
        });
        Ok(lines.collect())
    }

    #[test]
    fn what_browsers_copy_is_understood() {
        for (command, expected) in [
            ("curl http://h/1", &["http://h/1"][..]),
            // Chrome.
            (
                "curl 'https://h/a.jpg?w=1&h=\\[2\\]' \\\n  -H 'accept: image/*' \\\n  -H 'accept-encoding: gzip' \\\n  \
                 -b 'a=b; c=d' \\\n  -H 'range: bytes=0-' \\\n  -H 'sec-ch-ua: \"X\";v=\"1\"' \\\n  --compressed",
                &["https://h/a.jpg?w=1&h=[2] [accept: image/*] [Cookie: a=b; c=d] [sec-ch-ua: \"X\";v=\"1\"]"],
            ),
            (r"curl 'http://h/1' -H $'x-a: it\'s \u0021 \xe9 \ud83d\ude00'", &["http://h/1 [x-a: it's ! é 😀]"]),
            // Firefox.
            (
                "curl 'http://h/1' --compressed -H 'User-Agent: Mozilla/5.0' -H 'Host: h' -H 'Priority: u=4'",
                &["http://h/1 [User-Agent: Mozilla/5.0] [Priority: u=4]"],
            ),
            // Safari.
            ("curl 'http://h/1' \\\n-X 'GET' \\\n-H 'Referer: http://h/'", &["http://h/1 [Referer: http://h/]"]),
            // All of them at once.
            ("curl 'http://h/1' ;", &["http://h/1"]),
            ("curl 'http://h/1' &\r\n", &["http://h/1"]),
            ("curl 'http://h/1;2' \\\r\n  -H 'a: b&c' \\\r\n  --compressed\r\n", &["http://h/1;2 [a: b&c]"]),
            ("curl -O http://h/1 -o b http://h/2", &["http://h/1", "http://h/2 -> b"]),
            (
                "curl -46ZsO http://h/1 --remote-name http://h/2 -o c http://h/3 http://h/4",
                &["http://h/1", "http://h/2", "http://h/3 -> c", "http://h/4"],
            ),
            ("/usr/bin/curl -sSLo a/b.jpg -kg http://h/1", &[]),
            (
                "curl -sSLo a/b.jpg -Hx-a:1 --url 'h/{1}' -A UA -e 'http://r;auto' http://h/2 -g",
                &[
                    "http://h/%7B1%7D -> a/b.jpg [x-a: 1] [User-Agent: UA] [Referer: http://r]",
                    "http://h/2 [x-a: 1] [User-Agent: UA] [Referer: http://r]",
                ],
            ),
            ("curl -u 'ann:s:x' -H 'Accept:' -H 'x-b;' -A '' \"http://h/\\$1\"", &["http://h/$1 [x-b: ] ann/s:x"]),
            ("curl --retry 3 -w '%{http_code}' -- http://h/1", &["http://h/1"]),
            (r#"curl http://h/1 -H "x-a: \"'\$'1\"""#, &["http://h/1 [x-a: \"'$'1\"]"]),
        ] {
            let found = read(command);
            if expected.is_empty() {
                assert!(found.is_err(), "{command}");
            } else {
                assert_eq!(found, Ok(expected.iter().map(|line| (*line).to_owned()).collect()), "{command}");
            }
        }
    }

    #[test]
    fn what_cannot_be_done_is_named_without_its_value() {
        for (command, said) in [
            ("wget http://h/1", "this is no curl command"),
            ("curl", "the curl command has no address"),
            ("curl 's3cret", "in the curl command a quote has no end"),
            ("curl $'s3cret", "in the curl command a quote has no end"),
            ("curl http://h/1 -X POST", "`-X` of curl: haul fetches files, by GET alone"),
            ("curl http://h/1 --data-raw s3cret", "`--data-raw` of curl is refused"),
            ("curl http://h/1 -sd s3cret", "`-d` of curl is refused"),
            ("curl http://h/1 -I", "`-I` of curl is refused"),
            ("curl http://h/1 -F a=s3cret", "`-F` of curl is refused"),
            ("curl http://h/1 -k", "`-k` of curl is refused: write haul's own --insecure"),
            ("curl http://h/1 -x http://u:s3cret@p", "`-x` of curl is refused: write haul's own --proxy"),
            ("curl http://h/1 -b s3cret.txt", "`-b` of curl: this is a file of cookies: write haul's own --cookies"),
            ("curl http://h/1 -u s3cret", "`-u` of curl: there is no password"),
            ("curl http://h/1 -H s3cret", "`-H` of curl: a header has no colon"),
            ("curl http://h/1 -H @file", "`-H` of curl: a file of headers is for the whole run: write -H @file"),
            ("curl http://h/1 -H", "`-H` of curl has no value"),
            ("curl http://h/1 --nonsense", "`--nonsense` of curl is not known here: leave it out"),
            ("curl http://h/1 -é", "`-é` of curl is not known here"),
            ("curl http://h/1 -o /etc/x", "`--output` of curl: `/etc/x` begins with a slash"),
            ("curl http://h/1 -o -", "`-o` of curl: haul writes files"),
            ("curl http://h/1 -", "`-` is standard input"),
            ("curl 'http://h/[1-3]'", "the curl command stands for 3 addresses"),
            ("curl ftp://h/1", "`ftp://` is not fetched"),
            ("curl http://h/1 | jq", "in the curl command something follows a `;`"),
            ("curl http://h/1 -b a=s3cret\ncurl http://i/2", "in the curl command something follows a `;`"),
            ("curl http://h/1 -b a=s3cret ;\r\ncurl http://i/2 ;", "in the curl command something follows a `;`"),
            ("curl http://h/1 -b 'a=s3cret'&curl http://i/2", "in the curl command something follows a `;`"),
            ("curl http://h/1 -b a=s3cret curl http://i/2", "this is more than one curl command"),
            ("curl ^\"http://h/1^\" ^\n  -H ^\"a: b^\"", "this is the form for cmd on Windows"),
            ("curl \"http://h/1\" ^\n  -H \"a: b\"", "this is the form for cmd on Windows"),
            ("curl http://h/1 -H $'a: \\x00s3cret'", "in the curl command a quoted text holds a NUL"),
            ("curl http://h/1 -H 'a: b\nc'", "`-H` of curl: the header `a` has a value"),
        ] {
            let why = read(command).expect_err(command);
            assert!(why.starts_with(said) && !why.contains("s3cret"), "{command}: {why}");
        }
    }

    #[test]
    fn a_command_of_several_lines_is_one() {
        let text = "http://h/1\\\ncurl a \\\n  -b \\ \n  -c\nhttp://h/2\ncurl \\";
        let found: Vec<_> = lines(text.split('\n')).collect();
        let expected = [(1, "http://h/1\\"), (2, "curl a \\\n  -b \\\n  -c"), (5, "http://h/2"), (6, "curl \\")];
        assert_eq!(found, expected.map(|(number, line)| (number, line.into())));
    }

    proptest::proptest! {
        #[test]
        fn any_command_is_read_or_refused(
            words in proptest::collection::vec(
                r"(-[A-Za-z]|--[a-z]{1,8}|http://h|\$'|'|\x22|\\)?[a-c\\'\x22$:@{}\[\]é^ ;\n-]{0,8}",
                0..8,
            ),
        ) {
            if let Err(why) = entries(&format!("curl {}", words.join(" "))) {
                proptest::prop_assert!(!why.chars().any(char::is_control), "{}", why);
            }
        }
    }
}
