//! The book of faults, held against the built program: rows of one shape stand in one table, each with its number.

#[cfg(unix)]
mod hostile;
#[cfg(unix)]
mod limits;
mod lists;
#[cfg(unix)]
mod names;
#[cfg(unix)]
mod terminal;
