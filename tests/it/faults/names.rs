//! Faults 92 to 97: what stands in the way of a file, and of its folder. Whatever it is, it stays as it was.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::headless::{event, events, json, plain};
use crate::support::bytes::payload;
use crate::support::command::{PROGRAM, Run, haul, program};
use crate::support::mounts::{may_mount, skipped};
use crate::support::origin::{Answer, Gate, Origin, Resource, Script};
use crate::support::temp::TempDir;

fn fifo(at: PathBuf) {
    let made = Command::new("mkfifo").arg(at).status().expect("every Unix has mkfifo");
    assert!(made.success());
}

/// Other bytes have another mark.
fn mark(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("{} bytes, {:016x}", bytes.len(), hasher.finish())
}

/// What there is below a folder, without following any link: path, kind, and what is in it.
fn picture(folder: &Path) -> Vec<String> {
    let mut seen = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let (path, kind) = (entry.path(), entry.file_type().expect("it has a kind"));
        let content = match kind {
            kind if kind.is_symlink() => format!("{:?}", fs::read_link(&path)),
            kind if kind.is_dir() => picture(&path).join(", "),
            kind if kind.is_file() => fs::read(&path).map(|bytes| mark(&bytes)).unwrap_or_default(),
            _ => String::new(),
        };
        seen.push(format!("{} {kind:?} {content}", path.display()));
    }
    seen.sort();
    seen
}

/// Fault 92: each takes the name of a file, small or large, and another is found. The bytes are those of a file that is
/// there, so nothing but its kind tells that it is not to be used.
#[test]
fn what_holds_the_name_of_a_file_stays_as_it_is() {
    type InTheWay = fn(&TempDir, PathBuf);
    let rows: [(&str, InTheWay); 8] = [
        ("file", |_, at| fs::write(at, "other").expect("written")),
        ("folder", |_, at| fs::create_dir_all(at.join("below")).expect("created")),
        ("link to a file", |dir, at| symlink(dir.home().join("outside/small"), at).expect("linked")),
        ("link to its twin", |dir, at| symlink(dir.home().join("outside/large"), at).expect("linked")),
        ("link to a folder", |dir, at| symlink(dir.home().join("outside"), at).expect("linked")),
        ("dangling link", |dir, at| symlink(dir.home().join("outside/new"), at).expect("linked")),
        ("link to itself", |_, at| symlink(at.file_name().expect("a name"), &at).expect("linked")),
        ("pipe", |_, at| fifo(at)),
    ];
    let (dir, origin) = (TempDir::new(), Origin::start());
    let outside = dir.home().join("outside");
    let bodies = [("small", payload(1, 1000)), ("large", payload(2, 300_000))];
    fs::create_dir(&outside).expect("created");
    for (size, bytes) in &bodies {
        fs::write(outside.join(size), bytes).expect("written");
    }
    let mut urls = Vec::new();
    for (what, put) in rows {
        for (size, bytes) in &bodies {
            let name = format!("{size} {what}.bin");
            put(&dir, dir.path(&name));
            origin.script(&format!("/{}", name.replace(' ', "%20")), Script::body(&**bytes));
            urls.push(origin.url(&format!("/{}", name.replace(' ', "%20"))));
        }
    }
    let before = [picture(&dir.work()), picture(&outside)];
    let done = json(&dir).args(&urls).run().expect(0);
    assert_eq!(event(&done, "summary")["skipped"], 0);
    for (what, _) in rows {
        for (size, bytes) in &bodies {
            let name = format!("{size} {what} (2).bin");
            assert!(dir.path(&name).symlink_metadata().is_ok_and(|there| there.is_file()), "{name}");
            assert!(dir.read(&name) == *bytes, "{name}");
            fs::remove_file(dir.path(&name)).expect("removed");
        }
    }
    assert_eq!([picture(&dir.work()), picture(&outside)], before);
}

/// Fault 93: a part that was left by a failed attempt is exchanged for a link before the next one. What the link leads
/// to stays as it is, and the file is right.
#[test]
fn a_part_that_has_become_a_link_is_not_written_to() {
    type Linking = fn(&Path, &Path);
    let rows: [(&str, Linking); 2] = [
        ("link", |theirs, part| symlink(theirs, part).expect("linked")),
        ("hard link", |theirs, part| fs::hard_link(theirs, part).expect("linked")),
    ];
    for (what, link) in rows {
        let (dir, origin) = (TempDir::new(), Origin::start());
        let (bytes, theirs) = (payload(1, 600_000), dir.home().join("theirs"));
        fs::write(&theirs, &bytes[..400_000]).expect("written");
        let file = Resource::new(&*bytes);
        let again = file.clone();
        let script = Script::new()
            .answer(move |request| file.answer(request).cut(400_000))
            .then(|| Answer::status(503).header("Retry-After", "1"))
            .answer(move |request| again.answer(request));
        origin.script("/a.bin", script);
        let running = haul(&dir).args(["--json", "-r", "2", &origin.url("/a.bin")]).spawn();
        running.wait_stdout(|line| line.contains("\"retrying\"") && line.contains("503"));
        let part = dir.names().into_iter().find(|name| name.starts_with(".haul-")).expect("a part is kept");
        fs::remove_file(dir.path(&part)).expect("removed");
        link(&theirs, &dir.path(&part));
        let done = running.wait().expect(0);
        assert_eq!(event(&done, "finished")["resumed_from"], 0, "{what}");
        assert!(dir.read("a.bin") == bytes, "{what}");
        assert!(fs::read(&theirs).is_ok_and(|there| there == bytes[..400_000]), "{what}");
        assert_eq!(dir.names(), ["a.bin"], "{what}");
    }
}

