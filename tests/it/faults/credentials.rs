//! Credentials and headers of the user's own: who gets them and who must not. One proxy plays every host, so that its
//! log is the witness for all of them.

use std::fs;

use crate::headless::json;
use crate::support::command::{Run, haul};
use crate::support::origin::{Answer, Origin, Request, Script};
use crate::support::temp::TempDir;

/// `ann:pw`, `bob:px` and `eve:pz` as Basic has them.
const ANN: &str = "Basic YW5uOnB3";
const BOB: &str = "Basic Ym9iOnB4";
const EVE: &str = "Basic ZXZlOnB6";

const NETRC: &str = "machine a.example login ann password pw\n\
                     machine b.example login bob password px\n\
                     machine mute.example\n\
                     default login eve password pz\n";

fn netrc(dir: &TempDir, text: &str) {
    fs::write(dir.home().join(".netrc"), text).expect("a folder of our own takes files");
}

/// A run that sends everything to this origin.
fn through(dir: &TempDir, proxy: &Origin) -> Run {
    json(dir).args(["--proxy", &proxy.url("")])
}

fn to(origin: &Origin, path: &str, location: &str) {
    let location = location.to_owned();
    origin.script(path, Script::new().then(move || Answer::redirect(302, &location)));
}

fn only(origin: &Origin, target: &str) -> Request {
    let mut requests = origin.requests(target);
    assert_eq!(requests.len(), 1, "{target} among {:#?}", origin.all_requests());
    requests.remove(0)
}

#[test]
fn _71_72_73_74_what_is_for_one_origin_stays_there() {
    let plain = "http://a.example/start.bin";
    let named = "http://ann:pw@a.example/start.bin";
    let given: [(u32, &str, &[&str], &str, &str); 6] = [
        (71, named, &[], "Authorization", ANN),
        (71, plain, &["-u", "ann:pw"], "Authorization", ANN),
        (71, plain, &["--netrc"], "Authorization", ANN),
        (72, plain, &["-H", "X-Api-Key: key"], "X-Api-Key", "key"),
        (72, plain, &["-H", "Cookie: c=1"], "Cookie", "c=1"),
        (72, plain, &["-H", "Authorization: Bearer key"], "Authorization", "Bearer key"),
    ];
    let away = [
        ("another host", "http://b.example/away.bin", "http://b.example/away.bin"),
        ("another port", "http://a.example:81/away.bin", "http://a.example:81/away.bin"),
        ("another scheme", "https://a.example/away.bin", "a.example:443"),
    ];
    for (number, url, args, header, value) in given {
        for (name, location, seen_as) in away {
            let (dir, proxy) = (TempDir::new(), Origin::start());
            netrc(&dir, NETRC);
            to(&proxy, "http://a.example/start.bin", "/near.bin");
            to(&proxy, "http://a.example/near.bin", location);
            to(&proxy, location, "http://a.example/back.bin");
            proxy.script("http://a.example/back.bin", Script::body("abc"));
            // A tunnel, which no certificate of ours could end.
            proxy.script("a.example:443", Script::new().then(|| Answer::status(502)));
            let tunnel = seen_as == "a.example:443";
            through(&dir, &proxy).args(args).arg(url).run().expect(i32::from(tunnel));
            let carried = |target: &str| only(&proxy, target).header(header).map(str::to_owned);
            for target in ["http://a.example/start.bin", "http://a.example/near.bin"] {
                assert_eq!(carried(target).as_deref(), Some(value), "{number} {name} {target}");
            }
            assert_eq!(carried(seen_as), None, "{number} {name}");
            if !tunnel {
                assert_eq!(carried("http://a.example/back.bin"), None, "73 {number} {name}");
            }
            let all = proxy.all_requests();
            assert!(all.iter().all(|r| r.header("Referer").is_none()), "74 {number} {name}: {all:#?}");
        }
    }
}

