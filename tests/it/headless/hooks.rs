//! Programs that are told what became of files: which, when, with which facts, and that none of them is in the way.

use std::fs;

use rustix::process::Signal;
use serde_json::Value;

use super::{json, plain};
use crate::support::bytes::jpeg;
use crate::support::command::haul;
use crate::support::origin::{Answer, Gate, Origin, Resource, Script};
use crate::support::pty::Pty;
use crate::support::temp::TempDir;

/// Adds what it is told to a file, a line each: the facts, then what it reads. It is noisy.
const TELL: &str = r#"row=$(cat)
echo printed; echo printed >&2
facts="$1|$HAUL_ID|$HAUL_URL|$HAUL_PATH|$HAUL_STATUS|$HAUL_BYTES|$HAUL_ERROR_CLASS"
printf '%s\n' "$facts|$row" >>told
"#;

/// A folder with that hook in it: `sh tell.sh NAME`.
fn folder() -> TempDir {
    let dir = TempDir::new();
    dir.write("tell.sh", TELL);
    dir
}

/// What was told so: the facts, and what was read.
#[track_caller]
fn told(dir: &TempDir, name: &str) -> Vec<(Vec<String>, Value)> {
    let text = fs::read_to_string(dir.path("told")).unwrap_or_default();
    let lines = text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('|'));
    let facts = lines.map(|line| {
        let (facts, row) = line.split_at(line.find('{').expect("a row"));
        let facts = facts.trim_end_matches('|').split('|').map(str::to_owned).collect::<Vec<_>>();
        (facts, serde_json::from_str(row).expect("an object"))
    });
    facts.collect()
}

/// So many files of an origin.
fn urls(origin: &Origin, count: usize) -> Vec<String> {
    let url = |number| {
        let path = format!("/{number}");
        origin.script(&path, Script::body("abc"));
        origin.url(&path)
    };
    (0..count).map(url).collect()
}

#[test]
fn each_file_is_told_once_with_its_facts_and_its_row() {
    for face in ["--plain", "--json", "-q"] {
        let (dir, origin) = (folder(), Origin::start());
        origin.script("/a.jpg", Resource::new(jpeg(1, 40, 30)).script());
        origin.script("/there.bin", Script::body("there"));
        dir.write("there.bin", "there");
        let with_user = origin.url("/a.jpg?q=1").replace("http://", "http://ann:s3cret@");
        let done = haul(&dir)
            .args([face, "-r", "0", "--on-complete", "sh tell.sh complete", "--on-failed", "sh tell.sh failed"])
            .args(["--on-finish", "sh tell.sh finish"])
            .env("HAUL_ERROR_CLASS", "from outside")
            .args([&with_user, &origin.url("/gone.bin"), &origin.url("/there.bin")])
            .run()
            .expect(1);
        let complete = told(&dir, "complete");
        let [(facts, row)] = &complete[..] else { done.fail("not one file is complete") };
        let bytes = jpeg(1, 40, 30).len();
        let path = dir.path("a.jpg");
        let path = path.to_str().expect("UTF-8");
        assert_eq!(facts[1..], [&origin.url("/a.jpg?q=1"), path, "finished", &bytes.to_string()]);
        assert_eq!((row["id"].as_str(), row["path"].as_str()), (Some(&*facts[0]), Some(path)));
        assert_eq!((&row["n"], &row["width"], &row["status"]), (&1.into(), &40.into(), &"finished".into()));

        let failed = told(&dir, "failed");
        let [(facts, row)] = &failed[..] else { done.fail("not one file has failed") };
        assert_eq!(facts[1..], [&origin.url("/gone.bin"), "", "failed", "0", "status"]);
        assert_eq!((&row["n"], &row["http_status"]), (&2.into(), &404.into()));

        let finish = told(&dir, "finish");
        let [(facts, summary)] = &finish[..] else { done.fail("not told once that all is over") };
        assert_eq!(facts[..], ["", "", "", "failed", &summary["bytes"].to_string()]);
        assert_eq!(
            ["event", "total", "finished", "skipped", "failed"].map(|field| summary[field].clone()),
            ["summary".into(), 3.into(), 2.into(), 1.into(), Value::from(1)]
        );
        assert!(!String::from_utf8(dir.read("told")).expect("UTF-8").contains("s3cret"));
        assert!(done.stdout().lines().all(|line| face != "--json" || line.starts_with('{')), "{}", done.stdout());
    }
}

