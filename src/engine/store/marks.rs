//! Which rows would survive the loss of power, and which have to be looked at after it.

use crate::engine::request::JobId;

use super::order::{Synced, Unsynced};
use super::record::State;
use super::rows::{COLUMNS, Kept, Rows};

impl Rows<'_> {
    /// What this session has written that would not survive the loss of power for certain.
    pub(super) fn unsynced(&mut self) -> rusqlite::Result<Vec<Unsynced>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM jobs WHERE session = ?1 AND boot = ?2 AND state <> 'finished' AND state = 'queued' \
             UNION ALL \
             SELECT {COLUMNS} FROM jobs WHERE session = ?1 AND boot = ?2 AND state = 'finished' AND durable = 0"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query((self.session.id, &self.session.boot))?;
        let mut unsynced = Vec::new();
        while let Some(row) = rows.next()? {
            let Some(kept) = Kept::read(row)? else { continue };
            let (id, generation) = (kept.job(), kept.record.generation);
            if let Some(file) = kept.record.finished() {
                unsynced.push(Unsynced::File { id, path: file.path });
            } else if let Some(request) = kept.record.request() {
                let ranges = kept.record.recorded();
                unsynced.push(Unsynced::Part { id, generation, dir: request.dir, ranges });
            }
        }
        Ok(unsynced)
    }

    /// Notes what would.
    pub(super) fn synced(&mut self, synced: &[Synced]) -> rusqlite::Result<()> {
        for synced in synced {
            match synced {
                Synced::Part { id, generation, bytes, ranges } => {
                    self.part_synced(*id, *generation, bytes.cast_signed(), ranges)?;
                }
                Synced::File { id } => self.file_synced(*id)?,
            }
        }
        Ok(())
    }

    fn part_synced(&mut self, id: JobId, generation: u32, bytes: i64, ranges: &[(u64, u64)]) -> rusqlite::Result<()> {
        let Some(mut kept) = self.mine(id)? else { return Ok(()) };
        // One that was written in several places since had a length that says nothing.
        let same = kept.record.recorded().is_empty() == ranges.is_empty();
        // Meanwhile the job may have gone on to another part, or to its end.
        if same && kept.state != State::Finished && kept.record.generation == generation {
            kept.durable = bytes;
            kept.record.synced(ranges.to_vec());
            self.update(&kept)?;
        }
        Ok(())
    }

    /// Blindly, since there may be thousands: the record does not change, and the mark is not in its sum.
    fn file_synced(&mut self, id: JobId) -> rusqlite::Result<()> {
        let sql = "UPDATE jobs SET durable = 1 WHERE id = ?1 AND session = ?2 AND state = 'finished' AND boot = ?3";
        let row = (id.0.cast_signed(), self.session.id, &self.session.boot);
        self.connection.prepare_cached(sql)?.execute(row)?;
        Ok(())
    }
}
