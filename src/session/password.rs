//! Asks for a password on the terminal of the process, whatever its standard streams are, and leaves that terminal as
//! it was, however the question ends.

use std::io;

use super::refused::Refused;
use crate::config::Job;
use crate::display::safe;
use crate::engine::options::{Options, Secret};
use crate::signals::{self, Signal};

/// The options with the password that is missing, where `job` has a use for it; `Err` within is the exit status of a
/// user who thinks better of it.
pub(super) fn complete(options: Options, asks: Option<String>, job: &Job) -> Result<Result<Options, u8>, Refused> {
    let Some(name) = asks.filter(|_| matches!(job, Job::Fetch(_) | Job::Compare(_) | Job::Resume)) else {
        return Ok(Ok(options));
    };
    match ask(&name) {
        Ok(password) => Ok(Ok(Options { user: Some((name, Secret(password))), ..options })),
        Err(error) if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof) => {
            Ok(Err(Signal::Interrupt.exit_status()))
        }
        // What stands there may well be a password that lacks its name.
        Err(_) => Err(Refused::Usage(
            "--user has no colon, and there is no terminal to ask for a password: write --user NAME:PASSWORD, or use \
             --netrc"
                .to_owned(),
        )),
    }
}

#[cfg(unix)]
fn ask(name: &str) -> io::Result<String> {
    use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
    let terminal = std::fs::File::open("/dev/tty")?;
    let before = tcgetattr(&terminal)?;
    // A process that ends in the middle of the question would leave a terminal that shows no keys.
    let restore = move || {
        // Where it is gone it needs nothing any more.
        let _ = tcsetattr(&terminal, OptionalActions::Now, &before);
    };
    signals::ending(restore, || rpassword::prompt_password(prompt(name)))?
}

#[cfg(not(unix))]
fn ask(name: &str) -> io::Result<String> {
    rpassword::prompt_password(prompt(name))
}

fn prompt(name: &str) -> String {
    format!("Password for {}: ", safe(name))
}
