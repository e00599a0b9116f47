//! The rows of a report, one after the other, in whichever of the three formats it is: an array, an object a line, or
//! CSV. What it begins with says which, so that it may come through a pipe. Of a report that a kill has cut, the rows
//! that are whole are read. It must not know what they are for.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;

use crate::engine::error::ErrorClass;

/// The longest row, about that of a table's longest one with every character escaped.
const LONGEST: u64 = 16 << 20;

/// What is read of a row; whatever else it has is left alone.
#[derive(Debug, Deserialize)]
pub(super) struct Row {
    pub(super) url: String,
    pub(super) status: Status,
    #[serde(default, deserialize_with = "class")]
    pub(super) error_class: Option<ErrorClass>,
    pub(super) bytes: Option<u64>,
    pub(super) ttfb_ms: Option<u64>,
    pub(super) elapsed_ms: Option<u64>,
    pub(super) skipped: Option<bool>,
}

/// How its job has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    Finished,
    Failed,
    Cancelled,
    Unfinished,
}

/// A word; an empty one, as CSV has it, is none.
fn class<'de, D: Deserializer<'de>>(from: D) -> Result<Option<ErrorClass>, D::Error> {
    let word = Option::<String>::deserialize(from)?.filter(|word| !word.is_empty());
    let known = |word: String| ErrorClass::ALL.into_iter().find(|class| class.word() == word);
    word.map(|word| known(word).ok_or_else(|| de::Error::custom("an unknown error_class"))).transpose()
}

/// Why a report was not read to its end. `Display` says in words, which are safe to show only after
/// [`safe`](crate::display::safe).
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// It is none.
    NoReport(String),
    /// It ends within a row, as after a kill; the ones before are whole.
    Cut,
    /// A row is none, behind so many that are.
    Row(u64, String),
    /// The file itself cannot be read.
    Io(io::Error),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoReport(why) => write!(f, "this is no report that --report has written: {why}"),
            Self::Cut => f.write_str("the report ends within a row, as after a kill; the rows before it are read"),
            Self::Row(before, why) => {
                write!(f, "row {} of the report is none: {why}; it is read up to there", before + 1)
            }
            Self::Io(error) => write!(f, "the report cannot be read: {error}"),
        }
    }
}

/// Gives every row to `take`, which says whether to go on.
///
/// # Errors
/// When the report is none, or breaks off.
pub(super) fn read(report: impl Read, mut take: impl FnMut(Row) -> bool) -> Result<(), Unreadable> {
    let mut report = BufReader::new(report);
    let (left, count) = (Rc::new(Cell::new(LONGEST)), Cell::new(0));
    let room = Rc::clone(&left);
    let begins = begin(&mut report).map_err(|error| Unreadable::NoReport(error.to_string()))?;
    let bounded = Bounded { inner: report, left };
    let take = |row| {
        room.set(LONGEST);
        count.set(count.get() + 1);
        take(row)
    };
    let read = match begins {
        Some(b'[') => array(bounded, take),
        Some(b'{') => objects(bounded, take),
        Some(_) => csv(bounded, take),
        None => Ok(()),
    };
    read.map_err(|broken| match (broken, count.get()) {
        (Broken::Cut, 0) if begins != Some(b'[') => Unreadable::NoReport("it ends within its first row".to_owned()),
        (Broken::Cut, _) => Unreadable::Cut,
        (Broken::Io(error), 0) => Unreadable::NoReport(error.to_string()),
        (Broken::Io(error), _) => Unreadable::Io(error),
        (Broken::Row(why), 0) => Unreadable::NoReport(why),
        (Broken::Row(why), count) => Unreadable::Row(count, why),
    })
}

/// Reads up to the first byte that says something, and gives it; none where there is none.
fn begin(report: &mut impl BufRead) -> io::Result<Option<u8>> {
    loop {
        let bytes = report.fill_buf()?;
        let mark = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let blank = mark + bytes[mark..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if let Some(first) = bytes.get(blank).copied() {
            report.consume(blank);
            return Ok(Some(first));
        }
        if bytes.is_empty() {
            return Ok(None);
        }
        report.consume(blank);
    }
}

/// Why the rows of a format break off.
enum Broken {
    Cut,
    Row(String),
    Io(io::Error),
}

impl From<serde_json::Error> for Broken {
    fn from(error: serde_json::Error) -> Self {
        match error.classify() {
            Category::Eof => Self::Cut,
            Category::Io => Self::Io(error.into()),
            Category::Syntax | Category::Data => Self::Row(error.to_string()),
        }
    }
}

/// Said by an array whose reader has had enough; it goes nowhere.
const ENOUGH: &str = "enough";

fn array(report: impl Read, take: impl FnMut(Row) -> bool) -> Result<(), Broken> {
    struct Rows<'a, F>(F, &'a Cell<bool>);
    impl<'de, F: FnMut(Row) -> bool> Visitor<'de> for Rows<'_, F> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array of rows")
        }

        fn visit_seq<A: SeqAccess<'de>>(mut self, mut rows: A) -> Result<(), A::Error> {
            while let Some(row) = rows.next_element()? {
                if !(self.0)(row) {
                    self.1.set(true);
                    return Err(de::Error::custom(ENOUGH));
                }
            }
            Ok(())
        }
    }
    let (enough, mut json) = (Cell::new(false), serde_json::Deserializer::from_reader(report));
    match json.deserialize_seq(Rows(take, &enough)).and_then(|()| json.end()) {
        Err(_) if enough.get() => Ok(()),
        read => Ok(read?),
    }
}