#[test]
fn what_a_hook_prints_is_no_data_and_its_failure_changes_no_status() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    let url = origin.url("/a.bin?token=s3cret");
    let done = json(&dir)
        .args(["--on-complete", "sh -c 'echo printed; exit 3'", "--on-finish", "sh -c 'echo also; kill -9 $$'", &url])
        .run()
        .expect(0);
    assert!(!done.stdout().contains("printed") && !done.stdout().contains("also"), "{}", done.stdout());
    let url = origin.url("/a.bin?…");
    let lines: Vec<_> = done.stderr().lines().collect();
    assert_eq!(lines.len(), 4, "{}", done.stderr());
    assert_eq!(lines[..2], ["printed", &format!("haul: --on-complete for {url}: exit status: 3")]);
    assert!(lines[2] == "also" && lines[3].starts_with("haul: --on-finish: signal: 9"), "{}", done.stderr());
}

#[test]
fn many_failures_are_named_twenty_times_and_counted() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let urls = urls(&origin, 30);
    let done = plain(&dir).args(["--on-complete", "false"]).args(urls).run().expect(0);
    let named = done.stderr().lines().filter(|line| line.contains("exit status: 1")).count();
    assert_eq!(named, 20, "{}", done.stderr());
    done.check_stderr("haul: 10 more hooks failed\n");
}

/// No more than four at once, and the exit waits for all of them.
#[test]
fn a_few_run_at_once_and_none_is_left_out() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let urls = urls(&origin, 60);
    // Each makes a file of its own, counts the files there are, and takes its own away.
    let hook = "sh -c 'touch run/$$; ls run | wc -l >>counts; : >done/$HAUL_ID; rm run/$$'";
    fs::create_dir(dir.path("run")).expect("created");
    fs::create_dir(dir.path("done")).expect("created");
    plain(&dir).args(["--on-complete", hook, "-d", "files"]).args(urls).run().expect(0);
    assert_eq!(fs::read_dir(dir.path("done")).expect("there").count(), 60);
    let counts = String::from_utf8(dir.read("counts")).expect("UTF-8");
    let most = counts.lines().filter_map(|line| line.trim().parse::<u32>().ok()).max();
    assert!(most.is_some_and(|most| most <= 4), "{counts}");
}

/// More than may wait: whoever reads the list is held back by the hooks, and goes on with them.
#[test]
fn slow_hooks_hold_the_list_back_and_lose_nothing() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let urls = urls(&origin, 1500);
    // The first ones wait for the test; all of the others are quick.
    let hook = "sh -c 'echo x >>told; until test -e go; do sleep 0.01; done'";
    let running = plain(&dir).args(["--on-complete", hook, "-d", "files", "-"]).stdin(urls.join("\n")).spawn();
    // Four run, a thousand wait, and one is in the hands of the face, which says nothing of it yet.
    running.wait_stdout_lines(1004);
    (0..1500).for_each(|number| origin.wait_requests(&format!("/{number}"), 1));
    assert_eq!(running.stdout_lines(), 1004);
    dir.write("go", "");
    let done = running.wait().expect(0);
    assert!(done.stdout().contains("1500 of 1500 finished"), "{}", done.stdout());
    assert_eq!(String::from_utf8(dir.read("told")).expect("UTF-8").lines().count(), 1500);
}

