//! Text from a command line, a list or a paste, made into requests. Text that is refused never becomes a job: the
//! caller gets a [`Refusal`] that says why. It must not know who asks.

mod address;
mod choice;
mod draft;
mod entry;
pub mod expand;
pub mod feed;
pub mod list;
pub mod page;
mod places;
mod reading;
pub mod words;

pub use address::{Refusal, address};
pub use choice::Choice;
pub use draft::{Counts, Draft, MOST_ADDRESSES};
pub use entry::Entry;
pub use places::Places;
pub use reading::{Reading, Single};