fn objects(report: impl Read, mut take: impl FnMut(Row) -> bool) -> Result<(), Broken> {
    for row in serde_json::Deserializer::from_reader(report).into_iter() {
        if !take(row?) {
            break;
        }
    }
    Ok(())
}

fn csv(report: impl Read, mut take: impl FnMut(Row) -> bool) -> Result<(), Broken> {
    let mut csv = csv::Reader::from_reader(report);
    let header = csv.headers().map_err(broken)?.clone();
    for column in ["url", "status"] {
        if !header.iter().any(|name| name == column) {
            return Err(Broken::Row(format!("its first line names no column `{column}`")));
        }
    }
    let mut record = csv::StringRecord::new();
    loop {
        match csv.read_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => {}
            // The last one is cut; any other is wrong.
            Err(error) if matches!(error.kind(), csv::ErrorKind::UnequalLengths { .. }) => {
                return Err(if csv.read_record(&mut record).is_ok_and(|more| !more) {
                    Broken::Cut
                } else {
                    broken(error)
                });
            }
            Err(error) => return Err(broken(error)),
        }
        if !take(record.deserialize(Some(&header)).map_err(broken)?) {
            return Ok(());
        }
    }
}

fn broken(error: csv::Error) -> Broken {
    let why = error.to_string();
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Broken::Io(error),
        _ => Broken::Row(why),
    }
}

/// A reader that gives no more than so many bytes, until somebody gives it room again.
struct Bounded<R> {
    inner: R,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left.get() == 0 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("a row is longer than {} MiB", LONGEST >> 20),
            ));
        }
        let read = self.inner.read(buffer)?;
        self.left.set(self.left.get().saturating_sub(read as u64));
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    /// What is read, shortly: status and class of each row, then how it ended.
    fn told(text: &str) -> String {
        let mut told = String::new();
        let read = super::read(text.as_bytes(), |row| {
            let class = row.error_class.map_or("", ErrorClass::word);
            let _ = write!(told, "{}:{:?}:{class}:{:?} ", row.url, row.status, row.bytes);
            true
        });
        told + &read.map_or_else(|why| why.to_string(), |()| "end".to_owned())
    }

    #[test]
    fn every_format_is_known_by_what_it_begins_with() {
        let (a, b) = (
            r#"{"url":"u","status":"finished","bytes":7,"error_class":null,"more":[1]}"#,
            r#"{"status":"failed","error_class":"dns","url":"v"}"#,
        );
        let rows = "u:Finished::Some(7) v:Failed:dns:None end";
        for text in [
            format!("[\n{a},\n{b}\n]\n"),
            format!("\u{feff} [{a},{b}]"),
            format!("{a}\n{b}\n"),
            format!("\n{a}{b}"),
            "url,status,bytes,error_class,x\r\nu,finished,7,,\r\nv,failed,,dns,\"a\nb\"\r\n".to_owned(),
            "\u{feff}error_class,bytes,status,url\n,7,finished,u\ndns,,failed,v".to_owned(),
        ] {
            assert_eq!(told(&text), rows, "{text}");
        }
        for text in ["", " \n", "[\n]\n", "url,status\r\n"] {
            assert_eq!(told(text), "end", "{text}");
        }
    }

    #[test]
    fn what_is_cut_is_read_as_far_as_it_goes() {
        let row = r#"{"url":"u","status":"finished"}"#;
        for whole in [
            format!("[\n{row},\n{row}"),
            format!("{row}\n{row}"),
            "url,status,n\r\nu,finished,1\r\nu,finished,1".to_owned(),
        ] {
            let first = whole.rfind('u').expect("a row") - 1 - if whole.starts_with("url") { 0 } else { 6 };
            for end in first + 3..whole.len() - 1 {
                let told = told(&whole[..end]);
                assert!(
                    told.starts_with("u:Finished::None ") && told.contains("ends within a row"),
                    "{told}: {}",
                    &whole[..end]
                );
            }
        }
        assert!(told("[").contains("ends within a row") && told("[\n{\"url\"").contains("ends within a row"));
    }

    #[test]
    fn what_is_no_report_is_told_in_words() {
        for (text, why) in [
            (
                "http://h/1\nhttp://h/2\n",
                "this is no report that --report has written: its first line names no column `url`",
            ),
            ("url,width\nu,1\n", "names no column `status`"),
            ("\0\u{1}\u{2}", "names no column `url`"),
            ("{\"event\":\"summary\"}", "missing field `url`"),
            ("{\"url\":\"u\",\"status\":\"done\"}", "unknown variant `done`"),
            ("[1,2]", "this is no report"),
            ("{\"url\"", "ends within its first row"),
            ("url,status,error_class\nu,failed,xyz\n", "an unknown error_class"),
            ("[{\"url\":\"u\",\"status\":\"failed\"},7]", "row 2 of the report is none"),
            ("url,status\nu,failed\nv\nw,failed\n", "row 2 of the report is none"),
            ("{\"url\":\"u\",\"status\":\"failed\"}\nx\n", "row 2 of the report is none"),
        ] {
            assert!(told(text).contains(why), "{text}: {}", told(text));
        }
    }

    #[test]
    fn an_endless_row_costs_no_memory() {
        for begins in ["[{\"url\":\"", "{\"url\":\"", "url,status\r\n\"", "x"] {
            let endless = begins.as_bytes().chain(io::repeat(b'x'));
            let read = super::read(endless, |_| true);
            assert!(matches!(&read, Err(Unreadable::NoReport(why)) if why.contains("16 MiB")), "{read:?}");
        }
    }
}
