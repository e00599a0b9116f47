//! What servers send in place of what was asked for, and what the program makes of it. The numbers are those of the
//! book of faults.

use serde_json::Value;

use super::{event, failure_class, json};
use crate::support::bytes::{jpeg, payload, png};
use crate::support::command::haul;
use crate::support::origin::{Answer, Origin, Script};
use crate::support::temp::TempDir;

/// Small enough to stay in memory, and large enough for a part file.
const SIZES: [u32; 2] = [40, 400];

const PAGE: &str = "\u{feff}\n<!-- sign in -->\n<!doctype HTML>\n<html><title>Sign in</title></html>\n";

/// One answer, fetched with these options. The folder is left for a look.
fn fetch(path: &str, answer: impl Fn() -> Answer + Send + Sync + 'static, options: &[&str]) -> (TempDir, Value) {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script(path, Script::new().then(answer));
    let done = json(&dir).args(options).arg(origin.url(path)).run();
    let ended =
        super::objects(&done).into_iter().find(|object| ["finished", "failed"].contains(&word(object, "event")));
    let ended = ended.unwrap_or_else(|| done.fail("neither finished nor failed"));
    let code = i32::from(word(&ended, "event") == "failed");
    done.expect(code);
    (dir, ended)
}

fn word<'a>(object: &'a Value, field: &str) -> &'a str {
    object[field].as_str().unwrap_or_default()
}

/// The error class of a fetch that must leave nothing at all.
#[track_caller]
fn refused(path: &str, answer: impl Fn() -> Answer + Send + Sync + 'static, options: &[&str]) -> String {
    let (dir, ended) = fetch(path, answer, options);
    assert_eq!(dir.names(), [] as [&str; 0], "{path} {options:?} {ended}");
    word(&ended, "error_class").to_owned()
}

/// The name of a file that must have come.
#[track_caller]
fn accepted(path: &str, answer: impl Fn() -> Answer + Send + Sync + 'static, options: &[&str]) -> String {
    let (dir, ended) = fetch(path, answer, options);
    let names = dir.names();
    assert_eq!((word(&ended, "event"), names.len()), ("finished", 1), "{path} {options:?} {ended}");
    names.into_iter().next().unwrap_or_default()
}

/// 64, 89
#[test]
fn other_things_under_the_name_of_an_image_are_refused() {
    type Case = (&'static str, &'static str, fn() -> Answer);
    let long = || format!("{PAGE}{}", " ".repeat(600_000));
    let cases: [Case; 8] = [
        ("login page", "/a.jpg", || Answer::html(200, "Sign in")),
        ("behind a comment", "/a.png", || Answer::ok(PAGE).header("Content-Type", "image/png")),
        ("JSON", "/a.jpg", || Answer::ok("{\"error\":\"gone\"}").header("Content-Type", "application/json")),
        ("XML", "/a.gif", || Answer::ok("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>")),
        ("text", "/photo-1", || Answer::ok("rate limit exceeded\n").header("Content-Type", "image/webp")),
        ("gzip", "/a.png", || Answer::ok(b"\x1f\x8b\x08\0\0\0\0\0\0\x03abc".to_vec())),
        ("PDF", "/a.png", || Answer::ok("%PDF-1.7\n\u{1}")),
        ("nothing", "/a.png", || Answer::status(200)),
    ];
    for (name, path, answer) in cases {
        assert_eq!(refused(path, answer, &[]), "not_an_image", "{name}");
    }
    assert_eq!(refused("/a.jpg", move || Answer::ok(long()), &[]), "not_an_image", "a long page");
    assert_eq!(refused("/a.zip", || Answer::html(200, "Sign in"), &[]), "not_an_image", "no image either");
    assert_eq!(refused("/a.bin", || Answer::status(200), &[]), "protocol", "15");
}

#[test]
fn what_was_not_asked_to_be_an_image_is_taken_as_it_is() {
    assert_eq!(accepted("/data.json", || Answer::ok("{\"a\": 1}"), &[]), "data.json");
    assert_eq!(accepted("/page.html", || Answer::html(200, "A page"), &[]), "page.html");
    let markdown = || Answer::ok("<h1 align=\"center\">haul</h1>\n").header("Content-Type", "text/plain");
    assert_eq!(accepted("/README.md", markdown, &[]), "README.md");
    assert_eq!(accepted("/docs/", || Answer::html(200, "A page"), &[]), "docs");
    assert_eq!(accepted("/firmware.bin", || Answer::ok(jpeg(1, 40, 40)[..300].to_vec()), &[]), "firmware.bin");
}

