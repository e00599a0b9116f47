//! Whether a picture goes on to its own end, by its structure alone: no pixel is decoded. Streams through files of any
//! size; a hostile one costs one pass over it, since every step moves on.

mod bmff;
mod jpeg;
mod small;
mod svg;
mod walk;

use std::io::{self, BufRead, Seek};

use super::sniff::Format;
use walk::{Stop, Walk};

/// What a walk has found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The end of the picture is there. What follows it does not matter.
    Whole,
    /// The file ends before the picture does.
    Cut,
    /// The structure makes no sense, in these words.
    Broken(&'static str),
    /// We know no way through this kind.
    Unknown,
}

/// Walks a picture of `len` bytes from its first byte to its end.
///
/// # Errors
/// When it cannot be read.
pub(super) fn walk(format: Format, reader: impl BufRead + Seek, len: u64) -> io::Result<Verdict> {
    let mut walk = Walk::new(reader, len);
    let result = match format {
        Format::Jpeg => jpeg::walk(&mut walk),
        Format::Png => small::png(&mut walk),
        Format::Gif => small::gif(&mut walk),
        Format::Webp => small::webp(&mut walk),
        Format::Bmp => small::bmp(&mut walk),
        Format::Tiff => small::tiff(&mut walk),
        Format::Avif | Format::Heic => bmff::walk(&mut walk),
        Format::Svg => svg::walk(&mut walk),
        Format::Jxl | Format::Jp2 | Format::Psd | Format::Ico => return Ok(Verdict::Unknown),
    };
    match result {
        Ok(()) => Ok(Verdict::Whole),
        Err(Stop::Cut) => Ok(Verdict::Cut),
        Err(Stop::Broken(words)) => Ok(Verdict::Broken(words)),
        Err(Stop::Io(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests;
