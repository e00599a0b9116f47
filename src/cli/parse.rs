//! From the words of a command line to what was typed, without a mistake in it, or to a page that was asked for. What
//! was set elsewhere is not known here.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::CommandFactory as _;
use clap::error::ErrorKind;

use super::layers::{self, Typed};
use super::{Cli, help, pages};
use crate::display;

/// Reads the command line.
///
/// # Errors
/// The exit status, after help, version, another page or the mistake has been printed.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Typed, ExitCode> {
    let args: Vec<_> = args.into_iter().collect();
    let matches = layers::command().try_get_matches_from(&args).map_err(|error| told(error, &args))?;
    match pages::page(&matches) {
        Some(page) => Err(print(&page)),
        None => Ok(Typed { args, matches }),
    }
}

fn told(error: clap::Error, args: &[OsString]) -> ExitCode {
    // Help names switches as they are mostly written, without the value that they take too.
    let plain = || help::dressed(Cli::command()).try_get_matches_from(args).err();
    let error = match error.kind() {
        ErrorKind::DisplayHelp => plain().filter(|plain| plain.kind() == ErrorKind::DisplayHelp).unwrap_or(error),
        _ => error,
    };
    // Nobody is left to tell if this fails too.
    let _ = if error.use_stderr() { print_mistake(&error) } else { error.print() };
    u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// What clap says of a mistake repeats the words that were typed, or that a script made.
fn print_mistake(error: &clap::Error) -> io::Result<()> {
    let mut err = io::stderr().lock();
    error.render().to_string().lines().try_for_each(|line| writeln!(err, "{}", display::safe(line)))
}

fn print(page: &[u8]) -> ExitCode {
    let mut out = io::stdout().lock();
    match out.write_all(page).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever closed the other end of a pipe has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "haul: cannot write to standard output: {error}");
            ExitCode::FAILURE
        }
    }
}
