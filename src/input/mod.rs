//! Text from a command line, a list or a paste, made into requests. Text that is refused never becomes a job: the
//! caller gets a [`Refusal`] that says why. It must not know who asks.

mod address;
mod draft;
pub mod expand;
pub mod feed;
pub mod list;
pub mod words;

pub use address::{Refusal, address};
pub use draft::{Counts, Draft, MOST_ADDRESSES};
