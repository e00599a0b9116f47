//! Where jobs are remembered.

use std::env;
use std::path::PathBuf;

use crate::cli::CommonOptions;

/// The state database; none where nothing is to be remembered.
pub(super) fn database(options: &CommonOptions) -> Option<PathBuf> {
    if options.no_state {
        return None;
    }
    let folder = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    // The XDG base directory specification knows a state folder of its own; Windows has one for what stays on the machine.
    let states = || match folder("XDG_STATE_HOME") {
        None if cfg!(windows) => folder("LOCALAPPDATA"),
        None => folder("HOME").map(|home| home.join(".local/state")),
        found => found,
    };
    options.state.clone().or_else(|| Some(states()?.join("haul").join("haul.db")))
}
