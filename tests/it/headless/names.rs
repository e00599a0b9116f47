//! Names by a template: `--name`. What the server's own names become is for `engine::names` and `faults::names`.

use super::{event, events, json, plain};
use crate::support::bytes::{jpeg, png};
use crate::support::command::haul;
use crate::support::origin::{Answer, Origin, Script};
use crate::support::temp::TempDir;

/// The files that a template makes of these bodies, each at `/N.bin` or at the path that is given.
fn named(template: &str, bodies: &[(&str, Vec<u8>)]) -> Vec<String> {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let urls: Vec<_> = bodies.iter().map(|(path, _)| origin.url(path)).collect();
    for (path, body) in bodies {
        origin.script(path, Script::body(body.clone()));
    }
    plain(&dir).env("TZ", "UTC").arg(format!("--name={template}")).args(urls).run().expect(0);
    for name in dir.names() {
        assert!(bodies.iter().any(|(_, body)| *body == dir.read(&name)), "{template}: {name}");
    }
    dir.names()
}

#[test]
fn files_are_named_by_what_is_known_of_them() {
    let two = [("/a/one.txt", b"1".to_vec()), ("/b/two", b"2".to_vec())];
    for (template, names) in [
        ("{n:03}", ["001", "002"]),
        ("{host}-{n}.dat", ["127.0.0.1-1.dat", "127.0.0.1-2.dat"]),
        ("{n}/{host}/{stem}.{ext}", ["1/127.0.0.1/one.txt", "2/127.0.0.1/two"]),
        ("{{{stem}}}-{n}.{ext}", ["{one}-1.txt", "{two}-2"]),
        ("all/{n:02}{ext}", ["all/01txt", "all/02"]),
        ("x.bin", ["x (2).bin", "x.bin"]),
        ("x.{ext}", ["x", "x.txt"]),
        ("- {stem}", ["_ one", "_ two"]),
    ] {
        assert_eq!(named(template, &two), names, "{template}");
    }
    let before = jiff::Timestamp::now();
    let names = named("{date}/{n}", &two[..1]);
    // Also where a day has ended meanwhile.
    let days = [before, jiff::Timestamp::now()].map(|at| at.to_string()[..10].to_owned());
    assert!(days.iter().any(|day| names == [format!("{day}/1")]), "{names:?} at {days:?}");
}

#[test]
fn the_ending_is_that_of_the_content() {
    let pictures = [("/photo-1", png(1, 9, 9)), ("/get.php", jpeg(2, 9, 9)), ("/c.JPEG", jpeg(3, 9, 9))];
    assert_eq!(named("{n}.{ext}", &pictures), ["1.png", "2.jpg", "3.JPEG"]);
    assert_eq!(named("{stem}-x.{ext}", &pictures), ["c-x.JPEG", "get.php-x.jpg", "photo-1-x.png"]);
    // A name without a word from the server is the user's own, and stays as it is.
    assert_eq!(named("picture-{n}", &pictures), ["picture-1", "picture-2", "picture-3"]);
}

#[test]
fn the_path_is_told_with_the_name() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/photo", Script::body(png(1, 9, 9)));
    let done = json(&dir).args(["--name", "f/{stem}-{n}.{ext}", &origin.url("/photo")]).run().expect(0);
    let path = |event: &serde_json::Value| event["path"].as_str().unwrap_or_default().to_owned();
    // Before its bytes are here nobody knows what they are.
    assert_eq!(path(&event(&done, "started")), dir.path("f/photo-1").display().to_string());
    assert_eq!(path(&event(&done, "finished")), dir.path("f/photo-1.png").display().to_string());
}

