//! Servers and networks that fail: what the program makes of it, and what it leaves on the disk.

use super::{event, failure_class, json};
use crate::support::bytes::payload;
use crate::support::command::haul;
use crate::support::origin::{Answer, Origin, RefusedPort, Resource, Script};
use crate::support::temp::TempDir;

#[test]
fn each_fault_has_its_class_and_leaves_no_file() {
    type Case = (&'static str, fn() -> Answer, &'static str);
    let cases: &[Case] = &[
        ("cut", || Answer::ok(payload(1, 1000)).cut(400), "truncated"),
        ("reset", || Answer::ok(payload(1, 1000)).reset(400), "truncated"),
        ("cut chunks", || Answer::status(200).chunked(&payload(1, 1000), 300).cut(700), "truncated"),
        (
            "bad chunk",
            || Answer::status(200).header("Transfer-Encoding", "chunked").body("zz\r\nabc").close(),
            "protocol",
        ),
        ("not HTTP", || Answer::raw("SSH-2.0-OpenSSH_9.9\r\n"), "protocol"),
        ("coded", || Answer::ok(payload(1, 1000)).header("Content-Encoding", "gzip"), "protocol"),
        ("two lengths", || Answer::ok("abc").header("Content-Length", "3").header("Content-Length", "5"), "protocol"),
        ("gone", || Answer::html(410, "Gone"), "status"),
        ("forbidden", || Answer::html(403, "Forbidden"), "status"),
        ("busy", || Answer::status(429), "rate_limited"),
        ("no place", || Answer::status(302), "status"),
        ("other scheme", || Answer::redirect(302, "ftp://127.0.0.1/x"), "redirect"),
        ("loop", || Answer::redirect(302, "/x.bin"), "redirect"),
        ("no content", || Answer::status(204), "protocol"),
    ];
    for (name, answer, class) in cases {
        let (dir, origin) = (TempDir::new(), Origin::start());
        origin.script("/x.bin", Script::new().then(*answer));
        assert_eq!(failure_class(json(&dir).arg(origin.url("/x.bin"))), *class, "{name}");
        let left: Vec<_> = dir.names().into_iter().filter(|file| !file.starts_with(".haul-")).collect();
        assert_eq!(left, [] as [&str; 0], "{name}");
    }
}

#[test]
fn hosts_that_are_not_there_are_told_apart() {
    let dir = TempDir::new();
    let port = RefusedPort::new();
    assert_eq!(failure_class(json(&dir).arg(port.url("/x"))), "connect");
    assert_eq!(failure_class(json(&dir).arg("http://nohost.invalid/x")), "dns");
    let origin = Origin::start();
    let tls = origin.url("/x").replace("http://", "https://");
    assert_eq!(failure_class(json(&dir).arg(tls)), "tls");
    assert!(origin.all_requests().iter().all(|request| !request.is_http()));
}

#[test]
fn a_server_that_says_nothing_is_stalled() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/silent", Script::new().then(Answer::hang));
    origin.script("/half", Script::new().then(|| Answer::ok(payload(1, 1000)).stall_after(400)));
    for path in ["/silent", "/half"] {
        let run = json(&dir).args(["--stall-timeout", "300ms", &origin.url(path)]);
        assert_eq!(failure_class(run), "stalled", "{path}");
    }
}

#[test]
fn what_is_missing_is_asked_for_once() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    for (path, status) in [("/400", 400), ("/401", 401), ("/404", 404), ("/410", 410), ("/451", 451), ("/501", 501)] {
        origin.script(path, Script::new().then(move || Answer::html(status, "no")));
        let done = haul(&dir).args(["--json", "-r", "5", &origin.url(path)]).run().expect(1);
        assert_eq!(event(&done, "failed")["http_status"], status);
        assert_eq!(origin.requests(path).len(), 1, "{path}");
    }
    assert_eq!(dir.names(), [] as [&str; 0]);
}

#[test]
fn what_may_come_back_is_asked_for_again() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    for status in [408, 425, 429, 500, 502, 503, 504] {
        let path = format!("/{status}.bin");
        let script =
            Script::new().then(move || Answer::status(status).header("Retry-After", "0")).then(|| Answer::ok("abc"));
        origin.script(&path, script);
    }
    let urls: Vec<_> = [408, 425, 429, 500, 502, 503, 504].map(|status| origin.url(&format!("/{status}.bin"))).into();
    let done = haul(&dir).args(["--json", "-r", "1"]).args(&urls).run().expect(0);
    assert_eq!(event(&done, "summary")["finished"], 7);
    assert_eq!(origin.all_requests().len(), 14);
}