/// 89
#[test]
fn bytes_say_more_than_names_and_types() {
    let typed = |kind: &'static str| move || Answer::ok(png(1, 40, 40)).header("Content-Type", kind);
    assert_eq!(accepted("/a.jpg", typed("text/html"), &[]), "a.jpg");
    assert_eq!(accepted("/photo-123", typed("application/octet-stream"), &[]), "photo-123.png");
    assert_eq!(accepted("/photo-123", || Answer::ok(jpeg(1, 40, 40)), &["-o", "own"]), "own");
    // A kind that nobody knows, under a name that says "image".
    assert_eq!(accepted("/a.png", || Answer::ok(payload(1, 5000)), &[]), "a.png");
    let behind = || Answer::ok([&png(1, 40, 40)[..], b"\n<!-- served in 3 ms -->"].concat());
    assert_eq!(accepted("/a.png", behind, &[]), "a.png");
}

#[test]
fn two_bytes_make_no_image_where_nobody_says_so() {
    let noise = || Answer::ok([b"\xff\x0a", &payload(1, 500)[..]].concat());
    let typed = move || noise().header("Content-Type", "image/jxl");
    assert_eq!(accepted("/a.bin", noise, &[]), "a.bin");
    assert_eq!(accepted("/a", noise, &["--expect", "any"]), "a");
    assert_eq!(accepted("/a", typed, &[]), "a.jxl");
    assert_eq!(accepted("/a.jpg", noise, &[]), "a.jpg");
    assert_eq!(accepted("/a", noise, &["--expect", "image"]), "a.jxl");
}

#[test]
fn an_image_that_is_cut_behind_a_true_length_is_damaged() {
    for side in SIZES {
        let (jpeg, png) = (jpeg(1, side, side), png(1, side, side));
        for (path, bytes) in [("/a.jpg", jpeg), ("/a.png", png)] {
            for missing in [1, bytes.len() / 2] {
                let cut = bytes[..bytes.len() - missing].to_vec();
                assert_eq!(refused(path, move || Answer::ok(&*cut), &[]), "damaged_image", "{path} {side} {missing}");
            }
        }
    }
}

#[test]
fn a_damaged_image_is_not_asked_for_again() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.jpg", Script::body(jpeg(1, 40, 40)[..500].to_vec()));
    assert_eq!(failure_class(haul(&dir).args(["--json", "-r", "5", &origin.url("/a.jpg")])), "damaged_image");
    assert_eq!(origin.requests("/a.jpg").len(), 1);
}

/// 5
#[test]
fn without_a_length_only_the_image_itself_tells_its_end() {
    for side in SIZES {
        let whole = png(1, side, side);
        let cut = whole[..whole.len() - 5].to_vec();
        let (dir, origin) = (TempDir::new(), Origin::start());
        let first = cut.clone();
        let second = whole.clone();
        let script =
            Script::new().then(move || Answer::ok(&*first).unframed()).then(move || Answer::ok(&*second).unframed());
        origin.script("/photo", script);
        let done = haul(&dir).args(["--json", "-r", "1", &origin.url("/photo")]).run().expect(0);
        assert_eq!(word(&event(&done, "retrying"), "error_class"), "truncated");
        assert_eq!(dir.names(), ["photo.png"]);
        assert_eq!(dir.read("photo.png"), whole);
        for options in [&["--expect", "any"][..], &[]] {
            let cut = cut.clone();
            assert_eq!(refused("/a.png", move || Answer::ok(&*cut).unframed(), options), "truncated");
        }
        // Chunks have an end of their own, so it is the image that is wrong.
        assert_eq!(refused("/a.png", move || Answer::status(200).chunked(&cut, 1000), &[]), "damaged_image");
    }
}

#[test]
fn what_to_expect_can_be_said() {
    let text = || Answer::ok("just words");
    assert_eq!(refused("/words.txt", text, &["--expect", "image"]), "not_an_image");
    assert_eq!(refused("/data.bin", || Answer::ok(payload(1, 500)), &["--expect", "image"]), "not_an_image");
    assert_eq!(accepted("/photo", || Answer::ok(png(1, 40, 40)), &["--expect", "image"]), "photo.png");
    let any = ["--expect", "any"];
    assert_eq!(accepted("/a.jpg", text, &any), "a.jpg");
    assert_eq!(accepted("/a.zip", || Answer::html(200, "Sign in"), &any), "a.zip");
    assert_eq!(accepted("/a.jpg", || Answer::ok(jpeg(1, 40, 40)[..500].to_vec()), &any), "a.jpg");
    haul(&TempDir::new()).args(["--plain", "--expect", "picture", "http://127.0.0.1:9/x"]).run().expect(2);
}

