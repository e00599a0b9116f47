//! Tables on the command line: templates, filters, digests, what comes along into reports, and what is said of junk.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rustix::process::Signal;
use serde_json::Value;

use super::{event, events, json, plain};
use crate::support::bytes::jpeg;
use crate::support::command::haul;
use crate::support::origin::{Answer, Gate, Origin, Script};
use crate::support::temp::TempDir;

/// The columns of the Unsplash dataset's `photos.tsv000`, as its documentation lists them.
const COLUMNS: [&str; 31] = [
    "photo_id",
    "photo_url",
    "photo_image_url",
    "photo_submitted_at",
    "photo_featured",
    "photo_width",
    "photo_height",
    "photo_aspect_ratio",
    "photo_description",
    "photographer_username",
    "photographer_first_name",
    "photographer_last_name",
    "exif_camera_make",
    "exif_camera_model",
    "exif_iso",
    "exif_aperture_value",
    "exif_focal_length",
    "exif_exposure_time",
    "photo_location_name",
    "photo_location_latitude",
    "photo_location_longitude",
    "photo_location_country",
    "photo_location_city",
    "stats_views",
    "stats_downloads",
    "ai_description",
    "ai_primary_landmark_name",
    "ai_primary_landmark_latitude",
    "ai_primary_landmark_longitude",
    "ai_primary_landmark_confidence",
    "blur_hash",
];

/// Rows of that shape, made up: an id, a width, and a description as it stands in the file. Addresses begin with `base`.
fn photos(base: &str, rows: impl IntoIterator<Item = (String, u32, String)>) -> String {
    let mut text = COLUMNS.join("\t") + "\n";
    for (id, width, description) in rows {
        let height = width * 2 / 3;
        let _ = writeln!(
            text,
            "{id}\thttps://unsplash.example/photos/{id}\t{base}/{id}\t2019-03-04 05:06:07.89\tt\t{width}\t{height}\t1.5\t\
             {description}\tann_x\tAnn\tNóva\tNIKON CORPORATION\tNIKON D850\t64\t8.0\t35.0\t1/125\tFjörð, Ísland\t64.96\t\
             -19.02\tIceland\t\t1234567\t8910\ta mountain\t\t\t\t\tLjCZ,jxuayay~qofj[j["
        );
    }
    text
}

fn sample(base: &str) -> String {
    let row = |id: &str, width, description: &str| (id.to_owned(), width, description.to_owned());
    photos(
        base,
        [
            row("XMyPniM9LF0", 4272, ""),
            row("rDLBArZUl1c", 900, "too narrow"),
            row("cNDGZ2sQ3Bo", 2560, "\"a \"\"quoted\"\" one,\twith a tab\nand a line\""),
            row("iuZ_D1eoq9k", 1000, "北極光 5\" tall"),
        ],
    )
}

/// A picture for every request; it says which one by its width.
fn pictures(origin: &Origin) {
    for (id, width) in [("XMyPniM9LF0", 41), ("rDLBArZUl1c", 42), ("cNDGZ2sQ3Bo", 43), ("iuZ_D1eoq9k", 44)] {
        origin.script(&format!("/{id}"), Script::body(jpeg(1, width, 30)));
        origin.script(&format!("/{id}?w=1080&q=75&fm=jpg"), Script::body(jpeg(1, width, 30)));
    }
}

fn rows(dir: &TempDir, name: &str) -> Vec<BTreeMap<String, Value>> {
    let text = String::from_utf8(dir.read(name)).expect("UTF-8");
    let mut rows: Vec<BTreeMap<String, Value>> = match name.rsplit_once('.') {
        Some((_, "csv")) => {
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let row = |row: Result<BTreeMap<String, String>, _>| {
                row.expect("a row").into_iter().map(|(name, value)| (name, Value::from(value))).collect()
            };
            reader.deserialize().map(row).collect()
        }
        Some((_, "json")) => serde_json::from_str(&text).expect("an array"),
        _ => text.lines().map(|line| serde_json::from_str(line).expect("an object")).collect(),
    };
    rows.sort_by_key(|row| row["n"].to_string().trim_matches('"').parse::<u64>().expect("a number"));
    rows
}

