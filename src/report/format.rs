//! How a row is written: the three formats, told apart by the ending of the file. Values are exact, with the escapes
//! of the format. Pure.

use std::path::Path;

use super::extra::Extra;
use super::row::{COLUMNS, Row, Value};

/// What a report looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// One array of objects.
    Json,
    /// An object a line.
    JsonLines,
    /// RFC 4180, with a header.
    Csv,
}

impl Format {
    /// The format that the ending of a file name asks for.
    ///
    /// # Errors
    /// Says in words which endings there are.
    pub(crate) fn of(path: &Path) -> Result<Self, String> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        match ending.as_deref() {
            Some("json") => Ok(Self::Json),
            Some("jsonl") => Ok(Self::JsonLines),
            Some("csv") => Ok(Self::Csv),
            _ => Err("the name of a report says its format by its ending: .json, .jsonl or .csv".to_owned()),
        }
    }

    /// What stands before the first row.
    pub(super) fn opening(self, extra: &Extra) -> String {
        match self {
            Self::Json => "[".to_owned(),
            Self::JsonLines => String::new(),
            Self::Csv => COLUMNS.into_iter().chain(extra.names()).map(quoted).collect::<Vec<_>>().join(",") + "\r\n",
        }
    }

    /// What stands after the last row; the next one takes its place.
    pub(super) fn closing(self) -> &'static str {
        match self {
            Self::Json => "\n]\n",
            Self::JsonLines | Self::Csv => "",
        }
    }

    /// One row and its `values` for the `extra` columns, with what parts it from the row before it.
    pub(super) fn row(self, row: &Row, values: &[Value], extra: &Extra, first: bool) -> String {
        match self {
            Self::Json => [if first { "\n" } else { ",\n" }, &json(row, values, extra)].concat(),
            Self::JsonLines => json(row, values, extra) + "\n",
            Self::Csv => csv(row, values) + "\r\n",
        }
    }
}

fn json(row: &Row, values: &[Value], extra: &Extra) -> String {
    let names = COLUMNS.into_iter().chain(extra.names()).map(text);
    let field = |(name, value): (String, &Value)| match value {
        Value::Null => format!("{name}:null"),
        Value::Bool(value) => format!("{name}:{value}"),
        Value::Number(value) => format!("{name}:{value}"),
        Value::Text(value) => format!("{name}:{}", text(value)),
    };
    let fields: Vec<_> = names.zip(row.iter().chain(values)).map(field).collect();
    format!("{{{}}}", fields.join(","))
}

fn text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn csv(row: &Row, values: &[Value]) -> String {
    let field = |value: &Value| match value {
        Value::Null => String::new(),
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::Text(text) => quoted(text),
    };
    row.iter().chain(values).map(field).collect::<Vec<_>>().join(",")
}

fn quoted(text: &str) -> String {
    // A field that begins or ends with a blank is safe only in quotes.
    if text.contains([',', '"', '\r', '\n']) || text.trim() != text {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> Row {
        let mut row: Row = std::array::from_fn(|_| Value::Null);
        row[0] = Value::Number(7);
        row[2] = Value::Text(text.to_owned());
        row[13] = Value::Bool(true);
        row
    }

    #[test]
    fn the_ending_says_the_format() {
        for (name, format) in [
            ("a.json", Some(Format::Json)),
            ("a.b.JSONL", Some(Format::JsonLines)),
            ("dir.json/a.csv", Some(Format::Csv)),
            ("a.txt", None),
            ("a", None),
            (".json", None),
        ] {
            assert_eq!(Format::of(Path::new(name)).ok(), format, "{name}");
        }
    }

    #[test]
    fn csv_quotes_what_would_tear_a_row() {
        for (text, written) in [
            ("plain name.jpg", "plain name.jpg"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("two\r\nlines", "\"two\r\nlines\""),
            (" edge", "\" edge\""),
            ("esc\x1b[2J", "esc\x1b[2J"),
            ("=1+1", "=1+1"),
            ("北極光", "北極光"),
        ] {
            let line = csv(&row(text), &[]);
            assert_eq!(line, format!("7,,{written},,,,,,,,,,,true{}", ",".repeat(COLUMNS.len() - 14)));
        }
    }

    #[test]
    fn json_keeps_the_order_and_every_character() {
        for text in ["plain", "q\"uo\\te", "new\nline\r", "esc\x1b\x00", "\u{202e}北極光"] {
            let line = json(&row(text), &[], &Extra::new(&[]));
            assert!(
                !line.contains('\n') && !line.contains('\x1b') && line.starts_with("{\"n\":7,\"id\":null,\"url\":")
            );
            let read: serde_json::Value = serde_json::from_str(&line).expect("an object");
            assert_eq!((&read["n"], &read["url"], &read["skipped"]), (&7.into(), &text.into(), &true.into()));
            assert_eq!(read.as_object().map(serde_json::Map::len), Some(COLUMNS.len()));
        }
    }
}
