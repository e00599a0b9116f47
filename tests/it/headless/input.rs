//! Where addresses come from: words, list files, standard input.

use super::{event, json, plain};
use crate::support::command::haul;
use crate::support::origin::{Origin, Script};
use crate::support::temp::TempDir;

fn origin() -> Origin {
    let origin = Origin::start();
    for path in ["/1.bin", "/2.bin", "/3.bin", "/4.bin"] {
        origin.script(path, Script::body(path));
    }
    origin
}

#[test]
fn words_files_and_standard_input_make_one_run() {
    let (dir, origin) = (TempDir::new(), origin());
    dir.write("list.txt", format!("{}\n", origin.url("/2.bin")));
    dir.write("more.txt", origin.url("/4.bin"));
    let done = plain(&dir)
        .args([&origin.url("/1.bin"), "list.txt", "-", "-i", "more.txt"])
        .stdin(format!("{}\n", origin.url("/3.bin")))
        .run()
        .expect(0);
    for name in ["1.bin", "2.bin", "3.bin", "4.bin"] {
        assert_eq!(dir.read(name), format!("/{name}").as_bytes());
    }
    assert!(done.stdout().contains("\n4 of 4 finished, 24 B in "), "{}", done.stdout());
    assert_eq!(dir.names(), ["1.bin", "2.bin", "3.bin", "4.bin", "list.txt", "more.txt"]);
}

#[test]
fn a_list_may_have_a_mark_any_line_ends_blanks_and_comments() {
    let (dir, origin) = (TempDir::new(), origin());
    let url = |path| origin.url(path);
    let list = format!("\u{feff}{}\r\n\r\n# no\n  {}  \r{}", url("/1.bin"), url("/2.bin"), url("/3.bin"));
    plain(&dir).arg("-").stdin(list).run().expect(0);
    assert_eq!(dir.names(), ["1.bin", "2.bin", "3.bin"]);
}

#[test]
fn standard_input_is_read_only_where_it_is_asked_for() {
    let (dir, origin) = (TempDir::new(), origin());
    plain(&dir).arg(origin.url("/1.bin")).stdin("not an address\n").run().expect(0);
    let done = plain(&dir).stdin(origin.url("/1.bin")).run().expect(2);
    done.check_stderr("- to read a list from standard input, or `haul resume`");
}

#[test]
fn a_bad_word_is_named_and_nothing_starts() {
    let (dir, origin) = (TempDir::new(), origin());
    std::fs::create_dir(dir.path("folder")).expect("created");
    for word in
        ["nothing-here.txt", "ftp://127.0.0.1/x", "file:///etc/passwd", "http://", "folder", "photos.example/a.jpg"]
    {
        let done = plain(&dir).args([&origin.url("/1.bin"), word]).run().expect(2);
        assert_eq!(done.stdout(), "", "{word}");
        let named = word.split("://").next().unwrap_or(word);
        done.check_stderr(named);
    }
    assert_eq!(origin.all_requests().len(), 0);
    assert_eq!(dir.names(), [] as [&str; 0]);
}

#[cfg(unix)]
#[test]
fn a_list_that_cannot_be_read_is_a_bad_word() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, origin) = (TempDir::new(), origin());
    let list = dir.write("secret.txt", origin.url("/1.bin"));
    std::fs::set_permissions(&list, std::fs::Permissions::from_mode(0o000)).expect("ours to change");
    if std::fs::read(&list).is_ok() {
        // The superuser reads everything: there is nothing to see here.
        return;
    }
    for args in [&["secret.txt"][..], &["-i", "secret.txt"]] {
        plain(&dir).args(args).run().expect(2).check_stderr("secret.txt");
    }
    assert_eq!(origin.all_requests().len(), 0);
}

#[test]
fn bad_lines_are_named_with_their_numbers_and_the_rest_runs() {
    let (dir, origin) = (TempDir::new(), origin());
    let list = format!("{}\nnot an address\n\nftp://h/x\n{}\n", origin.url("/1.bin"), origin.url("/2.bin"));
    dir.write("list.txt", list);
    let done = plain(&dir).arg("list.txt").run().expect(1).check_stderr("2").check_stderr("not an address");
    assert!(done.stderr().contains("line 4") && done.stderr().contains("ftp://"), "{}", done.stderr());
    assert!(done.stdout().contains("2 of 2 finished"), "{}", done.stdout());
    assert_eq!(dir.names(), ["1.bin", "2.bin", "list.txt"]);
}

#[test]
fn many_bad_lines_are_counted_after_the_twentieth() {
    let (dir, origin) = (TempDir::new(), origin());
    let list = format!("{}{}\n", "junk\n".repeat(50), origin.url("/1.bin"));
    let done = plain(&dir).arg("-").stdin(list).run().expect(1);
    assert!(done.stderr().contains("line 20") && !done.stderr().contains("line 21"), "{}", done.stderr());
    let counted = ["30", "50"].iter().any(|count| done.stderr().contains(count));
    done.check(counted, "the rest is counted");
}

#[test]
fn an_address_twice_is_one_job() {
    let (dir, origin) = (TempDir::new(), origin());
    let url = origin.url("/1.bin");
    let list = format!("{url}\n{url}#part\n{}\n{url}\n", origin.url("/2.bin"));
    let done = json(&dir).args([&url, "-"]).stdin(list).run().expect(0);
    let summary = event(&done, "summary");
    assert_eq!((&summary["total"], &summary["finished"], &summary["duplicates"]), (&2.into(), &2.into(), &3.into()));
    assert_eq!((origin.requests("/1.bin").len(), origin.requests("/2.bin").len()), (1, 1));
    assert_eq!(dir.names(), ["1.bin", "2.bin"]);
}

#[test]
fn names_and_folders_can_be_chosen() {
    let (dir, origin) = (TempDir::new(), origin());
    plain(&dir).args(["-d", "deep/er", "-o", "own.dat", &origin.url("/1.bin")]).run().expect(0);
    assert_eq!(dir.names(), ["deep/er/own.dat"]);
    // One name for two addresses, and a name that is a path, are mistakes of the command line.
    let two = [origin.url("/1.bin"), origin.url("/2.bin")];
    plain(&dir).args(["-o", "x"]).args(&two).run().expect(2);
    plain(&dir).args(["-o", "../x", &two[0]]).run().expect(2);
    assert_eq!(dir.names(), ["deep/er/own.dat"]);
}

#[test]
fn nothing_but_comments_is_nothing_to_do() {
    let dir = TempDir::new();
    let done = haul(&dir).args(["--plain", "-"]).stdin("# nothing\n\n").run().expect(2);
    assert!(!done.stderr().is_empty());
}
