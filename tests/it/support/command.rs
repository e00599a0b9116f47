//! The built program, run in a fresh folder with nothing from the developer's own environment. A failure prints
//! everything that there is to see: command, folder, status, both streams.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::temp::TempDir;
use super::{HUNG, fail};

/// The program that this test run was built with.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_haul");

/// What a program finds in its environment: a path, and a home of its own.
pub(crate) fn environment(dir: &TempDir) -> Vec<(&'static str, OsString)> {
    let home = dir.home();
    let below = |name: &str| home.join(name).into_os_string();
    let mut set = vec![
        ("HOME", home.clone().into_os_string()),
        ("XDG_STATE_HOME", below("state")),
        ("XDG_CONFIG_HOME", below("config")),
        ("XDG_CACHE_HOME", below("cache")),
        ("XDG_DATA_HOME", below("data")),
        ("XDG_RUNTIME_DIR", below("run")),
        ("TMPDIR", home.clone().into_os_string()),
    ];
    // Without these two, no program starts on some systems.
    for name in ["PATH", "SystemRoot"] {
        set.extend(std::env::var_os(name).map(|value| (name, value)));
    }
    set
}

/// A run that is about to start.
pub(crate) struct Run {
    command: Command,
    stdin: Option<Vec<u8>>,
    stdout_lines: usize,
    work: PathBuf,
}

/// The program in this folder: standard input empty, no terminal anywhere.
pub(crate) fn haul(dir: &TempDir) -> Run {
    program(dir, PROGRAM)
}

/// Another program in the same surroundings.
pub(crate) fn program(dir: &TempDir, program: &str) -> Run {
    let mut command = Command::new(program);
    command.current_dir(dir.work()).env_clear().envs(environment(dir));
    Run { command, stdin: None, stdout_lines: usize::MAX, work: dir.work() }
}

impl Run {
    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    pub(crate) fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// What comes on standard input, then its end.
    pub(crate) fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(bytes.into());
        self
    }

    /// Reads this many lines of standard output and then closes it, as `head` does.
    pub(crate) fn close_stdout_after(mut self, lines: usize) -> Self {
        self.stdout_lines = lines;
        self
    }

    /// Runs it to its end.
    #[track_caller]
    pub(crate) fn run(self) -> Finished {
        self.spawn().wait()
    }

    /// Starts it.
    pub(crate) fn spawn(mut self) -> Running {
        let described = format!("{:?}", self.command);
        let stdin = if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() };
        let mut child = self
            .command
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program is there and may be run");
        let shared = Arc::new(Shared::default());
        if let (Some(mut pipe), Some(bytes)) = (child.stdin.take(), self.stdin) {
            // A thread of its own: a program that reads nothing must not hold the test. It may well not read it all.
            std::thread::spawn(move || drop(pipe.write_all(&bytes)));
        }
        shared.collect(child.stdout.take(), Stream::Out, self.stdout_lines);
        shared.collect(child.stderr.take(), Stream::Err, usize::MAX);
        let pid = child.id();
        shared.await_exit(child);
        Running { shared, pid, described, work: self.work }
    }
}

#[derive(Clone, Copy)]
enum Stream {
    Out,
    Err,
}

#[derive(Default)]
struct Seen {
    out: Vec<u8>,
    err: Vec<u8>,
    streams_ended: usize,
    status: Option<ExitStatus>,
}

#[derive(Default)]
struct Shared {
    seen: Mutex<Seen>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    fn collect(self: &Arc<Self>, pipe: Option<impl Read + Send + 'static>, stream: Stream, lines: usize) {
        let shared = Arc::clone(self);
        let mut reader = BufReader::new(pipe.expect("asked for when the program was started"));
        std::thread::spawn(move || {
            let mut line = Vec::new();
            for _ in 0..lines {
                line.clear();
                if !matches!(reader.read_until(b'\n', &mut line), Ok(1..)) {
                    break;
                }
                shared.change(|seen| match stream {
                    Stream::Out => seen.out.extend_from_slice(&line),
                    Stream::Err => seen.err.extend_from_slice(&line),
                });
            }
            drop(reader);
            shared.change(|seen| seen.streams_ended += 1);
        });
    }

    /// Notes the status as soon as there is one. The process is reaped under the lock, so that a signal never goes
    /// to a number that belongs to somebody else by then.
    fn await_exit(self: &Arc<Self>, mut child: Child) {
        let shared = Arc::clone(self);
        std::thread::spawn(move || {
            #[cfg(unix)]
            {
                use rustix::process::{WaitId, WaitIdOptions, waitid};
                let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
                while let Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(pid(child.id())), options) {}
            }
            #[cfg(not(unix))]
            while matches!(child.try_wait(), Ok(None)) {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            shared.change(|seen| seen.status = child.wait().ok());
        });
    }
}

#[cfg(unix)]
pub(crate) fn pid(id: u32) -> rustix::process::Pid {
    i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw).expect("a process number")
}

/// The most memory that a process has held at once so far, in bytes: `VmHWM` in `proc_pid_status(5)`.
#[cfg(target_os = "linux")]
pub(crate) fn peak_memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the process is there");
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    peak.expect("a process that lives has a peak") * 1024
}

#[cfg(unix)]
fn lines(text: &[u8]) -> usize {
    text.split(|byte| *byte == b'\n').count() - 1
}

/// A run that has started. Dropping it kills it.
pub(crate) struct Running {
    shared: Arc<Shared>,
    pid: u32,
    described: String,
    work: PathBuf,
}

