//! Names that browsers were attacked with, and names that nobody thought of. The rows take up the subjects of the public
//! lists for RFC 6266 and of the tests of Chromium, Firefox and others; what comes out is by our own rules.

use proptest::prelude::*;

use super::*;

/// What every file system must be able to take, whatever it is made of.
#[track_caller]
fn assert_harmless(name: &str) {
    let wrong = [
        (name.is_empty(), "empty"),
        (name.len() > LONGEST + 1, "too long"),
        (name.starts_with(['-']) || name.starts_with(is_blank), "begins badly"),
        (name.ends_with(is_blank), "ends badly"),
        (name.chars().any(is_unwanted), "holds what it must not"),
        (is_device(name), "names a device"),
        (std::path::Path::new(name).file_name().is_none_or(|last| last != name), "is not one component"),
        (ComposingNormalizerBorrowed::new_nfc().normalize(name) != name, "is not in its composed form"),
    ];
    let wrong: Vec<_> = wrong.into_iter().filter(|(is, _)| *is).map(|(_, what)| what).collect();
    assert!(wrong.is_empty(), "{name:?}: {wrong:?}");
}

/// Fault 90: the header, an address, and the name.
#[test]
fn headers_and_addresses_of_the_public_lists() {
    let long = format!("attachment; filename=\"{}.jpeg\"", "ab ".repeat(200));
    let long_name = format!("{}a.jpeg", "ab ".repeat(78));
    let marks = format!("attachment; filename=\"a{}.png\"", "\u{301}".repeat(400));
    let marked = format!("\u{e1}{}.png", "\u{301}".repeat(117));
    for (header, address, name) in [
        // What the type says is no matter; parameters are found in any order, case and spacing.
        ("inline; filename=\"a.png\"", "/x", "a.png"),
        ("unknown; filename=a.png", "/x", "a.png"),
        ("attachment; size=5; FileName = a.png ; x=y", "/x", "a.png"),
        ("attachment;filename=a.png;", "/x", "a.png"),
        ("filename=\"a.png\"; attachment", "/x", "a.png"),
        ("attachment; filename=a b.png", "/x", "a b.png"),
        ("attachment; filename=\"a;b.png\"", "/x", "a;b.png"),
        ("attachment; filename=\"a\\\"b.png\"", "/x", "a_b.png"),
        ("attachment; filename='a.png'", "/x", "'a.png'"),
        // Neither percent signs nor encoded words are undone in the plain parameter.
        ("attachment; filename=\"a%20b.png\"", "/x", "a%20b.png"),
        ("attachment; filename=\"=?UTF-8?B?YS5wbmc=?=\"", "/x", "=_UTF-8_B_YS5wbmc=_="),
        // The extended parameter wins where it is sound.
        ("attachment; filename=b.png; filename*=UTF-8''a%20c.png", "/x", "a c.png"),
        ("attachment; filename*=utf-8'en'%e2%82%ac.png; filename=b.png", "/x", "€.png"),
        ("attachment; filename*=UTF-8''%ff.png; filename=b.png", "/x", "b.png"),
        ("attachment; filename*=UTF-8''%4; filename=b.png", "/x", "b.png"),
        ("attachment; filename*=windows-1252''a.png", "/x.gif", "x.gif"),
        ("attachment; filename*0=\"a\"; filename*1=\".png\"", "/x.gif", "x.gif"),
        ("attachment; filename*=UTF-8''..%2f..%2fa.png", "/x", "a.png"),
        ("attachment; filename*=UTF-8''%2e%2e%5c%2e%2e%5ca.png", "/x", "a.png"),
        ("attachment; filename*=UTF-8''a%00.png", "/x", "a_.png"),
        ("attachment; filename*=UTF-8''a%0d%0aX-Y:%20z.png", "/x", "a__X-Y_ z.png"),
        // Ways out of the folder, and into its hidden corners.
        ("attachment; filename=\"../../../etc/passwd\"", "/x", "passwd"),
        ("attachment; filename=\"C:\\\\autoexec.bat\"", "/x", "autoexec.bat"),
        ("attachment; filename=\"C:a.png\"", "/x", "C_a.png"),
        ("attachment; filename=\"\\\\\\\\host\\\\share\\\\a.png\"", "/x", "a.png"),
        ("attachment; filename=\"a.png/\"", "/x.gif", "x.gif"),
        ("attachment; filename=\".\"", "/x.gif", "x.gif"),
        ("attachment; filename=\". .\"", "/x.gif", "x.gif"),
        ("attachment; filename=\"...a.png\"", "/x", "a.png"),
        ("attachment; filename=\".bashrc\"", "/x", "bashrc"),
        ("attachment; filename=\".haul-0000000000000000-1.part\"", "/x", "haul-0000000000000000-1.part"),
        ("attachment; filename=\"~/.ssh/authorized_keys\"", "/x", "authorized_keys"),
        ("attachment; filename=\"--output=a.png\"", "/x", "_-output=a.png"),
        ("attachment; filename=\"a.png:$DATA\"", "/x", "a.png_$DATA"),
        ("attachment; filename=\"a?*<>|.png\"", "/x", "a_____.png"),
        // Ends that Windows drops, and with them the difference to another name.
        ("attachment; filename=\"a.png. . .\"", "/x", "a.png"),
        ("attachment; filename=\"a.png \"", "/x", "a.png"),
        ("attachment; filename=\"\u{a0}\u{3000}a.png\u{2003}\"", "/x", "a.png"),
        // Devices, whatever follows them.
        ("attachment; filename=nul", "/x", "_nul"),
        ("attachment; filename=\"Con .tar.gz\"", "/x", "_Con .tar.gz"),
        ("attachment; filename=\"lpt9.png\"", "/x", "_lpt9.png"),
        ("attachment; filename=\"COM\u{b9}.png\"", "/x", "_COM\u{b9}.png"),
        ("attachment; filename=\"com10.png\"", "/x", "com10.png"),
        ("attachment; filename=\"conin$\"", "/x", "_conin$"),
        ("attachment; filename=\".aux\"", "/x", "_aux"),
        // What cannot be seen, or is not where it seems to be.
        ("attachment; filename=\"a\u{202e}gnp.exe\"", "/x", "a_gnp.exe"),
        ("attachment; filename=\"\u{200f}a\u{2066}.p\u{ad}ng\u{2069}\"", "/x", "_a_.p_ng_"),
        ("attachment; filename=\"a\u{200b}\u{feff}\u{180e}.png\"", "/x", "a___.png"),
        ("attachment; filename=\"a\u{e0041}\u{fdd0}\u{ffff}.png\"", "/x", "a___.png"),
        ("attachment; filename=\"\u{200b}\u{202e}\"", "/x.gif", "x.gif"),
        ("attachment; filename=\"e\u{301}.png\"", "/x", "\u{e9}.png"),
        ("attachment; filename=\"👩\u{1f3fd}.png\"", "/x", "👩\u{1f3fd}.png"),
        // Long ones keep their ending and are cut between letters.
        (&long, "/x", &long_name),
        (&marks, "/x", &marked),
        // Without a header the address names the file; its escapes are undone once.
        ("", "/a%2520b.png", "a%20b.png"),
        ("", "/a%252fb.png", "a%2fb.png"),
        ("", "/a%2f%2e%2e%2fb.png", "a_.._b.png"),
        ("", "/a/%2e%2e/b.png", "b.png"),
        ("", "/a.png/", "a.png"),
        ("", "/a.png;v=1", "a.png;v=1"),
        ("", "/a.png%00.exe", "a.png_.exe"),
        ("", "/%2e%2e%2f", "download"),
        ("", "/%20%20", "download"),
        ("", "/%5c%5c", "download"),
        ("", "/?name=a.png", "download"),
        ("", "/AUX.png", "_AUX.png"),
        ("", "/%e2%80%aea.png", "_a.png"),
    ] {
        let url = Url::parse(&format!("https://h{address}")).expect("a valid address");
        let header = (!header.is_empty()).then_some(header.as_bytes());
        let found = choose(header, &url, &url);
        assert_eq!(found, name, "{header:?} {address}", header = header.map(String::from_utf8_lossy));
        assert_harmless(&found);
    }
}

