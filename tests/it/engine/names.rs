//! Names on the disk: what servers and addresses say becomes one harmless name in the folder, and nothing that stands
//! there already is touched.

use haul::engine::options::{Expect, Options};

use super::run::{Run, name_of, options};
use crate::support::bytes::{jpeg, payload, png};
use crate::support::origin::{Answer, Origin, Resource, Script};

/// Names are the subject here: any bytes will do.
fn any() -> Options {
    Options { expect: Expect::Any, ..options() }
}

#[test]
fn headers_and_addresses_make_names() {
    let long = format!("/{}.jpg", "x".repeat(300));
    let cut = format!("{}.jpg", "x".repeat(236));
    let cases: &[(&str, &str, &str)] = &[
        ("/1/a.bin", "", "a.bin"),
        ("/2/b%20c.bin?size=large", "", "b c.bin"),
        ("/3/dir/", "", "dir"),
        ("/", "", "download"),
        ("/4/%2e%2e%2fetc%2fpasswd", "", "_etc_passwd"),
        ("/5/%E5%8C%97.bin", "", "北.bin"),
        ("/6/%ff.bin", "", "%ff.bin"),
        ("/7/con.txt", "", "_con.txt"),
        ("/8/.hidden", "", "hidden"),
        ("/9/x", "attachment; filename=\"my file.bin\"", "my file.bin"),
        ("/10/x", "inline; filename=../../evil.bin", "evil.bin"),
        ("/11/x", "attachment; filename=\"C:\\\\Windows\\\\w.bin\"", "w.bin"),
        ("/12/x", "attachment; filename=plain.bin; filename*=UTF-8''na%C3%AFve.bin", "naïve.bin"),
        ("/13/x", "attachment; filename*=UTF-8''..%2F..%2Fup.bin", "up.bin"),
        ("/14/fallback", "attachment; filename=\"..\"", "fallback"),
        ("/15/fallback2", "attachment", "fallback2"),
        ("/16/x", "attachment; filename=\"-rf\"", "_rf"),
        ("/17/x", "attachment; filename=\"a\u{202e}gpj.exe\"", "a_gpj.exe"),
        ("/18/x", "attachment; filename=\"a\u{1b}[2Jb.bin\"", ""),
        (&long, "", &cut),
    ];
    let (origin, mut run) = (Origin::start(), Run::with(any()));
    for (path, disposition, name) in cases {
        let file = Resource::new(format!("bytes of {path}"));
        let file = if disposition.is_empty() { file } else { file.header("Content-Disposition", disposition) };
        origin.script(path.split('?').next().unwrap_or_default(), file.script());
        let id = run.add(&origin.url(path));
        if name.is_empty() {
            // No HTTP: a control character ends the answer, not the program.
            assert_eq!(run.failed(id).class.word(), "protocol", "{path}");
        } else {
            run.check(id, name, format!("bytes of {path}").as_bytes());
        }
    }
    run.close();
    assert_eq!(run.dir.names().len(), cases.len() - 1);
}

#[test]
fn a_name_comes_from_the_answer_and_not_from_the_redirect() {
    let (origin, mut run) = (Origin::start(), Run::with(any()));
    let moved = || Answer::redirect(302, "/cdn/real.png").header("Content-Disposition", "attachment; filename=no.png");
    for path in ["/get", "/own.jpg"] {
        origin.script(path, Script::new().then(moved));
    }
    origin.script("/cdn/real.png", Script::body("abc"));
    let get = run.add(&origin.url("/get"));
    run.check(get, "real.png", b"abc");
    let own = run.add(&origin.url("/own.jpg"));
    run.check(own, "own.jpg", b"abc");
}

#[test]
fn endings_follow_the_bytes() {
    let (origin, mut run) = (Origin::start(), Run::new());
    let large = png(1, 400, 300);
    assert!(large.len() > 256 * 1024);
    let cases = [
        ("photo", jpeg(1, 40, 30), "photo.jpg", Some("jpeg"), Some((40, 30))),
        ("drawing", png(1, 40, 30), "drawing.png", Some("png"), Some((40, 30))),
        ("poster", large, "poster.png", Some("png"), Some((400, 300))),
        ("get.php", png(2, 40, 30), "get.php.png", Some("png"), Some((40, 30))),
        ("wrong.JPG", png(3, 40, 30), "wrong.JPG", Some("png"), Some((40, 30))),
        ("data", payload(1, 1000), "data", None, None),
    ];
    for (path, bytes, name, format, pixels) in cases {
        let path = format!("/{path}");
        origin.script(&path, Resource::new(bytes.clone()).header("Content-Type", "image/webp").script());
        let id = run.add(&origin.url(&path));
        let file = run.check(id, name, &bytes);
        assert_eq!((file.format.as_deref(), file.pixels), (format, pixels), "{path}");
    }
    let own = run.add_requests(vec![run.request(&origin.url("/photo"), Some("mine.dat"))])[0];
    run.check(own, "mine.dat", &jpeg(1, 40, 30));
}

