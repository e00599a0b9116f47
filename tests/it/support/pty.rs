//! The real program in a pseudo-terminal, with a terminal emulator that sees what a user would see. Waits are for
//! conditions on the settled screen, and every byte that was written is kept.

mod faults;
mod foreign;
mod link;
mod restored;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::num::NonZeroU16;
use std::os::unix::fs::OpenOptionsExt;
use std::sync::mpsc;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Signal, kill_process, kill_process_group};
use vt100::Screen;

pub(crate) use foreign::{foreign, is_hidden};
use link::{Flow, Seen, Shared, position, read_in_background, write_in_background};

use super::command::{PROGRAM, environment, pid};
use super::fail;
use super::temp::TempDir;

/// A screen that has not come by then will not come.
const LIMIT: Duration = Duration::from_secs(30);

/// A frame may arrive in several reads: a screen counts when nothing followed it for this long.
const SETTLED: Duration = Duration::from_millis(30);

/// A program in a terminal. Dropping it kills the program and what it started there.
pub(crate) struct Pty {
    /// None once the terminal was closed.
    master: Option<Box<dyn MasterPty + Send>>,
    /// Held open because the kernel forgets the modes with the last close.
    slave: Option<File>,
    child: Box<dyn Child + Send + Sync>,
    exit: Option<ExitStatus>,
    keys: mpsc::Sender<Vec<u8>>,
    shared: Arc<Shared>,
    reader: Option<JoinHandle<()>>,
    before: String,
    after: Option<String>,
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

fn at_least_one(value: u16) -> NonZeroU16 {
    NonZeroU16::new(value).unwrap_or(NonZeroU16::MIN)
}

impl Pty {
    /// The program with these arguments, in the folder and home of `dir`.
    pub(crate) fn start(dir: &TempDir, args: &[&str], columns: u16, rows: u16) -> Self {
        Self::program(dir, PROGRAM, args, &[], columns, rows)
    }

    /// Any program, with more in its environment.
    pub(crate) fn program(
        dir: &TempDir,
        program: &str,
        args: &[&str],
        env: &[(&str, &str)],
        columns: u16,
        rows: u16,
    ) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).expect("the system has pseudo-terminals left");
        let name = pair.master.tty_name().expect("a pseudo-terminal has a name");
        let noctty = i32::try_from(rustix::fs::OFlags::NOCTTY.bits()).expect("a flag of the C library");
        let slave = OpenOptions::new().read(true).write(true).custom_flags(noctty).open(name).expect("ours to open");
        let before = modes(&slave);
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.cwd(dir.work());
        command.env_clear();
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        for (name, value) in environment(dir) {
            command.env(name, value);
        }
        for (name, value) in env {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).expect("the program is there and may be run");
        drop(pair.slave);

