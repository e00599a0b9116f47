//! Reports read back: each satisfies the schema in `assets`, `haul report` sums it up, and gives addresses that are
//! fetched again.

use std::path::Path;

use rustix::process::Signal;
use serde_json::{Value, json};

use super::{events, json as json_run, plain};
use crate::support::bytes::{jpeg, payload};
use crate::support::command::haul;
use crate::support::origin::{Answer, Gate, Origin, RefusedPort, Resource, Script};
use crate::support::pty::Pty;
use crate::support::temp::TempDir;

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../assets/report.schema.json")).expect("JSON")
}

/// What the schema has against this.
fn against(schema: &Value, value: &Value) -> Vec<String> {
    let validator = jsonschema::validator_for(schema).expect("a schema");
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The rows of a `.json` or `.jsonl` report, which must satisfy the schema.
#[track_caller]
fn rows(dir: &TempDir, name: &str) -> Vec<Value> {
    let (text, mut schema) = (dir.read(name), schema());
    if Path::new(name).extension() == Some("jsonl".as_ref()) {
        // A line is an item of the array.
        schema.as_object_mut().expect("an object").remove("type");
        schema["$ref"] = schema["items"]["$ref"].clone();
        let lines = str::from_utf8(&text).expect("UTF-8").lines();
        let rows: Vec<Value> = lines.map(|line| serde_json::from_str(line).expect("JSON")).collect();
        for row in &rows {
            assert_eq!(against(&schema, row), [] as [String; 0], "{row}");
        }
        return rows;
    }
    let whole: Value = serde_json::from_slice(&text).expect("JSON");
    assert_eq!(against(&schema, &whole), [] as [String; 0], "{whole}");
    whole.as_array().expect("an array").clone()
}

#[track_caller]
fn statuses(rows: &[Value]) -> Vec<&str> {
    let mut statuses: Vec<_> = rows.iter().map(|row| row["status"].as_str().expect("a word")).collect();
    statuses.sort_unstable();
    statuses
}

#[test]
fn every_kind_of_end_satisfies_the_schema() {
    for name in ["r.json", "r.jsonl"] {
        let (dir, origin, refused) = (TempDir::new(), Origin::start(), RefusedPort::new());
        origin.script("/a.jpg", Resource::new(jpeg(1, 40, 30)).etag("\"e\"").script());
        origin.script("/there.bin", Script::body("there"));
        origin.script("/page.png", Script::body("<html>no picture</html>"));
        dir.write("there.bin", "there");
        let with_user = origin.url("/a.jpg").replace("http://", "http://ann:s3cret@");
        let others = [origin.url("/there.bin"), origin.url("/gone"), origin.url("/page.png"), refused.url("/x")];
        plain(&dir).args(["--report", name, &with_user]).args(&others).run().expect(1);
        let rows = rows(&dir, name);
        assert_eq!(statuses(&rows), ["failed", "failed", "failed", "finished", "finished"]);
        assert_eq!(rows.iter().filter(|row| row["skipped"] == true).count(), 1);
    }
}

#[test]
fn a_run_that_is_ended_in_the_middle_satisfies_the_schema() {
    for (name, signal) in [("r.json", Signal::TERM), ("r.jsonl", Signal::TERM), ("i.json", Signal::INT)] {
        let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
        let bytes = payload(1, 600_000);
        let held = move || Answer::ok(&bytes[..300_000]).wait(&gate).body(&bytes[300_000..]);
        origin.script("/held.bin", Script::new().then(held));
        origin.script("/1.bin", Script::body("abc"));
        origin.script("/busy.bin", Script::new().then(|| Answer::status(503)));
        let urls = ["/1.bin", "/gone.bin", "/busy.bin", "/held.bin", "/2.bin"].map(|path| origin.url(path));
        let files = ["-j", "1", "-r", "9", "--report", name];
        let running = haul(&dir).arg("--json").args(files).args(&urls).spawn();
        running.wait_stdout(|line| line.contains("\"progress\"") && line.contains("300000"));
        running.signal(signal);
        let done = running.wait();
        assert_eq!(events(&done, "summary")[0]["total"], 5);
        let rows = rows(&dir, name);
        assert_eq!(statuses(&rows), ["failed", "finished", "unfinished", "unfinished", "unfinished"]);
    }
}

#[test]
fn what_was_cancelled_on_the_screen_satisfies_the_schema() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/held.bin", Script::new().then(Answer::hang));
    origin.script("/removed.bin", Script::new().then(Answer::hang));
    let urls = [origin.url("/held.bin"), origin.url("/removed.bin")];
    let mut pty = Pty::start(&dir, &["--report", "r.json", &urls[0], &urls[1]], 100, 20);
    origin.wait_requests("/held.bin", 1);
    origin.wait_requests("/removed.bin", 1);
    pty.wait_text("removed.bin");
    pty.type_keys("x");
    pty.wait_text("1 cancelled");
    pty.type_keys("jdy");
    pty.wait_until(|screen| !screen.contents().contains("removed.bin"));
    pty.type_keys("qy");
    pty.wait_exit();
    assert_eq!(statuses(&rows(&dir, "r.json")), ["cancelled", "cancelled"]);
}

