//! From a whole body to a verdict: looks at it as closely as the rules ask, and no closer.

use std::io::{self, BufRead, Seek};

use crate::engine::error::TransferError;

use super::decode::{Decoded, decode};
use super::ends::{self, Verdict};
use super::pixels::pixels;
use super::policy::{Claims, Found};
use super::sniff::{Format, may_be_chance, other, sniff};

/// A body that may have its final name.
#[derive(Debug)]
pub(in crate::engine) struct Accepted {
    pub(in crate::engine) format: Option<&'static str>,
    pub(in crate::engine) pixels: Option<(u32, u32)>,
    /// The ending that its bytes call for.
    pub(in crate::engine) ending: Option<&'static str>,
    /// Whether an image was seen to be whole; none where nobody asked.
    pub(in crate::engine) verified: Option<bool>,
}

/// Judges a body of `len` bytes, of which `beginning` are the first. `open` gives a reader at its first byte.
///
/// # Errors
/// When it cannot be read; within that, why it is not what was asked for.
pub(in crate::engine) fn inspect<R: BufRead + Seek>(
    claims: &Claims<'_>,
    beginning: &[u8],
    len: u64,
    open: impl Fn() -> io::Result<R>,
) -> io::Result<Result<Accepted, TransferError>> {
    let format = sniff(beginning).filter(|_| claims.wants_image() || !may_be_chance(beginning));
    let pixels = pixels(beginning);
    let mut found = Found { format, other: None, ends: None, decoded: None };
    match format {
        None => found.other = other(beginning),
        Some(format) => {
            if claims.wants_walk() {
                found.ends = Some(ends::walk(format, open()?, len)?);
            }
            let in_one_piece = matches!(found.ends, Some(Verdict::Whole | Verdict::Unknown));
            if claims.wants_decode() && in_one_piece {
                found.decoded = Some(decode(format, open()?, len, pixels)?);
            }
        }
    }
    Ok(claims.judge(&found).map(|verified| {
        let sound = !found.is_damaged();
        Accepted {
            format: format.filter(|_| sound).map(Format::name),
            pixels: pixels.filter(|_| sound),
            ending: format.filter(|_| sound).map(Format::ending),
            verified,
        }
    }))
}

impl Found {
    /// It begins like an image, and is none to the end.
    fn is_damaged(&self) -> bool {
        matches!(self.ends, Some(Verdict::Cut | Verdict::Broken(_)))
            || matches!(self.decoded, Some(Decoded::Damaged(_)))
    }
}
