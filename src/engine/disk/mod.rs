//! Everything that touches the disk: part files, whole small files, names that never clobber, folders. Blocking, and
//! so called from blocking threads only; [`writer`] is the bridge for async tasks.

mod blank;
mod body;
mod commit;
mod crew;
mod folder;
mod inside;
mod part;
mod rename;
mod same;
#[cfg(test)]
mod tests;
mod twins;
mod writer;

pub(super) use blank::remove_blank;
pub(super) use body::Body;
pub(super) use commit::{Books, Finals, Manner, Name, Named, Whole, commit};
pub(super) use crew::Crew;
pub use folder::prepare_folder;
pub(super) use folder::{room, sync_files};
pub(super) use part::{Part, read_part, remove_own, remove_part, sync_part};
pub use same::same_files;
pub(super) use twins::Twins;
pub(super) use writer::{Buffers, Writer};

use std::io;

use tokio::task::JoinError;

use super::error::{ErrorClass, TransferError};

/// The error of a job for an error of the disk; `doing` reads like "write the part file".
pub(super) fn error(doing: &str, error: &io::Error) -> TransferError {
    if matches!(error.get_ref(), Some(inner) if inner.is::<JoinError>()) {
        return TransferError::defect();
    }
    let class = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorClass::DiskFull,
        _ if matches!(error.get_ref(), Some(inner) if inner.is::<part::Changed>()) => ErrorClass::Changed,
        _ => ErrorClass::Disk,
    };
    TransferError::new(class, format!("cannot {doing}: {error}"))
}
