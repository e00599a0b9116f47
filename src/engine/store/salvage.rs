//! What can be read of a damaged database goes into the new one: every row whose sum is right.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, Row, TransactionBehavior};

use crate::engine::durable;

use super::rows::Kept;
use super::schema::beside;

/// How every database of ours begins: the name of the format, pages of 4096 bytes, a log, and fixed numbers. Where the
/// damage is here, the rows may all be sound.
const BEGINNING: &[u8; 24] = b"SQLite format 3\0\x10\x00\x02\x02\x00\x40\x20\x20";

/// What was read.
#[derive(Default)]
struct Haul {
    saved: BTreeSet<i64>,
    damaged: BTreeSet<i64>,
    /// Every row was seen.
    whole: bool,
}

/// Copies what is sound; a safe line tells how much that was.
pub(super) fn salvage(damaged: &Path, fresh: &mut Connection) -> String {
    let haul = copy(damaged, fresh).unwrap_or_default();
    let (saved, lost) = (jobs(haul.saved.len()), jobs(haul.damaged.difference(&haul.saved).count()));
    match (haul.saved.is_empty(), haul.damaged.is_subset(&haul.saved)) {
        (true, _) => "nothing in it could be read; part files stay where they are".to_owned(),
        (_, false) => format!("{saved} could be read in it and kept; at least {lost} are lost"),
        _ if haul.whole => format!("{saved} could be read in it and kept: all that there were"),
        _ => format!("{saved} could be read in it and kept; others may be lost"),
    }
}

/// So many jobs, in words.
pub(super) fn jobs(count: usize) -> String {
    if count == 1 { "1 job".to_owned() } else { format!("{count} jobs") }
}

fn copy(damaged: &Path, fresh: &mut Connection) -> rusqlite::Result<Haul> {
    // A copy is what is read: SQLite may want to repair the log, and the damaged one stays as it is.
    let work = beside(damaged, ".salvage");
    let result = match copy_files(damaged, &work) {
        Ok(()) => copy_rows(&work, fresh),
        Err(_) => Ok(Haul::default()),
    };
    for side in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(beside(&work, side));
    }
    result
}

fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    // Without the log, what is in the file is read all the same.
    let _ = fs::copy(beside(from, "-wal"), beside(to, "-wal"));
    if fs::copy(from, to)? > BEGINNING.len() as u64 {
        OpenOptions::new().write(true).open(to)?.write_all(BEGINNING)?;
    }
    Ok(())
}

fn copy_rows(from: &Path, to: &mut Connection) -> rusqlite::Result<Haul> {
    let old = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // SQLite reads a file that is shorter than it should be only for those who say that they repair it.
    old.pragma_update(None, "writable_schema", true)?;
    let mut haul = Haul::default();
    let transaction = to.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Past a page that cannot be read nobody knows the way; but it can be reached from the other end.
    for order in ["ASC", "DESC"] {
        if !haul.whole {
            haul.whole = copy_in_order(&old, &transaction, order, &mut haul).unwrap_or(false);
        }
    }
    durable::step().map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    transaction.commit()?;
    Ok(haul)
}

/// False where it could not read to the end.
fn copy_in_order(old: &Connection, new: &Connection, order: &str, haul: &mut Haul) -> rusqlite::Result<bool> {
    let mut read = old.prepare(&format!(
        "SELECT id, identity, session, state, boot, durable, record, sum, address, added, path FROM jobs NOT INDEXED \
         ORDER BY rowid {order}"
    ))?;
    let mut rows = read.query([])?;
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        if !haul.saved.contains(&id) {
            let sound = Kept::read(row).is_ok_and(|kept| kept.is_some()) && write(row, new).is_ok_and(|rows| rows == 1);
            if sound {
                haul.saved.insert(id)
            } else {
                haul.damaged.insert(id)
            };
        }
    }
    Ok(true)
}

fn write(row: &Row<'_>, new: &Connection) -> rusqlite::Result<usize> {
    let values = (0..11).map(|column| row.get(column)).collect::<rusqlite::Result<Vec<Value>>>()?;
    let sql = "INSERT OR IGNORE INTO jobs \
               (id, identity, session, state, boot, durable, record, sum, address, added, path) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    new.prepare_cached(sql)?.execute(rusqlite::params_from_iter(values))
}