#[test]
fn how_closely_to_look_can_be_said() {
    let cut = || Answer::ok(jpeg(1, 40, 40)[..500].to_vec());
    assert_eq!(accepted("/a.jpg", cut, &["--check", "none"]), "a.jpg");
    assert_eq!(refused("/a.jpg", || Answer::html(200, "Sign in"), &["--check", "none"]), "not_an_image");
    assert_eq!(refused("/a.jpg", cut, &["--check", "decode"]), "damaged_image");
    for side in SIZES {
        for whole in [png(1, side, side), jpeg(1, side, side)] {
            let mut damaged = whole.clone();
            // In the middle of the pixels of a PNG; in the tables of a JPEG, in front of its pixels.
            let at = if whole.starts_with(b"\x89") { whole.len() / 2 } else { huffman_table(&whole) };
            damaged[at..at + 8].fill(0xfe);
            let again = damaged.clone();
            assert_eq!(accepted("/a.jpg", move || Answer::ok(&*damaged), &[]), "a.jpg");
            assert_eq!(refused("/a.jpg", move || Answer::ok(&*again), &["--check", "decode"]), "damaged_image");
            assert_eq!(accepted("/a.jpg", move || Answer::ok(&*whole), &["--check", "decode"]), "a.jpg");
        }
    }
}

/// Where the counts of the first Huffman table of a JPEG stand.
fn huffman_table(jpeg: &[u8]) -> usize {
    jpeg.windows(2).position(|marker| marker == b"\xff\xc4").map_or(0, |at| at + 5)
}

const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// 57
#[test]
fn a_checksum_is_held_against_the_bytes() {
    let abc = || Answer::ok("abc");
    for right in [format!("sha256:{ABC}"), "md5:900150983CD24FB0D6963F7D28E17F72".to_owned()] {
        let (dir, ended) = fetch("/a.bin", abc, &["--checksum", &right]);
        assert_eq!((dir.read("a.bin"), &ended["sha256"]), (b"abc".to_vec(), &ABC.into()));
    }
    let wrong = format!("sha256:{}", ABC.replace('b', "c"));
    assert_eq!(refused("/a.bin", abc, &["--checksum", &wrong]), "checksum");
    // Also where there is a part file that could be gone on with.
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body(payload(1, 600_000)));
    let run = haul(&dir).args(["--json", "-r", "5", "--checksum", &wrong, &origin.url("/a.bin")]);
    assert_eq!(failure_class(run), "checksum");
    assert_eq!((origin.requests("/a.bin").len(), dir.names().len()), (1, 0));
}

#[test]
fn a_checksum_that_is_none_starts_nothing() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let (right, url) = (format!("sha256:{ABC}"), origin.url("/a.bin"));
    for checksum in ["sha256", "sha256:abc", "crc32:00000000", &right.replace("ba", "xy")] {
        haul(&dir).args(["--plain", "--checksum", checksum, &url]).run().expect(2).check_stderr("checksum");
    }
    haul(&dir).args(["--plain", "--checksum", &right, &url, &origin.url("/b.bin")]).run().expect(2);
    dir.write("list.txt", &url);
    haul(&dir).args(["--plain", "--checksum", &right, "list.txt"]).run().expect(2);
    assert_eq!(origin.all_requests().len(), 0);
}

/// 57, 58
#[test]
fn what_the_server_promises_is_held_against_the_bytes() {
    let promise = |field: &'static str| move || Answer::ok("abc").header("Repr-Digest", field);
    let right = "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:";
    let wrong = "sha-256=:unGWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:";
    assert_eq!(accepted("/a.bin", promise(right), &[]), "a.bin");
    assert_eq!(refused("/a.bin", promise(wrong), &[]), "checksum");
    for unreadable in ["sha-256=:!!!:", "crc32c=:AAAAAA==:, md5=:AAAA:", "nonsense"] {
        assert_eq!(accepted("/a.bin", promise(unreadable), &[]), "a.bin", "{unreadable}");
    }
    // The other field is about the bytes of one answer, which may be a part of the file.
    assert_eq!(accepted("/a.bin", move || Answer::ok("abc").header("Content-Digest", wrong), &[]), "a.bin");
}
