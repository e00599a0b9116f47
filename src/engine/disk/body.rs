//! A body that is whole, wherever it is.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read as _};

use bytes::Bytes;

use super::part::Part;
use super::same::same;

/// A body on its way to its final name.
#[derive(Debug)]
pub(in crate::engine) enum Body {
    /// Small and whole, in memory: it reaches the disk in one hop.
    Memory(Bytes),
    /// In its part file.
    Part(Part),
}

impl Body {
    /// How long it is.
    pub(in crate::engine) fn len(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::Part(part) => part.len(),
        }
    }

    /// True where this file holds its bytes and no others.
    pub(super) fn is_in(&self, file: &mut File) -> io::Result<bool> {
        match self {
            Self::Memory(bytes) => same(file, &mut &bytes[..]),
            Self::Part(part) => same(file, &mut part.reader()?),
        }
    }

    /// Its first `most` bytes, or more where they are at hand.
    pub(in crate::engine) fn beginning(&self, most: u64) -> io::Result<Cow<'_, [u8]>> {
        let part = match self {
            Self::Memory(bytes) => return Ok(Cow::Borrowed(bytes)),
            Self::Part(part) => part,
        };
        let mut bytes = Vec::new();
        part.reader()?.take(most).read_to_end(&mut bytes)?;
        Ok(Cow::Owned(bytes))
    }
}
