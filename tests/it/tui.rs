//! The program on its screen, held to what a person sees: the built binary in a pseudo-terminal, keys and pastes in,
//! rows out. Downloads are held in the middle by gates, so nothing here depends on speed.

mod add;
mod demo;
mod endings;
mod hostile;
mod jobs;
mod keys;
mod log;
mod looks;
mod mouse;
mod outside;
mod pages;
mod password;
mod preview;
mod prompts;
mod quiet;
mod shell;
mod sizes;
mod vanish;
mod words;

use vt100::Screen;

use crate::support::command::haul;
use crate::support::origin::{Answer, Gate, Origin, Resource, Script};
use crate::support::pty::Pty;
use crate::support::temp::TempDir;

const ETAG: &str = "\"v1\"";

/// The program on a screen where rows have all their columns.
pub(crate) fn screen(dir: &TempDir, args: &[&str]) -> Pty {
    Pty::start(dir, args, 100, 30)
}

/// The line of this file in the list, if its state is this one.
pub(crate) fn row(screen: &Screen, name: &str, state: &str) -> bool {
    screen.contents().lines().any(|line| line.contains(name) && line.contains(&format!(" {state} ")))
}

#[track_caller]
pub(crate) fn wait_row(pty: &Pty, name: &str, state: &str) {
    pty.wait_until(|screen| row(screen, name, state));
}

/// The first line, without the blank before it.
pub(crate) fn first_line(screen: &Screen) -> String {
    screen.contents().lines().next().unwrap_or_default().trim_start().to_owned()
}

/// Holds the test until the first line begins with `9/15`.
#[track_caller]
pub(crate) fn wait_count(pty: &Pty, count: &str) {
    pty.wait_until(|screen| first_line(screen).split(' ').next() == Some(count));
}

/// The exit status of a program that gives the terminal back.
#[track_caller]
pub(crate) fn exit_restored(pty: &mut Pty) -> u32 {
    let status = pty.wait_exit();
    pty.assert_restored();
    assert!(status.signal().is_none(), "{status}");
    status.exit_code()
}

/// The first answer stops in the middle until the client goes away, the next ones are those of a good server.
fn stalled_once(bytes: &[u8]) -> Script {
    let (file, half) = (Resource::new(bytes).etag(ETAG), bytes.len() / 2);
    let again = file.clone();
    Script::new()
        .answer(move |request| file.answer(request).stall_after(half))
        .answer(move |request| again.answer(request))
}

/// What a run has left in the middle is finished by the next one, from where it stood.
#[track_caller]
pub(crate) fn assert_resumes(dir: &TempDir, origin: &Origin, bytes: &[u8]) {
    let names = dir.names();
    assert!(matches!(names.as_slice(), [part] if part.starts_with(".haul-")), "{names:?}");
    haul(dir).arg("resume").run().expect(0);
    assert_eq!(dir.names(), ["a.bin"]);
    assert!(dir.read("a.bin") == bytes);
    assert!(origin.requests("/a.bin").last().is_some_and(|last| last.header("If-Range") == Some(ETAG)));
}

/// The first half at once, the rest behind the gate.
pub(crate) fn held(bytes: &[u8], gate: &Gate) -> Script {
    let (bytes, gate) = (bytes.to_vec(), gate.clone());
    Script::new().then(move || {
        let (first, rest) = bytes.split_at(bytes.len() / 2);
        Answer::ok(first).wait(&gate).body(rest)
    })
}

/// Every answer waits at the gate before its first byte.
pub(crate) fn waiting(gate: &Gate) -> Script {
    let gate = gate.clone();
    Script::new().then(move || Answer::ok("abc").wait_first(&gate))
}
