//! Text from a command line, a list or a paste, made into requests: addresses, patterns and curl commands; lists as plain
//! as an address a line, or as aria2 has them, packed or not. Text that is refused never becomes a job: the
//! caller gets a [`Refusal`] that says why. It must not know who asks.

mod address;
mod aria2;
mod choice;
pub mod curl;
mod draft;
mod entry;
pub mod expand;
pub mod feed;
mod glob;
mod header;
pub mod lines;
pub mod list;
mod naming;
mod open;
pub mod page;
mod places;
mod reading;
mod shell;
pub mod table;
pub mod tables;
mod template;
pub mod words;

pub use address::{MOST_ADDRESSES, Refusal, address};
pub use choice::Choice;
pub use draft::{Counts, Draft};
pub use entry::Entry;
pub use header::typed as header;
pub use naming::Naming;
pub use places::Places;
pub use reading::{Reading, Single};
pub use template::Template;
