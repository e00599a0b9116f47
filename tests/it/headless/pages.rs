//! `--from-page`: the images of a page, what is chosen of them, and what asks to be left alone.

use super::{event, events, json, plain};
use crate::support::bytes::png;
use crate::support::command::{Finished, haul};
use crate::support::origin::{Answer, Gate, Origin, Resource, Script};
use crate::support::temp::TempDir;

/// A page at `/dir/page`, and images at these paths.
fn origin(html: &str, images: &[&str]) -> Origin {
    let origin = Origin::start();
    origin.script("/dir/page", page(html));
    for path in images {
        origin.script(path, Script::body(png(1, 60, 40)));
    }
    origin
}

fn page(html: &str) -> Script {
    Resource::new(html).header("Content-Type", "text/html; charset=utf-8").script()
}

/// The paths that were asked for, in no order, without the page.
fn asked(origin: &Origin) -> Vec<String> {
    let mut paths: Vec<_> = origin.all_requests().iter().map(|request| request.path().to_owned()).collect();
    paths.retain(|path| path != "/dir/page");
    paths.sort_unstable();
    paths
}

const GALLERY: &str =
    "<!doctype html><head><base href='../img/'><meta property='og:image' content='/og.png?a=1&amp;b=2'>
<img src=one.png alt='<img src=no.png>'><img src='small.png' srcset='mid.png 300w, large.png 900w, wide,d.png 600w'>
<picture><source srcset='p.png 1x, p2.png 2x'><img src=p.png></picture><a href=full.png><img src=thumb.png></a>
<img src=one.png#again><script>document.write('<img src=no.png>')</script><img src=data:image/png;base64,AA==>
<noscript><img src=late.png></noscript><a href=other.html>no image</a>";

const OF_GALLERY: [&str; 7] =
    ["/img/full.png", "/img/large.png", "/img/late.png", "/img/one.png", "/img/p2.png", "/img/thumb.png", "/og.png"];

#[test]
fn the_images_of_a_page_are_fetched_each_once_in_its_largest_form() {
    let (dir, origin) = (TempDir::new(), origin(GALLERY, &OF_GALLERY));
    let done = json(&dir).args(["--from-page", &origin.url("/dir/page#top")]).run().expect(0);
    assert_eq!(asked(&origin), OF_GALLERY);
    assert_eq!(dir.names(), ["full.png", "large.png", "late.png", "og.png", "one.png", "p2.png", "thumb.png"]);
    let summary = event(&done, "summary");
    assert_eq!((&summary["total"], &summary["finished"]), (&7.into(), &7.into()));
    assert_eq!(origin.requests("/og.png?a=1&b=2").len(), 1);
    // The page itself is no job, and again nothing is to be fetched but that.
    assert!(events(&done, "started").iter().all(|object| !object["url"].to_string().contains("page")));
    let done = json(&dir).args(["--from-page", &origin.url("/dir/page")]).run().expect(0);
    assert_eq!(event(&done, "summary")["skipped"], 7);
}

#[test]
fn patterns_choose_among_the_images() {
    for (options, names) in [
        (&["--accept", "*.PNG", "--reject", "*thumb*,o*"][..], &["full.png", "large.png", "late.png", "p2.png"][..]),
        (&["--accept", "l*,{one,full}.*"], &["full.png", "large.png", "late.png", "one.png"]),
        (&["--reject", "*/img/*"], &["og.png"]),
        (&["--accept", "p2.png", "--accept", "og.png"], &["og.png", "p2.png"]),
    ] {
        let (dir, origin) = (TempDir::new(), origin(GALLERY, &OF_GALLERY));
        plain(&dir).args(options).args(["--from-page", &origin.url("/dir/page")]).run().expect(0);
        assert_eq!(dir.names(), names, "{options:?}");
    }
    let (dir, origin) = (TempDir::new(), origin(GALLERY, &OF_GALLERY));
    let run = |options: &[&str]| plain(&dir).args(options).run().expect(2);
    let page = &origin.url("/dir/page");
    run(&["--accept", "[a", "--from-page", page]).check_stderr("--accept cannot read `[a`");
    run(&["--accept", "*.jpg", page]).check_stderr("give --from-page with them");
    run(&["--from-page", "h.example/page"]).check_stderr("is not an address");
    run(&["demo", "--from-page", page]).check_stderr("--from-page belongs to");
    assert_eq!(origin.all_requests().len(), 0);
    run(&["--accept", "*.gif", "--from-page", page]).check_stderr("none of its 7 images is wanted");
}

