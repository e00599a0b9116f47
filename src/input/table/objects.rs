//! JSON Lines: an object a line, a value for each column that it has. It must not know what the values are for.

use std::collections::VecDeque;
use std::fmt;
use std::io;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::text::{MAX_ROW, MOST_COLUMNS, Numbered, Text};

/// The columns of a file are those that the objects in so much of its beginning have.
const AHEAD: usize = 1 << 20;

/// See the head of this file.
pub(super) struct Objects {
    columns: Vec<String>,
    /// Lines that were read for their columns.
    ahead: VecDeque<(u64, Result<Vec<u8>, &'static str>)>,
}

impl Objects {
    /// Reads ahead to find the columns: in a file where `far`, else to its first object, since more may be long in coming.
    pub(super) fn open(text: &mut Text, far: bool) -> io::Result<Self> {
        let mut this = Self { columns: Vec::new(), ahead: VecDeque::new() };
        let mut size = 0;
        while size < AHEAD
            && (far || this.columns.is_empty())
            && let Some((line, read)) = line(text, &mut || {})?
        {
            size += read.as_ref().map_or(MAX_ROW, Vec::len);
            for (name, _) in read.as_deref().ok().and_then(|line| object(line).ok()).into_iter().flatten() {
                if this.columns.len() < MOST_COLUMNS && !this.columns.contains(&name) {
                    this.columns.push(name);
                }
            }
            this.ahead.push_back((line, read));
        }
        Ok(this)
    }

    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Reads the next object into `values`, one for each column: the number of its line, or what is wrong with it. What
    /// it has beyond the columns is left out.
    pub(super) fn next(
        &mut self,
        text: &mut Text,
        values: &mut Vec<String>,
        waiting: &mut dyn FnMut(),
    ) -> io::Result<Numbered<()>> {
        let next = match self.ahead.pop_front() {
            None => line(text, waiting)?,
            ahead => ahead,
        };
        Ok(next.map(|(line, read)| (line, read.map_err(str::to_owned).and_then(|read| self.fill(&read, values)))))
    }

    fn fill(&self, line: &[u8], values: &mut Vec<String>) -> Result<(), String> {
        values.resize_with(self.columns.len(), String::new);
        values.iter_mut().for_each(String::clear);
        for (nth, (name, value)) in object(line)?.into_iter().enumerate() {
            // Mostly all objects have the same keys in the same order.
            let near = Some(nth).filter(|nth| self.columns.get(*nth) == Some(&name));
            if let Some(at) = near.or_else(|| self.columns.iter().position(|column| *column == name)) {
                values[at] = value;
            }
        }
        Ok(())
    }
}

/// The next line with something in it. One that is too long is read to its end, and kept nowhere.
fn line(text: &mut Text, waiting: &mut dyn FnMut()) -> io::Result<Numbered<Vec<u8>, &'static str>> {
    let Some(number) = text.skip_blank_lines(waiting)? else { return Ok(None) };
    let (mut line, mut too_long) = (Vec::new(), false);
    loop {
        let available = text.available(waiting)?;
        let end = available.iter().position(|byte| *byte == b'\n');
        let part = &available[..end.unwrap_or(available.len())];
        too_long |= line.len() + part.len() > MAX_ROW;
        if too_long {
            line = Vec::new();
        } else {
            line.extend_from_slice(part);
        }
        let (used, is_over) = (part.len(), end.is_some() || available.is_empty());
        text.consume(used);
        if is_over {
            return Ok(Some((number, if too_long { Err("a row of more than a megabyte") } else { Ok(line) })));
        }
    }
}

/// The keys of an object with their values as texts: strings as they are, null as an empty one, all else as JSON.
fn object(line: &[u8]) -> Result<Vec<(String, String)>, String> {
    serde_json::from_slice::<Pairs>(line).map(|pairs| pairs.0).map_err(|error| {
        let why = error.to_string();
        let why = why.split(" at line ").next().unwrap_or_default();
        format!("not a JSON object of its own: {} (column {})", crate::display::safe(why), error.column())
    })
}

struct Pairs(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Keys)
    }
}

struct Keys;

impl<'de> Visitor<'de> for Keys {
    type Value = Pairs;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
        let mut pairs = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
            let value = match value.get() {
                "null" => String::new(),
                text if text.starts_with('"') => serde_json::from_str(text).map_err(serde::de::Error::custom)?,
                other => other.to_owned(),
            };
            pairs.push((name, value));
        }
        Ok(Pairs(pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Row = (u64, Result<Vec<String>, String>);

    /// The columns, and line and values of every object, or what is said of it.
    fn read(text: &[u8], far: bool) -> (Vec<String>, Vec<Row>) {
        let mut text = Text::new(Box::new(io::Cursor::new(text.to_vec())));
        let mut objects = Objects::open(&mut text, far).expect("memory does not fail");
        let (mut values, mut all) = (Vec::new(), Vec::new());
        while let Some((line, read)) = objects.next(&mut text, &mut values, &mut || {}).expect("memory does not fail") {
            all.push((line, read.map(|()| values.clone())));
        }
        (objects.columns, all)
    }

    #[test]
    fn values_are_texts_and_later_keys_are_columns_of_a_file() {
        let text = b"{\"url\":\"http://h/\\u00e9\\n\",\"n\":10000000000000000000000,\"t\":true,\"none\":null}\r\n\n\
                     {\"n\":1.50,\"url\":\"x\",\"tags\":[1, {\"a\":\"b\"}],\"n\":2}";
        let (columns, rows) = read(text, true);
        assert_eq!(columns, ["url", "n", "t", "none", "tags"]);
        let expected = [
            (1, Ok(["http://h/é\n", "10000000000000000000000", "true", "", ""].map(str::to_owned).to_vec())),
            (3, Ok(["x", "2", "", "", "[1, {\"a\":\"b\"}]"].map(str::to_owned).to_vec())),
        ];
        assert_eq!(rows, expected);
        let (columns, rows) = read(text, false);
        assert_eq!(columns, ["url", "n", "t", "none"]);
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn what_is_no_object_is_named_by_its_line() {
        let long = format!("{{\"u\":\"{}\"}}", "x".repeat(2 * MAX_ROW));
        let text =
            format!("nope\n{{\"u\":1}}\n[1]\n{{\"u\":2\n{long}\n{{\"u\":\"\\ud800\"}}\n{{\"u\":3}} x\n{{\"u\":4}}");
        for far in [false, true] {
            let (columns, rows) = read(text.as_bytes(), far);
            assert_eq!(columns, ["u"]);
            let lines: Vec<_> = rows.iter().map(|(line, row)| (*line, row.is_ok())).collect();
            let good = [false, true, false, false, false, false, false, true];
            assert_eq!(lines, (1..).zip(good).collect::<Vec<_>>());
            let why = rows[3].1.as_ref().expect_err("cut");
            assert_eq!(why, "not a JSON object of its own: EOF while parsing an object (column 6)");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(far: bool, text in "[\\[{}\\]\":,a1\\\\\n\r\u{fe}]{0,60}", junk in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..40)) {
            let all = [text.as_bytes(), &junk].concat();
            let (columns, rows) = read(&all, far);
            proptest::prop_assert!(rows.iter().all(|(_, row)| row.as_ref().map_or(true, |row| row.len() == columns.len())));
        }
    }
}
