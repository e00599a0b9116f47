//! Names by a pattern, and times, across the death of a process.

use std::fs;
use std::time::{Duration, UNIX_EPOCH};

use rustix::process::Signal;

use super::{HALF, assert_goes_on, database, interrupt, jobs};
use crate::headless::{event, json, plain};
use crate::support::bytes::payload;
use crate::support::origin::{Answer, Origin, Resource, Script};
use crate::support::temp::TempDir;

/// As `stalled_once`, with a name and a time that the first answer alone tells.
fn told_once(bytes: &[u8]) -> Script {
    let file = Resource::new(bytes).etag(super::ETAG);
    let again = file.clone();
    let told = |answer: Answer| {
        answer
            .header("Content-Disposition", "attachment; filename=\"told.dat\"")
            .header("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT")
    };
    Script::new()
        .answer(move |request| told(file.answer(request)).stall_after(HALF))
        .answer(move |request| again.answer(request))
}

/// The name is that of the run that was killed, with its number and its folder; the template need not be given again.
#[test]
fn a_pattern_and_the_time_survive_a_kill() {
    for again in [false, true] {
        let (dir, origin) = (TempDir::new(), Origin::start());
        origin.script("/0.bin", Script::new().then(|| Answer::status(404)));
        origin.script("/1.bin", told_once(&payload(1, 2 * HALF)));
        let urls = [origin.url("/0.bin"), origin.url("/1.bin")];
        let named = |run: crate::support::command::Run| run.args(["--name", "{host}/{n:04}-{stem}.{ext}"]).args(&urls);
        interrupt(&dir, named(plain(&dir)), 1, Signal::KILL);
        let kept = jobs(&database(&dir)).pop().expect("the second").1;
        assert_eq!((&kept["pattern"], &kept["name"]), (&"0002-{stem}.{ext}".into(), &serde_json::Value::Null));
        let run = json(&dir).arg("-R");
        let done = if again { named(run) } else { run.arg("resume") }.run().expect(1);
        assert_eq!(event(&done, "finished")["path"], dir.path("127.0.0.1/0002-told.dat").display().to_string());
        assert_goes_on(&origin, "/1.bin");
        assert_eq!(dir.names(), ["127.0.0.1/0002-told.dat"]);
        let time = fs::metadata(dir.path("127.0.0.1/0002-told.dat")).and_then(|about| about.modified());
        assert_eq!(time.expect("there"), UNIX_EPOCH + Duration::from_secs(784_111_777));
        // It is known by its name and pattern, not by its address alone.
        let other = json(&dir).args(["--name", "{stem}", &urls[1]]).run().expect(0);
        assert_eq!(event(&other, "finished")["skipped"], false);
    }
}
