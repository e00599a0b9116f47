//! A database with very many jobs.

use std::time::Instant;

use rusqlite::Connection;

use super::{database, jobs, sum};
use crate::headless::plain;
use crate::support::command::haul;
use crate::support::origin::{Origin, Script};
use crate::support::temp::TempDir;

const MANY: i64 = 100_000;

/// Makes [`MANY`] jobs out of those that are there, of each as many.
fn multiply(dir: &TempDir) {
    let kinds = jobs(&database(dir));
    let mut connection = Connection::open(database(dir)).expect("there");
    let transaction = connection.transaction().expect("nobody else writes");
    {
        let sql = "INSERT INTO jobs (id, identity, address, added, session, state, boot, record, sum) \
                   VALUES (?1, ?2, ?2, ?1, 1, ?3, '', ?4, ?5)";
        let mut insert = transaction.prepare(sql).expect("our columns");
        let kinds: Vec<_> = kinds.into_iter().map(|(state, record)| (state, record.to_string())).collect();
        for (number, (state, record)) in (1..=MANY).zip(kinds.iter().cycle()) {
            let identity = number.to_be_bytes().repeat(2);
            let record = record.replace(".bin", &format!("-{number}.bin"));
            let sum = sum(number, &identity, state, &record);
            insert.execute((number, &identity, state, record, sum)).expect("written");
        }
    }
    transaction.commit().expect("written");
}

#[expect(clippy::print_stdout, reason = "how long it took is for people to judge")]
#[test]
fn a_hundred_thousand_jobs_are_no_burden() {
    let (dir, origin) = (TempDir::new(), Origin::start());
    for path in ["/a.bin", "/b.bin"] {
        origin.script(path, Script::body("abc"));
    }
    plain(&dir).args(["/a.bin", "/gone.bin"].map(|path| origin.url(path))).run().expect(1);
    multiply(&dir);
    let started = Instant::now();
    plain(&dir).arg(origin.url("/b.bin")).run().expect(0);
    println!("a run beside {MANY} other jobs: {:?}", started.elapsed());
    plain(&dir).arg(origin.url("/b.bin")).run().expect(0);
    assert_eq!(origin.requests("/b.bin").len(), 1);
    let history = haul(&dir).arg("history").run().expect(0);
    assert_eq!(history.stdout().lines().count(), usize::try_from(MANY).expect("it fits") / 2 + 2);
    let forgotten = haul(&dir).args(["forget", "--all"]).run().expect(0);
    assert_eq!(forgotten.stdout(), format!("{} jobs are forgotten\n", MANY + 3));
}
