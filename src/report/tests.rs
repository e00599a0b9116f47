//! What the recorder makes of a run in which jobs go again and are taken off the list, as on the screen.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};
use url::Url;

use super::*;
use crate::engine::error::{ErrorClass, TransferError};
use crate::engine::event::{Answered, FinishedFile, Protocol, Record};

fn queued(id: u64) -> Event {
    let url = Url::parse(&format!("http://ann:s3cret@h.example/{id}.jpg?t=1#part")).expect("a valid address");
    Event::Queued {
        id: JobId(id),
        url,
        dir: Arc::from(Path::new("out")),
        name: None,
        elsewhere: false,
        bytes: 0,
        total: None,
        columns: None,
    }
}

fn record() -> Record {
    let answered = Answered {
        final_url: Url::parse("http://bob:s3cret@cdn.example/x").expect("a valid address"),
        content_type: Some("image/jpeg".to_owned()),
        etag: Some("\"a,b\"".to_owned()),
        last_modified: None,
        ttfb: Duration::from_millis(12),
        status: 200,
        protocol: Protocol::Http1,
        server: None,
        ranges: false,
        connect: None,
    };
    let at = |millis| SystemTime::UNIX_EPOCH + Duration::from_millis(millis);
    Record { started_at: Some(at(1000)), finished_at: at(3500), answered: Some(Arc::new(answered)) }
}

fn finished(id: u64) -> Event {
    let file = FinishedFile {
        path: Path::new("out").join(format!("{id}, \"two\nlines\".jpg")),
        bytes: 7,
        format: Some("jpeg".to_owned()),
        pixels: Some((4, 3)),
        elapsed: Duration::from_millis(2499),
        attempts: 2,
        resumed_from: 5,
        skipped: false,
        sha256: Some("ab".to_owned()),
        verified: Some(true),
    };
    Event::Finished { id: JobId(id), file, record: record() }
}

fn failed(id: u64) -> Event {
    Event::Failed { id: JobId(id), error: TransferError::status(404, None), attempts: 1, record: record() }
}

/// Runs these events with a report of this ending; gives its text and that of the list of failures.
fn run(ending: &str, retried: bool, events: &[Event]) -> (String, String) {
    with_columns(&[], ending, retried, events)
}

/// As [`run`], with a table that has these columns.
fn with_columns(columns: &[&str], ending: &str, retried: bool, events: &[Event]) -> (String, String) {
    let columns = columns.iter().map(|column| (*column).to_owned()).collect();
    let dir = std::env::temp_dir().join(format!("haul-records-{:016x}", fastrand::u64(..)));
    fs::create_dir(&dir).expect("created");
    let (report, list) = (dir.join(format!("r.{ending}")), dir.join("failed.txt"));
    let format = Format::of(&report).expect("a known ending");
    let wanted = Wanted {
        report: Some((report.clone(), format)),
        columns,
        failed: Some(list.clone()),
        log: None,
        programs: Programs::default(),
    };
    let mut recorder = Recorder::create(wanted, retried, |line| unreachable!("{line}")).expect("a folder of our own");
    let mut jobs = Jobs::new();
    for event in events {
        recorder.note(event, &jobs);
        jobs.apply(event, Instant::now());
    }
    let told = |id: &JobId| retried || !jobs.get(*id).is_some_and(|job| matches!(job.state, JobState::Finished(_)));
    assert!(recorder.columns.keys().all(told), "what is written is kept no longer");
    assert!(recorder.finish(&jobs, true));
    let mut names: Vec<_> = fs::read_dir(&dir).expect("there").flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    assert_eq!(names, ["failed.txt", &format!("r.{ending}")]);
    let read = |path| fs::read_to_string(path).expect("text");
    let texts = (read(&report), read(&list));
    fs::remove_dir_all(&dir).expect("removed");
    texts
}

fn url(id: u64) -> String {
    format!("http://h.example/{id}.jpg?t=1")
}

#[test]
fn a_row_has_all_that_is_known_and_no_secret() {
    let (report, list) = run("json", false, &[queued(1), finished(1)]);
    let rows: Vec<Value> = serde_json::from_str(&report).expect("an array");
    let expected = json!([{
        "n": 1, "id": "0000000000000001", "url": url(1), "status": "finished",
        "path": "out/1, \"two\nlines\".jpg", "bytes": 7, "sha256": "ab", "format": "jpeg", "width": 4, "height": 3,
        "elapsed_ms": 2499, "attempts": 2, "resumed_from": 5, "skipped": false,
        "error_class": null, "error": null, "http_status": null,
        "dir": "out", "name": "1, \"two\nlines\".jpg", "final_url": "http://cdn.example/x",
        "content_type": "image/jpeg", "etag": "\"a,b\"", "last_modified": null, "ttfb_ms": 12,
        "started_at": "1970-01-01T00:00:01.000Z", "finished_at": "1970-01-01T00:00:03.500Z",
    }]);
    assert_eq!(Value::from(rows), expected);
    assert_eq!(list, "");
}