#[test]
fn a_table_of_the_unsplash_dataset_works_as_it_comes() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    pictures(&origin);
    dir.write("photos.tsv000", sample(&origin.url("")));
    let done = plain(&dir).arg("photos.tsv000").run().expect(0);
    assert!(done.stdout().contains("4 of 4 finished"), "{}", done.stdout());
    assert_eq!(
        dir.names(),
        ["XMyPniM9LF0.jpg", "cNDGZ2sQ3Bo.jpg", "iuZ_D1eoq9k.jpg", "photos.tsv000", "rDLBArZUl1c.jpg"]
    );
}

#[test]
fn templates_and_filters_choose_what_is_asked_for_and_the_rest_comes_along() {
    for name in ["r.json", "r.jsonl", "r.csv"] {
        let (dir, origin) = (TempDir::new(), Origin::start());
        pictures(&origin);
        dir.write("photos.tsv000", sample(&origin.url("")));
        let template = ["--template", "{photo_image_url}?w={w}&q=75&fm=jpg", "--set", "w=1080"];
        let filters = ["--where", "photo_width >= 1000", "--where", "photographer_username = 'ann_x'"];
        let report = ["--report", name, "photos.tsv000"];
        plain(&dir).args(template).args(filters).args(report).run().expect(0);
        let mut asked: Vec<_> = origin.all_requests().into_iter().map(|request| request.target).collect();
        asked.sort();
        let query = "?w=1080&q=75&fm=jpg";
        assert_eq!(asked, ["XMyPniM9LF0", "cNDGZ2sQ3Bo", "iuZ_D1eoq9k"].map(|id| format!("/{id}{query}")));

        let rows = rows(&dir, name);
        let header = String::from_utf8(dir.read(name)).expect("UTF-8");
        let order: Vec<_> = COLUMNS.iter().map(|column| header.find(column)).collect();
        assert!(order.is_sorted() && order.iter().all(Option::is_some), "{order:?}");
        let part = |at: usize, column: &str| rows[at][column].as_str().unwrap_or_default();
        assert_eq!(rows.len(), 3);
        assert_eq!(part(0, "photo_id"), "XMyPniM9LF0");
        assert_eq!(part(1, "photo_description"), "a \"quoted\" one,\twith a tab\nand a line");
        assert_eq!(part(2, "photo_description"), "北極光 5\" tall");
        assert_eq!(part(2, "photo_image_url"), origin.url("/iuZ_D1eoq9k"));
        assert_eq!(
            (part(2, "photo_width"), part(2, "ai_description"), part(2, "photo_location_city")),
            ("1000", "a mountain", "")
        );
        assert_eq!(rows[2]["width"].to_string().trim_matches('"'), "44");
        assert!(rows.iter().all(|row| row.len() == 26 + 31), "{name}");
    }
}

/// Another filter takes other files, and gives none of them another name.
#[test]
fn places_in_the_input_are_those_of_all_rows() {
    for (filter, names) in [("w>1", ["2.bin", "4.bin", "5.bin"]), ("w<3", ["1.bin", "2.bin", "5.bin"])] {
        let (dir, origin) = (TempDir::new(), Origin::start());
        for path in ["/1", "/2", "/4", "/5"] {
            origin.script(path, Script::body(path));
        }
        let rows = [("/1", "1"), ("/2", "2"), ("nope", "x"), ("/4", "3")];
        let rows = rows.map(|(path, w)| format!("{},{w}\n", origin.url(path))).concat();
        let args = ["--where", filter, "--name", "{n}.bin", "-", &origin.url("/5")];
        plain(&dir).args(args).stdin(format!("url,w\n{rows}")).run().expect(0);
        assert_eq!(dir.names(), names, "{filter}");
        assert!(dir.names().iter().all(|name| dir.read(name) == format!("/{}", &name[..1]).as_bytes()), "{filter}");
    }
}

