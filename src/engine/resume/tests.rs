//! Answers of every kind, and what is made of them.

use super::*;

fn head(status: u16, range: &str, length: Option<u64>) -> Head {
    let content_range = (!range.is_empty()).then(|| range.to_owned());
    Head { status, content_range, content_length: length, etag: Some("\"a\"".to_owned()), ..Head::default() }
}

fn saved() -> Saved {
    let source = Url::parse("http://h/x").expect("a valid address");
    Saved { len: 400, total: Some(1000), validator: Validator::ETag("\"a\"".to_owned()), source }
}

fn kind(action: &Action) -> &'static str {
    match action {
        Action::FromStart { .. } => "start",
        Action::Continue { .. } => "continue",
        Action::Complete => "complete",
        Action::AskAgain(_) => "ask",
        Action::Empty(_) => "empty",
        Action::Fail(_) => "fail",
    }
}

/// The cases are those of the fault table for resumed requests: part of 400 bytes of 1000, strong entity tag.
#[test]
fn answers_to_a_range() {
    for (status, range, length, expected) in [
        (206, "bytes 400-999/1000", Some(600), "continue"),
        (206, "bytes 400-999/*", None, "continue"),
        (206, "bytes 400-599/1000", Some(200), "continue"),
        (200, "", Some(1000), "start"),
        (206, "bytes 0-999/1000", Some(1000), "continue"),
        (206, "bytes 256-999/1000", None, "continue"),
        (206, "bytes 500-999/1000", None, "ask"),
        (206, "bytes 0-398/1000", None, "ask"),
        (206, "bytes 0-399/1000", None, "ask"),
        (206, "bytes 0-400/1000", None, "continue"),
        (206, "", None, "ask"),
        (206, "3/7", None, "ask"),
        (206, "items 400-999/1000", None, "ask"),
        (206, "bytes 999-400/1000", None, "ask"),
        (206, "bytes 400-999/500", None, "ask"),
        (206, "bytes 400-999/1000", Some(599), "ask"),
        (206, "bytes 400-9223372036854775808/18446744073709551615", None, "ask"),
        (206, "bytes 400-99999999999999999999999999999999999999/*", None, "ask"),
        (206, "bytes 400-18446744073709551615/*", None, "ask"),
        (206, "bytes 400-1199/1200", None, "ask"),
        (206, "bytes 400-1199/*", None, "ask"),
        (206, "bytes +400-999/1000", None, "ask"),
        (200, "bytes 400-999/1000", Some(600), "ask"),
        (416, "bytes */1000", None, "ask"),
        (416, "bytes */800", None, "ask"),
        (416, "", None, "ask"),
        (304, "", None, "ask"),
        (412, "", None, "ask"),
        (404, "", None, "fail"),
        (503, "", None, "fail"),
        (204, "", None, "empty"),
    ] {
        assert_eq!(kind(&judge(&head(status, range, length), Some(&saved()))), expected, "{status} {range} {length:?}");
    }
    let large = Saved { len: 4000, total: Some(9000), ..saved() };
    for (range, expected) in [
        ("bytes 2976-8999/9000", "continue"),
        ("bytes 3000-8999/9000", "continue"),
        ("bytes 4000-8999/9000", "continue"),
        ("bytes 2975-8999/9000", "ask"),
        ("bytes 0-8999/9000", "ask"),
        ("bytes 4001-8999/9000", "ask"),
    ] {
        assert_eq!(kind(&judge(&head(206, range, None), Some(&large))), expected, "{range}");
    }
    let whole = Saved { len: 1000, ..saved() };
    assert_eq!(kind(&judge(&head(206, "bytes 0-999/1000", None), Some(&whole))), "continue");
    assert_eq!(judge(&head(416, "bytes */1000", None), Some(&whole)), Action::Complete);
    let unsure = Saved { total: None, ..whole };
    assert_eq!(judge(&head(416, "bytes */1000", None), Some(&unsure)), Action::Complete);
    assert_eq!(kind(&judge(&head(416, "bytes */*", None), Some(&unsure))), "ask");
    let unsized_part = Saved { total: None, ..saved() };
    assert_eq!(kind(&judge(&head(206, "bytes 400-599/*", None), Some(&unsized_part))), "continue");
    assert_eq!(kind(&judge(&head(206, "bytes 400-599/1000", None), Some(&unsized_part))), "continue");
    let changed = Head { etag: Some("\"b\"".to_owned()), ..head(206, "bytes 400-999/1000", None) };
    assert_eq!(judge(&changed, Some(&saved())), Action::AskAgain("the file changed on the server".to_owned()));
}

