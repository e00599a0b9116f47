//! What becomes of whole tables: columns, templates, filters, digests, and what is said of junk.

use std::io::Cursor;

use super::*;
use crate::engine::request::Columns;

fn open(text: &[u8], kind: Option<Kind>, asked: &Asked) -> Result<Table, String> {
    Table::open("t".to_owned(), Box::new(Cursor::new(text.to_vec())), kind, true, asked)
}

fn asked(column: &str, template: &str, set: &[&str], filters: &[&str]) -> Asked {
    let option = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let all = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    Asked::parse(option(column), option(template), &all(set), &all(filters)).unwrap_or_else(|why| unreachable!("{why}"))
}

/// Each entry's line and address, or what is said of its row.
fn rows(table: &mut Table) -> Vec<(u64, Result<String, String>)> {
    let mut all = Vec::new();
    while let Some((line, entry)) = table.next(|| {}).expect("memory does not fail") {
        all.push((line, entry.map(|entry| entry.url.to_string())));
    }
    all
}

fn addresses(text: &str, asked: &Asked) -> Vec<String> {
    let mut table = open(text.as_bytes(), None, asked).unwrap_or_else(|why| unreachable!("{text}: {why}"));
    rows(&mut table).into_iter().filter_map(|(_, url)| url.ok()).collect()
}

#[test]
fn addresses_are_found_in_every_kind_of_table() {
    for text in [
        "\u{feff}id,url,width\n1,http://h/1,10\n\n2,\"http://h/2\",\n",
        "id\tURL\twidth\r\n1\thttp://h/1\t10\r\n2\t http://h/2 \t20",
        "{\"id\":1,\"url\":\"http://h/1\"}\n{\"id\":2,\"url\":\"http://h/2\",\"later\":true}\n",
        "photo_url,link,photo_image_url\nx,y,http://h/1\nx,y,http://h/2\n",
        " url \nhttp://h/1\nhttp://h/2\n",
    ] {
        assert_eq!(addresses(text, &Asked::default()), ["http://h/1", "http://h/2"], "{text}");
    }
    assert_eq!(addresses("link,URL\nx,http://h/1\n", &asked("url", "", &[], &["LINK=x"])), ["http://h/1"]);
    let text = "url,b c\nnope,http://h/1\n";
    assert_eq!(addresses(text, &asked("b c", "", &[], &[])), ["http://h/1"]);
}

#[test]
fn templates_take_columns_and_set_values_as_they_are() {
    let text = "base\tw\tq\nhttp://h/a\t7\ta&b=c d\nhttp://h/b\t8\t#x\nhttp://h/c\t9\t\nrel\t1\tx\n";
    let template = asked("", "{base}?w={w}&q={q}&f={f}", &["w=1", "w=1080", "f="], &[]);
    let mut table = open(text.as_bytes(), None, &template).expect("sound");
    let said = rows(&mut table);
    assert_eq!(said[0], (2, Ok("http://h/a?w=1080&q=a&b=c%20d&f=".to_owned())));
    assert_eq!(said[1], (3, Ok("http://h/b?w=1080&q=#x&f=".to_owned())));
    assert_eq!(said[2], (4, Err("`q` is empty, and --template needs it".to_owned())));
    assert!(matches!(&said[3], (5, Err(why)) if why.contains("is not an address")), "{said:?}");
    assert_eq!(table.value("w").as_deref(), Some("1080"));
    assert_eq!(table.value("q").as_deref(), Some("x"));
    assert_eq!(table.value("nope"), None);
}

#[test]
fn filters_must_all_hold() {
    let text = "url,width,by\nhttp://h/1,999,ann\nhttp://h/2,1000,ann\nhttp://h/3,2000,bob\nhttp://h/4,,ann\n";
    let taken = |filters: &[&str]| addresses(text, &asked("", "", &[], filters));
    assert_eq!(taken(&["width>=1000"]), ["http://h/2", "http://h/3"]);
    assert_eq!(taken(&["width >= 1000", "by='ann'"]), ["http://h/2"]);
    assert_eq!(taken(&["width<5000"]).len(), 3);
    assert_eq!(taken(&["width="]), ["http://h/4"]);
}

