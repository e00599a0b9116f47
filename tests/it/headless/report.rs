//! What became of every input, in files: `--report` in its three formats, and `--failed`, which can be fed back.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use rustix::process::Signal;
use serde_json::Value;

use super::{events, json, plain};
use crate::support::bytes::{jpeg, payload};
use crate::support::command::haul;
use crate::support::origin::{Answer, Gate, Origin, RefusedPort, Resource, Script};
use crate::support::pty::Pty;
use crate::support::temp::TempDir;

/// RFC 4180, the strict way.
fn csv(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut chars) = (false, text.chars().peekable());
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => field.push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\r' if !quoted => {
                assert_eq!(chars.next(), Some('\n'));
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            _ => field.push(c),
        }
    }
    assert!(!quoted && row.is_empty() && field.is_empty(), "{text}");
    rows
}

/// The rows of a report, each a map of texts; null is an empty one, as CSV has it.
fn rows(dir: &TempDir, name: &str) -> Vec<BTreeMap<String, String>> {
    let text = String::from_utf8(dir.read(name)).expect("UTF-8");
    let plain = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let object = |value: Value| -> BTreeMap<String, String> {
        value.as_object().expect("an object").iter().map(|(name, value)| (name.clone(), plain(value))).collect()
    };
    let parse = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    let ending = Path::new(name).extension().expect("an ending");
    if ending == "jsonl" {
        return text.lines().map(|line| object(parse(line))).collect();
    }
    if ending == "json" {
        return parse(&text).as_array().expect("an array").iter().cloned().map(object).collect();
    }
    let mut all = csv(&text).into_iter();
    let header = all.next().expect("a header");
    all.map(|row| {
        assert_eq!(row.len(), header.len());
        header.iter().cloned().zip(row).collect()
    })
    .collect()
}

fn mode(dir: &TempDir, name: &str) -> u32 {
    fs::metadata(dir.path(name)).expect("there").permissions().mode() & 0o777
}

fn text(dir: &TempDir, name: &str) -> String {
    String::from_utf8(dir.read(name)).expect("UTF-8")
}

