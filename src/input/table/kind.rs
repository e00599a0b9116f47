//! How tables are written, and how that is told: by the ending of a name, else by the first bytes. Pure.

use std::ffi::OsStr;

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Records, with this between their fields.
    Records(u8),
    /// Objects, one a line.
    Objects,
}

impl Kind {
    /// What the ending of a file's name says: `.csv`, `.tsv` (or `.tsv000`, a part of one), `.jsonl`, `.ndjson`; `.gz`
    /// may follow.
    #[must_use]
    pub fn of_name(name: &OsStr) -> Option<Self> {
        let name = name.to_string_lossy().to_ascii_lowercase();
        let (_, ending) = name.strip_suffix(".gz").unwrap_or(&name).rsplit_once('.')?;
        match ending.trim_end_matches(|digit: char| digit.is_ascii_digit()) {
            "tsv" => Some(Self::Records(b'\t')),
            _ => match ending {
                "csv" => Some(Self::Records(b',')),
                "jsonl" | "ndjson" => Some(Self::Objects),
                _ => None,
            },
        }
    }

    /// What the beginning of a text looks like.
    pub(super) fn of_text(beginning: &[u8]) -> Self {
        match beginning.trim_ascii_start() {
            [b'{', ..] => Self::Objects,
            text => {
                let header = text.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
                Self::Records(if header.contains(&b'\t') { b'\t' } else { b',' })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_a_table_is() {
        for (name, kind) in [
            ("a.csv", Some(Kind::Records(b','))),
            ("dir/A.CSV.gz", Some(Kind::Records(b','))),
            ("a.tsv", Some(Kind::Records(b'\t'))),
            ("photos.tsv000", Some(Kind::Records(b'\t'))),
            ("photos.tsv017.GZ", Some(Kind::Records(b'\t'))),
            ("a.jsonl", Some(Kind::Objects)),
            ("a.ndjson.gz", Some(Kind::Objects)),
            ("a.csv1", None),
            ("a.tsvx", None),
            ("a.json", None),
            ("a.txt", None),
            ("a.gz", None),
            ("csv", None),
            ("-", None),
        ] {
            assert_eq!(Kind::of_name(name.as_ref()), kind, "{name}");
        }
    }

    #[test]
    fn texts_say_what_they_are() {
        for (text, kind) in [
            ("{\"a\":1}", Kind::Objects),
            (" \n {", Kind::Objects),
            ("a\tb,c\n", Kind::Records(b'\t')),
            ("a,b\nx\ty", Kind::Records(b',')),
            ("\n\na,b\r1\t2", Kind::Records(b',')),
            ("url", Kind::Records(b',')),
            ("", Kind::Records(b',')),
        ] {
            assert_eq!(Kind::of_text(text.as_bytes()), kind, "{text}");
        }
    }
}
