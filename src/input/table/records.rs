//! CSV and TSV (RFC 4180): records of fields, in quotes where need be. The state machine is that of the `csv` crate, by
//! itself, since its reader ends at the first error and keeps a record however long it is. It must not know what the
//! fields are for.

use std::io;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::text::{MAX_ROW, MOST_COLUMNS, Numbered, Text};

/// See the head of this file.
pub(super) struct Records {
    core: Reader,
    /// The fields of the last record, one behind the other, and where each of them ends.
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Records {
    pub(super) fn new(delimiter: u8) -> Self {
        let core = ReaderBuilder::new().delimiter(delimiter).build();
        Self { core, bytes: vec![0; 4096], ends: vec![0; 64] }
    }

    /// Reads the next record into `fields`: the number of its first line, or what is wrong with it.
    pub(super) fn next(
        &mut self,
        text: &mut Text,
        fields: &mut Vec<String>,
        waiting: &mut dyn FnMut(),
    ) -> io::Result<Numbered<()>> {
        let Some(line) = text.skip_blank_lines(waiting)? else { return Ok(None) };
        let read = match self.record(text, waiting)? {
            Ok(count) => self.split(count, fields),
            Err(why) => Err(why.to_owned()),
        };
        Ok(Some((line, read)))
    }

    /// Reads a record and counts its fields. One that is too long is read to its end all the same, and kept nowhere.
    fn record(&mut self, text: &mut Text, waiting: &mut dyn FnMut()) -> io::Result<Result<usize, &'static str>> {
        let (mut length, mut count, mut too_long) = (0, 0, false);
        loop {
            let available = text.available(waiting)?;
            let is_over = available.is_empty();
            // The end of the text ends the last line, but no quotes.
            let input = if is_over { &b"\n"[..] } else { available };
            let (result, used, bytes, ends) =
                self.core.read_record(input, &mut self.bytes[length..], &mut self.ends[count..]);
            if !is_over {
                text.consume(used);
            }
            (length, count) = (length + bytes, count + ends);
            match result {
                ReadRecordResult::InputEmpty if is_over => {
                    self.core.reset();
                    return Ok(Err("a quote opens in this row, and none closes it"));
                }
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if length < MAX_ROW => self.bytes.resize(2 * length, 0),
                ReadRecordResult::OutputEndsFull if count < MOST_COLUMNS => self.ends.resize(2 * count, 0),
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    (length, count, too_long) = (0, 0, true);
                }
                ReadRecordResult::Record | ReadRecordResult::End if too_long => {
                    return Ok(Err(
                        "a row of more than a megabyte, or 4096 fields: is there a quote that nothing closes?",
                    ));
                }
                ReadRecordResult::Record | ReadRecordResult::End => return Ok(Ok(count)),
            }
        }
    }

    fn split(&self, count: usize, fields: &mut Vec<String>) -> Result<(), String> {
        let (mut start, ends) = (0, &self.ends[..count]);
        fields.resize_with(count, String::new);
        for (field, end) in fields.iter_mut().zip(ends) {
            let text = str::from_utf8(&self.bytes[start..*end]);
            field.clear();
            field.push_str(text.map_err(|_| "not UTF-8 text: save the table as UTF-8".to_owned())?);
            start = *end;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line and fields of every record, or what is said of it.
    fn read(text: impl AsRef<[u8]>, delimiter: u8) -> Vec<(u64, Result<Vec<String>, String>)> {
        let mut text = Text::new(Box::new(io::Cursor::new(text.as_ref().to_vec())));
        let (mut records, mut fields, mut all) = (Records::new(delimiter), Vec::new(), Vec::new());
        while let Some((line, read)) = records.next(&mut text, &mut fields, &mut || {}).expect("memory does not fail") {
            all.push((line, read.map(|()| fields.clone())));
        }
        all
    }

    fn good(text: &str, delimiter: u8) -> Vec<(u64, Vec<String>)> {
        let good = |(line, fields): (u64, Result<Vec<String>, String>)| (line, fields.expect("sound"));
        read(text, delimiter).into_iter().map(good).collect()
    }

    #[test]
    fn quotes_and_ends_of_lines_are_those_of_rfc_4180() {
        let row = |fields: &[&str]| fields.iter().map(|field| (*field).to_owned()).collect::<Vec<_>>();
        for end in ["\n", "\r\n", "\r"] {
            let text = format!("a,b{end}{end}{end}\"1,\"\"x\"\"\",{end}\"two{end}lines\",3{end}\"\",4");
            let lines = format!("two{end}lines");
            let expected =
                [(1, row(&["a", "b"])), (4, row(&["1,\"x\"", ""])), (5, row(&[&lines, "3"])), (7, row(&["", "4"]))];
            assert_eq!(good(&text, b','), expected, "{end:?}");
        }
        assert_eq!(good("a b\tc,d\n5\" tall\t\n", b'\t'), [(1, row(&["a b", "c,d"])), (2, row(&["5\" tall", ""]))]);
        assert_eq!(good("", b','), []);
        assert_eq!(good("\n\r\n\n", b','), []);
    }

    #[test]
    fn a_quote_that_nothing_closes_hides_no_row_in_silence() {
        for end in ["", "\n"] {
            let all = read(format!("a,b\n1,2\n3,\"x\n4,5{end}"), b',');
            assert_eq!(all.len(), 3, "{all:?}");
            assert!(matches!(&all[2], (3, Err(why)) if why.contains("none closes it")), "{all:?}");
        }
    }

    #[test]
    fn a_record_without_measure_is_passed_over_in_bounded_memory() {
        let (long, many) = ("x".repeat(3 * MAX_ROW), ",".repeat(3 * MOST_COLUMNS));
        let all = read(format!("a,b\n\"{long}\n\"\n{many}\n1,2\n"), b',');
        let lines: Vec<_> = all.iter().map(|(line, read)| (*line, read.is_ok())).collect();
        assert_eq!(lines, [(1, true), (2, false), (4, false), (5, true)]);
        let mut records = Records::new(b',');
        let mut text = Text::new(Box::new(io::Cursor::new(format!("\"{long}\n{many}"))));
        let said = records.record(&mut text, &mut || {}).expect("memory does not fail");
        assert!(said.is_err() && records.bytes.len() <= 2 * MAX_ROW && records.ends.len() <= 2 * MOST_COLUMNS);
    }

    #[test]
    fn other_encodings_are_named() {
        let all = read(b"a,b\nM\xfcnchen,2\n\xc3,\xa9\n1,2", b',');
        let lines: Vec<_> = all.iter().map(|(line, read)| (*line, read.is_ok())).collect();
        assert_eq!(lines, [(1, true), (2, false), (3, false), (4, true)]);
    }

    proptest::proptest! {
        /// What the crate's own writer writes comes back, wherever the pieces of the text end.
        #[test]
        fn what_was_written_is_read(rows in proptest::collection::vec(proptest::collection::vec("[a\",\n\r\té]{0,6}", 2..5), 1..8)) {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).expect("memory does not fail");
            }
            let text = writer.into_inner().expect("memory does not fail");
            let back: Vec<_> = read(text, b',').into_iter().map(|(_, fields)| fields.expect("sound")).collect();
            proptest::prop_assert_eq!(back, rows);
        }

        #[test]
        fn any_bytes_are_read_or_refused(text in proptest::collection::vec(proptest::sample::select(b"a\",\n\r\t\xff\0".to_vec()), 0..60)) {
            let all = read(&text, b',');
            proptest::prop_assert!(all.iter().zip(all.iter().skip(1)).all(|(one, next)| one.0 < next.0), "{:?}", all);
        }
    }
}