#[test]
fn every_input_has_one_row_in_every_format_and_face() {
    for (name, face) in [("r.json", "--plain"), ("r.jsonl", "--json"), ("r.csv", "-q"), ("R.CSV", "--plain")] {
        let (dir, origin, refused) = (TempDir::new(), Origin::start(), RefusedPort::new());
        let picture = Resource::new(jpeg(1, 40, 30)).etag("\"e\"").header("Content-Type", "image/jpeg");
        origin.script("/moved.jpg", Script::new().then(|| Answer::redirect(302, "/a.jpg?x=1")));
        origin.script("/a.jpg", picture.header("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT").script());
        origin.script("/there.bin", Script::body("there"));
        dir.write("there.bin", "there");
        fs::write(dir.path(name), "old").expect("written");
        fs::set_permissions(dir.path(name), fs::Permissions::from_mode(0o644)).expect("ours");
        let with_user = origin.url("/moved.jpg").replace("http://", "http://ann:s3cret@");
        let (gone, refusing) = (origin.url("/gone.png"), refused.url("/x"));
        let list = format!("{gone}\nno address\n{}\n{gone}#again\n{refusing}\n", origin.url("/there.bin"));
        let files = ["--report", name, "--failed", "failed.txt"];
        haul(&dir).args([face, "-r", "0"]).args(files).args([&with_user, "-"]).stdin(list).run().expect(1);

        let mut rows = rows(&dir, name);
        rows.sort_by_key(|row| row["n"].clone());
        let part = |row: &BTreeMap<_, String>| {
            ["n", "url", "status", "skipped", "error_class", "http_status"].map(|f: &str| row[f].clone())
        };
        let there = origin.url("/there.bin");
        assert_eq!(
            rows.iter().map(part).collect::<Vec<_>>(),
            [
                ["1", &origin.url("/moved.jpg"), "finished", "false", "", ""],
                ["2", &gone, "failed", "false", "status", "404"],
                ["3", &there, "finished", "true", "", ""],
                ["4", &refusing, "failed", "false", "connect", ""],
            ],
            "{name}"
        );
        let first = &rows[0];
        for (field, value) in [
            ("format", "jpeg"),
            ("width", "40"),
            ("height", "30"),
            ("final_url", origin.url("/a.jpg?x=1").as_str()),
            ("content_type", "image/jpeg"),
            ("etag", "\"e\""),
            ("last_modified", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ("attempts", "1"),
            ("resumed_from", "0"),
            ("dir", dir.work().to_str().expect("UTF-8")),
            ("name", "moved.jpg"),
            ("path", dir.path("moved.jpg").to_str().expect("UTF-8")),
        ] {
            assert_eq!(first[field], value, "{name} {field}");
        }
        assert!(first["sha256"].len() == 64 && rows[1]["sha256"].is_empty(), "{first:?}");
        let times = (&first["started_at"], &first["finished_at"]);
        assert!(times.0 <= times.1 && times.0.len() == 24 && times.0.starts_with("20") && times.0.ends_with('Z'));
        assert!(first["ttfb_ms"].parse::<u64>().is_ok() && rows[3]["ttfb_ms"].is_empty(), "{first:?}");
        assert!(!text(&dir, name).contains("s3cret"));
        assert_eq!(text(&dir, "failed.txt"), format!("{gone}\n{refusing}\n"));
        assert_eq!((mode(&dir, name), mode(&dir, "failed.txt")), (0o600, 0o600));
        assert_eq!(dir.names().len(), 4, "{:?}", dir.names());
    }
}

#[test]
fn a_run_that_is_ended_accounts_for_every_input_and_can_be_finished() {
    for (name, signal, code) in
        [("r.json", Signal::TERM, 143), ("r.jsonl", Signal::INT, 130), ("r.csv", Signal::TERM, 143)]
    {
        let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
        let (bytes, at_gate) = (payload(1, 600_000), gate.clone());
        let (half, whole) = (bytes.clone(), Resource::new(bytes.clone()));
        let held = Script::new()
            .then(move || Answer::ok(&half[..300_000]).wait(&at_gate).body(&half[300_000..]))
            .answer(move |request| whole.answer(request));
        origin.script("/held.bin", held);
        for path in ["/1.bin", "/2.bin", "/3.bin"] {
            origin.script(path, Script::body(path));
        }
        let urls = ["/1.bin", "/gone.bin", "/held.bin", "/2.bin", "/3.bin", "/2.bin"].map(|path| origin.url(path));
        // One at a time: the last two are still in the queue when the signal comes.
        let files = ["-j", "1", "--report", name, "--failed", "failed.txt"];
        let running = json(&dir).args(files).args(&urls).spawn();
        running.wait_stdout(|line| line.contains("\"progress\"") && line.contains("300000"));
        running.signal(signal);
        let done = running.wait().expect(code);
        assert_eq!(events(&done, "summary")[0]["total"], 5);
        let mut rows = rows(&dir, name);
        rows.sort_by_key(|row| row["n"].clone());
        let seen: Vec<_> = rows.iter().map(|row| (row["url"].as_str(), row["status"].as_str())).collect();
        let statuses = ["finished", "failed", "unfinished", "unfinished", "unfinished"];
        assert_eq!(seen, urls.iter().map(String::as_str).zip(statuses).collect::<Vec<_>>());
        assert_eq!((rows[2]["bytes"].as_str(), rows[2]["attempts"].as_str()), ("300000", "1"));
        assert_eq!(text(&dir, "failed.txt"), urls[1..5].join("\n") + "\n");

        // The list is fed back, and takes its own place.
        gate.open();
        origin.script("/gone.bin", Script::body("back"));
        plain(&dir).args(["--failed", "failed.txt", "failed.txt"]).run().expect(0);
        assert_eq!(dir.read("held.bin"), bytes);
        assert_eq!(text(&dir, "failed.txt"), "");
        for name in ["1.bin", "2.bin", "3.bin", "gone.bin"] {
            assert!(dir.path(name).exists(), "{name}");
        }
    }
}

#[test]
fn words_that_no_slot_has_seen_are_accounted_for() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/held.bin", Script::new().then(Answer::hang));
    let mut urls = vec![origin.url("/held.bin")];
    urls.extend((0..12_500).map(|number| origin.url(&format!("/{number}"))));
    let running = plain(&dir).args(["-j", "1", "--report", "r.jsonl", "--failed", "f.txt"]).args(&urls).spawn();
    origin.wait_requests("/held.bin", 1);
    running.signal(Signal::TERM);
    running.wait().expect(143);
    let rows = rows(&dir, "r.jsonl");
    assert_eq!(rows.len(), urls.len());
    assert!(rows.iter().zip(&urls).all(|(row, url)| row["url"] == *url && row["status"] == "unfinished"));
    assert_eq!(text(&dir, "f.txt").lines().count(), urls.len());
}