#[test]
fn retries_are_used_up() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::new().then(|| Answer::status(503).header("Retry-After", "0")));
    let done = haul(&dir).args(["--json", "-r", "1", &origin.url("/a.bin")]).run().expect(1);
    assert_eq!(event(&done, "failed")["attempts"], 2);
    assert_eq!(origin.requests("/a.bin").len(), 2);
}

#[test]
fn a_cut_body_goes_on_where_it_broke() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let bytes = payload(1, 1_000_000);
    let (good, broken) = (Resource::new(bytes.clone()).etag("\"a\""), Resource::new(bytes.clone()).etag("\"a\""));
    let script = Script::new()
        .answer(move |request| broken.answer(request).cut(600_000))
        .answer(move |request| good.answer(request));
    origin.script("/a.bin", script);
    let done = haul(&dir).args(["--json", "-r", "1", &origin.url("/a.bin")]).run().expect(0);
    assert_eq!(dir.read("a.bin"), bytes);
    assert_eq!(dir.names(), ["a.bin"]);
    let second = &origin.requests("/a.bin")[1];
    assert_eq!((second.header("Range"), second.header("If-Range")), (Some("bytes=598976-"), Some("\"a\"")));
    assert_eq!(event(&done, "finished")["resumed_from"], 600_000);
}

#[test]
fn what_cannot_be_continued_starts_anew_and_nothing_is_spliced() {
    let bytes = payload(1, 1_000_000);
    let old = Resource::new(payload(2, 1_000_000));
    let whole = Resource::new(bytes.clone());
    for (name, first, second) in [
        ("changed", old, whole.clone()),
        ("no ranges", whole.clone(), whole.clone().without_ranges()),
        ("weak tag", whole.clone().etag("W/\"a\""), whole.etag("W/\"a\"")),
    ] {
        let (dir, origin) = (TempDir::new(), Origin::start());
        let script = Script::new()
            .answer(move |request| first.answer(request).cut(600_000))
            .answer(move |request| second.answer(request));
        origin.script("/a.bin", script);
        let done = haul(&dir).args(["--json", "-r", "1", &origin.url("/a.bin")]).run().expect(0);
        assert_eq!(dir.read("a.bin"), bytes, "{name}");
        assert_eq!(event(&done, "finished")["resumed_from"], 0, "{name}");
        assert_eq!(dir.names(), ["a.bin"], "{name}");
    }
}

#[test]
fn redirects_are_followed_and_credentials_stay() {
    let (dir, origin, other) = (TempDir::new(), Origin::start(), Origin::start());
    other.script("/b.bin", Script::body("abc"));
    let to = other.url("/b.bin");
    origin.script("/a.bin", Script::new().then(move || Answer::redirect(302, &to)));
    let url = format!("http://ann:secret@{}/a.bin", origin.authority());
    json(&dir).arg(url).run().expect(0);
    let (here, there) = (&origin.requests("/a.bin")[0], &other.requests("/b.bin")[0]);
    assert!(here.header("Authorization").is_some());
    assert_eq!((there.header("Authorization"), there.header("Referer")), (None, None));
}

#[test]
fn a_redirect_loop_ends_after_ten_hops() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::new().then(|| Answer::redirect(302, "/a.bin")));
    assert_eq!(failure_class(haul(&dir).args(["--json", "-r", "3", &origin.url("/a.bin")])), "redirect");
    assert_eq!(origin.requests("/a.bin").len(), 11);
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/said.bin", Script::body(payload(1, 20_000)));
    origin.script("/unsaid.bin", Script::new().then(|| Answer::ok(payload(1, 20_000)).unframed()));
    for path in ["/said.bin", "/unsaid.bin"] {
        assert_eq!(failure_class(json(&dir).args(["--max-size", "10k", &origin.url(path)])), "too_large", "{path}");
    }
    assert_eq!(dir.names(), [] as [&str; 0]);
}

#[test]
fn one_dead_host_does_not_delay_another() {
    let (dir, dead, alive) = (TempDir::new(), Origin::start(), Origin::start());
    dead.script("/x", Script::new().then(Answer::hang));
    let mut urls: Vec<_> = (0..64).map(|number| dead.url(&format!("/x?{number}"))).collect();
    for number in 0..10 {
        let path = format!("/{number}.bin");
        alive.script(&path, Script::body("abc"));
        urls.push(alive.url(&path));
    }
    let running = haul(&dir).args(["--plain", "-j", "8"]).args(&urls).spawn();
    for number in 0..10 {
        running.wait_stdout(|line| line.starts_with(&format!("finished  {number}.bin")));
    }
}