#[test]
fn bad_rows_are_named_and_the_others_are_taken() {
    let text = "url,sha256,md5\nhttp://h/1,,\nhttp://h/2\n\"http://h/\n3\",,\nhttp://h/4,,,\n,,\nftp://h/5,,\nhttp://h/6,12,\n\
                http://h/7,,d41d8cd98f00b204e9800998ecf8427e\nhttp://h/8,,d41d8cd98f00b204e9800998ecf8427x\n";
    let mut table = open(text.as_bytes(), None, &Asked::default()).expect("sound");
    let said = rows(&mut table);
    let good: Vec<_> = said.iter().filter(|(_, row)| row.is_ok()).map(|(line, _)| *line).collect();
    // The parser of addresses drops ends of lines within them.
    assert_eq!(good, [2, 4, 10]);
    let why: Vec<_> = said.iter().filter_map(|(line, row)| Some((*line, row.as_ref().err()?.as_str()))).collect();
    assert_eq!(
        why,
        [
            (3, "1 field where the header has 3"),
            (6, "4 fields where the header has 3"),
            (7, "there is no address: `url` is empty"),
            (8, "`ftp://` is not fetched, only http:// and https://"),
            (9, "`sha256` is wrong: a sha256 has 64 hex digits"),
            (11, "`md5` is wrong: that is no hex number"),
        ]
    );
}

#[test]
fn the_strongest_digest_of_a_row_counts() {
    let (md5, sha256) = ("0".repeat(32), "A".repeat(64));
    let text = format!("url,md5,SHA256\nhttp://h/1,{md5},{sha256}\nhttp://h/2,{md5},\nhttp://h/3,,\n");
    let mut table = open(text.as_bytes(), None, &Asked::default()).expect("sound");
    for expected in [Some(32), Some(16), None] {
        let (_, entry) = table.next(|| {}).expect("memory does not fail").expect("a row");
        assert_eq!(entry.expect("sound").checksum.map(|checksum| checksum.digest.len()), expected);
    }
}

