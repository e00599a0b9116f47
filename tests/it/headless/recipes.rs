//! The recipes of the README, each run as it stands: by a shell, in a folder with what they speak of, against an origin
//! of our own that plays `https://example.com`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::support::bytes::jpeg;
use crate::support::command::{PROGRAM, program};
use crate::support::origin::{Answer, Origin, Request, Resource, Script};
use crate::support::temp::TempDir;

/// What a block holds, files that it must leave, and what it must print.
const RECIPES: &[(&str, &[&str], &str)] = &[
    ("-d pictures list.txt", &["pictures/1.jpg", "pictures/2.jpg", "pictures/3.jpg"], "3 of 3 finished"),
    ("gallery-dl -g", &["album/1.jpg", "album/2.jpg", "album/3.jpg"], "3 of 3 finished"),
    ("haul aria2.txt", &["first.jpg", "2.jpg"], "2 of 2 finished"),
    ("photos.tsv000", &["ann/abc.jpg", "photos.csv"], "1 of 1 finished"),
    ("--glob", &["01-01.jpg", "24-12.jpg"], "24 of 24 finished"),
    ("--from-page", &["1.jpg", "2.jpg"], "2 of 2 finished"),
    ("--from-curl", &["private.jpg"], "1 of 1 finished"),
    ("--netrc", &["1.jpg", "2.jpg", "3.jpg"], "3 of 3 finished"),
    ("--dry-run", &[], "3 addresses"),
    (".event == \"finished\"", &["1.jpg", "2.jpg", "3.jpg"], "/1.jpg"),
    ("--failed left.txt", &["report.csv", "again.csv", "left.txt"], "1 of 1 finished"),
    ("haul report report.csv", &["gone.jpg"], "rate_limited"),
    ("--on-complete", &["backup/1.jpg", "backup/2.jpg", "backup/3.jpg"], "3 of 3 finished"),
    ("--dedupe", &["1.jpg", "2.jpg", "3.jpg"], "3 of 3 finished"),
    ("haul resume", &[], ""),
    ("haul history", &[], ""),
    ("haul config", &[], "jobs = 8"),
    ("haul completions", &["haul.bash", "haul.1"], ""),
    ("haul compare", &[], "times"),
];

#[test]
fn every_recipe_of_the_readme_works() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("the README is there");
    let recipes = readme.split("\n## ").find(|section| section.starts_with("Recipes\n")).expect("it has recipes");
    let blocks: Vec<_> = recipes.split("```sh\n").skip(1).filter_map(|rest| rest.split_once("```")).collect();
    assert_eq!(blocks.len(), RECIPES.len(), "each recipe has a line here");
    for (block, _) in blocks {
        let known: Vec<_> = RECIPES.iter().filter(|(part, ..)| block.contains(part)).collect();
        let [(_, files, printed)] = known[..] else { unreachable!("one line is about this recipe:\n{block}") };
        run(block, files, printed);
    }
}

fn run(block: &str, files: &[&str], printed: &str) {
    let (dir, origin) = (TempDir::new(), origin());
    // What there is to try again has failed before.
    let fails = block.contains("--failed");
    if fails {
        let gone = Script::new().then(|| Answer::status(404));
        origin.script("/3.jpg", gone.answer(move |request| Resource::new(jpeg(3, 40, 30)).answer(request)));
    }
    furnish(&dir, &origin);
    let bin = dir.home().join("bin");
    let path = std::env::var("PATH").unwrap_or_default();
    // Something to look back at.
    let before = if block.contains("haul history") { "haul -q list.txt\n" } else { "" };
    let script = format!(
        "set -u{}\n{before}{}",
        if fails { "" } else { "e" },
        block.replace("https://example.com", &origin.url(""))
    );
    let shell = program(&dir, "/bin/sh").arg("-c").arg(&script).env("PATH", format!("{}:{path}", bin.display()));
    let done = shell.run().expect(0);
    assert!(done.stdout().contains(printed), "{block}\nprinted no `{printed}` but\n{}", done.stdout());
    for file in files {
        assert!(!dir.read(file).is_empty() || *file == "left.txt", "{block}\nhas left `{file}` empty");
    }
}

/// A server with what the recipes ask for.
fn origin() -> Origin {
    let origin = Origin::start();
    let picture = |seed| Script::body(jpeg(seed, 40, 30));
    let glob = ["cats", "dogs"].into_iter().flat_map(|kind| (1..=12).map(move |n| format!("/{kind}/{n:02}.jpg")));
    for (seed, path) in
        (1..).zip(["/1.jpg", "/2.jpg", "/3.jpg", "/gone.jpg"].map(str::to_owned).into_iter().chain(glob))
    {
        origin.script(&path, picture(seed));
    }
    origin.script("/photo/abc?w=1080&q=75&fm=jpg", picture(50));
    origin.script("/gallery", Resource::new(PAGE).header("Content-Type", "text/html").script());
    let private = |request: &Request| match request.header("cookie") {
        Some("session=42") => Resource::new(jpeg(60, 40, 30)).answer(request),
        _ => Answer::status(403),
    };
    origin.script("/private.jpg", Script::new().answer(private));
    origin
}

const PAGE: &str = "<!doctype html><title>Gallery</title><img src=1.jpg><img src='1-small.jpg'><img src=a.png>\
                    <img src=3-small.jpg srcset='2-small.jpg 400w, 2.jpg 1600w'>";

/// The files that the recipes speak of, and programs that may not be there.
fn furnish(dir: &TempDir, origin: &Origin) {
    let url = |path: &str| origin.url(path);
    let list = format!("# three\n{}\n\n{}\n{}\n", url("/1.jpg"), url("/2.jpg"), url("/3.jpg"));
    dir.write("list.txt", &list);
    dir.write("aria2.txt", format!("{}\t{}\n  out=first.jpg\n{}\n", url("/dead.jpg"), url("/1.jpg"), url("/2.jpg")));
    let columns = "photo_id\tphoto_image_url\tphotographer_username\tphoto_width\n";
    let photo = url("/photo/abc");
    dir.write("photos.tsv000", format!("{columns}abc\t{photo}\tann\t5000\ndef\t{photo}\tbob\t3999\n"));
    dir.write("headers.txt", "X-Album: 7\n");
    dir.write("cookies.txt", "# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tname\tvalue\n");
    dir.write("report.csv", format!("n,url,status,error_class\r\n1,{},failed,rate_limited\r\n", url("/gone.jpg")));
    fs::create_dir(dir.path("backup")).expect("a folder of our own takes folders");
    fs::write(dir.home().join(".netrc"), "machine 127.0.0.1 login me password secret\n").expect("a home of our own");
    let bin = dir.home().join("bin");
    fs::create_dir(&bin).expect("a home of our own takes folders");
    std::os::unix::fs::symlink(PROGRAM, bin.join("haul")).expect("a link to the program");
    command(&bin.join("gallery-dl"), &format!("printf '%s' '{list}' | grep ://"));
    // It only shows what haul says.
    command(&bin.join("jq"), "cat");
}

fn command(path: &Path, script: &str) {
    fs::write(path, format!("#!/bin/sh\n{script}\n")).expect("a folder of our own takes files");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("ours to change");
}
