//! What is known of hosts: how many transfers, how many they take at once, errors, pauses.

/// See the head of this file.
#[derive(Debug, Default)]
pub(super) struct Hosts {}
