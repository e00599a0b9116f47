//! A database with very many jobs.

use std::time::Instant;

use rusqlite::Connection;

use super::{database, jobs, sum};
use crate::headless::plain;
use crate::support::command::haul;
use crate::support::origin::{Origin, Script};
use crate::support::temp::TempDir;

const MANY: i64 = 100_000;

/// Makes [`MANY`] jobs out of the one that is there.
fn multiply(dir: &TempDir) {
    let (state, record) = jobs(&database(dir)).pop().expect("one job");
    let mut connection = Connection::open(database(dir)).expect("there");
    let transaction = connection.transaction().expect("nobody else writes");
    {
        let sql = "INSERT INTO jobs (id, identity, address, added, session, state, boot, record, sum) \
                   VALUES (?1, ?2, ?2, ?1, 1, ?3, '', ?4, ?5)";
        let mut insert = transaction.prepare(sql).expect("our columns");
        let text = record.to_string();
        for number in 1..=MANY {
            let identity = number.to_be_bytes().repeat(2);
            let record = text.replace("a.bin", &format!("a-{number}.bin"));
            let sum = sum(number, &identity, &state, &record);
            insert.execute((number, &identity, &state, record, sum)).expect("written");
        }
    }
    transaction.commit().expect("written");
}

#[expect(clippy::print_stdout, reason = "how long it took is for people to judge")]
#[test]
fn a_hundred_thousand_jobs_are_no_burden() {
    for path in ["/a.bin", "/gone.bin"] {
        let (dir, origin) = (TempDir::new(), Origin::start());
        origin.script("/a.bin", Script::body("abc"));
        origin.script("/b.bin", Script::body("abc"));
        drop(plain(&dir).arg(origin.url(path)).run());
        multiply(&dir);
        let started = Instant::now();
        plain(&dir).arg(origin.url("/b.bin")).run().expect(0);
        println!("a run beside {MANY} others like {path}: {:?}", started.elapsed());
        plain(&dir).arg(origin.url("/b.bin")).run().expect(0);
        assert_eq!(origin.requests("/b.bin").len(), 1);
        if path == "/a.bin" {
            let history = haul(&dir).arg("history").run().expect(0);
            assert_eq!(history.stdout().lines().count(), usize::try_from(MANY).expect("it fits") + 2);
        }
        let started = Instant::now();
        let forgotten = haul(&dir).args(["forget", "--all"]).run().expect(0);
        println!("forgotten in {:?}", started.elapsed());
        assert_eq!(forgotten.stdout(), format!("{} jobs are forgotten\n", MANY + 2));
    }
}