#[test]
fn a_signal_ends_hooks_that_hang_and_the_books_are_right() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let (dir, origin, gate) = (folder(), Origin::start(), Gate::new());
        let at_gate = gate.clone();
        origin.script("/held", Script::new().then(move || Answer::ok("abc").wait_first(&at_gate)));
        let urls = urls(&origin, 10);
        let files = ["--report", "r.json", "--on-complete", "sh -c 'echo $$ >>pids; echo up >&2; sleep 1000'"];
        let running = plain(&dir)
            .args(files)
            .args(["--on-finish", "sh tell.sh finish"])
            .args(&urls)
            .arg(origin.url("/held"))
            .spawn();
        gate.wait_for(1);
        running.wait_stderr(|line| line == "up");
        running.wait_stdout_lines(10);
        running.signal(signal);
        let done = running.wait().expect(code);
        let rows: Vec<Value> = serde_json::from_slice(&dir.read("r.json")).expect("an array");
        let unfinished = rows.iter().filter(|row| row["status"] == "unfinished").count();
        assert_eq!((rows.len(), unfinished), (11, 1));
        let finish = told(&dir, "finish");
        assert_eq!(finish.len(), 1, "{}", done.stderr());
        assert_eq!((finish[0].0[3].as_str(), &finish[0].1["unfinished"]), ("unfinished", &1.into()));
        let started = String::from_utf8(dir.read("pids")).expect("UTF-8");
        assert!(started.lines().count() <= 4, "{started}");
        let left = 10 - started.lines().count();
        let done = done.check_stderr("it was killed, since the run was ended");
        done.check_stderr(&format!("haul: {left} hooks were not run: the run was ended"));
        for pid in started.lines() {
            let pid = pid.parse().ok().and_then(rustix::process::Pid::from_raw).expect("a number");
            assert!(rustix::process::test_kill_process(pid).is_err(), "{pid:?} is still there");
        }
    }
}

/// The face waits for room among the hooks; a signal must reach it there.
#[test]
fn a_signal_frees_a_run_that_waits_for_its_hooks() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let urls = urls(&origin, 1100);
    let args = ["--report", "r.jsonl", "-d", "files", "--on-complete", "sleep 1000", "-"];
    let running = plain(&dir).args(args).stdin(urls.join("\n")).spawn();
    running.wait_stdout_lines(1004);
    running.signal(Signal::TERM);
    let done = running.wait().expect(143);
    let rows = String::from_utf8(dir.read("r.jsonl")).expect("UTF-8");
    assert_eq!(rows.lines().count(), 1100);
    let finished = rows.lines().filter(|row| row.contains("\"status\":\"finished\"")).count();
    done.check_stderr(&format!("haul: {} hooks were not run: the run was ended", finished - 4));
}

#[test]
fn mistakes_start_nothing() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let url = origin.url("/a.bin");
    for (args, says) in [
        (["--on-complete", "sh 'x", &url], "--on-complete: a quote in `sh 'x` is not closed"),
        (["--on-failed", " ", &url], "--on-failed names no program"),
        (["--on-finish", "no-such-program-at-all x", &url], "there is no program `no-such-program-at-all`"),
        (["compare", "--on-finish", "true"], "compare"),
    ] {
        plain(&dir).args(args).run().expect(2).check_stderr(says);
    }
    assert_eq!((origin.all_requests().len(), dir.names()), (0, vec![]));
}

#[test]
fn a_screen_has_the_same_hooks_and_keeps_its_terminal() {
    let (dir, origin) = (folder(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    let urls = ["/a.bin", "/gone.bin"].map(|path| origin.url(path));
    let hooks = ["--on-complete", "sh tell.sh complete", "--on-failed", "sh tell.sh failed"];
    let args = [&hooks[..], &["--on-finish", "sh tell.sh finish", &urls[0], &urls[1]]].concat();
    let mut pty = Pty::start(&dir, &args, 100, 20);
    pty.wait_text("1 failed");
    pty.type_keys("q");
    assert_eq!(pty.wait_exit().exit_code(), 1);
    assert_eq!(told(&dir, "complete")[0].0[1], urls[0]);
    assert_eq!(told(&dir, "failed")[0].0[1], urls[1]);
    assert_eq!(told(&dir, "finish")[0].1["failed"], 1);
    assert!(!String::from_utf8_lossy(&pty.raw_log()).contains("printed"));
}
