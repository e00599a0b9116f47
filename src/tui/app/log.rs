//! The log: the latest facts as lines, so that whoever looks away misses nothing.

/// See the head of this file.
#[derive(Debug, Default)]
pub(super) struct Log {}
