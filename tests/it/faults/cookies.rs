//! Cookies: none without a jar; with one, those of the user's file and of servers, each to the hosts it is for. One
//! proxy plays every host.

use std::fs;

use crate::headless::{event, json};
use crate::support::command::Run;
use crate::support::origin::{Answer, Origin, Script};
use crate::support::temp::TempDir;

const FILE: &str = "# Netscape HTTP Cookie File\n\
                    a.example\tFALSE\t/\tFALSE\t0\thost\t1\n\
                    .example.com\tTRUE\t/\tFALSE\t4102444800\tdomain\t2\n\
                    #HttpOnly_b.example\tFALSE\t/deep\tFALSE\t0\tpath\t3\n\
                    a.example\tFALSE\t/\tTRUE\t0\ttls\t4\n\
                    a.example\tFALSE\t/\tFALSE\t1\told\t5\n\
                    com\tTRUE\t/\tFALSE\t0\ttop\t6\n";

/// A run with a jar, which sends everything to this origin.
fn with_jar(dir: &TempDir, proxy: &Origin, file: &str) -> Run {
    let file = dir.write("cookies.txt", file);
    json(dir).args(["-j", "1", "--proxy", &proxy.url(""), "--cookies"]).arg(file)
}

/// The `Cookie` of every request, by target.
fn sent(origin: &Origin) -> Vec<(String, Option<String>)> {
    let requests = origin.all_requests().into_iter();
    requests.map(|request| (request.target.clone(), request.header("Cookie").map(str::to_owned))).collect()
}

#[test]
fn the_cookies_of_the_file_go_where_they_belong() {
    for (url, expected) in [
        ("http://a.example/x.bin", Some("host=1")),
        ("http://a.example:81/x.bin", Some("host=1")),
        ("http://sub.a.example/x.bin", None),
        ("http://example.com/x.bin", Some("domain=2")),
        ("http://www.example.com/x.bin", Some("domain=2")),
        ("http://b.example/deep/x.bin", Some("path=3")),
        ("http://b.example/x.bin", None),
    ] {
        let (dir, proxy) = (TempDir::new(), Origin::start());
        with_jar(&dir, &proxy, FILE).arg(url).run().expect(1);
        assert_eq!(sent(&proxy), [(url.to_owned(), expected.map(str::to_owned))]);
        assert_eq!(fs::read_to_string(dir.path("cookies.txt")).ok().as_deref(), Some(FILE));
    }
}

#[test]
fn the_jar_follows_redirects_and_lasts_for_the_run() {
    let (dir, proxy) = (TempDir::new(), Origin::start());
    let set = |path: &str, location: &str, cookie: &str| {
        let (location, cookie) = (location.to_owned(), cookie.to_owned());
        let answer = move || Answer::redirect(302, &location).header("Set-Cookie", &cookie);
        proxy.script(path, Script::new().then(answer));
    };
    set("http://a.example/1.bin", "http://a.example/2.bin", "host=; Max-Age=0");
    set("http://a.example/2.bin", "http://b.example/deep/3.bin", "new=7; Domain=a.example");
    set("http://b.example/deep/3.bin", "http://sub.a.example/4.bin", "evil=8; Domain=a.example");
    set("http://sub.a.example/4.bin", "http://a.example/5.bin", "evil=9; Domain=example");
    proxy.script("http://a.example/5.bin", Script::body("abc"));
    proxy.script("http://a.example/6.bin", Script::body("abc"));
    let run = with_jar(&dir, &proxy, FILE).args(["-H", "Cookie: mine=0", "http://a.example/1.bin"]);
    run.arg("http://a.example/6.bin").run().expect(0);
    let expected = [
        ("http://a.example/1.bin", "mine=0"),
        ("http://a.example/2.bin", "mine=0"),
        ("http://b.example/deep/3.bin", "path=3"),
        ("http://sub.a.example/4.bin", "new=7"),
        ("http://a.example/5.bin", "new=7"),
        // The user's own header again, where the user asks for this host.
        ("http://a.example/6.bin", "mine=0"),
    ];
    assert_eq!(sent(&proxy), expected.map(|(target, cookie)| (target.to_owned(), Some(cookie.to_owned()))));
    assert_eq!(dir.read("cookies.txt"), FILE.as_bytes());
}

