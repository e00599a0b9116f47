//! How the origin behaves: a leaf that all of it may name.

use std::time::Duration;

/// How the origin behaves on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manners {
    /// The wait before the first byte of every answer.
    pub first_byte: Duration,
    /// The rate of each connection.
    pub bytes_per_second: u64,
    /// The smallest picture answers 503 the first time it is asked for.
    pub busy_once: bool,
}

impl Default for Manners {
    fn default() -> Self {
        Self { first_byte: Duration::from_millis(250), bytes_per_second: 2_000_000, busy_once: true }
    }
}
