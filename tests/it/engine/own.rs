//! Headers and logins of one request, and those for one host: who gets them, who must not, and what comes before what.
//! Where hosts have names, one proxy plays all of them.

use haul::engine::event::Command;
use haul::engine::options::{HostRule, Login, Options, Proxy, Secret, SecretUrl};
use haul::engine::request::{DownloadRequest, More};
use haul::engine::{Engine, StartError};

use super::run::{Run, options};
use crate::support::bytes::payload;
use crate::support::origin::{Answer, Gate, Origin, Pace, Request, Resource, Script};

/// `ann:pw` and so on as Basic has them.
const ANN: &str = "Basic YW5uOnB3";
const BOB: &str = "Basic Ym9iOnB4";
const EVE: &str = "Basic ZXZlOnB6";

fn secrets(headers: &[(&str, &str)]) -> Vec<(String, Secret)> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), Secret((*value).to_owned()))).collect()
}

/// `name:password`.
fn user(login: &str) -> Option<(String, Secret)> {
    let (name, password) = login.split_once(':')?;
    Some((name.to_owned(), Secret(password.to_owned())))
}

/// The request with these headers of its own.
fn with(request: DownloadRequest, headers: &[(&str, &str)]) -> DownloadRequest {
    let more = More { headers: secrets(headers), ..request.more.map(|more| *more).unwrap_or_default() };
    DownloadRequest { more: Some(Box::new(more)), ..request }
}

fn values<'a>(request: &'a Request, name: &str) -> Vec<&'a str> {
    let same = request.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
    same.map(|(_, value)| value.as_str()).collect()
}

fn through(proxy: &Origin) -> Options {
    let url = proxy.url("").parse().expect("a valid address");
    Options { proxy: Proxy::Url(SecretUrl(url)), ..options() }
}

#[test]
fn headers_of_a_request_are_its_alone_and_come_before_the_others() {
    let (origin, all) = (Origin::start(), [("X-Key", "all"), ("X-Other", "all"), ("Accept", "all")]);
    origin.script("/busy", Script::new().then(|| Answer::status(503)).then(|| Answer::redirect(302, "/next")));
    origin.script("/next", Script::body("abc"));
    origin.script("/plain", Script::body("abc"));
    let mut run = Run::with(Options { headers: secrets(&all), retries: 1, ..options() });
    let own = [
        ("x-key", "one"),
        ("X-KEY", "two"),
        ("User-Agent", "mine"),
        ("Referer", "from"),
        ("Cookie", "c=1"),
        ("Range", "bytes=0-1"),
        ("If-Range", "\"a\""),
        ("Accept-Encoding", "gzip"),
        ("Content-Length", "5"),
        ("Transfer-Encoding", "chunked"),
    ];
    let requests = vec![with(run.request(&origin.url("/busy"), None), &own), run.request(&origin.url("/plain"), None)];
    for id in run.add_requests(requests) {
        run.finished(id);
    }
    let (busy, next) = (origin.requests("/busy"), origin.requests("/next"));
    assert_eq!((busy.len(), next.len()), (2, 1));
    for request in busy.iter().chain(&next) {
        for (name, expected) in [
            ("X-Key", &["one", "two"][..]),
            ("X-Other", &["all"]),
            ("Accept", &["all"]),
            ("User-Agent", &["mine"]),
            ("Referer", &["from"]),
            ("Cookie", &["c=1"]),
            ("Accept-Encoding", &["identity"]),
            ("Range", &[]),
            ("If-Range", &[]),
            ("Content-Length", &[]),
            ("Transfer-Encoding", &[]),
        ] {
            assert_eq!(values(request, name), expected, "{name}: {}", request.text);
        }
    }
    let plain = &origin.requests("/plain")[0];
    assert_eq!((values(plain, "X-Key"), values(plain, "Referer")), (vec!["all"], vec![]));
    assert!(plain.header("User-Agent").is_some_and(|agent| agent.starts_with("haul/")), "{}", plain.text);
}

