//! `haul forget`: takes jobs out of the state database, and says how many.

use std::path::Path;

use crate::engine::{Forgotten, OpenError, What};

/// Forgets all of `what`; a safe line says what that came to. True where something was forgotten and nothing stays.
///
/// # Errors
/// When the database cannot be used.
pub(crate) fn forget(database: &Path, what: &[What]) -> Result<(String, bool), OpenError> {
    let mut all = Forgotten::default();
    for what in what {
        let forgotten = crate::engine::forget(database, what)?;
        all.jobs += forgotten.jobs;
        all.busy += forgotten.busy;
    }
    let mut line = match all.jobs {
        0 => "nothing of that is known".to_owned(),
        1 => "1 job is forgotten".to_owned(),
        jobs => format!("{jobs} jobs are forgotten"),
    };
    if all.busy > 0 {
        line = format!("{line}; a haul that runs works on {}", all.busy);
    }
    Ok((line, all.jobs > 0 && all.busy == 0))
}
