//! The engine as a library against the scripted origin: commands in, events out, files on the disk. Every run of every
//! test here is also held to the order of facts, see [`run`]. What the binary shows is the matter of `headless`.

mod answers;
mod bodies;
mod commands;
mod disk;
mod ends;
mod limits;
mod mirrors;
mod names;
mod network;
mod order;
mod own;
mod pieces;
mod queue;
mod rapid;
mod redirects;
mod resume;
pub(crate) mod run;
mod split;
mod windows;