/// Fault 94: the folder is exchanged for a link to another one while files are on their way.
#[test]
fn a_folder_that_becomes_a_link_leads_nothing_outside() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let outside = dir.home().join("outside");
    fs::create_dir(&outside).expect("created");
    for (path, size) in [("/small.bin", 1000), ("/large.bin", 300_000)] {
        let (bytes, gate) = (payload(1, size), gate.clone());
        origin.script(path, Script::new().then(move || Answer::ok(&bytes[..500]).wait(&gate).body(&bytes[500..])));
    }
    origin.script("/late.bin", Script::body("late"));
    let urls = ["/small.bin", "/large.bin", "/late.bin"].map(|path| origin.url(path));
    let running = json(&dir).args(["-d", "in", "-j", "2"]).args(&urls).spawn();
    gate.wait_for(2);
    fs::rename(dir.path("in"), dir.path("moved")).expect("renamed");
    symlink(&outside, dir.path("in")).expect("linked");
    gate.open();
    let done = running.wait();
    assert_eq!(picture(&outside), Vec::<String>::new());
    // Either the folder that was opened goes on, or the jobs fail by name.
    let moved = fs::read_dir(dir.path("moved")).expect("there still").flatten();
    let moved = moved.filter(|entry| !entry.file_name().to_string_lossy().starts_with(".haul-")).count();
    let failed = events(&done, "failed");
    assert!(failed.iter().all(|event| event["error_class"] == "disk"), "{failed:?}");
    assert_eq!(moved + failed.len(), 3);
}

/// Runs a shell script where mounts are private to it; `None`, with a message, where the system does not let us.
fn with_mounts(dir: &TempDir, script: &str, args: &[&str]) -> Option<Run> {
    if !may_mount(&dir.home()) {
        return skipped();
    }
    Some(program(dir, "unshare").args(["-rm", "sh", "-c", script, PROGRAM]).args(args))
}

/// Fault 97: a folder that no file can be made in ends the run before anything is asked for, and is named.
#[test]
fn a_folder_that_takes_no_files_is_named_at_once() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let url = origin.url("/a.bin");
    dir.write("taken", "a file");
    symlink("nowhere", dir.path("dangling")).expect("linked");
    symlink("loop", dir.path("loop")).expect("linked");
    fifo(dir.path("pipe"));
    let long = "x".repeat(300);
    let mut rows = vec!["taken", "taken/below", "loop/below", "pipe", &long];
    if cfg!(target_os = "linux") {
        rows.extend(["/proc", "/proc/haul"]);
    }
    for folder in rows {
        let done = plain(&dir).args(["-d", folder, &url]).run().expect(3).check_stderr(&format!("`{folder}`"));
        assert_eq!((done.stdout(), done.stderr().lines().count()), ("", 1), "{folder}");
    }
    fs::create_dir(dir.path("locked")).expect("created");
    let script = r#"mount --bind locked locked && mount -o remount,bind,ro locked && exec "$0" "$@""#;
    if let Some(run) = with_mounts(&dir, script, &["--plain", "-d", "locked", &url]) {
        run.run().expect(3).check_stderr("`locked`").check_stderr("Read-only file system");
    }
    assert_eq!(origin.all_requests().len(), 0);
    assert_eq!(dir.read("taken"), b"a file");
}

/// Fault 97: a folder that is missing is made, and one that is a link to a folder is that folder.
#[test]
fn a_folder_is_made_where_there_is_none() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.bin", Script::body("abc"));
    fs::create_dir(dir.path("real")).expect("created");
    symlink("real", dir.path("link")).expect("linked");
    for (folder, file) in [("new/deep/er", "new/deep/er/a.bin"), ("link", "real/a.bin"), ("./x/../y/", "y/a.bin")] {
        plain(&dir).args(["-d", folder, &origin.url("/a.bin")]).run().expect(0);
        assert_eq!(dir.read(file), b"abc", "{folder}");
    }
}
