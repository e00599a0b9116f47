//! Text from a command line, a list or a paste, made into requests. Text that is refused never becomes a job: the
//! caller gets a [`Refusal`] that says why. It must not know who asks.

mod address;
mod draft;
mod entry;
pub mod expand;
pub mod feed;
pub mod list;
mod places;
mod reading;
pub mod table;
pub mod tables;
mod template;
pub mod words;

pub use address::{Refusal, address};
pub use draft::{Counts, Draft, MOST_ADDRESSES};
pub use entry::Entry;
pub use places::Places;
pub use reading::{Reading, Single};
pub use template::Template;