#[test]
fn rows_are_there_as_jobs_end() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let at_gate = gate.clone();
    origin.script("/held.bin", Script::new().then(move || Answer::ok("abc").wait_first(&at_gate)));
    let urls = [origin.url("/gone.bin"), origin.url("/held.bin")];
    let running = json(&dir).args(["--report", "r.json", "--failed", "f.txt"]).args(&urls).spawn();
    running.wait_stdout(|line| line.contains("\"failed\""));
    gate.wait_for(1);
    // The writer is a thread of its own; it has nothing else to do. Who reads while it writes may see half of it.
    let until = std::time::Instant::now() + crate::support::HUNG;
    let told = || serde_json::from_slice(&dir.read("r.json")).is_ok_and(|rows: Vec<Value>| !rows.is_empty());
    while !told() || text(&dir, "f.txt").is_empty() {
        assert!(std::time::Instant::now() < until, "no row came");
        std::thread::yield_now();
    }
    assert_eq!(rows(&dir, "r.json")[0]["url"], urls[0]);
    assert_eq!(text(&dir, "f.txt"), format!("{}\n", urls[0]));
    gate.open();
    running.wait().expect(1);
    assert_eq!(rows(&dir, "r.json").len(), 2);
}

#[test]
fn the_screen_keeps_the_same_books() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/again.bin", Script::new().then(|| Answer::status(404)).then(|| Answer::ok("abc")));
    origin.script("/held.bin", Script::new().then(Answer::hang));
    let urls = ["/again.bin", "/gone.bin", "/held.bin"].map(|path| origin.url(path));
    let files = ["--report", "r.json", "--failed", "f.txt"];
    let args: Vec<_> = files.into_iter().chain(urls.iter().map(String::as_str)).collect();
    let mut pty = Pty::start(&dir, &args, 100, 20);
    // The first row is selected, and goes again.
    pty.wait_text("2 failed");
    pty.type_keys("r");
    pty.wait_text("1/3 done");
    origin.wait_requests("/held.bin", 1);
    pty.type_keys("qy");
    assert_eq!(pty.wait_exit().exit_code(), 1);
    let mut rows = rows(&dir, "r.json");
    rows.sort_by_key(|row| row["n"].clone());
    let seen: Vec<_> = rows.iter().map(|row| (row["url"].as_str(), row["status"].as_str())).collect();
    assert_eq!(seen, urls.iter().map(String::as_str).zip(["finished", "failed", "unfinished"]).collect::<Vec<_>>());
    assert_eq!(text(&dir, "f.txt"), format!("{}\n{}\n", urls[1], urls[2]));
    assert_eq!((mode(&dir, "r.json"), mode(&dir, "f.txt")), (0o600, 0o600));
}