#[test]
fn names_that_a_report_has_already_are_told_apart_and_tables_share_a_report() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    for path in ["/1", "/2", "/3", "/4"] {
        origin.script(path, Script::body(path));
    }
    let at = |path: &str| origin.url(path);
    dir.write("a.csv", format!("url,width,by\n{},10,ann\n{},20,\n{},30,again\n", at("/1"), at("/2"), at("/1")));
    dir.write(
        "b.jsonl",
        format!("{{\"by\":[1, 2],\"link\":\"{}\"}}\n{{\"link\":\"{}\",\"to\":true}}\n", at("/3"), at("/gone")),
    );
    plain(&dir).args(["--report", "r.csv", "a.csv", "b.jsonl", &at("/4")]).run().expect(1);
    let rows = rows(&dir, "r.csv");
    let part = |row: &BTreeMap<String, Value>| {
        ["url", "status", "table_width", "by", "to"].map(|name| row[name].as_str().expect("text").to_owned())
    };
    let row = |path: &str, rest: [&str; 4]| {
        let [status, width, by, to] = rest.map(str::to_owned);
        [at(path), status, width, by, to]
    };
    let expected = [
        row("/1", ["finished", "10", "ann", ""]),
        row("/2", ["finished", "20", "", ""]),
        row("/3", ["finished", "", "[1, 2]", ""]),
        row("/gone", ["failed", "", "", "true"]),
        row("/4", ["finished", "", "", ""]),
    ];
    assert_eq!(rows.iter().map(part).collect::<Vec<_>>(), expected);
}

#[test]
fn every_row_has_its_columns_also_when_a_run_is_ended_and_taken_up_again() {
    for name in ["r.json", "r.csv"] {
        let (dir, origin) = (TempDir::new(), Origin::start());
        origin.script("/1", Script::body("one"));
        origin.script("/held", Script::new().then(Answer::hang).then(|| Answer::ok("held")));
        origin.script("/3", Script::body("three"));
        let lines = ["1", "gone", "held", "3"].map(|path| format!("{},<{path}>\n", origin.url(&format!("/{path}"))));
        dir.write("t.csv", format!("url,what\n{}", lines.concat()));
        let files = ["-j", "1", "--report", name, "--failed", "left.txt", "t.csv"];
        let running = json(&dir).args(files).spawn();
        origin.wait_requests("/held", 1);
        running.signal(Signal::TERM);
        running.wait().expect(143);
        let told = || -> Vec<String> {
            let part = |row: &BTreeMap<_, Value>| {
                format!("{} {}", row["status"].as_str().unwrap_or(""), row["what"].as_str().unwrap_or(""))
            };
            rows(&dir, name).iter().map(part).collect()
        };
        assert_eq!(told(), ["finished <1>", "failed <gone>", "unfinished <held>", "unfinished <3>"]);
        let left = String::from_utf8(dir.read("left.txt")).expect("UTF-8");
        assert_eq!(left, ["/gone", "/held", "/3"].map(|path| origin.url(path) + "\n").concat());

        // What is there already has its columns too.
        plain(&dir).args(["--report", name, "t.csv"]).run().expect(1);
        assert_eq!(told(), ["finished <1>", "failed <gone>", "finished <held>", "finished <3>"]);
    }
}

#[test]
fn digests_of_a_table_are_held_against_the_bytes() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/a", Script::body("abc"));
    origin.script("/b", Script::body("abd"));
    let md5 = "900150983cd24fb0d6963f7d28e17f72";
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let (a, b) = (origin.url("/a"), origin.url("/b"));
    let table = format!("url\tmd5\tsha256\n{a}\t{md5}\t\n{b}\t\t{sha256}\n{a}?x\t12\t\n");
    let done = json(&dir).args(["--url-column", "url", "-"]).stdin(table).run().expect(1);
    assert_eq!(event(&done, "finished")["url"], a);
    let failed = event(&done, "failed");
    assert_eq!((&failed["url"], &failed["error_class"]), (&b.into(), &"checksum".into()));
    done.check_stderr("standard input: line 4: `md5` is wrong: a md5 has 32 hex digits");
    assert_eq!(dir.names(), ["a"]);
}

