//! A program of the user's: its words, split as a shell would and run without one, and one run of it. It must not
//! know what it is told.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use crate::display;

/// Whether a program has ended is looked at so often at first, and at the latest.
const LOOKS: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(20));

/// See the head of this file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Program {
    option: &'static str,
    name: String,
    args: Vec<String>,
}

/// How a run of it has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// By itself.
    Alone(ExitStatus),
    /// It took too long.
    Killed,
}

impl Program {
    /// Reads what the user has written for `option`.
    ///
    /// # Errors
    /// Says in words, safe to show, why that is no program.
    pub(crate) fn parse(option: &'static str, text: &str) -> Result<Self, String> {
        let shown = || display::fit(&display::safe(text), 60);
        let Some(words) = shlex::split(text) else {
            return Err(format!("{option}: a quote in `{}` is not closed", shown()));
        };
        let mut words = words.into_iter();
        let Some(name) = words.next().filter(|name| !name.is_empty()) else {
            return Err(format!("{option} names no program: write {option} 'PROGRAM ARGUMENTS'"));
        };
        if !exists(&name) {
            let name = display::fit(&display::safe(&name), 60);
            return Err(format!(
                "{option}: there is no program `{name}` (no shell reads this: write sh -c '…' for one)"
            ));
        }
        Ok(Self { option, name, args: words.collect() })
    }

    /// The option that named it.
    pub(super) fn option(&self) -> &'static str {
        self.option
    }

    /// Runs it to its end, or until it is `over`. What it prints goes to standard error, where data of ours never goes;
    /// `silenced`, it goes nowhere.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(super) fn run(
        &self,
        facts: &[(&'static str, OsString)],
        input: &str,
        silenced: bool,
        over: impl Fn() -> bool,
    ) -> io::Result<Ended> {
        let mut command = Command::new(&self.name);
        command.args(&self.args).envs(facts.iter().map(|(name, value)| (name, value))).stdin(Stdio::piped());
        if silenced {
            command.stdout(Stdio::null()).stderr(Stdio::null());
        } else {
            command.stdout(Stdio::from(io::stderr()));
        }
        // A group of its own is what can be killed with all that it has started; Windows has none.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        let (pipe, input) = (child.stdin.take(), input.to_owned());
        // It may read late, or never. One that does not care leaves a broken pipe, which is no mistake.
        let feed = move || drop(pipe.map(|mut pipe| pipe.write_all(input.as_bytes())));
        if let Err(error) = thread::Builder::new().name("haul-hook-input".to_owned()).spawn(feed) {
            kill(&mut child);
            return Err(error);
        }
        let mut pause = LOOKS.0;
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(Ended::Alone(status));
            }
            if over() {
                kill(&mut child);
                return Ok(Ended::Killed);
            }
            thread::sleep(pause);
            pause = (pause * 2).min(LOOKS.1);
        }
    }
}

/// Ends a program that nobody has waited for yet, so that its number is still its own.
fn kill(child: &mut Child) {
    // Each fails only where it is gone already.
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// True where a program of this name may be: a file, or a name that the path finds. Windows adds endings by rules of
/// its own, and has the word there when the program is run.
fn exists(name: &str) -> bool {
    if cfg!(windows) {
        return true;
    }
    if name.contains('/') {
        return Path::new(name).is_file();
    }
    // Without a path the system has one of its own.
    env::var_os("PATH").is_none_or(|path| env::split_paths(&path).any(|dir| dir.join(name).is_file()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_a_shell_would() {
        for (text, words) in [
            ("sh -c 'echo \"$HAUL_PATH\"'", Ok(&["sh", "-c", "echo \"$HAUL_PATH\""][..])),
            ("  sh  a\\ b \"c d\" ''", Ok(&["sh", "a b", "c d", ""])),
            ("/bin/sh $HOME *.jpg `x` ; y", Ok(&["/bin/sh", "$HOME", "*.jpg", "`x`", ";", "y"])),
            ("", Err("names no program")),
            ("   ", Err("names no program")),
            ("''", Err("names no program")),
            ("sh 'a", Err("is not closed")),
            ("sh \"a", Err("is not closed")),
            ("no-such-program-here x", Err("there is no program `no-such-program-here`")),
            ("./nowhere/sh", Err("there is no program `./nowhere/sh`")),
            ("/bin", Err("there is no program `/bin`")),
            ("\u{1b}[2J", Err("there is no program `␛[2J`")),
        ] {
            if cfg!(windows) && words.is_err() {
                continue;
            }
            let parsed = Program::parse("--on-complete", text);
            match (parsed, words) {
                (Ok(Program { name, args, .. }), Ok(words)) => {
                    assert_eq!([vec![name], args].concat(), words, "{text}");
                }
                (Err(why), Err(part)) => assert!(why.starts_with("--on-complete") && why.contains(part), "{why}"),
                (parsed, _) => unreachable!("{text}: {parsed:?}"),
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_run_ends_by_itself_or_is_ended_with_all_that_it_started() {
        let sh = |text: &str| Program {
            option: "--on-finish",
            name: "/bin/sh".into(),
            args: vec!["-c".into(), text.into()],
        };
        let code = |text: &str, input: &str| match sh(text).run(&[("HAUL_ID", "7".into())], input, true, || false) {
            Ok(Ended::Alone(status)) => status.code(),
            other => unreachable!("{text}: {other:?}"),
        };
        assert_eq!(code("read a && test \"$a$HAUL_ID\" = row7", "row\n"), Some(0));
        assert_eq!(code("exit 3", "row\n"), Some(3));
        // More than any pipe holds, and nobody reads it.
        assert_eq!(code("exit 4", &"x".repeat(4 << 20)), Some(4));
        assert_eq!(code("test $(cat | wc -c) -eq 4194304", &"x".repeat(4 << 20)), Some(0));

        let file = std::env::temp_dir().join(format!("haul-hook-{:016x}", fastrand::u64(..)));
        let script = format!("sleep 1000 & echo $! >{0}.new; mv {0}.new {0}; wait", file.display());
        let ended = sh(&script).run(&[], "", true, || file.exists());
        assert!(matches!(ended, Ok(Ended::Killed)), "{ended:?}");
        let started = std::fs::read_to_string(&file).expect("written before it was killed");
        // It is nobody's any more and may wait to be reaped, but it runs no longer.
        let state = || std::fs::read_to_string(format!("/proc/{}/stat", started.trim())).unwrap_or_default();
        if cfg!(target_os = "linux") {
            while !state().is_empty() && !state().contains(") Z ") {
                thread::yield_now();
            }
        }
        std::fs::remove_file(&file).expect("removed");
        let missing = Program { option: "--on-finish", name: "/nowhere/at/all".into(), args: Vec::new() };
        assert!(missing.run(&[], "", true, || false).is_err());
    }
}