#[test]
fn _77_a_page_that_wants_its_cookie_back_gets_it_from_a_jar() {
    let (dir, proxy) = (TempDir::new(), Origin::start());
    let script = Script::new().answer(|request| match request.header("Cookie") {
        Some("seen=1") => Answer::ok("abc"),
        _ => Answer::redirect(302, "http://a.example/x.bin").header("Set-Cookie", "seen=1"),
    });
    proxy.script("http://a.example/x.bin", script);
    // An empty jar.
    with_jar(&dir, &proxy, "").arg("http://a.example/x.bin").run().expect(0);
    assert_eq!(sent(&proxy).len(), 2);
}

type Flood = fn() -> Answer;

/// An answer that sets this many cookies of this size.
fn flood(count: usize, size: usize) -> Answer {
    (0..count).fold(Answer::redirect(302, "/next.bin"), |answer, number| {
        answer.header("Set-Cookie", format!("c{number}={}", "x".repeat(size)))
    })
}

#[test]
fn _79_no_jar_no_cookies() {
    let floods: [(&str, Flood); 3] = [
        ("many", || flood(90, 100)),
        ("large", || flood(20, 8000)),
        ("for half of the world", || Answer::redirect(302, "/next.bin").header("Set-Cookie", "c=1; Domain=com")),
    ];
    for (name, answer) in floods {
        let (dir, proxy) = (TempDir::new(), Origin::start());
        proxy.script("http://a.com/x.bin", Script::new().then(answer));
        proxy.script("http://a.com/next.bin", Script::body("abc"));
        json(&dir).args(["--proxy", &proxy.url(""), "http://a.com/x.bin"]).run().expect(0);
        assert_eq!(sent(&proxy)[1], ("http://a.com/next.bin".to_owned(), None), "{name}");
    }
}

#[test]
fn _79_a_head_without_end_is_an_error() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/x.bin", Script::new().then(|| flood(1000, 8000)));
    let done = json(&dir).arg(origin.url("/x.bin")).run().expect(1);
    assert_eq!(event(&done, "failed")["error"], "the answer's headers are too large");
}

#[test]
fn _79_a_jar_has_limits() {
    let floods: [(&str, Flood, usize); 3] =
        [("many", || flood(90, 10), 50), ("large", || flood(40, 3000), 2), ("too large", || flood(20, 8000), 0)];
    for (name, answer, kept) in floods {
        let (dir, proxy) = (TempDir::new(), Origin::start());
        proxy.script("http://a.com/x.bin", Script::new().then(answer));
        proxy.script("http://a.com/next.bin", Script::body("abc"));
        with_jar(&dir, &proxy, "").arg("http://a.com/x.bin").run().expect(0);
        let count = sent(&proxy)[1].1.as_ref().map_or(0, |field| field.split("; ").count());
        assert_eq!(count, kept, "{name}");
    }
}

#[test]
fn a_file_that_cannot_be_read_ends_the_run_before_it_begins() {
    let (dir, proxy) = (TempDir::new(), Origin::start());
    let run = json(&dir).args(["--cookies", "nowhere", "--proxy", &proxy.url(""), "http://a.example/x.bin"]);
    run.run().expect(2).check_stderr("cannot read the cookies in `nowhere`");
    for bad in ["a.example FALSE / FALSE 0 c s3cret\n", "a.example\tFALSE\t/\tFALSE\t0\tc\ts3cret; Domain=com\n"] {
        let file = format!("{FILE}{bad}");
        let done = with_jar(&dir, &proxy, &file).arg("http://a.example/x.bin").run().expect(2);
        let done = done.check_stderr("cookies.txt`, line 8: ");
        let hidden = !done.stderr().contains("s3cret") && done.stdout().is_empty();
        done.check(hidden, "expected no secret");
    }
    assert_eq!(proxy.all_requests().len(), 0);
}
