//! The `haul` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    haul::run(std::env::args_os())
}