#[test]
fn a_hundred_files_of_one_name_are_a_hundred_files() {
    let (origin, mut run) = (Origin::start(), Run::new());
    let size = |number: usize| if number.is_multiple_of(2) { 1000 } else { 300_000 };
    let bytes = |number: usize| payload(number as u64, size(number));
    let urls: Vec<_> = (0..100)
        .map(|number| {
            let path = format!("/{number}/a.png");
            origin.script(&path, Script::body(bytes(number)));
            origin.url(&path)
        })
        .collect();
    let ids = run.add_all(&urls);
    for (number, id) in ids.into_iter().enumerate() {
        let file = run.finished(id);
        assert!(run.dir.read(&name_of(&file.path)) == bytes(number), "{number}");
    }
    run.close();
    let mut names: Vec<_> = (2..=100).map(|number| format!("a ({number}).png")).collect();
    names.push("a.png".to_owned());
    names.sort();
    assert_eq!(run.dir.names(), names);
}

#[test]
fn equal_bytes_of_two_jobs_are_two_files() {
    let (origin, mut run) = (Origin::start(), Run::with(any()));
    for path in ["/1/a.png", "/2/a.png"] {
        origin.script(path, Script::body("abc"));
    }
    let ids = run.add_all(&["/1/a.png", "/2/a.png"].map(|path| origin.url(path)));
    for id in ids {
        assert!(!run.finished(id).skipped);
    }
    assert_eq!(run.dir.names(), ["a (2).png", "a.png"]);
}

#[test]
fn what_stands_there_is_kept() {
    let (origin, mut run) = (Origin::start(), Run::new());
    for size in [1000, 300_000] {
        let bytes = payload(1, size);
        let file = |name: &str| format!("{size}-{name}.bin");
        run.dir.write(&file("same"), &bytes);
        run.dir.write(&file("other"), payload(2, size));
        run.dir.write(&file("shorter"), &bytes[..10]);
        run.dir.write(&file("both"), "x");
        run.dir.write(&format!("{size}-both (2).bin"), &bytes);
        std::fs::create_dir(run.dir.path(file("folder"))).expect("created");
        let modified =
            |run: &Run| std::fs::metadata(run.dir.path(file("same"))).and_then(|about| about.modified()).ok();
        let before = modified(&run);
        for (name, expected, skipped) in [
            ("same", file("same"), true),
            ("other", format!("{size}-other (2).bin"), false),
            ("shorter", format!("{size}-shorter (2).bin"), false),
            ("both", format!("{size}-both (2).bin"), true),
            ("folder", format!("{size}-folder (2).bin"), false),
        ] {
            let path = format!("/{}", file(name));
            origin.script(&path, Script::body(bytes.clone()));
            let id = run.add(&origin.url(&path));
            assert_eq!(run.check(id, &expected, &bytes).skipped, skipped, "{path}");
        }
        assert_eq!(modified(&run), before);
        assert_eq!(run.dir.read(&file("other")), payload(2, size));
        assert_eq!(run.dir.read(&file("shorter")), bytes[..10]);
        assert_eq!(run.dir.read(&file("both")), b"x");
        assert!(run.dir.path(file("folder")).is_dir());
    }
    run.close();
    assert_eq!((run.parts(), run.dir.names().len()), (vec![], 16));
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let (origin, mut run) = (Origin::start(), Run::new());
    let secret = run.dir.home().join("secret");
    std::fs::write(&secret, "secret").expect("written");
    let nothing = run.dir.home().join("nothing");
    for (name, target) in [("link.bin", &secret), ("dangling.bin", &nothing), ("equal.bin", &secret)] {
        std::os::unix::fs::symlink(target, run.dir.path(name)).expect("linked");
    }
    for (path, body) in [("/link", "abc"), ("/dangling", "abc"), ("/equal", "secret")] {
        origin.script(&format!("{path}.bin"), Script::body(body));
        let id = run.add(&origin.url(&format!("{path}.bin")));
        assert!(!run.check(id, &format!("{} (2).bin", &path[1..]), body.as_bytes()).skipped, "{path}");
    }
    assert_eq!(std::fs::read(&secret).expect("there still"), b"secret");
    assert!(!nothing.exists());
    assert!(run.dir.path("link.bin").is_symlink() && run.dir.path("dangling.bin").is_symlink());
}

#[test]
fn a_name_that_leads_out_of_the_folder_is_refused() {
    let (origin, mut run) = (Origin::start(), Run::new());
    for name in ["../x", "a/b", "", ".."] {
        let id = run.add_requests(vec![run.request(&origin.url("/a"), Some(name))])[0];
        assert_eq!(run.failed(id).class.word(), "refused", "{name}");
    }
    assert_eq!(origin.all_requests().len(), 0);
}