/// Fault 96: what is tried where a file system takes no such name.
#[test]
fn names_that_a_file_system_refuses_become_simpler() {
    for (name, half) in [
        ("abcdef.jpg", Some("abc.jpg")),
        ("北極光.webp", Some("北.webp")),
        ("abcdefghijklmnopqr.bcdefghijklmnopqrs", Some("abcdefghijklmnopqr")),
        ("CONSOLE.jpg", Some("_CON.jpg")),
        ("a.jpg", None),
    ] {
        assert_eq!(shortened(name).as_deref(), half, "{name}");
    }
    for (name, ascii) in [("北極光 1.webp", Some("___ 1.webp")), ("e\u{301}.jpg", Some("_.jpg")), ("a.jpg", None)] {
        assert_eq!(in_ascii(name).as_deref(), ascii, "{name}");
    }
}

/// Bytes as a header may carry them, and pieces that mean something.
fn header() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        any::<u8>().prop_map(|byte| vec![byte]),
        "\\PC{0,40}".prop_map(String::into_bytes),
        (0..300_usize).prop_map(|count| "\u{301}".repeat(count).into_bytes()),
        prop::sample::select(&[
            "attachment; ",
            "filename=",
            "filename*=",
            "UTF-8''",
            "iso-8859-1'en'",
            "\"",
            "\\",
            ";",
            "%2e",
            "%2F",
            "%5c",
            "..",
            "/",
            "%00",
            "%e2%80%ae",
            "CON",
            "com1",
            ".jpg",
            " ",
            "-",
            "\u{202e}",
            "e\u{301}",
            "👩\u{200d}🚀",
            "~",
            ":",
            "\r\n",
        ])
        .prop_map(|text: &str| text.as_bytes().to_vec()),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// The path of an address, with escapes that may be anything.