impl Running {
    #[cfg(target_os = "linux")]
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// Sends a signal, if it still runs.
    #[cfg(unix)]
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let seen = self.shared.lock();
        if seen.status.is_none() {
            // It may have ended in this very moment, and waits to be reaped: nothing happens then.
            let _ = rustix::process::kill_process(pid(self.pid), signal);
        }
        drop(seen);
    }

    /// True when it has ended.
    #[cfg(unix)]
    pub(crate) fn is_over(&self) -> bool {
        self.shared.lock().status.is_some()
    }

    /// The most memory that it has held at once, while it runs.
    #[cfg(target_os = "linux")]
    pub(crate) fn peak_memory(&self) -> u64 {
        peak_memory(self.pid)
    }

    /// Holds the test until a whole line of standard output satisfies `wanted`.
    #[track_caller]
    pub(crate) fn wait_stdout(&self, wanted: impl Fn(&str) -> bool) -> String {
        self.wait_line("stdout", |seen| &seen.out, wanted)
    }

    /// Holds the test until a whole line of standard error satisfies `wanted`.
    #[track_caller]
    pub(crate) fn wait_stderr(&self, wanted: impl Fn(&str) -> bool) -> String {
        self.wait_line("stderr", |seen| &seen.err, wanted)
    }

    /// Holds the test until standard output has so many lines.
    #[cfg(unix)]
    #[track_caller]
    pub(crate) fn wait_stdout_lines(&self, count: usize) {
        self.wait_while(|seen| lines(&seen.out) < count && seen.status.is_none());
        if self.stdout_lines() < count {
            fail(&self.finished().describe(&format!("fewer than {count} lines on stdout")));
        }
    }

    /// How many lines standard output has by now.
    #[cfg(unix)]
    pub(crate) fn stdout_lines(&self) -> usize {
        lines(&self.shared.lock().out)
    }

    #[track_caller]
    fn wait_line(&self, name: &str, stream: impl Fn(&Seen) -> &Vec<u8>, wanted: impl Fn(&str) -> bool) -> String {
        let find = |seen: &Seen| {
            let text = String::from_utf8_lossy(stream(seen)).into_owned();
            let whole = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
            whole.lines().find(|line| wanted(line)).map(str::to_owned)
        };
        let over = |seen: &Seen| seen.status.is_some() && seen.streams_ended == 2;
        self.wait_while(|seen| find(seen).is_none() && !over(seen));
        let found = find(&self.shared.lock());
        match found {
            Some(line) => line,
            None => fail(&self.finished().describe(&format!("no such line on {name}"))),
        }
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn wait(self) -> Finished {
        self.wait_while(|seen| seen.status.is_none() || seen.streams_ended < 2);
        let finished = self.finished();
        if finished.status.is_none() {
            fail(&finished.describe(&format!("still there after {HUNG:?}")));
        }
        finished
    }

    fn wait_while(&self, pending: impl Fn(&Seen) -> bool) {
        let waited = self.shared.changed.wait_timeout_while(self.shared.lock(), HUNG, |seen| pending(seen));
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    fn finished(&self) -> Finished {
        let seen = self.shared.lock();
        // A status without the ends of the streams is a program that left somebody behind who holds them.
        let status = seen.status.filter(|_| seen.streams_ended == 2);
        Finished {
            status,
            out: seen.out.clone(),
            err: seen.err.clone(),
            described: self.described.clone(),
            work: self.work.clone(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        #[cfg(unix)]
        self.signal(rustix::process::Signal::KILL);
    }
}

/// A run that is over.
pub(crate) struct Finished {
    status: Option<ExitStatus>,
    out: Vec<u8>,
    err: Vec<u8>,
    described: String,
    work: PathBuf,
}

impl Finished {
    /// The exit status; none where a signal ended it.
    pub(crate) fn code(&self) -> Option<i32> {
        self.status.and_then(|status| status.code())
    }

    /// Standard output, which must be UTF-8.
    #[track_caller]
    pub(crate) fn stdout(&self) -> &str {
        str::from_utf8(&self.out).unwrap_or_else(|_| self.fail("stdout is not UTF-8"))
    }

    /// Standard error, which must be UTF-8.
    #[track_caller]
    pub(crate) fn stderr(&self) -> &str {
        str::from_utf8(&self.err).unwrap_or_else(|_| self.fail("stderr is not UTF-8"))
    }

    /// Fails unless it ended with this status.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        let holds = self.code() == Some(code);
        self.check(holds, &format!("expected exit status {code}"))
    }

    /// Fails unless `holds`; `what` says what should hold.
    #[track_caller]
    pub(crate) fn check(self, holds: bool, what: &str) -> Self {
        if !holds {
            self.fail(what);
        }
        self
    }

    /// Fails unless this stands in standard error.
    #[track_caller]
    pub(crate) fn check_stderr(self, part: &str) -> Self {
        let holds = self.stderr().contains(part);
        self.check(holds, &format!("expected on stderr: {part}"))
    }

    /// Fails with all there is to see.
    #[track_caller]
    pub(crate) fn fail(&self, why: &str) -> ! {
        fail(&self.describe(why))
    }

    fn describe(&self, why: &str) -> String {
        let mut text = format!("{why}\n\ncommand: {}\nfolder:  {}\n", self.described, self.work.display());
        for entry in std::fs::read_dir(&self.work).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let size = entry.metadata().map_or(0, |about| about.len());
            let _ = writeln!(text, "         {name:?}  {size}");
        }
        let status = self.status.map_or_else(|| "none".to_owned(), |status| status.to_string());
        let _ = write!(text, "status:  {status}\n\n");
        for (name, bytes) in [("stdout", &self.out), ("stderr", &self.err)] {
            let _ = write!(text, "--- {name}\n{}\n", String::from_utf8_lossy(bytes));
        }
        text
    }
}

#[cfg(test)]
mod tests;
