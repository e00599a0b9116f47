//! Short sums: what identifies a job, its address and its file without saying what they are, and what tells when a
//! disk has changed a row.

use std::path::Path;

use sha2::{Digest as _, Sha256};
use url::Url;

use crate::display::without_userinfo;
use crate::engine::request::DownloadRequest;

/// What tells a job from every other: its address, its folder and the name that the user gave, or the pattern for it.
#[must_use]
pub fn identity(request: &DownloadRequest) -> [u8; 16] {
    // A name has no slash in it, so that none is a pattern.
    let pattern = || request.pattern().map_or_else(String::new, |pattern| format!("//{pattern}"));
    let name = request.name.as_deref().map_or_else(pattern, |name| format!("/{name}"));
    let dir = request.dir.as_os_str().as_encoded_bytes();
    short(&[without_userinfo(&request.url).as_str().as_bytes(), dir, name.as_bytes()])
}

/// What tells an address from every other when its query is not kept.
pub(super) fn address_sum(url: &Url) -> [u8; 16] {
    short(&[without_userinfo(url).as_str().as_bytes()])
}

/// What tells a path from every other.
pub(super) fn path_sum(path: &Path) -> [u8; 16] {
    short(&[path.as_os_str().as_encoded_bytes()])
}

/// A sum over what a row says; another one than is kept means a damaged row.
pub(super) fn sum(id: i64, identity: &[u8], state: &str, record: &str) -> i64 {
    let sum = short(&[&id.to_be_bytes(), identity, state.as_bytes(), record.as_bytes()]);
    i64::from_be_bytes([sum[0], sum[1], sum[2], sum[3], sum[4], sum[5], sum[6], sum[7]])
}

fn short(parts: &[&[u8]]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    let mut sum = [0; 16];
    sum.copy_from_slice(&hash.finalize()[..16]);
    sum
}