fn path() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "\\PC{0,30}",
        any::<u8>().prop_map(|byte| format!("%{byte:02x}")),
        prop::sample::select(&[
            "/", "..", "%2e%2e", "%2f", "%5c", "%", "?", "#", "con", "nul.", ".png", ".JPG", "-", " "
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_header_with_any_address_makes_one_harmless_component(
        field in prop::option::of(header()),
        first in path(),
        last in path(),
        n in 2..=9999_u32,
        ending in prop::sample::select(&["jpg", "jpeg", "webp", "svg"]),
    ) {
        let url = |path: &str| Url::parse(&format!("http://h/{path}")).expect("any path can be escaped");
        let name = choose(field.as_deref(), &url(&first), &url(&last));
        assert_harmless(&name);
        let mut made = vec![with_ending(&name, ending)];
        made.extend(shortened(&name));
        made.extend(in_ascii(&name));
        for name in made {
            assert_harmless(&name);
            // The most that file systems take.
            let numbered = numbered(&name, n);
            prop_assert!(numbered.len() <= 255, "{numbered}");
            prop_assert!(!numbered.ends_with(is_blank) && !is_device(&numbered), "{numbered}");
            prop_assert_eq!(has_image_ending(&numbered), has_image_ending(&name));
        }
    }

    #[test]
    fn any_text_is_cleaned_to_one_component_or_to_nothing(raw in "\\PC{0,300}|[\\x00-\\xff]{0,300}|[./\\\\ ~$-]{0,9}") {
        let name = clean(&raw);
        if !name.is_empty() {
            assert_harmless(&name);
        }
    }

    #[test]
    fn cutting_in_half_ends(raw in "\\PC{1,300}|a\u{301}{1,200}") {
        let mut name = clean(&raw);
        let mut rounds = 0;
        while let Some(half) = shortened(&name) {
            prop_assert!(half.len() < name.len(), "{name} {half}");
            assert_harmless(&half);
            (name, rounds) = (half, rounds + 1);
        }
        prop_assert!(rounds < 12);
    }
}