#[test]
fn answers_to_one_of_several_ranges() {
    let source = Url::parse("http://h/x").expect("a valid address");
    let tag = Validator::ETag("\"a\"".to_owned());
    let wanted = Wanted { first: 400, last: 599, total: 1000, validator: tag, source: source.clone() };
    let judged = |head: &Head, url: &Url| match judge_range(head, url, &wanted) {
        Ok(()) => "ok",
        Err(Refusal::Ranges(_)) => "refused",
        Err(Refusal::Failed(_)) => "failed",
    };
    for (status, range, length, expected) in [
        (206, "bytes 400-599/1000", Some(200), "ok"),
        (206, "bytes 400-599/1000", None, "ok"),
        (206, "bytes 400-599/*", Some(200), "refused"),
        (206, "bytes 400-599/1001", Some(200), "refused"),
        (206, "bytes 400-598/1000", Some(199), "refused"),
        (206, "bytes 400-999/1000", Some(600), "refused"),
        (206, "bytes 0-199/1000", Some(200), "refused"),
        (206, "bytes 0-999/1000", Some(1000), "refused"),
        (206, "bytes 400-599/1000", Some(199), "refused"),
        (206, "", Some(200), "refused"),
        (200, "", Some(1000), "refused"),
        (200, "bytes 400-599/1000", Some(200), "refused"),
        (416, "bytes */1000", None, "refused"),
        (412, "", None, "refused"),
        (403, "", None, "failed"),
        (404, "", None, "failed"),
        (429, "", None, "failed"),
        (503, "", None, "failed"),
    ] {
        assert_eq!(judged(&head(status, range, length), &source), expected, "{status} {range} {length:?}");
    }
    let good = head(206, "bytes 400-599/1000", None);
    let other = Url::parse("http://h/y").expect("a valid address");
    // A tag is a version's own wherever it is, as for a part that goes on; a date is not.
    assert_eq!(judged(&good, &other), "ok");
    let date = Wanted { validator: Validator::LastModified("then".to_owned()), ..wanted.clone() };
    let dated = Head { last_modified: Some("then".to_owned()), etag: None, ..good.clone() };
    assert_eq!(judge_range(&dated, &source, &date), Ok(()));
    assert!(matches!(judge_range(&dated, &other, &date), Err(Refusal::Ranges(_))));
    assert_eq!(judged(&Head { etag: Some("\"b\"".to_owned()), ..good.clone() }, &source), "refused");
    assert_eq!(judged(&Head { content_encoding: Some("gzip".to_owned()), ..good }, &source), "refused");
}

#[test]
fn answers_to_a_plain_request() {
    for (status, length, expected) in [
        (200, Some(1000), "start"),
        (200, None, "start"),
        (200, Some(0), "empty"),
        (204, None, "empty"),
        (206, None, "fail"),
        (304, None, "fail"),
        (416, None, "fail"),
        (300, None, "fail"),
    ] {
        assert_eq!(kind(&judge(&head(status, "", length), None)), expected, "{status} {length:?}");
    }
    for (content, transfer, fails) in [
        ("gzip", "", true),
        ("identity", "chunked", false),
        ("identity,br", "", true),
        ("", "gzip, chunked", true),
        ("", "identity", true),
    ] {
        let list = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let head =
            Head { content_encoding: list(content), transfer_encoding: list(transfer), ..head(200, "", Some(10)) };
        let failed =
            matches!(judge(&head, None), Action::Fail(e) if e.class == ErrorClass::Protocol && !e.is_transient());
        assert_eq!(failed, fails, "{content} {transfer}");
    }
}

#[test]
fn only_strong_validators_count() {
    let date = |modified: &str, date: Option<&str>| Head {
        last_modified: Some(modified.to_owned()),
        date: date.map(str::to_owned),
        ..Head::default()
    };
    let tag = |etag: &str| Head {
        etag: Some(etag.to_owned()),
        ..date("Sun, 06 Nov 1994 08:49:37 GMT", Some("Sun, 06 Nov 1994 09:49:37 GMT"))
    };
    assert_eq!(Validator::of(&tag("\"x\"")).as_ref().map(Validator::value), Some("\"x\""));
    for weak in ["W/\"x\"", "x", "\"", ""] {
        assert_eq!(Validator::of(&tag(weak)), None, "{weak}");
    }
    let modified = "Sunday, 06-Nov-94 08:49:37 GMT";
    for (sent, strong) in
        [(Some("Sun, 06 Nov 1994 08:49:38 GMT"), true), (Some("Sun, 06 Nov 1994 08:49:37 GMT"), false), (None, false)]
    {
        let validator = Validator::of(&date(modified, sent));
        assert_eq!(validator.as_ref().map(Validator::value), strong.then_some(modified), "{sent:?}");
    }
}

proptest::proptest! {
    #[test]
    fn any_content_range_is_nothing_or_sound(value in "\\PC{0,40}|(bytes|items) [+-]?[0-9]{0,21}-[0-9]{0,21}/([0-9]{0,21}|\\*)") {
        if let Some(range) = ContentRange::parse(&value) {
            proptest::prop_assert!(range.first <= range.last && range.last < u64::MAX);
            proptest::prop_assert!(range.total.is_none_or(|total| range.last < total));
        }
    }

    #[test]
    fn a_true_content_range_is_read(first in 0..u64::MAX / 4, more in 0..u64::MAX / 4, rest in 0..u64::MAX / 4, known: bool) {
        let (last, total) = (first + more, known.then_some(first + more + 1 + rest));
        let size = total.map_or_else(|| "*".to_owned(), |total| total.to_string());
        let range = ContentRange { first, last, total };
        proptest::prop_assert_eq!(ContentRange::parse(&format!("bytes {first}-{last}/{size}")), Some(range));
    }

    #[test]
    fn a_number_is_digits_that_fit(text in "[ +-]?[0-9]{0,25}[ .x]?") {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let value = digits.then(|| text.parse::<u128>().ok()).flatten().and_then(|value| u64::try_from(value).ok());
        proptest::prop_assert_eq!(number(&text), value);
    }
}