#[test]
fn _81_logins_are_read_when_asked_and_yield_to_everything_nearer() {
    let cases: [(&str, &[&str], &str, &[&str]); 10] = [
        ("81: not asked", &[], "http://a.example/x.bin", &[]),
        ("its host", &["--netrc"], "http://a.example/x.bin", &[ANN]),
        ("its host, another port", &["--netrc"], "http://A.Example:81/x.bin", &[ANN]),
        ("another host", &["--netrc"], "http://b.example/x.bin", &[BOB]),
        ("a host below", &["--netrc"], "http://sub.a.example/x.bin", &[EVE]),
        ("an entry without a login", &["--netrc"], "http://mute.example/x.bin", &[]),
        ("the address", &["--netrc"], "http://bob:px@a.example/x.bin", &[BOB]),
        ("the option", &["--netrc", "-u", "bob:px"], "http://a.example/x.bin", &[BOB]),
        ("a header", &["--netrc", "-H", "authorization: mine"], "http://a.example/x.bin", &["mine"]),
        (
            "a header and the option",
            &["-u", "bob:px", "-H", "Authorization: mine"],
            "http://a.example/x.bin",
            &["mine"],
        ),
    ];
    for (name, args, url, expected) in cases {
        let (dir, proxy) = (TempDir::new(), Origin::start());
        netrc(&dir, NETRC);
        through(&dir, &proxy).args(args).arg(url).run().expect(1);
        let [request] = &proxy.all_requests()[..] else { unreachable!("{name}: {:#?}", proxy.all_requests()) };
        let sent: Vec<_> =
            request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("Authorization")).collect();
        assert_eq!(sent.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>(), expected, "{name}");
    }
}

#[test]
fn another_file_of_logins_can_be_named() {
    let (dir, proxy) = (TempDir::new(), Origin::start());
    netrc(&dir, NETRC);
    let other = dir.write("other", "machine a.example login bob password px");
    through(&dir, &proxy).args(["--netrc", "http://a.example/x.bin"]).env("NETRC", other).run().expect(1);
    assert_eq!(proxy.all_requests()[0].header("Authorization"), Some(BOB));
}

#[test]
fn logins_that_cannot_be_read_end_the_run_before_it_begins() {
    for (text, says) in [
        (None, ".netrc`: "),
        (Some("machine a.example login ann password two s3cret"), ".netrc`, line 1: "),
        (Some("machine a.example\nlogin ann\npassword \"s3cret"), ".netrc`, line 3: a quote is not closed"),
    ] {
        let (dir, proxy) = (TempDir::new(), Origin::start());
        if let Some(text) = text {
            netrc(&dir, text);
        }
        let done = through(&dir, &proxy).args(["--netrc", "http://a.example/x.bin"]).run().expect(2);
        let done = done.check_stderr(says);
        let hidden = !done.stderr().contains("s3cret") && done.stdout().is_empty();
        done.check(hidden, "expected no secret");
        assert_eq!(proxy.all_requests().len(), 0);
    }
}

#[test]
fn _80_the_proxys_password_is_for_the_proxy() {
    for (name, by_option) in [("by the environment", false), ("by option", true)] {
        let (dir, proxy, direct) = (TempDir::new(), Origin::start(), Origin::start());
        to(&proxy, "http://a.example/x.bin", &direct.url("/y.bin"));
        to(&direct, "/y.bin", "http://b.example/z.bin");
        proxy.script("http://b.example/z.bin", Script::body("abc"));
        let url = proxy.url("").replace("http://", "http://ann:pw@");
        let run = haul(&dir).args(["--json", "-u", "bob:px", "http://a.example/x.bin"]).env("NO_PROXY", "127.0.0.1");
        let run = if by_option { run.args(["--proxy", &url]) } else { run.env("http_proxy", &url) };
        run.run().expect(0);
        for (origin, target, proxied, own) in [
            (&proxy, "http://a.example/x.bin", Some(ANN), Some(BOB)),
            (&direct, "/y.bin", None, None),
            (&proxy, "http://b.example/z.bin", Some(ANN), None),
        ] {
            let request = only(origin, target);
            let seen = (request.header("Proxy-Authorization"), request.header("Authorization"));
            assert_eq!(seen, (proxied, own), "{name}: {target}");
        }
    }
}

#[test]
fn _80_a_tunnel_is_asked_for_without_what_goes_through_it() {
    let (dir, proxy) = (TempDir::new(), Origin::start());
    proxy.script("a.example:443", Script::new().then(|| Answer::status(407)));
    let cookies = dir.write("cookies", ".a.example\tTRUE\t/\tTRUE\t0\tc\t1\n");
    let url = proxy.url("").replace("http://", "http://ann:pw@");
    let run = json(&dir).args(["--proxy", &url, "-u", "bob:px", "-H", "X-Api-Key: key", "https://a.example/x.bin"]);
    run.arg("--cookies").arg(cookies).run().expect(1);
    let request = only(&proxy, "a.example:443");
    assert_eq!((request.method.as_str(), request.header("Proxy-Authorization")), ("CONNECT", Some(ANN)));
    assert!(["Authorization", "X-Api-Key", "Cookie"].iter().all(|name| request.header(name).is_none()), "{request:#?}");
}
