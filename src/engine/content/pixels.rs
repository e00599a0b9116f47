//! The size of a picture in pixels, by its head alone. Pure; it reads only the beginning that it is given and trusts
//! no length in it.

use super::bytes::{u16_be, u16_le, u32_be, u32_le};
use super::sniff::{Format, sniff};

/// Width and height in pixels, where the beginning says so: JPEG, PNG, GIF, WebP and BMP.
pub(in crate::engine) fn pixels(bytes: &[u8]) -> Option<(u32, u32)> {
    match sniff(bytes)? {
        Format::Jpeg => jpeg_pixels(bytes),
        Format::Png => Some((u32_be(bytes, 16)?, u32_be(bytes, 20)?)),
        Format::Gif => Some((u16_le(bytes, 6)?, u16_le(bytes, 8)?)),
        Format::Webp => webp_pixels(bytes),
        // A negative height means that rows run from the top.
        Format::Bmp => Some((u32_le(bytes, 18)?, u32_le(bytes, 22)?.cast_signed().unsigned_abs())),
        _ => None,
    }
}

/// Walks the segments up to the frame header (ITU-T T.81 annex B).
fn jpeg_pixels(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        match *bytes.get(at + 1)? {
            0xff => at += 1,
            // Standalone markers.
            0x01 | 0xd0..=0xd8 => at += 2,
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Some((u16_be(bytes, at + 7)?, u16_be(bytes, at + 5)?));
            }
            0xd9 | 0xda => return None,
            _ => at += 2 + usize::try_from(u16_be(bytes, at + 2)?).ok()?,
        }
    }
}

/// The first chunk says which of three ways the size is written (RFC 9649 section 2).
fn webp_pixels(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(12..16)? {
        b"VP8 " => Some((u16_le(bytes, 26)? & 0x3fff, u16_le(bytes, 28)? & 0x3fff)),
        b"VP8L" => {
            let bits = u32_le(bytes, 21)?;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8X" => Some(((u32_le(bytes, 24)? & 0x00ff_ffff) + 1, (u32_le(bytes, 26)? >> 8 & 0x00ff_ffff) + 1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn real_encoders_are_understood() {
        for (format, bytes) in samples::encoded() {
            assert_eq!(sniff(&bytes), Some(format));
            assert_eq!(pixels(&bytes), Some((37, 21)), "{format:?}");
            for end in 0..bytes.len().min(700) {
                let _ = pixels(&bytes[..end]);
            }
        }
    }

    #[test]
    fn heads_by_hand() {
        let webp = |chunk: &[u8; 4], rest: &[u8]| [b"RIFF\0\0\0\0WEBP", &chunk[..], &[0; 4], rest].concat();
        let known = Some((37, 21));
        for (bytes, size) in [
            (&b"GIF89a\x25\0\x15\0"[..], known),
            (&webp(b"VP8 ", &[0, 0, 0, 0x9d, 1, 0x2a, 37, 0, 21, 0]), known),
            (&webp(b"VP8L", &[0x2f, 36, 0, 5, 0]), known),
            (&webp(b"VP8X", &[0, 0, 0, 0, 36, 0, 0, 20, 0, 0]), known),
            (b"\0\0\0\x1cftypavif\0\0\0\0mif1miaf", None),
            (b"\xff\xd8\xff", None),
            (b"\x89PNG\r\n\x1a\n\0\0", None),
            (b"<html>", None),
            (b"", None),
        ] {
            assert_eq!(pixels(bytes), size, "{bytes:x?}");
        }
    }
}
