//! What can be read of a damaged database goes into the new one: every row whose sum is right.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::rows::Kept;
use super::schema::beside;

/// Copies what is sound; a safe line tells how much that was.
pub(super) fn salvage(damaged: &Path, fresh: &mut Connection) -> String {
    let (saved, lost) = copy(damaged, fresh).unwrap_or_default();
    match (saved, lost) {
        (0, _) => "nothing in it could be read; part files stay where they are".to_owned(),
        (saved, 0) => format!("all {saved} jobs that could be read in it are kept"),
        (saved, lost) => format!("{saved} jobs could be read in it and are kept; at least {lost} are lost"),
    }
}

/// How many rows were copied, and how many are known to be damaged.
fn copy(damaged: &Path, fresh: &mut Connection) -> rusqlite::Result<(u64, u64)> {
    // A copy is what is read: SQLite may want to repair the log, and the damaged one stays as it is.
    let work = beside(damaged, ".salvage");
    let result = if copy_files(damaged, &work) { copy_rows(&work, fresh) } else { Ok((0, 0)) };
    for side in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(beside(&work, side));
    }
    result
}

fn copy_files(from: &Path, to: &Path) -> bool {
    // Without the log, what is in the file is read all the same.
    let _ = std::fs::copy(beside(from, "-wal"), beside(to, "-wal"));
    std::fs::copy(from, to).is_ok()
}

fn copy_rows(from: &Path, to: &mut Connection) -> rusqlite::Result<(u64, u64)> {
    let old = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let (mut saved, mut lost) = (0, 0);
    let transaction = to.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        let sql = "SELECT id, identity, session, state, boot, durable, record, sum, address, added, path FROM jobs NOT INDEXED";
        let mut read = old.prepare(sql)?;
        let mut rows = read.query([])?;
        let sql = "INSERT OR IGNORE INTO jobs (id, identity, session, state, boot, durable, record, sum, address, added, path) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
        let mut write = transaction.prepare(sql)?;
        // Past a page that cannot be read there may be others that can, but nobody knows the way to them.
        while let Ok(Some(row)) = rows.next() {
            match Kept::read(row) {
                Ok(Some(_)) => {
                    for column in 0..11 {
                        write.raw_bind_parameter(column + 1, row.get::<_, rusqlite::types::Value>(column)?)?;
                    }
                    write.raw_execute()?;
                    saved += 1;
                }
                _ => lost += 1,
            }
        }
    }
    transaction.commit()?;
    Ok((saved, lost))
}
