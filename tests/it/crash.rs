//! The death of processes (108 to 111, 114, 118 to 120): the program dies, fails or panics at every durable call and
//! is killed at any moment, alone or beside others. Whatever happened, the same command again ends with every file
//! there once and whole.

mod faults;
mod kills;
mod scene;
mod sweep;