#[test]
fn a_page_that_moved_is_read_where_it_is() {
    let (dir, origin) = (TempDir::new(), origin("<img src=a.png>", &["/dir/a.png"]));
    origin.script("/old", Script::new().then(|| Answer::redirect(302, "/dir/page")));
    plain(&dir).args(["--from-page", &origin.url("/old")]).run().expect(0);
    assert_eq!(dir.names(), ["a.png"]);
}

#[test]
fn what_the_user_gives_for_a_page_stays_with_its_server() {
    let (dir, other) = (TempDir::new(), origin("", &["/there.png"]));
    let html = format!("<img src=here.png><img src={}>", other.url("/there.png"));
    let origin = origin(&html, &["/dir/here.png"]);
    let page = origin.url("/dir/page").replace("://", "://me:s3cret@");
    let run = |args: &[&str]| plain(&dir).args(["--overwrite", "-H", "X-Key: k"]).args(args).run().expect(0);
    run(&["--from-page", &page]);
    run(&["-u", "me:s3cret", "--from-page", &origin.url("/dir/page")]);
    for path in ["/dir/page", "/dir/here.png"] {
        for request in origin.requests(path) {
            let sent = (request.header("X-Key"), request.header("Authorization"));
            assert_eq!(sent, (Some("k"), Some("Basic bWU6czNjcmV0")), "{path}");
        }
    }
    let there = other.requests("/there.png");
    assert_eq!(there.len(), 2);
    for request in there {
        assert_eq!((request.header("X-Key"), request.header("Authorization")), (None, None));
    }
}

#[test]
fn words_lists_and_pages_make_one_run() {
    let (dir, origin) = (TempDir::new(), origin("<img src=b.png>", &["/a.png", "/dir/b.png", "/dir/c.png", "/d.png"]));
    origin.script("/other", page("<img src=/dir/c.png>"));
    dir.write("list.txt", origin.url("/d.png"));
    let pages = [origin.url("/dir/page"), origin.url("/other"), origin.url("/gone")];
    let pages = pages.iter().flat_map(|page| ["--from-page", page]);
    // A page that fails takes nothing from the rest, but the run is not what it should be.
    let done = plain(&dir).args(pages).args([&origin.url("/a.png"), "list.txt"]).run().expect(1);
    assert_eq!(dir.names(), ["a.png", "b.png", "c.png", "d.png", "list.txt"]);
    done.check_stderr("/gone: status 404 (status)");
}

/// Runs with nothing but this page, which must fail.
#[track_caller]
fn alone(answer: impl Fn() -> Answer + Send + Sync + 'static, code: i32) -> Finished {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/p", Script::new().then(answer));
    let done = plain(&dir).args(["--from-page", &origin.url("/p?token=s3cret")]).run().expect(code);
    assert_eq!(dir.names(), [] as [&str; 0]);
    assert!(!done.stderr().contains("s3cret"), "{}", done.stderr());
    done.check_stderr("/p?…: ")
}

#[test]
fn a_page_that_cannot_be_read_says_why() {
    let html = |body: &str| Answer::ok(body).header("Content-Type", "text/html");
    alone(|| Answer::status(404), 1).check_stderr("status 404 (status)");
    alone(move || html("\u{1f}\u{8b}").header("Content-Encoding", "gzip"), 1).check_stderr("(protocol)");
    alone(move || html("<img src=a.png>").cut(3), 1).check_stderr("(truncated)");
    alone(move || html(&" ".repeat(11 * 1024 * 1024)), 1).check_stderr("(too_large)");
    alone(|| Answer::ok(b"\xff\xfe<\0".to_vec()), 1).check_stderr("UTF-16");
    alone(|| Answer::ok("{}").header("Content-Type", "application/json"), 1).check_stderr("application/json");
    // There is nothing wrong with such a page, but nothing to do either.
    alone(move || html("<p>text</p><img src=data:,x>"), 2).check_stderr("no image");
}

