//! `haul history` and `haul forget`.

use rustix::process::Signal;
use serde_json::Value;

use super::{HALF, begin, database, interrupt, jobs, parts, stalled_once};
use crate::headless::{json, objects, plain};
use crate::support::bytes::{payload, png};
use crate::support::command::haul;
use crate::support::origin::{Origin, Resource, Script};
use crate::support::temp::TempDir;

#[test]
fn history_tells_what_was_fetched_from_where_to_where() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let nothing = haul(&dir).arg("history").run().expect(0);
    assert_eq!((nothing.stdout(), nothing.stderr()), ("", ""));
    let picture = png(1, 4, 3);
    origin.script("/a.png", Resource::new(picture.clone()).header("Content-Type", "image/png").script());
    origin.script("/\u{1b}[31m.bin", Script::body("abc"));
    origin.script("/%1b%5b31m.bin", Script::body("abc"));
    plain(&dir).args(["--report", "r.json", &origin.url("/a.png?sig=q")]).run().expect(0);
    plain(&dir).args(["-d", "sub", &origin.url("/%1b%5b31m.bin")]).run().expect(0);
    plain(&dir).arg(origin.url("/gone.bin")).run().expect(1);

    let lines = haul(&dir).arg("history").run().expect(0);
    let lines: Vec<_> = lines.stdout().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    let url = origin.url("/a.png");
    assert!(lines[0].contains(&format!("{}  {url}  sha256:", dir.path("a.png").display())), "{lines:?}");
    assert!(!lines.concat().contains('\u{1b}') && !lines.concat().contains("sig"), "{lines:?}");

    let done = json(&dir).arg("history").run().expect(0);
    let rows = objects(&done);
    let fields = ["id", "url", "path", "bytes", "sha256", "format", "width", "height", "finished_at"];
    for row in &rows {
        let mut names: Vec<_> = row.as_object().expect("an object").keys().map(String::as_str).collect();
        let mut expected = fields;
        names.sort_unstable();
        expected.sort_unstable();
        assert_eq!(names, expected);
    }
    assert_eq!((&rows[0]["url"], &rows[0]["bytes"]), (&Value::from(url), &Value::from(picture.len())));
    assert_eq!([&rows[0]["width"], &rows[0]["height"], &rows[1]["bytes"]], [4, 3, 3]);
    assert_eq!((&rows[0]["format"], &rows[1]["sha256"]), (&Value::from("png"), &Value::Null));
}

/// What is forgotten, of /a, /a?1 and /a?2 (all finished, /a.bin, `a (2).bin`, `a (3).bin`) and /b?1 (unfinished).
#[test]
fn forgetting_takes_what_is_meant_and_no_more() {
    let rows: [(&str, &[&str], i32, usize, &str); 9] = [
        ("an address means all its queries", &["URL/a.bin"], 0, 1, "3 jobs are forgotten"),
        ("a query means itself", &["URL/a.bin?1"], 0, 3, "1 job is forgotten"),
        ("so does a user and a fragment", &["USER/a.bin?1#x"], 0, 3, "1 job is forgotten"),
        ("a path", &["a (2).bin"], 0, 3, "1 job is forgotten"),
        ("a path from elsewhere", &["./../work/a.bin"], 0, 3, "1 job is forgotten"),
        ("several", &["a.bin", "URL/b.bin?1"], 0, 2, "2 jobs are forgotten"),
        ("an unfinished one", &["URL/b.bin"], 0, 3, "1 job is forgotten"),
        ("all", &["--all"], 0, 0, "4 jobs are forgotten"),
        ("nothing", &["URL/c.bin", "c.bin"], 1, 4, "nothing of that is known"),
    ];
    for (what, args, status, left, line) in rows {
        let (dir, origin) = (TempDir::new(), Origin::start());
        origin.script("/a.bin", Script::body("abc"));
        origin.script("/b.bin", stalled_once(&payload(1, 2 * HALF)));
        for query in ["", "?1", "?2"] {
            plain(&dir).arg(origin.url(&format!("/a.bin{query}"))).run().expect(0);
        }
        interrupt(&dir, plain(&dir).arg(origin.url("/b.bin?1")), 1, Signal::KILL);
        let user = origin.url("").replace("http://", "http://ann:pw@");
        let args = args.iter().map(|arg| arg.replace("URL", &origin.url("")).replace("USER", &user));
        let done = haul(&dir).arg("forget").args(args).run().expect(status);
        assert_eq!(done.stdout(), format!("{line}\n"), "{what}");
        let jobs = jobs(&database(&dir));
        assert_eq!(jobs.len(), left, "{what}");
        let unfinished = jobs.iter().filter(|(state, _)| state == "queued").count();
        assert_eq!(parts(&dir).len(), unfinished, "the part goes with its job: {what}");
        // Files stay, whatever is forgotten of them.
        let files: Vec<_> = dir.names().into_iter().filter(|name| !name.starts_with('.')).collect();
        assert_eq!(files, ["a (2).bin", "a (3).bin", "a.bin"], "{what}");
    }
}

#[test]
fn what_is_worked_on_is_not_forgotten() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let bytes = payload(1, 2 * HALF);
    origin.script("/a.bin", stalled_once(&bytes));
    let running = begin(&dir, plain(&dir).arg(origin.url("/a.bin")), 1);
    for what in [origin.url("/a.bin"), "--all".to_owned()] {
        let done = haul(&dir).args(["forget", &what]).run().expect(1);
        assert!(done.stdout().contains("a haul that runs works on 1"), "{}", done.stdout());
    }
    assert_eq!((jobs(&database(&dir)).len(), parts(&dir).len()), (1, 1));
    running.signal(Signal::KILL);
    drop(running.wait());
    haul(&dir).args(["forget", "--all"]).run().expect(0);
    assert_eq!((jobs(&database(&dir)).len(), parts(&dir).len()), (0, 0));
    // Forgotten is forgotten: the same command begins from the first byte.
    plain(&dir).arg(origin.url("/a.bin")).run().expect(0);
    assert_eq!(origin.requests("/a.bin")[1].header("Range"), None);
    assert!(dir.read("a.bin") == bytes);
}

#[test]
fn a_forgotten_file_is_fetched_and_found_to_be_the_same() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    let url = origin.url("/a.bin");
    plain(&dir).arg(&url).run().expect(0);
    haul(&dir).args(["forget", "a.bin"]).run().expect(0);
    let done = plain(&dir).arg(&url).run().expect(0);
    assert!(done.stdout().contains("skipped  a.bin"), "{}", done.stdout());
    assert_eq!((origin.all_requests().len(), dir.names()), (2, vec!["a.bin".to_owned()]));
}
