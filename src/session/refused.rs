//! Why a run does not even start. A leaf within the room.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::display::safe;
use crate::engine::OpenError;
use crate::report::Unwritable;

/// Why nothing was started. `Display` is one line for people.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The command line, or what it names, makes no sense.
    Usage(String),
    /// The folder cannot be written.
    Folder(PathBuf, io::Error),
    /// The state database that the user relies on cannot be used.
    State(OpenError),
    /// The report or the list of failures cannot be written.
    Records(Unwritable),
}

impl Refused {
    pub(super) fn nothing_to_do() -> Self {
        let why = "nothing to do: there is no address in what was given (- reads a list from standard input)";
        Self::Usage(why.to_owned())
    }

    pub(crate) fn exit_status(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Folder(..) | Self::State(_) | Self::Records(_) => 3,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(why) => f.write_str(why),
            Self::Records(why) => why.fmt(f),
            Self::State(why) => write!(f, "{why} (--state names another, --no-state does without)"),
            Self::Folder(dir, error) => {
                write!(
                    f,
                    "cannot write to the folder `{}`: {error} (--dir names another)",
                    safe(&dir.to_string_lossy())
                )
            }
        }
    }
}