#[test]
fn tables_come_through_pipes_in_every_form() {
    for (text, args) in [
        ("id,URL\n1,@/1\n2,@/2\n", &["--where", "id<2"][..]),
        ("id\tlink\n1\t@/1\n2\t@/2\n", &["--where", "id=1"]),
        ("{\"id\":1,\"at\":\"@/1\"}\n{\"at\":\"@/2\"}\n", &["--url-column", "at", "--where", "id!="]),
        ("\u{feff}p,q\r\n1,\"x\"\r\n", &["--template", "@/{p}"]),
    ] {
        let (dir, origin) = (TempDir::new(), Origin::start());
        origin.script("/1", Script::body("one"));
        let args: Vec<_> = args.iter().map(|arg| arg.replace('@', &origin.url(""))).collect();
        let table = text.replace('@', &origin.url(""));
        plain(&dir).args(&args).args(["-i", "-"]).stdin(table).run().expect(0);
        assert_eq!(dir.names(), ["1"], "{text}");
        assert_eq!(origin.all_requests().len(), 1);
    }
}

#[test]
fn a_row_starts_before_the_next_one_is_written() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/1", Script::body("one"));
    origin.script("/2", Script::body("two"));
    let (urls, fifo) = (["/1", "/2"].map(|path| origin.url(path)), dir.path("rows.csv"));
    rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, rustix::fs::Mode::RWXU).expect("a pipe with a name");
    let running = json(&dir).args(["rows.csv", "--report", "r.jsonl"]).spawn();
    let mut pipe = std::fs::File::options().write(true).open(&fifo).expect("a reader is there");
    std::io::Write::write_all(&mut pipe, format!("url,b\n{},x\n", urls[0]).as_bytes()).expect("written");
    running.wait_stdout(|line| line.contains("\"finished\""));
    std::io::Write::write_all(&mut pipe, format!("{},y\n", urls[1]).as_bytes()).expect("written");
    drop(pipe);
    let done = running.wait().expect(0);
    assert_eq!(events(&done, "finished").len(), 2);
    assert_eq!(rows(&dir, "r.jsonl").iter().map(|row| row["b"].clone()).collect::<Vec<_>>(), ["x", "y"]);
}

#[test]
fn mistakes_are_two_before_anything_is_fetched() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    let url = origin.url("/a");
    dir.write("good.csv", format!("url,width\n{url},10\n"));
    dir.write("photos.tsv000", sample(&origin.url("")));
    dir.write("list.txt", format!("{url}\n"));
    dir.write("bare.csv", format!("{url}\n"));
    dir.write("empty.csv", "");
    dir.write("header.csv", "url,width\n");
    dir.write("array.jsonl", format!("[{{\"url\":\"{url}\"}}]\n"));
    dir.write("wide.tsv", "\u{feff}url\twidth\n".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
    dir.write("picture.csv", jpeg(1, 40, 30));
    dir.write("long.csv", vec![b'x'; 3_000_000]);
    for (args, says) in [
        (&["--where", "with>=1000", "good.csv"][..], "`good.csv`: there is no column `with`: did you mean `width`?"),
        (&["--where", "width>=1000", "good.csv", "photos.tsv000"], "`photos.tsv000`: there is no column `width`"),
        (&["--where", "width", "good.csv"], "as in 'width>=1000'"),
        (&["--template", "{ulr}", "good.csv"], "did you mean `url`?"),
        (&["--template", "{url}?w={w}", "good.csv"], "there is no `w`"),
        (&["--template", "", "good.csv"], "--template is empty"),
        (&["--where", "width => 4", "good.csv"], "`width => 4` is no filter"),
        (&["--template", "{url", "good.csv"], "a brace opens and does not close"),
        (&["--set", "w", "good.csv"], "write NAME=VALUE"),
        (&["--url-column", "link", "good.csv"], "no column `link`"),
        (&["--url-column", "url", "--template", "{url}", "good.csv"], "cannot be used with"),
        (&["--where", "width>1", &url], "give one, or - for one on standard input"),
        (&["--where", "url!=", "list.txt"], "holds an address: a table begins with the names of its columns"),
        (&["resume", "--where", "width>1"], "give one, or - for one on standard input"),
        (&["bare.csv"], "holds an address"),
        (&["good.csv", "empty.csv"], "`empty.csv`: it is empty"),
        (&["header.csv"], "nothing to do"),
        (&["good.csv", "array.jsonl"], "write one object a line"),
        (&["good.csv", "wide.tsv"], "UTF-16"),
        (&["good.csv", "picture.csv"], "something binary"),
        (&["good.csv", "long.csv"], "a row of more than a megabyte"),
    ] {
        let done = haul(&dir).args(["--plain", "--report", "r.csv"]).args(args).run().expect(2).check_stderr(says);
        assert_eq!(done.stdout(), "", "{args:?}");
        assert!(done.stderr().len() < 1000, "{}", done.stderr());
        // One that is sound but empty is known for it only when it has been read.
        assert!(args == ["header.csv"] || !dir.path("r.csv").exists(), "{args:?}");
        let _ = std::fs::remove_file(dir.path("r.csv"));
    }
    assert_eq!(origin.all_requests().len(), 0);
}

