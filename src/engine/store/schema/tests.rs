//! Databases in every condition.

use std::thread;

use super::*;

fn fresh() -> PathBuf {
    let dir = std::env::temp_dir().join(format!("haul-schema-{:016x}", fastrand::u64(..)));
    fs::create_dir(&dir).expect("created");
    dir.join("haul.db")
}

/// Nothing can be read of these.
fn none(_: &Path, _: &mut Connection) -> String {
    String::new()
}

fn remove(path: &Path) {
    fs::remove_dir_all(path.parent().expect("a folder")).expect("removed");
}

#[test]
fn many_may_open_it_at_once_when_there_is_none_or_a_damaged_one() {
    for junk in ["", "junk"] {
        for _ in 0..10 {
            let path = fresh();
            fs::write(&path, junk.repeat(900)).expect("written");
            let aside = thread::scope(|scope| {
                let openers: Vec<_> = (0..4).map(|_| scope.spawn(|| open(&path, false, none))).collect();
                let opened = openers.into_iter().map(|opener| opener.join().expect("no panic").expect("opened"));
                opened.filter(|opened| !opened.news.is_empty()).count()
            });
            assert_eq!(aside, usize::from(!junk.is_empty()));
            remove(&path);
        }
    }
}

fn version() -> i64 {
    newest(MIGRATIONS)
}

#[test]
fn jobs_of_the_first_version_keep_what_they_are() {
    let path = fresh();
    let rows = "SELECT group_concat(id || hex(identity) || state || coalesce(hex(path), '-') || durable || record || sum) \
                FROM (SELECT * FROM jobs ORDER BY added)";
    let all = |connection: &Connection| connection.query_row(rows, [], |row| row.get::<_, String>(0));
    let old = Connection::open(&path).expect("made");
    old.execute_batch(tables::FIRST).expect("made");
    old.pragma_update(None, "application_id", APPLICATION).expect("written");
    old.execute_batch(
        "PRAGMA user_version = 1;
         INSERT INTO jobs VALUES (9, x'01', x'aa', 1, 3, 'finished', x'ff', 'b', 1, '{}', 5);
         INSERT INTO jobs VALUES (-4, x'02', x'aa', 2, 3, 'queued', NULL, '', 0, '{}', 6);",
    )
    .expect("written");
    let before = all(&old);
    drop(old);
    let connection = open(&path, false, none).expect("brought up to date").connection;
    let after = all(&connection).expect("there");
    assert_eq!(after, before.expect("there"));
    drop(connection);
    remove(&path);
}

#[test]
fn an_older_database_is_copied_and_brought_up_to_date() {
    let path = fresh();
    drop(open(&path, false, none).expect("made"));
    let mut connection = usable(&path, false).unwrap_or_else(|_| unreachable!("it was just made"));
    connection.execute("INSERT INTO sessions VALUES (7, '', 0)", []).expect("written");
    let next = [MIGRATIONS, &["ALTER TABLE sessions ADD COLUMN host TEXT"]].concat();
    migrate(&mut connection, &path, version(), &next).expect("migrated");
    let row = |connection: &Connection, sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    assert_eq!(row(&connection, "SELECT count(*) FROM sessions WHERE id = 7 AND host IS NULL"), Ok(1));
    drop(connection);
    let copied = beside(&path, &format!(".v{}", version()));
    let copy = Connection::open(&copied).expect("there");
    assert_eq!(row(&copy, "PRAGMA user_version"), Ok(version()));
    assert_eq!(row(&copy, "SELECT id FROM sessions"), Ok(7));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(copied).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "nobody else may read the copy either");
    }
    // This version must not touch what a later one has made.
    let refused = open(&path, false, none).err().expect("refused").to_string();
    assert!(refused.contains("a newer haul"), "{refused}");
    assert_eq!(row(&Connection::open(&path).expect("there"), "SELECT id FROM sessions"), Ok(7));
    remove(&path);
}

#[test]
fn a_migration_that_fails_changes_nothing() {
    let path = fresh();
    drop(open(&path, false, none).expect("made"));
    let mut connection = Connection::open(&path).expect("there");
    let next = [MIGRATIONS, &["CREATE TABLE more (x)", "nonsense"]].concat();
    assert!(migrate(&mut connection, &path, 1, &next).is_err());
    drop(connection);
    assert!(open(&path, false, none).is_ok_and(|opened| opened.news.is_empty()));
    remove(&path);
}

#[test]
fn junk_is_put_aside_and_keeps_its_bytes() {
    let path = fresh();
    let foreign = {
        let other = Connection::open(&path).expect("made");
        other.execute_batch("CREATE TABLE recipes (x); INSERT INTO recipes VALUES ('soup')").expect("made");
        drop(other);
        let bytes = fs::read(&path).expect("there");
        fs::remove_file(&path).expect("removed");
        bytes
    };
    let cases = [vec![0; 5000], b"junk".repeat(900), b"SQLite format 3\0".to_vec(), foreign];
    for (n, junk) in cases.into_iter().enumerate() {
        fs::write(&path, &junk).expect("written");
        let opened = open(&path, false, none).expect("begun anew");
        let aside = beside(&path, &if n == 0 { ".bad".to_owned() } else { format!(".bad-{}", n + 1) });
        assert_eq!(fs::read(&aside).expect("there"), junk, "{n}");
        assert_eq!(opened.news.len(), 2, "{n}");
        drop(opened.connection);
        for ending in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(beside(&path, ending));
        }
    }
    remove(&path);
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_it_and_no_link_is_followed() {
    use std::os::unix::fs::PermissionsExt as _;
    let path = fresh();
    fs::write(&path, "").expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("ours");
    let opened = open(&path, false, none).expect("opened");
    for ending in ["", "-wal", "-shm"] {
        let mode = fs::metadata(beside(&path, ending)).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{ending}");
    }
    drop(opened);
    let link = path.with_file_name("link.db");
    std::os::unix::fs::symlink(&path, &link).expect("linked");
    assert!(open(&link, false, none).is_err());
    assert!(open(path.parent().expect("a folder"), false, none).is_err());
    remove(&path);
}
