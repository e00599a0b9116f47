//! Secrets stay where they were put: one of each kind is planted and sent, and then every output and every file is
//! searched for all of them.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::support::bytes::payload;
use crate::support::command::{Finished, haul};
use crate::support::origin::{Answer, Origin, RefusedPort, Script};
use crate::support::temp::TempDir;

/// Never seen anywhere, neither so nor as Basic has them.
const HIDDEN: [&str; 10] = [
    "s3cret-address",
    "s3cret-option",
    "s3cret-netrc",
    "s3cret-proxy",
    "s3cret-header",
    "s3cret-bearer",
    "s3cret-jar",
    "s3cret-set",
    "s3cret-place",
    "s3cret-fragment",
];

/// Parts of addresses: programs may read them in JSON, reports and lists, people see `?…`.
const QUERIES: [&str; 2] = ["s3cret-query", "s3cret-redirect"];

fn basic(user: &str, password: &str) -> String {
    STANDARD.encode(format!("{user}:{password}"))
}

/// Everything below a folder, names included.
fn contents(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("the folder is readable") {
        let path = entry.expect("the folder is readable").path();
        found.push(("a name".to_owned(), path.to_string_lossy().into_owned()));
        if path.is_dir() {
            contents(&path, found);
        } else {
            let bytes = fs::read(&path).expect("the file is readable");
            found.push((path.to_string_lossy().into_owned(), String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
}

/// Fails where an output or a file has a secret that it must not have.
#[track_caller]
fn search(done: &Finished, dir: &TempDir, people: &[&str]) {
    let mut found =
        vec![("stdout".to_owned(), done.stdout().to_owned()), ("stderr".to_owned(), done.stderr().to_owned())];
    contents(&dir.work(), &mut found);
    contents(&dir.home(), &mut found);
    let coded = ["ann", "bob", "eve", "px"].iter().flat_map(|user| HIDDEN.map(|secret| basic(user, secret)));
    let hidden: Vec<String> = HIDDEN.map(str::to_owned).into_iter().chain(coded).collect();
    for (place, text) in &found {
        let seen = hidden.iter().find(|secret| text.contains(secret.as_str()));
        assert_eq!(seen, None, "{place}: {text}");
        if people.contains(&place.as_str()) {
            assert_eq!(QUERIES.iter().find(|query| text.contains(**query)), None, "{place}: {text}");
        }
    }
}

/// The hosts: a file behind a redirect, a page that is not there, redirects that are refused, a cut body.
fn hosts() -> Origin {
    let proxy = Origin::start();
    let to = |path: &str, location: &str| {
        let location = location.to_owned();
        let answer = move || Answer::redirect(302, &location).header("Set-Cookie", "set=s3cret-set; Path=/");
        proxy.script(path, Script::new().then(answer));
    };
    to("http://a.example/good.bin", "/moved.bin?sig=s3cret-redirect");
    proxy.script("http://a.example/moved.bin", Script::body("abc"));
    to("http://a.example/user.bin", "http://ann:s3cret-place@b.example/");
    to("http://a.example/ftp.bin", "ftp://ann:s3cret-place@b.example/");
    to("http://a.example/tls.bin", "https://tunnel.example/?sig=s3cret-redirect");
    proxy.script("tunnel.example:443", Script::new().then(|| Answer::status(502)));
    proxy.script("http://a.example/cut.bin", Script::new().then(|| Answer::ok(payload(1, 400_000)).cut(300_000)));
    proxy
}

#[test]
fn secrets_are_sent_and_never_told() {
    for (face, people) in
        [("--plain", &["stdout", "stderr"][..]), ("--json", &["stderr"]), ("-q", &["stdout", "stderr"])]
    {
        let (dir, given, proxy) = (TempDir::new(), TempDir::new(), hosts());
        let netrc = given.write("netrc", "machine b.example login eve password s3cret-netrc\n");
        let cookies = given.write("cookies", "a.example\tFALSE\t/\tFALSE\t0\tjar\ts3cret-jar\n");
        let headers = given.write("headers", "X-Api-Key: s3cret-header\n");
        let through = proxy.url("").replace("http://", "http://px:s3cret-proxy@");
        let options = ["-v", "-r", "1", "-j", "4", "--netrc", "--report", "report.json", "--failed", "left.txt"];
        let run = haul(&dir).arg(face).args(options).env("NETRC", netrc).arg("--cookies").arg(cookies);
        let run = run.args(["--proxy", &through, "-H"]).arg(format!("@{}", headers.display()));
        let addresses = ["good", "user", "ftp", "tls", "cut", "gone"]
            .map(|name| format!("http://ann:s3cret-address@a.example/{name}.bin?sig=s3cret-query#s3cret-fragment"));
        let done = run.args(addresses).arg("http://b.example/none.bin").run().expect(1);
        let log: String = proxy.all_requests().iter().map(|request| request.text.clone()).collect();
        let sent = [
            basic("ann", "s3cret-address"),
            basic("eve", "s3cret-netrc"),
            basic("px", "s3cret-proxy"),
            "X-Api-Key: s3cret-header".to_ascii_lowercase(),
            "jar=s3cret-jar; set=s3cret-set".to_owned(),
            "?sig=s3cret-query".to_owned(),
            "?sig=s3cret-redirect".to_owned(),
        ];
        for secret in sent {
            assert!(log.contains(&secret), "{secret} was never sent: {log}");
        }
        search(&done, &dir, people);
        let report = String::from_utf8(dir.read("report.json")).unwrap_or_default();
        assert!(
            report.contains("a.example/good.bin?sig=s3cret-query") && report.contains("a.example/moved.bin"),
            "{report}"
        );
    }
}

#[test]
fn mistakes_and_failures_tell_no_secret() {
    let refused = RefusedPort::new().url("").replace("http://", "http://px:s3cret-proxy@");
    let header_file = "X-Api-Key s3cret-header\n";
    let cases: [(&str, &[&str], i32); 8] = [
        ("a proxy that is not there", &["--proxy", &refused, "http://a.example/x.bin"], 1),
        ("the same for a tunnel", &["--proxy", &refused, "https://a.example/x.bin"], 1),
        ("no proxy", &["--proxy", "ftp://px:s3cret-proxy@h", "http://a.example/x.bin"], 2),
        ("no header", &["-H", "Authorization s3cret-bearer", "http://a.example/x.bin"], 2),
        ("no value", &["-H", "X-Api-Key: s3cret-header\u{1}", "http://a.example/x.bin"], 2),
        ("no header in a file", &["-H", "@headers", "http://a.example/x.bin"], 2),
        ("no host", &["-u", "bob:s3cret-option", "http://ann:s3cret-address@nohost.invalid/x?s3cret-query"], 1),
        ("no scheme", &["ftp://ann:s3cret-address@a.example/x?s3cret-query"], 2),
    ];
    for (name, args, status) in cases {
        let (dir, given) = (TempDir::new(), TempDir::new());
        given.write("headers", header_file);
        let path = given.path("headers");
        let args =
            args.iter().map(|arg| if *arg == "@headers" { format!("@{}", path.display()) } else { (*arg).to_owned() });
        let done = haul(&dir).args(["--plain", "-v", "-r", "0"]).args(args).run().expect(status);
        assert!(!done.stdout().is_empty() || !done.stderr().is_empty(), "{name} says nothing");
        search(&done, &dir, &["stdout", "stderr"]);
    }
}
