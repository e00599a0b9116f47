//! What ended sessions have left: taken over in portions, so that the first of it goes on while the rest is still read,
//! or only counted. A damaged row stays as it is, for whoever wants to look at it.

use crate::engine::event::ADD_LIMIT;

use super::order::{Found, LeftState, Standing};
use super::record::State;
use super::rows::{COLUMNS, Kept, Rows};
use super::session::Lives;

impl Rows<'_> {
    /// The next of what ended sessions have left, in the order in which it came; it is this session's from now on.
    pub(super) fn restore(&mut self, lives: &mut Lives) -> rusqlite::Result<Vec<Standing>> {
        if !self.leftovers.is_pending() {
            // The index alone answers this.
            let sql = "SELECT seq FROM jobs WHERE state <> 'finished' AND session <> ?1 ORDER BY seq";
            let mut statement = self.connection.prepare_cached(sql)?;
            let rows = statement.query_map([self.session.id], |row| row.get(0))?;
            self.leftovers.begin(rows.collect::<rusqlite::Result<_>>()?);
        }
        let sql = format!(
            "SELECT {COLUMNS} FROM jobs \
             WHERE seq = ?1 AND state <> 'finished' AND state <> 'cancelled' AND session <> ?2"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut standings = Vec::new();
        for seq in self.leftovers.next(ADD_LIMIT) {
            let mut found = statement.query((seq, self.session.id))?;
            // Meanwhile it may have become somebody's, or have gone.
            let Some(row) = found.next()? else { continue };
            match Kept::read(row)? {
                Some(kept) if self.session.lives(kept.session, lives) => {}
                Some(kept) => standings.extend(self.take_over(kept)?),
                None => self.leftovers.count_damaged(),
            }
        }
        Ok(standings)
    }

    fn take_over(&mut self, mut kept: Kept) -> rusqlite::Result<Option<Standing>> {
        let Some(request) = kept.record.request() else { return Ok(None) };
        let mut state = match kept.state {
            State::Paused => LeftState::Paused,
            State::Failed => {
                kept.record.error().map_or(LeftState::Queued, |(error, attempts)| LeftState::Failed(error, attempts))
            }
            _ => LeftState::Queued,
        };
        if kept.record.own || kept.record.secret && !self.secrets.are_for(&request) {
            state = LeftState::Locked;
        }
        let (id, before) = (kept.job(), kept.state);
        kept.state = match state {
            LeftState::Queued => State::Queued,
            LeftState::Failed(..) => State::Failed,
            LeftState::Paused | LeftState::Locked => State::Paused,
        };
        let mut found = self.take_as(kept, &request, before)?;
        if let Found::Open(left) = &mut found {
            left.state = state;
        }
        Ok(Some(Standing { id, request, found }))
    }

    /// How many jobs ended sessions have left unfinished, and how many more are damaged. None while they are being taken
    /// over.
    pub(super) fn count_left(&mut self, lives: &mut Lives) -> rusqlite::Result<(usize, usize)> {
        let (mut left, mut damaged) = (0, 0);
        if self.leftovers.is_pending() {
            return Ok((left, damaged));
        }
        let sql =
            format!("SELECT {COLUMNS} FROM jobs WHERE state <> 'finished' AND state <> 'cancelled' AND session <> ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([self.session.id])?;
        while let Some(row) = rows.next()? {
            match Kept::read(row)? {
                Some(kept) if self.session.lives(kept.session, lives) => {}
                Some(kept) => {
                    let is_open = matches!(kept.state, State::Queued | State::Paused);
                    left += usize::from(is_open && kept.record.request().is_some());
                }
                None => damaged += 1,
            }
        }
        Ok((left, damaged))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::path::Path;

    use rusqlite::Connection;

    use super::super::leftovers::Leftovers;
    use super::*;
    use crate::engine::request::DownloadRequest;
    use crate::engine::request::JobMap;
    use crate::engine::store::schema;
    use crate::engine::store::secrets::Secrets;
    use crate::engine::store::session::Session;

    fn request(number: usize) -> DownloadRequest {
        let url = format!("http://h/{number}").parse().expect("a valid address");
        DownloadRequest::new(url, Path::new("/nowhere").into())
    }

    fn within<T>(
        connection: &Connection,
        session: &Session,
        leftovers: &mut Leftovers,
        work: impl FnOnce(&mut Rows<'_>) -> rusqlite::Result<T>,
    ) -> T {
        let (listed, fresh) = (&mut HashSet::new(), &mut Vec::new());
        let known = &mut JobMap::default();
        let secrets = &Secrets::default();
        work(&mut Rows { connection, session, listed, fresh, known, leftovers, secrets, overwrite: false })
            .expect("the database is sound")
    }

    /// The paths of the next portion, and how many were damaged where it is the last.
    fn portion(connection: &Connection, session: &Session, leftovers: &mut Leftovers) -> (Vec<String>, Option<usize>) {
        let standings = within(connection, session, leftovers, |rows| rows.restore(&mut Lives::new()));
        let paths = standings.iter().map(|standing| standing.request.url.path().to_owned()).collect();
        (paths, leftovers.keep())
    }

    #[test]
    fn it_comes_in_portions_and_in_order_and_nothing_twice() {
        let (connection, before, now) = (schema::in_memory().expect("memory"), Session::alone(), Session::alone());
        let mut leftovers = Leftovers::default();
        let lives = Lives::new;
        within(&connection, &before, &mut leftovers, |rows| {
            (0..2500).try_for_each(|number| rows.add(&request(number), &mut lives()).map(drop))
        });
        connection.execute("UPDATE jobs SET sum = sum + 1 WHERE record LIKE '%/h/1500\"%'", []).expect("damaged");
        let named = |numbers: &mut dyn Iterator<Item = usize>| numbers.map(|n| format!("/{n}")).collect::<Vec<_>>();
        assert_eq!(portion(&connection, &now, &mut leftovers), (named(&mut (0..1000)), None));
        // What is asked for meanwhile is taken, and what could not be kept is read again.
        within(&connection, &now, &mut Leftovers::default(), |rows| rows.add(&request(1700), &mut lives()));
        connection.execute_batch("SAVEPOINT a").expect("begun");
        let lost = within(&connection, &now, &mut leftovers, |rows| rows.restore(&mut lives()));
        connection.execute_batch("ROLLBACK TO a; RELEASE a").expect("lost");
        leftovers.forget_read();
        assert_eq!(lost.len(), 998);
        assert_eq!(within(&connection, &now, &mut leftovers, |rows| rows.count_left(&mut lives())), (0, 0));
        assert_eq!(
            portion(&connection, &now, &mut leftovers),
            (named(&mut (1000..2000).filter(|n| ![1500, 1700].contains(n))), None)
        );
        assert_eq!(portion(&connection, &now, &mut leftovers), (named(&mut (2000..2500)), Some(1)));
        assert_eq!(within(&connection, &now, &mut leftovers, |rows| rows.count_left(&mut lives())), (0, 1));
    }
}