/// The schema says no more than is true, and no less: what it must not let through.
#[test]
fn the_schema_refuses_what_no_report_has() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    plain(&dir).args(["--report", "r.json", &origin.url("/a.bin")]).run().expect(0);
    let row = rows(&dir, "r.json").remove(0);
    for (field, value) in [
        ("n", json!(0)),
        ("id", json!("1")),
        ("url", json!("http://ann:s3cret@h/")),
        ("status", json!("done")),
        ("status", json!("failed")),
        ("path", Value::Null),
        ("bytes", json!("3")),
        ("bytes", json!(-1)),
        ("error_class", json!("odd")),
        ("error_class", json!("dns")),
        ("started_at", json!("yesterday")),
        ("photo_width", json!(7)),
    ] {
        let mut wrong = row.clone();
        wrong[field] = value;
        assert!(!against(&schema(), &json!([wrong])).is_empty(), "{field}");
    }
    let mut short = row.clone();
    short.as_object_mut().expect("an object").remove("etag");
    assert!(!against(&schema(), &json!([short])).is_empty());
    let mut wide = row;
    (wide["photo_id"], wide["photo_location"]) = (json!("x7"), Value::Null);
    assert_eq!(against(&schema(), &json!([wide])), [] as [String; 0]);
}

/// A report of a run with one file of each kind: `a.jpg` there, `gone` and `page.png` failed, nobody at `refused`.
fn reported(name: &str) -> (TempDir, Origin, RefusedPort) {
    let (dir, origin, refused) = (TempDir::new(), Origin::start(), RefusedPort::new());
    origin.script("/a.jpg", Resource::new(jpeg(1, 40, 30)).script());
    origin.script("/page.png", Script::body("<html>no picture</html>"));
    let urls = [origin.url("/a.jpg"), origin.url("/gone?a=\"b,c\""), origin.url("/page.png"), refused.url("/x")];
    plain(&dir).args(["--report", name]).args(&urls).run().expect(1);
    (dir, origin, refused)
}

#[test]
fn a_report_is_summed_up_in_every_format() {
    for name in ["r.json", "r.jsonl", "r.csv"] {
        let (dir, origin, refused) = reported(name);
        let bytes = jpeg(1, 40, 30).len();
        let done = haul(&dir).args(["report", name, "--json"]).run().expect(0);
        let sum: Value = serde_json::from_str(done.stdout()).expect("one object");
        let hosts = [origin.url(""), refused.url("")].map(|url| url.replace("http://", "").replace('/', ""));
        let count = |total, finished: usize, failed| {
            json!({"total": total, "finished": finished, "failed": failed, "cancelled": 0, "unfinished": 0,
                   "bytes": finished * bytes})
        };
        let mut all = count(4, 1, 3);
        all["skipped"] = json!(0);
        for (field, value) in all.as_object().expect("an object") {
            assert_eq!(sum[field], *value, "{name} {field}");
        }
        assert_eq!(sum["error_classes"], json!({"connect": 1, "not_an_image": 1, "status": 1}));
        let mut first = count(3, 1, 2);
        first["host"] = json!(hosts[0]);
        let mut second = count(1, 0, 1);
        second["host"] = json!(hosts[1]);
        assert_eq!((&sum["hosts"], &sum["other_hosts"]), (&json!([first, second]), &count(0, 0, 0)));
        let size = &sum["size"];
        assert!(["p50", "p90", "p99", "max"].iter().all(|of| size[of] == bytes), "{size}");
        for times in ["ttfb_ms", "elapsed_ms"] {
            let (half, max) = (sum[times]["p50"].as_u64(), sum[times]["max"].as_u64());
            assert!(half.is_some() && half <= max, "{sum}");
        }

        let done = haul(&dir).args(["report", name]).run().expect(0);
        let lines: Vec<_> = done.stdout().lines().collect();
        assert!(lines[0].starts_with("1 of 4 finished, ") && lines[0].ends_with(", 3 failed"), "{}", done.stdout());
        for line in ["       1  connect", "       1  not_an_image", "       1  status"] {
            assert!(lines.contains(&line), "{}", done.stdout());
        }
        assert!(lines.iter().any(|line| line.starts_with(&format!("  {}: 1 of 3 finished", hosts[0]))));
        assert!(["size ", "first byte ", "in all "].iter().all(|row| lines.iter().any(|line| line.starts_with(row))));
    }
}

