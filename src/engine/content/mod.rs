//! What bytes are, and whether they may pass for what was asked: their kind by how they begin, their end by walking
//! their structure, every pixel by decoding, and the rule that makes a verdict of it. Pure functions over bytes and
//! readers; it knows no file and no network.

mod bytes;
mod decode;
mod ends;
mod inspect;
mod markup;
mod pixels;
mod policy;
#[cfg(test)]
mod samples;
mod sniff;

pub(super) use inspect::{Accepted, inspect};
pub(super) use policy::{Claims, empty};
pub(super) use sniff::BEGINNING;
