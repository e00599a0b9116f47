//! The tables, as SQL. Plain text.

/// Rows stand in the order in which they come, since those that change together then share their pages; ids are spread
/// over all numbers. An index with a condition serves a query that repeats it word for word. State and record are the truth, in words; sum tells whether a disk has changed them.
macro_rules! jobs {
    () => {
        "CREATE TABLE jobs (
            seq INTEGER PRIMARY KEY,
            id INTEGER NOT NULL UNIQUE,
            identity BLOB NOT NULL UNIQUE,
            address BLOB NOT NULL,
            added INTEGER NOT NULL,
            session INTEGER NOT NULL,
            state TEXT NOT NULL,
            path BLOB,
            boot TEXT NOT NULL,
            durable INTEGER NOT NULL DEFAULT 0,
            record TEXT NOT NULL,
            sum INTEGER NOT NULL
        );
        CREATE INDEX open ON jobs (session) WHERE state <> 'finished';
        CREATE INDEX paths ON jobs (path) WHERE path IS NOT NULL;
        CREATE INDEX unsynced ON jobs (session) WHERE state = 'finished' AND durable = 0;"
    };
}

/// A new database.
pub(super) const TABLES: &str = concat!(
    jobs!(),
    "CREATE TABLE sessions (
        id INTEGER PRIMARY KEY,
        boot TEXT NOT NULL,
        started INTEGER NOT NULL
    );"
);

/// Each brings a database from one version to the next, beginning with the first; a new one is added at the end and
/// none that was released is ever changed.
pub(super) const MIGRATIONS: &[&str] = &[
    // Rows of the first version stood in the order of their ids.
    concat!(
        "ALTER TABLE jobs RENAME TO spread;
        DROP INDEX unfinished; DROP INDEX working; DROP INDEX paths; DROP INDEX unsynced;",
        jobs!(),
        "INSERT INTO jobs (id, identity, address, added, session, state, path, boot, durable, record, sum)
            SELECT id, identity, address, added, session, state, path, boot, durable, record, sum
            FROM spread ORDER BY added;
        DROP TABLE spread;"
    ),
];

/// What the first version made.
#[cfg(test)]
pub(super) const FIRST: &str = "
    CREATE TABLE sessions (
        id INTEGER PRIMARY KEY,
        boot TEXT NOT NULL,
        started INTEGER NOT NULL
    );
    CREATE TABLE jobs (
        id INTEGER PRIMARY KEY,
        identity BLOB NOT NULL UNIQUE,
        address BLOB NOT NULL,
        added INTEGER NOT NULL,
        session INTEGER NOT NULL,
        state TEXT NOT NULL,
        path BLOB,
        boot TEXT NOT NULL,
        durable INTEGER NOT NULL DEFAULT 0,
        record TEXT NOT NULL,
        sum INTEGER NOT NULL
    );
    CREATE INDEX unfinished ON jobs (added) WHERE state <> 'finished';
    CREATE INDEX working ON jobs (session) WHERE state = 'queued';
    CREATE INDEX paths ON jobs (path) WHERE path IS NOT NULL;
    CREATE INDEX unsynced ON jobs (session) WHERE state = 'finished' AND durable = 0;
";
