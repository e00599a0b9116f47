//! `--dry-run`: what would be fetched, said without asking anybody and without writing anything.

#[cfg(target_os = "linux")]
use std::io::Write as _;

use serde_json::json;

use super::{event, events, plain};
use crate::support::command::haul;
use crate::support::origin::Origin;
use crate::support::temp::TempDir;

#[test]
fn every_address_has_a_line_and_nothing_happens() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let list = format!(
        "{0}\n{1}\nno address\n{0}#part\n{2}\n{3}\n# x\n",
        origin.url("/b/a%20b.jpg?token=s3cret"),
        origin.url("/c/a%20b.jpg"),
        origin.url("/"),
        origin.url("/evil%1b%5b2J").replace("http://", "http://ann:s3cret@"),
    );
    dir.write("list.txt", list);
    let done = haul(&dir).args(["--plain", "--dry-run", "-d", "new/folder", "list.txt"]).run().expect(1);
    let expected = [
        format!("would fetch  a b.jpg  {}", origin.url("/b/a%20b.jpg?…")),
        format!("would fetch  a b (2).jpg  {}", origin.url("/c/a%20b.jpg")),
        format!("would fetch  download  {}", origin.url("/")),
        format!("would fetch  evil_[2J  {}", origin.url("/evil%1b%5b2J")),
        "4 addresses, 1 duplicate, 1 refused".to_owned(),
    ];
    assert_eq!(done.stdout().lines().collect::<Vec<_>>(), expected);
    done.check_stderr("list.txt: line 3");
    assert_eq!((origin.all_requests().len(), dir.names()), (0, vec!["list.txt".to_owned()]));
    assert!(!dir.path("new").exists() && std::fs::read_dir(dir.home()).expect("there").next().is_none());
}

#[test]
fn programs_get_exact_values() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    std::fs::create_dir(dir.path("real")).expect("created");
    #[cfg(unix)]
    std::os::unix::fs::symlink(dir.path("real"), dir.path("link")).expect("a link");
    let folder = if cfg!(unix) { "link/new" } else { "real/new" };
    let url = origin.url("/a.jpg?w=1").replace("http://", "http://ann:s3cret@");
    let args = ["--json", "--dry-run", "-d", folder, "--report", "r.json", "--failed", "f.txt", "-o", "own.png", &url];
    let done = haul(&dir).args(args).args(["--state", "state.db"]).run().expect(0);
    let path = dir.path("real").join("new").join("own.png");
    assert_eq!(
        events(&done, "would_fetch"),
        [json!({"event": "would_fetch", "url": origin.url("/a.jpg?w=1"), "path": path})]
    );
    assert_eq!(event(&done, "summary"), json!({"event": "summary", "total": 1, "duplicates": 0, "refused": 0}));
    assert!(origin.all_requests().is_empty() && std::fs::read_dir(dir.path("real")).expect("there").next().is_none());
    let mut names: Vec<_> = std::fs::read_dir(dir.work()).expect("there").flatten().map(|e| e.file_name()).collect();
    names.sort();
    assert_eq!(names, if cfg!(unix) { &["link", "real"][..] } else { &["real"] });
}

#[test]
fn nothing_to_show_is_two_and_other_commands_refuse() {
    let dir = TempDir::new();
    for (args, says) in [
        (&["--dry-run"][..], "nothing to do"),
        (&["--dry-run", "-"], "nothing to do"),
        (&["demo", "--dry-run"], "goes with no other command"),
        (&["resume", "--dry-run"], "goes with no other command"),
    ] {
        plain(&dir).args(args).run().expect(2).check_stderr(says);
    }
    assert_eq!(dir.names(), [] as [&str; 0]);
    assert!(!dir.home().join("state").exists());
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let dir = TempDir::new();
    let list: Vec<_> = (0..50_000).map(|number| format!("http://h.example/{number}")).collect();
    let done = plain(&dir).args(["--dry-run", "-"]).stdin(list.join("\n")).close_stdout_after(1).run().expect(1);
    assert_eq!(done.stderr(), "");
}

/// Of a long list two numbers an address are kept, and not its text.
#[cfg(target_os = "linux")]
#[test]
fn a_long_list_costs_little_memory() {
    let dir = TempDir::new();
    let padding = "x".repeat(400);
    let list: Vec<_> = (0..100_000).map(|number| format!("http://h.example/{number}?{padding}")).collect();
    dir.write("list.txt", list.join("\n"));
    // The second list stays open, so that there is somebody to ask.
    let fifo = std::process::Command::new("mkfifo").arg(dir.path("more")).status().expect("mkfifo is everywhere");
    assert!(fifo.success());
    let running = haul(&dir).args(["-q", "--dry-run", "list.txt", "more"]).spawn();
    let mut more = std::fs::OpenOptions::new().write(true).open(dir.path("more")).expect("it opens what it reads");
    writeln!(more, "no address").expect("it reads");
    running.wait_stderr(|line| line.starts_with("more: line 1"));
    let peak = running.peak_memory();
    drop(more);
    running.wait().expect(1);
    assert!(peak < 32 << 20, "{peak} bytes");
}