        let parser = vt100::Parser::new(at_least_one(rows), at_least_one(columns), 0);
        let seen = Seen { parser, log: Vec::new(), answered: 0, flow: Flow::Reading, ended: false };
        let shared = Arc::new(Shared { seen: Mutex::new(seen), changed: Condvar::new() });
        let keys = write_in_background(pair.master.take_writer().expect("taken once"));
        let input = pair.master.try_clone_reader().expect("there are file descriptors left");
        let reader = read_in_background(input, Arc::clone(&shared), keys.clone());
        let master = Some(pair.master);
        let (slave, reader) = (Some(slave), Some(reader));
        Self { master, slave, child, exit: None, keys, shared, reader, before, after: None }
    }

    /// Types; `"\r"` is Enter, `"\x1b"` Escape, `"\x03"` Ctrl-C.
    pub(crate) fn type_keys(&self, keys: &str) {
        // A program that has ended reads no keys; what the test waits for next will tell.
        let _ = self.keys.send(keys.as_bytes().to_vec());
    }

    /// Pastes, as a terminal does with bracketed paste on.
    pub(crate) fn paste(&self, text: &str) {
        self.type_keys(&format!("\x1b[200~{text}\x1b[201~"));
    }

    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        let mut seen = self.shared.lock();
        seen.parser.screen_mut().set_size(at_least_one(rows), at_least_one(columns));
        drop(seen);
        let resized = self.master.as_ref().map(|master| master.resize(size(columns, rows)));
        resized.and_then(Result::ok).expect("the terminal is there");
    }

    /// Holds the test until the settled screen satisfies `wanted`.
    #[track_caller]
    pub(crate) fn wait_until(&self, wanted: impl Fn(&Screen) -> bool) {
        self.wait_seen(|seen| wanted(seen.parser.screen()));
    }

    /// Holds the test until this text stands on the settled screen.
    #[track_caller]
    pub(crate) fn wait_text(&self, text: &str) {
        self.wait_until(|screen| screen.contents().contains(text));
    }

    /// Holds the test until this text was written since the mark.
    #[track_caller]
    pub(crate) fn wait_written(&self, mark: usize, text: &str) {
        self.wait_seen(|seen| position(&seen.log[mark..], text.as_bytes()).is_some());
    }

    #[track_caller]
    fn wait_seen(&self, wanted: impl Fn(&Seen) -> bool) {
        let mut seen = self.shared.lock();
        loop {
            let (now, limit) = self
                .shared
                .changed
                .wait_timeout_while(seen, LIMIT, |seen| !wanted(seen) && !seen.ended)
                .unwrap_or_else(PoisonError::into_inner);
            if !wanted(&now) {
                let why = if limit.timed_out() { "did not come" } else { "did not come before the end" };
                drop(now);
                fail(&self.dump(&format!("the wanted screen {why}")));
            }
            let written = now.log.len();
            let (later, quiet) = self
                .shared
                .changed
                .wait_timeout_while(now, SETTLED, |seen| seen.log.len() == written && !seen.ended)
                .unwrap_or_else(PoisonError::into_inner);
            if quiet.timed_out() || later.ended && wanted(&later) {
                return;
            }
            seen = later;
        }
    }

    /// What stands on the screen now.
    pub(crate) fn screen(&self) -> String {
        self.shared.lock().parser.screen().contents()
    }

    /// Every byte that was written so far.
    pub(crate) fn raw_log(&self) -> Vec<u8> {
        self.shared.lock().log.clone()
    }

    /// A place in the log, for [`Self::written_since`].
    pub(crate) fn mark(&self) -> usize {
        self.shared.lock().log.len()
    }

    /// How many bytes were written since the mark.
    pub(crate) fn written_since(&self, mark: usize) -> usize {
        self.mark() - mark
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.process_id().expect("known from its start")
    }

    /// Sends a signal to the program, unless it is known to have ended.
    pub(crate) fn signal(&self, signal: Signal) {
        if self.exit.is_none() {
            // It may have ended in this moment, and waits to be reaped: nothing happens then.
            let _ = kill_process(pid(self.pid()), signal);
        }
    }

    /// Waits for the end of the program and for the last byte that it wrote.
    #[track_caller]
    pub(crate) fn wait_exit(&mut self) -> ExitStatus {
        if self.exit.is_none() {
            self.await_zombie();
            self.after = self.slave.as_ref().map(modes);
            self.exit = self.child.wait().ok();
            self.shared.release();
            // The last close of the slave ends the reader, once it has read everything.
            self.slave = None;
            let (seen, limit) = self
                .shared
                .changed
                .wait_timeout_while(self.shared.lock(), LIMIT, |seen| !seen.ended)
                .unwrap_or_else(PoisonError::into_inner);
            drop(seen);
            if limit.timed_out() {
                fail(&self.dump("the program left somebody behind who holds the terminal"));
            }
            self.reader.take().map(JoinHandle::join);
        }
        self.exit.clone().expect("set above")
    }

    /// Waits until the program has ended, without reaping it: till then its number is its own.
    #[track_caller]
    fn await_zombie(&self) {
        use rustix::process::{WaitId, WaitIdOptions, waitid};
        let number = pid(self.pid());
        let (done, ended) = mpsc::channel();
        std::thread::spawn(move || {
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            while let Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(number), options) {}
            let _ = done.send(());
        });
        if ended.recv_timeout(LIMIT).is_err() {
            fail(&self.dump("the program did not end"));
        }
    }

    /// The modes of the terminal before the start, in words.
    pub(crate) fn modes_before(&self) -> &str {
        &self.before
    }

    /// The modes after the end, or those of now.
    pub(crate) fn modes_after(&self) -> String {
        self.after.clone().or_else(|| self.slave.as_ref().map(modes)).unwrap_or_default()
    }

    /// Fails unless the terminal was taken over and is given back as it was: main screen, cursor, no bracketed
    /// paste, no mouse, the same modes. For after [`Self::wait_exit`].
    #[track_caller]
    pub(crate) fn assert_restored(&self) {
        let mut wrong = restored::wrong(&self.shared.lock());
        let after = self.modes_after();
        if self.before != after {
            wrong.push(format!("modes before: {}\nmodes after: {after}", self.before));
        }
        if !wrong.is_empty() {
            fail(&self.dump(&format!("the terminal is not as it was: {wrong:#?}")));
        }
    }

    fn dump(&self, why: &str) -> String {
        let seen = self.shared.lock();
        let (rows, columns) = seen.parser.screen().size();
        let mut text = format!("{why}\n\nscreen, {columns} x {rows}:\n");
        for row in seen.parser.screen().rows(0, columns.get()) {
            let _ = writeln!(text, "|{row}");
        }
        let tail = &seen.log[seen.log.len().saturating_sub(2000)..];
        let _ = write!(text, "\n{} bytes, the last: {}\n", seen.log.len(), tail.escape_ascii());
        text
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        if self.exit.is_none() {
            // Its number is its own until it is reaped below; it leads the group of what it started.
            let _ = kill_process_group(pid(self.pid()), Signal::KILL);
            let _ = self.child.wait();
        }
    }
}

fn modes(terminal: &File) -> String {
    rustix::termios::tcgetattr(terminal).map_or_else(|error| error.to_string(), |modes| format!("{modes:?}"))
}

/// The processor time of a process so far, from `/proc/PID/stat` (see `proc_pid_stat(5)`).
#[cfg(target_os = "linux")]
pub(crate) fn cpu_time(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("the process is there");
    // The name stands in brackets and may hold anything.
    let (_, fields) = stat.rsplit_once(')').expect("a name in brackets");
    let ticks: u64 = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second())
}
