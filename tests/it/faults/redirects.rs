//! Redirects that lead nowhere, or where nobody should go.

use crate::headless::{event, failure_class, json};
use crate::support::command::haul;
use crate::support::origin::{Answer, Origin, Script};
use crate::support::temp::TempDir;

#[test]
fn _70_a_redirect_needs_a_place_and_a_meaning() {
    // The last two have one, but 300 offers a choice and 305 names a proxy: nobody follows those.
    let cases = [(300, None), (301, None), (302, None), (303, None), (307, None), (308, None)];
    for (status, location) in cases.into_iter().chain([(300, Some("/there.bin")), (305, Some("/there.bin"))]) {
        let (dir, origin) = (TempDir::new(), Origin::start());
        let answer =
            move || location.into_iter().fold(Answer::status(status), |to, place| to.header("Location", place));
        origin.script("/x.bin", Script::new().then(answer));
        let done = haul(&dir).args(["--json", "-r", "3", &origin.url("/x.bin")]).run().expect(1);
        let failed = event(&done, "failed");
        assert_eq!((&failed["error_class"], &failed["http_status"]), (&"status".into(), &status.into()), "{status}");
        assert_eq!((origin.all_requests().len(), dir.names()), (1, Vec::new()), "{status}");
    }
}

#[test]
fn _77_loops_and_long_ways_end() {
    // (what it is, how many places there are before the way comes back to the first)
    for (name, places) in [("itself", 1), ("two", 2), ("eleven", 11), ("a new one every time", 1000)] {
        let (dir, origin) = (TempDir::new(), Origin::start());
        for place in 0..places.min(12) {
            let next = format!("/{}.bin", (place + 1) % places);
            let answer = move || Answer::redirect(302, &next).header("Set-Cookie", "seen=1");
            origin.script(&format!("/{place}.bin"), Script::new().then(answer));
        }
        let failed = failure_class(haul(&dir).args(["--json", "-r", "3", &origin.url("/0.bin")]));
        assert_eq!((failed.as_str(), origin.all_requests().len()), ("redirect", 11), "{name}");
        assert!(origin.all_requests().iter().all(|request| request.header("Cookie").is_none()), "{name}");
        assert_eq!(dir.names(), [] as [&str; 0], "{name}");
    }
}

/// What it is, the `Location` fields, and the error unless it is followed.
type Case<'a> = (&'a str, &'a [&'a [u8]], Option<&'a str>);

#[test]
fn _78_places_of_every_kind() {
    let there = "/there.bin";
    let long = format!("/{}", "a".repeat(70_000));
    let elsewhere = "http://ann:pw@127.0.0.1:1/x";
    let cases: [Case<'_>; 14] = [
        ("file", &[b"file:///etc/passwd"], Some("redirect")),
        ("ftp", &[b"ftp://127.0.0.1/x"], Some("redirect")),
        ("user and password", &[elsewhere.as_bytes()], Some("refused")),
        ("empty", &[b""], Some("redirect")),
        ("blank", &[b"  "], Some("redirect")),
        ("two", &[there.as_bytes(), b"/other.bin"], Some("redirect")),
        ("one, twice", &[there.as_bytes(), there.as_bytes()], None),
        ("64 KB", &[long.as_bytes()], Some("redirect")),
        ("no UTF-8", &[b"/\xff.bin"], Some("redirect")),
        ("no host", &[b"http://"], Some("redirect")),
        ("no port", &[b"http://127.0.0.1:99999/"], Some("redirect")),
        ("raw UTF-8", &["/th\u{e9}re.bin".as_bytes()], None),
        ("coded line end", &[b"/a%0d%0aX-Evil:%201.bin"], None),
        ("fragment", &[b"/there.bin#part"], None),
    ];
    for (name, locations, class) in cases {
        let (dir, origin) = (TempDir::new(), Origin::start());
        for path in [there, "/th%C3%A9re.bin", "/a%0d%0aX-Evil:%201.bin"] {
            origin.script(path, Script::body("abc"));
        }
        let locations: Vec<Vec<u8>> = locations.iter().map(|location| location.to_vec()).collect();
        let answer = move || locations.iter().fold(Answer::status(302), |answer, to| answer.header("Location", to));
        origin.script("/x.bin", Script::new().then(answer));
        let done = json(&dir).arg(origin.url("/x.bin")).run();
        let requests = origin.all_requests();
        match class {
            None => {
                done.expect(0);
                assert_eq!((requests.len(), dir.names()), (2, vec!["x.bin".to_owned()]), "{name}");
                assert_eq!(requests[1].header("X-Evil"), None, "{name}");
            }
            Some(class) => {
                assert_eq!(event(&done.expect(1), "failed")["error_class"], class, "{name}");
                assert_eq!((requests.len(), dir.names()), (1, Vec::new()), "{name}");
            }
        }
    }
}