#[test]
fn a_page_is_tried_again_as_a_job_would_be() {
    let (dir, origin) = (TempDir::new(), origin("", &["/a.png"]));
    let html = || Answer::ok("<img src=/a.png>").header("Content-Type", "text/html");
    origin.script("/p", Script::new().then(|| Answer::status(503)).then(html));
    haul(&dir).args(["--plain", "-r", "1", "--from-page", &origin.url("/p")]).run().expect(0);
    assert_eq!((origin.requests("/p").len(), dir.names()), (2, vec!["a.png".to_owned()]));
}

#[test]
fn what_turns_out_to_be_an_image_is_the_file() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/photo", Resource::new(png(1, 60, 40)).header("Content-Type", "image/png").script());
    plain(&dir).args(["--from-page", &origin.url("/photo")]).run().expect(0);
    assert_eq!(dir.names(), ["photo.png"]);
}

#[test]
fn a_page_that_asks_to_be_left_alone_is() {
    let by_header = |value: &'static str| {
        move || Answer::ok("<img src=a.png>").header("Content-Type", "text/html").header("X-Robots-Tag", value)
    };
    alone(by_header("noindex, noai"), 1).check_stderr("X-Robots-Tag asks (noai) (refused)");
    alone(by_header("haul: noimageai"), 1).check_stderr("(noimageai) (refused)");
    alone(|| Answer::html(200, "<meta>").body("<meta name=robots content=noai><img src=a.png>"), 1)
        .check_stderr("robots meta asks (noai) (refused)");
    let (dir, origin) = (TempDir::new(), origin("", &["/a.png"]));
    let others = by_header("otherbot: noai, noindex");
    origin.script("/p", Script::new().then(others));
    origin.script("/p/a.png", Script::body(png(1, 60, 40)));
    plain(&dir).args(["--from-page", &origin.url("/p/")]).run().expect(1);
    plain(&dir).args(["--from-page", &origin.url("/p")]).run().expect(0);
    assert_eq!(dir.names(), ["a.png"]);
}

#[test]
fn an_image_that_asks_to_be_left_alone_is_unless_its_own_address_was_given() {
    let (dir, origin) = (TempDir::new(), origin("<img src=/no.png><img src=/yes.png>", &["/yes.png"]));
    origin.script("/no.png", Resource::new(png(1, 60, 40)).header("X-Robots-Tag", "noimageai").script());
    let run = || haul(&dir).args(["--json", "-r", "3"]);
    let done = run().args(["--from-page", &origin.url("/dir/page"), "--report", "r.jsonl"]).run().expect(1);
    let failed = event(&done, "failed");
    assert_eq!((&failed["error_class"], &failed["attempts"]), (&"refused".into(), &1.into()));
    assert!(failed["error"].to_string().contains("noimageai"), "{failed}");
    assert_eq!(dir.names(), ["r.jsonl", "yes.png"]);
    // What is known of it between runs is that, too.
    let done = run().arg("resume").run().expect(1);
    assert_eq!(event(&done, "failed")["error_class"], "refused");
    assert_eq!(origin.requests("/no.png").len(), 2);
    run().arg(origin.url("/no.png")).run().expect(0);
    assert_eq!(dir.names(), ["no.png", "r.jsonl", "yes.png"]);
}

#[cfg(unix)]
#[test]
fn a_run_that_is_told_to_stop_waits_for_no_page() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let shut = gate.clone();
    origin.script("/p", Script::new().then(move || Answer::ok("<img src=a.png>").wait_first(&shut)));
    let running = plain(&dir).args(["--from-page", &origin.url("/p")]).spawn();
    origin.wait_requests("/p", 1);
    running.signal(rustix::process::Signal::TERM);
    running.wait().expect(143);
    gate.open();
}
