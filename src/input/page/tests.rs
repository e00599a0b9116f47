//! Pages as they come: what is found on them.

use proptest::prelude::*;
use url::Url;

use super::*;

fn page(text: &str) -> Page {
    Page {
        url: Url::parse("https://h.example/dir/page.html?q").expect("valid"),
        content_type: Some("Text/HTML; charset=utf-8".to_owned()),
        bytes: text.as_bytes().to_vec(),
        robots: Vec::new(),
    }
}

/// The addresses, with `size` behind those that have one; those below the page's folder are short.
fn found(text: &str) -> Vec<String> {
    let found = pictures(&page(text)).expect("a page");
    let shown = |picture: Picture| {
        let url = picture.url.as_str().trim_start_matches("https://h.example/dir/").to_owned();
        picture.size.map_or(url.clone(), |size| format!("{url} {size}"))
    };
    found.pictures.into_iter().map(shown).collect()
}

#[test]
fn every_way_to_name_an_image() {
    for (text, expected) in [
        ("<img src=a.jpg><IMG SRC='b.jpg'>", &["a.jpg", "b.jpg"][..]),
        ("<img src=' a b.jpg&#10;'><img src='c.jpg?x=1&amp;y=2#f'>", &["a%20b.jpg", "c.jpg?x=1&y=2"]),
        (
            "<img src=/r.jpg><img src=//o.example/p.png><img src=../u.gif>",
            &["https://h.example/r.jpg", "https://o.example/p.png", "https://h.example/u.gif"],
        ),
        ("<img src=a.jpg><img src=./a.jpg#x><a href=a.jpg>", &["a.jpg"]),
        ("<img src=s.jpg srcset='m.jpg 300w, l.jpg 900w, n.jpg 600w'>", &["l.jpg 900w"]),
        ("<img src=s.jpg srcset='m.jpg 1.5x, l.jpg 2x'>", &["l.jpg 2x"]),
        ("<img src=s.jpg srcset='broken 0w'>", &["s.jpg"]),
        ("<img srcset='a,b.jpg 2x, c,d.jpg'>", &["a,b.jpg 2x"]),
        (
            "<picture><source srcset='a.webp 500w, b.webp 900w'><source srcset='c.jpg 800w'><img src=d.jpg></picture>\
             <img src=e.jpg>",
            &["b.webp 900w", "e.jpg"],
        ),
        ("<picture><source srcset=a.webp><img src=b.jpg></picture>", &["b.jpg"]),
        ("<picture><source srcset=a.webp></picture><source srcset=b.jpg>", &["a.webp", "b.jpg"]),
        ("<video><source src=v.mp4></video><video poster=p.jpg></video>", &[]),
        ("<img src=data:image/gif;base64,R0 data-src=a.jpg><img data-srcset='b.jpg 2x'>", &["a.jpg", "b.jpg 2x"]),
        ("<img src=a.jpg data-src=b.jpg><img data-src=c.jpg>", &["a.jpg", "c.jpg"]),
        (
            "<meta property=og:image content=a><meta name=twitter:image content=b.jpg>\
             <meta property=OG:image:secure_url content=c.jpg><meta property=og:title content=d.jpg>",
            &["a", "b.jpg", "c.jpg"],
        ),
        ("<link rel='x Image_Src' href=a.jpg><link rel=icon href=b.png>", &["a.jpg"]),
        (
            "<a href=a.JPEG?s=1>x</a><a href=b.html><a href=c?d.jpg><a href=.jpg><a href=x/e.jxl#f>",
            &["a.JPEG?s=1", "x/e.jxl"],
        ),
        ("<a href=big.jpg><img src=thumb.jpg></a>", &["big.jpg", "thumb.jpg"]),
        ("<noscript><img src=a.jpg></noscript>", &["a.jpg"]),
        (
            "<script>'<img src=a.jpg>'</script><style><img src=b.jpg></style><!-- <img src=c.jpg> --><img src=d.jpg>",
            &["d.jpg"],
        ),
        (
            "<textarea><img src=a.jpg></textarea><title><img src=b.jpg></title><xmp><img src=c.jpg></xmp><img src=d.jpg>",
            &["d.jpg"],
        ),
        ("<svg><title/><style/></svg><img src=a.jpg>", &["a.jpg"]),
        (
            "<img src=a.jpg><base href=/b/><base href=/c/><img src=d.jpg>",
            &["https://h.example/b/a.jpg", "https://h.example/b/d.jpg"],
        ),
        ("<base href=data:,x><base href=/c/><img src=a.jpg>", &["a.jpg"]),
        ("<img src=http://u:p@h/a.jpg><img src='  '><img><img src>", &["http://h/a.jpg"]),
        ("<img src=a.jpg", &[]),
        ("no page at all", &[]),
    ] {
        assert_eq!(found(text), expected, "{text}");
    }
}