#[test]
fn other_columns_come_along_when_they_are_asked_for() {
    let text = "url,a,b,a,,\"c\n\"\nhttp://h/1,\"1\"\"\",,3,4,5\n";
    let columns = |names: Option<&[&str]>, asked: &Asked| -> Option<Columns> {
        let mut table = open(text.as_bytes(), None, asked).expect("sound");
        let names = names.map(|names| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        if let Some(names) = &names {
            table.carry(names);
        }
        let (_, entry) = table.next(|| {}).expect("memory does not fail").expect("a row");
        entry.expect("sound").more.columns
    };
    let table = open(text.as_bytes(), None, &Asked::default()).expect("sound");
    assert_eq!(table.others().collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(columns(None, &Asked::default()), None);
    // The address itself is what the report begins with.
    let names: Option<&[&str]> = Some(&["of another table", "c", "b", "a", "url"]);
    assert_eq!(columns(names, &Asked::default()).as_deref(), Some(r#"[null,"5",null,"1\"",null]"#));
    let made = asked("", "{url}?{a}", &[], &[]);
    assert_eq!(columns(names, &made).as_deref(), Some(r#"[null,"5",null,"1\"","http://h/1"]"#));
}

#[test]
fn what_is_no_table_or_has_no_such_column_is_said_at_once() {
    let csv = "photo_id,photo_image_url,photo_width\n";
    for (text, asked, said) in [
        ("", Asked::default(), "it is empty: a table begins with"),
        ("\n\n", Asked::default(), "it is empty: a table begins with"),
        ("a,b\n1,2", Asked::default(), "no column is called url, photo_image_url, image_url, link: --url-column"),
        ("a,b\n1,2", Asked::default(), "there is a, b"),
        ("a\u{1b}[2J\n1", Asked::default(), "there is a␛[2J"),
        ("id;url;width\n1", Asked::default(), "there is `id;url;width` alone: write commas or tabs"),
        ("id;url;width\n1", asked("width", "", &[], &[]), "no column `width`: there is `id;url;width` alone"),
        ("URL\n1", asked("", "{url}?w=1", &[], &[]), "did you mean `URL`?"),
        (csv, asked("photo_image_ulr", "", &[], &[]), "no column `photo_image_ulr`: did you mean `photo_image_url`?"),
        (csv, asked("", "", &[], &["width>=1000"]), "no column `width`: did you mean `photo_width`?"),
        (csv, asked("", "", &[], &["x>=1000"]), "no column `x`: there is photo_id, photo_image_url, photo_width"),
        (
            csv,
            asked("", "{photo_image_url}?w={w}", &["h=1"], &[]),
            "--template `{photo_image_url}?w={w}`: there is no `w`",
        ),
        (csv, asked("", "{photo_ids}", &[], &[]), "did you mean `photo_id`?"),
        (csv, asked("", "{photo_id", &[], &[]), "a brace opens and does not close"),
        ("\"a,b\n1,2\n", Asked::default(), "line 1: a quote opens in this row, and none closes it"),
        ("[{\"url\":1},\n{\"url\":2}]", Asked::default(), "one JSON array: write one object a line"),
        ("{\n\"url\": 1\n}\n", Asked::default(), "no JSON object"),
        ("https://ann:s3cret@h/1\nhttps://h/2\n", Asked::default(), "its first line holds an address"),
        ("{}\n", Asked::default(), "no JSON object with something in it"),
        ("{\"id\":1}", Asked::default(), "--url-column says which"),
    ] {
        let why = open(text.as_bytes(), None, &asked).err().unwrap_or_default();
        assert!(why.starts_with("the table `t`: ") && why.contains(said), "{text:?}: {why}");
    }
    let utf16: Vec<_> = "\u{feff}url\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, said) in [
        (&utf16[..], "UTF-16"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", "something binary"),
        (b"M\xfcnchen,url\n", "line 1: not UTF-8"),
        (&vec![b'x'; 3 << 20][..], "line 1: a row of more than a megabyte"),
        (&vec![b','; 3 << 20][..], "line 1: a row of more than a megabyte"),
    ] {
        let why = open(bytes, Some(Kind::Records(b',')), &Asked::default()).err().unwrap_or_default();
        assert!(why.contains(said), "{why}");
    }
}

#[test]
fn what_is_set_must_have_a_value() {
    for text in ["w", "=1", " = 1", ""] {
        let why = Asked::parse(None, None, &[text.to_owned()], &[]).expect_err(text);
        assert!(why.contains("NAME=VALUE"), "{why}");
    }
    let why = Asked::parse(None, Some(" ".to_owned()), &[], &[]).expect_err("no template");
    assert!(why.starts_with("--template is empty"), "{why}");
    assert!(Asked::default().is_nothing() && !asked("", "", &["a=b=c"], &[]).is_nothing());
    assert_eq!(asked("", "", &["a=b=c", "d="], &[]).set_names().collect::<Vec<_>>(), ["a", "d"]);
}

#[test]
fn a_header_alone_names_nothing_and_whoever_reads_is_told_before_waits() {
    let mut table = open(b"url,b\n", None, &Asked::default()).expect("sound");
    let mut waits = 0;
    assert!(table.next(|| waits += 1).expect("memory does not fail").is_none());
    assert_eq!(waits, 1);
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_a_table_or_are_refused(
        start in proptest::sample::select(vec!["url,a\n", "url\ta\n", "{\"url\":\"http://h/\",\"a\":1}\n", ""]),
        rows in "(http://h/|,|\t|\n|\"|\\{|\\}|:|a|1){0,30}",
        junk in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..40),
        carried: bool,
    ) {
        let text = [start.as_bytes(), rows.as_bytes(), &junk].concat();
        if let Ok(mut table) = open(&text, None, &asked("", "{url}?{a}{k}", &["k=v"], &["a!=7"])) {
            if carried {
                table.carry(&["a".to_owned()]);
            }
            while let Some((line, entry)) = table.next(|| {}).expect("memory does not fail") {
                proptest::prop_assert!(line > 0);
                proptest::prop_assert!(entry.is_err() || table.value("a").is_some_and(|a| a != "7"));
            }
        }
    }
}