#[test]
fn addresses_are_chosen_and_fed_back() {
    for name in ["r.json", "r.jsonl", "r.csv"] {
        let (dir, origin, refused) = reported(name);
        let (gone, page, nobody) = (origin.url("/gone?a=%22b,c%22"), origin.url("/page.png"), refused.url("/x"));
        let urls = |args: &[&str]| {
            let done = haul(&dir).args(["report", name, "--urls"]).args(args).run().expect(0);
            let mut urls: Vec<_> = done.stdout().lines().map(str::to_owned).collect();
            urls.sort();
            urls
        };
        let sorted = |mut urls: Vec<String>| {
            urls.sort();
            urls
        };
        assert_eq!(urls(&[]), sorted(vec![gone.clone(), page.clone(), nobody.clone()]), "{name}");
        assert_eq!(urls(&["--class", "status"]), std::slice::from_ref(&gone));
        assert_eq!(urls(&["--class", "connect,status"]), sorted(vec![gone.clone(), nobody.clone()]));
        assert_eq!(urls(&["--class", "connect", "--class", "not_an_image"]), sorted(vec![nobody, page]));
        assert_eq!(urls(&["--class", "timeout"]), [] as [&str; 0]);

        origin.script("/gone", Script::body("back"));
        let list = haul(&dir).args(["report", name, "--urls", "--class", "status"]).run().expect(0);
        plain(&dir).arg("-").stdin(list.stdout()).run().expect(0);
        assert_eq!(dir.read("gone"), b"back");

        // The same by a pipe, and with a choice for the summary too.
        let through = haul(&dir).args(["report", "-", "--class", "status"]).stdin(dir.read(name)).run().expect(0);
        assert!(through.stdout().starts_with("0 of 1 finished, 0 B, 1 failed\n"), "{}", through.stdout());
    }
}

#[test]
fn mistakes_are_two_and_said_in_words() {
    let dir = TempDir::new();
    dir.write("list.txt", "http://h.example/1\nhttp://h.example/2\n");
    dir.write("photo.jpg", jpeg(1, 40, 30));
    dir.write("wide.json", "\u{feff}[1]".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
    dir.write("r.jsonl", "");
    for (args, says) in [
        (&["list.txt"][..], "`list.txt`: this is no report"),
        (&["photo.jpg"], "this is no report"),
        (&["wide.json", "--urls"], "this is no report"),
        (&["."], "this is no report"),
        (&["nowhere.json"], "cannot read the report `nowhere.json`"),
        (&["r.jsonl", "--urls", "--class", "timeuot"], "did you mean `timeout`?"),
        (&["r.jsonl", "--class", "xyz"], "there are dns, connect, tls, timeout,"),
        (&["r.jsonl", "--urls", "--json"], "--json does not go with it"),
    ] {
        let done = haul(&dir).arg("report").args(args).run().expect(2).check_stderr(says);
        assert_eq!(done.stdout(), "", "{args:?}");
    }
    haul(&dir).args(["report", "r.jsonl", "--no-state"]).run().expect(0);
    assert!(!dir.home().join("state").exists());
}

#[test]
fn a_report_that_a_kill_has_cut_is_read_as_far_as_it_goes() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let urls = ["/1", "/2", "/3"].map(|path| origin.url(path));
    for name in ["r.json", "r.jsonl", "r.csv"] {
        json_run(&dir).args(["-j", "1", "--report", name]).args(&urls).run().expect(1);
        let text = dir.read(name);
        let cut = text.len() - 100;
        dir.write(name, &text[..cut]);
        let done = haul(&dir).args(["report", name]).run().expect(0).check_stderr("ends within a row");
        assert!(done.stdout().starts_with("0 of 2 finished, 0 B, 2 failed\n"), "{name}: {}", done.stdout());
        let done = haul(&dir).args(["report", name, "--urls"]).run().expect(0).check_stderr("ends within a row");
        assert_eq!(done.stdout().lines().collect::<Vec<_>>(), urls[..2], "{name}");
        // One that is wrong in the middle is a trouble.
        let (before, after) = text.split_at(text.len() / 2);
        dir.write(name, [before, b"\"\n\n\"", after].concat());
        haul(&dir).args(["report", name]).run().check_stderr("is none").expect(1);
    }
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let dir = TempDir::new();
    let rows: Vec<_> =
        (0..50_000).map(|n| format!("{{\"url\":\"http://h.example/{n}\",\"status\":\"failed\"}}")).collect();
    for text in [rows.join("\n"), format!("[{}]", rows.join(","))] {
        let done = haul(&dir).args(["report", "-", "--urls"]).stdin(text).close_stdout_after(1).run().expect(1);
        assert_eq!(done.stderr(), "");
    }
}
