//! SIGINT, SIGTERM and SIGHUP, on a thread of their own. The first one asks for an orderly end and starts a watchdog of
//! two seconds; the second one, or the watchdog, ends the process at once. It knows no face: what an orderly end is
//! comes in as closures. Those of a shell's job control and of the window are told to whoever draws on the terminal.

use std::io;
use std::process;
use std::thread;
use std::time::Duration;

/// How long an orderly end may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

/// Which signal asked for the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(windows, allow(dead_code, reason = "a Windows console knows one way to ask"))]
pub(crate) enum Signal {
    Interrupt,
    Terminate,
    Hangup,
}

impl Signal {
    /// The exit status of a process that it ended: 128 and the signal's number.
    pub(crate) fn exit_status(self) -> u8 {
        match self {
            Self::Interrupt => 130,
            Self::Terminate => 143,
            Self::Hangup => 129,
        }
    }
}

/// Starts listening. `first` runs when the first signal comes and must not wait for anything. `last` runs just
/// before the process is ended by force.
///
/// # Errors
/// When the system lets us neither listen nor start a thread.
pub(crate) fn listen(
    mut first: impl FnMut(Signal) + Send + 'static,
    last: impl Fn() + Send + Sync + 'static,
) -> io::Result<()> {
    let last = std::sync::Arc::new(last);
    let mut asked = false;
    on_signal(move |signal| {
        if asked {
            end(signal, &*last);
        }
        asked = true;
        first(signal);
        let last = std::sync::Arc::clone(&last);
        thread::spawn(move || {
            thread::sleep(PATIENCE);
            end(signal, &*last);
        });
    })
}

/// Does `work` while a signal ends the process at once, after `last`.
///
/// # Errors
/// When the system lets us neither listen nor start a thread.
#[cfg(unix)]
pub(crate) fn ending<T>(last: impl Fn() + Send + 'static, work: impl FnOnce() -> T) -> io::Result<T> {
    let mut signals = signal_hook::iterator::Signals::new(ends())?;
    let listening = signals.handle();
    thread::Builder::new().name("haul-ending".to_owned()).spawn(move || {
        if let Some(number) = signals.forever().next() {
            end(named(number), &last);
        }
    })?;
    let done = work();
    listening.close();
    Ok(done)
}

#[expect(clippy::exit, reason = "an orderly end was asked for and did not come")]
fn end(signal: Signal, last: &dyn Fn()) -> ! {
    last();
    process::exit(signal.exit_status().into())
}

#[cfg(unix)]
fn on_signal(mut act: impl FnMut(Signal) + Send + 'static) -> io::Result<()> {
    // A file that grows beyond the limit of the system is an error of one job, and no reason to end. Nobody reads the flag.
    signal_hook::flag::register(signal_hook::consts::SIGXFSZ, std::sync::Arc::default())?;
    let mut signals = signal_hook::iterator::Signals::new(ends())?;
    thread::Builder::new().name("haul-signals".to_owned()).spawn(move || {
        for number in signals.forever() {
            act(named(number));
        }
    })?;
    Ok(())
}

/// The signals that end us.
#[cfg(unix)]
fn ends() -> impl Iterator<Item = i32> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|number| !is_ignored(*number))
}

#[cfg(unix)]
fn named(number: i32) -> Signal {
    match number {
        signal_hook::consts::SIGINT => Signal::Interrupt,
        signal_hook::consts::SIGTERM => Signal::Terminate,
        _ => Signal::Hangup,
    }
}

/// True where whoever started us wants the signal ignored, as `nohup` does. Only Linux tells without unsafe code.
#[cfg(unix)]
fn is_ignored(number: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (number - 1) & 1 == 1
}

/// What a shell, or the window, does with a program on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(windows, allow(dead_code, reason = "a Windows console does none of it"))]
pub(crate) enum JobControl {
    /// It is to stop for a while. Whoever listens must see to that.
    Stop,
    /// It goes on.
    Continued,
    /// The window has another size.
    Resized,
}

/// Starts listening for what a shell does with a program on a terminal. `act` must not wait for anything.
///
/// # Errors
/// When the system lets us neither listen nor start a thread.
#[cfg(unix)]
pub(crate) fn on_job_control(act: impl Fn(JobControl) + Send + 'static) -> io::Result<()> {
    use signal_hook::consts::{SIGCONT, SIGTSTP, SIGWINCH};
    let wanted = [SIGTSTP, SIGCONT, SIGWINCH].into_iter().filter(|number| !is_ignored(*number));
    let mut signals = signal_hook::iterator::Signals::new(wanted)?;
    thread::Builder::new().name("haul-job".to_owned()).spawn(move || {
        for number in signals.forever() {
            act(match number {
                SIGTSTP => JobControl::Stop,
                SIGCONT => JobControl::Continued,
                _ => JobControl::Resized,
            });
        }
    })?;
    Ok(())
}

/// Nothing of it is known here.
///
/// # Errors
/// Never.
#[cfg(windows)]
pub(crate) fn on_job_control(_act: impl Fn(JobControl) + Send + 'static) -> io::Result<()> {
    Ok(())
}

#[cfg(windows)]
fn on_signal(mut act: impl FnMut(Signal) + Send + 'static) -> io::Result<()> {
    ctrlc::set_handler(move || act(Signal::Interrupt)).map_err(io::Error::other)
}
