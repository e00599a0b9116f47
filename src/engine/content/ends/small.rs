//! The formats whose way is short: PNG chunks, GIF blocks, WebP chunks, and the headers of BMP and TIFF.

use std::io::{BufRead, Seek};

use super::walk::{Stop, Walk};

const NO_PICTURE: Stop = Stop::Broken("there is no picture in it");

/// Chunks to IEND (W3C PNG 5.3). Their sums are for a decoder.
pub(super) fn png<R: BufRead + Seek>(walk: &mut Walk<R>) -> Result<(), Stop> {
    walk.skip(8)?;
    let mut pictured = false;
    loop {
        let length = walk.u32_be()?;
        let kind: [u8; 4] = walk.array()?;
        if !kind.iter().all(u8::is_ascii_alphabetic) {
            return Err(Stop::Broken("a chunk without a name"));
        }
        walk.skip(u64::from(length) + 4)?;
        match &kind {
            b"IDAT" => pictured = true,
            b"IEND" => return if pictured { Ok(()) } else { Err(NO_PICTURE) },
            _ => {}
        }
    }
}

/// Blocks to the trailer (GIF specification, version 89a, appendix B).
pub(super) fn gif<R: BufRead + Seek>(walk: &mut Walk<R>) -> Result<(), Stop> {
    walk.skip(10)?;
    let flags = walk.byte()?;
    walk.skip(2 + colours(flags))?;
    let mut pictured = false;
    loop {
        match walk.byte()? {
            b'!' => {
                walk.skip(1)?;
                sub_blocks(walk)?;
            }
            b',' => {
                walk.skip(8)?;
                let flags = walk.byte()?;
                walk.skip(colours(flags) + 1)?;
                sub_blocks(walk)?;
                pictured = true;
            }
            b';' => return if pictured { Ok(()) } else { Err(NO_PICTURE) },
            // Some encoders write an end of sub-blocks twice.
            0 => {}
            _ => return Err(Stop::Broken("a block of no known kind")),
        }
    }
}

/// The size of the colour table that these flags announce.
fn colours(flags: u8) -> u64 {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

fn sub_blocks<R: BufRead + Seek>(walk: &mut Walk<R>) -> Result<(), Stop> {
    loop {
        match walk.byte()? {
            0 => return Ok(()),
            length => walk.skip(length.into())?,
        }
    }
}

/// The RIFF size, and the chunks within it (RFC 9649 section 2).
pub(super) fn webp<R: BufRead + Seek>(walk: &mut Walk<R>) -> Result<(), Stop> {
    walk.skip(4)?;
    let size = u64::from(walk.u32_le()?);
    if size > walk.left() {
        return Err(Stop::Cut);
    }
    let end = walk.at() + size;
    walk.skip(4)?;
    let mut pictured = false;
    while walk.at() + 8 <= end {
        let kind: [u8; 4] = walk.array()?;
        let length = u64::from(walk.u32_le()?);
        pictured |= matches!(&kind, b"VP8 " | b"VP8L" | b"ANMF");
        if length > end - walk.at() {
            return Err(Stop::Broken("a chunk longer than the file says it is"));
        }
        // Chunks have even lengths; some encoders leave the last filling byte out.
        walk.skip((length + length % 2).min(end - walk.at()))?;
    }
    if pictured { Ok(()) } else { Err(NO_PICTURE) }
}

/// As long as its header and its rows of pixels say.
pub(super) fn bmp<R: BufRead + Seek>(walk: &mut Walk<R>) -> Result<(), Stop> {
    let len = walk.left();
    walk.skip(2)?;
    let size = u64::from(walk.u32_le()?);
    walk.skip(4)?;
    let pixels = u64::from(walk.u32_le()?);
    let header = walk.u32_le()?;
    let mut end = size.max(pixels);
    // The old short header has too few files left to matter; its size field has to do.
    if header >= 40 {
        let width = u64::from(walk.u32_le()?);
        let height = u64::from(walk.u32_le()?.cast_signed().unsigned_abs());
        walk.skip(2)?;
        let depth = u64::from(u16::from_le_bytes(walk.array()?));
        let plain = matches!(walk.u32_le()?, 0 | 3 | 6);
        if plain {
            let row = (width * depth).div_ceil(32) * 4;
            // Many writers put a wrong size in the header, and nobody reads it; the rows of pixels are what counts.
            end = pixels.saturating_add(row.saturating_mul(height));
        }
    }
    if end > len { Err(Stop::Cut) } else { Ok(()) }
}

/// The header and the first directory (TIFF 6.0 section 2). Most writers put the directory behind the pixels.
pub(super) fn tiff<R: BufRead + Seek>(walk: &mut Walk<R>) -> Result<(), Stop> {
    let order: [u8; 4] = walk.array()?;
    let little = order.starts_with(b"II");
    let offset = if little { walk.u32_le()? } else { walk.u32_be()? };
    let ahead = u64::from(offset).checked_sub(walk.at()).ok_or(Stop::Broken("a directory within the header"))?;
    walk.skip(ahead)?;
    let count = walk.array()?;
    let count = if little { u16::from_le_bytes(count) } else { u16::from_be_bytes(count) };
    if count == 0 {
        return Err(NO_PICTURE);
    }
    walk.skip(u64::from(count) * 12 + 4)
}
