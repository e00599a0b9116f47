//! What is known of single rows beyond their line in the list: answers, attempts, pieces. Kept for the latest rows alone.

/// See the head of this file.
#[derive(Debug, Default)]
pub(super) struct Facts {}