#[test]
fn jobs_that_go_again_and_jobs_that_are_removed_have_one_row_each() {
    let error = TransferError::new(ErrorClass::Connect, "refused");
    let waiting = Event::Retrying { id: JobId(5), attempt: 2, delay: Duration::from_secs(9), error };
    let cancelled = Event::Cancelled { id: JobId(4), attempts: 1, record: record() };
    let (report, list) = run(
        "jsonl",
        true,
        &[
            queued(1),
            queued(2),
            queued(3),
            queued(4),
            queued(5),
            queued(6),
            failed(1),
            failed(3),
            queued(1),
            finished(1),
            Event::Removed { id: JobId(1) },
            Event::Removed { id: JobId(2) },
            cancelled,
            waiting,
            failed(6),
            Event::Removed { id: JobId(6) },
        ],
    );
    let mut seen: Vec<_> = report
        .lines()
        .map(|line| {
            let row: Value = serde_json::from_str(line).expect("an object");
            (row["n"].as_u64(), row["status"].clone(), row["error_class"].clone(), row["elapsed_ms"].clone())
        })
        .collect();
    seen.sort_by_key(|(n, ..)| *n);
    assert_eq!(
        seen,
        [
            (Some(1), json!("finished"), Value::Null, json!(2499)),
            (Some(2), json!("cancelled"), json!("cancelled"), Value::Null),
            (Some(3), json!("failed"), json!("status"), json!(2500)),
            (Some(4), json!("cancelled"), json!("cancelled"), json!(2500)),
            (Some(5), json!("unfinished"), json!("connect"), Value::Null),
            (Some(6), json!("failed"), json!("status"), json!(2500)),
        ]
    );
    assert_eq!(list.lines().collect::<Vec<_>>(), [2, 3, 4, 5, 6].map(url));
}

#[test]
fn rows_are_written_as_jobs_end_where_nothing_goes_again() {
    let (report, list) = run("csv", false, &[queued(1), queued(2), queued(3), failed(3), finished(2)]);
    let rows: Vec<_> = report.split("\r\n").collect();
    assert!(rows[0].starts_with("n,id,url,status,path,") && rows[0].ends_with(",ttfb_ms,started_at,finished_at"));
    assert!(rows[1].starts_with(&format!("3,0000000000000003,{},failed,,0,,", url(3))), "{}", rows[1]);
    assert!(rows[2].contains(",finished,\"out/2, \"\"two\nlines\"\".jpg\",7,"), "{}", rows[2]);
    assert!(rows[3].starts_with(&format!("1,0000000000000001,{},unfinished,", url(1))), "{}", rows[3]);
    assert_eq!((rows[4], rows.len()), ("", 5));
    assert_eq!(list, format!("{}\n{}\n", url(1), url(3)));
}

#[test]
fn what_a_table_says_comes_with_every_row_whatever_becomes_of_the_job() {
    let with = |id: u64, values: &str| match queued(id) {
        Event::Queued { id, url, dir, name, elsewhere, bytes, total, .. } => {
            Event::Queued { id, url, dir, name, elsewhere, bytes, total, columns: Some(Arc::from(values)) }
        }
        other => other,
    };
    for ending in ["json", "jsonl", "csv"] {
        for retried in [false, true] {
            let mut events = vec![
                with(1, r#"["a,\"b\"\nc","10"]"#),
                with(2, r#"[null,"20"]"#),
                with(3, r#"["three",null]"#),
                with(4, r#"["four","40"]"#),
                queued(5),
                finished(1),
                failed(3),
                Event::Removed { id: JobId(4) },
            ];
            if retried {
                // It goes again, and what was given once is not given anew.
                events.extend([queued(3), failed(3)]);
            }
            let (report, _) = with_columns(&["title", "width"], ending, retried, &events);
            let rows = match ending {
                "csv" => csv_rows(&report),
                "json" => serde_json::from_str::<Vec<Value>>(&report).expect("an array"),
                _ => report.lines().map(|line| serde_json::from_str(line).expect("an object")).collect(),
            };
            let part = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let part = |row: Value| ["n", "title", "table_width"].map(|name| part(&row[name]).replace("null", ""));
            let mut seen: Vec<_> = rows.into_iter().map(part).collect();
            seen.sort();
            let expected =
                [["1", "a,\"b\"\nc", "10"], ["2", "", "20"], ["3", "three", ""], ["4", "four", "40"], ["5", "", ""]];
            assert_eq!(seen, expected, "{ending}");
        }
    }
}

fn csv_rows(text: &str) -> Vec<Value> {
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    rows.deserialize()
        .map(|row: Result<std::collections::HashMap<String, String>, _>| json!(row.expect("a row")))
        .collect()
}

/// The schema in `assets` names the same columns and the same kinds of errors.
#[test]
fn the_schema_knows_every_column_and_every_kind_of_error() {
    let schema: Value = serde_json::from_str(include_str!("../../assets/report.schema.json")).expect("JSON");
    let row = &schema["$defs"]["row"];
    assert_eq!(row["required"], json!(row::COLUMNS));
    let mut columns: Vec<_> = row["properties"].as_object().expect("an object").keys().collect();
    columns.sort_by_key(|name| row::COLUMNS.iter().position(|column| column == name));
    assert_eq!(columns, row::COLUMNS.iter().collect::<Vec<_>>());
    let classes = std::iter::once(Value::Null).chain(ErrorClass::ALL.map(|class| json!(class.word())));
    assert_eq!(row["properties"]["error_class"]["enum"], classes.collect::<Value>());
}
