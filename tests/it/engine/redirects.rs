//! Redirects and what goes along with them: the servers' logs are the witness.

use haul::engine::options::{Options, Secret};

use super::run::{Run, options};
use crate::support::origin::{Answer, Origin, Script};

fn to(origin: &Origin, path: &str, status: u16, location: String) {
    origin.script(path, Script::new().then(move || Answer::redirect(status, &location)));
}

#[test]
fn chains_lead_to_the_file_and_its_name_is_the_first() {
    let (origin, mut run) = (Origin::start(), Run::new());
    origin.script("/deep/end", Script::body("abc"));
    to(&origin, "/b", 302, "/c?x=1".to_owned());
    to(&origin, "/c", 303, "deep/d#part".to_owned());
    to(&origin, "/deep/d", 307, "./../deep/e".to_owned());
    to(&origin, "/deep/e", 308, "?end".to_owned());
    to(&origin, "/deep/e?end", 301, format!("//{}/deep/end", origin.authority()));
    to(&origin, "/a", 301, origin.url("/b"));
    let id = run.add(&origin.url("/a"));
    run.check(id, "a", b"abc");
    let asked: Vec<_> = origin.all_requests().into_iter().map(|request| request.target).collect();
    assert_eq!(asked, ["/a", "/b", "/c?x=1", "/deep/d", "/deep/e", "/deep/e?end", "/deep/end"]);
}

#[test]
fn ten_hops_are_enough_and_eleven_are_not() {
    let (origin, mut run) = (Origin::start(), Run::new());
    for hop in 0..20 {
        to(&origin, &format!("/hop/{hop}"), 302, format!("/hop/{}", hop + 1));
    }
    origin.script("/hop/20", Script::body("abc"));
    let near = run.add(&origin.url("/hop/10"));
    run.check(near, "10", b"abc");
    let far = run.add(&origin.url("/hop/9"));
    assert_eq!(run.failed(far).class.word(), "redirect");
    assert_eq!(origin.requests("/hop/20").len(), 1);
}

#[test]
fn places_that_must_not_be_followed() {
    let (origin, other, mut run) = (Origin::start(), Origin::start(), Run::new());
    other.script("/x", Script::body("abc"));
    let cases = [
        ("ftp", "ftp://127.0.0.1/x".to_owned(), "redirect"),
        ("file", "file:///etc/passwd".to_owned(), "redirect"),
        ("data", "data:,abc".to_owned(), "redirect"),
        ("script", "javascript:alert(1)".to_owned(), "redirect"),
        ("broken", "http://[1".to_owned(), "redirect"),
        ("user", other.url("/x").replace("http://", "http://ann:pw@"), "refused"),
        ("name", other.url("/x").replace("http://", "http://ann@"), "refused"),
        ("loop", "/loop".to_owned(), "redirect"),
    ];
    for (name, location, class) in cases {
        let path = format!("/{name}");
        to(&origin, &path, 302, location);
        let id = run.add(&origin.url(&path));
        let error = run.failed(id);
        assert_eq!(error.class.word(), class, "{name}: {error}");
    }
    assert_eq!(other.all_requests().len(), 0);
    run.close();
    assert_eq!(run.dir.names(), [] as [&str; 0]);
}

/// What a request carried of the user's own.
fn carried(origin: &Origin, path: &str) -> Vec<(bool, bool)> {
    let requests = origin.requests(path);
    requests.iter().map(|r| (r.header("Authorization").is_some(), r.header("X-Key").is_some())).collect()
}

#[test]
fn what_the_user_gave_stays_with_its_origin() {
    let (home, away) = (Origin::start(), Origin::start());
    let headers = vec![("X-Key".to_owned(), Secret("k".to_owned())), ("Cookie".to_owned(), Secret("c=1".to_owned()))];
    let user = Some(("ann".to_owned(), Secret("pw".to_owned())));
    let mut run = Run::with(Options { headers, user, ..options() });
    to(&home, "/start", 302, "/next".to_owned());
    to(&home, "/next", 302, away.url("/abroad"));
    to(&away, "/abroad", 302, home.url("/back"));
    home.script("/back", Script::body("abc"));
    for (url, times) in [(home.url("/start"), 1), (home.url("/start?2").replace("http://", "http://bob:x@"), 2)] {
        let id = run.add(&url);
        assert_eq!(run.finished(id).bytes, 3);
        assert_eq!(carried(&home, "/start"), vec![(true, true); times]);
        assert_eq!(carried(&home, "/next"), vec![(true, true); times]);
        assert_eq!(carried(&away, "/abroad"), vec![(false, false); times]);
        assert_eq!(carried(&home, "/back"), vec![(false, false); times]);
    }
    for request in home.all_requests().into_iter().chain(away.all_requests()) {
        assert_eq!(request.header("Referer"), None, "{}", request.text);
        assert!(!request.line.contains('@') && !request.text.contains("pw"), "{}", request.text);
    }
    let cookies = away.all_requests().iter().chain(&home.requests("/back")).any(|r| r.header("Cookie").is_some());
    assert!(!cookies);
    // An address's own user comes before the one of the options: `bob:x`.
    assert_eq!(home.requests("/start")[1].header("Authorization"), Some("Basic Ym9iOng="));
}