#[test]
fn what_has_no_address_is_counted() {
    let text =
        "<img src=data:image/png,x><img src=ftp://h/a.jpg><img src='http://['><a href=javascript:x.jpg><img src=a.jpg>";
    let found = pictures(&page(text)).expect("a page");
    assert_eq!((found.pictures.len(), found.skipped), (1, 4));
    // A long base makes short addresses long.
    let long = format!("<base href='/{}/'>{}", "x".repeat(60_000), "<img src=a>".repeat(3));
    let many = (0..3000).map(|n| format!("<img src={n}>")).collect::<Vec<_>>().concat();
    let found = pictures(&page(&format!("{long}{many}"))).expect("a page");
    let bytes: usize = found.pictures.iter().map(|picture| picture.url.as_str().len()).sum();
    assert!(bytes < 70_000_000 && found.skipped > 1000, "{bytes} {}", found.skipped);
    let same = format!("<base href='/{}/'>{}", "x".repeat(60_000), "<img src=a>".repeat(3000));
    let found = pictures(&page(&same)).expect("a page");
    assert!(found.pictures.len() == 1 && found.skipped > 1000, "also where they are all the same");
}

#[test]
fn a_page_may_ask_to_be_left_alone() {
    for (header, text, place) in [
        ("noai", "", "(noai)"),
        ("noindex, noimageai", "", "X-Robots-Tag asks (noimageai)"),
        ("", "<meta name=Robots content='noindex, NoAI'>", "robots meta asks (noai)"),
        ("", "<meta content=noimageai name=haul>", "robots meta asks (noimageai)"),
        ("otherbot: noai", "<meta name=otherbot content=noai><meta name=robots content=none>", ""),
    ] {
        let page = Page { robots: vec![header.to_owned()], ..page(&format!("{text}<img src=a.jpg>")) };
        let result = pictures(&page);
        match result {
            Ok(found) => assert!(place.is_empty() && found.pictures.len() == 1, "{header} {text}"),
            Err(error) => assert!(!place.is_empty() && error.detail.contains(place), "{header} {text} {error}"),
        }
    }
}

#[test]
fn what_is_no_page_is_refused_and_an_image_is_one() {
    let of = |kind: Option<&str>, bytes: &[u8]| {
        let page = Page { content_type: kind.map(str::to_owned), bytes: bytes.to_vec(), ..page("") };
        pictures(&page).map(|found| found.pictures.len()).map_err(|error| error.detail)
    };
    let html = b"<img src=a.jpg>";
    for kind in
        [None, Some(" text/html"), Some("application/xhtml+xml;charset=x"), Some("text/plain"), Some("Image/PNG")]
    {
        assert_eq!(of(kind, html), Ok(1), "{kind:?}");
    }
    let why = of(Some("application/json"), html).expect_err("no page");
    assert!(why.contains("application/json"), "{why}");
    let why = of(None, b"\xff\xfe<\0i\0").expect_err("no page");
    assert!(why.contains("UTF-16"), "{why}");
    assert_eq!(of(None, b"\xef\xbb\xbf<img src=\xe9.jpg>"), Ok(1));
}

proptest! {
    #[test]
    fn any_bytes_are_a_page(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = pictures(&Page { bytes, ..page("") });
    }

    #[test]
    fn any_tags_are_a_page(text in "(<(img|/?picture|source|base|a|meta|/?script|/?svg|title)( (src|srcset|href|content)='?[a-z:/,.? 0-9wx]{0,12}'?){0,3}/?>|[<>&#;x'\"é -]){0,20}") {
        let found = pictures(&page(&text)).expect("a page");
        let mut urls: Vec<_> = found.pictures.iter().map(|picture| picture.url.as_str()).collect();
        prop_assert!(urls.iter().all(|url| url.starts_with("http") && !url.contains('#')));
        let all = urls.len();
        urls.sort_unstable();
        urls.dedup();
        prop_assert_eq!(urls.len(), all);
    }
}
