//! Bodies in codings that nobody has asked for, and types that say too little, too much or the wrong thing.

use super::verdict::Verdict;
use crate::support::bytes::png;
use crate::support::command::{Run, haul};
use crate::support::origin::{Answer, Origin, Script};
use crate::support::temp::TempDir;

/// What begins like gzip and goes on like nothing.
const GZIP: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xed\xc1\x01\r\0\0\0\xc2\xa0\xf7Om\x0e7\xa0";

fn run(dir: &TempDir, face: &str) -> Run {
    haul(dir).args([face, "-r", "3"])
}

fn coded(coding: &str) -> Answer {
    Answer::ok(GZIP).header("Content-Encoding", coding)
}

type Case = (u32, &'static str, fn() -> Answer);

const CODED: &[Case] = &[
    // The body never comes: whoever waits for it, or decodes it, does not end as these must.
    (86, "bomb", || coded("gzip").header("Content-Length", "10000000000").stall_after(0)),
    (86, "begun-bomb", || coded("gzip").header("Content-Length", "10000000000").stall()),
    (86, "stacked", || coded(&vec!["gzip"; 100].join(", ")).stall_after(0)),
    (86, "many-fields", || {
        (0..50).fold(Answer::ok(GZIP), |answer, _| answer.header("Content-Encoding", "deflate")).stall_after(0)
    }),
    (86, "identity-first", || coded("identity").header("Content-Encoding", "gzip").stall_after(0)),
    (87, "cut", || Answer::ok(&GZIP[..12]).header("Content-Encoding", "gzip")),
    (87, "junk-after", || coded("gzip").body("and more")),
    (87, "labelled-but-plain", || Answer::ok(png(1, 9, 9)).header("Content-Encoding", "gzip")),
    (87, "x-gzip", || coded("X-GZIP")),
    (88, "br", || coded("br")),
    (88, "zstd", || coded("zstd")),
    (88, "aws-chunked", || coded("aws-chunked")),
    (88, "unknown", || coded("x")),
    // An introducer of escape sequences, in the one byte that terminals know it by as well.
    (88, "hostile", || coded("x\u{9b}31m")),
];

#[test]
fn a_coding_that_was_not_asked_for_is_refused_unread() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let urls = CODED.iter().map(|(_, name, answer)| {
        origin.script(&format!("/{name}.png"), Script::new().then(*answer));
        origin.url(&format!("/{name}.png"))
    });
    let urls: Vec<_> = urls.collect();
    let done = run(&dir, "--json").args(&urls).run().expect(1);
    for ((number, name, _), url) in CODED.iter().zip(&urls) {
        let end = Verdict::of(&done, url);
        assert_eq!((end.word(), end.attempts()), ("protocol", 1), "{number} {name}: {}", end.error());
        let asked = origin.requests(&format!("/{name}.png"));
        assert_eq!(asked.len(), 1, "{number} {name}");
        assert_eq!(asked[0].header("Accept-Encoding"), Some("identity"), "{number} {name}");
    }
    assert_eq!(dir.names(), [] as [&str; 0]);

    let done = run(&dir, "--plain").args(&urls).run().expect(1);
    let seen = [done.stdout(), done.stderr()].concat();
    assert!(seen.contains(r"x\u{9b}31m") && !seen.contains(['\u{9b}', '\u{1b}']), "{seen}");
}

#[test]
fn an_image_is_told_by_its_bytes_whatever_the_type() {
    let cases: &[(u32, &str, &str, &str)] = &[
        (89, "absent", "", "absent.png"),
        (89, "wrong.jpg", "text/html", "wrong.jpg"),
        (89, "other", "image/jpeg", "other.png"),
        (89, "list", "image/jpeg, text/html", "list.png"),
        (89, "hostile", "image/\u{9b}31m\u{202e}", "hostile.png"),
        (89, "bytes", "\u{ff}\u{fe}", "bytes.png"),
    ];
    let (dir, origin, picture) = (TempDir::new(), Origin::start(), png(1, 40, 30));
    let long = format!("image/jpeg; {}", "x".repeat(10_000));
    let cases = [cases, &[(89, "long", &long, "long.png")]].concat();
    for (_, path, kind, _) in &cases {
        let (kind, body) = ((*kind).to_owned(), picture.clone());
        let answer = move || {
            let answer = Answer::ok(&*body);
            if kind.is_empty() { answer } else { answer.header("Content-Type", &kind) }
        };
        origin.script(&format!("/{path}"), Script::new().then(answer));
    }
    let urls: Vec<_> = cases.iter().map(|case| origin.url(&format!("/{}", case.1))).collect();
    let done = run(&dir, "--json").args(["--report", "rows.jsonl"]).args(&urls).run().expect(0);
    for ((number, path, _, name), url) in cases.iter().zip(&urls) {
        let end = Verdict::of(&done, url);
        assert_eq!((end.word(), end.format(), end.attempts()), ("finished", "png", 1), "{number} {path}");
        assert!(dir.read(name) == picture, "{number} {path}");
    }
    let seen = [done.stdout().as_bytes(), done.stderr().as_bytes(), &dir.read("rows.jsonl")].concat();
    assert!(!String::from_utf8_lossy(&seen).contains(['\u{1b}', '\u{9b}']));
}

/// A byte that no field may have (RFC 9110 section 5.5): what it would do to a terminal is not tried.
#[test]
fn an_escape_in_a_type_is_no_http() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.png", Script::new().then(|| Answer::ok(png(1, 9, 9)).header("Content-Type", "image/\x1b[31m")));
    let done = haul(&dir).args(["--json", "-r", "0", &origin.url("/a.png")]).run().expect(1);
    let end = Verdict::of(&done, &origin.url("/a.png"));
    assert_eq!(end.word(), "protocol", "89 {}", end.error());
    assert!(!done.stdout().contains('\x1b') && !done.stderr().contains('\x1b'), "89");
    assert_eq!(dir.names(), [] as [&str; 0], "89");
}