#[test]
fn what_the_server_says_leads_nowhere() {
    let long = format!("{}.png", "x".repeat(300));
    for (header, name) in [
        ("../../../etc/passwd", "7/p-passwd-".to_owned()),
        ("..\\..\\evil.exe", "7/p-evil-.exe".to_owned()),
        ("a:b.png", "7/p-a_b-.png".to_owned()),
        ("{ext}.png", "7/p-{ext}-.png".to_owned()),
        (&long, format!("7/p-{}.png", "x".repeat(234))),
    ] {
        let (dir, origin) = (TempDir::new(), Origin::start());
        let disposition = format!("attachment; filename=\"{}\"", header.replace('\\', "\\\\"));
        origin.script("/a", Script::new().then(move || Answer::ok("x").header("Content-Disposition", &disposition)));
        let args = ["--expect", "any", "--name", "7/p-{stem}-.{ext}", &origin.url("/a")];
        plain(&dir).args(args).run().expect(0);
        assert_eq!(dir.names(), [name], "{header}");
    }
}

/// Rows are counted as they stand in the sources, those that are refused too.
#[test]
fn a_row_keeps_its_number() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    for path in ["/a", "/b", "/c", "/d"] {
        origin.script(path, Script::body(path));
    }
    dir.write("list.txt", format!("# pictures\n{}\nnonsense\n\n{}\n", origin.url("/b"), origin.url("/c")));
    dir.write("more.txt", origin.url("/d"));
    let args = ["--name", "{n}", &origin.url("/a"), "list.txt", "-i", "more.txt"];
    plain(&dir).args(args).run().expect(1);
    let files: Vec<_> = ["1", "2", "4", "5"].map(|name| dir.read(name)).to_vec();
    assert_eq!(files, [b"/a", b"/b", b"/c", b"/d"]);
}

/// Another name is another file; the same one is there already, also where the engine has made it.
#[test]
fn a_template_is_part_of_what_is_asked_for() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a.txt", Script::body("a"));
    let fetch = |template: &str| json(&dir).args(["--name", template, &origin.url("/a.txt")]).run().expect(0);
    for (template, requests) in
        [("x-{stem}.{ext}", 1), ("x-{stem}.{ext}", 1), ("y-{stem}.{ext}", 2), ("{n}", 3), ("{n}", 3)]
    {
        fetch(template);
        assert_eq!(origin.requests("/a.txt").len(), requests, "{template}");
    }
    assert_eq!(dir.names(), ["1", "x-a.txt", "y-a.txt"]);
    let own = json(&dir).args(["--name", "{n}", "-o", "own", &origin.url("/a.txt")]).run().expect(0);
    assert_eq!(events(&own, "finished").len(), 1);
    assert_eq!(dir.names(), ["1", "own", "x-a.txt", "y-a.txt"]);
}

#[test]
fn a_template_without_sense_starts_nothing() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let url = origin.url("/a");
    for (template, said) in [
        ("{hots}", "did you mean `host`?"),
        ("{photo_id}.{ext}", "there is no `photo_id`: there is n, host, date, stem, ext"),
        ("{n:3}", "write {n:03}"),
        ("{n", "a brace opens and does not close"),
        ("{ext}/{n}", "behind the last slash"),
        ("{stem:03}", "write them without a width"),
        ("../{n}", "folders are below that of --dir"),
        ("/etc/{n}", "folders are below that of --dir"),
        ("a/", "folders are below that of --dir"),
        ("", "nothing before or behind a slash"),
    ] {
        plain(&dir).args(["--name", template, &url]).run().expect(2).check_stderr(said);
    }
    plain(&dir)
        .args(["compare", "--name", "{n}"])
        .run()
        .expect(2)
        .check_stderr("--name and --dedupe do not go with it");
    assert_eq!((origin.all_requests().len(), dir.names().len()), (0, 0));
}

#[test]
fn the_pictures_of_the_demo_are_named_too() {
    let dir = TempDir::new();
    // Its server is busy at times.
    haul(&dir).args(["--plain", "demo", "--name", "{n:02}.{ext}"]).run().expect(0);
    let names: Vec<_> = dir.names();
    assert_eq!(names.len(), 15);
    assert!(names[0].starts_with("haul-demo/01.") && names[14].starts_with("haul-demo/15."), "{names:?}");
}