#[test]
fn bad_rows_are_named_and_the_rest_runs() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    origin.script("/1", Script::body("one"));
    origin.script("/2", Script::body("two"));
    let (one, two) = (origin.url("/1"), origin.url("/2"));
    let long = "x".repeat(2_000_000);
    dir.write(
        "t.csv",
        format!("url,b\n{one},\"\n\"\n{one}\n\"{long}\",\nnope,\n{two},x\n{two}?3,\"never closed\n{two},y\n"),
    );
    let done = plain(&dir).arg("t.csv").run().expect(1);
    assert!(done.stdout().contains("2 of 2 finished"), "{}", done.stdout());
    let lines: Vec<_> = done.stderr().lines().collect();
    assert_eq!(lines.len(), 4, "{}", done.stderr());
    for (line, says) in lines.iter().zip([
        "t.csv: line 4: 1 field where the header has 2",
        "t.csv: line 5: a row of more than a megabyte",
        "t.csv: line 6: `nope` is not an address",
        "t.csv: line 8: a quote opens in this row, and none closes it",
    ]) {
        assert!(line.contains(says), "{line}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_hundred_thousand_rows_run_through_in_flat_memory() {
    let (dir, origin, gate) = (TempDir::new(), Origin::start(), Gate::new());
    let picked = [7, 49_999, 99_999];
    for id in picked {
        let at_gate = gate.clone();
        let held = move || if id == 99_999 { Answer::ok("abc").wait_first(&at_gate) } else { Answer::ok("abc") };
        origin.script(&format!("/w{id}?w=1080"), Script::new().then(held));
    }
    let long = "a long description of a photo ".repeat(20);
    let row = |n: u32| (format!("w{n}"), n, if picked.contains(&n) { "picked".to_owned() } else { long.clone() });
    dir.write("photos.tsv000", photos(&origin.url(""), (0..100_000).map(row)));
    let template = ["--template", "{photo_image_url}?w={w}", "--set", "w=1080"];
    let filters = ["--where", "photo_width>=100", "--where", "photo_description=picked"];
    let running = json(&dir).args(template).args(filters).args(["--report", "r.jsonl", "photos.tsv000"]).spawn();
    // The last row of all is on its way: the table has been read.
    origin.wait_requests("/w99999?w=1080", 1);
    let peak = running.peak_memory();
    gate.open();
    running.wait().expect(0);
    let ids: Vec<_> = rows(&dir, "r.jsonl").iter().map(|row| row["photo_id"].clone()).collect();
    assert_eq!(ids, ["w49999", "w99999"]);
    assert!(peak < 64 << 20, "{peak}");
}
