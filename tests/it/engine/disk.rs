//! A disk that does not do as it is told: the job fails by name, other jobs go on, and no rubbish stays.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use haul::engine::event::Command;
use haul::engine::request::DownloadRequest;

use super::run::Run;
use crate::support::bytes::payload;
use crate::support::origin::{Answer, Gate, Origin, Script};

fn request(url: &str, dir: PathBuf) -> DownloadRequest {
    DownloadRequest::new(url.parse().expect("a valid address"), Arc::from(dir))
}

#[test]
fn a_folder_that_is_none_fails_its_jobs_alone() {
    let (origin, mut run) = (Origin::start(), Run::new());
    run.dir.write("file", "abc");
    for size in [1000, 300_000] {
        let bytes = payload(1, size);
        for folder in ["missing", "file"] {
            let path = format!("/{size}-{folder}");
            origin.script(&path, Script::body(bytes.clone()));
            let id = run.add_requests(vec![request(&origin.url(&path), run.dir.path(folder))])[0];
            assert_eq!(run.failed(id).class.word(), "disk", "{path}");
        }
        let path = format!("/{size}");
        origin.script(&path, Script::body(bytes.clone()));
        let id = run.add(&origin.url(&path));
        run.check(id, &size.to_string(), &bytes);
    }
    run.close();
    assert_eq!(run.dir.names(), ["1000", "300000", "file"]);
}

#[test]
fn a_folder_that_goes_away_fails_its_jobs_and_a_retry_may_help() {
    let (origin, gate, mut run) = (Origin::start(), Gate::new(), Run::new());
    let (folder, bytes) = (run.dir.path("sub"), payload(1, 300_000));
    fs::create_dir(&folder).expect("created");
    for (path, size) in [("/small", 1000), ("/large", 300_000)] {
        let (start, end, gate) = (bytes[..500].to_vec(), bytes[500..size].to_vec(), gate.clone());
        let held = move || Answer::ok(&*start).header("ETag", "\"a\"").wait(&gate).body(&*end);
        origin.script(path, Script::new().then(held));
    }
    let requests = ["/small", "/large"].map(|path| request(&origin.url(path), folder.clone()));
    let ids = run.add_requests(requests.into());
    for id in &ids {
        run.wait(*id, "started");
    }
    fs::remove_dir_all(&folder).expect("removed");
    fs::write(&folder, "in the way").expect("written");
    gate.open();
    for id in &ids {
        assert_eq!(run.failed(*id).class.word(), "disk");
    }
    assert_eq!(fs::read(&folder).expect("there still"), b"in the way");
    fs::remove_file(&folder).expect("removed");
    fs::create_dir(&folder).expect("created");
    for (id, size) in ids.into_iter().zip([1000, 300_000]) {
        run.send(Command::Retry(id));
        let file = run.finished(id);
        assert!(fs::read(&file.path).is_ok_and(|there| there == bytes[..size]), "{}", file.path.display());
    }
    run.close();
    assert_eq!(run.dir.names(), ["sub/large", "sub/small"]);
}