#[test]
fn values_are_exact() {
    for name in ["r.json", "r.jsonl", "r.csv"] {
        let (dir, origin) = (TempDir::new(), Origin::start());
        let odd = "W/\"a, 'b' \u{e9}\"";
        origin.script(
            "/a.bin",
            Script::new().then(move || {
                Answer::ok("abc").header("Content-Type", "text/x; a=\"b,c\"; d=\"=1+1\"").header("Last-Modified", odd)
            }),
        );
        let folder = "say \"hi\", two\nlines\x1b[2J";
        plain(&dir)
            .args(["--report", name, "-d", folder, "-o", "it's, \"a\".bin"])
            .arg(origin.url("/a.bin?q=\"1,2\""))
            .run()
            .expect(0);
        let row = &rows(&dir, name)[0];
        assert_eq!(row["dir"], dir.path(folder).to_str().expect("UTF-8"), "{name}");
        assert_eq!(row["name"], "it's, \"a\".bin");
        assert_eq!(row["content_type"], "text/x; a=\"b,c\"; d=\"=1+1\"");
        assert_eq!(fs::read(&row["path"]).expect("where the row says"), b"abc");
        assert_eq!(row["url"], origin.url("/a.bin?q=%221,2%22"));
    }
}

#[test]
fn files_that_cannot_be_written_start_nothing() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    fs::create_dir(dir.path("folder.csv")).expect("created");
    for args in
        [["--report", "nowhere/r.csv"], ["--report", "folder.csv"], ["--failed", "nowhere/f"], ["--failed", "."]]
    {
        let done = plain(&dir).args(args).arg(origin.url("/a.bin")).run().expect(3).check_stderr(args[1]);
        assert_eq!(done.stdout(), "", "{args:?}");
    }
    assert_eq!(origin.all_requests().len(), 0);
    assert_eq!(dir.names(), [] as [&str; 0]);
}

#[test]
fn mistakes_are_two_and_overwrite_nothing() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    dir.write("list.csv", origin.url("/a.bin"));
    let url = origin.url("/a.bin");
    for (args, says) in [
        (&["--report", "r.txt", &url][..], ".json, .jsonl or .csv"),
        (&["--report", "r", &url], ".json, .jsonl or .csv"),
        (&["--report", "r.json", "--failed", "r.json", &url], "the same file"),
        (&["--report", "list.csv", "./list.csv"], "overwritten"),
        (&["--report", "list.csv", "-i", "list.csv"], "overwritten"),
        (&["compare", "--report", "r.json", &url], "compare"),
    ] {
        haul(&dir).arg("--plain").args(args).run().expect(2).check_stderr(says);
    }
    assert_eq!(dir.names(), ["list.csv"]);
    assert_eq!(text(&dir, "list.csv"), url);
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_is_told_once_and_stops_no_download() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let urls: Vec<_> = (0..20)
        .map(|number| {
            origin.script(&format!("/{number}.bin"), Script::body("abc"));
            origin.url(&format!("/{number}.bin"))
        })
        .collect();
    // Every write to it fails for want of room.
    std::os::unix::fs::symlink("/dev/full", dir.path("r.jsonl")).expect("a link");
    let done = plain(&dir).args(["--report", "r.jsonl"]).args(&urls).run().expect(1);
    assert_eq!(done.stderr().lines().count(), 1, "{}", done.stderr());
    assert!(done.stderr().contains("r.jsonl"), "{}", done.stderr());
    assert!(done.stdout().contains("20 of 20 finished"), "{}", done.stdout());
}

#[test]
fn a_list_that_was_not_read_to_its_end_is_left_alone() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    origin.script("/held", Script::new().then(move || Answer::ok("abc").wait(&gate)));
    // More than may wait at once, so that the end of the list is not read before the signal comes.
    let lines: Vec<_> = (0..30_000).map(|number| origin.url(&format!("/held?{number}"))).collect();
    let list = lines.join("\n") + "\n";
    dir.write("left.txt", &list);
    let running = json(&dir).args(["-j", "1", "--failed", "left.txt", "left.txt"]).spawn();
    running.wait_stdout(|line| line.contains("\"started\""));
    running.signal(Signal::TERM);
    let done = running.wait().expect(143);
    assert!(text(&dir, "left.txt") == list);
    done.check_stderr("is left as it was");
}