#[test]
fn they_stay_with_the_origin_of_the_request() {
    let (home, away) = (Origin::start(), Origin::start());
    let to = |origin: &Origin, path: &str, location: String| {
        origin.script(path, Script::new().then(move || Answer::redirect(302, &location)));
    };
    to(&home, "/start", away.url("/abroad"));
    to(&away, "/abroad", home.url("/back"));
    home.script("/back", Script::body("abc"));
    let mut run = Run::new();
    let request = with(run.request(&home.url("/start"), None), &[("X-Key", "k"), ("Cookie", "c=1")]);
    let mut more = request.more.unwrap_or_default();
    more.user = user("ann:pw");
    let id = run.add_requests(vec![DownloadRequest { more: Some(more), ..request }])[0];
    run.finished(id);
    for (request, expected) in [
        (&home.requests("/start")[0], true),
        (&away.requests("/abroad")[0], false),
        (&home.requests("/back")[0], false),
    ] {
        for name in ["X-Key", "Cookie", "Authorization"] {
            assert_eq!(request.header(name).is_some(), expected, "{name}: {}", request.text);
        }
    }
}

/// Those of a file that comes over several connections, and the rest of one that was paused.
#[test]
fn they_go_with_every_range() {
    let origin = Origin::start();
    let bytes = payload(1, 4 * 1024 * 1024);
    let (split, rest) = (Resource::new(bytes.clone()), Resource::new(&bytes[..600_000]));
    let half = rest.clone();
    origin.script("/split.bin", Script::new().answer(move |r| split.answer(r).paced(&Pace::new(4_000_000))));
    let script = Script::new().answer(move |r| half.answer(r).stall_after(300_000)).answer(move |r| rest.answer(r));
    origin.script("/rest.bin", script);
    let mut run = Run::with(Options { connections: Some(4), ..options() });
    let own = |run: &Run, path: &str| with(run.request(&origin.url(path), None), &[("X-Key", "k")]);
    let requests = vec![own(&run, "/split.bin"), own(&run, "/rest.bin")];
    let ids = run.add_requests(requests);
    run.wait_bytes(ids[1], 300_000);
    run.send(Command::Pause(ids[1]));
    run.wait(ids[1], "paused");
    run.send(Command::Resume(ids[1]));
    assert_eq!(run.check(ids[1], "rest.bin", &bytes[..600_000]).resumed_from, 300_000);
    run.check(ids[0], "split.bin", &bytes);
    let all = origin.all_requests();
    assert!(all.iter().filter(|request| request.header("Range").is_some()).count() > 1, "{all:#?}");
    for request in &all {
        assert_eq!(values(request, "X-Key"), ["k"], "{}", request.text);
    }
}

#[test]
fn the_nearest_login_counts_and_a_header_before_those_that_are_as_near() {
    let list = Login { host: None, user: "joe".to_owned(), password: Secret("p0".to_owned()) };
    for (name, option, rule, own, header, userinfo, expected) in [
        ("the address", "bob:px", "eve:pz", "bob:px", "", "ann:pw@", ANN),
        ("the request", "ann:pw", "eve:pz", "bob:px", "", "", BOB),
        ("the host's", "ann:pw", "eve:pz", "", "", "", EVE),
        ("the option", "ann:pw", "", "", "", "", ANN),
        ("the list", "", "", "", "", "", "Basic am9lOnAw"),
        ("a header", "ann:pw", "", "", "Bearer b", "eve:pz@", "Bearer b"),
        ("the host's before a header", "ann:pw", "eve:pz", "", "Bearer b", "", EVE),
        ("the request before a header", "ann:pw", "eve:pz", "bob:px", "Bearer b", "", BOB),
    ] {
        let proxy = Origin::start();
        proxy.script("http://a.example/x.bin", Script::body("abc"));
        let rule = HostRule { host: "a.example".to_owned(), user: user(rule), ..HostRule::default() };
        let headers = if header.is_empty() { Vec::new() } else { secrets(&[("Authorization", header)]) };
        let given = Options { user: user(option), hosts: vec![rule], headers, ..through(&proxy) };
        let mut run = Run::with(Options { logins: vec![list.clone()], ..given });
        let request = run.request(&format!("http://{userinfo}a.example/x.bin"), None);
        let more = Some(Box::new(More { user: user(own), ..More::default() }));
        let id = run.add_requests(vec![DownloadRequest { more, ..request }])[0];
        run.finished(id);
        assert_eq!(values(&proxy.all_requests()[0], "Authorization"), [expected], "{name}");
    }
}

#[test]
fn a_header_that_cannot_be_sent_fails_the_job_and_is_not_said() {
    let (origin, mut run) = (Origin::start(), Run::new());
    for (name, value, says) in [("X Key", "s3cret", "`X Key` has a name"), ("X-Key", "s3cret\n", "`X-Key` has a value")]
    {
        let request = with(run.request(&origin.url(&format!("/{}", says.len())), None), &[(name, value)]);
        assert!(!format!("{request:?}").contains("s3cret"));
        let id = run.add_requests(vec![request])[0];
        let error = run.failed(id);
        assert_eq!(error.class.word(), "refused");
        assert!(error.detail.contains(says) && !error.detail.contains("s3cret"), "{error}");
    }
    assert_eq!(origin.all_requests().len(), 0);
}

