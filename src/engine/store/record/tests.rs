//! Records are input: whatever stands in one, it gives something that may be used or nothing.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// With everything that a record can have.
fn full() -> Value {
    json!({
        "url": "https://h.example/a.jpg?x=1", "dir": "/home/ann/pictures", "name": "a.jpg",
        "pattern": "x-{stem}.{ext}", "checksum": format!("sha256:{}", "0".repeat(64)), "secret": true, "own": true,
        "generation": 3,
        "mirrors": ["https://m.example/a.jpg", "http://n.example/?x=1"],
        "part": {
            "total": 1000, "etag": "\"v1\"", "name": "a.jpg", "last": "https://cdn.example/a.jpg", "unframed": true,
            "content_type": "image/jpeg", "digests": [format!("md5:{}", "0".repeat(32))],
        },
        "intent": { "path": "/home/ann/pictures/a.jpg", "bytes": 1000, "inode": 7 },
        "error": { "class": "status", "status": 404, "detail": "status 404", "attempts": 2 },
        "file": {
            "path": "/home/ann/pictures/a.jpg", "bytes": 1000, "sha256": "00", "format": "jpeg", "verified": true,
            "pixels": [4, 3], "elapsed_ms": 5, "finished_at": 1_000, "content_type": "image/jpeg",
        },
    })
}

/// Uses everything that a record offers, and holds it to what may come of it.
fn hold(text: &str) -> Result<(), TestCaseError> {
    let Ok(record) = serde_json::from_str::<Record>(text) else { return Ok(()) };
    let single = |name: &str| !name.is_empty() && !name.contains(['/', '\\', '\0']) && name != "." && name != "..";
    if let Some(request) = record.request() {
        prop_assert!(is_real(&request.dir), "{}", request.dir.display());
        prop_assert!(request.name.as_deref().is_none_or(single), "{:?}", request.name);
        for url in request.addresses() {
            prop_assert!(matches!(url.scheme(), "http" | "https"), "{url}");
        }
    }
    if let Some(partial) = record.partial(Length::AtLeast(0)) {
        prop_assert!(single(&partial.about.name), "{}", partial.about.name);
        prop_assert!(matches!(partial.about.last.scheme(), "http" | "https"));
    }
    for file in [record.finished(), record.intended()].into_iter().flatten() {
        prop_assert!(file.path.is_absolute() && file.path.starts_with(record.dir.path()), "{}", file.path.display());
        prop_assert!(!file.path.components().any(|part| part == Component::ParentDir));
        prop_assert!(file.path != record.dir.path());
    }
    let _ = (record.error(), record.content_type());
    // What is written is read as the same.
    let again = serde_json::to_string(&record).ok().and_then(|text| serde_json::from_str::<Record>(&text).ok());
    prop_assert_eq!(again, Some(record));
    Ok(())
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        "(\\.\\./|/|\\./|\\\\|C:|a|b\\.jpg|\\x00){0,6}".prop_map(Value::from),
        "/home/ann/pictures(/\\.\\.|/a|/\\.|//){0,4}".prop_map(Value::from),
        "(https?|file|data|ftp)://?[a-z.@:%?#/]{0,12}".prop_map(Value::from),
        proptest::collection::vec(any::<u8>(), 0..8).prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| proptest::collection::vec(inner, 0..4).prop_map(Value::from))
}

/// Every place in a record that holds a value.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    for (name, inner) in value.as_object().into_iter().flatten() {
        let at = format!("{at}/{name}");
        places(inner, &at, found);
        found.push(at);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_changed_record_is_held(changes in proptest::collection::vec((any::<prop::sample::Index>(), any_value()), 1..4)) {
        let mut record = full();
        let mut all = Vec::new();
        places(&record, "", &mut all);
        for (place, value) in changes {
            if let Some(old) = record.pointer_mut(&all[place.index(all.len())]) {
                *old = value;
            }
        }
        hold(&record.to_string())?;
    }

    #[test]
    fn changed_bytes_of_a_record_are_held(at: prop::sample::Index, byte: u8, cut in any::<prop::sample::Index>()) {
        let mut bytes = full().to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes.truncate(cut.index(2 * bytes.len()).max(1));
        hold(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn any_json_is_held(value in any_value(), text in "\\PC{0,60}") {
        hold(&value.to_string())?;
        hold(&text)?;
    }
}

#[test]
fn a_full_record_gives_everything() {
    let text = full().to_string();
    hold(&text).expect("nothing is wrong with it");
    let record: Record = serde_json::from_str(&text).expect("a record");
    assert_eq!(record.request().map(|request| request.addresses().count()), Some(3));
    assert!(record.partial(Length::AtLeast(0)).is_some());
    assert!(record.finished().is_some() && record.intended().is_some() && record.error().is_some());
}

#[cfg(unix)]
#[test]
fn a_path_that_is_no_text_comes_back_as_it_was() {
    use std::os::unix::ffi::OsStrExt as _;
    let path = Path::new(std::ffi::OsStr::from_bytes(b"/tmp/\xff\xfe/a"));
    let text = serde_json::to_string(&PathText::from(path)).expect("written");
    assert_eq!(serde_json::from_str::<PathText>(&text).expect("read").path(), path);
}
