//! The report on its disk. Rows are gathered and written at the end of the file; a JSON array is closed with every
//! write, and the next one goes over the closing, so that the file is whole whenever somebody looks.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use super::extra::Extra;
use super::format::Format;
use super::row::Row;

/// Rows are written at the latest when so many bytes of them are here.
const GATHERED: usize = 64 * 1024;

/// See the head of this file.
#[derive(Debug)]
pub(super) struct ReportFile {
    file: File,
    format: Format,
    /// The columns that tables add.
    columns: Extra,
    /// What is not written yet.
    rows: Vec<u8>,
    /// Where the next row goes.
    end: u64,
    first: bool,
}

impl ReportFile {
    /// Makes an empty report; an older one is overwritten. Tables add these columns.
    pub(super) fn create(path: &Path, format: Format, columns: &[String]) -> io::Result<Self> {
        let (mut file, columns) = (private(path)?, Extra::new(columns));
        let opening = format.opening(&columns);
        file.write_all((opening.clone() + format.closing()).as_bytes())?;
        Ok(Self { file, format, columns, rows: Vec::new(), end: opening.len() as u64, first: true })
    }

    /// Adds a row, with what a table says beside it.
    pub(super) fn push(&mut self, row: &Row, columns: Option<&str>) -> io::Result<()> {
        let first = std::mem::replace(&mut self.first, false);
        self.rows
            .extend_from_slice(self.format.row(row, &self.columns.values(columns), &self.columns, first).as_bytes());
        if self.rows.len() < GATHERED { Ok(()) } else { self.flush() }
    }

    /// Writes what was added.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let added = self.rows.len() as u64;
        self.rows.extend_from_slice(self.format.closing().as_bytes());
        let written = self.rewind().and_then(|()| self.file.write_all(&self.rows));
        self.rows.clear();
        match written {
            Ok(()) => self.end += added,
            // Half a row is worse than none. Where this fails too, there is nothing left to try.
            Err(_) => drop(self.close_again()),
        }
        written
    }

    /// Only an array has something to go over; what is no file, such as a pipe, has no places.
    fn rewind(&mut self) -> io::Result<()> {
        if self.format.closing().is_empty() { Ok(()) } else { self.file.seek(SeekFrom::Start(self.end)).map(drop) }
    }

    fn close_again(&mut self) -> io::Result<()> {
        let closing = self.format.closing().as_bytes();
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(closing)?;
        self.file.set_len(self.end + closing.len() as u64)
    }
}

/// Opens an empty file that only its owner may read: addresses often carry tokens.
pub(super) fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    if file.metadata()?.is_file() {
        use std::os::unix::fs::PermissionsExt as _;
        // One that was there keeps its mode otherwise. Some file systems know no modes.
        let _ = file.set_permissions(std::fs::Permissions::from_mode(0o600));
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::super::row::Value;
    use super::*;

    #[test]
    fn an_array_is_whole_after_every_write() {
        let path = std::env::temp_dir().join(format!("haul-report-{:016x}.json", fastrand::u64(..)));
        std::fs::write(&path, "x".repeat(100)).expect("written");
        let mut report = ReportFile::create(&path, Format::Json, &[]).expect("created");
        for n in 0..3_u64 {
            let read: serde_json::Value =
                serde_json::from_slice(&std::fs::read(&path).expect("there")).expect("an array");
            assert_eq!(read.as_array().map(Vec::len), Some(usize::try_from(n).expect("small")));
            let row: Row = std::array::from_fn(|_| Value::Number(n));
            report.push(&row, None).expect("written");
            report.flush().expect("written");
        }
        std::fs::remove_file(&path).expect("removed");
    }
}