#[test]
fn a_rule_is_for_its_host_and_never_for_one_that_a_redirect_leads_to() {
    let proxy = Origin::start();
    let rule = |host: &str, value: &str| HostRule {
        host: host.to_owned(),
        headers: secrets(&[("X-Key", value)]),
        ..HostRule::default()
    };
    let hosts = vec![rule("a.example", "a"), rule("*.example", "below"), rule("b.example", "never")];
    let mut run = Run::with(Options { hosts, headers: secrets(&[("X-Key", "all")]), ..through(&proxy) });
    let start = "http://other.test/start.bin";
    proxy.script(start, Script::new().then(|| Answer::redirect(302, "http://a.example/end.bin")));
    proxy.script("http://a.example/end.bin", Script::body("abc"));
    for (url, expected) in
        [("http://a.example:81/1.bin", "a"), ("http://b.example/2.bin", "below"), ("http://example/3.bin", "all")]
    {
        proxy.script(url, Script::body("abc"));
        let id = run.add(url);
        run.finished(id);
        assert_eq!(values(&proxy.requests(url)[0], "X-Key"), [expected], "{url}");
    }
    let id = run.add(start);
    run.finished(id);
    assert_eq!(values(&proxy.requests(start)[0], "X-Key"), ["all"]);
    assert_eq!(values(&proxy.requests("http://a.example/end.bin")[0], "X-Key"), [] as [&str; 0]);
    // A request's own comes before that of its host.
    let id = run.add_requests(vec![with(run.request("http://a.example/end.bin", None), &[("x-key", "own")])])[0];
    run.finished(id);
    assert_eq!(values(&proxy.requests("http://a.example/end.bin")[1], "X-Key"), ["own"]);
}

#[test]
fn the_limits_of_a_rule_are_those_of_its_host() {
    let (proxy, gate) = (Origin::start(), Gate::new());
    let held = gate.clone();
    let few = HostRule { host: "few.example".to_owned(), per_host: Some(2), ..HostRule::default() };
    proxy.script("http://few.example/x", Script::new().then(move || Answer::ok("some").wait(&held).body("more")));
    let held = gate.clone();
    proxy.script("http://all.example/x", Script::new().then(move || Answer::ok("some").wait(&held).body("more")));
    let mut run = Run::with(Options { hosts: vec![few], per_host: Some(5), ..through(&proxy) });
    let urls = |host: &str| (0..8).map(|n| format!("http://{host}.example/x?{n}")).collect::<Vec<_>>();
    let ids = run.add_all(&[urls("few"), urls("all")].concat());
    gate.wait_for(7);
    gate.open();
    for id in ids {
        run.finished(id);
    }
    assert_eq!((proxy.peak("http://few.example/x"), proxy.peak("http://all.example/x")), (2, 5));
}

#[test]
fn connections_for_one_file_are_those_of_its_host() {
    let proxy = Origin::start();
    let one = HostRule { host: "one.example".to_owned(), connections: Some(1), ..HostRule::default() };
    let file = Resource::new(payload(1, 4 * 1024 * 1024));
    let mut run = Run::with(Options { hosts: vec![one], connections: Some(3), ..through(&proxy) });
    for (url, split) in [("http://one.example/x", false), ("http://more.example/y", true)] {
        let file = file.clone();
        proxy.script(url, Script::new().answer(move |r| file.answer(r).paced(&Pace::new(8_000_000))));
        let id = run.add(url);
        run.finished(id);
        assert_eq!(proxy.requests(url).len() > 1, split, "{url}");
    }
}

#[test]
fn a_rule_that_no_host_can_meet_is_refused_at_the_start() {
    for (host, headers, says) in [
        ("example.com:80", vec![], "without a port"),
        ("example.com", secrets(&[("X-Key", "s3cret\n")]), "`X-Key` has a value"),
    ] {
        let rule = HostRule { host: host.to_owned(), headers, ..HostRule::default() };
        let why = match Engine::start(Options { hosts: vec![rule], ..options() }) {
            Err(StartError::Options(why)) => why,
            other => format!("{other:?}"),
        };
        assert!(why.contains(says) && !why.contains("s3cret"), "{why}");
    }
}
